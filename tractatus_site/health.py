"""Is it alive, is it ready: for the process manager and the load balancer, never for people.

Both are answered before the host name is checked and before any redirect to https, because a probe asks by address.
"""

import datetime
from collections.abc import Callable

from django.apps import apps
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts import guards
from audit.queries.lag import lag
from tractatus_site import prometheus
from tractatus_site.celery import app

# Beat wakes the tick each minute; three missed in a row are not a coincidence.
BEAT_SILENT_AFTER = datetime.timedelta(minutes=3)
# It is woken every five seconds.
RECORD_BEHIND_AFTER = datetime.timedelta(minutes=3)


class HealthMiddleware:
    """Answers /healthz, /readyz and, where a token is set, /metrics, and lets everything else pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return _unstored(HttpResponse("ok\n", content_type="text/plain; charset=utf-8"))
        if request.path_info == "/readyz":
            faults, report = readiness()
            return _unstored(JsonResponse(report, status=503 if faults else 200))
        if request.path_info == "/metrics" and (told := prometheus.answer(request)) is not None:
            return _unstored(told)
        return self.get_response(request)


def _unstored(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def readiness() -> tuple[int, dict[str, str]]:
    """The number of faults, and what is to be said of each part; no address or password in it."""
    report: dict[str, str] = {}
    faults = 0
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "guards": _guards,
        "broker": _broker,
        "beat": _beat,
        "record": _record,
    }
    for name, check in checks.items():
        try:
            report[name] = check()
        except Exception as fault:
            faults += 1
            report[name] = f"fails: {type(fault).__name__}"
            if isinstance(fault, Behind | Silent | Unguarded):
                report[name] = str(fault)
    return faults, report


class Unguarded(Exception):
    """A rule that the database should keep by itself is not installed in it."""


class Behind(Exception):
    """Entries of the record wait too long for their place: the sequencer does not run, or refuses to sign."""


class Silent(Exception):
    """Beat has not been heard for too long."""


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return "ok"


def _guards() -> str:
    missing = guards.expected() - guards.installed()
    if missing:
        raise Unguarded(f"{len(missing)} missing; run migrate")
    return "ok"


def _broker() -> str:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    return "ok"


def _beat() -> str:
    last = apps.get_model("deliberation", "Heartbeat").objects.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        raise Silent("not heard yet")
    # The real clock, never the verbs' clock: this is about the machine, not about a deliberation.
    age = datetime.datetime.now(datetime.UTC) - last
    if age > BEAT_SILENT_AFTER:
        raise Silent(f"last heard {int(age.total_seconds())} s ago")
    return "ok"


def _record() -> str:
    behind = lag()
    if behind > RECORD_BEHIND_AFTER:
        raise Behind(f"{int(behind.total_seconds())} s behind; run sequence_log to see why")
    return f"{int(behind.total_seconds())} s behind"
