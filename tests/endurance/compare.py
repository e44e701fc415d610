"""What people were told against what is there: reads fates as JSON, prints every difference as JSON.

Run with the site's environment, on whichever database it uses, after the site was stopped.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import django


def differences(fates: dict[str, tuple[str, str]]) -> Iterator[str]:
    from audit.models import Entry, Text

    found: dict[str, list[Any]] = defaultdict(list)
    entries = [(one.pk, one.event, bytes(one.canonical).decode()) for one in Entry._base_manager.all()]
    committed: dict[str, list[str]] = defaultdict(list)
    for _pk, event, canonical in entries:
        for value in commitments_in(json.loads(canonical)):
            committed[value].append(event)
    for text in Text._base_manager.all():
        if not committed[text.commitment]:
            yield f"words that no entry commits to: {text.body[:60]!r}"
        for word in text.body.split():
            if word in fates:
                found[word].append(text)
    for mark, (fate, event) in fates.items():
        texts = found[mark]
        if fate == "saved" and len(texts) != 1:
            yield f"{mark} ({event}) was told as saved and is there {len(texts)} times"
        if fate == "refused" and texts:
            yield f"{mark} ({event}) was refused and is there"
        if len(texts) > 1:
            yield f"{mark} ({event}) is there {len(texts)} times"
        for text in texts:
            if committed[text.commitment].count(event) != 1:
                yield f"{mark}: entries of {event}: {committed[text.commitment]}"
    yield from half_written({pk for pk, _event, _canonical in entries})


def commitments_in(value: Any) -> Iterator[str]:
    """Every text that stands anywhere in an envelope; commitments are among them."""
    if isinstance(value, dict):
        for one in value.values():
            yield from commitments_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from commitments_in(one)
    elif isinstance(value, str):
        yield value


def half_written(entries: set[Any]) -> Iterator[str]:
    from django.apps import apps
    from django.db import connection

    from accounts import clock, guards
    from deliberation.models import Ask, Deliberation, Notice, Outcome, Position, Precedent, Review, Round

    connection.check_constraints()
    if guards.installed() != guards.expected():
        yield "the guards are not those declared"
    for model in apps.get_app_config("deliberation").get_models():
        if any(field.name == "entry_id" for field in model._meta.concrete_fields):
            for row in model._base_manager.exclude(entry_id=None):
                if row.entry_id not in entries:  # type: ignore[attr-defined]
                    yield f"{model.__name__} {row.pk} names an entry that is not there"
    for outcome in Outcome._base_manager.select_related("deliberation"):
        signed = outcome.state in {"signed", "superseded"}
        facts = {
            "decided": outcome.deliberation.state == "decided",
            "precedent": Precedent._base_manager.filter(outcome=outcome).exists(),
            "review": Review._base_manager.filter(deliberation=outcome.deliberation_id).exists(),
            "entry": outcome.signed_entry_id in entries,
        }
        if set(facts.values()) != {signed}:
            yield f"{outcome.deliberation.reference} is signed: {signed}, but {facts}"
    spoken = Position._base_manager.values("seat")
    for ask in Ask._base_manager.filter(round__number=1, seat__in=spoken).exclude(state="answered"):
        yield f"a position was sent and its ask is {ask.state}"
    running = Round._base_manager.filter(state="open").values("deliberation")
    rounds = ["round_1", "round_2", "round_3"]
    for row in Deliberation._base_manager.filter(state__in=rounds).exclude(pk__in=running):
        closed = Round._base_manager.filter(deliberation=row, number=int(row.state[-1]), state="closed").exists()
        if not closed:
            yield f"{row.reference} stands at {row.state}, which is neither open nor closed"
    now = clock.now()
    left = {"due_at__lte": now, "claimed_at": None, "dropped_at": None}
    for notice in Notice._base_manager.filter(**left):
        yield f"a mail is due since {notice.due_at} and was not taken up: {notice.kind}"
    for ask in Ask._base_manager.filter(state="open", due_at__lte=now, deliberation__state__in=rounds):
        if ask.round.number < 4:
            yield f"an ask is due since {ask.due_at} and is open"


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tractatus_site.settings"
    django.setup()
    if later := os.environ.get("LATER"):
        from datetime import UTC, datetime, timedelta

        import time_machine

        time_machine.travel(datetime.now(UTC) + timedelta(seconds=int(later)), tick=True).start()
    print(json.dumps(list(differences(json.load(sys.stdin)))))
