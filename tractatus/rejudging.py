"""What a change would have changed: past actions judged by two gates, without judging those on which they must agree.

Two gates that differ in a few instructions agree on an action that goes against none of those, but for one thing: where
an action goes against another instruction, its correction is tried, and what differs may oppose that. So an action is
first compared with what differs, and with what may be corrected in the same way; only one that goes against any of it
is judged by both gates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tractatus import arguments
from tractatus.actions import Reading, read_action
from tractatus.actions.environments import done_in
from tractatus.actions.names import subject_of, subject_of_port
from tractatus.comparison import Doing, compare
from tractatus.comparison.keys import keys_called
from tractatus.comparison.values import PLAIN_PARAMETERS
from tractatus.directives import Constraint
from tractatus.directives import constraints as c
from tractatus.directives.knowledge import families_of
from tractatus.directives.language import stem
from tractatus.gate import Gate, GateRequest
from tractatus.index import Entry, InstructionIndex, called
from tractatus.instruction import Instruction
from tractatus.irreversible import irreversible_act
from tractatus.pressure import SessionState
from tractatus.validator import MOST_COMPARED, CrossReferenceValidator
from tractatus.vocabulary import GateDecision

_ANY = "*"
_WORD = re.compile(r"[A-Za-z0-9]+")


class Rejudging:
    """Judges past requests by the gate as it is, `before`, and as it would be, `after`.

    The gates are those of one project: their instructions, variables, thresholds and boundaries may differ. Reading
    them is safe for many threads. Raises `TypeError` for what is no gate.
    """

    def __init__(self, before: Gate, after: Gate) -> None:
        self._before = arguments.instance(before, Gate, "before")
        self._after = arguments.instance(after, Gate, "after")
        old, new = before.validator, after.validator
        self._same_variables = old._variables == new._variables
        self._verifies_alike = before.verifier.thresholds == after.verifier.thresholds
        self._changed = differing(old, new)
        gates = (before, after)
        self._names = {name for gate in gates for entry in self._differing(gate) for name in _corrects(entry)}
        self._probes = tuple(self._probe())
        # What differs concerns an action that was corrected where it concerned the action itself, unless it is found by
        # a word that the correction puts in.
        found_by = {word for index, _, _ in self._probes for key in index.filed for word in key[1:]}
        put_in = {word for _, index, _ in self._probes for entry in index.live() for word in _put_in(entry)}
        self._called_by_values = not found_by.isdisjoint(put_in)

    @property
    def changed(self) -> tuple[str, ...]:
        """The ids of the instructions that differ."""
        return tuple(sorted(self._changed))

    def decisions(self, request: GateRequest) -> tuple[GateDecision, GateDecision] | None:
        """What the gate decides of a request and what it would decide; None where that is the same."""
        if not self._may_differ(arguments.instance(request, GateRequest, "request")):
            return None
        was, would_be = self._before.check(request).decision, self._after.check(request).decision
        return (was, would_be) if was is not would_be else None

    def _may_differ(self, request: GateRequest) -> bool:
        if not self._verifies_alike or self._pressed_otherwise(request):
            return True
        text = isinstance(request.action, str)
        action = {"description": request.action} if isinstance(request.action, str) else request.action
        reading = done_in(read_action(action), request.environment)
        if self._before.enforcer is not self._after.enforcer and self._bounded_otherwise(request, reading, text):
            return True
        if not self._same_variables and "$" in str(request.action):
            return True
        for differing, related, validator in self._probes:
            resolved = validator._resolved(action)
            of = reading if resolved == action else done_in(read_action(resolved), request.environment)
            doing = Doing(resolved, of)
            against, here = _goes_against(differing, doing, of.environment)
            if against:
                return True
            if (here or self._called_by_values) and self._may_be_opposed(of):
                against, _ = _goes_against(related, doing, of.environment)
                if against:
                    return True
            if here and self._crowded(doing):
                return True
        return False

    def _crowded(self, doing: Doing) -> bool:
        """Whether so much may concern the action that the gate compares only some of it: then what differs counts, even
        where the action agrees with it."""
        for index in (self._before.validator._index, self._after.validator._index):
            if index.distinct > MOST_COMPARED:
                keys = keys_called(doing, index.filed)
                if sum(len(index.filed[key]) for key in keys) > MOST_COMPARED:
                    return True
        return False

    def _may_be_opposed(self, reading: Reading) -> bool:
        """Whether the action has anything that could be corrected under a name which what differs corrects too."""
        if not self._names.isdisjoint((_ANY, "tool", "flag")):
            return True
        for fact in reading.facts:
            owner = subject_of(fact.parameter)
            if not self._names.isdisjoint((fact.parameter, owner)):
                return True
            if "version" in self._names and (owner or fact.parameter == "tag"):
                return True
        return False

    def _pressed_otherwise(self, request: GateRequest) -> bool:
        session = request.session or SessionState()
        before, after = self._before.monitor, self._after.monitor
        return before.thresholds != after.thresholds and before.assess(session) != after.assess(session)

    def _bounded_otherwise(self, request: GateRequest, reading: Reading, text: bool) -> bool:
        before, after = self._before.enforcer, self._after.enforcer
        if before.boundaries == after.boundaries:
            return False
        if text:
            one = before.check(request.action, environment=request.environment)
            return one != after.check(request.action, environment=request.environment)
        act = irreversible_act(reading)
        return before._check_read(request.action, reading, act) != after._check_read(request.action, reading, act)

    def _probe(self) -> Iterator[tuple[InstructionIndex, InstructionIndex, CrossReferenceValidator]]:
        """What differs, as it was and as it would be, and what may correct an action under the same names; one of each
        for the variables as they were and as they would be."""
        gates = (self._before, self._after)
        alone = [[gate] for gate in gates]
        for together in [list(gates)] if self._same_variables else alone:
            differing, related = InstructionIndex(), InstructionIndex()
            for number, gate in enumerate(together):
                for entry in gate.validator._index.live():
                    if entry.instruction.id in self._changed:
                        _put(differing, entry, number)
                    elif number == 0 and not self._names.isdisjoint(_corrects(entry)):
                        _put(related, entry, number)
            yield differing, related, together[0].validator

    def _differing(self, gate: Gate) -> list[Entry]:
        return [entry for entry in gate.validator._index.live() if entry.instruction.id in self._changed]


def _put(index: InstructionIndex, entry: Entry, number: int) -> None:
    """File an instruction for itself: under an id of its own, and hidden by nothing that supersedes it."""
    index.put(replace(entry.instruction, id=f"{number}:{entry.instruction.id}", supersedes=None), entry.directive)


def _goes_against(index: InstructionIndex, doing: Doing, environment: str | None) -> tuple[bool, bool]:
    """Whether an action goes against any constraint, in force or not, and whether any concerns it."""
    concerned = False
    for filed in called(index, keys_called(doing, index.filed)):
        concerned = True
        if compare(filed.constraint, doing, environment) is not None:
            return True, True
    return False, concerned


def differing(before: CrossReferenceValidator, after: CrossReferenceValidator) -> frozenset[str]:
    """The ids of the instructions in which two histories differ, and of those whose standing hangs on these: what they
    supersede, or what supersedes them."""
    old = {entry.instruction.id: entry for entry in before._index.live()}
    new = {entry.instruction.id: entry for entry in after._index.live()}
    changed = {id for id in old.keys() | new.keys() if not _alike(old.get(id), new.get(id))}
    neighbours: dict[str, set[str]] = {}
    for instruction in _instructions((*old.values(), *new.values())):
        if instruction.supersedes is not None:
            neighbours.setdefault(instruction.id, set()).add(instruction.supersedes)
            neighbours.setdefault(instruction.supersedes, set()).add(instruction.id)
    queue = list(changed)
    while queue:
        for other in neighbours.get(queue.pop(), ()):
            if other not in changed:
                changed.add(other)
                queue.append(other)
    return frozenset(changed)


def _alike(one: Entry | None, other: Entry | None) -> bool:
    if one is None or other is None:
        return False
    return one.instruction == other.instruction and one.directive == other.directive


def _instructions(entries: Iterable[Entry]) -> Iterator[Instruction]:
    return (entry.instruction for entry in entries)


def _corrects(entry: Entry) -> set[str]:
    """The names under which the constraints of an instruction may correct an action; `*` where it may be any."""
    return {name for filed in entry.filed for name in _names(filed.constraint)}


def _names(constraint: Constraint) -> tuple[str, ...]:
    match constraint:
        case c.Choice():
            return ("tool",) if len(constraint.allowed) == 1 else ()
        case c.Flag():
            return ("flag",)
        case c.Value() if constraint.parameter in PLAIN_PARAMETERS:
            return (constraint.parameter, constraint.subject) if constraint.subject else (constraint.parameter,)
        case c.Value():
            return (constraint.parameter, _ANY)
        case c.Commitment() | c.Naming() | c.Limit():
            return (_ANY,)
    return ()


def _put_in(entry: Entry) -> Iterator[str]:
    """The words that a correction by an instruction may put into an action, with what they stand for."""
    for filed in entry.filed:
        match filed.constraint:
            case c.Choice():
                for name in filed.constraint.allowed:
                    yield from _meanings(name)
                    # Who breaks a choice uses one of its family already.
                    yield from (family for family in families_of().get(name, ()) if family != filed.constraint.family)
            case c.Value():
                for value in (*filed.constraint.values, filed.constraint.instead):
                    yield from _meanings(value)
            case c.Flag():
                yield from _meanings(filed.constraint.flag)


def _meanings(value: str) -> Iterator[str]:
    yield subject_of_port(value) or value
    for word in (value, *_WORD.findall(value)):
        yield from filter(None, (word, word.lower(), stem(word), subject_of(word)))
