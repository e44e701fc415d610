"""A handoff as people read it: the agent's part, and beside it what the software knew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oversight.models import Handoff
from oversight.queries.showing import visible


@dataclass(frozen=True)
class Part:
    """A handoff with its rows, each a label and what stands there: a text or a list."""

    handoff: Handoff
    rows: tuple[tuple[str, list[str]], ...]
    in_force: str


LABELS = (
    ("completed", lambda: _("Done")),
    ("in_progress", lambda: _("In progress")),
    ("known_issues", lambda: _("Known trouble")),
    ("next_priorities", lambda: _("Next")),
)


def part_of(handoff: Handoff) -> Part:
    """A handoff in the order a reader wants it."""
    if handoff.body.erased_at is not None:
        return Part(handoff, ((_("Where it stands"), [str(handoff.body)]),), "")
    said = json.loads(handoff.body.body)
    rows = []
    if handoff.by_agent:
        rows = [(_("Where it stands"), _texts(said.get("state")))] if said.get("state") else []
        rows += [(label(), _texts(said.get(name))) for name, label in LABELS]
    return Part(handoff, tuple(rows), _in_force(said))


def _texts(value: Any) -> list[str]:
    if value in (None, "", [], {}):
        return []
    values = value if isinstance(value, list) else [value]
    return [visible(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)) for one in values]


def _in_force(said: Mapping[str, Any]) -> str:
    instructions = said.get("active_instructions") or []
    in_all = said.get("active_instructions_in_all") or len(instructions)
    if not in_all:
        return _("No instruction")
    named = ", ".join(visible(one["id"]) for one in instructions[:3])
    return ngettext("One instruction: %(named)s", "%(count)s instructions, among them %(named)s", in_all) % {
        "count": in_all, "named": named,
    }  # fmt: skip
