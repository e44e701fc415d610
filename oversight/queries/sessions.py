"""Sessions of agents as people watch them: the list of them, and what one of them did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import APIKey, Organisation
from instructions.domain.policy import thresholds_of
from oversight.domain.stops import stops_on
from oversight.models import Check, Handoff, Incident, JudgmentRequest, Reading, Session, Stop
from oversight.models.words import Told
from oversight.queries import checks as of_checks
from oversight.queries.checks import Seen
from oversight.queries.plot import Line, line_of
from oversight.queries.runs import Run, in_runs
from oversight.queries.wording import STRICT

State = Session.State
ENDED = (State.ENDED, State.ARCHIVED)
PAGE = 30
MOST_OPEN = 100
CHECKS_A_PAGE = 50
MOST_READINGS = 2_000
MOST_DENIED = 200
MOST_ROWS = 50


@dataclass
class Tally:
    """How many acts were checked and what was told; `would_deny` and `would_ask` of keys that observe.

    `incidents` are acts that were done and were not to be.
    """

    checked: int = 0
    denied: int = 0
    asked: int = 0
    warned: int = 0
    would_deny: int = 0
    would_ask: int = 0
    incidents: int = 0

    def count(self, decision: str, would_have: str, times: int) -> None:
        """Take so many checks in that were told this and would have been told that."""
        self.checked += times
        if decision in STRICT:
            self.denied += times if decision == Told.DENY else 0
            self.asked += times if decision == Told.ASK else 0
        elif would_have == Told.DENY:
            self.would_deny += times
        elif would_have == Told.ASK:
            self.would_ask += times
        elif decision == Told.WARN:
            self.warned += times

    @property
    def stopped(self) -> int:
        return self.denied + self.asked


def tallies(sessions: Iterable[UUID]) -> dict[UUID, Tally]:
    """What was checked in each of these sessions, in two statements."""
    sessions = list(sessions)
    found: dict[UUID, Tally] = {}
    counted = (
        Check.objects.filter(session__in=sessions)
        .values("session_id", "decision", "would_have")
        .annotate(times=Count("id"), granted=Count("grant"))
        .order_by()
    )
    for row in counted:
        tally = found.setdefault(row["session_id"], Tally())
        tally.count(row["decision"], row["would_have"], row["times"] - row["granted"])
        # What a person granted is let through, though the gate would ask about it.
        tally.count(row["decision"], Told.ALLOW, row["granted"])
    incidents = Incident.objects.filter(session__in=sessions).order_by()
    for session, times in incidents.values_list("session_id").annotate(times=Count("id")):
        found.setdefault(session, Tally()).incidents = times
    return found


# --- The list


@dataclass(frozen=True)
class Wanted:
    """Which sessions somebody looks for; empty is any."""

    state: str = ""
    key: str = ""
    project: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.state or self.key or self.project)


@dataclass
class Row:
    """A session in the list."""

    session: Session
    tally: Tally


def sessions(organisation: Organisation) -> QuerySet[Session]:
    """The sessions of an organisation, newest first, with what a row shows of each."""
    return Session.objects.filter(organisation=organisation).select_related("project", "key").order_by("-id")


def _wanted(organisation: Organisation, wanted: Wanted) -> QuerySet[Session]:
    exact = {"state": wanted.state, "key": wanted.key, "project": wanted.project}
    return sessions(organisation).filter(**{name: value for name, value in exact.items() if value})


def open_sessions(organisation: Organisation, wanted: Wanted) -> list[Row]:
    """Those at work or to be handed over, whoever was heard last first."""
    if wanted.state and wanted.state not in Session.OPEN:
        return []
    found = _wanted(organisation, wanted).filter(state__in=Session.OPEN).order_by("-seen_at", "-id")
    return _rows(list(found[:MOST_OPEN]))


def ended_sessions(organisation: Organisation, wanted: Wanted, after: UUID | None) -> tuple[list[Row], UUID | None]:
    """A page of those that have ended, and after which the next page begins; None at the end."""
    if wanted.state and wanted.state not in ENDED:
        return [], None
    found = _wanted(organisation, wanted).filter(state__in=ENDED)
    if after is not None:
        found = found.filter(id__lt=after)
    page = list(found[: PAGE + 1])
    return _rows(page[:PAGE]), page[PAGE - 1].pk if len(page) > PAGE else None


def _rows(found: Sequence[Session]) -> list[Row]:
    counted = tallies(one.pk for one in found)
    return [Row(one, counted.get(one.pk, Tally())) for one in found]


def keys_of(organisation: Organisation) -> QuerySet[APIKey]:
    """The keys of the organisation, by name."""
    return APIKey.objects.filter(organisation=organisation).order_by("name", "id")


# --- One session


@dataclass
class Page:
    """All that the page of a session shows. `checks` are in the order they came; `before` and `later` lead on."""

    session: Session
    tally: Tally
    rows: list[Seen | Run]
    line: Line | None
    requests: list[JudgmentRequest]
    incidents: list[Incident]
    handoffs: list[Handoff]
    stops: list[Stop]
    continued_by: list[Session]
    newest: Check | None = None
    before: UUID | None = None
    later: UUID | None = None
    shown: list[Seen] = field(default_factory=list)

    @property
    def waiting(self) -> list[JudgmentRequest]:
        """The requests of this session that wait for people."""
        waits = (JudgmentRequest.State.PENDING, JudgmentRequest.State.DELIBERATING)
        return [one for one in self.requests if one.state in waits]


def get_session_for(organisation: Organisation, pk: UUID) -> Session | None:
    """A session of this organisation by its id, with what its page says of it."""
    return sessions(organisation).select_related("project", "key", "continues").filter(pk=pk).first()


def page_of(session: Session, *, before: UUID | None = None, after: UUID | None = None) -> Page:
    """The page of a session. Without `before` or `after`, which are ids of checks, it shows the newest checks."""
    organisation = session.organisation
    mine = of_checks.checks(organisation).filter(session=session)
    found, has_before, has_later = _slice(mine, before, after)
    shown = of_checks.seen_of(found)
    readings = list(Reading.objects.filter(session=session).order_by("-id")[:MOST_READINGS])[::-1]
    denied = Check.objects.filter(session=session, would_have=Told.DENY).order_by("-id")
    times = list(denied.values_list("at", flat=True)[:MOST_DENIED])[::-1]
    requests = JudgmentRequest.objects.filter(session=session).select_related(
        "text", "decided_by", "reason", "deliberation", "outcome"
    )
    return Page(
        session=session,
        tally=tallies([session.pk]).get(session.pk, Tally()),
        rows=in_runs(shown),
        shown=shown,
        line=line_of(readings, times, thresholds_of(organisation).pressure),
        requests=list(requests.order_by("id")[:MOST_ROWS]),
        incidents=list(
            Incident.objects.filter(session=session).select_related("of_check__text").order_by("id")[:MOST_ROWS]
        ),
        handoffs=list(
            Handoff.objects.filter(session=session).select_related("body", "acknowledged_by").order_by("-id")
        ),
        stops=list(stops_on(session).select_related("by", "why", "key").order_by("id")),
        continued_by=list(Session.objects.filter(continues=session).order_by("id")),
        newest=found[-1] if found and not has_later else None,
        before=found[0].pk if found and has_before else None,
        later=found[-1].pk if found and has_later else None,
    )


def _slice(mine: QuerySet[Check], before: UUID | None, after: UUID | None) -> tuple[list[Check], bool, bool]:
    """A page of checks in the order they came, and whether there are some before and some later."""
    if after is not None and before is None:
        found = list(mine.filter(id__gt=after).order_by("id")[: CHECKS_A_PAGE + 1])
        return found[:CHECKS_A_PAGE], True, len(found) > CHECKS_A_PAGE
    if before is not None:
        mine = mine.filter(id__lt=before)
    found = list(mine.order_by("-id")[: CHECKS_A_PAGE + 1])
    return found[:CHECKS_A_PAGE][::-1], len(found) > CHECKS_A_PAGE, before is not None


def get_check_for(organisation: Organisation, pk: UUID) -> Check | None:
    """A check of this organisation by its id."""
    found = of_checks.checks(organisation).select_related(*of_checks.ROWS, "session", "project").filter(pk=pk)
    return found.first()


def get_handoff_for(organisation: Organisation, pk: UUID) -> Handoff | None:
    """A handoff of this organisation by its id."""
    found: Any = Handoff.objects.filter(organisation=organisation, pk=pk)
    handoff: Handoff | None = found.select_related("body", "session__project").first()
    return handoff
