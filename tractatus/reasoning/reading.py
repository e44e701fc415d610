"""Reading a reasoning: what is said for an act, sentence by sentence, and which of it says something of this act.

A sentence is a goal, a step, evidence, an alternative, a risk or an edge case: by the key or heading it stands under,
otherwise by its words (data/reasoning.toml). It earns nothing (is filler) where nothing is left of it once the
phrases are gone that could be said of anything; where it shares no word with the act and gives no figure, name, cause,
condition or way back; where it only repeats the act's own words as a risk, an alternative or an edge case; or where it
was said before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from tractatus.actions import names
from tractatus.datafiles import Field, Row, rows, unique
from tractatus.remembered import remembered
from tractatus.wording import shortened

KINDS = ("goal", "step", "evidence", "alternative", "risk", "edge_case")
MARKS = ("way_back", "precaution", "reversible", "cause", "contrast", "condition", "past")
OWN = frozenset({"goal", "step", "evidence"})  # of the act itself; the others are of what else could be
KEYS = {
    "goal": "goal",
    "steps": "step",
    "evidence": "evidence",
    "alternatives": "alternative",
    "risks": "risk",
    "edge_cases": "edge_case",
}

# More is not read: it would say no more, and every call is answered in bounded time.
LONGEST_TEXT = 20_000  # characters of the whole reasoning
LONGEST_ACTION = 4_000  # characters of the action that its words are taken from
LONGEST_PART = 1_000  # characters of one of its texts
MOST_SENTENCES = 200
MOST_PARTS = 200
DEEPEST = 12

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\s(?=\d{1,2}[.)]\s)")
_MARKER = re.compile(r"\s{0,40}(?:[-*•–]|\d{1,3}[.)]|\([a-z0-9]\))\s+")
_FIGURE = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+){0,3})(?![\w]|\.\d)")
_NAME = re.compile(r"`|\w[_/.:@]\w|[a-z][A-Z]|[A-Za-z]\d|[a-z,:(] [A-Z][a-z]|\b[A-Z]{2}")
_FRAME = frozenset(
    {"tool_name", "tool_input", "type", "description", "parameters", "command", "file_path", "old_string", "new_string"}
    | {"content", "edits", "name", "input", "arguments", "value", "text"}
)


class Statement(NamedTuple):
    """One sentence, what it is, and what it says: the stems of its words, its figures, and what marks it.

    `words` are those that say something; `all_words` every one, in order and in lower case. `fresh` are the words
    that neither the act nor what was asked for has; `beyond_cues` whether it has more than the words it was sorted by.
    """

    text: str
    kinds: frozenset[str]
    marks: frozenset[str]
    words: frozenset[str]
    fresh: frozenset[str]
    beyond_cues: bool
    all_words: tuple[str, ...]
    figures: tuple[str, ...]
    negated: bool

    @property
    def short(self) -> str:
        """It, short enough to be quoted."""
        return shortened(self.text)


@dataclass(frozen=True)
class Reasoning:
    """What was read: the statements that earn, how many sentences were filler (and the first), what was left out."""

    statements: tuple[Statement, ...] = ()
    filler: int = 0
    first_filler: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)

    def of(self, *kinds: str) -> list[Statement]:
        """The statements of these kinds, in their order."""
        return [one for one in self.statements if not one.kinds.isdisjoint(kinds)]

    def marked(self, mark: str) -> list[Statement]:
        """The statements with this mark, in their order."""
        return [one for one in self.statements if mark in one.marks]


def read_reasoning(reasoning: str | Mapping[str, Any], about: frozenset[str]) -> Reasoning:
    """The reasoning as statements. `about` are the stems of the act's own words and of what was asked for.

    At most 20,000 characters and 200 sentences are read; what is left out, and keys that are not known, are noted.
    """
    notes: list[str] = []
    parts = list(_parts_of_text(reasoning) if isinstance(reasoning, str) else _parts_of_object(reasoning, notes))
    if isinstance(reasoning, str) and len(reasoning) > LONGEST_TEXT:
        notes.append(f"Only the first {LONGEST_TEXT:,} characters of the reasoning were read.")
    if len(parts) > MOST_SENTENCES:
        notes.append(f"Only the first {MOST_SENTENCES} sentences of the reasoning were read.")
    read = [_statement(text, kind, about) for kind, text in parts[:MOST_SENTENCES]]
    # What the goal, the steps and the evidence for this act speak of is its subject too: risks may be of that.
    subject = about.union(
        *(one.words for one in read if not one.kinds.isdisjoint(OWN) and not one.words.isdisjoint(about))
    )
    kept: dict[tuple[frozenset[str], ...], Statement] = {}
    filler, first_filler = 0, ""
    for one in read:
        key = (one.kinds, one.words, one.marks)
        if key in kept or not _says_something(one, subject):
            filler += 1
            first_filler = first_filler or one.short
        else:
            kept[key] = one
    return Reasoning(tuple(kept.values()), filler, first_filler, tuple(notes))


def words_of(text: str) -> frozenset[str]:
    """The stems of the words of a text that say something, of its first 1,000 characters."""
    found = {stem(word) for word in _WORD.findall(text[:LONGEST_PART].lower())}
    return frozenset(found - _data().empty)


def words_of_action(action: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The stems of the words of an action, and its figures, from its first 4,000 characters."""
    texts, left = [], LONGEST_ACTION
    for text in _texts(action, DEEPEST):
        texts.append(text[: min(LONGEST_PART, left)])
        left -= len(texts[-1])
        if left <= 0 or len(texts) >= MOST_PARTS:
            break
    joined = " \n".join(texts)
    found = {stem(word) for word in _WORD.findall(joined.lower())}
    return frozenset(found - _data().empty), frozenset(_FIGURE.findall(joined)) | frozenset(
        word for word in found if word.isdecimal()
    )


