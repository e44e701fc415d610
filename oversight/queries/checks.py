"""Checks as people read them: what was asked, what was told, why, and what became of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from audit.models import Text
from instructions.models import Instruction
from oversight.models import Check, Incident, Mark
from oversight.models.words import Mode, Told
from oversight.queries.showing import Act, act_of, apart, visible
from oversight.queries.wording import STRICT, boundary_says, request_says, tone_of, verdict_of
from tractatus.gate.rules import VALIDATOR

SHORT = 60
"""Characters of a value that stands as large as a figure; a longer one is a sentence."""


@dataclass(frozen=True)
class Value:
    """One of what was expected, proposed and corrected to."""

    label: str
    value: SafeString
    says: SafeString | str


@dataclass
class Cited:
    """An instruction that a check cites: its key, its words as they were, and its row where it is there."""

    key: str
    words: str
    row: Instruction | None = None
    before: str = ""


@dataclass
class Seen:
    """One check on a page. `verdict` is what the agent was told in words, `tone` how it is set."""

    check: Check
    act: Act
    answer: Mapping[str, Any]
    asked: Mapping[str, Any]
    verdict: str
    tone: str
    why: str = ""
    cited: list[Cited] = field(default_factory=list)
    boundary: str = ""
    request_says: str = ""
    values: list[Value] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    corrected_by: Check | None = None

    @property
    def correction(self) -> Value | None:
        """What it is corrected to, where that is a value."""
        return self.values[2] if len(self.values) > 2 else None

    @property
    def is_plain(self) -> bool:
        """An act that was let through and of which there is nothing to say."""
        check = self.check
        return (
            check.decision == check.would_have == Told.ALLOW
            and check.mode in (Mode.ENFORCED, Mode.OBSERVED)
            and check.request_id is None
            and check.grant_id is None
            and check.became != Check.Became.FAILED
            and not self.incidents
            and self.act.erased is None
        )

    @property
    def is_told_whole(self) -> bool:
        """Whether the list tells it with everything: what was let through takes a line."""
        return bool(self.incidents) or (self.is_stopped and self.check.grant_id is None)

    @property
    def is_stopped(self) -> bool:
        """Whether it was denied or asked, or would have been."""
        return self.check.would_have in STRICT or self.check.decision in STRICT


ROWS = ("key", "text", "request__text", "request__decided_by", "request__reason", "request__deliberation",
        "request__outcome", "grant__decided_by", "grant__reason")  # fmt: skip


def checks(organisation: Organisation) -> QuerySet[Check]:
    """The checks of an organisation with what a page says of each."""
    return Check.objects.filter(organisation=organisation).select_related(*ROWS)


def read(text: Text) -> dict[str, Any]:
    """The JSON of a check's text; nothing where it was erased."""
    if text.erased_at is not None:
        return {}
    said = json.loads(text.body)
    return said if isinstance(said, dict) else {}


def act_in(text: Text) -> Act:
    """The act that the text of a check or of a request tells of, in words; the day it went where it was erased."""
    said = read(text)
    return act_of(said.get("action")) if said else Act("", erased=text)


def seen_of(found: Sequence[Check]) -> list[Seen]:
    """These checks as they are shown; three statements however many they are."""
    incidents: dict[UUID, list[Incident]] = {}
    for incident in Incident.objects.filter(of_check__in=[one.pk for one in found]).order_by("id"):
        incidents.setdefault(incident.of_check_id, []).append(incident)
    shown = []
    for check in found:
        said = read(check.text)
        answer = said.get("answer") if isinstance(said.get("answer"), dict) else {}
        assert isinstance(answer, dict)
        one = Seen(check, act_in(check.text), answer, said, verdict_of(check), tone_of(check), _why(answer),
                   incidents=incidents.get(check.pk, []))  # fmt: skip
        one.cited = _cited(answer)
        one.boundary = boundary_says(check.boundary) if check.boundary else ""
        asked = check.request or check.grant
        one.request_says = request_says(asked) if asked is not None else ""
        shown.append(one)
    _find_instructions(shown)
    for number, one in enumerate(shown):
        one.corrected_by = _corrected_by(one, shown[number + 1 :])
        one.values = _values(one)
    return shown


def _why(answer: Mapping[str, Any]) -> str:
    reasons = answer.get("reasons")
    return reason_in_short(reasons[0] if isinstance(reasons, list) and reasons else answer.get("explanation") or "")


