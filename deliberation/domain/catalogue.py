"""The small catalogue of frameworks, values traded off, groups and people to ask: what the software may suggest from.

It suggests; it never ranks, weighs or takes a side, and the order of what it gives is the order of the file. Nothing
outside this module reads the file: `suggest`, `suggest_stakeholders`, `frameworks` and `framework_with` are all of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent.parent / "data" / "catalogue.json"
RELATIONS = ("affected", "rights_holder", "responsible", "expert")


class CatalogueError(ValueError):
    """The catalogue is not as it must be. The text names the place."""


@dataclass(frozen=True)
class SuggestedFramework:
    """`position` is the catalogue's sketch; None for a people's own ethics, which its own people state."""

    key: str
    title: str
    position: str | None = None
    of_a_people: bool = False
    cues: tuple[str, ...] = ()


@dataclass(frozen=True)
class SuggestedTitle:
    """A trade-off or a group. `cues` are the words of the text that led to it."""

    key: str
    title: str
    cues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestions:
    """What may be in tension. Sets in the catalogue's order; the order says nothing."""

    frameworks: tuple[SuggestedFramework, ...] = ()
    trade_offs: tuple[SuggestedTitle, ...] = ()
    groups: tuple[SuggestedTitle, ...] = ()


@dataclass(frozen=True)
class SuggestedStakeholder:
    """Somebody to ask. `frameworks` are catalogue keys, `groups` titles; both only of those that were given."""

    key: str
    title: str
    why: str
    relation: str
    frameworks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Entry:
    key: str
    title: str
    cues: tuple[re.Pattern[str], ...]
    position: str | None = None
    of_a_people: bool = False


@dataclass(frozen=True)
class _TradeOff:
    key: str
    title: str
    sides: tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]


@dataclass(frozen=True)
class _Catalogue:
    frameworks: tuple[_Entry, ...]
    trade_offs: tuple[_TradeOff, ...]
    groups: tuple[_Entry, ...]
    stakeholders: tuple[SuggestedStakeholder, ...]


def suggest(text: str, context: Mapping[str, Any] | None = None) -> Suggestions:
    """The frameworks, trade-offs and groups whose cues stand in `text` or in the words of `context`.

    Whole words only: “all” is not in “install”. The same text gives the same answer.
    """
    everything = "\n".join([text, *_words_of(context)])
    catalogue = load()
    frameworks = [(entry, _found(entry.cues, everything)) for entry in catalogue.frameworks]
    trade_offs = [(one, [_found(side, everything) for side in one.sides]) for one in catalogue.trade_offs]
    groups = [(entry, _found(entry.cues, everything)) for entry in catalogue.groups]
    return Suggestions(
        frameworks=tuple(_framework(entry, cues) for entry, cues in frameworks if cues),
        trade_offs=tuple(
            SuggestedTitle(one.key, one.title, tuple(dict.fromkeys(sides[0] + sides[1])))
            for one, sides in trade_offs
            if all(sides)
        ),
        groups=tuple(SuggestedTitle(entry.key, entry.title, cues) for entry, cues in groups if cues),
    )


def suggest_stakeholders(
    *, framework_keys: Iterable[str] = (), group_titles: Iterable[str] = ()
) -> tuple[SuggestedStakeholder, ...]:
    """Whom one might ask about these groups and frameworks, each with why; somebody for each that it knows.

    `group_titles` are the titles as the catalogue suggested them; others are passed over.
    """
    catalogue = load()
    keys = set(framework_keys)
    by_title = {group.title: group.key for group in catalogue.groups}
    titles = {by_title[title]: title for title in group_titles if title in by_title}
    found = []
    for one in catalogue.stakeholders:
        groups = tuple(titles[key] for key in one.groups if key in titles)
        frameworks = tuple(key for key in one.frameworks if key in keys)
        if groups or (frameworks and not titles):
            found.append(SuggestedStakeholder(one.key, one.title, one.why, one.relation, frameworks, groups))
    spoken_for = {key for one in found for key in one.frameworks}
    for one in catalogue.stakeholders:
        frameworks = tuple(key for key in one.frameworks if key in keys - spoken_for)
        if frameworks and one.key not in {other.key for other in found}:
            found.append(SuggestedStakeholder(one.key, one.title, one.why, one.relation, frameworks))
            spoken_for |= set(frameworks)
    return tuple(found)


def frameworks() -> tuple[SuggestedFramework, ...]:
    """Every framework of the catalogue, for somebody who writes one themselves."""
    return tuple(_framework(entry, ()) for entry in load().frameworks)


def framework_with(key: str) -> SuggestedFramework | None:
    """The framework with this key, or None."""
    return next((one for one in frameworks() if one.key == key), None)


