"""Whether two figures, versions or values can hold of the same thing."""

from __future__ import annotations

from tractatus.comparison.values import as_figure, version_of
from tractatus.directives.constraints import Limit, Relation, Value

IS, IS_NOT, LEAST, MOST = Relation.IS, Relation.IS_NOT, Relation.AT_LEAST, Relation.AT_MOST


def apart(one: Value | Limit, other: Value | Limit) -> bool:
    """Whether no value can stand in both relations. False wherever that is not sure."""
    if one.unit != other.unit:
        return False
    first, second = _values(one), _values(other)
    if not first or not second:
        return False
    match one.relation, other.relation:
        case (Relation.IS, Relation.IS):
            return not any(_same(a, b) for a in first for b in second)
        case (Relation.IS, Relation.IS_NOT):
            return all(any(a == b for b in second) for a in first)
        case (Relation.IS_NOT, Relation.IS):
            return apart(other, one)
        case (Relation.IS, Relation.AT_LEAST):
            return all(_less(a, second[0]) for a in first)
        case (Relation.IS, Relation.AT_MOST):
            return all(_less(second[0], a) for a in first)
        case (Relation.AT_LEAST | Relation.AT_MOST, Relation.IS):
            return apart(other, one)
        case (Relation.AT_LEAST, Relation.AT_MOST):
            return _less(second[0], first[0])
        case (Relation.AT_MOST, Relation.AT_LEAST):
            return apart(other, one)
    return False


def stricter(one: Value | Limit, other: Value | Limit) -> bool:
    """Whether what agrees with the first agrees with the second too, and not the other way."""
    first, second = _values(one), _values(other)
    if one.unit != other.unit or not first or not second or one.relation is not other.relation:
        return False
    if one.relation is MOST:
        return _less(first[0], second[0])
    return one.relation is LEAST and _less(second[0], first[0])


def _values(of: Value | Limit) -> list[tuple[int, ...] | float | str]:
    if isinstance(of, Limit):
        return [of.figure]
    if of.parameter == "version":
        versions: list[tuple[int, ...] | float | str] = [version_of(value) for value in of.values]
        return versions if all(versions) else []
    found: list[tuple[int, ...] | float | str] = []
    for value in of.values:
        figure = as_figure(value)
        found.append(value.strip().casefold() if figure is None else figure)
    return found


def _same(one: tuple[int, ...] | float | str, other: tuple[int, ...] | float | str) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        shorter = min(len(one), len(other))
        return one[:shorter] == other[:shorter]  # 3.11.4 is a 3.11
    return one == other


def _less(one: tuple[int, ...] | float | str, other: tuple[int, ...] | float | str) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return one < other[: len(one)] or (one[: len(other)] < other)
    return isinstance(one, float) and isinstance(other, float) and one < other
