"""What the gate said, in words: the services as steps of a flow, the outcome, and what the pressure changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.queries.wording import CLASSES, PRESSURES, service_in_words
from instructions.models import instruction as fields
from oversight.queries.checks import Value, reason_in_short, values_in
from oversight.queries.services import ASKS, MOST_REASONS, leads_in_words, took, would_pass_in
from oversight.queries.showing import Act, Block, act_of, one_line, visible, whole_of
from oversight.queries.wording import boundary_says
from oversight.simulator import shipped
from oversight.simulator.judging import OWN, Given, Judged, given
from tractatus import PressureLevel
from tractatus.boundaries import BoundaryCheck
from tractatus.gate import Decision
from tractatus.orchestrator import ConflictAnalysis
from tractatus.pressure import Pressure
from tractatus.results import Record, plain
from tractatus.validator import Validation
from tractatus.verifier import Verification
from tractatus.vocabulary import GateDecision, VerificationDecision

R = TypeVar("R", bound=Record)

OUTCOMES: dict[GateDecision, Promise] = {
    GateDecision.ALLOW: gettext_lazy("Allowed"),
    GateDecision.WARN: gettext_lazy("Allowed, with care"),
    GateDecision.ASK: gettext_lazy("A person is asked"),
    GateDecision.DENY: gettext_lazy("Denied"),
}
MEANS: dict[GateDecision, Promise] = {
    GateDecision.ALLOW: gettext_lazy("The agent goes ahead."),
    GateDecision.WARN: gettext_lazy("The agent goes ahead, and is told what to look out for."),
    GateDecision.ASK: gettext_lazy("The agent stops until a person has granted exactly this act, once."),
    GateDecision.DENY: gettext_lazy("The agent stops. No grant lets it through."),
}
LEVELS: dict[PressureLevel, Promise] = {
    PressureLevel.NORMAL: gettext_lazy("A session that has just begun."),
    PressureLevel.ELEVATED: gettext_lazy("Half an afternoon: more is verified."),
    PressureLevel.HIGH: gettext_lazy("A long session, and an error: time for a new one."),
    PressureLevel.CRITICAL: gettext_lazy("Compacted twice: what changes something asks a person."),
    PressureLevel.DANGEROUS: gettext_lazy("Full: only reading, handing over and ending."),
}
"""What each level means here, in a line."""
LAST = PressureLevel.DANGEROUS
CLASSIFIER, VERIFIER, VALIDATOR, BOUNDARY, ORCHESTRATOR, MONITOR, GATE = (
    "InstructionPersistenceClassifier",
    "MetacognitiveVerifier",
    "CrossReferenceValidator",
    "BoundaryEnforcer",
    "PluralisticDeliberationOrchestrator",
    "ContextPressureMonitor",
    "Gate",
)

WEIGHED = frozenset({"reasoning_blocked", "reasoning_to_review", "reasoning_with_caution"})
"""Rules of the gate that go by the reasoning."""


@dataclass(frozen=True)
class Step:
    """One service in the flow, as `components/flow.html` takes it."""

    title: str
    result: str
    result_class: str = ""
    says: str = ""
    took: str = ""
    ran: bool = True
    reasons: tuple[str, ...] = ()
    asks: str = ""
    opened: bool = False


@dataclass(frozen=True)
class Turn:
    """One position of the dial: a level of pressure and what the act comes to under it."""

    level: PressureLevel
    title: str
    means: str
    session: str
    chosen: bool
    outcome: str = ""
    outcome_class: str = ""


@dataclass(frozen=True)
class Told:
    """A judgement, ready for a page."""

    act: Act
    blocks: tuple[Block, ...]
    outcome: str
    outcome_class: str
    means: str
    why: str
    steps: list[Step]
    values: list[Value]
    corrected: Block | None
    would_pass: list[str]
    meanwhile: tuple[str, ...]
    to_tick: tuple[str, ...]
    turns: list[Turn]
    turned: str
    level: PressureLevel
    example: str


def tell(judged: Judged) -> Told:
    """The judgement at the pressure that was chosen, and how the others differ."""
    decision = judged.decision
    validation = _result(decision, Validation)
    boundary = _result(decision, BoundaryCheck)
    act = act_of(judged.proposal.action)
    stopped = decision.decision in {GateDecision.ASK, GateDecision.DENY}
    values = values_in(plain(validation.to_dict())) if validation is not None and stopped else []
    return Told(
        act=act,
        blocks=act.further,
        outcome=str(OUTCOMES[decision.decision]),
        outcome_class=CLASSES.get(decision.decision, ""),
        means=str(MEANS[decision.decision]),
        why=_why(decision),
        steps=steps_of(decision, classified(judged), judged.in_force),
        values=values,
        corrected=whole_of(_corrected(decision)),
        would_pass=would_pass_in(plain(decision.would_pass_if)) if stopped else [],
        meanwhile=boundary.alternatives_ai_can_provide if boundary is not None and boundary.requires_human else (),
        to_tick=boundary.safety_checks if boundary is not None and boundary.requires_human else (),
        turns=turns(judged.level, judged),
        turned=_turned(judged),
        level=judged.level,
        example=shipped.name_of(judged.proposal),
    )


def _why(decision: Decision) -> str:
    """What decided, in one sentence; of reasoning that was weighed, the verifier's."""
    verification = _result(decision, Verification)
    if decision.findings and decision.findings[0].rule in WEIGHED and verification is not None:
        return _of_verifier(verification, 0)
    return reason_in_short(decision.reasons[0])


