"""What the entries about instructions tell: each event in a sentence, as it happened."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.queries.wording import tell_events


def declare() -> None:
    tell_events(
        {
            "instruction.accept": _("%(who)s put many proposed instructions in force."),
            "instruction.by_outcome": _("An instruction of a signed outcome came into force."),
            "instruction.expire": _("An instruction ended when its time was over."),
            "instruction.import": _("%(who)s brought in a file of instructions as proposals."),
            "instruction.period.end": _("A phase, session or task ended, and its instructions with it."),
            "instruction.period.open": _("%(who)s opened a phase, session or task."),
            "instruction.policy.restore": _("%(who)s had an earlier version of a setting hold again."),
            "instruction.policy.set": _("%(who)s changed how the framework works here."),
            "instruction.propose": _("%(who)s proposed an instruction."),
            "instruction.publish": _("%(who)s put an instruction in force."),
            "instruction.reinstate": _("%(who)s put an ended instruction in force again."),
            "instruction.reject": _("%(who)s rejected a proposed instruction."),
            "instruction.reject_many": _("%(who)s rejected many proposed instructions."),
            "instruction.retire": _("%(who)s retired an instruction."),
            "instruction.revise": _("%(who)s wrote a new revision of an instruction."),
            "instruction.supersede": _("%(who)s put another instruction in the place of one."),
            "instruction.variable.remove": _("%(who)s took a variable away."),
            "instruction.variable.set": _("%(who)s said what a variable means."),
            "instruction.withdraw": _("%(who)s withdrew a proposed instruction."),
        }
    )
