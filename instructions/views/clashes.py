"""Conflicts as the pages show them: both wordings, and what a person may say to each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from instructions.domain.conflicts import Clash
from instructions.forms.wording import ANSWER, WHY
from instructions.models import ShownConflict

Answer = ShownConflict.Answer


def shown(
    clash: Clash, given: Mapping[str, Any], problems: Mapping[str, str] | None = None, *, may_give_way: bool = True
) -> dict[str, Any]:
    """One conflict with its choices, what was answered so far (`given`), and what is wrong with that.

    `may_give_way` offers that the other one holds, which a revision has no way to do.
    """
    problems = problems or {}
    return {
        "clash": clash,
        "answer": str(given.get(ANSWER + clash.name, "")),
        "why": str(given.get(WHY + clash.name, "")),
        "problem": problems.get(WHY + clash.name) or problems.get(ANSWER + clash.name) or "",
        "choices": [way for way in _ways(clash) if may_give_way or way[0] != Answer.WITHDRAW],
    }


def _ways(clash: Clash) -> list[tuple[str, str, str]]:
    key = {"key": clash.against.key}
    return [
        (Answer.SCOPE, _("Both, apart"), _("Each holds where the other does not. Say below where the line is.")),
        (Answer.SUPERSEDE, _("The new one"), _("%(key)s is superseded, and stays readable.") % key),
        (Answer.WITHDRAW, _("The old one"), _("This one is not put in force. What you wrote stays readable.")),
        (Answer.NO_CONFLICT, _("They do not contradict each other"), _("Both hold as they are. Say below why.")),
    ]