def reason_in_short(reason: object) -> str:
    """A reason of the gate without what it begins with, to stand beside the verdict."""
    said = visible(reason)
    # What the library begins its sentence with stands beside it already.
    for begins in ("Denied: ", "Allowed, with a warning: ", "A human must be asked: ", "Allowed: ",
                   "People decide this: "):  # fmt: skip
        said = said.removeprefix(begins)
    said = re.sub(r" \(\d+ more\)$", "", said)
    return said[:1].upper() + said[1:]


def result_of(answer: Mapping[str, Any], service: str) -> Mapping[str, Any]:
    """What one service said; nothing where it was not asked."""
    for one in answer.get("checks") or ():
        if isinstance(one, Mapping) and one.get("service") == service and isinstance(one.get("result"), Mapping):
            result: Mapping[str, Any] = one["result"]
            return result
    return {}


def _cited(answer: Mapping[str, Any]) -> list[Cited]:
    conflicts = result_of(answer, VALIDATOR).get("conflicts") or ()
    cited: dict[str, Cited] = {}
    for one in conflicts:
        if isinstance(one, Mapping) and isinstance(one.get("instruction_id"), str):
            key = one["instruction_id"]
            cited.setdefault(key, Cited(key, visible(one.get("instruction") or "")))
    return list(cited.values())


def _find_instructions(shown: Iterable[Seen]) -> None:
    wanted = {one.key for seen in shown for one in seen.cited}
    rows: dict[str, list[Instruction]] = {}
    for row in Instruction.objects.filter(key__in=wanted).select_related("current__text"):
        rows.setdefault(row.key, []).append(row)
    for seen in shown:
        for one in seen.cited:
            mine = [row for row in rows.get(one.key, ()) if row.project_id in (None, seen.check.project_id)]
            one.row = mine[0] if mine else None
            if one.row is not None and one.row.current is not None and one.row.current.text.erased_at is not None:
                one.words = str(one.row.current.text)
            one.before = _before(one.row.published_at, seen.check.at) if one.row is not None else ""


def _before(told: datetime | None, asked: datetime) -> str:
    if told is None or told > asked:
        return ""
    days = (asked.date() - told.date()).days
    if not days:
        return _("the same day")
    return ngettext("%(days)s day before", "%(days)s days before", days) % {"days": days}


def _corrected_by(one: Seen, later: Sequence[Seen]) -> Check | None:
    """The check that did what this one was corrected to, if it came soon after."""
    wanted = one.answer.get("corrected_input")
    if not wanted or one.check.would_have not in STRICT:
        return None
    for other in later[:20]:
        action = other.asked.get("action")
        given = action.get("tool_input") if isinstance(action, Mapping) else None
        if other.check.would_have not in STRICT and _undescribed(given) == _undescribed(wanted):
            return other.check
    return None


def _undescribed(given: object) -> object:
    """The input of a tool without what the agent says of it, which it words anew each time."""
    return {key: value for key, value in given.items() if key != "description"} if isinstance(given, Mapping) else given


def _values(one: Seen) -> list[Value]:
    return values_in(result_of(one.answer, VALIDATOR)) if one.is_stopped else []


def values_in(result: Mapping[str, Any]) -> list[Value]:
    """Expected, proposed and corrected to, of the worst conflict, where they are values and not sentences."""
    expected, actual = result.get("expected"), result.get("actual")
    if expected in (None, "") or actual in (None, ""):
        return []
    if max(len(str(expected)), len(str(actual))) > SHORT:
        return []
    by_habit = result.get("conflict_type") == "training_pattern_override"
    values = [
        Value(_("Expected"), _underlined(expected, actual), _("your instruction")),
        Value(_("Proposed"), _underlined(actual, expected),
              _("the usual default") if by_habit else _("what the agent asked")),
    ]  # fmt: skip
    corrected = result.get("corrected_action")
    if isinstance(corrected, Mapping) and len(corrected) == 1:
        said = next(iter(corrected.values()))
        if len(str(said)) <= SHORT:
            values.append(Value(_("Corrected to"), format_html("{}", visible(said)), ""))
    return values


def _underlined(one: object, other: object) -> SafeString:
    return format_html_join(
        "", "{}", ((format_html("<u>{}</u>", text) if differs else text,) for text, differs in apart(one, other))
    )


def marks_of(check: Check) -> list[Mark]:
    """How people marked it, the newest first: that one holds."""
    return list(Mark.objects.filter(of_check=check).select_related("by", "why").order_by("-id")[:20])
