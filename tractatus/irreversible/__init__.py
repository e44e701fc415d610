"""Acts that cannot be undone on real things (core concepts, section 12.3), found in what was read of an action.

`irreversible_act` looks at each command, each statement to a database, each HTTP request and at the name of the tool,
compares them with the rows of irreversible.toml, and leaves out what is made to be thrown away. Nothing is learned
here: the same facts always give the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tractatus.actions import Reading
from tractatus.irreversible import rules, statements, throwaway, within
from tractatus.irreversible.before import Before
from tractatus.irreversible.rules import Found
from tractatus.results import Result

MOST_ACTS = 3_000  # as many as are read


@dataclass(frozen=True)
class IrreversibleAct(Result):
    """An act that cannot be undone: of which `kind`, `what` it does and `why` that is final, the questions to answer
    before a person approves it, what an AI can do instead, and how sure it is that it is one, from 0 to 1."""

    kind: str
    what: str
    why: str
    safety_checks: tuple[str, ...]
    alternatives: tuple[str, ...]
    confidence: float
    reasons: tuple[str, ...]


def irreversible_act(reading: Reading) -> IrreversibleAct | None:
    """The act in the action that is most surely one that cannot be undone on something real, or None."""
    found = max(_found(reading), key=lambda one: one[0].confidence, default=None)
    if found is None:
        return None
    rule, shown = found
    kind = rule.kind
    reasons = (f"{rule.what}: {shown}.", f"{kind.why}.")
    return IrreversibleAct(kind.name, rule.what, kind.why, kind.checks, kind.alternatives, rule.confidence, reasons)


def _found(reading: Reading) -> Iterator[Found]:
    before = Before(reading)
    yield from within.of_acts(reading, before)
    if not reading.acts or not all(act.dry for act in reading.acts[:MOST_ACTS]):
        yield from statements.of_queries(reading)
        yield from statements.of_request(reading)
        yield from _of_name(reading)
        if any(passage.kind == "code" and not passage.path for passage in reading.passages):
            yield from within.of_passages(reading, before)


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ACTING = frozenset({"operation", "action", "op", "mutation", "procedure", "function", "verb", "intent"})


def _of_name(reading: Reading) -> Iterator[Found]:
    acting = [fact.value for fact in reading.facts[:MOST_ACTS] if fact.parameter in _ACTING and len(fact.value) <= 40]
    done_to = frozenset().union(
        *(_name_words(fact.value) for fact in reading.facts[:MOST_ACTS] if fact.parameter in _DONE_TO)
    )
    for number, name in enumerate([reading.tool, *acting]):
        own = _name_words(name.rpartition("__")[2] or name)
        if not own:
            continue
        every = _name_words(name) | done_to if number else _name_words(name)
        for place in sorted(frozenset().union(*(rules.calls_that().get(word, ()) for word in own))):
            rule = rules.calls()[place]
            does, what_of = rule.also
            doing, things = own & does.plain, every & what_of.plain
            if not doing or not things or (len(doing | things) == 1 and len(own) > 1):
                continue
            if rule.unless is not None and not every.isdisjoint(rule.unless.plain):
                continue
            if rule.kind.test_things and throwaway.spared(reading, _places(reading)):
                continue
            if rule.on == "path" and reading.paths and all(map(throwaway.throw_away_path, reading.paths[:MOST_ACTS])):
                continue
            yield rule, f"`{name[:80]}`"


_DONE_TO = frozenset({"resource", "object", "entity", "resource_type", "object_type", "entity_type", "kind"})


@lru_cache(maxsize=2_048)
def _name_words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(name[:200]))


def _places(reading: Reading) -> frozenset[str]:
    return frozenset(fact.value for fact in reading.facts[:MOST_ACTS] if fact.parameter in statements.PLACES)
