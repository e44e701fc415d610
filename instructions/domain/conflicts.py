"""What of the instructions in force a new wording goes against, shown before it binds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Project
from accounts.refusals import Invalid, Refused
from instructions.domain.standing import contradictions_of, contradictions_with, rows_of
from instructions.models import Instruction, ShownConflict
from tractatus import Contradiction, Persistence, Quadrant, TemporalScope, VerificationRequired
from tractatus import Instruction as Told

Answer = ShownConflict.Answer

MOST_SHOWN = 50
"""Conflicts of one wording that are shown and to be answered."""


@dataclass(frozen=True)
class Clash:
    """One instruction in force that a wording goes against, and how, in the library's words.

    `within` is the short name of its project where a universal wording is compared with those of every project: their
    ids repeat. `said` and `other_said` are the new wording and the other in pieces, each with whether it is among the
    words that clash. `is_narrower` is true where one of the two only holds for a task, a session or a phase.
    """

    against: Instruction
    kind: str
    reason: str
    within: str = ""
    said: tuple[tuple[str, bool], ...] = ()
    other_said: tuple[tuple[str, bool], ...] = ()
    is_narrower: bool = False

    @property
    def name(self) -> str:
        """What an answer to it goes by: the other's id, `inst_031`, or `hiring/inst_031`."""
        return f"{self.within}/{self.against.key}" if self.within else self.against.key


@dataclass(frozen=True)
class Answered:
    """What a person says to one clash. A reason is asked for all but superseding, which says it itself.

    `seen` is the number of the other's revision that was on the page, None where nobody says.
    """

    answer: str
    why: str = ""
    seen: int | None = None


class Unanswered(Refused):
    """There are conflicts that nobody has answered. Carries them."""

    status = 409

    def __init__(self, clashes: list[Clash]) -> None:
        self.clashes = clashes
        keys = ", ".join(clash.name for clash in clashes[:5])
        super().__init__(
            _("This goes against what stands (%(keys)s). Say for each which of the two should hold.") % {"keys": keys}
        )


def clashes_with(
    text: str,
    project: Project,
    *,
    besides: Instruction | None = None,
    environment: str | None = None,
    temporal_scope: str | None = None,
) -> list[Clash]:
    """What in force for the project a wording goes against; `besides` itself and what it supersedes are left out.

    Where it is to hold is said by `environment` and `temporal_scope`; without them, as `besides` does, else everywhere.
    """
    if environment is None:
        environment = besides.environment if besides is not None else ""
    if temporal_scope is None:
        temporal_scope = besides.temporal_scope if besides is not None else TemporalScope.PERMANENT
    found = contradictions_with(_as_new(text, besides, environment, temporal_scope), project)[:MOST_SHOWN]
    return _shown(found, text)


def clashes_of_many(rows: Iterable[Instruction]) -> list[tuple[Instruction, Clash]]:
    """What in force each of many proposals goes against, as `clashes_before`; what stands is read once for all.

    How they go against each other is not asked: they come together, and the findings show it.
    """
    by_project: dict[UUID | None, list[Instruction]] = {}
    for row in rows:
        by_project.setdefault(row.project_id, []).append(row)
    found = []
    for own, some in by_project.items():
        open_projects = Project.objects.filter(archived_at__isnull=True) if own is None else [some[0].project]
        for project in open_projects:
            assert project is not None
            with contradictions_of(project) as (standing, _variables):
                now = clock.now()
                for row in some:
                    text = row.current.text.body if row.current is not None else ""
                    new = _as_new(text or "…", row, row.environment, row.temporal_scope)
                    against = list(standing.with_(new, now=now))[:MOST_SHOWN]
                    found += [(row, clash) for clash in _shown(against, text)] if against else []
    return found


def _as_new(text: str, besides: Instruction | None, environment: str, temporal_scope: str) -> Told:
    """A new wording as the framework compares it. The rest of its classification plays no part in that."""
    return Told(
        id=str(besides.pk) if besides is not None else "new",
        text=text,
        quadrant=Quadrant.SYSTEM,
        persistence=Persistence.HIGH,
        temporal_scope=TemporalScope(temporal_scope),
        verification_required=VerificationRequired.MANDATORY,
        explicitness=1.0,
        supersedes=str(besides.supersedes_id) if besides is not None and besides.supersedes_id else None,
        environment=environment or None,
    )


def _shown(found: list[Contradiction], text: str) -> list[Clash]:
    rows = {str(row.pk): row for row in rows_of([UUID(one.instruction_id) for one in found])}
    return [_clash(one, rows[one.instruction_id], text) for one in found]


def _clash(one: Contradiction, against: Instruction, text: str) -> Clash:
    other = against.current.text.body if against.current is not None else ""
    return Clash(
        against=against,
        kind=str(one.kind),
        reason=one.reason,
        said=_pieces(text, one.words),
        other_said=_pieces(other, one.other_words),
        is_narrower=one.narrower,
    )


def _pieces(text: str, places: Iterable[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it is among the words that clash."""
    found: list[tuple[str, bool]] = []
    past = 0
    for start, end in places:
        found += [(text[past:start], False), (text[start:end], True)]
        past = end
    found.append((text[past:], False))
    return tuple(piece for piece in found if piece[0])


def clashes_before(
    text: str,
    project: Project | None,
    *,
    besides: Instruction | None = None,
    environment: str | None = None,
    temporal_scope: str | None = None,
) -> list[Clash]:
    """What in force a wording goes against, as `clashes_with`; without a project, in any of the organisation."""
    with_ = partial(clashes_with, text, besides=besides, environment=environment, temporal_scope=temporal_scope)
    if project is not None:
        return with_(project)
    found: dict[UUID, Clash] = {}
    for one in Project.objects.filter(archived_at__isnull=True):
        for clash in with_(one):
            own = clash.against.project_id is not None
            found.setdefault(clash.against.pk, replace(clash, within=one.slug) if own else clash)
    return list(found.values())


def check_answers(clashes: list[Clash], answers: Mapping[str, Answered]) -> None:
    """Every clash is answered, with a reason where one is asked. `answers` is by the clash's name.

    An answer to an earlier wording of the other is none.

    Raises `Unanswered`, or `Invalid` at the answer's field.
    """
    open_ones = [clash for clash in clashes if clash.name not in answers or _is_another(clash, answers[clash.name])]
    if open_ones:
        raise Unanswered(open_ones)
    for clash in clashes:
        said = answers[clash.name]
        if said.answer not in Answer.values:
            raise Unanswered([clash])
        if said.answer != Answer.SUPERSEDE and not said.why.strip():
            raise Invalid(_("Say in a sentence why."), f"why_{clash.name}")


def _is_another(clash: Clash, said: Answered) -> bool:
    """Whether the other was revised since somebody answered."""
    current = clash.against.current
    return said.seen is not None and current is not None and current.number != said.seen
