"""What is known about software and about values, read from data files: families of tools, practices, commitments,
deeds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tractatus.actions.environments import names_in_sentences
from tractatus.actions.names import verb_names
from tractatus.datafiles import DataError, Field, Row, rows, unique
from tractatus.directives.language import Phrases, stem
from tractatus.directives.patterns import compiled


@dataclass(frozen=True)
class Family:
    """Things that do the same job, of which a project usually has one: package managers of JavaScript, HTTP clients of
    Elixir.

    `members` maps each name (and alias) to its canonical name. `exclusive` where choosing one means not the others.
    """

    name: str
    members: Mapping[str, str]
    exclusive: bool


@dataclass(frozen=True)
class PracticeKind:
    """How a practice shows in an action: `does` are the signs that it is followed, `breaks` those that it is not.

    `where` are the places that signs are looked for in: code, prose, commit, command, log, path, configuration, markup.
    `instead` is what a correction would say. `values` names the commitment that is at stake, if one is.
    `in_tests` is "only" for a practice of tests, "never" for one that tests need not follow.
    `whole_command` is true where the text of a pipe is looked through as it was given.
    """

    name: str
    where: frozenset[str]
    languages: frozenset[str]
    does: tuple[re.Pattern[str], ...]
    breaks: tuple[re.Pattern[str], ...]
    comments: bool
    strings: bool
    values: str
    in_tests: str
    whole_command: bool


@dataclass(frozen=True)
class CommitmentKind:
    """A value: how instructions name it (`said`), what goes against it in words, keys and packages, and what makes
    that all right."""

    name: str
    against: Phrases[str]
    switches: frozenset[str]
    packages: frozenset[str]
    code: tuple[re.Pattern[str], ...]
    fine: Phrases[str]


@cache
def families() -> Mapping[str, Family]:
    """The families of rivals.toml by name."""
    fields = {
        "name": Field(str),
        "exclusive": Field(bool, required=False),
        "members": Field(list),
    }
    found = {}
    for row in unique(rows("rivals.toml", "family", fields), "name"):
        members: dict[str, str] = {}
        for entry in row["members"]:
            name, _, also = entry.partition(": ")
            members[name.strip().lower()] = name.strip().lower()
            for alias in also.split(","):
                if alias.strip():
                    members[alias.strip().lower()] = name.strip().lower()
        found[row["name"]] = Family(row["name"], members, row.get("exclusive", True))
    return found


@cache
def families_of() -> Mapping[str, tuple[str, ...]]:
    """The families that a name belongs to."""
    found: dict[str, tuple[str, ...]] = {}
    for family in families().values():
        for member in family.members:
            found[member] = (*found.get(member, ()), family.name)
    return found


_WHERE = ("code", "prose", "commit", "command", "log", "path", "configuration", "markup", "query", "added", "title")


@cache
def practices() -> Mapping[str, PracticeKind]:
    """The practices of practices.toml by name."""
    return {row["name"]: _practice(row) for row in unique(_practice_rows(), "name")}


def _practice_rows() -> tuple[Row, ...]:
    fields = {
        "name": Field(str),
        "said": Field(list),
        "refused": Field(list, required=False),
        "where": Field(list, choices=_WHERE),
        "languages": Field(list, required=False),
        "does": Field(list, required=False),
        "breaks": Field(list, required=False),
        "comments": Field(bool, required=False),
        "strings": Field(bool, required=False),
        "values": Field(str, required=False),
        "in_tests": Field(str, required=False, choices=("only", "never")),
        "own_branch_allowed": Field(bool, required=False),
        "whole_command": Field(bool, required=False),
    }
    return rows("practices.toml", "practice", fields)


def _practice(row: Row) -> PracticeKind:
    return PracticeKind(
        row["name"],
        frozenset(row["where"]),
        frozenset(row.get("languages", [])),
        patterns(row, "does"),
        patterns(row, "breaks"),
        row.get("comments", False),
        row.get("strings", True),
        row.get("values", ""),
        row.get("in_tests", ""),
        row.get("whole_command", False),
    )


def patterns(row: Row, key: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a row. Raises `DataError` naming the line of one that cannot be read."""
    found = []
    for text in row.get(key, []):
        try:
            found.append(compiled(text))
        except re.error as error:
            raise row.wrong(key, f"{text!r} is no pattern: {error}") from error
    return tuple(found)


@cache
def practice_phrases() -> Phrases[tuple[str, bool]]:
    """How instructions name practices: each phrase with the practice, and whether it already says the contrary of
    it."""
    entries: list[tuple[str, tuple[str, bool]]] = []
    for row in _practice_rows():
        entries += [(phrase, (row["name"], False)) for phrase in row["said"]]
        entries += [(phrase, (row["name"], True)) for phrase in row.get("refused", [])]
    return Phrases(entries)


def _value_rows() -> tuple[Row, ...]:
    fields = {
        "name": Field(str),
        "said": Field(list),
        "narrow": Field(list, required=False),
        "against": Field(list, required=False),
        "switches": Field(list, required=False),
        "packages": Field(list, required=False),
        "code": Field(list, required=False),
        "fine": Field(list, required=False),
    }
    return rows("values.toml", "value", fields)


