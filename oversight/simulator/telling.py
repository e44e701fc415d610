"""What the gate said, in words: the outcome, what it goes by, and what the pressure changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.queries.wording import CLASSES, PRESSURES, service_in_words
from oversight.queries.checks import Value, reason_in_short, values_in
from oversight.queries.services import ASKS, CLASSIFIER, Step, would_pass_in
from oversight.queries.showing import Act, Block, act_of, whole_of
from oversight.simulator import shipped
from oversight.simulator.flow import OUTCOMES, of_classifier, of_verifier, steps_of
from oversight.simulator.judging import OWN, Given, Judged, given
from tractatus import PressureLevel
from tractatus.boundaries import BoundaryCheck
from tractatus.gate import Decision
from tractatus.results import plain
from tractatus.validator import Validation
from tractatus.verifier import Verification
from tractatus.vocabulary import GateDecision

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
WEIGHED = frozenset({"reasoning_blocked", "reasoning_to_review", "reasoning_with_caution"})
"""Rules of the gate that go by the reasoning."""


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
    validation = decision.result_of(Validation)
    boundary = decision.result_of(BoundaryCheck)
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
    verification = decision.result_of(Verification)
    if decision.findings and decision.findings[0].rule in WEIGHED and verification is not None:
        return of_verifier(verification)
    return reason_in_short(decision.reasons[0])


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


def _cited(judged: Judged) -> list[Given]:
    """The instruction that a visitor added, and those that the act is held against, read at this moment."""
    validation = judged.decision.result_of(Validation)
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
