"""What was said, side by side by framework. Nothing here is added up, and no number leaves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from audit.models import Text
from deliberation.models import Deliberation, Framework
from deliberation.models.rounds import Spoken
from deliberation.queries.conflict import frameworks_in_order
from deliberation.queries.rounds import voices_by_framework


class Answer(Protocol):
    """A contribution, or the columns of one that a page prints: of 200 people no more is read than that."""

    @property
    def seat_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def given(self) -> str: ...
    @property
    def confirmed_at(self) -> datetime | None: ...


S = TypeVar("S", bound=Answer)

HOW_AND_BY = ("seat_id", "version", "given", "confirmed_at", "language", "seat__name")
"""The columns of every contribution that a page prints, and those of `Answer`."""


def columns_of(*texts: str) -> list[str]:
    """The columns of these texts, for `text_in`."""
    return [f"{text}__{column}" for text in texts for column in ("body", "erased_at")]


def text_in(row: Any, name: str) -> Text | str | None:
    """A text of which only the columns were read: its words, or what prints that they were erased."""
    erased_at = getattr(row, f"{name}__erased_at")
    return getattr(row, f"{name}__body") if erased_at is None else Text(erased_at=erased_at)


def newest(rows: Iterable[S], chain: str | None = None) -> dict[tuple[UUID | None, UUID], S]:
    """The last version by thing and seat."""
    last: dict[tuple[UUID | None, UUID], S] = {}
    for row in sorted(rows, key=lambda r: r.version):
        last[(getattr(row, chain) if chain else None, row.seat_id)] = row
    return last


@dataclass(frozen=True)
class Abreast:
    """What puts answers into columns: the frameworks in this viewer's order and who speaks in each."""

    frameworks: list[Framework]
    speaks: dict[UUID, list[UUID]]

    @classmethod
    def of(cls, deliberation: Deliberation, viewer: UUID | None) -> Abreast:
        return cls(frameworks_in_order(deliberation, viewer), voices_by_framework(deliberation))

    def columns(
        self, key: str, answers: dict[UUID, dict[str, Any]], notes: dict[UUID, Any] | None = None
    ) -> list[dict[str, Any]]:
        """One column a framework; `answers` are by seat, so that a voice of several frameworks stands in each."""
        return [
            {
                "key": f"{key}-{framework.pk.hex[-8:]}",
                "title": framework.title,
                "note": (notes or {}).get(framework.pk),
                "answers": [answers[seat] for seat in self.speaks.get(framework.pk, []) if seat in answers],
            }
            for framework in self.frameworks
        ]


def how_given(row: Answer) -> str:
    """How it was given, where not typed by its speaker; and that it is not confirmed, where it is not."""
    if row.given == Spoken.Given.TYPED and row.confirmed_at is not None:
        return ""
    given = {
        Spoken.Given.SPOKEN: _("Spoken, written down by the facilitator."),
        Spoken.Given.PAPER: _("On paper, entered by the facilitator."),
        Spoken.Given.TRANSLATED: _("Translated, entered by the facilitator."),
    }.get(Spoken.Given(row.given), "")
    if row.confirmed_at is None:
        return f"{given} {_('Not yet confirmed by its speaker.')}".strip()
    return given
