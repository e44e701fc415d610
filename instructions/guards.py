"""What the database itself refuses in the tables of this app: editing in place, deleting, moving another way."""

from django.apps import apps
from django.db import models

from accounts.guards import AppendOnly, Refuse, SameOrganisation, Stays, register
from instructions.models import MIRRORED, Instruction

_INSTRUCTION = "instructions_instruction"
_REVISION = "instructions_revision"


def declare() -> None:
    """Register every guard of this app; called once the models are loaded."""
    _same_organisation()
    register(
        AppendOnly(_REVISION),
        AppendOnly("instructions_overrule"),
        AppendOnly("instructions_change"),
        AppendOnly("instructions_variable"),
        AppendOnly("instructions_policy"),
        AppendOnly("instructions_shownconflict"),
        AppendOnly("instructions_import"),
        AppendOnly("instructions_period", once=("ended_by_id", "ended_at", "why_ended_id")),
        AppendOnly(
            _INSTRUCTION,
            may_set=("state", "state_since", "current_id", *(f"{n}_id" if n == "period" else n for n in MIRRORED)),
            once=("published_by_id", "published_at", "supersedes_id"),
        ),
        Refuse(
            _INSTRUCTION,
            "instruction_begins_proposed",
            ("insert",),
            "NEW.state <> 'proposed' OR NEW.current_id IS NOT NULL",
            "an instruction begins as a proposal, without a revision.",
        ),
        Refuse(_INSTRUCTION, "instruction_moves", ("update",), _no_move(), "an instruction does not move that way."),
        Refuse(
            _INSTRUCTION,
            "instruction_reinstated_anew",
            ("update",),
            "NEW.state = 'active' AND OLD.state IN ('superseded', 'retired', 'expired') "
            "AND NEW.current_id = OLD.current_id",
            "reinstating an instruction is a new revision of it.",
        ),
        Refuse(
            _INSTRUCTION,
            "instruction_says_its_revision",
            ("update",),
            "NEW.current_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM instructions_revision r "
            "WHERE r.id = NEW.current_id AND r.instruction_id = NEW.id AND "
            + " AND ".join(_same(name) for name in MIRRORED)
            + ")",
            "an instruction repeats its own current revision.",
        ),
        Refuse(
            _INSTRUCTION,
            "instruction_keeps_revision",
            ("update",),
            "OLD.current_id IS NOT NULL AND (NEW.current_id IS NULL OR EXISTS (SELECT 1 FROM instructions_revision a, "
            "instructions_revision b WHERE a.id = OLD.current_id AND b.id = NEW.current_id AND b.number < a.number))",
            "an instruction does not go back to an earlier revision.",
        ),
        Refuse(
            _INSTRUCTION,
            "instruction_in_force_says_something",
            ("update",),
            "NEW.state = 'active' AND NEW.current_id IS NULL",
            "an instruction in force has a revision.",
        ),
        Refuse(
            _REVISION,
            "revisions_are_numbered",
            ("insert",),
            "NEW.number <> 1 + (SELECT COUNT(*) FROM instructions_revision r "
            "WHERE r.instruction_id = NEW.instruction_id)",
            "revisions are numbered from 1, without a gap.",
        ),
        Refuse(
            _REVISION,
            "revision_is_somebodys",
            ("insert",),
            "NEW.kind <> 'proposed' AND NEW.made_by_id IS NULL",
            "a person revises and reinstates; keys and the software propose.",
        ),
        Refuse(
            "instructions_period",
            "period_ends_after_it_began",
            ("insert",),
            "NEW.ended_at IS NOT NULL",
            "a phase, session or task begins open.",
        ),
    )


def _no_move() -> str:
    allowed = [
        f"(OLD.state = '{before.value}' AND NEW.state IN ({', '.join(repr(after.value) for after in afters)}))"
        for before, afters in Instruction.MOVES.items()
    ]
    return f"OLD.state <> NEW.state AND NOT ({' OR '.join(allowed)})"


def _same(name: str) -> str:
    column = "period_id" if name == "period" else name
    if name in ("period", "expires_at"):
        return f"(r.{column} = NEW.{column} OR (r.{column} IS NULL AND NEW.{column} IS NULL))"
    return f"r.{column} = NEW.{column}"


def _same_organisation() -> None:
    for model in apps.get_app_config("instructions").get_models():
        register(Stays(model._meta.db_table))
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and any(
                one.name == "organisation" for one in field.remote_field.model._meta.concrete_fields
            ):
                table = field.remote_field.model._meta.db_table
                register(SameOrganisation(model._meta.db_table, field.column, table))