@remembered(16_384)
def stem(word: str) -> str:
    """A word without its ending, so that `fails`, `failed` and `failing` are one."""
    word = word[:60].replace("’", "'").removesuffix("'s")
    if len(word) < 4 or not word.isalpha():
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + instead
            if ending in ("ing", "ed") and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", "e"), ("ss", "ss"), ("us", "us"), ("s", ""))


# How a reasoning falls into sentences ---------------------------------------------------------------------------------


def _parts_of_text(text: str) -> Iterator[tuple[str | None, str]]:
    """The sentences and list items of a text, each with the kind its heading gives it, if any."""
    headings, under, filled = _data().headings, None, False
    for line in text[:LONGEST_TEXT].splitlines():
        marker = _MARKER.match(line)
        body = (line[marker.end() :] if marker else line).strip()
        if not body:
            under = None if filled else under
            continue
        head, colon, rest = body.partition(":")
        title = head.strip("#*_ \t").lower() if len(head) <= 40 else ""
        if title in headings and (colon or body.startswith(("#", "*"))):
            rest = rest.strip("*_ \t")
            if not rest:
                under, filled = headings[title], False
                continue
            kind: str | None = headings[title]
        else:
            if body.startswith("#") or (colon and not rest):
                under = None
            rest, kind = body, under
        filled = True
        for sentence in _SENTENCES.split(rest):
            if sentence and sentence.strip():
                marker = _MARKER.match(sentence)
                yield kind, sentence[marker.end() :] if marker else sentence


def _parts_of_object(reasoning: Mapping[str, Any], notes: list[str]) -> Iterator[tuple[str, str]]:
    left = LONGEST_TEXT
    for name, value in reasoning.items():
        kind = KEYS.get(name) if isinstance(name, str) else None
        if kind is None:
            notes.append(f"reasoning.{shortened(str(name), 40)} is not known and was not read; known are {_KNOWN}.")
            continue
        for number, item in enumerate(value if isinstance(value, (list, tuple)) else [value]):
            if number >= MOST_SENTENCES or left <= 0:
                notes.append(f"Only the first part of reasoning.{name} was read.")
                break
            text = " ".join(_texts(item, DEEPEST, most=20))[:left] if not isinstance(item, str) else item[:left]
            left -= len(text)
            if isinstance(value, str):
                for sentence in _SENTENCES.split(text):
                    if sentence.strip():
                        yield kind, sentence
            elif text.strip():
                yield kind, text
            elif item is not None and not isinstance(item, str):
                notes.append(f"reasoning.{name}: text is expected; {type(item).__name__} was not read.")


_KNOWN = ", ".join(KEYS)


