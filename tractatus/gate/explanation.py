"""A decision of the gate in words, as much of it as somebody wants to read (core concepts, configuration)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tractatus.gate.decision import Decision, Finding
from tractatus.gate.rules import ALLOW, ASK, DENY, WARN, Seen
from tractatus.results import Record
from tractatus.vocabulary import GateDecision, Verbosity

SAID = {
    ALLOW: "Allowed",
    WARN: "Allowed, with a warning",
    ASK: "A human must be asked",
    DENY: "Denied",
}
EACH = {WARN: "warns", ASK: "asks a human", DENY: "denies"}


def explain(decision: Decision, verbosity: Verbosity) -> str:
    """The decision in words: nothing (SILENT), one sentence, every check with its reasons, or all results as JSON."""
    if verbosity is Verbosity.SILENT:
        return ""
    if verbosity is Verbosity.DEBUG:
        return json.dumps(_without_durations(decision), indent=2, ensure_ascii=False, sort_keys=False)
    if verbosity is Verbosity.SUMMARY:
        return decision.reasons[0]
    lines = [decision.reasons[0], *(f"- {reason}" for reason in decision.reasons[1:])]
    for check in decision.checks:
        lines += ["", f"{check.service}: {check.decision}", *(f"  {reason}" for reason in _reasons_of(check.result))]
    return "\n".join(lines)


def reasons_of(decision: GateDecision, findings: Sequence[Finding], seen: Seen, granted: bool) -> Iterator[str]:
    """What decided, in one sentence; then each service that had something to say; then what to know of the request."""
    if granted:
        yield f"{SAID[decision]}: a human granted exactly this action. Without the grant: {findings[0].reason}"
    elif findings:
        others = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
        yield f"{SAID[decision]}: {findings[0].reason}{others}"
    else:
        yield f"{SAID[decision]}: the instructions, the boundaries and the session's pressure agree with it."
    for one in findings if len(findings) > 1 else ():
        yield f"{one.service} {EACH[one.decision]}: {one.reason}"
    if seen.validation.corrected_action:
        changes = (f"{name} {value}" for name, value in seen.validation.corrected_action.items())
        yield f"With {', '.join(changes)} it would agree with the instructions."
    if seen.request.session is None:
        yield "Nothing was said of the session; its pressure is taken as that of a session that begins."
    if seen.reading.cut:
        yield "The action was too long or too deep to be read to its end."


def _without_durations(decision: Decision) -> dict[str, Any]:
    said = decision.to_dict()
    del said["explanation"]
    for check in said["checks"]:
        del check["microseconds"]
    return said


def _reasons_of(result: Record) -> tuple[str, ...]:
    reasons: tuple[str, ...] = getattr(result, "reasons", ())
    return reasons
