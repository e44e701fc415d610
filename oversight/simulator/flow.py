"""What each service said of an act, in words: the steps of a flow, from what had been said before to the gate."""

from __future__ import annotations

from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.durations import took
from audit.queries.wording import CLASSES, PRESSURES, service_in_words
from instructions.models import instruction as fields
from oversight.queries.checks import reason_in_short
from oversight.queries.services import ASKS, CLASSIFIER, GATE, MOST_REASONS, Step, leads_in_words
from oversight.queries.showing import one_line, visible
from oversight.queries.wording import boundary_says
from oversight.simulator.judging import Given
from tractatus.boundaries import BoundaryCheck
from tractatus.gate import Decision
from tractatus.gate.rules import BOUNDARY, MONITOR, ORCHESTRATOR, VALIDATOR, VERIFIER
from tractatus.orchestrator import ConflictAnalysis
from tractatus.pressure import Pressure
from tractatus.validator import Validation
from tractatus.verifier import Verification
from tractatus.vocabulary import GateDecision, VerificationDecision

OUTCOMES: dict[GateDecision, Promise] = {
    GateDecision.ALLOW: gettext_lazy("Allowed"),
    GateDecision.WARN: gettext_lazy("Allowed, with care"),
    GateDecision.ASK: gettext_lazy("A person is asked"),
    GateDecision.DENY: gettext_lazy("Denied"),
}


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


def of_verifier(result: Verification, _in_force: int = 0) -> str:
    """How the reasoning was weighed, in one sentence."""
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
    VERIFIER: of_verifier,
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
