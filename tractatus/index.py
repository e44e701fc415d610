"""The index of an instruction history: which constraints may concern an action, and which instructions stand.

Each constraint is filed under keys of what it is about, so that an action calls up a few of them however long the
history is. Writers take a lock among themselves; readers take none and never wait. Each entry knows from which version
of the history it stands and at which it ended; a reader looks at one version from beginning to end, so it sees an
instruction that is replaced meanwhile as it was, never a gap. What has ended is thrown away when no reader is left that
began before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from tractatus.actions.environments import canonical, known_environments
from tractatus.comparison.keys import Key, keys_of
from tractatus.comparison.qualifiers import Sentence, sentences_of
from tractatus.directives import Constraint, Directive
from tractatus.directives.constraints import Commitment
from tractatus.directives.language import LONGEST
from tractatus.instruction import Instruction
from tractatus.vocabulary import VerificationRequired

T = TypeVar("T")

# The levels at which a constraint is filed, the firmest first. Instructions of the level NONE are not filed.
LEVELS = (VerificationRequired.MANDATORY, VerificationRequired.REQUIRED, VerificationRequired.OPTIONAL)
_PLACE = {level: place for place, level in enumerate(LEVELS)}
_NEVER = 2**62  # the version at which an entry ends that has not ended
_FURTHEST = 10_000  # instructions that are followed to see whether they supersede each other in a ring


@dataclass(eq=False)
class Filed:
    """One constraint at one level, with the entries of all instructions that ask it.

    `alike` is the same text for values that differ only in what their instructions are about; empty for all others.
    """

    constraint: Constraint
    level: int
    keys: tuple[Key, ...]
    alike: str
    holders: dict[Entry, None] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Entry:
    """One instruction as it stood from the version `born` until the version `ended`, which is the first without it.

    What tells whether it stands is kept beside it: many are asked, of few is more wanted.
    """

    instruction: Instruction
    directive: Directive
    born: int
    ended: int = _NEVER
    id: str = ""
    active: bool = True
    expires_at: datetime | None = None
    filed: tuple[Filed, ...] = ()
    terms: tuple[str, ...] = ()
    environment: str = ""  # canonical; empty for every one, and for one that is not known
    _sentences: tuple[Sentence, ...] | None = None

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences, which are looked through only where an action goes against it."""
        if self._sentences is None:
            self._sentences = sentences_of(self.instruction.text)
        return self._sentences


@dataclass(eq=False)
class Bucket:
    """What is filed under one key, by level."""

    levels: tuple[dict[Filed, None], ...] = field(default_factory=lambda: tuple({} for _ in LEVELS))

    def __len__(self) -> int:
        return sum(map(len, self.levels))


NOT_READ_TO_ITS_END = ""
"""In the place of a term: what an instruction asks further on is not known, so that it may concern any action."""


