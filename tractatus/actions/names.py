"""One name for what people and programs call by many: subjects, parameters, verbs, and their widely known defaults.

All of it is data: subjects.toml, parameters.toml, verbs.toml and defaults.toml. Names go in and come out in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from tractatus.datafiles import Field, Row, rows, unique

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[^a-z0-9]+")
_LONGEST = 100  # characters; a longer key is no name
_SUBJECT = {"name": Field(str), "kind": Field(str), "also": Field(list, required=False)}
_VERB = {"name": Field(str), "changes": Field(bool), "also": Field(list, required=False)}


@cache
def subject_names() -> Mapping[str, str]:
    """Every name of a subject, with the subject that it names (`mongosh`: `mongodb`)."""
    return _names(
        "subjects.toml", "subject", {"name": Field(str), "kind": Field(str), "also": Field(list, required=False)}
    )


@cache
def subject_kinds() -> Mapping[str, str]:
    """Every subject, with the sort of thing it is (`database`, `package manager`)."""
    return {row["name"]: row["kind"] for row in rows("subjects.toml", "subject", _SUBJECT)}


@cache
def parameter_names() -> Mapping[str, str]:
    """Every key that names a parameter, with the parameter (`db_name`: `database`)."""
    return _names("parameters.toml", "parameter", {"name": Field(str), "also": Field(list, required=False)})


@cache
def verb_names() -> Mapping[str, str]:
    """Every word for an act, with the verb (`erase`: `delete`)."""
    return _names("verbs.toml", "verb", _VERB)


@cache
def reading_verbs() -> frozenset[str]:
    """The verbs that change nothing and send nothing on."""
    return frozenset(row["name"] for row in rows("verbs.toml", "verb", _VERB) if not row["changes"])


@cache
def known_defaults() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The widely known defaults of (subject, parameter), the commonest first. Those of no subject have an empty one."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    text = Field(str)
    fields = {"subject": Field(str, required=False), "parameter": text, "value": text, "source": text}
    for row in rows("defaults.toml", "default", fields):
        subject = row.get("subject", "")
        if subject and subject_names().get(subject) != subject:
            raise row.wrong("subject", f"{subject!r} is no name in subjects.toml")
        key = (subject, row["parameter"])
        found[key] = (*found.get(key, ()), row["value"])
    return found


def default_of(subject: str, parameter: str) -> str | None:
    """The value that `subject` has for `parameter` where nobody chose one, or None."""
    values = known_defaults().get((subject, parameter))
    return values[0] if values else None


def is_default(subject: str, parameter: str, value: str) -> bool:
    """Whether `value` is a widely known default of `subject`, or, without a subject, of anything."""
    value = value.casefold()
    if subject:
        return any(
            value == known.casefold()
            for key in ((subject, parameter), ("", parameter))
            for known in known_defaults().get(key, ())
        )
    return (parameter, value) in _values_of_any()


@cache
def _values_of_any() -> frozenset[tuple[str, str]]:
    return frozenset((key[1], value.casefold()) for key, values in known_defaults().items() for value in values)


def subject_of_port(port: str) -> str:
    """The one subject whose default port this is, empty where none or several have it."""
    return _subjects_of_ports().get(port, "")


@cache
def _subjects_of_ports() -> Mapping[str, str]:
    having: dict[str, set[str]] = {}
    for (subject, parameter), values in known_defaults().items():
        if parameter == "port":
            for port in values:
                having.setdefault(port, set()).add(subject)
    return {port: min(subjects) for port, subjects in having.items() if len(subjects) == 1}


def key_of(name: str) -> str:
    """A key in lower case with _ between its words: `DB_NAME`, `dbName` and `--db-name` are `db_name`."""
    name = name[:_LONGEST]
    if not name.islower() and not name.isupper():
        name = _HUMP.sub("_", name)
    return _BETWEEN.sub("_", name.lower()).strip("_")


def subject_of(word: str) -> str:
    """The subject that a word names, empty where it names none."""
    return subject_names().get(word.lower(), "")


def parameter_of(name: str) -> tuple[str, str]:
    """The parameter and the subject that a key speaks of: `POSTGRES_PORT` is (`port`, `postgresql`).

    A key that is not known is a parameter of its own name, in the form of `key_of`.
    """
    return _parameter_of(key_of(name))


def _parameter_of(key: str) -> tuple[str, str]:
    parameters = parameter_names()
    if known := parameters.get(key):
        return known, ""
    subjects = subject_names()
    words = key.split("_")
    for length in range(min(len(words) - 1, 3), 0, -1):  # the longest name of a parameter at the end
        if known := parameters.get("_".join(words[-length:])):
            before = words[:-length]
            subject = next((subjects[word] for word in reversed(before) if word in subjects), "")
            if subject or (known in _OWNERS and len(before) <= 2):
                return known, subject
            return key, ""
    if len(words) == 2 and words[1] in subjects and words[0] in _DEMANDS:
        return "version", subjects[words[1]]
    if len(words) == 2 and words[1] in subjects and words[0] in parameters:  # `version_node`
        return parameters[words[0]], subjects[words[1]]
    return key, ""


_DEMANDS = frozenset({"requires", "required", "min", "minimum", "target"})  # `requires-python`
# `app_port` is a port, but `search_query` is not any query and `release_branch` is one branch among others
_OWNERS = frozenset(
    {"port", "host", "url", "database", "region", "environment", "namespace", "timeout", "model", "bucket"}
)


def verb_of(word: str) -> str:
    """The verb that a word means, empty where it means none."""
    return verb_names().get(word.lower(), "")


def _names(file: str, table: str, fields: Mapping[str, Field]) -> Mapping[str, str]:
    among = unique(rows(file, table, fields), "name")
    found = {row["name"]: row["name"] for row in among}
    for row in among:
        for name in _also(row):
            if found.setdefault(name, row["name"]) != row["name"]:
                raise row.wrong("also", f"{name!r} is there already, under {found[name]!r}")
    return found


def _also(row: Row) -> list[str]:
    names: list[str] = row.get("also", [])
    if wrong := [name for name in names if name != name.lower()]:
        raise row.wrong("also", f"{wrong[0]!r} is expected in lower case")
    return names
