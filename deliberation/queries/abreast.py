"""What was said, side by side by framework. Nothing here is added up, and no number leaves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from deliberation.models import Deliberation, Framework
from deliberation.models.rounds import Spoken
from deliberation.queries.conflict import frameworks_in_order
from deliberation.queries.rounds import voices_by_framework

S = TypeVar("S", bound=Spoken)


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


def how_given(row: Spoken) -> str:
    """How it was given, where not typed by its speaker; and that it is not confirmed, where it is not."""
    given = {
        Spoken.Given.SPOKEN: _("Spoken, written down by the facilitator."),
        Spoken.Given.PAPER: _("On paper, entered by the facilitator."),
        Spoken.Given.TRANSLATED: _("Translated, entered by the facilitator."),
    }.get(Spoken.Given(row.given), "")
    if row.confirmed_at is None:
        return f"{given} {_('Not yet confirmed by its speaker.')}".strip()
    return given
