"""Judgement requests as people read them: what waits, and one of them whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation
from deliberation.models import Urgency
from oversight.domain.requests import is_over, still_waiting
from oversight.models import Check, JudgmentRequest, Session
from oversight.queries.checks import Seen, act_in, read, result_of, seen_of
from oversight.queries.showing import Act, visible
from oversight.queries.wording import boundary_says, request_says
from tractatus.gate.rules import BOUNDARY, ORCHESTRATOR

State = JudgmentRequest.State
PAGE = 30
MOST_WAITING = 100
AT_WORK = timedelta(minutes=15)
"""An agent that was heard of within this is taken to be at work still."""

_BY_URGENCY = Case(
    *(When(urgency=urgency, then=Value(place)) for place, urgency in enumerate(Urgency.values)),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Row:
    """One request in a list. `agent_waits`: the session that asked is open and was heard of a moment ago."""

    request: JudgmentRequest
    act: Act
    boundary: str
    says: str
    agent_waits: bool


def requests(organisation: Organisation) -> QuerySet[JudgmentRequest]:
    """All requests of an organisation, with what a list says of each."""
    return JudgmentRequest.objects.filter(organisation=organisation).select_related(
        "text", "project", "key", "session", "decided_by", "deliberation", "organisation"
    )


def waiting(organisation: Organisation) -> list[Row]:
    """What waits for a decision holder, most urgent first, then what lapses first."""
    now = clock.now()
    found = still_waiting(requests(organisation), now)
    return rows_of(found.annotate(place=_BY_URGENCY).order_by("place", "lapses_at", "id")[:MOST_WAITING])


def deliberated(organisation: Organisation) -> list[Row]:
    """What is being deliberated, the oldest first."""
    return rows_of(requests(organisation).filter(state=State.DELIBERATING).order_by("id")[:MOST_WAITING])


def answered(organisation: Organisation, before: UUID | None = None) -> tuple[list[Row], UUID | None]:
    """What waits no longer, newest first, a page of it; and where the next page begins."""
    now = clock.now()
    found = requests(organisation).exclude(state=State.DELIBERATING).exclude(state=State.PENDING, lapses_at__gt=now)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = rows_of(found.order_by("-id")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].request.pk if len(rows) > PAGE else None


def rows_of(found: Iterable[JudgmentRequest]) -> list[Row]:
    """These requests as a list shows them, without another statement."""
    now = clock.now()
    return [
        Row(
            request=one,
            act=act_in(one.text),
            boundary=boundary_says(one.boundary) if one.boundary else "",
            says=says_of(one, now),
            agent_waits=_agent_waits(one.session, now),
        )
        for one in found
    ]


def says_of(request: JudgmentRequest, now: datetime) -> str:
    """Where it stands, in one sentence; what nobody answered in time has lapsed, also before the tick says so."""
    if request.state == State.PENDING and is_over(request, now):
        return _("Nobody answered in time, so it was not granted.")
    return request_says(request)


def _agent_waits(session: Session | None, now: datetime) -> bool:
    return session is not None and session.is_open and session.seen_at > now - AT_WORK


def get_request_for(organisation: Organisation, pk: UUID) -> JudgmentRequest | None:
    """One request with everything its page names, or None."""
    found = JudgmentRequest.objects.filter(organisation=organisation, pk=pk).select_related(
        "text", "project", "key", "session", "organisation", "decided_by", "reason", "unticked_why", "convened_by",
        "convened_why", "deliberation__question", "deliberation__organisation", "outcome__signed_version__decision",
    )  # fmt: skip
    return found.first()


# --- One of them


@dataclass(frozen=True)
class Prepared:
    """What the AI prepared: its reasons by name, what else it could provide, and what may be in tension."""

    reasoning: str = ""
    reasons: tuple[tuple[str, tuple[str, ...]], ...] = ()
    alternatives: tuple[str, ...] = ()
    frameworks: tuple[tuple[str, str], ...] = ()
    trade_offs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.reasoning or self.reasons)


@dataclass(frozen=True)
class Whole:
    """One request on its page. `seen` is the check that asked first; None where there is none (any more)."""

    request: JudgmentRequest
    act: Act
    seen: Seen | None
    says: str
    boundary: str
    why_boundary: str
    why: str
    prepared: Prepared
    checks: list[tuple[str, bool]]
    earlier: list[Row]
    asked_times: int
    agent_waits: bool
    lapsed: bool
    used_at: datetime | None = None


def whole_of_request(request: JudgmentRequest) -> Whole:
    """A request with all that is known of it, in a fixed number of statements."""
    now = clock.now()
    asking = list(Check.objects.filter(request=request).select_related("key", "text").order_by("id")[:1])
    seen = seen_of(asking)[0] if asking else None
    said = read(request.text)
    answer: Mapping[str, Any] = said.get("answer") or {}
    boundary = result_of(answer, BOUNDARY)
    ticked = set(request.ticked or ())
    used = Check.objects.filter(grant=request).values_list("at", flat=True).first()
    return Whole(
        request=request,
        act=act_in(request.text),
        seen=seen,
        says=says_of(request, now),
        boundary=boundary_says(request.boundary) if request.boundary else "",
        why_boundary=_sentence(visible(boundary.get("reason") or "")),
        why=_besides(seen.why if seen is not None else "", boundary.get("reason") or ""),
        prepared=_prepared(said, answer),
        checks=[(str(sentence), place in ticked) for place, sentence in enumerate(request.safety_checks)],
        earlier=rows_of(_like(request)),
        asked_times=Check.objects.filter(request=request).count(),
        agent_waits=_agent_waits(request.session, now),
        lapsed=request.state == State.PENDING and is_over(request, now),
        used_at=used,
    )


def _besides(why: str, said: str) -> str:
    """Why the gate asks, where that is not what the boundary has said already."""
    return "" if said and said in why else _sentence(why)


def _sentence(text: str) -> str:
    return text if not text or text[-1:] in ".?!…" else f"{text}."


def _like(request: JudgmentRequest) -> QuerySet[JudgmentRequest]:
    """Earlier ones of the project that asked by the same rule, at the same boundary."""
    rows = requests(request.organisation).filter(
        project_id=request.project_id, rule=request.rule, boundary=request.boundary, pk__lt=request.pk
    )
    return rows.order_by("-id")[:5]


REASONS = {
    "goal": lambda: _("What it is for"),
    "steps": lambda: _("How it would go about it"),
    "evidence": lambda: _("What it relies on"),
    "alternatives": lambda: _("What else it considered"),
    "risks": lambda: _("What could go wrong"),
    "edge_cases": lambda: _("What it thought of besides"),
}
"""The parts of an agent's reasoning, as the framework takes them."""
MOST_LINES = 20


def _prepared(said: Mapping[str, Any], answer: Mapping[str, Any]) -> Prepared:
    reasoning = said.get("reasoning")
    analysis = result_of(answer, ORCHESTRATOR)
    reasons: list[tuple[str, tuple[str, ...]]] = []
    if isinstance(reasoning, Mapping):
        for name, title in REASONS.items():
            if lines := _lines(reasoning.get(name)):
                reasons.append((title(), lines))
    frameworks = analysis.get("moral_frameworks_in_tension") or ()
    return Prepared(
        reasoning=visible(reasoning) if isinstance(reasoning, str) else "",
        reasons=tuple(reasons),
        alternatives=_lines(result_of(answer, BOUNDARY).get("alternatives_ai_can_provide")),
        frameworks=tuple(
            (visible(one.get("framework") or ""), visible(one.get("position") or ""))
            for one in frameworks
            if isinstance(one, Mapping)
        ),
        trade_offs=_lines(analysis.get("value_trade_offs")),
        groups=_lines(analysis.get("affected_stakeholder_groups")),
    )


def _lines(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (visible(value),) if value.strip() else ()
    if isinstance(value, (list, tuple)):
        return tuple(visible(one) for one in value[:MOST_LINES] if str(one).strip())
    return ()
