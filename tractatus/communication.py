"""AdaptiveCommunicationOrchestrator: the same facts, said as somebody prefers to be addressed.

Core concepts, section 6: culturally appropriate outreach. A register is a way of addressing people: formal, plain and
casual ship; a people's own is data that names its author. Whatever the register, language and format, every fact that
is given stands in the body. No sentence is patronising: words that talk down to people are listed by language, and a
register that uses one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tractatus import arguments, cues
from tractatus.cues import CueIndex
from tractatus.registers import (
    KINDS,
    SHIPPED,
    SLOT,
    Patronising,
    Register,
    Wording,
    names_in,
    sentences,
    shipped_registers,
    shipped_words,
)
from tractatus.results import Result

FORMATS = ("mail", "letter", "easy-read")
FALLBACK = ("plain", "en")
"""The register and language in which anything can be said."""

LONGEST_SUBJECT = 150
DEEPEST = 5
"""How deep a list in a list is written out."""


@dataclass(frozen=True)
class Communication(Result):
    """A message as it can be sent. `register`, `language` and `format` are those that were used."""

    subject: str
    body: str
    format: str
    register: str
    language: str
    reasons: tuple[str, ...]


class AdaptiveCommunicationOrchestrator:
    """Composes messages. `registers` and `patronising` are an organisation's own, as `tractatus.registers` reads
    them, beside what ships.

    Raises `DataError` (a `ValueError`) naming file and line for a register that is there twice or talks down to people,
    `TypeError` for what was not read.
    """

    def __init__(self, *, registers: Iterable[Register] = (), patronising: Iterable[Patronising] = ()) -> None:
        words = [*shipped_words(), *arguments.several(patronising, Patronising, "patronising")]
        self._patronising: Mapping[str, CueIndex[str]] = {
            language: CueIndex((one.why, one.words) for one in words if _short(one.language) == language)
            for language in {_short(one.language) for one in words}
        }
        self._registers: dict[tuple[str, str], Register] = {}
        for one in (*shipped_registers(), *arguments.several(registers, Register, "registers")):
            if (one.name, one.language) in self._registers:
                raise one.row.wrong("name", f"{one.name!r} in {one.language!r} is there already")
            for said, row, key in sentences(one):
                if found := self.patronising_in(said, one.language):
                    word, why = next(iter(found.items()))
                    raise row.wrong(key, f"“{word}” in “{said[:80]}” talks down to people: {why}")
            self._registers[one.name, one.language] = one

    def registers(self) -> tuple[tuple[str, str], ...]:
        """The name and language of every register that is known."""
        return tuple(self._registers)

    def patronising_in(self, text: str, language: str) -> dict[str, str]:
        """The words of `text` that talk down to people, with why. Empty for a language without a list."""
        index = self._patronising.get(_short(language))
        found = index.find(cues.words_of(text)) if index else {}
        return {word: why for why, words in found.items() for word in words}

    def compose(self, message: Mapping[str, Any], person: Mapping[str, Any]) -> Communication:
        """The message for this person.

        `message` is {"kind": one of `KINDS`, "facts": {name: value}}, a value being text, a number, yes or no, a time,
        or a list or object of these. `person` may hold register, language ("en", "en-NZ") and format (one of
        `FORMATS`); unsaid, they are plain, en and mail. Raises `TypeError` or `ValueError` naming the field.
        """
        kind, facts = _read_message(message)
        name, language, form = self._read_person(person)
        register, reasons = self._register_for(name, language, kind)
        texts = {}
        for fact, value in facts.items():
            said = _in_words(value, register, f"message.facts.{fact[:60]}")
            if said.strip():
                texts[fact] = said
            else:
                reasons.append(f"The fact “{_one_line(fact)}” says nothing and is left out.")
        wording = register.wordings[kind]
        body = list(_body(register, wording, form, texts))
        reasons.append(f"Written as {form}: {_FORMATS_SAY[form]}.")
        reasons += self._judged(texts, register)
        subject = _subject(wording.subject, texts)
        return Communication(subject, "\n\n".join(body) + "\n", form, register.name, register.language, tuple(reasons))

    def _read_person(self, person: Any) -> tuple[str, str, str]:
        given = arguments.mapping(person, "person")
        name, language, form = (
            arguments.text(given.get(key, unsaid), f"person.{key}")
            for key, unsaid in (("register", FALLBACK[0]), ("language", FALLBACK[1]), ("format", FORMATS[0]))
        )
        names = tuple(dict.fromkeys(known for known, _ in self._registers))
        if name not in names:
            raise ValueError(f"person.register: one of {', '.join(names)} is expected, not {name[:80]!r}.")
        if form not in FORMATS:
            raise ValueError(f"person.format: one of {', '.join(FORMATS)} is expected, not {form[:80]!r}.")
        return name, language, form

    def _register_for(self, name: str, language: str, kind: str) -> tuple[Register, list[str]]:
        """The register asked for, or the nearest in which this kind can be said: the language goes before the tone."""
        short = _short(language)
        ways = [(name, language), (name, short)]
        ways += [(other, spoken) for other in SHIPPED for spoken in (language, short)]
        # A people's register is used for those who asked for it, and for nobody else.
        ways += [key for key, one in self._registers.items() if key[1] in (language, short) and not one.of_a_people]
        ways += [(name, FALLBACK[1]), FALLBACK]
        for way in ways:
            found = self._registers.get(way)
            if found is not None and kind in found.wordings:
                return found, list(_why(found, name, language))
        raise AssertionError("the plain English register says every kind: `shipped_registers` sees to that")

    def _judged(self, texts: Mapping[str, str], register: Register) -> Iterator[str]:
        if _short(register.language) not in self._patronising:
            yield f"No list of patronising words is known for “{register.language}”: none was looked for."
        for fact, said in texts.items():
            for word in self.patronising_in(said, register.language):
                yield f"The fact “{_one_line(fact)}” says “{word}”, which may talk down to people. It stands as given."
                break


_FORMATS_SAY = {
    "mail": "paragraphs, the subject apart",
    "letter": "to be printed, with address, date and subject above",
    "easy-read": "one short sentence a line",
}


def _body(register: Register, wording: Wording, form: str, texts: Mapping[str, str]) -> Iterator[str]:
    """The paragraphs. A line is used where all its facts are given; a fact in no line is listed by its name."""
    used: set[str] = set()

    def fill(line: str) -> str:
        used.update(names_in(line))
        return _filled(line, texts)

    if form == "letter":
        # The address and the date stand above; in a mail they are facts like any other.
        above = [texts[name] for name in ("address", "date") if name in texts]
        used.update(name for name in ("address", "date") if name in texts)
        yield from above
    if form != "mail":
        yield _subject(wording.subject, texts)
    yield fill(_first_that_fits(register.greeting, texts))
    lines = wording.easy if form == "easy-read" else wording.lines
    yield from (fill(line) for line in lines if names_in(line) <= texts.keys())
    closing = _first_that_fits(register.closing, texts)
    rest = [name for name in texts if name not in used | names_in(closing)]
    if rest:
        listed = [f"{_label(name, register)}: {texts[name]}" for name in rest]
        yield "\n".join([register.also, *listed])
    yield fill(closing)


def _subject(candidates: Sequence[str], texts: Mapping[str, str]) -> str:
    """One line of a bounded length, whatever the facts hold: nothing in them can add a header."""
    subject = _one_line(_filled(_first_that_fits(candidates, texts), texts))
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1].rstrip()}…"


def _first_that_fits(candidates: Sequence[str], texts: Mapping[str, str]) -> str:
    return next(line for line in candidates if names_in(line) <= texts.keys())


def _filled(line: str, texts: Mapping[str, str]) -> str:
    """The line with its facts. What stands in a fact is never read as a slot, and its full stop is enough."""

    def fact(match: re.Match[str]) -> str:
        said = texts[match.group(1)]
        return said if said.endswith((".", "!", "?", "…")) else said + match.group(2)

    return SLOT.sub(fact, line)


def _label(name: str, register: Register) -> str:
    return register.labels.get(name) or _one_line(name.replace("_", " ")).capitalize() or "–"


def _one_line(text: str) -> str:
    """Without line breaks and other control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text[:1_000]).split())


