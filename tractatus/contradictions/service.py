"""Which instructions contradict one another. Each text is read once and filed under what it could contradict, so that
finding what a new instruction goes against does not take longer for a longer history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from tractatus import arguments
from tractatus.actions.environments import canonical
from tractatus.comparison import Doing
from tractatus.contradictions import acts, constraints, statements
from tractatus.contradictions.found import ContradictionKind, Opposed
from tractatus.contradictions.words import averting, meant, telling
from tractatus.directives import Constraint, Directive, load_data, read_instruction
from tractatus.directives.constraints import Practice
from tractatus.directives.language import LONGEST, clauses_of, stem, tokens_of
from tractatus.instruction import Instruction
from tractatus.results import Record
from tractatus.vocabulary import TemporalScope

MOST_COMPARED = 500
"""Distinct texts that one instruction is compared with. Of more that are about the same, those filed first."""

_VARIABLE = re.compile(r"\$\{(\w{1,80})\}|\$(\w{1,80})")
_WORD = re.compile(r"[^\s\"“”`,;:!?()]+")
_SHORT_LIVED = (TemporalScope.TASK, TemporalScope.SESSION, TemporalScope.PHASE)
_OWN_BRANCH = frozenset(meant(stem(word)) for word in ("own", "feature", "topic", "personal", "private"))
_MAIN = frozenset(meant(stem(word)) for word in ("main", "master", "trunk", "shared", "release", "production"))
Key = tuple[object, ...]


@dataclass(frozen=True)
class Contradiction(Record):
    """That an instruction contradicts another one, in force beside it.

    `instruction_id` is the other's. `words` and `other_words` are the places, from and to, of the words that clash, in
    the instruction that was asked about and in the other. `narrower` is true where one of the two only holds for a
    task, a session or a phase: then both can stand, the narrower for as long as it lasts.
    """

    instruction_id: str
    kind: ContradictionKind
    reason: str
    words: tuple[tuple[int, int], ...]
    other_words: tuple[tuple[int, int], ...]
    narrower: bool


@dataclass(eq=False, slots=True)
class _Text:
    """A text, read for the comparison: what it asks, what it tells to do, and under what it is filed."""

    text: str
    directive: Directive
    environments: frozenset[str]
    statements: tuple[statements.Statement, ...]
    act: Doing | None
    about: frozenset[str]
    order: tuple[str, ...]  # the same, as they stand
    averts: frozenset[str]  # the words by which it tells to keep something from happening
    by_key: Mapping[Key, tuple[Constraint, ...]]  # the constraints that are compared among themselves
    forbidding: tuple[tuple[Constraint, tuple[Key, ...]], ...]
    meets: tuple[Key, ...]  # filed and looked up under the same keys
    tells: tuple[Key, ...]  # filed, for those that forbid
    told: frozenset[Key]  # the same
    forbids: tuple[Key, ...]  # looked up, among those that tell; and filed, the other way round


@lru_cache(maxsize=4_096)
def _read(text: str) -> _Text:
    directive = read_instruction(text)
    tokens = tokens_of(text)
    clauses = clauses_of(tokens)
    said = statements.statements_of(clauses)
    order = statements.about(tokens)
    act = acts.act_of(clauses)
    meets: dict[Key, None] = {}
    tells: dict[Key, None] = {}
    forbids: dict[Key, None] = {}
    by_key: dict[Key, tuple[Constraint, ...]] = {}
    forbidding = []
    for constraint in directive.constraints:
        for key in constraints.keys_of(constraint):
            by_key[key] = (*by_key.get(key, ()), constraint)
        if forbidden := tuple(acts.keys_of_forbidding(constraint)):
            forbidding.append((constraint, forbidden))
            forbids.update((key, None) for key in forbidden)
    for key, mine in by_key.items():
        if key[0] != "practice":
            meets[key] = None
            continue
        for practice in mine:  # what asks for one meets only what refuses it
            (tells if getattr(practice, "wanted", False) else forbids)[key] = None
    for one in said:
        meets.update((("topic", *sorted(key)), None) for key in one.keys if key)
        meets.update((("family of", family), None) for family, _ in one.members)
        if one.negative:
            forbids.update((("said", word), None) for word in sorted(one.topic, key=telling)[-1:])
        else:
            tells.update((("said", word), None) for word in one.topic | one.condition)
    if act is not None:
        tells.update((key, None) for key in acts.keys_of_act(act))
    return _Text(
        text=text,
        directive=directive,
        environments=directive.environments,
        statements=said,
        act=act,
        about=frozenset(order),
        order=order,
        averts=frozenset(token.stem for token in tokens) & averting(clause=False),
        by_key=by_key,
        forbidding=tuple(forbidding),
        meets=tuple(meets),
        tells=tuple(tells),
        told=frozenset(tells),
        forbids=tuple(forbids),
    )


@dataclass(eq=False, slots=True)
class _Filed:
    """A text of the history, with the instructions that say it."""

    read: _Text
    number: int
    holders: dict[str, Instruction] = field(default_factory=dict)


class Contradictions:
    """The instructions of a history against each other.

        >>> found = Contradictions(instructions).with_(new)

    `variables` are a project's own values, put in where a text writes `$NAME` or `${NAME}`. Built once and then read by
    any number of threads; `add` and `remove` are for one thread. Raises `TypeError` or `ValueError` naming what is
    wrong, also where two instructions have the same id.
    """

    def __init__(self, instructions: Iterable[Instruction] = (), *, variables: Mapping[str, str] | None = None) -> None:
        load_data()
        given = arguments.mapping({} if variables is None else variables, "variables")
        self._variables = {str(name): str(value) for name, value in given.items()}
        self._texts: dict[str, _Filed] = {}
        self._of: dict[str, _Filed] = {}
        self._number = 0
        self._meeting: dict[Key, dict[_Filed, None]] = {}
        self._telling: dict[Key, dict[_Filed, None]] = {}
        self._forbidding: dict[Key, dict[_Filed, None]] = {}
        for instruction in arguments.several(instructions, Instruction, "instructions"):
            if instruction.id in self._of:
                raise ValueError(f"instructions: the id {arguments.shown(instruction.id)} is there twice.")
            self.add(instruction)

    def __len__(self) -> int:
        return len(self._of)

    def add(self, instruction: Instruction) -> None:
        """Put an instruction in, in the place of one with the same id."""
        arguments.instance(instruction, Instruction, "instruction")
        if instruction.id in self._of:
            self.remove(instruction.id)
        text = self._resolved(instruction.text)
        filed = self._texts.get(text)
        if filed is None:
            self._number += 1
            filed = self._texts[text] = _Filed(_read(text), self._number)
            for among, keys in self._places(filed.read):
                for key in keys:
                    among.setdefault(key, {})[filed] = None
        filed.holders[instruction.id] = instruction
        self._of[instruction.id] = filed

    def remove(self, id: str) -> None:
        """Take the instruction with this id out. Raises `KeyError` naming it where there is none."""
        filed = self._found(id)
        del self._of[id]
        del filed.holders[id]
        if filed.holders:
            return
        del self._texts[filed.read.text]
        for among, keys in self._places(filed.read):
            for key in keys:
                del among[key][filed]
                if not among[key]:
                    del among[key]

    def directive(self, id: str) -> Directive:
        """How the instruction with this id was read. Raises `KeyError` naming it where there is none."""
        return self._found(id).read.directive

    def with_(self, instruction: Instruction, *, now: datetime | None = None) -> tuple[Contradiction, ...]:
        """What of the history contradicts an instruction, those that say so most plainly first.

        What is not in force at `now`, holds in another environment, or takes the place of the other does not. The
        instruction itself is left out, by its id.
        """
        arguments.instance(instruction, Instruction, "instruction")
        arguments.moment(now, "now")
        read = _read(self._resolved(instruction.text))
        return tuple(self._with(instruction, read, now))

    def pairs(self, *, now: datetime | None = None) -> Iterator[tuple[str, Contradiction]]:
        """Every two that contradict each other, once: the id of the later one, and what it contradicts."""
        for id, filed in list(self._of.items()):
            for found in self._with(filed.holders[id], filed.read, now, before=filed.number):
                yield id, found

    def _found(self, id: str) -> _Filed:
        if id not in self._of:
            raise KeyError(f"id: no instruction has the id {id[:80]!r}.")
        return self._of[id]

    def _with(
        self, one: Instruction, read: _Text, now: datetime | None, before: int | None = None
    ) -> Iterator[Contradiction]:
        """What contradicts one; of the texts filed before the `before`th, where that is said."""
        if not one.stands(now):
            return
        for filed in self._candidates(read, before):
            holders = [other for other in filed.holders.values() if _beside(one, read, other, filed.read, now)]
            if not holders:
                continue
            found = _opposed(read, filed.read, _environment(one), _environment(holders[0]))
            if found is None:
                continue
            for other in holders:
                yield _contradiction(one, other, found)

    def _candidates(self, read: _Text, before: int | None) -> list[_Filed]:
        found: dict[_Filed, None] = {}
        lists = [self._meeting.get(key, {}) for key in read.meets]
        lists += [self._telling.get(key, {}) for key in read.forbids]
        lists += [self._forbidding.get(key, {}) for key in read.tells]
        for among in sorted(lists, key=len):
            for filed in among:
                if before is not None and filed.number >= before:
                    continue
                found[filed] = None
                if len(found) >= MOST_COMPARED:
                    return list(found)
        return list(found)

    def _places(self, read: _Text) -> tuple[tuple[dict[Key, dict[_Filed, None]], tuple[Key, ...]], ...]:
        return (self._meeting, read.meets), (self._telling, read.tells), (self._forbidding, read.forbids)

    def _resolved(self, text: str) -> str:
        text = text[: LONGEST + 2_000]
        if not self._variables or "$" not in text:
            return text
        return _VARIABLE.sub(lambda match: self._variables.get(match.group(1) or match.group(2), match.group()), text)


def _environment(of: Instruction) -> str | None:
    return canonical(of.environment) if of.environment else None


def _beside(one: Instruction, read: _Text, other: Instruction, other_read: _Text, now: datetime | None) -> bool:
    """Whether both hold at the same time and place, and neither takes the other's place."""
    if other.id in (one.id, one.supersedes) or other.supersedes == one.id or not other.stands(now):
        return False
    first, second = _environments(one, read), _environments(other, other_read)
    return not (first and second and first.isdisjoint(second))


