"""The CrossReferenceValidator: an action against everything that humans asked (core concepts, section 2).

Instructions are read once, when they are added, into typed constraints, and filed under what those are about. An
action is read
into facts, acts and texts; these call up the few constraints that may concern it, and each is compared with it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tractatus import arguments
from tractatus.actions import Place, Reading, read_action, rewrite
from tractatus.actions.environments import canonical
from tractatus.comparison import Breach, Doing, compare
from tractatus.comparison.keys import Key, keys_called, keys_of
from tractatus.directives import Constraint, Directive, read_instruction
from tractatus.instruction import Instruction
from tractatus.results import Result
from tractatus.vocabulary import ConflictType, Status, VerificationRequired

MOST_CONFLICTS = 20  # shown; the rest are counted
MOST_UNCHECKED = 20
MOST_COMPARED = 400  # distinct constraints compared for one action; what is beyond is said to be unchecked
_CERTAIN = 0.75  # from this confidence on a conflict with a MANDATORY instruction rejects; a less certain one warns
_VARIABLE = re.compile(r"\$\{(\w{1,80})\}|\$(\w{1,80})")


@dataclass(frozen=True)
class Conflict(Result):
    """One instruction that an action goes against, and how."""

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
    worst one.
    `corrected_action` is given only where the action with it is approved; `corrected_input` is then the whole tool
    input
    rewritten, where it could be. `would_pass_if` are single changes, each tried.
    `cited` are the ids of all instructions in conflict, however many: what a human's grant of the action rests on.
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


@dataclass(frozen=True, eq=False)
class _Entry:
    """One instruction in the index. Compared by identity: an instruction that is added anew is another entry."""

    instruction: Instruction
    directive: Directive
    filed: tuple[tuple[Key, Constraint], ...] = ()
    terms: tuple[str, ...] = ()


@dataclass
class _Found:
    """One breach by one instruction."""

    entry: _Entry
    constraint: Constraint
    breach: Breach
    status: Status
    kind: ConflictType
    human: bool

    @property
    def rank(self) -> tuple[int, int, float, str]:
        return (
            0 if self.status is Status.REJECTED else 1,
            0 if self.human else 1,
            -self.breach.confidence,
            self.entry.instruction.id,
        )


@dataclass
class _Outcome:
    found: list[_Found] = field(default_factory=list)
    unchecked: list[tuple[str, str]] = field(default_factory=list)
    compared: int = 0


class CrossReferenceValidator:
    """Checks actions against the instructions of a history. Built once, called by many threads; `add` and `remove`
    take a
    lock among themselves, readers never wait: an instruction is seen wholly or not at all by one validation."""

    def __init__(self, instructions: Iterable[Instruction] = (), *, variables: Mapping[str, str] | None = None) -> None:
        self._variables = {
            str(name): str(value)
            for name, value in arguments.mapping({} if variables is None else variables, "variables").items()
        }
        self._live: dict[str, _Entry] = {}
        self._superseded: dict[str, dict[str, None]] = {}
        self._filed: dict[Key, dict[Constraint, dict[str, _Entry]]] = {}
        self._same: dict[Constraint, Constraint] = {}
        self._by_term: dict[str, dict[str, _Entry]] = {}
        self._writing = threading.Lock()
        for instruction in instructions:
            self.add(instruction)

    def __len__(self) -> int:
        return len(self._live)

    def add(self, instruction: Instruction) -> None:
        """Put an instruction in, in the place of one with the same id. Raises `TypeError` for anything else."""
        if not isinstance(instruction, Instruction):
            raise TypeError(f"instruction: an Instruction is expected, not {type(instruction).__name__}.")
        directive = read_instruction(self._with_variables(instruction.text), instruction.parameters)
        with self._writing:
            old = self._live.get(instruction.id)
            matters = instruction.active and instruction.verification_required is not VerificationRequired.NONE
            entry = self._entry(instruction, directive) if matters else _Entry(instruction, directive)
            for key, constraint in entry.filed:
                self._filed.setdefault(key, {}).setdefault(constraint, {})[instruction.id] = entry
            for term in entry.terms:
                self._by_term.setdefault(term, {})[instruction.id] = entry
            if instruction.supersedes is not None and instruction.active:
                self._superseded.setdefault(instruction.supersedes, {})[instruction.id] = None
            self._live[instruction.id] = entry  # from here on readers see it
            if old is not None:
                self._unfile(old, entry)

    def remove(self, id: str) -> None:
        """Take the instruction with this id out. Raises `KeyError` where there is none."""
        arguments.text(id, "id")
        with self._writing:
            entry = self._live.pop(id)  # from here on readers do not see it
            self._unfile(entry, None)

    def _entry(self, instruction: Instruction, directive: Directive) -> _Entry:
        filed: list[tuple[Key, Constraint]] = []
        for constraint in directive.constraints:
            constraint = self._same.setdefault(constraint, constraint)
            filed += [(key, constraint) for key in keys_of(constraint, lambda key: len(self._filed.get(key, ())))]
        terms: tuple[str, ...] = ()
        if directive.unread or not directive.constraints:
            by_rarity = sorted(directive.words, key=lambda term: (len(self._by_term.get(term, ())), term))
            terms = tuple(by_rarity[:1])
        return _Entry(instruction, directive, tuple(filed), terms)

    def _unfile(self, entry: _Entry, successor: _Entry | None) -> None:
        name = entry.instruction.id
        kept = set(successor.filed) if successor else set()
        for key, constraint in entry.filed:
            if (key, constraint) in kept:
                continue
            holders = self._filed.get(key, {}).get(constraint)
            if holders is not None:
                holders.pop(name, None)
                if not holders:
                    self._filed[key].pop(constraint, None)
                    if not self._filed[key]:
                        self._filed.pop(key, None)
        for term in entry.terms:
            if successor is None or term not in successor.terms:
                self._by_term.get(term, {}).pop(name, None)
                if not self._by_term.get(term, True):
                    self._by_term.pop(term, None)
        supersedes = entry.instruction.supersedes
        if supersedes is not None and not (
            successor and successor.instruction.supersedes == supersedes and successor.instruction.active
        ):
            self._superseded.get(supersedes, {}).pop(name, None)

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
        """As `validate`, for the gate and the verifier, which have read this very action. It is read again where a
        variable has its value put in."""
        action = self._resolved(action)
        reading = read_action(action) if reading is None or self._variables else reading
        outcome = self._outcome(action, reading, now, environment)
        return self._validation(action, reading, outcome, now, environment)

    # Comparing.

    def _outcome(
        self,
        action: Mapping[str, Any],
        reading: Reading,
        now: datetime | None,
        environment: str | None,
        *,
        approved: bool = False,
        without: str | None = None,
    ) -> _Outcome:
        doing = Doing(action, reading)
        if approved:
            doing.__dict__["approved"] = True
        here = canonical(environment) if environment else reading.environment
        outcome = _Outcome()
        alive: dict[str, _Entry | None] = {}

        def in_force(name: str, entry: _Entry) -> bool:
            if name not in alive:
                alive[name] = self._in_force(name, now, here)
            return alive[name] is entry and name != without

        seen: set[int] = set()
        worst: dict[str, _Found] = {}
        called = [(key, tuple(self._filed.get(key, {}).items())) for key in keys_called(doing, self._filed)]
        called.sort(key=lambda pair: len(pair[1]))  # the rare first: they say most about this action
        for _, filed in called:
            for constraint, holders in filed:
                if id(constraint) in seen:
                    continue
                if outcome.compared >= MOST_COMPARED:
                    outcome.unchecked.append(
                        ("", "more instructions may concern this action than are compared at once")
                    )
                    break
                seen.add(id(constraint))
                outcome.compared += 1
                breach = compare(constraint, doing, here)
                if breach is None:
                    continue
                for name, entry in tuple(holders.items()):
                    if in_force(name, entry):
                        found = _found(entry, constraint, breach)
                        if name not in worst or found.rank < worst[name].rank:
                            worst[name] = found
        outcome.found = sorted(worst.values(), key=lambda one: one.rank)
        self._look_unchecked(doing, outcome, in_force, worst)
        return outcome

    def _in_force(self, name: str, now: datetime | None, here: str | None) -> _Entry | None:
        entry = self._live.get(name)
        if entry is None or not entry.instruction.stands(now):
            return None
        meant = entry.instruction.environment
        if meant is not None and here is not None and canonical(meant) != here:
            return None
        for successor in tuple(self._superseded.get(name, ())):
            by = self._live.get(successor)
            if by is not None and by.instruction.supersedes == name and by.instruction.stands(now):
                return None
        return entry

    def _look_unchecked(self, doing: Doing, outcome: _Outcome, in_force: Any, worst: Mapping[str, _Found]) -> None:
        looked = 0
        for term in doing.about:
            for name, entry in tuple(self._by_term.get(term, {}).items()):
                looked += 1
                if looked > 200:
                    return
                words = entry.directive.words
                shared = len(words & doing.about)
                if shared >= min(2, len(words)) and name not in worst and in_force(name, entry):
                    clause = entry.directive.unread[0] if entry.directive.unread else entry.instruction.text[:200]
                    outcome.unchecked.append((name, f"no rule was found in: {clause}"))

    # Saying.

    def _validation(
        self,
        action: Mapping[str, Any],
        reading: Reading,
        outcome: _Outcome,
        now: datetime | None,
        environment: str | None,
    ) -> Validation:
        unchecked = tuple(
            {"id": name, "reason": reason} for name, reason in sorted(set(outcome.unchecked))[:MOST_UNCHECKED]
        )
        if reading.cut:
            unchecked = (*unchecked, {"id": "", "reason": "the action was too long to be read to its end"})
        if not outcome.found:
            confidence = 0.6 if unchecked else 0.9
            reason = "No conflict with the instructions" + (
                f", {len(unchecked)} could not be checked" if unchecked else ""
            )
            compared = f"{outcome.compared} constraints that may concern the action were compared"
            return Validation(Status.APPROVED, confidence, reason, unchecked=unchecked, reasons=(compared,))
        worst = outcome.found[0]
        conflicts = tuple(_conflict(found) for found in outcome.found[:MOST_CONFLICTS])
        corrected, rewritten, contradicting = self._corrected(action, reading, outcome, now, environment)
        human = worst.human or contradicting
        return Validation(
            worst.status,
            worst.breach.confidence,
            conflicts[0].reason,
            conflicts,
            len(outcome.found),
            worst.entry.instruction.id,
            worst.breach.expected,
            worst.breach.actual,
            worst.kind,
            human,
            corrected,
            rewritten,
            self._would_pass(action, reading, outcome, corrected, now, environment),
            unchecked,
            tuple(f"{conflict.instruction_id}: {conflict.reason}" for conflict in conflicts),
            cited=tuple(sorted(found.entry.instruction.id for found in outcome.found)),
        )

    def _corrected(
        self,
        action: Mapping[str, Any],
        reading: Reading,
        outcome: _Outcome,
        now: datetime | None,
        environment: str | None,
    ) -> tuple[dict[str, Any] | None, dict[str, Any] | None, bool]:
        """The correction, the rewritten input, and whether instructions contradict each other about it."""
        wanted: dict[str, set[str]] = {}
        changes: dict[Place, str] = {}
        for found in outcome.found:
            if found.breach.correction is not None:
                name, value = found.breach.correction
                wanted.setdefault(name, set()).add(value)
                for place, new in found.breach.changes:
                    changes.setdefault(place, new)
        if not wanted or outcome.found[0].breach.correction is None:
            return None, None, False
        if any(len(values) > 1 for values in wanted.values()):
            return None, None, True
        corrected = {name: _typed(next(iter(values))) for name, values in wanted.items()}
        new_action = _rewritten(action, reading, changes, corrected)
        if new_action is None:
            return None, None, False
        if self._outcome(new_action, read_action(new_action), now, environment).found:
            opposed = self._outcome(new_action, read_action(new_action), now, environment).found
            names = {found.breach.correction[0] for found in opposed if found.breach.correction}
            return None, None, bool(names & set(corrected))
        holder = "tool_input" if "tool_input" in new_action else "parameters"
        given = new_action.get(holder)
        return corrected, dict(given) if isinstance(given, Mapping) else None, False

    def _would_pass(
        self,
        action: Mapping[str, Any],
        reading: Reading,
        outcome: _Outcome,
        corrected: Mapping[str, Any] | None,
        now: datetime | None,
        environment: str | None,
    ) -> tuple[Mapping[str, Any], ...]:
        found: list[Mapping[str, Any]] = []
        if corrected is not None and len(corrected) == 1:
            found += [{"change": "parameter", "parameter": name, "value": value} for name, value in corrected.items()]
        approvable = all(one.constraint.scope.approval for one in outcome.found)
        if approvable and not self._outcome(action, reading, now, environment, approved=True).found:
            found.append({"change": "approval", "value": "a person has approved this action"})
        only = outcome.found[0].entry.instruction.id
        if len(outcome.found) == 1 and not self._outcome(action, reading, now, environment, without=only).found:
            found.append(
                {"change": "instruction", "id": only, "value": "the instruction is changed or withdrawn by a human"}
            )
        return tuple(found)

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
        if isinstance(value, list):
            return [self._resolved_value(item, depth + 1) for item in value]
        return value


def _found(entry: _Entry, constraint: Constraint, breach: Breach) -> _Found:
    """The breach at the level of the instruction: what it is called, and what follows."""
    if breach.kind is ConflictType.VALUES_CONFLICT:
        return _Found(entry, constraint, breach, Status.REJECTED, breach.kind, True)
    if entry.instruction.verification_required is VerificationRequired.MANDATORY:
        certain = breach.confidence >= _CERTAIN
        kind = breach.kind
        return _Found(entry, constraint, breach, Status.REJECTED if certain else Status.WARNING, kind, breach.human)
    kind = breach.kind if breach.kind is ConflictType.TRAINING_PATTERN_OVERRIDE else ConflictType.CONVENTION_VIOLATED
    return _Found(entry, constraint, breach, Status.WARNING, kind, breach.human)


def _conflict(found: _Found) -> Conflict:
    instruction, breach = found.entry.instruction, found.breach
    return Conflict(
        instruction.id,
        instruction.text[:400],
        found.status,
        found.kind,
        breach.says,
        breach.expected,
        breach.actual,
        breach.confidence,
        found.human,
    )


def _typed(value: str) -> Any:
    """A value as JSON would hold it: numbers as numbers, true and false as such."""
    if value in ("true", "false"):
        return value == "true"
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,15})", value):
        return int(value)
    return value


def _rewritten(
    action: Mapping[str, Any], reading: Reading, changes: Mapping[Place, str], corrected: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The action with the corrections in it, or None where there is no place to write them."""
    if changes:
        try:
            return rewrite(action, changes)
        except (KeyError, ValueError, TypeError):
            return None
    if "tool_name" not in action:
        parameters = action.get("parameters")
        if isinstance(parameters, Mapping) or parameters is None:
            try:
                copied = rewrite(action, {})
            except ValueError:  # it is nested too deeply
                return None
            return {**copied, "parameters": {**(copied.get("parameters") or {}), **corrected}}
        return None
    return _with_port(action, reading, corrected)


