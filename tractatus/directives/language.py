"""Words, stems and clauses of an instruction: who is asked to do or to leave what, and what limits it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Generic, TypeVar

from tractatus.actions.names import verb_names
from tractatus.datafiles import Field, rows
from tractatus.directives.constraints import Force
from tractatus.directives.wordlists import words as word_list
from tractatus.remembered import remembered

LONGEST = 6000  # characters of an instruction that are read; what comes after is said to be unread
Payload = TypeVar("Payload")
_TOKEN = re.compile(r"`([^`\n]{1,300})`|[\"“„]([^\"”\n]{1,200})[\"”]|(\n)|([^\s`\"“”]+|[`\"“”])")
_OPENING, _CLOSING = "([{'‘*_", ".,;:!?)]}'’*"
_NEITHER_WORD = frozenset(".,;:!?()\n—–-")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: as written, in lower case, its stem. `code` where it stood in backticks, `quoted` in
    quotes."""

    text: str
    low: str
    stem: str
    code: bool = False
    quoted: bool = False

    @property
    def mark(self) -> bool:
        """Whether it is punctuation."""
        return not self.code and self.text in _NEITHER_WORD


@remembered(20_000)
def stem(word: str) -> str:
    """The stem of an English word, rough but the same for its forms: `deleting`, `deletes` and `deleted` are
    `delet`."""
    word = word.lower().removesuffix("'s").removesuffix("’s")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if not word.isalpha() or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is", "as", "os")):
        word = word[:-1]
        if word in _IRREGULAR:
            return _IRREGULAR[word]
    for ending, least in (("ation", 7), ("ition", 99), ("ing", 6), ("ion", 7), ("ment", 8), ("ed", 5), ("al", 8)):
        if word.endswith(ending) and len(word) >= least and any(vowel in word[: -len(ending)] for vowel in "aeiouy"):
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if word.endswith("i") and len(word) > 3:
        word = word[:-1] + "y"
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


_IRREGULAR = {
    "sent": "send", "written": "writ", "wrote": "writ", "ran": "run", "running": "run", "kept": "keep",
    "built": "build",
    "made": "mak", "done": "do", "does": "do", "gone": "go", "goes": "go", "went": "go", "people": "person",
    "data": "data",
    "children": "child", "women": "woman", "men": "man", "sold": "sell", "bought": "buy", "told": "tell",
    "given": "giv",
    "gave": "giv", "taken": "tak", "took": "tak", "shown": "show", "put": "put", "set": "set", "setting": "set",
    "left": "leav", "leaves": "leav", "deletion": "delet", "removal": "remov", "approval": "approv", "using": "us",
    "used": "us", "use": "us", "uses": "us", "usage": "us", "news": "news", "logging": "log", "logged": "log",
    "paid": "pay", "held": "hold", "found": "find", "spent": "spend", "indices": "index", "analyses": "analys",
    "collection": "collect", "releases": "releas", "approximation": "approximat", "transmission": "transmit",
    "permission": "permiss", "session": "session", "version": "version", "production": "production",
    "staging": "staging",
    "string": "string", "thing": "thing", "nothing": "nothing", "anything": "anything", "everything": "everything",
    "need": "need", "feed": "feed", "speed": "speed", "seed": "seed", "during": "during", "billing": "billing",
    "this": "this", "its": "its", "does't": "do", "billed": "bill", "station": "station", "location": "location",
    "migration": "migrat", "option": "option", "question": "question", "application": "applic",
    "partition": "partition",
    "region": "region", "action": "action", "section": "section", "function": "function", "transaction": "transaction",
    "moment": "moment", "comment": "comment", "document": "document", "environment": "environment",
    "payment": "payment",
    "analytics": "analytic", "credentials": "credential", "address": "address", "status": "status", "access": "access",
    "process": "process", "class": "class", "business": "business", "always": "always", "alias": "alias",
    "naming": "nam",
    "exceed": "exceed", "contractions": "contraction", "contraction": "contraction", "exceeds": "exceed",
    "exceeded": "exceed", "exceeding": "exceed", "note": "note", "notes": "note", "deployment": "deploy",
    "e-mail": "email", "e-mails": "email", "publication": "publish", "shipped": "ship", "edits": "edit",
    "edited": "edit",
}  # fmt: skip


