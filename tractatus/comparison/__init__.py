"""One constraint of an instruction against one action: does the action go against it, and in what way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from tractatus.comparison.bearing import bears
from tractatus.comparison.breaches import Breach
from tractatus.comparison.deeds import compare_deed, compare_naming, compare_untouched, compare_within
from tractatus.comparison.doing import Doing
from tractatus.comparison.names import compare_choice, compare_command, compare_flag, compare_name
from tractatus.comparison.practices import compare_commitment, compare_practice
from tractatus.comparison.values import compare_limit, compare_value
from tractatus.directives import constraints as c

__all__ = ["Breach", "Doing", "compare"]

_COMPARE: dict[type, Callable[[Any, Doing], Iterator[Breach]]] = {
    c.Value: compare_value,
    c.Limit: compare_limit,
    c.Choice: compare_choice,
    c.Name: compare_name,
    c.Command: compare_command,
    c.Flag: compare_flag,
    c.Deed: compare_deed,
    c.Untouched: compare_untouched,
    c.Within: compare_within,
    c.Naming: compare_naming,
    c.Practice: compare_practice,
    c.Commitment: compare_commitment,
}
_DONE = re.compile(
    r"(?i)\b(?:went out|is out|was released|has been released|released|finished|is over|ended|completed"
    r"|landed|shipped|moved|done|is empty)\b"
)


def compare(constraint: c.Constraint, doing: Doing, environment: str | None) -> Breach | None:
    """The breach of a constraint by an action, or None. `environment` is the one that the action is for, None
    unknown."""
    if not _applies(constraint.scope, doing, environment, constraint) or not bears(constraint, doing):
        return None
    breach = next(_COMPARE[type(constraint)](constraint, doing), None)
    if breach is not None and constraint.scope.approval and doing.approval[0]:
        claim = f'{breach.says}. The action claims an approval ("{doing.approval[0]}"), which only a person can confirm'
        return replace(breach, says=claim, human=True)
    return breach


def _applies(scope: c.Scope, doing: Doing, environment: str | None, constraint: c.Constraint) -> bool:
    if scope is c.EVERYWHERE:
        return True
    if scope.environments:
        here = environment or ("development" if "development" in scope.environments else None)
        elsewhere = here not in scope.environments and not (here == "test" and "development" in scope.environments)
        if elsewhere and (here is not None or not _env_named(scope, doing)):
            return False
    if "test" in scope.excepted and (doing.is_test or environment == "test"):
        return False
    if "documentation" in scope.excepted and doing.is_document:
        return False
    if scope.excepted and environment in scope.excepted:
        return False
    if "scripts" in scope.excepted and any(
        re.search(r"(?:^|/)(?:scripts|tools|migrations|prototypes?)/", path) for path in doing.reading.paths
    ):
        return False
    if scope.approval and doing.asks:
        return False
    if scope.unless and not scope.approval and scope.unless & doing.about:
        strong = scope.unless & doing.about
        if len(strong) >= min(2, len(scope.unless)):
            return False
    if scope.until and scope.until & doing.about and _DONE.search(doing.description):
        return False
    if scope.paths and doing.reading.paths:
        from tractatus.comparison.deeds import path_matches

        if not any(path_matches(path, pattern) for path in doing.reading.paths for pattern in scope.paths):
            return False
    if scope.languages and not isinstance(constraint, c.Practice):
        languages = {_MANIFESTS.get(p.path.rsplit("/", 1)[-1], p.language) for p in doing.reading.passages if p.path}
        languages.discard("")
        if languages and not {_LANGUAGES.get(name, name) for name in languages} & scope.languages:
            return False
    if (scope.hours or scope.days) and not _within_time(scope, doing):
        return False
    if "\0shared-branch" in scope.about:
        return any(
            _SHARED.search(line) for line in doing.commands if line.startswith(("git push", "git reset", "git commit"))
        )
    if scope.about and isinstance(constraint, c.Choice) and doing.structured:
        return len(scope.about & doing.about) * 2 > len(scope.about) or (
            len(scope.about) == 1 and bool(scope.about & doing.about)
        )
    return True


_SHARED = re.compile(
    r"[\s+:/](?:main|master|develop|dev|trunk|staging|production|release(?:/\S+)?|stable|next)(?:\s|$)"
)
# Of which language a file of settings is
_MANIFESTS = {"pyproject.toml": "python", "setup.cfg": "python", "tox.ini": "python", "ruff.toml": "python",
              "package.json": "javascript", ".prettierrc": "javascript", "tsconfig.json": "typescript",
              "Cargo.toml": "rust", "rustfmt.toml": "rust", "go.mod": "go", ".golangci.yml": "go"}  # fmt: skip
_LANGUAGES = {"tsx": "typescript", "jsx": "javascript", "scss": "css"}


_STAMP = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?")
_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _within_time(scope: c.Scope, doing: Doing) -> bool:
    """Whether the action says that it is done at an hour or on a day that the prohibition is for."""
    minute: int | None = None
    days = {word for word in _WEEK if word in doing.about}
    for _, value in doing.parameters:
        if not isinstance(value, str) or len(value) > 60:
            continue
        if stamp := _STAMP.search(value):
            year, month, day, hour, minutes = stamp.groups()
            try:
                days.add(_WEEK[date(int(year), int(month), int(day)).weekday()])
            except ValueError:
                continue
            if hour and minute is None:
                minute = int(hour) * 60 + int(minutes)
        elif (clock := _TIME.match(value)) and minute is None:
            minute = int(clock.group(1)) * 60 + int(clock.group(2))
    if scope.days and not days & scope.days:
        return False
    if scope.hours:
        start, end = scope.hours
        if minute is None:
            return False
        return start <= minute < end if start < end else minute >= start or minute < end
    return True


def _env_named(scope: c.Scope, doing: Doing) -> bool:
    return bool(
        {"production": {"production", "prod"}, "staging": {"staging"}}.get(next(iter(scope.environments)), set())
        & doing.about
    )
