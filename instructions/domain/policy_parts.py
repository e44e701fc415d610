"""What may stand in each part of the customisation: checked by the framework's own readers, wrong ones named by field.

thresholds   {"pressure": {"normal": 0.3, …}, "verification": {…}, "persistence": {…}}
boundaries   {"boundaries": [{"name": …, "domain": …, "reason": …, "cues": […], …}]}
packs        {"packs": {"health": [the boundaries as they were when it was adopted]}}
frameworks   {"frameworks": [{"key": …, "title": …, "of_a_people": true, "cues": […], "speakers": […], …}]}
registers    {"registers": ["the text of a register, in TOML"]}
verbosity    {"verbosity": "SUMMARY"}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.refusals import Invalid
from instructions.domain.policy_text import toml
from instructions.models import Policy
from tractatus import (
    AdaptiveCommunicationOrchestrator,
    Boundary,
    DataError,
    PersistenceThresholds,
    PressureThresholds,
    Register,
    Thresholds,
    Verbosity,
    VerificationThresholds,
    read_boundaries,
    read_register,
)
from tractatus.pluralism.frameworks import Catalogue, Framework, Voice, read_frameworks, read_stakeholders

Content = dict[str, Any]
Part = Policy.Part

MOST_BYTES = 400_000
MOST_ROWS, MOST_ITEMS, LONGEST_NAME, LONGEST_ITEM, LONGEST_SENTENCE = 300, 100, 200, 500, 2_000
MOST_REGISTERS, LONGEST_REGISTER = 20, 60_000
KEY = re.compile(r"own_[a-z0-9_]{1,60}")
GROUPS: dict[str, type[Any]] = {
    "pressure": PressureThresholds, "verification": VerificationThresholds, "persistence": PersistenceThresholds,
}  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """Of one part: what holds where nothing was set, how content is checked, and how it is written for people."""

    default: Callable[[], Content]
    checked: Callable[[Content], Content]
    text: Callable[[Content], str]


def default_of(part: str) -> Content:
    """What holds of a part where the organisation never set it."""
    return RULES[part].default()


def checked(part: str, content: Mapping[str, Any]) -> Content:
    """The content as it is kept. Raises `Invalid` by field for what the framework would not take."""
    if part not in RULES:
        raise Invalid(_("There is no such setting."), "part")
    try:
        found = RULES[part].checked(dict(content))
    except (KeyError, AttributeError) as wrong:
        raise Invalid(_("This is not in the form that is expected here.")) from wrong
    except (ValueError, TypeError) as wrong:  # the framework's own: "field: what is expected"
        raise _by_field(str(wrong)) from wrong
    written = canonical(found)
    if len(written.encode()) > MOST_BYTES:
        raise Invalid(_("This is too much: at most %(most)s characters are kept.") % {"most": f"{MOST_BYTES:,}"})
    if "\\u0000" in written.replace("\\\\", ""):
        raise Invalid(_("There is a character in it that cannot be kept."))
    return found


def as_text(part: str, content: Mapping[str, Any]) -> str:
    """The content in lines that people read and compare."""
    return RULES[part].text(dict(content))


def canonical(content: Mapping[str, Any]) -> str:
    """The content as JSON, the same for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# --- Thresholds


def thresholds_in(content: Mapping[str, Any]) -> Thresholds:
    """The thresholds. Raises `TypeError` or `ValueError` naming group and field."""
    return Thresholds(**{name: kind(**content.get(name, {})) for name, kind in GROUPS.items()})


def _checked_thresholds(content: Content) -> Content:
    try:
        return thresholds_in(content).to_dict()
    except ValueError as wrong:
        match = re.fullmatch(r"(\w+)\.(\w+): more than \S+ \((\S+)\) is expected, not (\S+)\.", str(wrong))
        if match is None:
            raise
        group, figure, lower, given = match.groups()
        raise Invalid(
            _("The figures of a group rise: more than %(lower)s is expected here, not %(given)s.")
            % {"lower": lower, "given": given},
            f"{group}_{figure}",
        ) from wrong


def _thresholds_text(content: Content) -> str:
    figures = thresholds_in(content).to_dict()
    return "".join(f"{group}.{name} = {value:g}\n" for group in GROUPS for name, value in figures[group].items())


# --- Boundaries, of its own and of packs


