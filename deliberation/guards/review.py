"""Precedents and reviews move only as their machines say, and nobody signs what they prepared or facilitated."""

from collections.abc import Mapping

from accounts.guards import AppendOnly, Refuse, register
from accounts.models import SeatUser
from accounts.roles import Part
from deliberation.models import ChangeReport, Deliberation, Outcome, Precedent, Review, ReviewAuthor, Seat

REVIEW = Review._meta.db_table
PRECEDENT = Precedent._meta.db_table
REPORT = ChangeReport._meta.db_table

REVIEW_MOVES = {
    "scheduled": ("due", "void"),
    "due": ("in_review", "void"),
    "in_review": ("due", "reaffirmed", "retired", "to_deliberation", "void"),
}
PRECEDENT_MOVES = {
    "in_force": ("under_review",),
    "under_review": ("in_force", "superseded", "retired"),
}
REPORT_MOVES = {"reported": ("accepted", "dismissed")}


def declare() -> None:
    _reviews()
    _signatures()
    _precedents()
    _reports()


def _moves_elsewhere(moves: Mapping[str, tuple[str, ...]]) -> str:
    """The condition that a state changes along no move of the machine."""
    known = " OR ".join(f"(OLD.state = '{start}' AND NEW.state IN ({_listed(ends)}))" for start, ends in moves.items())
    return f"NEW.state <> OLD.state AND NOT ({known})"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _reviews() -> None:
    register(
        Refuse(REVIEW, "review_moves", ("update",), _moves_elsewhere(REVIEW_MOVES), "a review moves step by step."),
        Refuse(
            REVIEW,
            "review_begins",
            ("insert",),
            "NEW.state NOT IN ('scheduled', 'due')",
            "a review begins scheduled or due.",
        ),
        Refuse(
            REVIEW,
            "review_ended_stays",
            ("update",),
            f"OLD.state IN ({_listed(tuple(str(s) for s in Review.ENDED))})",
            "a review that has ended is never changed.",
        ),
        Refuse(
            REVIEW,
            "review_stays_with_its_precedent",
            ("update",),
            "NEW.precedent_id <> OLD.precedent_id OR NEW.deliberation_id <> OLD.deliberation_id",
            "a review never changes its precedent.",
        ),
        Refuse(REVIEW, "review_never_deleted", ("delete",), "TRUE", "a review is never removed.", truncate=True),
        Refuse(
            REVIEW,
            "review_successor_succeeds",
            ("insert", "update"),
            "NEW.successor_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
            f'"{Deliberation._meta.db_table}" next WHERE next.id = NEW.successor_id '
            "AND next.succeeds_id = NEW.precedent_id)",
            "the new deliberation is not about this precedent.",
        ),
    )


def _signatures() -> None:
    register(
        Refuse(
            REVIEW,
            "review_signer_never_prepared",
            ("insert", "update"),
            f'NEW.signed_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM "{ReviewAuthor._meta.db_table}" hand '
            "WHERE hand.review_id = NEW.id AND hand.user_id = NEW.signed_by_id)",
            "whoever prepared a review does not sign it.",
        ),
        Refuse(
            REVIEW,
            "review_signer_never_facilitated",
            ("insert", "update"),
            f'NEW.signed_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM "{SeatUser._meta.db_table}" sits '
            f'JOIN "{Seat._meta.db_table}" seat ON seat.id = sits.seat_id '
            f"WHERE seat.deliberation_id = NEW.deliberation_id AND seat.part = '{Part.FACILITATOR}' "
            "AND sits.user_id = NEW.signed_by_id)",
            "whoever facilitated a deliberation, now or before, does not sign its review.",
        ),
        Refuse(
            REVIEW,
            "review_preparer_is_kept",
            ("insert", "update"),
            f'NEW.prepared_by_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{ReviewAuthor._meta.db_table}" hand '
            "WHERE hand.review_id = NEW.id AND hand.user_id = NEW.prepared_by_id)",
            "whoever prepares a review is kept among those who did.",
        ),
        Refuse(
            REVIEW,
            "review_signed_as_prepared",
            ("insert", "update"),
            "(NEW.state = 'reaffirmed' AND NEW.proposal <> 'reaffirm') "
            "OR (NEW.state = 'retired' AND NEW.proposal <> 'retire') "
            "OR (NEW.state = 'reaffirmed' AND NEW.new_date IS NULL)",
            "what is signed is what was prepared, and reaffirming needs a new date.",
        ),
        Refuse(
            REVIEW,
            "review_signature_ends_it",
            ("insert", "update"),
            "NEW.signed_by_id IS NOT NULL AND NEW.state NOT IN ('reaffirmed', 'retired')",
            "a signature ends the review.",
        ),
    )


def _precedents() -> None:
    register(
        Refuse(
            PRECEDENT,
            "precedent_moves",
            ("update",),
            _moves_elsewhere(PRECEDENT_MOVES),
            "a precedent moves only through its review.",
        ),
        Refuse(
            PRECEDENT,
            "precedent_begins",
            ("insert",),
            "NEW.state <> 'in_force' OR NOT EXISTS (SELECT 1 FROM "
            f"\"{Outcome._meta.db_table}\" signed WHERE signed.id = NEW.outcome_id AND signed.state = 'signed')",
            "a precedent begins with a signed outcome.",
        ),
        Refuse(
            PRECEDENT,
            "precedent_is_of_one_outcome",
            ("update",),
            "NEW.outcome_id <> OLD.outcome_id OR NEW.deliberation_id <> OLD.deliberation_id "
            "OR (OLD.superseded_by_id IS NOT NULL AND (NEW.superseded_by_id IS NULL "
            "OR NEW.superseded_by_id <> OLD.superseded_by_id))",
            "a precedent never becomes another one.",
        ),
        Refuse(
            PRECEDENT,
            "precedent_superseded_by_successor",
            ("update",),
            "NEW.superseded_by_id IS NOT NULL AND OLD.superseded_by_id IS NULL AND NOT EXISTS (SELECT 1 FROM "
            f'"{PRECEDENT}" later JOIN "{Deliberation._meta.db_table}" next ON next.id = later.deliberation_id '
            "WHERE later.id = NEW.superseded_by_id AND next.succeeds_id = NEW.id)",
            "only a deliberation opened to change it replaces a precedent.",
        ),
        Refuse(
            PRECEDENT,
            "precedent_retired_by_review",
            ("update",),
            "NEW.state = 'retired' AND OLD.state <> 'retired' AND NOT EXISTS (SELECT 1 FROM "
            f"\"{REVIEW}\" ended WHERE ended.precedent_id = NEW.id AND ended.state = 'retired')",
            "only a signed review retires a precedent.",
        ),
        Refuse(
            PRECEDENT, "precedent_never_deleted", ("delete",), "TRUE", "a precedent is never removed.", truncate=True
        ),
    )


def _reports() -> None:
    register(
        AppendOnly(REPORT, may_set=("state",), once=("decided_by_id", "decided_at", "reason_id")),
        Refuse(REPORT, "report_moves", ("update",), _moves_elsewhere(REPORT_MOVES), "a report is decided once."),
        Refuse(REPORT, "report_begins", ("insert",), "NEW.state <> 'reported'", "a report begins undecided."),
    )
