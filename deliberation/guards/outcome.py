"""What the database lets happen to an outcome, its versions and what was promised in them: forward, and in sight."""

from __future__ import annotations

from django.db import models

from accounts.guards import Refuse, register
from deliberation.guards.columns import changed, differs, table
from deliberation.models import (
    Commitment,
    CommitmentReport,
    Deliberation,
    Hearing,
    Outcome,
    OutcomeVersion,
    Remainder,
    ReviewTrigger,
    Seat,
    WeighedValue,
)

OUTCOME, VERSION = table(Outcome), table(OutcomeVersion)


def declare() -> None:
    register(*_outcome(), *_versions(), *_commitments(), *_deliberation())


def _outcome() -> list[Refuse]:
    moves = (
        "(OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'circulated')) "
        "OR (OLD.state = 'circulated' AND NEW.state NOT IN ('circulated', 'signed')) "
        "OR (OLD.state = 'signed' AND NEW.state NOT IN ('signed', 'superseded')) "
        "OR (OLD.state = 'superseded' AND NEW.state <> 'superseded')"
    )
    final = f"OLD.state IN ('signed', 'superseded') AND {changed(Outcome, 'state')}"
    unseen = (
        "NEW.state = 'circulated' AND OLD.state = 'draft' AND NOT EXISTS "
        f"(SELECT 1 FROM {VERSION} v WHERE v.outcome_id = NEW.id AND v.circulated_at IS NOT NULL)"
    )
    return [
        Refuse(
            OUTCOME, "outcome_begins_as_draft", ("insert",), "NEW.state <> 'draft'", "an outcome begins as a draft."
        ),
        Refuse(OUTCOME, "outcome_moves", ("update",), moves, "an outcome does not move that way."),
        Refuse(OUTCOME, "outcome_signed_is_final", ("update",), final, "signed is final; a change makes a successor."),
        Refuse(OUTCOME, "outcome_circulated_was_seen", ("update",), unseen, "no version of it has been circulated."),
        Refuse(OUTCOME, "outcome_never_deleted", ("delete",), "TRUE", "an outcome is never removed.", truncate=True),
    ]


def _versions() -> list[Refuse]:
    over = f"EXISTS (SELECT 1 FROM {OUTCOME} o WHERE o.id = NEW.outcome_id AND o.state IN ('signed', 'superseded'))"
    free = ("dissent_closes_at", "returned_at", "returned_by_id", "returned_reason_id")
    fixed = f"OLD.circulated_at IS NOT NULL AND {changed(OutcomeVersion, *free)}"
    shorter = (
        "OLD.circulated_at IS NOT NULL "
        "AND (NEW.dissent_closes_at IS NULL OR NEW.dissent_closes_at < OLD.dissent_closes_at)"
    )
    again = f"OLD.returned_at IS NOT NULL AND {differs('returned_at', 'returned_by_id', 'returned_reason_id')}"
    found = [
        Refuse(
            VERSION,
            "version_begins_unseen",
            ("insert",),
            "NEW.circulated_at IS NOT NULL OR NEW.set_aside_at IS NOT NULL OR NEW.returned_at IS NOT NULL",
            "a version begins as a draft nobody has seen.",
        ),
        Refuse(VERSION, "version_after_signature", ("insert", "update"), over, "it is signed; nothing of it changes."),
        Refuse(VERSION, "version_circulated_stays", ("update",), fixed, "a circulated version never changes."),
        Refuse(
            VERSION, "version_window_only_grows", ("update",), shorter, "the time for dissent is never made shorter."
        ),
        Refuse(VERSION, "version_returned_once", ("update",), again, "why it was given back stays as it was said."),
        Refuse(
            VERSION,
            "version_set_aside_stays",
            ("update",),
            "OLD.set_aside_at IS NOT NULL",
            "a draft set aside stays as it was.",
        ),
        Refuse(
            VERSION,
            "version_stays_where_it_is",
            ("update",),
            differs("outcome_id", "deliberation_id", "number", "drafted_by_id", "drafted_at"),
            "a version keeps its number and its drafter.",
        ),
        Refuse(VERSION, "version_never_deleted", ("delete",), "TRUE", "a version is never removed.", truncate=True),
    ]
    for model in (WeighedValue, Remainder, ReviewTrigger, Hearing):
        found += _of_open_version(model, ("insert", "update", "delete"))
    return found