def _environments(of: Instruction, read: _Text) -> frozenset[str]:
    own = _environment(of)
    return frozenset({own}) if own else read.environments


def _opposed(one: _Text, other: _Text, here: str | None, there: str | None) -> Opposed | None:
    """How two texts go against each other: by what is read of them, by their words, as act and prohibition."""
    if one is other:
        return None
    shared = one.about & other.about
    for key, mine in one.by_key.items():
        for constraint in other.by_key.get(key, ()):
            for own in mine:
                found = constraints.opposed(own, constraint, shared)
                if found is not None and not _elsewhere(own, one, constraint, other):
                    return found
    for statement in one.statements:
        for against in other.statements:
            found = next(statements.opposed(statement, against), None)
            if found is not None:
                return found
    found = _forbidden(one, other, there)
    if found is not None:
        return found
    found = _forbidden(other, one, here)
    return found.turned() if found is not None else None


def _elsewhere(mine: Constraint, one: _Text, theirs: Constraint, other: _Text) -> bool:
    """Whether of a practice that one asks for and the other refuses, the one only keeps others from it, or asks for it
    on branches of one's own while the other speaks of main."""
    if not isinstance(mine, Practice) or not isinstance(theirs, Practice) or mine.wanted == theirs.wanted:
        return False
    asks, refuses = (one, other) if mine.wanted else (other, one)
    return bool(asks.averts) or (bool(asks.about & _OWN_BRANCH) and bool(refuses.about & _MAIN))


