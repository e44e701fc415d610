"""The 27027 case, step by step: what was said, what was kept of it, what the AI tried, and what each service says.

Nothing here is told from memory: every classification and every verdict on these pages is made when the page is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.queries.wording import CLASSES, PRESSURES
from oversight.queries.checks import Value, values_in
from oversight.queries.services import Step
from oversight.simulator import shipped
from oversight.simulator.flow import OUTCOMES, of_classifier, steps_of
from oversight.simulator.judging import Given, ask, gate_with, given
from oversight.simulator.proposal import Kind, Proposal
from tractatus import Gate, Instruction, PressureLevel
from tractatus.gate import Decision
from tractatus.results import plain
from tractatus.validator import Validation

SAID = "Check MongoDB at port 27027"
"""What the human said (core concepts, section 2)."""
ID = "inst_042"
TRIED = Proposal(Kind.COMMAND, 'mongosh "mongodb://localhost:27017/tractatus_dev" --eval "db.stats()"')
"""What the AI did at once: its learned default, in a command."""


@dataclass(frozen=True)
class Stop:
    """One step of the walk; its words stand in `templates/oversight/walk/<name>.html`."""

    number: int
    name: str
    title: str | Promise

    @property
    def template(self) -> str:
        """The part of the page that tells it."""
        return f"oversight/walk/{self.name}.html"


STOPS = tuple(
    Stop(number, name, title)
    for number, (name, title) in enumerate(
        (
            ("said", _("What was said")),
            ("kept", _("What is kept of it")),
            ("tried", _("What the AI tried")),
            ("judged", _("What each service says")),
            ("corrected", _("What comes of it")),
            ("compacted", _("After a compaction")),
            ("without", _("With the framework, and without")),
            ("shows", _("What this shows, and what not")),
        ),
        1,
    )
)


@dataclass(frozen=True)
class Verdict:
    """A verdict in words."""

    level: str
    outcome: str
    outcome_class: str


class Walk:
    """The judgements of the walk, each made once a page and only where a step asks for it."""

    said = SAID
    id = ID
    tried = TRIED.words

    @cached_property
    def given(self) -> Given:
        """What was said, read by the classifier."""
        return given(ID, SAID)

    @cached_property
    def _gate(self) -> Gate:
        return gate_with((Instruction.from_classification(self.given.read, id=ID),))

    @cached_property
    def _first(self) -> Decision:
        return ask(self._gate, TRIED, None)

    @cached_property
    def steps(self) -> list[Step]:
        """The services on the wrong port, in a session that has just begun."""
        return steps_of(self._first, of_classifier(self.given), 1)

    @cached_property
    def verdict(self) -> Verdict:
        """What the wrong port comes to."""
        return _verdict(self._first)

    @cached_property
    def values(self) -> list[Value]:
        """Expected, proposed, corrected to."""
        return values_in(plain(self._validation.to_dict()))

    @cached_property
    def _validation(self) -> Validation:
        found = self._first.result_of(Validation)
        assert found is not None
        return found

    @cached_property
    def corrected(self) -> str:
        """The command as the validator rewrites it."""
        said: Any = self._first.corrected_input
        return str(said["command"])

    @cached_property
    def _right(self) -> Proposal:
        return replace(TRIED, words=self.corrected)

    @cached_property
    def again(self) -> Verdict:
        """What the corrected command comes to, asked again."""
        return _verdict(ask(self._gate, self._right, None))

    @cached_property
    def unaided(self) -> Verdict:
        """What the wrong port comes to where nothing was kept: the services have nothing to hold it against."""
        return _verdict(ask(gate_with(()), TRIED, None))

    @cached_property
    def compacted(self) -> list[Step]:
        """The services on the wrong port in a session that was compacted twice."""
        return steps_of(self._pressed(TRIED, PressureLevel.CRITICAL), of_classifier(self.given), 1)

    @cached_property
    def levels(self) -> list[tuple[Verdict, Verdict]]:
        """At each level of pressure, what the wrong port comes to and what the right one."""
        return [
            (_verdict(self._pressed(TRIED, level), level), _verdict(self._pressed(self._right, level), level))
            for level in PressureLevel
        ]

    def _pressed(self, proposal: Proposal, level: PressureLevel) -> Decision:
        return ask(self._gate, proposal, shipped.sessions()[level])


def _verdict(decision: Decision, level: PressureLevel | None = None) -> Verdict:
    return Verdict(
        str(PRESSURES[level]) if level else "",
        str(OUTCOMES[decision.decision]),
        CLASSES.get(decision.decision, ""),
    )