_PORT_OPTION = {"mongodb": "--port", "postgresql": "-p", "mysql": "-P", "mariadb": "-P", "redis": "-p"}


def _with_port(action: Mapping[str, Any], reading: Reading, corrected: Mapping[str, Any]) -> dict[str, Any] | None:
    """A shell command that took the default port without writing it, with the port written."""
    if set(corrected) != {"port"}:
        return None
    implicit = next((fact for fact in reading.facts if fact.parameter == "port" and fact.implicit), None)
    if implicit is None:
        return None
    host = next(
        (
            fact
            for fact in reading.facts
            if fact.parameter == "host" and fact.subject == implicit.subject and fact.place
        ),
        None,
    )
    url = next((fact for fact in reading.facts if fact.parameter == "url" and fact.subject == implicit.subject), None)
    try:
        if host is not None and url is not None and host.place is not None:
            return rewrite(action, {host.place: f"{host.value}:{corrected['port']}"})
        option = _PORT_OPTION.get(implicit.subject)
        act = next((act for act in reading.acts if act.command and act.place is not None and act.tool), None)
        command = action.get("tool_input", {}).get("command")
        if option and isinstance(command, str):
            programs = [act.command[0] for act in reading.acts if act.command]
            for program in programs:
                match = re.search(r"(?<![\w./-])" + re.escape(program) + r"(?![\w.-])", command)
                if match and program in command and _owner(program) == implicit.subject:
                    new = f"{command[: match.end()]} {option} {corrected['port']}{command[match.end() :]}"
                    copied = rewrite(action, {})
                    return {**copied, "tool_input": {**copied["tool_input"], "command": new}}
        del act
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return None


def _owner(program: str) -> str:
    from tractatus.actions.names import subject_of

    return subject_of(program.rsplit("/", 1)[-1])
