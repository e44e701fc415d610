"""The decisions that stand in a project, read once by each process and kept up with what is signed and what ends."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from accounts.models import Project
from audit.models import Text
from deliberation.domain.precedent import STANDING
from deliberation.models import Precedent
from tractatus import Contradiction, Contradictions, Persistence, Quadrant, TemporalScope, VerificationRequired
from tractatus import Instruction as Told

MOST_COMPARED = 2_000
"""Decisions of a project that a text is compared with, the newest first."""

MOST_KEPT = 32
"""Projects of which a process keeps them; the one asked of longest ago goes first."""


class Decisions:
    """What one project has decided, each decision filed under its precedent's id.

    Which of them stand, and which were erased, is asked each time, by their ids alone: a signed decision never says
    anything else.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._filed = Contradictions()
        self._known: dict[UUID, bool] = {}
        """The precedents that were looked at, each with whether it has words to file."""

    def against(self, text: str, project: Project) -> tuple[Contradiction, ...]:
        """What that stands contradicts a text, the plainest first; each is told by the id of its precedent."""
        with self._lock:
            self._bring_up(project)
            return self._filed.with_(_as_told("draft", text))

    def _bring_up(self, project: Project) -> None:
        rows = Precedent.objects.filter(state__in=STANDING, deliberation__project=project)
        wanted = set(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_COMPARED])
        erased = Text.objects.filter(organisation=project.organisation_id, erased_at__isnull=False)
        wanted -= set(rows.filter(outcome__signed_version__decision__in=erased).values_list("pk", flat=True))
        for gone in self._known.keys() - wanted:
            if self._known.pop(gone):
                self._filed.remove(str(gone))
        words = "outcome__signed_version__decision__body"
        # The oldest first, as those to come are filed after them: so every process finds them in the same order.
        fresh = Precedent.objects.filter(pk__in=wanted - self._known.keys()).order_by("pk")
        for key, said in fresh.values_list("pk", words):
            if said:
                self._filed.add(_as_told(str(key), said))
            self._known[key] = bool(said)


def _as_told(id: str, text: str) -> Told:
    """A decision in the form in which the library compares texts. The classification plays no part in that."""
    return Told(
        id=id,
        text=text,
        quadrant=Quadrant.STRATEGIC,
        persistence=Persistence.HIGH,
        temporal_scope=TemporalScope.PERMANENT,
        verification_required=VerificationRequired.MANDATORY,
        explicitness=1.0,
    )


_kept: OrderedDict[UUID, Decisions] = OrderedDict()
_keeping = Lock()


def decisions_of(project: Project) -> Decisions:
    """The decisions that stand in a project, as this process keeps them."""
    with _keeping:
        decisions = _kept.setdefault(project.pk, Decisions())
        _kept.move_to_end(project.pk)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return decisions
