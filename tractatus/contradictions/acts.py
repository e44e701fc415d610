"""What an instruction tells to do, taken as an act, against what another forbids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tractatus.actions import read_action
from tractatus.comparison import Doing, compare
from tractatus.comparison.keys import Key, keys_called, keys_of
from tractatus.contradictions.found import ContradictionKind, Opposed
from tractatus.contradictions.words import telling
from tractatus.directives import constraints as c
from tractatus.directives import knowledge
from tractatus.directives.language import Clause

_FORBIDDING = (c.Deed, c.Untouched, c.Command, c.Flag, c.Name, c.Commitment)
"""The kinds of constraints that an act is compared with; the others are compared among themselves."""
_CALLED = frozenset({"term", "word", "path", "verb", "option", "member"})


_LEAST_SHARED = 2


class _Every(dict[Key, object]):
    """Every key is known: an instruction is filed under all that it calls."""

    def __contains__(self, key: object) -> bool:
        return True


def act_of(clauses: Sequence[Clause]) -> Doing | None:
    """What the clauses tell to do, as an act that says so; None where they only forbid."""
    told = [
        clause.text
        for clause in clauses
        if clause.words and not clause.negative and not clause.only and not clause.approval
    ]
    if not told:
        return None
    action = {"type": "instruction", "description": ". ".join(told)}
    return Doing(action, read_action(action))


def keys_of_act(doing: Doing) -> Iterator[tuple[object, ...]]:
    """Under what the act is found by those that forbid it."""
    for key in keys_called(doing, _Every()):
        if key[0] in _CALLED:
            yield ("act", *key)
    for name, kind in knowledge.commitments().items():
        if kind.against.first_in(doing.said):
            yield ("act", "value", name)


def keys_of_forbidding(constraint: c.Constraint) -> Iterator[tuple[object, ...]]:
    """Under what a constraint finds the acts that may go against it."""
    if isinstance(constraint, c.Commitment):
        yield ("act", "value", constraint.name)
    elif isinstance(constraint, c.Deed) and constraint.objects:
        # Of what is described by several words, the one that tells most is looked for.
        group = max(constraint.objects, key=lambda words: min(map(telling, words)))
        yield from (("act", "term", term) for term in sorted(group))
        yield from (("act", "verb", verb) for verb in ("install", "tag") if verb in constraint.verbs)
    elif isinstance(constraint, _FORBIDDING):
        for key in keys_of(constraint, _no_size):
            if key[0] in _CALLED:
                yield ("act", *key)


def _no_size(key: Key) -> int:
    return 0


def opposed(constraint: c.Constraint, doing: Doing, environment: str | None, shared: frozenset[str]) -> Opposed | None:
    """How an act goes against a constraint, where the texts have the words `shared` in common.

    What a person's say lifts is not broken by what a person says. One word in common is too little to tell that a
    deed or a value is spoken of; of a path, a command or a name it is enough.
    """
    if not isinstance(constraint, _FORBIDDING) or constraint.scope.approval or constraint.scope.until:
        return None
    if (
        isinstance(constraint, c.Deed)
        and not constraint.objects
        and not (constraint.scope.days or constraint.scope.hours)
    ):
        return None  # "nobody checks" forbids no checking: of what is too little known
    if len(shared) < (_LEAST_SHARED if isinstance(constraint, c.Deed | c.Commitment) else 1):
        return None
    breach = compare(constraint, doing, environment)
    if breach is None:
        return None
    said = f"One asks what the other forbids: {breach.says}"
    return Opposed(ContradictionKind.PROHIBITION, said, shared, shared)