def tokens_of(text: str) -> tuple[Token, ...]:
    """The words and marks of a text, at most `LONGEST` characters of it."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text[:LONGEST]):
        code, quoted, line, word = match.groups()
        if code is not None:
            found.append(Token(code.strip(), code.strip().lower(), stem(code.strip()), code=True))
        elif quoted is not None:
            found.append(Token(quoted, quoted.lower(), stem(quoted), quoted=True))
        elif line is not None:
            found.append(_MARKS["\n"])
        else:
            found.extend((Token("*", "*", "*"),) if word == "*" and found and not found[-1].mark else _word(word))
    return tuple(found)


def _word(word: str) -> Iterator[Token]:
    if word in ("-", "—", "–", "--", "->", "→", "•", "*"):
        yield _MARKS["—"]
        return
    before: list[Token] = []
    while word and word[0] in _OPENING and not _globs(word):
        if word[0] in "([{":
            before.append(_MARKS["("])
        word = word[1:]
    after: list[Token] = []
    while word and word[-1] in _CLOSING and not _globs(word) and not (word.endswith("()") and len(word) > 3):
        if word[-1] in _MARKS:
            after.append(_MARKS[word[-1]])
        elif word[-1] in "]}":
            after.append(_MARKS[")"])
        word = word[:-1]
    yield from before
    if "—" in word:
        for number, part in enumerate(word.split("—")):
            if number:
                yield _MARKS["—"]
            if part:
                yield Token(part, part.lower(), stem(part))
    elif word:
        word = word.replace("’", "'")
        yield Token(word, word.lower(), stem(word))
    yield from reversed(after)


def _globs(word: str) -> bool:
    """Whether the star at the end is a pattern's, not of emphasis: `feature/*`, `test_*`, `*.lock`."""
    return (
        (word.endswith("*") and len(word) > 1 and not word.startswith("*") and word[-2] in "/_-.")
        or (word.startswith("*") and len(word) > 2 and word[1] in "._-/")
        or (word.startswith(("[", "{")) and word.endswith(("]", "}")) and len(word) > 2)
    )


_MARKS = {mark: Token(mark, mark, mark) for mark in ".,;:!?()\n—"}


@dataclass
class Clause:
    """A part of an instruction that asks one thing.

    `negative` where it says what not to do; `force` how strongly. `unless`, `until`, `reason` are the words of what
    lifts it,
    what it waits for, why; `approval` where a person's say lifts it; `verb` the verb that it takes over from the
    clause before
    ("use X, not Y").
    """

    tokens: list[Token]
    negative: bool = False
    force: Force = Force.SHOULD
    only: bool = False
    contrast: bool = False
    unless: list[Token] = field(default_factory=list)
    until: list[Token] = field(default_factory=list)
    condition: list[Token] = field(default_factory=list)
    approval: bool = False
    before: bool = False

    @property
    def text(self) -> str:
        """The clause as written, its words joined by a space."""
        return " ".join(token.text for token in self.tokens)

    @property
    def words(self) -> list[Token]:
        """The clause without its marks."""
        return [token for token in self.tokens if not token.mark]


class Phrases(Generic[Payload]):
    """Phrases that are found in a run of words by their stems. `...` in a phrase stands for up to six words."""

    def __init__(self, entries: Iterable[tuple[str, Payload]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Payload]]] = {}
        for phrase, payload in entries:
            stems = tuple(word if word == "..." else stem(word) for word in phrase.lower().split())
            self._by_first.setdefault(stems[0], []).append((stems, payload))
        for found in self._by_first.values():
            found.sort(key=lambda entry: -len(entry[0]))

    def all_in(self, stems: Sequence[str]) -> Iterator[tuple[int, int, Payload]]:
        """Each phrase found: where it begins and ends, and what it stands for; longer ones first at a place."""
        by_first = self._by_first
        for at, first in enumerate(stems):
            for phrase, payload in by_first.get(first, ()):
                end = _matches(phrase, stems, at)
                if end:
                    yield at, end, payload

    def first_in(self, stems: Sequence[str]) -> tuple[int, int, Payload] | None:
        """The first of them, or None."""
        return next(self.all_in(stems), None)


def _matches(phrase: tuple[str, ...], stems: Sequence[str], at: int) -> int:
    """Where the phrase ends that begins at `at`, 0 where it is not there."""
    place = at
    gap = 0
    for wanted in phrase:
        if wanted == "...":
            gap = 6
            continue
        for ahead in range(gap + 1):
            if place + ahead < len(stems) and stems[place + ahead] == wanted:
                place += ahead + 1
                break
        else:
            return 0
        gap = 0
    return place


