"""Boundaries that an organisation or a domain pack adds: what they are, how they are read, and where they hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from typing import Any

from tractatus import arguments
from tractatus.actions import Reading
from tractatus.actions.environments import canonical
from tractatus.cues import CueIndex, complaint, texts_of, words_of
from tractatus.datafiles import FOLDER, DataError, Field, Row, rows, unique
from tractatus.results import Record
from tractatus.vocabulary import Domain

PACKS = FOLDER / "packs"


@dataclass(frozen=True)
class Boundary(Record):
    """A boundary that an organisation or a domain pack adds.

    It holds where everything that it names is there: one of `cues` in the text, one of `environments` (in any usual
    form: `prod` is `production`), one of `paths`, one of `tools`. A path is a pattern, upper and lower case apart,
    whatever the system; `ledger/*` holds for `ledger/2026.csv` in any folder. An action that only reads passes unless
    `reading` is true. Raises `ValueError` or `TypeError` naming the field.
    """

    name: str
    domain: Domain
    reason: str
    cues: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    safety_checks: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    reading: bool = False

    def __post_init__(self) -> None:
        put = object.__setattr__
        for field in ("name", "reason"):
            if not arguments.text(getattr(self, field), field).strip():
                raise ValueError(f"{field}: a text is expected, not an empty one.")
        put(self, "domain", arguments.choice(self.domain, Domain, "domain"))
        for field in _LISTS:
            put(self, field, _texts(getattr(self, field), field))
        if not isinstance(self.reading, bool):
            raise TypeError(f"reading: true or false is expected, not {type(self.reading).__name__}.")
        if wrong := complaint(self.cues):
            raise ValueError(f"cues: {wrong}.")
        if wrong := _no_environment(self.environments):
            raise ValueError(f"environments: {wrong}.")
        put(self, "environments", tuple(map(canonical, self.environments)))
        if not (self.cues or self.environments or self.paths or self.tools):
            raise ValueError("cues: at least one cue, environment, path or tool is expected.")


@dataclass(frozen=True)
class Pack(Record):
    """What a domain pack says of itself. `reviewed_by` is who of the field has reviewed it, empty where nobody has."""

    name: str
    title: str
    about: str
    reviewed_by: str
    boundaries: tuple[Boundary, ...]


_LISTS = ("cues", "alternatives", "safety_checks", "environments", "paths", "tools")


def _texts(value: Any, field: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"{field}: a list of texts is expected, not {type(value).__name__}.")
    return tuple(arguments.text(item, field) for item in value)


def _no_environment(names: Iterable[str]) -> str | None:
    wrong = next((name for name in names if not canonical(name)), None)
    return None if wrong is None else f"the name of an environment is expected, not {wrong[:80]!r}"


def packs() -> tuple[str, ...]:
    """The names of the domain packs that come with the library."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.toml")))


def read_pack(pack: str | Path | Iterable[Boundary]) -> tuple[Boundary, ...]:
    """The boundaries of a pack: one of `packs()` by its name, a file, or boundaries that were read already."""
    if isinstance(pack, str):
        if pack not in packs():
            raise ValueError(f"packs: one of {', '.join(packs())} is expected, not {pack[:80]!r}.")
        return read_boundaries(PACKS / f"{pack}.toml")
    if isinstance(pack, Path):
        return read_boundaries(pack)
    if not isinstance(pack, Iterable):
        raise TypeError(f"packs: a name, a path or boundaries are expected, not {type(pack).__name__}.")
    return tuple(pack)


def pack_of(name: str) -> Pack:
    """A pack that ships, with what it says of itself. Raises `ValueError` for a name that is none of `packs()`."""
    boundaries = read_pack(name)
    fields = {"title": Field(str), "about": Field(str), "reviewed_by": Field(str, required=False)}
    found = rows(PACKS / f"{name}.toml", "pack", fields)
    if len(found) != 1:
        raise DataError(f"{name}.toml: one table headed [[pack]] is expected, not {len(found)}.")
    row = found[0]
    return Pack(name, row["title"], row["about"], row.get("reviewed_by", ""), boundaries)


def read_boundaries(source: Path | str) -> tuple[Boundary, ...]:
    """The boundaries of a TOML file, or of a text in that form: tables headed [[boundary]], fields as of `Boundary`.

    A `str` is the text itself, a `Path` a file. Raises `DataError` naming the line of what is wrong.
    """
    path, text = (source, None) if isinstance(source, Path) else (Path("boundaries"), arguments.text(source, "source"))
    listed = Field(list, required=False)
    fields = {"name": Field(str), "domain": Field(str, choices=tuple(Domain)), "reason": Field(str)}
    fields |= {name: listed for name in _LISTS} | {"reading": Field(bool, required=False)}
    fields["cues"] = Field(list, required=False, check=complaint)
    fields["environments"] = Field(list, required=False, check=_no_environment)
    return tuple(map(_boundary, unique(rows(path, "boundary", fields, text=text), "name")))


def _boundary(row: Row) -> Boundary:
    try:
        return Boundary(**{**row.values, **{name: tuple(row.get(name, ())) for name in _LISTS}})
    except ValueError as error:
        field, _, what = str(error).rstrip(".").partition(": ")
        raise row.wrong(field, what) from None


class OwnBoundaries:
    """The boundaries of an organisation, looked at together. Built once, never changed."""

    def __init__(self, boundaries: Iterable[Boundary]) -> None:
        self.all = tuple(boundaries)
        for boundary in self.all:
            if not isinstance(boundary, Boundary):
                raise TypeError(f"boundaries: a Boundary is expected, not {type(boundary).__name__}.")
        self._cues = CueIndex((number, own.cues) for number, own in enumerate(self.all))
        self._paths = [_patterns(own.paths) for own in self.all]

    def holding(self, decision: str | Mapping[str, Any], reading: Reading) -> list[tuple[Boundary, str]]:
        """Those that hold for a decision, each with the sentence that says where; what cannot be undone first, then in
        their order. What is written to a file decides nothing, so its words are no cues; its path may be one.
        """
        if not self.all:
            return []
        writes = any(passage.path for passage in reading.passages)
        pieces = [reading.description] if writes else texts_of(decision)[0]
        said = self._cues.find(words_of(" . ".join(pieces)))
        tools = {reading.tool, *(act.tool for act in reading.acts)}
        paths = [posixpath.normpath(path.replace("\\", "/")) for path in reading.paths]
        found = []
        for number, own in enumerate(self.all):
            if reading.read_only and not own.reading:
                continue
            named = [
                (own.cues, list(said.get(number, ()))),
                (own.environments, [name for name in own.environments if name in reading.environments]),
                (own.paths, [path for path in paths if self._paths[number].match(path)] if own.paths else []),
                (own.tools, [tool for tool in own.tools if tool in tools]),
            ]
            if all(there for wanted, there in named if wanted):
                where = ", ".join(one[:100] for _, there in named for one in there[:3])
                found.append((own, f"The boundary “{own.name}” holds here ({where})."))
        return sorted(found, key=lambda one: one[0].domain is not Domain.IRREVERSIBLE)


def _patterns(paths: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all: each is met by the whole path, and one of no fixed root by the end of a path too."""
    rooted = [translate(path.replace("\\", "/")) for path in paths]
    anywhere = [translate("*/" + path.replace("\\", "/")) for path in paths if not path.startswith(("/", "*", "~"))]
    return re.compile("|".join((*rooted, *anywhere)))
