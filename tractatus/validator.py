"""The CrossReferenceValidator: an action against everything that humans asked (core concepts, section 2).

Instructions are read once, when they are added, into typed constraints (`directives`), and filed under what those are
about (`index`). An action is read into facts, acts and texts (`actions`); these call up the few constraints that may
concern it, and each that an instruction in force asks is compared with it (`comparison`).
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from tractatus import arguments
from tractatus.actions import Place, Reading, read_action
from tractatus.actions.environments import canonical, done_in
from tractatus.comparison import Breach, Doing, compare
from tractatus.comparison.keys import keys_called
from tractatus.comparison.qualifiers import not_shown
from tractatus.correction import rewritten, typed
from tractatus.directives import Constraint, Directive, load_data, read_instruction
from tractatus.directives.language import LONGEST
from tractatus.index import LEVELS, NOT_READ_TO_ITS_END, Entry, Filed, InstructionIndex, View, about, called, now
from tractatus.instruction import Instruction
from tractatus.results import FrozenDict, Record, Result
from tractatus.vocabulary import ConflictType, Status, VerificationRequired
from tractatus.wording import shortened

MOST_CONFLICTS = 20  # shown; the rest are counted
MOST_UNCHECKED = 20
MOST_COMPARED = 2_000  # distinct constraints in force that are compared with one action; more is never approved
MOST_LOOKED_AT = 20_000  # distinct constraints of which it is asked whether they are in force
MOST_LOOKED_THROUGH = 200  # instructions without a rule of which it is asked whether they concern the action
_CHARACTERS = 8_000  # of an instruction that are handed to its reader, which itself reads 6,000 and says so
_VARIABLE = re.compile(r"\$\{(\w{1,80})\}|\$(\w{1,80})")


@dataclass(frozen=True)
class Conflict(Record):
    """One instruction that an action goes against, and how. `expected` and `actual` are values, or None."""

    instruction_id: str
    instruction: str
    status: Status
    conflict_type: ConflictType
    reason: str
    expected: str | None
    actual: str | None
    confidence: float
    requires_human_approval: bool


@dataclass(frozen=True)
class Validation(Result):
    """What the validator says of an action (framework, section 2).

    `conflicts` are the worst first, at most 20, `conflicts_in_all` counts every one. The fields after it are of the
    worst one. `corrected_action` is given only where the action with it is approved; `corrected_input` is then the
    whole tool input rewritten, where it could be. `would_pass_if` are single changes, each tried. `unchecked` are what
    could not be looked at, with the id of the instruction (empty where it is of no single one) and why. `cited` are the
    ids of all instructions in conflict, however many: what a human's grant of the action rests on. Where more
    constraints in force may concern an action than are compared, it is never APPROVED: it is a WARNING at the least.
    """

    status: Status
    confidence: float
    reason: str
    conflicts: tuple[Conflict, ...] = ()
    conflicts_in_all: int = 0
    instruction_violated: str | None = None
    expected: str | None = None
    actual: str | None = None
    conflict_type: ConflictType | None = None
    requires_human_approval: bool = False
    corrected_action: Mapping[str, Any] | None = None
    corrected_input: Mapping[str, Any] | None = None
    would_pass_if: tuple[Mapping[str, Any], ...] = ()
    unchecked: tuple[Mapping[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class _Found:
    """The breach of one constraint, the same for all instructions that ask it at one level. `rank` is lower the worse
    it is."""

    constraint: Constraint
    breach: Breach
    level: VerificationRequired
    status: Status
    kind: ConflictType
    human: bool
    rank: tuple[bool, bool, float]


@dataclass
class _Outcome:
    """What a comparison found: by instruction its worst breach, and what was not looked at."""

    found: dict[Entry, _Found] = field(default_factory=dict)
    unchecked: list[tuple[str, str]] = field(default_factory=list)
    compared: int = 0
    beyond: bool = False  # more constraints in force were called than are compared

    @property
    def agrees(self) -> bool:
        return not self.found and not self.beyond


class CrossReferenceValidator:
    """Checks actions against the instructions of a history. Built once, called by many threads: readers never wait,
    and see an instruction that is replaced meanwhile as it was or as it is, never neither.

    `variables` are a project's own values, put in where an instruction or an action writes `$NAME` or `${NAME}`.
    Raises `TypeError` or `ValueError` naming what is wrong, also where two instructions have the same id.
    """

    def __init__(self, instructions: Iterable[Instruction] = (), *, variables: Mapping[str, str] | None = None) -> None:
        load_data()
        given = arguments.mapping({} if variables is None else variables, "variables")
        self._variables = {str(name): str(value) for name, value in given.items()}
        self._index = InstructionIndex()
        for instruction in arguments.several(instructions, Instruction, "instructions"):
            if instruction.id in self._index:
                raise ValueError(f"instructions: the id {arguments.shown(instruction.id)} is there twice.")
            self.add(instruction)

    def __len__(self) -> int:
        return len(self._index)

    def add(self, instruction: Instruction) -> None:
        """Put an instruction in, in the place of one with the same id. Raises `TypeError` for anything else."""
        arguments.instance(instruction, Instruction, "instruction")
        text = self._with_variables(instruction.text)
        self._index.put(instruction, _directive(text[:_CHARACTERS], instruction.parameters))

    def remove(self, id: str) -> None:
        """Take the instruction with this id out. Raises `KeyError` naming it where there is none."""
        self._index.take(arguments.text(id, "id"))

    def changed(
        self,
        *,
        without: Iterable[str] = (),
        having: Iterable[Instruction] = (),
        variables: Mapping[str, str] | None = None,
    ) -> CrossReferenceValidator:
        """Another validator, of the same history but `without` the instructions with these ids and `having` these
        besides, or in the place of those with their ids; with other `variables`, where they are given.

        What was read already is not read again. Raises `TypeError` or `ValueError` as the constructor does.
        """
        made = CrossReferenceValidator(variables=self._variables if variables is None else variables)
        left_out = {arguments.text(id, "without") for id in without}
        added = arguments.several(having, Instruction, "having")
        left_out.update(instruction.id for instruction in added)
        same = made._variables == self._variables
        for entry in self._index.live():
            if entry.instruction.id in left_out:
                continue
            if same or "$" not in entry.instruction.text:
                made._index.put(entry.instruction, entry.directive)
            else:
                made.add(entry.instruction)
        for instruction in added:
            made.add(instruction)
        return made

    def validate(
        self,
        action: Mapping[str, Any],
        *,
        now: datetime | None = None,
        environment: str | None = None,
    ) -> Validation:
        """Whether an action agrees with the instructions in force at `now` in `environment` (else the one that the
        action names).

        `action` is {"type", "description", "parameters"} or a tool call {"tool_name", "tool_input"}. Raises
        `TypeError` or `ValueError` naming the argument that is wrong; never for what stands in the action.
        """
        arguments.mapping(action, "action")
        arguments.moment(now, "now")
        if environment is not None:
            arguments.text(environment, "environment")
        return self._validate_read(action, None, now, environment)

    def _validate_read(
        self, action: Mapping[str, Any], reading: Reading | None, now: datetime | None, environment: str | None
    ) -> Validation:
        """As `validate`, for the gate, which has read the action for all services. It is read again where a variable
        has its value put in."""
        if not self._index.filed and not self._index.by_term:
            return _approval(_Outcome(), ())
        resolved = self._resolved(action)
        if reading is None or resolved is not action:
            reading = read_action(resolved)
        with self._index.reading() as version:
            return _Validating(self._index, version, now, environment).validation(resolved, reading)

    # Variables.

    def _with_variables(self, text: str) -> str:
        if not self._variables or "$" not in text:
            return text
        return _VARIABLE.sub(lambda match: self._variables.get(match.group(1) or match.group(2), match.group()), text)

    def _resolved(self, action: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self._variables:
            return action
        return {key: self._resolved_value(value, 0) for key, value in action.items()}

    def _resolved_value(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self._with_variables(value)
        if depth > 40:
            return value
        if isinstance(value, Mapping):
            return {key: self._resolved_value(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._resolved_value(item, depth + 1) for item in value]
        return value


def _directive(text: str, parameters: Mapping[str, Any]) -> Directive:
    """An instruction, read. Texts are kept for a while: the same history is read anew for each project and process."""
    if all(isinstance(value, str) for value in parameters.values()):  # 1, 1.0 and true would be the same key
        return _kept(text, FrozenDict(parameters))
    return read_instruction(text, parameters)


@lru_cache(maxsize=2_048)
def _kept(text: str, parameters: FrozenDict) -> Directive:
    return read_instruction(text, parameters)


class _Validating:
    """One validation: one version of the history, one time, one environment."""

    def __init__(self, index: InstructionIndex, version: int, now: datetime | None, environment: str | None) -> None:
        self.index = index
        self.version = version
        self.now = now
        self.environment = environment

    def validation(self, action: Mapping[str, Any], reading: Reading) -> Validation:
        outcome = self.outcome(action, reading)
        unchecked = _unchecked(outcome, reading)
        if not outcome.found:
            return _approval(outcome, unchecked)
        worst = heapq.nsmallest(MOST_CONFLICTS, outcome.found.items(), key=_rank)
        conflicts = tuple(_conflict(entry.instruction, found) for entry, found in worst)
        corrected, corrected_input, contradicting = self.corrected(action, reading, worst, outcome)
        first = conflicts[0]
        return Validation(
            status=first.status,
            confidence=first.confidence,
            reason=first.reason,
            conflicts=conflicts,
            conflicts_in_all=len(outcome.found),
            instruction_violated=first.instruction_id,
            expected=first.expected,
            actual=first.actual,
            conflict_type=first.conflict_type,
            requires_human_approval=first.requires_human_approval or contradicting,
            corrected_action=corrected,
            corrected_input=corrected_input,
            would_pass_if=tuple(self.changes(action, reading, outcome, corrected)),
            unchecked=unchecked,
            reasons=tuple(_reasons(worst, outcome, contradicting)),
            cited=tuple(sorted(entry.id for entry in outcome.found)),
        )

    # Comparing.

    def outcome(
        self, action: Mapping[str, Any], reading: Reading, *, approved: bool = False, without: str | None = None
    ) -> _Outcome:
        """The comparison with all that is in force; as if a person had `approved` the action, or `without` one
        instruction, where that is said."""
        reading = done_in(reading, self.environment)
        doing = Doing(action, reading)
        here = reading.environment or ""
        said = self.environment is not None and canonical(self.environment) == here
        view = View(self.index, self.version, self.now, here, without, said=said)
        outcome = _Outcome()
        compared = _Comparison(doing, reading.environment)
        looked_at = 0
        for filed in called(self.index, keys_called(doing, self.index.filed)):
            looked_at += 1
            if outcome.compared >= MOST_COMPARED or looked_at > MOST_LOOKED_AT:
                outcome.beyond = looked_at > MOST_LOOKED_AT or bool(view.standing(filed))
                if outcome.beyond:
                    break
                continue
            if (approved and filed.constraint.scope.approval) or not view.any_stands(filed):
                continue
            outcome.compared += 1
            breach = compared.breach(filed)
            if breach is None:
                continue
            found = _found(LEVELS[filed.level], filed.constraint, breach)
            for entry in view.standing(filed):
                why = not_shown(entry.instruction, entry.sentences, filed.constraint, breach, doing)
                if why is not None:
                    if why:
                        outcome.unchecked.append((entry.id, why))
                elif entry not in outcome.found or found.rank < outcome.found[entry].rank:
                    outcome.found[entry] = found
        self.look_unchecked(doing, view, outcome)
        return outcome

    def look_unchecked(self, doing: Doing, view: View, outcome: _Outcome) -> None:
        """The instructions in force of which no rule, or not every clause, could be made, and that share the action's
        subject."""
        for entry in now(self.index.by_term.get(NOT_READ_TO_ITS_END, ())):
            if view.stands(entry):
                outcome.unchecked.append((entry.instruction.id, f"only its first {LONGEST:,} characters were read"))
        left = MOST_LOOKED_THROUGH
        for term, entries in about(self.index.by_term, doing.about):
            others = doing.about - {term}  # the instruction has the term; one word in common is too little
            for entry in entries[:left]:
                words = entry.directive.words
                if words.isdisjoint(others) and len(words) > 1:
                    continue
                if entry not in outcome.found and view.stands(entry):
                    clause = entry.directive.unread[0] if entry.directive.unread else entry.instruction.text[:200]
                    outcome.unchecked.append((entry.instruction.id, f"no rule was found in: {clause}"))
            left -= len(entries)
            if left <= 0:
                return

    # What would make it agree.

    def corrected(
        self, action: Mapping[str, Any], reading: Reading, worst: list[tuple[Entry, _Found]], outcome: _Outcome
    ) -> tuple[FrozenDict | None, FrozenDict | None, bool]:
        """The correction, the rewritten input, and whether instructions contradict each other about it."""
        if worst[0][1].breach.correction is None:
            return None, None, False
        wanted: dict[str, set[str]] = {}
        places: dict[Place, str] = {}
        for _, found in sorted(outcome.found.items(), key=_rank):
            if found.breach.correction is not None:
                name, value = found.breach.correction
                wanted.setdefault(name, set()).add(value)
                for place, new in found.breach.changes:
                    places.setdefault(place, new)
        if any(len(values) > 1 for values in wanted.values()):
            return None, None, True
        values = {name: typed(next(iter(values))) for name, values in wanted.items()}
        new_action = rewritten(action, reading, places, values)
        if new_action is None:
            return None, None, False
        tried = self.outcome(new_action, read_action(new_action))
        if not tried.agrees:
            opposed = {found.breach.correction[0] for found in tried.found.values() if found.breach.correction}
            return None, None, bool(opposed & set(values))
        given = new_action.get("tool_input" if "tool_input" in new_action else "parameters")
        return FrozenDict(values), FrozenDict(given) if isinstance(given, Mapping) else None, False

    def changes(
        self, action: Mapping[str, Any], reading: Reading, outcome: _Outcome, corrected: FrozenDict | None
    ) -> Iterable[FrozenDict]:
        """The single changes after which the action would be approved, each tried."""
        if corrected is not None and len(corrected) == 1:
            for name, value in corrected.items():
                yield FrozenDict({"change": "parameter", "parameter": name, "value": value})
        approvable = all(found.constraint.scope.approval for found in outcome.found.values())
        if approvable and self.outcome(action, reading, approved=True).agrees:
            yield FrozenDict({"change": "approval", "value": "a person has approved this action"})
        if len(outcome.found) == 1:
            (only,) = (entry.id for entry in outcome.found)
            if self.outcome(action, reading, without=only).agrees:
                said = "the instruction is changed or withdrawn by a human"
                yield FrozenDict({"change": "instruction", "id": only, "value": said})


class _Comparison:
    """The comparisons of one action. A value that many instructions name is looked for once."""

    def __init__(self, doing: Doing, environment: str | None) -> None:
        self._doing = doing
        self._environment = environment
        self._of_values: dict[tuple[str, bool], Breach | None] = {}

    def breach(self, filed: Filed) -> Breach | None:
        """How the action goes against a constraint, or None."""
        if not filed.alike:
            return compare(filed.constraint, self._doing, self._environment)
        # Of what the instruction is about it matters only whether the action is about any of it.
        key = filed.alike, not filed.constraint.scope.about.isdisjoint(self._doing.about)
        if key not in self._of_values:
            self._of_values[key] = compare(filed.constraint, self._doing, self._environment)
        return self._of_values[key]


def _found(level: VerificationRequired, constraint: Constraint, breach: Breach) -> _Found:
    """The breach at the level of the instruction: MANDATORY rejects, the others warn; a values conflict rejects and
    requires a human (framework, section 2)."""
    status, kind, human = Status.REJECTED, breach.kind, breach.human
    if kind is ConflictType.VALUES_CONFLICT:
        human = True
    elif level is not VerificationRequired.MANDATORY:
        status = Status.WARNING
        if kind is not ConflictType.TRAINING_PATTERN_OVERRIDE:
            kind = ConflictType.CONVENTION_VIOLATED
    rank = (status is not Status.REJECTED, not human, -breach.confidence)
    return _Found(constraint, breach, level, status, kind, human, rank)


def _rank(one: tuple[Entry, _Found]) -> tuple[tuple[bool, bool, float], str]:
    """The worst comes first."""
    return one[1].rank, one[0].id


# What is said.


def _conflict(instruction: Instruction, found: _Found) -> Conflict:
    breach = found.breach
    return Conflict(
        instruction_id=instruction.id,
        instruction=instruction.text[:400],
        status=found.status,
        conflict_type=found.kind,
        reason=f"The instruction says “{shortened(instruction.text, 120)}”: {breach.says}.",
        expected=_value(breach.expected),
        actual=breach.actual,
        confidence=breach.confidence,
        requires_human_approval=found.human,
    )


def _value(expected: str | None) -> str | None:
    """What is expected, where that is a value: that something is not to be is none."""
    return None if expected is None or expected.startswith("not ") else expected


def _approval(outcome: _Outcome, unchecked: tuple[FrozenDict, ...]) -> Validation:
    """The validation of an action that no instruction compared with it stands against."""
    compared = f"{outcome.compared} constraints that may concern the action were compared with it; it breaks none."
    if outcome.beyond:
        reason = "Not every instruction that may concern the action was compared with it"
        return Validation(Status.WARNING, 0.6, reason, unchecked=unchecked, reasons=(compared, _BEYOND))
    confidence = 0.6 if unchecked else 0.9
    reason = "No conflict with the instructions" + (f", {len(unchecked)} could not be checked" if unchecked else "")
    return Validation(Status.APPROVED, confidence, reason, unchecked=unchecked, reasons=(compared,))


_BEYOND = (
    f"More constraints in force may concern the action than are compared at once ({MOST_COMPARED:,}): the firmest were"
    " compared first, the rest not, so it is not approved."
)


def _unchecked(outcome: _Outcome, reading: Reading) -> tuple[FrozenDict, ...]:
    found = sorted(set(outcome.unchecked))[:MOST_UNCHECKED]
    if outcome.beyond:
        found.append(("", _BEYOND))
    if reading.cut:
        found.append(("", "the action was too long to be read to its end"))
    return tuple(FrozenDict({"id": name, "reason": reason}) for name, reason in found)


def _reasons(worst: list[tuple[Entry, _Found]], outcome: _Outcome, contradicting: bool) -> Iterable[str]:
    """Of each conflict: the instruction in its own words, what the action does, and what follows from its level."""
    for entry, found in worst:
        said = f"{shortened(entry.instruction.id, 80)} says “{shortened(entry.instruction.text, 160)}”."
        yield f"{said} {_act(found.breach)} {_follows(found)}"
    if len(outcome.found) > len(worst):
        yield f"{len(outcome.found) - len(worst)} more instructions stand against it."
    if contradicting:
        yield "The instructions contradict each other on the value, so that no correction agrees: a person decides."
    if outcome.beyond:
        yield _BEYOND


def _act(breach: Breach) -> str:
    """What the action does, against what is expected of it."""
    expected = _value(breach.expected)
    if expected is not None and breach.actual is not None:
        return f"It asks for “{shortened(expected)}”; the action has “{shortened(breach.actual)}” ({breach.says})."
    if breach.actual is not None:
        return f"The action has “{shortened(breach.actual)}” ({breach.says})."
    return f"Of the action: {breach.says}."


def _follows(found: _Found) -> str:
    if found.kind is ConflictType.VALUES_CONFLICT:
        return "A value is at stake, whatever the level: the action is rejected, and a person decides."
    follows = "the action is rejected" if found.status is Status.REJECTED else "it is warned of, not rejected"
    asked = ", and a person is asked" if found.human else ""
    sure = f"how sure that is: {found.breach.confidence:.2f} of 1"
    return f"The instruction is {found.level}, so {follows}{asked}; {sure}."