def _of_open_version(model: type[models.Model], events: tuple[str, ...]) -> list[Refuse]:
    """A row of a version is written and removed while nobody has seen that version, and never after."""
    name, rows = model._meta.model_name, table(model)
    says = "a circulated version never changes, nor what belongs to it."

    def closed(row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {VERSION} v WHERE v.id = {row}.version_id "
            "AND (v.circulated_at IS NOT NULL OR v.set_aside_at IS NOT NULL))"
        )

    when = {"insert": closed("NEW"), "update": f"{closed('OLD')} OR {closed('NEW')}", "delete": closed("OLD")}
    return [Refuse(rows, f"{name}_{event}_unseen", (event,), when[event], says) for event in events]  # type: ignore[arg-type]


def _commitments() -> list[Refuse]:
    name, reports = table(Commitment), table(CommitmentReport)
    in_force = "o.state IN ('signed', 'superseded')"
    reported = f"SELECT 1 FROM {reports} r WHERE r.commitment_id = NEW.id AND r.state = NEW.state"
    signed = f"SELECT 1 FROM {OUTCOME} o WHERE o.signed_version_id = NEW.version_id AND {in_force}"
    ended = "OLD.state = 'done' OR NEW.state = 'open' OR (OLD.state = 'not_done' AND NEW.state = 'not_done')"
    circulated = f"EXISTS (SELECT 1 FROM {VERSION} v WHERE v.id = OLD.version_id AND v.circulated_at IS NOT NULL)"
    return [
        *_of_open_version(Commitment, ("insert", "delete")),
        Refuse(name, "commitment_begins_open", ("insert",), "NEW.state <> 'open'", "a commitment begins open."),
        Refuse(
            name,
            "commitment_only_its_state",
            ("update",),
            f"{circulated} AND {changed(Commitment, 'state')}",
            "of a commitment only its state changes.",
        ),
        Refuse(
            name,
            "commitment_state_is_reported",
            ("update",),
            f"NEW.state <> OLD.state AND (({ended}) OR NOT EXISTS ({signed}) OR NOT EXISTS ({reported}))",
            "what became of a commitment is reported, in words, after the signature.",
        ),
        Refuse(
            reports,
            "report_after_signature",
            ("insert",),
            f"NOT EXISTS (SELECT 1 FROM {name} c JOIN {OUTCOME} o ON o.signed_version_id = c.version_id "
            f"WHERE c.id = NEW.commitment_id AND {in_force})",
            "a commitment is reported on once the outcome is signed.",
        ),
    ]


def _deliberation() -> list[Refuse]:
    name = table(Deliberation)
    signed = f"SELECT 1 FROM {OUTCOME} o WHERE o.deliberation_id = NEW.id AND o.state = 'signed'"
    return [
        Refuse(name, "decided_from_the_start", ("insert",), "NEW.state = 'decided'", "nothing begins decided."),
        Refuse(
            name,
            "decided_is_signed",
            ("update",),
            f"NEW.state = 'decided' AND OLD.state <> 'decided' AND NOT EXISTS ({signed})",
            "it is decided only by a signed outcome.",
        ),
        Refuse(
            name,
            "decided_stays",
            ("update",),
            "OLD.state = 'decided' AND NEW.state <> 'decided'",
            "decided is final; a change opens a successor.",
        ),
        Refuse(
            table(Seat),
            "seat_keeps_its_part",
            ("update",),
            differs("part", "deliberation_id"),
            "a seat keeps its part: gates go by who ever sat on it.",
        ),
    ]
