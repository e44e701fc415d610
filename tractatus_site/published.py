"""Published outcomes as the first page shows them: question, decision, and every dissent beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.scope import open_organisation
from deliberation.models import Publication
from deliberation.queries import outcome_page
from deliberation.queries.public import published_outcomes
from deliberation.queries.publication import names_chosen, public_document


@dataclass(frozen=True)
class Shown:
    organisation: str
    decided_at: datetime | None
    review_by: date | None
    title: Any
    url: str
    opinions: list[dict[str, Any]]


def shown_to_anybody(most: int = 10) -> list[Shown]:
    """The newest published outcomes, each read as the public reads it."""
    return [_shown(publication) for publication in published_outcomes(most=most)]


def _shown(publication: Publication) -> Shown:
    with open_organisation(publication.organisation):
        own = Publication.objects.select_related("outcome__deliberation__organisation").get(pk=publication.pk)
        document = public_document(own.outcome, names_chosen(own))
        return Shown(
            organisation=publication.organisation.name,
            decided_at=own.outcome.signed_at,
            review_by=document.version.review_date,
            title=document.deliberation.question,
            url=reverse("published", args=[own.slug]),
            opinions=outcome_page.opinions(document),
        )