def steps_of(decision: Decision, classified: Step, in_force: int) -> list[Step]:
    """All six services and the gate, in order: those that were not needed say so."""
    by_service = {check.service: check for check in decision.checks}
    steps = [classified]
    for service, says in _SAYS.items():
        check = by_service.get(service)
        if check is None:
            steps.append(_not_needed(service))
            continue
        steps.append(
            Step(
                service_in_words(service),
                leads_in_words(service, check.decision),
                CLASSES.get(check.decision, ""),
                says(check.result, in_force),
                took(check.microseconds),
                asks=str(ASKS[service]),
                reasons=tuple(visible(one) for one in getattr(check.result, "reasons", ())[:MOST_REASONS]),
                opened=check.decision in {GateDecision.ASK, GateDecision.DENY},
            )
        )
    return [*steps, _of_gate(decision)]


def _of_verifier(result: Verification, _in_force: int) -> str:
    if result.decision is VerificationDecision.NOT_ASSESSED:
        return _("No reasoning was given, so there is none to assess.")
    number = formats.number_format(result.confidence, decimal_pos=2)
    return {
        VerificationDecision.PROCEED: _("The reasoning is weighed at %(number)s of 1: enough to proceed."),
        VerificationDecision.PROCEED_WITH_CAUTION: _(
            "The reasoning is weighed at %(number)s of 1: to proceed with caution."
        ),
        VerificationDecision.REQUIRE_REVIEW: _(
            "The reasoning is weighed at %(number)s of 1: somebody must look at it."
        ),
        VerificationDecision.BLOCKED: _("The reasoning is weighed at %(number)s of 1: it does not bear the act."),
    }[result.decision] % {"number": number}


def _of_validator(result: Validation, in_force: int) -> str:
    if result.conflicts:
        return reason_in_short(result.reason)
    return ngettext(
        "The one instruction in force does not speak against it.",
        "None of the %(number)s instructions in force speaks against it.",
        in_force,
    ) % {"number": in_force}


def _of_boundary(result: BoundaryCheck, _in_force: int) -> str:
    if not result.requires_human:
        return _("No boundary: it can be automated.")
    return f"{boundary_says(result.section or '')}. {one_line(result.reason)}."


def _of_orchestrator(result: ConflictAnalysis, _in_force: int) -> str:
    titles = [one.framework for one in result.moral_frameworks_in_tension]
    groups = list(result.affected_stakeholder_groups)
    said = []
    if titles:
        said.append(_("Frameworks in tension: %(titles)s.") % {"titles": ", ".join(titles)})
    if groups:
        said.append(_("To be heard: %(groups)s.") % {"groups": ", ".join(groups)})
    return " ".join(said) or _("No word in it tells whose values they are; people must say.")


def _of_monitor(result: Pressure, _in_force: int) -> str:
    return _("%(level)s, %(score)s of 1.") % {
        "level": PRESSURES[result.level],
        "score": formats.number_format(result.score, decimal_pos=2),
    }


_SAYS: dict[str, Any] = {
    VERIFIER: _of_verifier,
    VALIDATOR: _of_validator,
    BOUNDARY: _of_boundary,
    ORCHESTRATOR: _of_orchestrator,
    MONITOR: _of_monitor,
}
"""The services that are asked before an act, in order."""


def _not_needed(service: str) -> Step:
    return Step(service_in_words(service), _("Not needed"), says=_("No values are in conflict here."), ran=False,
                asks=str(ASKS[service]))  # fmt: skip