def _texts(value: Any, depth: int, most: int = MOST_PARTS) -> Iterator[str]:
    """The texts and figures in a JSON value, with the names of its keys, down to `depth` levels."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        yield str(value) if -(10**18) < value < 10**18 else ""
    elif isinstance(value, float):
        yield repr(value)
    elif depth and isinstance(value, Mapping):
        for number, (key, item) in enumerate(value.items()):
            if number >= most:
                return
            if isinstance(key, str) and key not in _FRAME:
                yield key[:100]
            yield from _texts(item, depth - 1, most)
    elif depth and isinstance(value, (list, tuple)):
        for item in value[:most]:
            yield from _texts(item, depth - 1, most)


# What a sentence says -------------------------------------------------------------------------------------------------


def _statement(text: str, kind: str | None, about: frozenset[str]) -> Statement:
    spoken = tuple(_WORD.findall(text.lower()))
    known = [_word(word) for word in spoken]
    stems = [word[0] for word in known]
    says = {word[0] for word in known if word[1]}
    found: set[str] = set()
    cued: set[str] = set()
    negated = figures = False
    for at, word in enumerate(known):
        if not word[2]:  # most words
            continue
        negated, figures = negated or word.negates, figures or word.figure
        if word.alone:
            found.update(word.alone)
            cued.add(word.stem)
        for phrase, sorts, content in word.longer.get(stems[at + 1], ()) if at + 1 < len(stems) else ():
            if stems[at : at + len(phrase)] == phrase:
                found.update(sorts)
                cued.update(phrase)
                if not content:
                    says.difference_update(phrase)
    words = frozenset(says)
    return Statement(
        text,
        _ONE[kind] if kind else frozenset(found & _KINDS) or _ONE[_default_kind(spoken)],
        frozenset(found & _MARKS),
        words,
        words - about,
        not words <= cued,
        spoken,
        tuple(_FIGURE.findall(text)) if figures else (),
        negated,
    )


_ONE = {kind: frozenset((kind,)) for kind in KINDS}
_KINDS = frozenset(KINDS)
_MARKS = frozenset(MARKS)


# The stems of a phrase, what it says of its sentence, and whether its words themselves say something.
_Phrase = tuple[list[str], tuple[str, ...], bool]


class _Word(NamedTuple):
    """What is known of one word wherever it stands. `alone` is what it says of its sentence by itself, `longer` the
    phrases that begin with it, by their second word; `says` whether it says something of the subject, `tells` whether
    any of the fields after it holds.
    """

    stem: str
    says: bool
    tells: bool
    alone: tuple[str, ...]
    longer: Mapping[str, list[_Phrase]]
    negates: bool
    figure: bool


@remembered(16_384)
def _word(word: str) -> _Word:
    data, its_stem = _data(), stem(word)
    _, alone, says = data.words.get(its_stem, _NOTHING)
    longer = data.phrases.get(its_stem, {})
    negates = word in data.negations or word.endswith(("n't", "n’t"))
    figure = any(letter.isdecimal() for letter in word)
    says = says and its_stem not in data.empty and len(its_stem) > 1
    return _Word(its_stem, says, bool(alone or longer or negates or figure), alone, longer, negates, figure)


_NOTHING: _Phrase = ([], (), True)


def _default_kind(words: tuple[str, ...]) -> str:
    """A sentence that begins with a verb is a step, any other says how things are."""
    return "step" if words and (words[0] in _data().beginnings or names.verb_of(words[0])) else "evidence"


def _says_something(one: Statement, subject: frozenset[str]) -> bool:
    if len(one.words) < 2 and not (one.words and (one.figures or _NAME.search(one.text))):
        return False
    if not one.fresh and not one.kinds.isdisjoint(("alternative", "risk", "edge_case")):
        return False
    return bool(
        not one.words.isdisjoint(subject)
        or one.figures
        or ("way_back" in one.marks and one.beyond_cues)
        or not one.marks.isdisjoint(("cause", "contrast", "condition"))
        or _NAME.search(one.text)
    )


# The data file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Data:
    """The data file's words by their stem, and its phrases by their first and second stem."""

    words: Mapping[str, _Phrase]
    phrases: Mapping[str, Mapping[str, list[_Phrase]]]
    headings: Mapping[str, str]
    empty: frozenset[str]
    negations: frozenset[str]
    beginnings: frozenset[str]
    weighty: frozenset[str]
    local: Mapping[str, frozenset[str]]
    local_words: Mapping[str, frozenset[str]]
    final_things: frozenset[str]
    final_words: frozenset[tuple[str, ...]]


@cache
def _data() -> _Data:
    return load("reasoning.toml")


def weighty_verbs() -> frozenset[str]:
    """The verbs of acts that others feel at once."""
    return _data().weighty


