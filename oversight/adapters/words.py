"""An answer of the check in words, for the model that asked or the person beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from oversight.domain.answers import ASK, DENY, Answer
from tractatus.gate.rules import RULES, VALIDATOR

LONGEST_CORRECTION = 2_000
"""Characters of a corrected call that are repeated; a whole file is not."""

OF_THE_VALIDATOR = frozenset(rule.name for rule in RULES if rule.service == VALIDATOR)
"""The rules by which an answer rests on an instruction, and not on a boundary or the session."""

HANDOFF_FILE = ".claude/sessions/handoff-<time>.md"


def refusal(answer: Answer) -> str:
    """Why an act may not be done now, and what to do instead: what stops it, what would pass, whom to wait for."""
    said = [*_because(answer), *_instead(answer)]
    if answer.decision == ASK and answer.judgment_request:
        said.append(_("A person decides this: %(url)s") % {"url": answer.judgment_request["url"]})
        said.append(_("Go on with other work; this is parked. Once it is granted, ask again with exactly this call."))
    said += _of_session(answer)
    return "\n".join(said)


def warning(answer: Answer) -> str:
    """What to mind in an act that may be done."""
    return "\n".join([*_because(answer), *_of_session(answer)])


def question(answer: Answer) -> str:
    """What the person at the keyboard is asked."""
    return "\n".join([*_because(answer), *_instead(answer)])


def _because(answer: Answer) -> list[str]:
    """The instruction that an act goes against, in its own words; else what the gate says."""
    found = _violated(answer)
    if found is not None and answer.rule in OF_THE_VALIDATOR:
        words, key = _own_words(found), found["instruction_violated"]
        said = _("Denied") if answer.decision == DENY else _("Please note")
        lines = [f"{said}: {key} “{words}”." if words else f"{said}: {key}."]
        if found.get("expected") is not None and found.get("actual") is not None:
            lines.append(
                _("Expected: %(expected)s. This call has: %(actual)s.")
                % {"expected": found["expected"], "actual": found["actual"]}
            )
        elif found.get("reason"):
            lines.append(str(found["reason"]))
        return lines
    return [answer.explanation or (answer.reasons[0] if answer.reasons else "")]


def _violated(answer: Answer) -> Mapping[str, Any] | None:
    """What the validator found, where it found something."""
    for check in answer.checks:
        if check["service"] == VALIDATOR and check["result"].get("instruction_violated"):
            found: Mapping[str, Any] = check["result"]
            return found
    return None


def _own_words(found: Mapping[str, Any]) -> str:
    for conflict in found.get("conflicts") or ():
        if conflict.get("instruction_id") == found["instruction_violated"]:
            return str(conflict.get("instruction") or "").rstrip(".")
    return ""


def _instead(answer: Answer) -> list[str]:
    """The corrected act, in words and as the tool takes it."""
    said = []
    if answer.corrected_action:
        changes = ", ".join(f"{name} {value}" for name, value in answer.corrected_action.items())
        said.append(_("With %(changes)s it would be allowed.") % {"changes": changes})
    if isinstance(answer.corrected_input, Mapping):
        command = answer.corrected_input.get("command")
        shown = command if isinstance(command, str) else json.dumps(answer.corrected_input, ensure_ascii=False)
        if len(shown) <= LONGEST_CORRECTION:
            said.append(_("Corrected: %(call)s") % {"call": shown})
    return said


def _of_session(answer: Answer) -> list[str]:
    """What a session that is full has to do, said with whatever else it is told."""
    session = answer.session
    if session is None or not session.handoff_due:
        return []
    return [
        _("This session is %(level)s and is to be handed over. Write %(file)s with the headings State, Completed, In "
          "progress, Known issues and Next priorities; then a fresh session goes on.")
        % {"level": session.pressure_level, "file": HANDOFF_FILE}
    ]  # fmt: skip
