"""The evolution log: what ships with the software, and what administrators have added."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.scope import public_rows
from audit.models import Milestone, Text

SHIPPED = Path(__file__).parent.parent / "data" / "milestones.json"
Kind = Milestone.Kind


@dataclass(frozen=True)
class Told:
    """One thing of the log. `month` instead of `day` where only that is known, neither where nothing is.

    `language` is set for what ships with the software, which is written in English. `entry` leads to the record.
    """

    kind: str
    title: Text | str
    story: Text | str
    evidence: Text | str
    day: date | None = None
    month: date | None = None
    language: str = ""
    entry: object = None

    @property
    def kind_in_words(self) -> str:
        return str(Kind(self.kind).label).capitalize()

    @property
    def order(self) -> date:
        return self.day or self.month or date.min

    @property
    def when(self) -> str:
        if self.day is not None:
            return formats.date_format(self.day, "DATE_FORMAT")
        if self.month is not None:
            return formats.date_format(self.month, "YEAR_MONTH_FORMAT")
        return _("on a day that was not written down")


@cache
def shipped() -> tuple[Told, ...]:
    """What ships with the software."""
    return tuple(
        Told(
            kind=one["kind"],
            title=one["title"],
            story=one["story"],
            evidence=one["evidence"],
            day=date.fromisoformat(one["day"]) if "day" in one else None,
            month=date.fromisoformat(f"{one['month']}-01") if "month" in one else None,
            language="en",
        )
        for one in json.loads(SHIPPED.read_text(encoding="utf-8"))
    )


def own_log(organisation: Organisation) -> list[Told]:
    """The log as the organisation reads it, the newest first."""
    return _log(Milestone.objects.filter(organisation=organisation))


def public_log() -> list[Told]:
    """The log as anybody reads it: what ships, and what organisations that show theirs have added."""
    return _log(public_rows(Milestone))


def _log(rows: QuerySet[Milestone]) -> list[Told]:
    added = [
        Told(row.kind, row.title, row.story, row.evidence, day=row.day, entry=row.entry_id)
        for row in rows.select_related("title", "story", "evidence").order_by("-day", "-id")
    ]
    return sorted([*added, *shipped()], key=lambda told: told.order, reverse=True)


def as_markdown(log: Iterable[Told]) -> str:
    """The log as a document, in the words that were written; what was erased says so."""
    parts = [f"# {_('Evolution log')}"]
    for told in log:
        parts += [
            f"## {_one_line(told.title)}",
            f"*{told.kind_in_words}, {told.when}*",
            _quoted(told.story),
            f"**{_('Evidence')}**",
            _quoted(told.evidence),
        ]
    return "\n\n".join(parts) + "\n"


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>#|~"})
_BEGINS = re.compile(r"[ \t]*(?:([-+=])|(\d{1,9})([.)]))?")
"""What makes a line a list, a rule or the underline of a heading by standing first in it; an indent makes it code."""


def _one_line(text: Text | str) -> str:
    return " ".join(str(text).translate(_MARKS).split())


def _quoted(text: Text | str) -> str:
    """People's words as text and not as marks: nothing in them becomes a heading, a link or markup."""
    lines = re.split(r"\r\n|\r|\n", str(text).translate(_MARKS))
    return "\n".join(f"> {_BEGINS.sub(_begun, line, count=1)}".rstrip() for line in lines)


def _begun(found: re.Match[str]) -> str:
    sign, number, dot = found.groups()
    return f"\\{sign}" if sign else f"{number}\\{dot}" if number else ""
