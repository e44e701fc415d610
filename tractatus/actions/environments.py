"""Which environment a value speaks of: `prod` is `production`, `db-prod.internal` hints at it, `tests/x.py` is
`test`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from tractatus.actions.facts import Reading
from tractatus.datafiles import Field, Row, rows, unique
from tractatus.remembered import remembered

_PART = re.compile(r"[^\W_]+")
_LONGEST = 300
_FIELDS = {
    "name": Field(str),
    "also": Field(list, required=False),
    "alone": Field(list, required=False),
    "said": Field(list, required=False),
}
_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*(?:_test|_spec|\.test|\.spec|Tests?|Spec)\.\w+|conftest\.py)$")


def _rows() -> tuple[Row, ...]:
    return unique(rows("environments.toml", "environment", _FIELDS), "name")


@cache
def names() -> Mapping[str, str]:
    """Every word for an environment in which an action can run, with the environment that it means."""
    found: dict[str, str] = {}
    for row in _rows():
        if not row.get("also") and not row.get("alone"):
            if not row.get("said"):
                raise row.wrong("name", "words under also, alone or said are expected")
            continue
        for word in (row["name"], *row.get("also", []), *row.get("alone", [])):
            if found.setdefault(word, row["name"]) != row["name"]:
                raise row.wrong("also", f"{word!r} is there already, under {found[word]!r}")
    return found


@cache
def known_environments() -> frozenset[str]:
    """The environments that are known to everybody, in their canonical names."""
    return frozenset(names().values())


@cache
def names_in_sentences() -> Mapping[str, str]:
    """Every word by which an instruction names an environment, or a place such as the documentation."""
    found = {word: name for word, name in names().items() if word.replace("-", "").isalnum()}
    for row in _rows():
        for word in row.get("said", []):
            if found.setdefault(word, row["name"]) != row["name"]:
                raise row.wrong("said", f"{word!r} is there already, under {found[word]!r}")
    return found


@cache
def _alone() -> frozenset[str]:
    return frozenset(word for row in _rows() for word in row.get("alone", []))


def canonical(word: str) -> str:
    """The environment that `word` names: `prod`, `eu-prod` and `production (eu)` are `production`. Where parts of it
    name several, production goes before the others. A word of one's own stays, in lower case; what is no word and
    names none gives an empty text.
    """
    word = word[:_LONGEST].strip().lower()
    known = names()
    if word in known:
        return known[word]
    named = [known[part] for part in _PART.findall(word) if part in known and part not in _alone()]
    if named:
        return "production" if "production" in named else named[0]
    return word if len(word) <= 40 and word.replace("-", "").replace("_", "").isalnum() else ""


def done_in(reading: Reading, environment: str | None) -> Reading:
    """The reading of an action that is done in `environment`, as its caller says; as it is, where that is unsaid or
    names none. What the action says itself never takes it out of production: where it speaks of production, it stays.
    """
    here = canonical(environment) if environment else ""
    if not here:
        return reading
    main = reading.environment if reading.environment == "production" else here
    return replace(reading, environment=main, environments=tuple(dict.fromkeys((here, *reading.environments))))


def within(value: str) -> str:
    """The environment that a host, a database or another name hints at, empty where it hints at none."""
    known = names()
    for part in _PART.findall(value[:_LONGEST].lower()):
        if part in known and part not in _alone():
            return known[part]
    return ""


@remembered(4_096)
def of_path(path: str) -> str:
    """The environment that a file belongs to by its name, empty where by none. A file of tests belongs to `test`."""
    path = path[:_LONGEST]
    if ".github/" in path or path.startswith("/dev/"):
        return ""  # test.yml says there what is run, not where
    if _TEST_FILE.search(path):
        return "test"
    known = names()
    for folder in path.split("/")[:-1]:
        named = known.get(folder.lower())
        if named and folder.lower() not in _alone():
            return named
    return within(path.rpartition("/")[2])


_SPOKEN = re.compile(r"\b(?:production|prod|staging|development)\b", re.IGNORECASE)


def spoken(text: str) -> str:
    """The environment that a sentence speaks of, empty where of none or of several."""
    found = {names()[match.group().lower()] for match in _SPOKEN.finditer(text)}
    return found.pop() if len(found) == 1 else ""