_CUES = (
    "forbid",
    "must",
    "should",
    "wish",
    "only",
    "approval",
    "unless",
    "until",
    "while",
    "reason",
    "instead",
    "free",
)


@cache
def cues() -> Phrases[str]:
    """The words that say how an instruction asks, from instruction_words.toml: each phrase with what it says."""
    fields = {"says": Field(str, choices=_CUES), "words": Field(list)}
    return Phrases(
        (phrase, row["says"]) for row in rows("instruction_words.toml", "cue", fields) for phrase in row["words"]
    )


@cache
def _verb_stems() -> dict[str, str]:
    found: dict[str, str] = {}
    for word, verb in verb_names().items():
        found.setdefault(stem(word), verb)
    return found


def verb_of_stem(word: str) -> str:
    """The verb of the verbs' data file that a stem stands for, empty where it stands for none."""
    return _verb_stems().get(word, "")


_HARD_MARKS = frozenset(".;!?\n—")
_LIMITING = frozenset({"unless", "until", "while", "reason"})
_JOINING = frozenset({",", "and", "but", "or", "then", "so"})


def clauses_of(tokens: Sequence[Token]) -> list[Clause]:
    """The clauses of an instruction, each with what limits it; reasons are left out."""
    found: list[Clause] = []
    for sentence in _split(tokens, lambda token: token.mark and token.text in _HARD_MARKS):
        _assemble(_pieces(sentence), found)
    return found


def _split(tokens: Sequence[Token], at: Callable[[Token], bool]) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in tokens:
        if at(token):
            if part:
                yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


@dataclass
class _Piece:
    """A run of words, what began it, and the signs found in it, each with the number of words before it."""

    says: str = "main"
    words: list[Token] = field(default_factory=list)
    signs: list[tuple[str, int]] = field(default_factory=list)

    def has(self, *signs: str) -> bool:
        return any(sign in signs for sign, _ in self.signs)


def _pieces(tokens: list[Token]) -> list[_Piece]:
    stems = ["`" if token.code or token.quoted else token.stem for token in tokens]
    marks: dict[int, tuple[int, str]] = {}
    past = 0
    for at, end, says in cues().all_in(stems):
        if at >= past:
            marks[at] = (end, says)
            past = end
    found = [_Piece()]
    at = 0
    while at < len(tokens):
        token, piece = tokens[at], found[-1]
        if at in marks and not (token.low == "over" and _before_figure(tokens, at)):
            begin, (at, cue) = at, marks[at]
            joined = bool(piece.words) and piece.words[-1].low in _JOINING
            if cue == "forbid" and not joined and _new_sentence(piece.words):
                _keep_last_part(found, always=True)
                piece = found[-1]
            if cue in _LIMITING or cue == "instead":
                found.append(_Piece(cue))
            elif (
                (piece.says in _LIMITING and cue != "approval")
                or (joined and cue in ("forbid", "only", "must", "should", "wish", "approval"))
                or (cue == "forbid" and piece.has("forbid") and cue != "approval" and piece.words)
            ):
                found.append(_Piece(signs=[(cue, 0)]))
            else:
                if cue == "forbid" and tokens[begin].low in _PASSIVE:
                    _keep_last_part(found)
                    piece = found[-1]
                    piece.signs.append(("passive", len(piece.words)))
                piece.signs.append((cue, len(piece.words)))
            if cue == "approval" and stems[at - 1] == "befor":
                found[-1].words.append(tokens[at - 1])
            continue
        at += 1
        passive = token.text == "," and any(sign == "passive" for sign, _ in piece.signs)
        turns = token.text == "," and piece.has("forbid") and _turns(piece.words, tokens[at:])
        if token.mark and (token.text in "():" or passive or turns or (token.text == "," and piece.says in _LIMITING)):
            found.append(_Piece())
        else:
            piece.words.append(token)
    return [piece for piece in found if piece.words or piece.signs]


def _turns(words: list[Token], ahead: list[Token]) -> bool:
    """Whether, after what must not be done, what to do instead is said: "never edit X by hand, change the template".

    A list of what must not be done ends with "or": "never commit secrets, push to main or skip the hooks".
    """
    return (
        len([word for word in words if not word.mark]) > 1
        and bool(ahead)
        and ahead[0].low in _DO_INSTEAD
        and not any(token.low in ("or", "nor") for token in ahead)
    )