def _in_words(value: Any, register: Register, field_: str, depth: int = 0) -> str:
    """A fact as it is written. Raises `TypeError` naming the fact."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return register.yes if value else register.no
    if isinstance(value, int):
        # Python refuses to write out the longest numbers in decimals.
        return str(value) if value.bit_length() < 10_000 else hex(value)
    if isinstance(value, float):
        return str(value)
    if isinstance(value, date):
        return _date_in_words(value, register)
    if isinstance(value, (list, tuple, Mapping)):
        if depth >= DEEPEST:
            return "…"
        if isinstance(value, Mapping):
            parts = [f"{key}: {_in_words(item, register, field_, depth + 1)}" for key, item in value.items()]
        else:
            parts = [_in_words(item, register, field_, depth + 1) for item in value]
        return "; ".join(part for part in parts if part)
    raise TypeError(f"{field_}: text, a number, yes or no, a time or a list is expected, not {type(value).__name__}.")


def _date_in_words(value: date, register: Register) -> str:
    day = f"{value.day} {register.months[value.month - 1]} {value.year}" if register.months else f"{value:%Y-%m-%d}"
    if not isinstance(value, datetime):
        return day
    zone = value.tzname()
    return f"{day}, {value:%H:%M}" + (f" ({zone})" if zone else "")


def _read_message(message: Any) -> tuple[str, Mapping[str, Any]]:
    given = arguments.mapping(message, "message")
    kind = arguments.text(given.get("kind"), "message.kind")
    if kind not in KINDS:
        raise ValueError(f"message.kind: one of {', '.join(KINDS)} is expected, not {kind[:80]!r}.")
    facts = arguments.mapping(given.get("facts", {}), "message.facts")
    for name in facts:
        arguments.text(name, "message.facts")
    return kind, facts


def _why(found: Register, name: str, language: str) -> Iterator[str]:
    yield f"The register is {found.name} in {found.language}" + (
        f", written by {found.author}." if found.author else "."
    )
    if found.language not in (language, _short(language)):
        yield f"No register in “{_one_line(language)[:40]}” can say this: {found.language} is used instead."
    if found.name != name:
        yield f"The register {name} cannot say this in {found.language}: {found.name} is used instead."


def _short(language: str) -> str:
    """The language without its region: “en” of “en-NZ”."""
    return re.split("[-_]", language[:40].strip().lower(), maxsplit=1)[0]