class InstructionIndex:
    """Instructions, found by what they ask. Many threads may read and write at once."""

    def __init__(self) -> None:
        self.filed: dict[Key, Bucket] = {}
        self.by_term: dict[str, dict[Entry, None]] = {}
        self._live: dict[str, Entry] = {}
        self.superseded: dict[str, dict[Entry, None]] = {}
        self._same: dict[tuple[int, Constraint], Filed] = {}
        self._ended: list[Entry] = []
        self._version = 0
        self._readers: dict[object, int] = {}
        self._writing = threading.Lock()

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, id: object) -> bool:
        return id in self._live

    @contextmanager
    def reading(self) -> Iterator[int]:
        """The version to read, which stays whole for as long as the block runs."""
        reader = object()
        self._readers[reader] = -1  # nothing is thrown away from here on
        try:
            version = self._readers[reader] = self._version
            yield version
        finally:
            del self._readers[reader]

    # Writing.

    def put(self, instruction: Instruction, directive: Directive) -> None:
        """Puts an instruction in, in the place of the one with its id; readers see both in one step."""
        with self._writing:
            entry = self._entry(instruction, directive)
            old = self._live.get(instruction.id)
            if old is not None:
                old.ended = entry.born
                self._ended.append(old)
            self._live[instruction.id] = entry
            self._version = entry.born  # from here on readers see it, and no longer the old one
            self._throw_away()

    def take(self, id: str) -> None:
        """Takes an instruction out. Raises `KeyError` naming it where there is none."""
        with self._writing:
            if id not in self._live:
                raise KeyError(f"id: no instruction has the id {id[:80]!r}.")
            entry = self._live.pop(id)
            entry.ended = self._version + 1
            self._ended.append(entry)
            self._version = entry.ended  # from here on readers do not see it
            self._throw_away()

    def _entry(self, instruction: Instruction, directive: Directive) -> Entry:
        entry = Entry(instruction, directive, self._version + 1)
        entry.id, entry.active, entry.expires_at = instruction.id, instruction.active, instruction.expires_at
        if instruction.environment is not None:
            entry.environment = canonical(instruction.environment)
        if instruction.active and instruction.supersedes is not None:
            self.superseded.setdefault(instruction.supersedes, {})[entry] = None
        if not instruction.active or instruction.verification_required not in _PLACE:
            return entry
        level = _PLACE[instruction.verification_required]
        entry.filed = tuple(dict.fromkeys(self._file(constraint, level) for constraint in directive.constraints))
        for filed in entry.filed:
            filed.holders[entry] = None
        if directive.unread or not directive.constraints:
            # Under its rarest word only: what it is about is looked at when it is found.
            by_rarity = sorted(directive.words, key=lambda term: (len(self.by_term.get(term, ())), term))
            entry.terms = tuple(by_rarity[:1])
        if len(instruction.text) > LONGEST:
            entry.terms += (NOT_READ_TO_ITS_END,)
        for term in entry.terms:
            self.by_term.setdefault(term, {})[entry] = None
        return entry

    def _file(self, constraint: Constraint, level: int) -> Filed:
        found = self._same.get((level, constraint))
        if found is None:
            keys = tuple(dict.fromkeys(keys_of(constraint, lambda key: len(self.filed.get(key, ())))))
            found = self._same[level, constraint] = Filed(constraint, level, keys, _alike(constraint))
            for key in keys:
                self.filed.setdefault(key, Bucket()).levels[level][found] = None
        return found

    def _throw_away(self) -> None:
        """Throws away what ended before every reader began. Called by a writer, who has the lock."""
        oldest = min(now(self._readers.values()), default=self._version)
        kept = []
        for entry in self._ended:
            if entry.ended <= oldest:
                self._unfile(entry)
            else:
                kept.append(entry)
        self._ended = kept

    def _unfile(self, entry: Entry) -> None:
        for filed in entry.filed:
            del filed.holders[entry]
            if not filed.holders:
                del self._same[filed.level, filed.constraint]
                for key in filed.keys:
                    bucket = self.filed[key]
                    del bucket.levels[filed.level][filed]
                    if not len(bucket):
                        del self.filed[key]
        for term in entry.terms:
            _drop(self.by_term, term, entry)
        if entry.instruction.active and entry.instruction.supersedes is not None:
            _drop(self.superseded, entry.instruction.supersedes, entry)

    # Reading.

    @property
    def distinct(self) -> int:
        """How many distinct constraints are filed."""
        return len(self._same)

    def live(self) -> tuple[Entry, ...]:
        """The entries that stand now."""
        return now(self._live.values())

    def successors(self, id: str) -> tuple[Entry, ...]:
        """The entries, of any version, that say they supersede the instruction with this id."""
        found = self.superseded.get(id)
        return () if found is None else now(found)


def _alike(constraint: Constraint) -> str:
    if not isinstance(constraint, Commitment) or not constraint.scope.about:
        return ""
    return repr(replace(constraint, scope=replace(constraint.scope, about=frozenset())))


def _drop(among: dict[str, dict[Entry, None]], name: str, entry: Entry) -> None:
    del among[name][entry]
    if not among[name]:
        del among[name]


def now(among: Iterable[T]) -> tuple[T, ...]:
    """What is in `among` at this moment, though other threads may change it."""
    while True:
        try:
            return tuple(among)
        except RuntimeError:  # it was changed meanwhile: look again
            continue


