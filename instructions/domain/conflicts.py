"""What of the instructions in force a new wording goes against, shown before it binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Project
from accounts.refusals import Invalid, Refused
from instructions.domain.in_force import in_force, told, variables_of
from instructions.models import Instruction, ShownConflict
from tractatus import CrossReferenceValidator

Answer = ShownConflict.Answer


@dataclass(frozen=True)
class Clash:
    """One instruction in force that a wording goes against, and how, in the library's words.

    `within` is the short name of its project where a universal wording is compared with those of every project: their
    ids repeat.
    """

    against: Instruction
    kind: str
    reason: str
    within: str = ""

    @property
    def name(self) -> str:
        """What an answer to it goes by: the other's id, `inst_031`, or `hiring/inst_031`."""
        return f"{self.within}/{self.against.key}" if self.within else self.against.key


@dataclass(frozen=True)
class Answered:
    """What a person says to one clash. A reason is asked for all but superseding, which says it itself."""

    answer: str
    why: str = ""


class Unanswered(Refused):
    """There are conflicts that nobody has answered. Carries them."""

    status = 409

    def __init__(self, clashes: list[Clash]) -> None:
        self.clashes = clashes
        keys = ", ".join(clash.name for clash in clashes[:5])
        super().__init__(
            _("This goes against what stands (%(keys)s). Say for each which of the two should hold.") % {"keys": keys}
        )


def clashes_with(text: str, project: Project, *, besides: Instruction | None = None) -> list[Clash]:
    """What in force for the project a wording goes against; `besides` itself and what it supersedes are left out."""
    left_out = {besides.pk, besides.supersedes_id} if besides is not None else set()
    rows = {row.key: row for row in in_force(project) if row.pk not in left_out}
    validator = CrossReferenceValidator(map(told, rows.values()), variables=variables_of(project))
    found = validator.validate({"type": "instruction", "description": text})
    return [Clash(rows[one.instruction_id], str(one.conflict_type), one.reason) for one in found.conflicts]


def clashes_before(text: str, project: Project | None, *, besides: Instruction | None = None) -> list[Clash]:
    """What in force a wording goes against where it is to hold; without a project, in any of the organisation."""
    if project is not None:
        return clashes_with(text, project, besides=besides)
    found: dict[UUID, Clash] = {}
    for one in Project.objects.filter(archived_at__isnull=True):
        for clash in clashes_with(text, one, besides=besides):
            own = clash.against.project_id is not None
            found.setdefault(clash.against.pk, replace(clash, within=one.slug) if own else clash)
    return list(found.values())


def check_answers(clashes: list[Clash], answers: Mapping[str, Answered]) -> None:
    """Every clash is answered, with a reason where one is asked. `answers` is by the clash's name.

    Raises `Unanswered`, or `Invalid` at the answer's field.
    """
    open_ones = [clash for clash in clashes if clash.name not in answers]
    if open_ones:
        raise Unanswered(open_ones)
    for clash in clashes:
        said = answers[clash.name]
        if said.answer not in Answer.values:
            raise Unanswered([clash])
        if said.answer != Answer.SUPERSEDE and not said.why.strip():
            raise Invalid(_("Say in a sentence why."), f"why_{clash.name}")