def _before_figure(tokens: list[Token], at: int) -> bool:
    """Whether a figure follows: "over 500 €" compares, it does not prefer."""
    return at + 1 < len(tokens) and any(character.isdigit() for character in tokens[at + 1].text[:3])


_DO_INSTEAD = word_list("do instead")
_PASSIVE = frozenset({"is", "are", "must", "may", "should", "shall", "can", "cannot", "has", "have", "isn't", "aren't"})
_FINITE = frozenset(
    {"is", "are", "us", "run", "liv", "belong", "listen", "hav", "has", "mean", "com", "go", "want", "hold"}
)


def _new_sentence(words: list[Token]) -> bool:
    """Whether the words end with a comma and at most two more, as in ", there is no direct ssh"."""
    return any(word.mark and len(words) - at <= 3 and at >= 4 for at, word in enumerate(words))


def _keep_last_part(pieces: list[_Piece], *, always: bool = False) -> None:
    """Where a piece says one thing, a comma, then what must not be, the two become pieces of their own."""
    words = pieces[-1].words
    comma = next((at for at in range(len(words) - 1, 0, -1) if words[at].mark), 0)
    if comma and (always or any(token.stem in _FINITE or token.text.isdigit() for token in words[:comma])):
        signs = pieces[-1].signs
        pieces[-1].words, pieces[-1].signs = words[:comma], [sign for sign in signs if sign[1] <= comma]
        pieces.append(_Piece(words=words[comma + 1 :]))


def _assemble(pieces: list[_Piece], found: list[Clause]) -> None:
    """Add the clauses of one sentence to `found`. What only limits goes to the clause that it limits."""
    pending: list[_Piece] = []
    first = len(found)
    for piece in pieces:
        if piece.says == "reason":
            continue
        if piece.says in _LIMITING:
            if len(found) > first or (piece.says == "unless" and found):
                for clause in found[max(first, len(found) - 2) :] or found[-1:]:
                    _limit(clause, piece)
            else:
                pending.append(piece)
            continue
        clause = _clause(piece)
        if not clause.words and not clause.approval:
            continue
        for limit in pending:
            _limit(clause, limit)
        if clause.contrast and len(found) > first:
            clause.force, clause.until, clause.condition = found[-1].force, found[-1].until, found[-1].condition
        found.append(clause)


def _limit(clause: Clause, piece: _Piece) -> None:
    words = [token for token in piece.words if not token.mark]
    if piece.says != "while" and (piece.has("approval") or any(token.stem in _SAYING for token in words)):
        clause.approval = True
    if piece.says == "unless":
        clause.unless = clause.unless + words
    elif piece.says == "until":
        clause.until = clause.until + words
    else:
        clause.condition = clause.condition + words


_SAYING = frozenset(
    {
        "tell",
        "ask",
        "approv",
        "permiss",
        "agre",
        "say",
        "confirm",
        "request",
        "instruct",
        "consent",
        "ok",
        "okay",
        "sign-off",
        "review",
    }
)
_BEFORE = frozenset({"befor", "prior", "for", "on", "when", "first", "to"})


def _clause(piece: _Piece) -> Clause:
    words = piece.words
    while words and words[0].low in _JOINING:
        words = words[1:]
    while words and words[-1].low in _JOINING:
        words = words[:-1]
    clause = Clause(words)
    clause.negative = piece.says == "instead" or piece.has("forbid")
    clause.contrast = piece.says == "instead"
    clause.only = piece.has("only")
    if piece.has("approval"):
        clause.approval = True
        if not clause.negative:
            clause.negative = True
            place = min(at for sign, at in piece.signs if sign in ("approval", "must") and (at or sign == "approval"))
            after = words[place:]
            for at, token in enumerate(after):
                if token.stem in _BEFORE and after[at + 1 :]:
                    after = after[at + 1 :]
                    if token.stem == "befor":
                        break
                    break
            else:
                after = []
            clause.tokens = [*(words[:place] if not after or _is_thing(words[:place]) else []), *after]
    if clause.negative or clause.only or piece.has("must"):
        clause.force = Force.MUST
    if piece.has("wish"):
        clause.force = Force.WISH
    elif piece.has("should") and not clause.approval:
        clause.force = Force.SHOULD
    return clause


def _is_thing(words: list[Token]) -> bool:
    """Whether what stands before "approval is required before …" names the thing that it is required for."""
    return 0 < len([token for token in words if not token.mark]) <= 4