def _of_gate(decision: Decision) -> Step:
    return Step(
        service_in_words(GATE),
        str(OUTCOMES[decision.decision]),
        CLASSES.get(decision.decision, ""),
        _("The most severe answer holds."),
        _("%(took)s in all") % {"took": took(sum(check.microseconds for check in decision.checks))},
        asks=str(ASKS[GATE]),
    )


def classified(judged: Judged) -> Step:
    """The first step, which was taken when the instructions were given: how those that the act meets were read."""
    cited = _cited(judged)
    if not cited:
        says = ngettext(
            "One instruction was read when it was given. This act meets none.",
            "%(number)s instructions were read when they were given. This act meets none.",
            judged.in_force,
        ) % {"number": judged.in_force}
        return Step(service_in_words(CLASSIFIER), _("Kept before"), says=says, asks=str(ASKS[CLASSIFIER]), ran=False)
    return of_classifier(cited[0], also=cited[1:])


def of_classifier(one: Given, also: list[Given] | None = None) -> Step:
    """How an instruction was read."""
    read = one.read
    if not read.stored:
        result = _("Not kept")
        says = _("“%(text)s” is too vague to be kept, so nothing is held against it.")
    else:
        result = _("Kept before")
        says = _("“%(text)s” was read as %(kind)s: persistence %(strength)s, scope %(span)s, check %(check)s.")
    named = {
        "text": one_line(read.text),
        "kind": str(fields.Quadrant(read.quadrant).label),
        "strength": str(fields.Persistence(read.persistence).label),
        "span": str(fields.TemporalScope(read.temporal_scope).label),
        "check": str(fields.Verification(read.verification_required).label),
    }
    reasons = tuple(visible(reason) for reason in read.reasons[:MOST_REASONS])
    reasons += tuple(f"“{one_line(other.read.text)}”" for other in also or ())
    return Step(service_in_words(CLASSIFIER), result, says=says % named, took=took(one.microseconds), reasons=reasons,
                asks=str(ASKS[CLASSIFIER]))  # fmt: skip


def _cited(judged: Judged) -> list[Given]:
    """The instruction that a visitor added, and those that the act is held against, read at this moment."""
    validation = _result(judged.decision, Validation)
    ids = validation.cited if validation is not None else ()
    found = [given(id, shipped.house()[id].text) for id in ids if id in shipped.house()]
    if judged.own is None:
        return found
    return [judged.own, *found] if OWN in ids or not found else [*found, judged.own]


def _corrected(decision: Decision) -> object:
    said = decision.corrected_input
    if isinstance(said, Mapping) and isinstance(said.get("command"), str):
        return said["command"]
    return None


def turns(chosen: PressureLevel, judged: Judged | None = None) -> list[Turn]:
    """The dial: every level, with what the act comes to under it once it is judged."""
    found = []
    for level in PressureLevel:
        decision = judged.at[level].decision if judged is not None else None
        found.append(
            Turn(
                level,
                str(PRESSURES[level]),
                str(LEVELS[level]),
                _session_in_words(level),
                level is chosen,
                str(OUTCOMES[decision]) if decision else "",
                CLASSES.get(decision or "", ""),
            )
        )
    return found


@cache
def _counts(level: PressureLevel) -> tuple[int, int, int]:
    state = shipped.sessions()[level]
    return state.messages, round(100 * state.tokens_used / state.tokens_budget), state.compactions


def _session_in_words(level: PressureLevel) -> str:
    messages, full, compactions = _counts(level)
    said = _("%(messages)s messages, %(full)s %% of the tokens") % {"messages": messages, "full": full}
    if compactions:
        said += ngettext(", compacted once", ", compacted %(times)s times", compactions) % {"times": compactions}
    return said


def _turned(judged: Judged) -> str:
    """In one sentence, what the pressure changes for this act."""
    answers = [(level, judged.at[level].decision) for level in PressureLevel]
    changes = [
        (level, now) for (level, now), (_level, before) in zip(answers[1:], answers, strict=False) if now != before
    ]
    first = str(OUTCOMES[answers[0][1]])
    if not changes:
        return _("%(outcome)s, whatever the pressure: it is not the session that decides here.") % {"outcome": first}
    said = [f"{first}."]
    for level, now in changes:
        sentence = _("At %(level)s: %(outcome)s.") if level is LAST else _("From %(level)s on: %(outcome)s.")
        said.append(sentence % {"outcome": str(OUTCOMES[now]).lower(), "level": PRESSURES[level]})
    return " ".join(said)


def _result(decision: Decision, kind: type[R]) -> R | None:
    return next((one.result for one in decision.checks if isinstance(one.result, kind)), None)