def _forbidden(by: _Text, of: _Text, environment: str | None) -> Opposed | None:
    if of.act is None or not by.forbidding:
        return None
    shared = by.about & of.about
    if statements.turned(by.order, of.order):
        return None
    for constraint, keys in by.forbidding:
        if not of.told.isdisjoint(keys):
            found = acts.opposed(constraint, of.act, environment, shared)
            if found is not None:
                return found
    return None


def _contradiction(one: Instruction, other: Instruction, found: Opposed) -> Contradiction:
    narrower = (one.temporal_scope in _SHORT_LIVED) != (other.temporal_scope in _SHORT_LIVED)
    reason = found.says + "."
    if narrower:
        brief, which = (one, "This one") if one.temporal_scope in _SHORT_LIVED else (other, "The other one")
        reason += f" {which} is narrower: it only holds for a {brief.temporal_scope.lower()}."
    return Contradiction(
        instruction_id=other.id,
        kind=found.kind,
        reason=reason,
        words=_spans(one.text, found.first),
        other_words=_spans(other.text, found.second),
        narrower=narrower,
    )


def _spans(text: str, words: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """Where words of a text stand that are among these, or whose stems are; the whole text where none is found."""
    wanted = words | {part for word in words for part in word.split()}
    found = []
    for match in _WORD.finditer(text[:LONGEST]):
        word = match.group().strip(".'’").lower()
        if word in wanted or stem(word) in wanted or meant(stem(word)) in wanted:
            found.append((match.start(), match.start() + len(match.group().rstrip(".'’"))))
    return tuple(found) or ((0, min(len(text), LONGEST)),)