@cache
def load(path: Path = PATH) -> _Catalogue:
    """Read and check the catalogue. Raises `CatalogueError` naming the place."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    return read(data)


def read(data: Any) -> _Catalogue:
    """The catalogue in `data`, checked. Raises `CatalogueError` naming the place."""
    frameworks = _entries(data, "frameworks", with_position=True)
    groups = _entries(data, "groups")
    trade_offs = []
    for place, row in _rows(data, "trade_offs"):
        sides = row.get("sides")
        if not isinstance(sides, list) or len(sides) != 2:
            raise CatalogueError(f"{place}.sides: two lists of cues are needed.")
        first, second = (_cues(side, f"{place}.sides[{n}]") for n, side in enumerate(sides))
        trade_offs.append(_TradeOff(row["key"], row["title"], (first, second)))
    return _Catalogue(frameworks, tuple(trade_offs), groups, _stakeholders(data, frameworks, groups))


def _framework(entry: _Entry, cues: tuple[str, ...]) -> SuggestedFramework:
    return SuggestedFramework(entry.key, entry.title, entry.position, entry.of_a_people, cues)


def _found(cues: Iterable[re.Pattern[str]], text: str) -> tuple[str, ...]:
    """The words of `text` that the cues match, each once, lower case, in the order of the cues."""
    found = (match.group().lower() for cue in cues if (match := cue.search(text)))
    return tuple(dict.fromkeys(found))


def _words_of(context: Any) -> list[str]:
    if isinstance(context, str):
        # Systems write keys like `harm_type` and `user_data`: the words in them are cues too.
        return [context.replace("_", " ")]
    if isinstance(context, Mapping):
        return [word for value in context.values() for word in _words_of(value)]
    if isinstance(context, (list, tuple)):
        return [word for value in context for word in _words_of(value)]
    return []


def _cue(cue: str) -> re.Pattern[str]:
    """A cue as a pattern of whole words; `harm*` also finds “harmful”."""
    stem = r"\s+".join(re.escape(word) for word in cue.removesuffix("*").split())
    ending = r"\w*" if cue.endswith("*") else ""
    return re.compile(rf"(?<!\w){stem}{ending}(?!\w)", re.IGNORECASE)


def _cues(value: Any, place: str) -> tuple[re.Pattern[str], ...]:
    if not isinstance(value, list) or not value:
        raise CatalogueError(f"{place}: at least one cue is needed.")
    for number, cue in enumerate(value):
        if not isinstance(cue, str) or not re.fullmatch(r"\w[\w\s’'-]*\*?", cue):
            raise CatalogueError(f"{place}[{number}]: {cue!r} is no cue: words, with at most one * at the end.")
    return tuple(_cue(cue) for cue in value)


def _rows(data: Any, name: str) -> Iterable[tuple[str, dict[str, Any]]]:
    rows = data.get(name) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise CatalogueError(f"{name}: a list is needed.")
    seen: dict[str, set[str]] = {"key": set(), "title": set()}
    for number, row in enumerate(rows):
        place = f"{name}[{number}]"
        for field in ("key", "title"):
            value = row.get(field) if isinstance(row, dict) else None
            if not isinstance(value, str) or not value.strip():
                raise CatalogueError(f"{place}.{field}: some text is needed.")
            if value.casefold() in seen[field]:
                raise CatalogueError(f"{place}.{field}: {value!r} is there twice.")
            seen[field].add(value.casefold())
        yield place, row


def _entries(data: Any, name: str, *, with_position: bool = False) -> tuple[_Entry, ...]:
    entries = []
    for place, row in _rows(data, name):
        position, of_a_people = row.get("position"), row.get("of_a_people", False)
        if with_position and (of_a_people is not (position is None)):
            raise CatalogueError(f"{place}.position: null for a people's own ethics, and text for every other.")
        entries.append(_Entry(row["key"], row["title"], _cues(row.get("cues"), f"{place}.cues"), position, of_a_people))
    return tuple(entries)


def _stakeholders(
    data: Any, frameworks: tuple[_Entry, ...], groups: tuple[_Entry, ...]
) -> tuple[SuggestedStakeholder, ...]:
    known = {"frameworks": {one.key for one in frameworks}, "groups": {one.key for one in groups}}
    found = []
    for place, row in _rows(data, "stakeholders"):
        if not isinstance(row.get("why"), str) or not row["why"].strip():
            raise CatalogueError(f"{place}.why: some text is needed.")
        if row.get("relation") not in RELATIONS:
            raise CatalogueError(f"{place}.relation: one of {', '.join(RELATIONS)} is needed.")
        for name, keys in known.items():
            for number, key in enumerate(row.get(name) or ()):
                if key not in keys:
                    raise CatalogueError(f"{place}.{name}[{number}]: {key!r} is not among the {name}.")
        found.append(
            SuggestedStakeholder(
                row["key"], row["title"], row["why"], row["relation"], tuple(row["frameworks"]), tuple(row["groups"])
            )
        )
    return tuple(found)
