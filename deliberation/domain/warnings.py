"""What a draft outcome goes against: instructions in force and decisions that stand. Shown before it circulates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from deliberation.domain.act import Act
from deliberation.domain.decisions import decisions_of
from deliberation.models import DraftWarning, OutcomeVersion, Precedent
from instructions.domain.conflicts import Clash, clashes_with


@dataclass(frozen=True)
class AgainstPrecedent:
    """A decision that stands and that the draft goes against, and how, in the library's words."""

    precedent: Precedent
    reason: str


@dataclass(frozen=True)
class Against:
    """Everything a draft goes against that software can see. It may miss some, and be wrong about some."""

    instructions: Sequence[Clash]
    precedents: Sequence[AgainstPrecedent]

    def __bool__(self) -> bool:
        return bool(self.instructions or self.precedents)


def goes_against(version: OutcomeVersion) -> Against:
    """Compare what a version decides with the instructions in force for the project and its precedents that stand."""
    said = words_of(version)
    if not said:
        return Against((), ())
    return Against(clashes_with(said, version.deliberation.project), _precedents_against(said, version))


def words_of(version: OutcomeVersion) -> str:
    """What of a version is compared: the decision, or what stands meanwhile."""
    text = version.decision or version.meanwhile
    return text.body if text is not None else ""


def _precedents_against(said: str, version: OutcomeVersion) -> list[AgainstPrecedent]:
    deliberation = version.deliberation
    found = decisions_of(deliberation.project).against(said, deliberation.project)
    rows = (
        Precedent.objects.exclude(deliberation=deliberation)
        .select_related("deliberation__question", "outcome__signed_version__decision")
        .in_bulk([UUID(one.instruction_id) for one in found])
    )
    if deliberation.succeeds_id is not None:
        rows.pop(deliberation.succeeds_id, None)  # what this is to change, it goes against by intent
    return [AgainstPrecedent(rows[key], one.reason) for one in found if (key := UUID(one.instruction_id)) in rows]


def note_warnings(act: Act, version: OutcomeVersion, *, circulated: bool = False) -> None:
    """Keep what a draft was shown to go against, and, once it circulates, what of that its words still do."""
    against = goes_against(version)
    instructions = {clash.against.pk for clash in against.instructions}
    precedents = {one.precedent.pk for one in against.precedents}
    of = {"organisation_id": version.organisation_id, "deliberation": version.deliberation, "version": version}
    rows = [DraftWarning(**of, instruction_id=pk, first_seen_at=act.now) for pk in instructions]
    rows += [DraftWarning(**of, precedent_id=pk, first_seen_at=act.now) for pk in precedents]
    DraftWarning.objects.bulk_create(rows, ignore_conflicts=True)
    if circulated:
        for row in DraftWarning.objects.filter(version=version):
            row.stood_when_circulated = row.instruction_id in instructions or row.precedent_id in precedents
            row.save(update_fields=["stood_when_circulated"])
