"""What the database lets happen to dissents: written, joined, taken back and answered in their time."""

from __future__ import annotations

from accounts.guards import Refuse, register
from deliberation.guards.columns import table
from deliberation.guards.outcome import OUTCOME, VERSION
from deliberation.models import Deliberation, Dissent, DissentAnswer, DissentJoin


def declare() -> None:
    register(*_dissents())


def _dissents() -> list[Refuse]:
    joins, answers = table(DissentJoin), table(DissentAnswer)
    later = (
        f"SELECT 1 FROM {VERSION} l WHERE l.outcome_id = v.outcome_id "
        "AND l.number > v.number AND l.circulated_at IS NOT NULL"
    )
    in_time = (
        f"SELECT 1 FROM {VERSION} v JOIN {OUTCOME} o ON o.id = v.outcome_id "
        f"JOIN {table(Deliberation)} d ON d.id = o.deliberation_id "
        "WHERE o.state = 'circulated' AND d.state = 'round_4' AND v.circulated_at <= {moment} "
        f"AND {{moment}} < v.dissent_closes_at AND NOT EXISTS ({later})"
    )
    written = in_time.format(moment="NEW.at") + " AND v.id = NEW.written_against_id AND v.outcome_id = NEW.outcome_id"
    withdrawn = in_time.format(moment="NEW.withdrawn_at") + " AND o.id = NEW.outcome_id"
    of_dissent = f" AND o.id = (SELECT d2.outcome_id FROM {table(Dissent)} d2 WHERE d2.id = NEW.dissent_id)"
    joined = in_time.format(moment="NEW.at") + of_dissent
    own = (
        f"SELECT 1 FROM {table(Dissent)} n WHERE n.id = NEW.replaced_by_id AND n.seat_id = NEW.seat_id "
        "AND n.outcome_id = NEW.outcome_id AND n.id <> NEW.id"
    )
    over = f"EXISTS (SELECT 1 FROM {OUTCOME} o WHERE o.id = NEW.outcome_id AND o.state <> 'circulated')"
    answerable = (
        f"SELECT 1 FROM {table(Dissent)} d JOIN {OUTCOME} o ON o.id = d.outcome_id "
        "WHERE d.id = NEW.dissent_id AND o.state = 'circulated'"
    )
    return [
        Refuse(
            table(Dissent),
            "dissent_in_its_time",
            ("insert",),
            f"NOT EXISTS ({written}) OR NEW.withdrawn_at IS NOT NULL OR NEW.replaced_by_id IS NOT NULL",
            "a dissent is written against the latest circulated version, in the time for dissent.",
        ),
        Refuse(
            table(Dissent), "dissent_after_signature", ("update",), over, "it is signed; its dissents stay as they are."
        ),
        Refuse(
            table(Dissent),
            "dissent_withdrawn_in_time",
            ("update",),
            f"NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL AND NOT EXISTS ({withdrawn})",
            "a dissent is taken back in the time for dissent.",
        ),
        Refuse(
            table(Dissent),
            "dissent_replaced_by_own",
            ("update",),
            f"NEW.replaced_by_id IS NOT NULL AND OLD.replaced_by_id IS NULL AND NOT EXISTS ({own})",
            "a dissent is changed by who wrote it.",
        ),
        Refuse(joins, "dissent_joined_in_time", ("insert",), f"NOT EXISTS ({joined})", "the time for dissent is over."),
        Refuse(
            answers,
            "dissent_answered_in_time",
            ("insert",),
            f"NOT EXISTS ({answerable})",
            "it is signed; its answers stay as they are.",
        ),
    ]
