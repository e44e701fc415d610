"""/metrics, for a Prometheus that knows the token: what was recorded, and how far behind the machine is.

Written in the text format by hand: five gauges and one counter need no library and no memory shared by processes. The
counter is read from the hourly tallies, so that it is the same whichever process answers, and outlives all of them.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse

from accounts.models import Organisation
from accounts.scope import open_organisation
from audit.models import Counted, DayTally, Tally
from audit.queries.lag import lag

TYPE = "text/plain; version=0.0.4; charset=utf-8"
REMEMBERED = 30
"""Seconds for which the counter is kept: it grows every few minutes, and is asked for more often."""

Sample = tuple[dict[str, str], float]


def answer(request: HttpRequest) -> HttpResponse | None:
    """The answer, or None where no token is set: then there is no such page."""
    token = settings.METRICS_TOKEN
    if not token:
        return None
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        return HttpResponse(
            "A token is needed.\n", status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"}
        )
    return HttpResponse(text(), content_type=TYPE)


def text() -> str:
    """Everything that is told, in the exposition format."""
    entries, until = _remembered()
    now = datetime.now(UTC).timestamp()
    beat = apps.get_model("deliberation", "Heartbeat").objects.order_by("-at").values_list("at", flat=True).first()
    parts = [
        _metric(
            "tractatus_entries_total",
            "counter",
            "Entries of all logs that have been counted, by service and decision.",
            [({"service": service, "decision": said}, number) for (service, said), number in sorted(entries.items())],
        ),
        _metric("tractatus_counted_until_seconds", "gauge", "Up to when all logs have been counted.", [({}, until)]),
        _metric(
            "tractatus_record_behind_seconds",
            "gauge",
            "How long the oldest entry without a place in its tree has waited.",
            [({}, lag().total_seconds())],
        ),
        _metric(
            "tractatus_organisations", "gauge", "Organisations in use.",
            [({}, Organisation.objects.filter(deactivated_at__isnull=True).count())],
        ),
        _metric(
            "tractatus_beat_age_seconds", "gauge", "How long ago beat was heard.",
            [({}, now - beat.timestamp())] if beat else [],
        ),
    ]  # fmt: skip
    return "".join(parts)


def _remembered() -> tuple[dict[tuple[str, str], int], float]:
    found: tuple[dict[tuple[str, str], int], float] | None = cache.get("prometheus")
    if found is None:
        found = _counted()
        cache.set("prometheus", found, REMEMBERED)
    return found


def _counted() -> tuple[dict[tuple[str, str], int], float]:
    """The sums over all organisations, deactivated ones too: a counter never falls."""
    sums: Counter[tuple[str, str]] = Counter()
    until: list[datetime] = []
    for organisation in Organisation.objects.order_by("pk"):
        with open_organisation(organisation):
            rows = DayTally.objects.filter(organisation=organisation, what=Tally.What.DECISION)
            for service, said, number in rows.values_list("first", "second").annotate(n=Sum("count")).order_by():
                sums[service, said] += number
            until += Counted.objects.filter(organisation=organisation).values_list("until", flat=True)
    return dict(sums), min(until).timestamp() if until else 0.0


def _metric(name: str, kind: str, says: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {says}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        inside = ",".join(f'{label}="{_escaped(words)}"' for label, words in labels.items())
        lines.append(f"{name}{{{inside}}} {value}" if inside else f"{name} {value:.3f}")
    return "\n".join(lines) + "\n"


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