@cache
def commitments() -> Mapping[str, CommitmentKind]:
    """The values of values.toml by name."""
    return {
        row["name"]: CommitmentKind(
            row["name"],
            Phrases((phrase, phrase) for phrase in row.get("against", [])),
            frozenset(row.get("switches", [])),
            frozenset(row.get("packages", [])),
            patterns(row, "code"),
            Phrases((phrase, phrase) for phrase in row.get("fine", [])),
        )
        for row in unique(_value_rows(), "name")
    }


@cache
def commitment_phrases() -> Phrases[tuple[str, bool]]:
    """How instructions name values: each phrase with the value, and whether it names the value as a whole."""
    return Phrases(
        (phrase, (row["name"], broad))
        for row in _value_rows()
        for key, broad in (("said", True), ("narrow", False))
        for phrase in row.get(key, [])
    )


def environments() -> Mapping[str, str]:
    """Each word by which an instruction names an environment, with the environment."""
    return names_in_sentences()


@dataclass(frozen=True)
class DeedKind:
    """A deed as instructions name it, and the verbs of actions (verbs.toml) by which it is done."""

    name: str
    done_by: frozenset[str]


@cache
def deeds() -> Mapping[str, DeedKind]:
    """Each stem of a word for a deed, with the deed."""
    fields = {"name": Field(str), "said": Field(list), "done_by": Field(list)}
    found: dict[str, DeedKind] = {}
    for row in unique(rows("deeds.toml", "deed", fields), "name"):
        if unknown := sorted(set(row["done_by"]) - set(verb_names().values())):
            raise row.wrong("done_by", f"{unknown[0]!r} is no verb of verbs.toml")
        kind = DeedKind(row["name"], frozenset(row["done_by"]))
        for word in row["said"]:
            if found.setdefault(stem(word), kind).name != kind.name:
                raise row.wrong("said", f"{word!r} is there already, under {found[stem(word)].name!r}")
    return found


@cache
def alike() -> Mapping[str, frozenset[str]]:
    """Each stem with those that mean about the same, itself among them."""
    found: dict[str, frozenset[str]] = {}
    for row in rows("deeds.toml", "alike", {"words": Field(list)}):
        group = frozenset(stem(word) for word in row["words"])
        for word in group:
            found[word] = found.get(word, frozenset()) | group
    return found


@cache
def weak_words() -> frozenset[str]:
    """Stems of words that name no particular thing ("list", "file", "data")."""
    found = [stem(word) for row in rows("deeds.toml", "weak", {"words": Field(list)}) for word in row["words"]]
    if not found:
        raise DataError("deeds.toml: a table [[weak]] with words is expected.")
    return frozenset(found)


@dataclass(frozen=True)
class AreaKind:
    """A part of a project: how instructions name it (stems of one phrase each), and what stands in paths of it."""

    said: tuple[tuple[str, ...], ...]
    paths: frozenset[str]


@cache
def areas() -> Mapping[str, AreaKind]:
    """The parts of projects by name, from areas.toml."""
    fields = {"name": Field(str), "said": Field(list), "paths": Field(list)}
    return {
        row["name"]: AreaKind(
            tuple(tuple(stem(word) for word in phrase.split()) for phrase in row["said"]), frozenset(row["paths"])
        )
        for row in unique(rows("areas.toml", "area", fields), "name")
    }


@cache
def area_phrases() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """By its first stem, each phrase that says a part of the project, with the name of the part."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, kind in areas().items():
        for phrase in kind.said:
            found.setdefault(phrase[0], []).append((phrase, name))
    return {first: tuple(phrases) for first, phrases in found.items()}


@cache
def things() -> Mapping[str, str]:
    """The stem of each word for a kind of named thing (a bucket, a table), with the parameter that names one."""
    fields = {"parameter": Field(str), "said": Field(list)}
    return {stem(word): row["parameter"] for row in rows("areas.toml", "thing", fields) for word in row["said"]}


@cache
def countries() -> Mapping[str, tuple[str, ...]]:
    """Each name of a country with the cloud regions and places in it."""
    fields = {"name": Field(str), "said": Field(list), "regions": Field(list)}
    found = rows("areas.toml", "country", fields)
    return {word: tuple(row["regions"]) for row in found for word in row["said"]}


@cache
def machines() -> frozenset[str]:
    """The stems of words for a machine."""
    return frozenset(stem(word) for row in rows("areas.toml", "machine", {"said": Field(list)}) for word in row["said"])


LANGUAGES = {
    name: canonical
    for canonical, names in {
        "python": "python py", "typescript": "typescript ts tsx",
        "javascript": "javascript js jsx ecmascript es6 es6+ node.js",
        "go": "go golang", "rust": "rust", "java": "java", "kotlin": "kotlin", "swift": "swift", "ruby": "ruby",
        "php": "php",
        "css": "css scss sass", "html": "html", "sql": "sql", "shell": "bash shell sh zsh", "csharp": "c# csharp",
        "cpp": "c++ cpp",
        "dart": "dart", "elixir": "elixir", "dockerfile": "dockerfile dockerfiles", "yaml": "yaml",
        "markdown": "markdown",
        "terraform": "terraform hcl", "scala": "scala", "vue": "vue", "svelte": "svelte", "c": "c",
        "gdscript": "gdscript",
    }.items()
    for name in names.split()
}  # fmt: skip


@cache
def allowed_on_own_branch() -> frozenset[str]:
    """Practices that are often allowed on one's own branch only."""
    return frozenset(row["name"] for row in _practice_rows() if row.get("own_branch_allowed", False))
