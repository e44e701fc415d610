"""What was put to people stays as they were asked: the question, its terms, what is in tension, and who sat there.

`domain/` changes these while the question is a draft, or by a new version; raw SQL may not do it afterwards either.
"""

from __future__ import annotations

from accounts.guards import AppendOnly, Refuse, register
from deliberation.guards.columns import changed, differs
from deliberation.models import (
    Agreement,
    Deliberation,
    Difference,
    Framework,
    Group,
    Option,
    Seat,
    Side,
    Terms,
    TradeOff,
)

DELIBERATION = Deliberation._meta.db_table
ENDED = "('decided', 'settled', 'withdrawn', 'dismissed')"
UNASKED = "('draft', 'stakeholders', 'inviting')"
DRAFTED = "('proposed', 'draft')"


def declare() -> None:
    _the_question()
    _in_tension()
    _terms()
    _seats()
    for model in (Agreement, Difference):
        register(AppendOnly(model._meta.db_table, once=("struck_at",)))
    register(AppendOnly(Side._meta.db_table))


def _stands(row: str, states: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM "{DELIBERATION}" here WHERE here.id = {row}.deliberation_id AND here.state IN {states})'
    )


def _the_question() -> None:
    free = (
        "state",
        "state_since",
        "question_id",
        "decision_asked_id",
        "urgency",
        "ended_reason_id",
        "ended_meanwhile_id",
    )
    question = differs("question_id", "decision_asked_id", "urgency")
    register(
        Refuse(
            DELIBERATION,
            "deliberation_keeps_its_origin",
            ("update",),
            changed(Deliberation, *free, "proposed_context"),
            "a deliberation keeps its number, and whose it was.",
        ),
        Refuse(
            DELIBERATION,
            "question_stays_as_asked",
            ("update",),
            f"OLD.state NOT IN {DRAFTED} AND {question}",
            "the question is changed while it is a draft.",
        ),
        Refuse(
            DELIBERATION,
            "ended_stays",
            ("update",),
            f"OLD.state IN {ENDED} AND {changed(Deliberation)}",
            "what has ended is never changed.",
        ),
        Refuse(
            DELIBERATION, "deliberation_never_deleted", ("delete",), "TRUE", "a deliberation is never removed.",
            truncate=True,
        ),
    )  # fmt: skip
    option = Option._meta.db_table
    register(
        Refuse(
            option,
            "option_stays_as_put",
            ("update",),
            f"{changed(Option, 'struck_at', 'text_id', 'detail_id')} "
            f"OR (NOT {_stands('OLD', DRAFTED)} AND {changed(Option)})",
            "an option is reworded or struck while the question is a draft.",
        ),
        Refuse(option, "option_never_deleted", ("delete",), "TRUE", "an option is never removed.", truncate=True),
    )


def _in_tension() -> None:
    for model in (Framework, TradeOff, Group):
        table, name = model._meta.db_table, model._meta.model_name
        register(
            Refuse(
                table,
                f"{name}_stays_as_agreed",
                ("update",),
                f"NOT {_stands('OLD', DRAFTED)} AND {changed(model)}",
                "what is in tension is settled while the question is a draft.",
            ),
            Refuse(
                table,
                f"{name}_keeps_who_suggested_it",
                ("update",),
                changed(model, "status", "title", "settled_by_id", "settled_at", "dropped_reason_id", "position_no",
                         "concern_id"),
                "what the software suggested and what a person wrote stay apart.",
            ),
            Refuse(
                table,
                f"{name}_none_after_the_end",
                ("insert",),
                _stands("NEW", "('signing', 'decided', 'settled', 'withdrawn', 'dismissed')"),
                "nothing more is in tension once the outcome is to be signed.",
            ),
            Refuse(table, f"{name}_never_deleted", ("delete",), "TRUE", "what was in tension is never removed.",
                   truncate=True),
        )  # fmt: skip


def _terms() -> None:
    table = Terms._meta.db_table
    register(
        AppendOnly(table, may_set=("accepted_name",), once=("accepted_by_id", "accepted_at")),
        Refuse(
            table,
            "terms_accepted_once",
            ("update",),
            "OLD.accepted_at IS NOT NULL AND NEW.accepted_name <> OLD.accepted_name",
            "the name under the terms stays as it was typed.",
        ),
        Refuse(
            table,
            "terms_not_after_the_end",
            ("insert", "update"),
            _stands("NEW", ENDED),
            "the terms of what has ended are the terms it was held under.",
        ),
    )


def _seats() -> None:
    table = Seat._meta.db_table
    register(
        Refuse(
            table,
            "seat_stays_after_the_end",
            ("update",),
            f"{_stands('OLD', ENDED)} AND {changed(Seat)}",
            "who took part is printed under the name they had.",
        ),
        Refuse(
            table,
            "seat_none_after_the_end",
            ("insert",),
            _stands("NEW", ENDED),
            "nobody is seated once it has ended.",
        ),
        Refuse(
            table,
            "seat_removed_before_the_rounds",
            ("delete",),
            f"NOT {_stands('OLD', UNASKED)}",
            "who took part stays.",
            truncate=True,
        ),
    )
