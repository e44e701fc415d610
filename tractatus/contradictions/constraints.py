"""What is read of two instructions as constraints, against each other."""

from __future__ import annotations

from collections.abc import Iterator

from tractatus.contradictions.figures import apart
from tractatus.contradictions.found import ContradictionKind, Opposed
from tractatus.contradictions.words import meant
from tractatus.directives import constraints as c
from tractatus.directives.knowledge import environments, families
from tractatus.directives.language import stem

Key = tuple[object, ...]
_OF_SOMETHING = frozenset({"port", "host", "schedule", "region", "bucket", "database", "branch", "model", "profile"})
_NO_SUBJECT = ("", "http", "https")
_RIVALS = ("texts in ",)
"""How the names of practices begin of which only one can be followed."""


def keys_of(constraint: c.Constraint) -> Iterator[Key]:
    """Under what a constraint meets those that it could contradict."""
    match constraint:
        case c.Practice():
            yield ("practice", constraint.name)
            yield from (("rival", start) for start in _RIVALS if constraint.name.startswith(start))
        case c.Naming():
            yield ("naming", constraint.target)
        case c.Choice():
            yield ("family", constraint.family)
        case c.Value() if constraint.parameter in _OF_SOMETHING and constraint.subject in _NO_SUBJECT:
            yield from (("value", constraint.parameter, word) for word in sorted(_about(constraint)))
        case c.Value():
            yield ("value", constraint.parameter, constraint.subject)


def opposed(one: c.Constraint, other: c.Constraint, shared: frozenset[str]) -> Opposed | None:
    """How two constraints go against each other where both hold; None where they can both be kept.

    `shared` are the words that both texts have. A practice or a style of names that is read of two texts without a
    word in common is more often misread in one of them than meant by both.
    """
    if not _meet(one.scope, other.scope):
        return None
    match one, other:
        case (c.Practice(), c.Practice()) if shared:
            return _practices(one, other)
        case (c.Naming(), c.Naming()) if any(meant(stem(word)) in shared for word in one.target.split()):
            return _namings(one, other)
        case (c.Choice(), c.Choice()):
            return _choices(one, other)
        case (c.Value(), c.Value()):
            return _values(one, other)
    return None


def _meet(one: c.Scope, other: c.Scope) -> bool:
    """Whether there is a place and a time where both hold, and no person's say is needed to know."""
    if one is c.EVERYWHERE and other is c.EVERYWHERE:
        return True
    apart_in = (
        _disjoint(one.environments, other.environments)
        or (one.environments and one.environments <= other.excepted)
        or (other.environments and other.environments <= one.excepted)
        or _disjoint(one.languages, other.languages)
        or _disjoint(frozenset(one.paths), frozenset(other.paths))
        or _disjoint(one.areas, other.areas)
        or _disjoint(frozenset(one.things), frozenset(other.things))
        or _disjoint(one.machines, other.machines)
        or _disjoint(frozenset(one.hosts), frozenset(other.hosts))
        or _disjoint(one.whose, other.whose)
        or _disjoint(one.days, other.days)
        or (one.hours is not None and other.hours is not None and one.hours != other.hours)
    )
    # What waits for something, or is lifted by a person or by an exception, leaves room for the other.
    lifted = any(scope.approval or scope.until or scope.unless for scope in (one, other))
    return not apart_in and not lifted


def _disjoint(one: frozenset[object], other: frozenset[object]) -> bool:
    return bool(one and other) and one.isdisjoint(other)


def _practices(one: c.Practice, other: c.Practice) -> Opposed | None:
    if one.where and other.where and one.where.isdisjoint(other.where):
        return None
    if one.name != other.name:
        if not (one.wanted and other.wanted) or one.where != other.where:
            return None
        says = f"One asks for {one.name}, the other for {other.name}"
        return Opposed(ContradictionKind.PRACTICE, says, _words(one.name), _words(other.name))
    if one.wanted == other.wanted:
        return None
    asks, refuses = ("This one", "the other one") if one.wanted else ("The other one", "this one")
    says = f"{asks} asks for what {refuses} refuses: {one.name}"
    return Opposed(ContradictionKind.PRACTICE, says, _words(one.name), _words(one.name))


def _namings(one: c.Naming, other: c.Naming) -> Opposed | None:
    styles = one.style and other.style and one.style != other.style
    patterns = one.pattern and other.pattern and one.pattern != other.pattern and "/" in one.pattern + other.pattern
    if not styles and not patterns:
        return None
    first, second = (one.style, other.style) if styles else (one.pattern, other.pattern)
    says = f"They name a {one.target} differently: {first} and {second}"
    return Opposed(ContradictionKind.NAMING, says, frozenset({first.lower()}), frozenset({second.lower()}))


def _choices(one: c.Choice, other: c.Choice) -> Opposed | None:
    if one.scope.about and other.scope.about and not one.scope.about & other.scope.about:
        return None
    kind = ContradictionKind.CHOICE
    exclusive = families()[one.family].exclusive if one.family in families() else True
    if exclusive and one.allowed and other.allowed and one.allowed.isdisjoint(other.allowed):
        says = f"They choose differently of one family ({one.family}): {_list(one.allowed)} and {_list(other.allowed)}"
        return Opposed(kind, says, one.allowed, other.allowed)
    if one.allowed and one.allowed <= other.refused:
        says = f"This one asks for what the other one refuses: {_list(one.allowed)}"
        return Opposed(kind, says, one.allowed, one.allowed)
    if other.allowed and other.allowed <= one.refused:
        says = f"The other one asks for what this one refuses: {_list(other.allowed)}"
        return Opposed(kind, says, other.allowed, other.allowed)
    return None


def _values(one: c.Value, other: c.Value) -> Opposed | None:
    first, second = _about(one), _about(other)
    if one.parameter in _OF_SOMETHING and one.subject in _NO_SUBJECT:
        # A project has many of these, each of something: both must say of what, and the same.
        if not first or not second or not (first <= second or second <= first):
            return None
    elif first and second and not first & second:
        return None
    if not apart(one, other):
        return None
    name = f"{one.parameter.replace('_', ' ')}{' of ' + one.subject if one.subject else ''}"
    says = f"They give different values for {name}: {_said(one)} and {_said(other)}"
    return Opposed(ContradictionKind.VALUE, says, frozenset(one.values), frozenset(other.values))


def _about(value: c.Value) -> frozenset[str]:
    return frozenset(meant(word) for word in value.scope.about if word not in environments())


def _said(value: c.Value) -> str:
    relation = "" if value.relation is c.Relation.IS else f"{value.relation} "
    return f"{relation}{' or '.join(value.values)}{' ' + value.unit if value.unit else ''}"


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _words(name: str) -> frozenset[str]:
    return frozenset(stem(word) for word in name.split() if len(word) > 3)