class View:
    """Which instructions stand in one version of an index, at one time, in one environment, for one validation.

    `here` is that environment, empty where it is unknown; `said` whether the caller said so. What an action alone says
    of its environment never lifts an instruction for production; a name that nobody knows lifts none.
    """

    def __init__(
        self,
        index: InstructionIndex,
        version: int,
        moment: datetime | None,
        here: str,
        without: str | None = None,
        *,
        said: bool,
    ) -> None:
        self._index = index
        self._version = version
        self._moment = moment
        self._here = here
        self._known_here = here in known_environments()
        self._said = said
        self._without = without  # the id of an instruction that is looked at as if it were not there
        self._known: dict[Entry, bool] = {}

    def stands(self, entry: Entry) -> bool:
        """Whether the instruction is in force: there, active, not expired, for this environment, not superseded."""
        found = self._known.get(entry)
        if found is None:
            found = self._known[entry] = (
                self._is_there(entry)
                and not (entry.environment and self._elsewhere(entry))
                and not (entry.id in self._index.superseded and self._superseded(entry))
            )
        return found

    def _elsewhere(self, entry: Entry) -> bool:
        """Whether an instruction that is for one environment is for another than this one."""
        other = self._known_here and entry.environment != self._here
        return other and (self._said or entry.environment != "production")

    def _is_there(self, entry: Entry) -> bool:
        if not entry.born <= self._version < entry.ended or entry.id == self._without or not entry.active:
            return False
        return self._moment is None or entry.expires_at is None or entry.expires_at > self._moment

    def _superseded(self, entry: Entry) -> bool:
        """Whether another took its place: one that holds wherever this one does, or here. Those that supersede each
        other in a ring supersede nothing."""
        for by in self._successors(entry):
            everywhere = by.instruction.environment in (None, entry.instruction.environment)
            here = by.environment and (
                by.environment == entry.environment or (self._said and by.environment == self._here)
            )
            if (everywhere or here) and not self._reaches(by, entry):
                return True
        return False

    def _successors(self, entry: Entry) -> list[Entry]:
        return [by for by in self._index.successors(entry.id) if self._is_there(by)]

    def _reaches(self, entry: Entry, wanted: Entry) -> bool:
        """Whether `wanted` supersedes `entry`, perhaps over others."""
        seen = {entry}
        queue = [entry]
        while queue and len(seen) < _FURTHEST:
            for by in self._successors(queue.pop()):
                if by is wanted:
                    return True
                if by not in seen:
                    seen.add(by)
                    queue.append(by)
        return False

    def any_stands(self, filed: Filed) -> bool:
        """Whether any instruction in force asks a constraint."""
        try:
            if any(map(self.stands, filed.holders)):  # mostly the first does, of perhaps thousands
                return True
        except RuntimeError:  # the holders were changed meanwhile
            pass
        # One that goes while another comes makes the walk above leave one out, and nobody is told: look at all at once.
        return any(map(self.stands, now(filed.holders)))

    def standing(self, filed: Filed) -> list[Entry]:
        """The entries in force that ask a constraint."""
        return [entry for entry in now(filed.holders) if self.stands(entry)]


def called(index: InstructionIndex, keys: Iterable[Key]) -> Iterator[Filed]:
    """What is filed under the keys, each once: the firmest level first, in it the rarest key first, which says most
    about an action."""
    buckets = [bucket for key in keys if (bucket := index.filed.get(key)) is not None]
    buckets.sort(key=len)
    seen: set[Filed] = set()
    for level in range(len(LEVELS)):
        for bucket in buckets:
            for filed in now(bucket.levels[level]):
                if filed not in seen:
                    seen.add(filed)
                    yield filed


def about(by_term: Mapping[str, Mapping[Entry, None]], terms: Iterable[str]) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    """Each of the terms that entries are filed under, with these entries, the rarest term first."""
    found = [(len(entries), term, entries) for term in terms if (entries := by_term.get(term)) is not None]
    for _, term, entries in sorted(found, key=lambda one: one[:2]):
        yield term, now(entries)
