"""An action as systems send it: what would be judged without being read is refused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.interface import JSONObjectField
from accounts.known_fields import nearest, not_known, shown
from accounts.refusals import Invalid

NAMED = ("tool_name", "tool_input", "type", "description", "parameters")
BESIDE = {*NAMED, "name", "tool", "input", "arguments", "args"}
"""What an action is read by. It may hold more, which nothing is judged by: it never says less of the act."""


def must_be_read(action: Any) -> None:
    """Raise `Invalid` for an action with a field that is misspelt, or a tool call that gives its input elsewhere.

    An act whose input is not found would be judged as if it had none.
    """
    if not isinstance(action, dict) or (action.keys() <= BESIDE and not _is_bare(action)):
        return
    missing = [name for name in NAMED if name not in action]
    wrong = {}
    for name in action.keys() - BESIDE:
        if nearest(name, missing):
            wrong[f"action.{shown(name)}"] = not_known(name, missing)
    if not wrong and _is_bare(action):
        for name, value in action.items():
            if name not in ("tool_name", "type", "description") and value and not str(name).lower().endswith("id"):
                wrong[f"action.{shown(name)}"] = _("Put what the tool is given under “tool_input”.")
    if wrong:
        raise Invalid(errors=dict(sorted(wrong.items())))


class ActionObjectField(JSONObjectField):
    """An action that is an object."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        action = super().to_internal_value(data)
        must_be_read(action)
        return action


def _is_bare(action: dict[Any, Any]) -> bool:
    """Whether it calls a tool and gives no input."""
    return "tool_name" in action and "tool_input" not in action