def boundaries_in(rows: Iterable[Mapping[str, Any]]) -> tuple[Boundary, ...]:
    """The boundaries of rows that were checked."""
    return tuple(Boundary(**{name: _frozen(value) for name, value in row.items()}) for row in rows)


def rows_of_text(text: str) -> list[Content]:
    """The boundaries of a text in TOML, as rows. Raises `Invalid` naming the line."""
    if not text.strip():
        return []
    try:
        return [one.to_dict() for one in read_boundaries(text)]
    except DataError as wrong:
        raise Invalid(str(wrong), "toml") from wrong


def _checked_boundaries(content: Content) -> Content:
    return {"boundaries": _checked_rows(content["boundaries"])}


def _checked_rows(rows: Any) -> list[Content]:
    """Each row as the framework has it; no two of one name. Raises `Invalid` naming the boundary and the field."""
    _at_most(rows, MOST_ROWS)
    found: list[Content] = []
    names: set[str] = set()
    for row in rows:
        (made,) = boundaries_in([{**row, "name": str(row["name"]).strip(), "reason": str(row["reason"]).strip()}])
        if made.name.casefold() in names:
            raise Invalid(_("There is a boundary “%(name)s” already.") % {"name": made.name}, "name")
        names.add(made.name.casefold())
        _short(made.name, "name", LONGEST_NAME)
        _short(made.reason, "reason", LONGEST_SENTENCE)
        for name in ("cues", "environments", "paths", "tools", "alternatives", "safety_checks"):
            _items(getattr(made, name), name)
        found.append(made.to_dict())
    return found


def _boundaries_text(content: Content) -> str:
    return toml("boundary", ({**row, "reading": row["reading"] or None} for row in content["boundaries"]))


def packs_in(content: Mapping[str, Any]) -> dict[str, tuple[Boundary, ...]]:
    """The adopted packs by name, as they were when they were adopted."""
    return {name: boundaries_in(content["packs"][name]) for name in sorted(content["packs"])}


def _checked_packs(content: Content) -> Content:
    given = content["packs"]
    _at_most(list(given), MOST_ROWS)
    return {"packs": {_short(name, "pack", LONGEST_NAME): _checked_rows(given[name]) for name in sorted(given)}}


def _packs_text(content: Content) -> str:
    return "\n".join(
        f"# {name}\n\n{_boundaries_text({'boundaries': content['packs'][name]})}" for name in sorted(content["packs"])
    )


# --- Frameworks


def frameworks_in(content: Mapping[str, Any]) -> tuple[tuple[Framework, ...], tuple[Voice, ...]]:
    """The frameworks, and who may speak for each, as the catalogue takes them. Raises `DataError`."""
    rows = content["frameworks"]
    if not rows:
        return (), ()
    kept = ("key", "title", "of_a_people", "position", "asks", "cues")
    frameworks = read_frameworks(
        Path("frameworks"), text=toml("framework", ({name: row.get(name) for name in kept} for row in rows))
    )
    # Somebody may speak for several: one voice, listed once.
    voices: dict[str, Content] = {}
    for row in rows:
        for title in row["speakers"]:
            voice = voices.setdefault(
                title.casefold(),
                {"key": f"{row['key']}_{len(voices)}", "title": title, "why": f"They may speak for: {row['title']}.",
                 "relation": "rights_holder" if row["of_a_people"] else "expert", "frameworks": []},
            )  # fmt: skip
            voice["frameworks"].append(row["key"])
    text = toml("stakeholder", voices.values())
    return frameworks, read_stakeholders(Path("stakeholders"), text=text) if text else ()


