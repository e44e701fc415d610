"""Who may do what to an instruction, in which state: this app's rows of the one table in `accounts.permissions`.

A key proposes and reads; a person publishes. Every member may read what governs the agents of their organisation.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import ANY, Rule, add
from accounts.roles import Role
from instructions.models import Instruction

State = Instruction.State
EDITOR = (Role.EDITOR,)
SETTINGS = (Role.ADMINISTRATOR,)
POLICY = (
    "settings_thresholds", "settings_boundaries", "settings_packs", "settings_frameworks", "settings_registers",
    "settings_verbosity",
)  # fmt: skip
ENDED = (State.SUPERSEDED, State.RETIRED, State.EXPIRED)


def _row(
    verb: str,
    states: tuple[str, ...],
    who: tuple[Role | str, ...],
    says: Promise,
    *,
    to: str | None = None,
    event: str = "",
    routes: tuple[str, ...] = (),
    machine: str = "instruction",
) -> Rule:
    return Rule(
        verb=verb,
        machine=machine,
        states=tuple(str(state) for state in states),
        to=str(to) if to else None,
        who=who,
        event=event,
        routes=routes,
        says=says,
    )


def declare() -> None:
    """Put them into the table."""
    add(*rows())


# A table reads best as rows.
# fmt: off


def rows() -> tuple[Rule, ...]:
    """The verbs of this app, then its reads."""
    return (
        _row("read_instructions", (ANY,), ("member",),
             _("Every member reads the instructions and what became of them."),
             routes=("instructions", "instruction", "periods", "variables", "instruction_export",
                     "instruction_findings")),
        _row("propose_instruction", (ANY,), (*EDITOR, "key"), _("An editor or an API key proposes an instruction."),
             to=State.PROPOSED, event="instruction.propose",
             routes=("instruction_new", "instruction_supersede", "instruction_draft")),
        _row("publish_instruction", (State.PROPOSED,), EDITOR, _("An editor puts a proposed instruction in force."),
             to=State.ACTIVE, event="instruction.publish", routes=("instruction_new", "instruction_publish")),
        _row("reject_instruction", (State.PROPOSED,), EDITOR, _("An editor rejects a proposal, with a reason."),
             to=State.REJECTED, event="instruction.reject", routes=("instruction_reject",)),
        _row("withdraw_instruction", (State.PROPOSED,), EDITOR,
             _("The editor who proposed an instruction withdraws it before it is in force."),
             to=State.WITHDRAWN, event="instruction.withdraw", routes=("instruction_withdraw",)),
        _row("revise_instruction", (State.PROPOSED, State.ACTIVE), EDITOR,
             _("An editor writes the next revision of an instruction, with a reason."),
             event="instruction.revise", routes=("instruction_revise",)),
        _row("supersede_instruction", (State.ACTIVE,), (*EDITOR, "system"),
             _("An editor, or a signed outcome, puts another instruction in its place; it stays readable."),
             to=State.SUPERSEDED, event="instruction.supersede"),
        _row("retire_instruction", (State.ACTIVE,), (*EDITOR, "system"),
             _("An editor retires an instruction, with a reason; one of an outcome leaves with its precedent."),
             to=State.RETIRED, event="instruction.retire", routes=("instruction_retire",)),
        _row("expire_instruction", (State.ACTIVE,), ("system",),
             _("An instruction ends at its date, or with its phase, session or task."),
             to=State.EXPIRED, event="instruction.expire"),
        _row("reinstate_instruction", ENDED, EDITOR,
             _("An editor puts an ended instruction in force again, as a new revision, with a reason."),
             to=State.ACTIVE, event="instruction.reinstate", routes=("instruction_reinstate",)),
        _row("instruct_by_outcome", (ANY,), ("system",),
             _("What a decision holder tells the agents in a signed outcome becomes an instruction in force."),
             to=State.ACTIVE, event="instruction.by_outcome"),
        _row("import_instructions", (ANY,), (*EDITOR, "system"),
             _("An editor brings a file in: each instruction in it becomes a proposal."),
             event="instruction.import", routes=("instruction_import",), machine="import"),
        _row("accept_proposals", (ANY,), EDITOR, _("An editor puts many proposals in force under one reason."),
             event="instruction.accept", routes=("instruction_import_decide",), machine="import"),
        _row("reject_proposals", (ANY,), EDITOR, _("An editor rejects many proposals under one reason."),
             event="instruction.reject_many", routes=("instruction_import_decide",), machine="import"),
        _row("open_period", (ANY,), (*EDITOR, "key", "system"),
             _("An editor, or an agent's session, opens a phase, session or task of a project."),
             event="instruction.period.open", routes=("periods",), machine="period"),
        _row("end_period", (ANY,), (*EDITOR, "key", "system"),
             _("An editor ends a phase, session or task; its instructions end with it."),
             event="instruction.period.end", routes=("period_end",), machine="period"),
        _row("set_variable", (ANY,), (*SETTINGS, *EDITOR),
             _("An administrator or editor says what a variable means; secrets are refused."),
             event="instruction.variable.set", routes=("variables",), machine="variable"),
        _row("remove_variable", (ANY,), (*SETTINGS, *EDITOR),
             _("An administrator or editor takes a variable away; its history stays."),
             event="instruction.variable.remove", routes=("variable_remove",), machine="variable"),
        _row("read_reckoning", (ANY,), (*EDITOR, *SETTINGS),
             _("Editors and administrators look at what a change would have changed."),
             routes=("instruction_changed",)),
        _row("set_policy", (ANY,), SETTINGS,
             _("An administrator sets how the framework works: thresholds, boundaries, packs, frameworks, registers."),
             event="instruction.policy.set", routes=POLICY, machine="policy"),
        _row("restore_policy", (ANY,), SETTINGS,
             _("An administrator has an earlier version of a setting hold again, as a new one."),
             event="instruction.policy.restore", routes=POLICY, machine="policy"),
        _row("read_policy", (ANY,), ("member",), _("Every member reads how the framework is set to work."),
             routes=POLICY),
        _row("read_classification", (ANY,), ("key",), _("A key asks how a text would be classified; nothing is kept."),
             routes=("api_classifications",)),
        _row("read_instructions_by_key", (ANY,), ("key",),
             _("A key reads its project's instructions and the organisation's universal ones."),
             routes=("api_instructions", "api_instruction")),
        _row("read_validation", (ANY,), ("key",),
             _("A key asks the validator about an act; nothing is kept."), routes=("api_validations",)),
    )
