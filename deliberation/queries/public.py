"""What anybody may read without signing in: the published outcomes of every organisation in use."""

from __future__ import annotations

from accounts.scope import public_rows
from deliberation.models import Publication


def published_outcomes(slug: str | None = None, *, most: int = 50) -> list[Publication]:
    """The outcomes published now, the newest first, or the one at `slug`; with question, organisation and decision.

    It looks across organisations, and gives only what its decision holder made public.
    """
    rows = public_rows(Publication).select_related(
        "organisation", "deliberation__question", "deliberation__organisation", "outcome__signed_version__decision"
    )
    if slug is not None:
        rows = rows.filter(slug=slug)
    return list(rows.order_by("-published_at")[:most])