def local_verbs() -> Mapping[str, frozenset[str]]:
    """The verbs of acts that stay where they are done and can be undone, each with the commands for it (none: any)."""
    return _data().local


def words_for(verb: str) -> frozenset[str]:
    """The stems of what people say of a local act of this verb."""
    return _data().local_words.get(verb, frozenset())


def told_act(text: str) -> tuple[bool, bool]:
    """Of an act told in plain words and no command: whether it only reads, and whether it cannot be undone."""
    data, words = _data(), _WORD.findall(text[:LONGEST_PART].lower())
    stems = [stem(word) for word in words]
    verbs = [verb for word in words if (verb := names.verb_of(word))]
    only_reads = bool(words) and bool(names.verb_of(words[0])) and all(verb in names.reading_verbs() for verb in verbs)
    said = any(tuple(stems[at : at + len(phrase)]) == phrase for phrase in data.final_words for at in range(len(stems)))
    return only_reads, not only_reads and (said or ("delete" in verbs and not data.final_things.isdisjoint(stems)))


def load(file: Any, *, text: str | None = None) -> _Data:
    """The words of the data file. Raises `DataError` naming the line of what is wrong."""
    listed = {"words": Field(list)}
    phrases: dict[tuple[str, ...], tuple[list[str], bool]] = {}
    sorts = {"kind": Field(str, choices=(*KINDS, *MARKS)), "content": Field(bool), **listed}
    for row in rows(file, "cue", sorts, text=text):
        for phrase in _phrases(row):
            kinds, says = phrases.setdefault(phrase, ([], True))
            kinds.append(row["kind"])
            phrases[phrase] = (kinds, says and row["content"])
    for row in rows(file, "filler", listed, text=text):
        for phrase in _phrases(row):
            phrases[phrase] = ([*phrases.get(phrase, ([], False))[0], "filler"], False)
    words: dict[str, _Phrase] = {}
    longer: dict[str, dict[str, list[_Phrase]]] = {}
    for phrase, (kinds, says) in phrases.items():
        one: _Phrase = (list(phrase), tuple(kinds), says)
        if len(phrase) == 1:
            words[phrase[0]] = one
        else:
            longer.setdefault(phrase[0], {}).setdefault(phrase[1], []).append(one)
    headed = rows(file, "heading", {"kind": Field(str, choices=KINDS), **listed}, text=text)
    verbs = set(names.verb_names().values())
    weighty = rows(file, "weighty", {"verb": Field(str)}, text=text)
    if wrong := next((row for row in weighty if row["verb"] not in verbs), None):
        raise wrong.wrong("verb", f"{wrong['verb']!r} is no verb of verbs.toml")
    local_fields = {"verb": Field(str), "tools": Field(list, required=False), **listed}
    local = unique(rows(file, "local", local_fields, text=text), "verb")
    if wrong := next((row for row in local if row["verb"] not in verbs), None):
        raise wrong.wrong("verb", f"{wrong['verb']!r} is no verb of verbs.toml")
    final = rows(file, "final", {"things": Field(list), "words": Field(list)}, text=text)
    return _Data(
        words=words,
        phrases=longer,
        headings={word: row["kind"] for row in headed for word in row["words"]},
        empty=frozenset(stem(word) for row in rows(file, "empty", listed, text=text) for word in row["words"]),
        negations=frozenset(word for row in rows(file, "negation", listed, text=text) for word in row["words"]),
        beginnings=frozenset(word for row in rows(file, "beginning", listed, text=text) for word in row["words"]),
        weighty=frozenset(row["verb"] for row in weighty),
        local={row["verb"]: frozenset(row.get("tools", ())) for row in local},
        local_words={row["verb"]: frozenset(map(stem, (*row["words"], *_said_for(row["verb"])))) for row in local},
        final_things=frozenset(stem(word) for row in final for word in row["things"]),
        final_words=frozenset(_stems(words) for row in final for words in row["words"]),
    )


def _said_for(verb: str) -> Iterator[str]:
    """The words of verbs.toml for a verb."""
    return (word for word, named in names.verb_names().items() if named == verb)


def _phrases(row: Row) -> Iterator[tuple[str, ...]]:
    for words in row["words"]:
        if words != words.lower():
            raise row.wrong("words", f"{words!r} is expected in lower case")
        yield _stems(words)


def _stems(words: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _WORD.findall(words))
