"""Where the instructions come from that outcomes gave: asked for by the pages of the instruction history."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from deliberation.domain.precedent import today_in
from deliberation.models import AgentInstruction, Precedent, Review
from instructions.domain.by_outcome import SOURCE
from instructions.models import Instruction
from instructions.queries.origins import Origin, register


def origins_of_outcomes(rows: list[Instruction]) -> Mapping[UUID, Origin]:
    """The outcome that each instruction stands in, and since when the review of its precedent is overdue."""
    told = list(
        AgentInstruction.objects.filter(instruction__in=rows).select_related(
            "deliberation__question", "deliberation__organisation"
        )
    )
    by_outcome = {one.outcome_id: one for one in told}
    precedents = {row.outcome_id: row for row in Precedent.objects.filter(outcome__in=by_outcome)}
    open_reviews = Review.objects.filter(precedent__in=precedents.values(), state__in=Review.OPEN)
    reviews = {row.precedent_id: row for row in open_reviews}
    found = {}
    for outcome_id, one in by_outcome.items():
        deliberation = one.deliberation
        precedent = precedents.get(outcome_id)
        review = reviews.get(precedent.pk) if precedent else None
        late = review is not None and review.is_overdue(today_in(deliberation.organisation))
        found[one.instruction_id] = Origin(
            title=_("%(reference)s, %(question)s")
            % {"reference": deliberation.reference, "question": deliberation.question},
            url=reverse("outcome", args=[deliberation.organisation.slug, deliberation.number]),
            overdue_since=review.due_on if review is not None and late else None,
            says=str(precedent.get_state_display()) if precedent else "",
        )
    return found


def declare() -> None:
    """Have the instruction history ask here."""
    register(SOURCE, origins_of_outcomes)