def _checked_frameworks(content: Content) -> Content:
    _at_most(content["frameworks"], MOST_ROWS)
    found: list[Content] = []
    for row in content["frameworks"]:
        if not KEY.fullmatch(str(row["key"])) or any(row["key"] == one["key"] for one in found):
            raise Invalid(_("This key is taken, or none."), "key")
        people = row["of_a_people"] is True
        if people and not row["speakers"]:
            raise Invalid(_("Say who may speak for it: its own people state its position, nobody else."), "speakers")
        if people and (row.get("position") or row.get("asks")):
            raise Invalid(_("A people's own ethics has no position here: its own people state it."), "position")
        for name in ("position", "asks"):
            if not people and not str(row.get(name) or "").strip():
                raise Invalid(_("This is missing; only a people's own ethics has none."), name)
        found.append(
            {
                "key": row["key"],
                "title": _short(str(row["title"]).strip(), "title", LONGEST_NAME),
                "of_a_people": people,
                "position": _short(str(row.get("position") or "").strip(), "position", LONGEST_SENTENCE),
                "asks": _short(str(row.get("asks") or "").strip(), "asks", LONGEST_SENTENCE),
                "cues": _items(row["cues"], "cues"),
                "speakers": list(dict.fromkeys(_items(row["speakers"], "speakers"))),
            }
        )
    frameworks, voices = frameworks_in({"frameworks": found})
    try:
        Catalogue(frameworks=frameworks)
    except DataError as wrong:
        raise _by_field(str(wrong)) from wrong
    try:
        Catalogue(frameworks=frameworks, stakeholders=voices)
    except DataError as wrong:
        raise Invalid(_by_field(str(wrong)).sentence, "speakers") from wrong
    return {"frameworks": found}


def _frameworks_text(content: Content) -> str:
    return toml("framework", content["frameworks"])


# --- Registers and verbosity


def registers_in(content: Mapping[str, Any]) -> tuple[Register, ...]:
    """The registers. Raises `DataError` naming the line."""
    return tuple(read_register(Path("register"), text=text) for text in content["registers"])


def _checked_registers(content: Content) -> Content:
    texts = [str(text).replace("\r\n", "\n") for text in content["registers"]]
    _at_most(texts, MOST_REGISTERS)
    for text in texts:
        _short(text, "toml", LONGEST_REGISTER)
    try:
        found = registers_in({"registers": texts})
        for one in found:
            if not one.author.strip():
                raise one.row.wrong("author", _("a register is taken only with the name of who wrote it"))
        AdaptiveCommunicationOrchestrator(registers=found)
    except ValueError as wrong:
        raise Invalid(str(wrong), "toml") from wrong
    return {"registers": texts}


def verbosity_in(content: Mapping[str, Any]) -> Verbosity:
    """How much the gate explains. Raises `ValueError`."""
    return Verbosity(content["verbosity"])


def _checked_verbosity(content: Content) -> Content:
    try:
        return {"verbosity": str(verbosity_in(content))}
    except ValueError:
        raise Invalid(_("This is none of the values there are."), "verbosity") from None


RULES: dict[str, Rules] = {
    Part.THRESHOLDS: Rules(
        lambda: Thresholds().to_dict(), _checked_thresholds, _thresholds_text
    ),
    Part.BOUNDARIES: Rules(lambda: {"boundaries": []}, _checked_boundaries, _boundaries_text),
    Part.PACKS: Rules(lambda: {"packs": {}}, _checked_packs, _packs_text),
    Part.FRAMEWORKS: Rules(lambda: {"frameworks": []}, _checked_frameworks, _frameworks_text),
    Part.REGISTERS: Rules(
        lambda: {"registers": []}, _checked_registers, lambda content: "\n\n".join(content["registers"])
    ),
    Part.VERBOSITY: Rules(
        lambda: {"verbosity": str(Verbosity.SUMMARY)}, _checked_verbosity, lambda content: f"{content['verbosity']}\n"
    ),
}  # fmt: skip


# --- What all of them are checked for


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _at_most(rows: Any, most: int) -> None:
    if not isinstance(rows, list) or len(rows) > most:
        raise Invalid(_("At most %(most)s are kept.") % {"most": most})


def _short(text: str, field: str, most: int) -> str:
    if len(text) > most:
        raise Invalid(_("This is too long: at most %(most)s characters.") % {"most": f"{most:,}"}, field)
    return text


def _items(values: Iterable[Any], field: str) -> list[str]:
    found = [_short(str(value).strip(), field, LONGEST_ITEM) for value in values]
    if len(found) > MOST_ITEMS:
        raise Invalid(_("At most %(most)s lines are kept.") % {"most": MOST_ITEMS}, field)
    return [value for value in found if value]


def _by_field(said: str) -> Invalid:
    """A sentence of the framework, put at the field it names: `pressure.high: …`, `own, line 5: cues: …`."""
    match = re.fullmatch(r"(?:.*?, line \d+: )?([a-z_.]+): (.*)", said, re.DOTALL)
    if match is None:
        return Invalid(said)
    field, what = match.groups()
    return Invalid(what[:1].upper() + what[1:], field.replace(".", "_"))
