"""What is made to be thrown away, and what is the real thing: paths, names of environments, hosts, branches.

All names are data: irreversible.toml. Everything that is not known to be throw-away counts as real.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import cache, lru_cache

from tractatus.actions import Reading
from tractatus.datafiles import Field, Row, rows

FILE = "irreversible.toml"
_LONGEST = 300  # characters of a name that are looked at
LONGEST_PATH = 4_096  # the longest path that systems take
_PARTS = re.compile(r"[^\W_]+")
_VARIABLE = re.compile(r"\$\{?(\w+)|\$\(([^)]{0,80})")


class Names:
    """Names and patterns ("*" is any text) to compare a text with, whatever its case unless `exact`."""

    def __init__(self, names: Iterable[str], *, exact: bool = False) -> None:
        names = [name if exact else name.lower() for name in names]
        self.exact = exact
        self.plain = frozenset(name for name in names if not set("*?[") & set(name))
        self.order = tuple(name for name in names if name in self.plain)
        patterns = [translate(name) for name in names if name not in self.plain]
        self.pattern = re.compile("|".join(patterns)) if patterns else None

    def __contains__(self, text: str) -> bool:
        text = text if self.exact else text.lower()
        return text in self.plain or bool(self.pattern and self.pattern.match(text[:_LONGEST]))


@cache
def _named(table: str, key: str) -> Mapping[str, Names]:
    fields = {"names": Field(list)} | ({key: Field(str, required=False)} if key else {})
    found: dict[str, list[str]] = {}
    for row in rows(FILE, table, fields):
        found.setdefault(row.get(key, ""), []).extend(row["names"])
    return {name: Names(names) for name, names in found.items()}


def parts(texts: Iterable[str]) -> frozenset[str]:
    """The words that the texts are made of, in lower case: `shop_dev-2` has `shop`, `dev` and `2`."""
    found: set[str] = set()
    for text in texts:
        found.update(_PARTS.findall(text[:_LONGEST].lower()))
    return frozenset(found)


def production_named(words: frozenset[str]) -> bool:
    """Whether one of the words says that it is the real thing."""
    return not words.isdisjoint(_named("production", "")[""].plain)


def throw_away_named(words: frozenset[str]) -> str:
    """The word that says that it is only for trying, empty where none does or another says that it is production."""
    names = _named("throw_away", "sort")["name"]
    found = words & names.plain
    return min(found) if found and not production_named(words) else ""


def in_production(reading: Reading, words: frozenset[str]) -> bool:
    """Whether an act is done in production, by its own words or by what the action says."""
    return reading.environment == "production" or production_named(parts(words))


def spared(reading: Reading, words: frozenset[str]) -> str:
    """The word that says that an act is done to something that is only for trying, empty where nothing says so."""
    named = parts(words)
    if reading.environment:
        named |= {reading.environment}
    return throw_away_named(named)


def throw_away_host(host: str) -> bool:
    """Whether this is the machine itself."""
    return host in _named("throw_away", "sort")["host"]


def shared_branch(branch: str, of: str = "") -> bool:
    """Whether others build on the branch; with `of` "production", whether production runs it."""
    return _short(branch) in _named("shared", "of")[of]


def own_branch(branch: str) -> bool:
    """Whether its name says that it is one piece of work, as `me/wip` and `fix-menu` do, or only for trying.

    A single word is as likely a line that others build on: `integration`, `beta`.
    """
    words = _PARTS.findall(_short(branch)[:_LONGEST].lower())
    return len(words) > 1 or bool(throw_away_named(frozenset(words)))


def _short(branch: str) -> str:
    return branch.removeprefix("refs/heads/").removeprefix("refs/tags/")


def system_path(path: str) -> bool:
    """Whether the path is a folder of the system, the home itself, or something in a folder of the system."""
    path = _normal(path).rstrip("/") or "/"
    folders = _named("kept", "sort")["folder"].plain
    if path in ("~", "/home", "/users", "$home") or path in folders:
        return True
    return any(path.startswith(f"{folder}/") for folder in folders if folder != "/")


def kept_file(path: str, sort: str = "file") -> bool:
    """Whether the file holds data or keys, by its name; with "store" whether nothing but what runs on it writes it."""
    return posixpath.basename(_normal(path)) in _named("kept", "sort")[sort]


def device(path: str) -> bool:
    """Whether the path is a disk or a part of one."""
    return _normal(path) in _named("kept", "sort")["device"]


def always_there(path: str) -> bool:
    """Whether the folder is one that every machine has for temporary files."""
    return (_normal(path) + "/") in _named("throw_away", "sort")["path start"].order


@lru_cache(maxsize=4_096)
def throw_away_path(path: str) -> bool:
    """Whether a file or folder is made to be thrown away: build output, caches, temporary files.

    A path of the system is real whatever its parts are called: `/usr/bin` is no build output.
    """
    sorts = _named("throw_away", "sort")
    if len(path) > LONGEST_PATH:  # what it ends in was not looked at
        return False
    path = _normal(path)
    if (path + "/").startswith(sorts["path start"].order):
        return True
    if system_path(path):
        return False
    if match := _VARIABLE.match(path):
        name = match.group(1) or match.group(2) or ""
        if any(word in name for word in sorts["variable"].order):
            return True
    names = sorts["path"]
    pieces = path.split("/")
    return any(piece in names for piece in pieces) or any(
        f"{first}/{second}" in names for first, second in itertools.pairwise(pieces)
    )


def _normal(path: str) -> str:
    """The path in lower case with `..` taken out and without the `*` that stands for all that is in it."""
    path = path[:LONGEST_PATH].strip().lower().replace("\\", "/").replace("${home}", "~").replace("$home", "~")
    path = path.removeprefix("file://")
    path = posixpath.normpath(path) if path else ""
    while path.endswith(("/*", "/.*", "/**")):
        path = path.rpartition("/")[0] or "/"
    return path


def check_names() -> tuple[Row, ...]:
    """The tables of names, read and checked. Raises `DataError` naming the line of a wrong one."""
    sorts = ("path", "path start", "variable", "name", "host")
    found = rows(FILE, "throw_away", {"sort": Field(str, choices=sorts), "names": Field(list)})
    found += rows(
        FILE, "kept", {"sort": Field(str, choices=("file", "folder", "store", "device")), "names": Field(list)}
    )
    found += rows(FILE, "shared", {"of": Field(str, required=False, choices=("production",)), "names": Field(list)})
    return found + rows(FILE, "production", {"names": Field(list)})
