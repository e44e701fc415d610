"""What the database lets happen to a publication: everybody quoted chooses first, and of one exact page."""

from __future__ import annotations

from accounts.guards import Refuse, register
from deliberation.guards.columns import differs, table
from deliberation.guards.outcome import OUTCOME
from deliberation.models import Publication, QuoteChoice


def declare() -> None:
    register(*_publication())


def _publication() -> list[Refuse]:
    name, choices = table(Publication), table(QuoteChoice)
    moves = (
        "(OLD.state = 'proposed' AND NEW.state NOT IN ('proposed', 'published', 'dropped')) "
        "OR (OLD.state = 'published' AND NEW.state NOT IN ('published', 'unpublished')) "
        "OR (OLD.state IN ('unpublished', 'dropped') AND NEW.state <> OLD.state)"
    )
    undecided = f"SELECT 1 FROM {choices} q WHERE q.publication_id = NEW.id AND q.choice = ''"
    signed = f"SELECT 1 FROM {OUTCOME} o WHERE o.id = NEW.outcome_id AND o.state IN ('signed', 'superseded')"
    return [
        Refuse(
            name,
            "publication_begins_proposed",
            ("insert",),
            f"NEW.state <> 'proposed' OR NOT EXISTS ({signed})",
            "a signed outcome is proposed for publication first.",
        ),
        Refuse(name, "publication_moves", ("update",), moves, "a publication does not move that way."),
        Refuse(
            name,
            "publication_all_have_chosen",
            ("update",),
            f"NEW.state = 'published' AND OLD.state = 'proposed' AND (NEW.reason_id IS NULL "
            f"OR NEW.published_by_id IS NULL OR EXISTS ({undecided}))",
            "everybody quoted chooses first, and it is published with a reason.",
        ),
        Refuse(
            name,
            "publication_exact_page",
            ("update",),
            differs("outcome_id", "page_digest", "slug", "proposed_by_id", "proposed_at"),
            "what is published is the page that was proposed.",
        ),
        Refuse(
            name, "publication_never_deleted", ("delete",), "TRUE", "a publication is never removed.", truncate=True
        ),
        Refuse(
            choices,
            "quote_choice_stands",
            ("update",),
            f"(OLD.choice <> '' AND NEW.choice = '') OR {differs('publication_id', 'seat_id')}",
            "a choice is changed by another choice.",
        ),
        Refuse(choices, "quote_choice_never_deleted", ("delete",), "TRUE", "a choice is never removed.", truncate=True),
    ]
