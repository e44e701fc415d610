"""For whom somebody would speak, in a line: in Python, because a list of 200 people prints 200 of them."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from deliberation.models import Seat, Stakeholder
from deliberation.queries.stakeholders import Place

register = template.Library()


@register.filter
def stands_for(row: Stakeholder) -> SafeString:
    """{{ row|stands_for }}: in which relation they stand, for whom, and from what they may speak.

    Takes a row with its places: see `queries.stakeholders.fetch_places`.
    """
    told: list[str] = [escape(capfirst(str(Seat.Relation(row.relation).label)))]
    if row.covers:
        told.append(_told(_("For"), row.covers))
    if row.speaks_from:
        told.append(_told(_("May speak from"), row.speaks_from))
    return SafeString(f'<p class="small soft">{". ".join(told)}.</p>')


def _told(head: str, places: Sequence[Place]) -> str:
    return f"{escape(head)} {'; '.join(f'<bdi>{escape(place.title)}</bdi>' for place in places)}"
