"""What a number in a clause means: a port, a version, a limit, or the value of what it is said of.

"Listens on 9090", "Python 3.12", "at most 30 minutes", "the pool size is 12".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from tractatus.actions.names import key_of, subject_kinds
from tractatus.directives.constraints import Limit, Relation, Scope, Value
from tractatus.directives.figures import (
    CONSTANT,
    IDENTIFIER,
    LEAST,
    LESS,
    MORE,
    NUMBER,
    NUMBER_WORDS,
    PRERELEASE,
    RANGE,
    UNTIL_END,
    WITH_UNIT,
    alternatives,
    float_of,
    relation_of,
    tidy,
    unit_of,
)
from tractatus.directives.language import Clause, Token, stem
from tractatus.directives.subjects import (
    EMPTY,
    LINKS,
    PLAIN_NOUNS,
    about,
    content,
    noun_before,
    other_words,
    pointed,
    subject_named,
    subject_near,
    whose,
)
from tractatus.directives.wordlists import words as word_list

_VERSIONED = word_list("versioned")
_VERSION_WORDS = word_list("version words")
_JOINERS = frozenset(
    {"after", "that", "between", "against", "with", "through", "may", "cost", "go", "deploy", "deployment", "person"}
)
_COUNTED = frozenset(stem(word) for word in word_list("counted settings"))
_EMPTY_VERBS = frozenset({"run", "hav", "has", "keep", "with", "scal", "deploy", "start", "need"})
_NO_NAMES = word_list("no names")
_ADJECTIVES = word_list("adjectives")
_MEASURES = word_list("measures")


def number_of(
    clause: Clause, words: list[Token], at: int, scope: Scope, around: str, taken: set[int]
) -> Iterator[Value | Limit]:
    """What the number at a place means, if one stands there; the places read are added to `taken`."""
    token = words[at]
    text = NUMBER_WORDS.get(token.low, token.text)
    sign, figure, end, unit_word = "", "", "", ""
    top = None
    if match := WITH_UNIT.match(text):
        sign, figure, unit_word = match.group(1) or "", match.group(2), match.group(3)
    elif match := NUMBER.match(text):
        sign, figure, end = match.group(1) or "", match.group(2), match.group(3) or ""
    elif match := RANGE.match(text):
        figure, top = match.groups()
    elif PRERELEASE.match(text):
        figure = text.removeprefix("v")
    else:
        return
    taken.add(at)
    before = [t.stem for t in words[max(0, at - 5) : at]]
    following = words[at + 1 : at + 5]
    after = [t.stem for t in following]
    if not sign and before and before[-1] in (">=", "<=", ">", "<", "~>", "~", "^", "==", "="):
        sign = before[-1]
    subject = _subject_before(words, at)
    is_port = (
        figure.isdigit()
        and 0 < int(figure) < 65_536
        and not end
        and not unit_word
        and not top
        and not any(
            w in taken for w in range(at - 8, at) if w >= 0 and words[w].text.isdigit() and words[at - 1].stem != "port"
        )
        and _about_port(words, at)
    )
    if is_port:
        ports = [figure, *alternatives(words, at, str.isdigit, taken)]
        relation = Relation.IS_NOT if clause.negative else Relation.IS
        of = subject_near(words, at) or around
        scope = about(scope, other_words(words, at)) if not of else replace(scope, whose=whose(words, at, of))
        yield Value("port", relation, tuple(ports), of, "", scope)
        return
    if (
        before
        and before[-1] == "between"
        and at + 2 < len(words)
        and words[at + 1].low == "and"
        and NUMBER.match(words[at + 2].text)
    ):
        top = words[at + 2].text
        taken.add(at + 2)
        following = words[at + 3 : at + 6]
        after = [t.stem for t in following]
        measure = _measure(None, following, [])
        low, high = float_of(figure), float_of(top)
        if measure and not subject and low is not None and high is not None:
            things = pointed(content(words[:at]) - {measure} - _JOINERS - MORE - LESS)
            yield Limit(measure, Relation.AT_LEAST, low, "", things, scope)
            yield Limit(measure, Relation.AT_MOST, high, "", things, scope)
            return
    relation = relation_of(clause, sign, end, before, after)
    if clause.approval and set(before[-4:]) & MORE:  # "above 100 needs a person": up to there it does not
        relation = Relation.AT_MOST
    elif relation is Relation.AT_LEAST and _is_condition(clause, words, at, sign):
        if not {"by", "signed", "approved", "checked", "confirmed"} & {t.low for t in words[at + 1 :]}:
            return  # it says which ones are meant, not how many there may be
        relation, scope = Relation.AT_MOST, replace(scope, approval=True)
    if end == "%":
        unit_word = "%"
    if (
        not unit_word
        and following
        and unit_of(following[0].low)
        and following[0].low not in ("h", "d", "s", "min", "b")
    ):
        unit_word = following[0].low
        after = after[1:]
        following = following[1:]
    unit = unit_of(unit_word) if unit_word else None
    if unit_word in ("k", "m"):
        unit = ("", 1000 if unit_word == "k" else 1_000_000)
    if subject and not unit and "," not in figure:
        version = _version_relation(clause, sign, end, after, before)
        if top:
            yield Value("version", Relation.AT_LEAST, (figure,), subject, "", scope)
            yield Value("version", Relation.AT_MOST, (top,), subject, "", scope)
        else:
            versions = [figure, *alternatives(words, at, lambda t: bool(NUMBER.match(t)), taken)]
            yield Value("version", version, tuple(v.removeprefix("v") for v in versions), subject, "", scope)
        return
    number = float_of(top or figure)
    if number is None:
        return
    amount = number * (unit[1] if unit else 1)
    measure = _measure(unit, following, before)
    keys = [
        t.text
        for t in words[:at]
        if CONSTANT.match(t.text) or IDENTIFIER.match(t.text) or (t.code and re.match(r"^[A-Za-z][\w.-]*$", t.text))
    ]
    if relation in (Relation.AT_LEAST, Relation.AT_MOST) and keys and not top:
        yield Value(key_of(keys[-1]), relation, (tidy(amount),), "", unit[0] if unit else "", scope)
        return
    if not measure and relation in (Relation.AT_LEAST, Relation.AT_MOST):
        if (key := noun_before(words, at)) and "_" in key and not set(key.split("_")) & _NO_NAMES:
            yield Value(key, relation, (tidy(amount) if unit else figure,), "", unit[0] if unit else "", scope)
        return
    if relation in (Relation.AT_LEAST, Relation.AT_MOST) or (top and measure):
        ahead = list(itertools.takewhile(lambda t: not t.text[:1].isdigit(), words[at + 1 : at + 9]))
        counted = (
            content([t for t in (*words[:at], *ahead) if t.low != "open" and not unit_of(t.low)])
            - {measure}
            - _JOINERS
            - MORE
            - LESS
            - LEAST
            - UNTIL_END
        )
        things = pointed(frozenset(one for one in counted if not one.replace(".", "").isdigit()))
        things = things - PLAIN_NOUNS or things
        yield Limit(
            measure,
            relation if relation is not Relation.IS else Relation.AT_MOST,
            amount,
            unit[0] if unit else "",
            things,
            scope,
        )
        return
    key = noun_before(words, at)
    if key == "port" or set(key.split("_")) & _NO_NAMES:
        key = ""
    if key:
        relation = Relation.IS_NOT if clause.negative else Relation.IS
        if unit and unit[0] == "%" and "coverag" in {t.stem for t in words}:
            yield Limit("coverag", Relation.AT_LEAST, amount, "%", frozenset(), scope)
        elif following and not unit and following[0].stem in _COUNTED and not clause.negative and not top:
            things = content([*words[:at], *following[1:]]) - _EMPTY_VERBS
            yield Value(key_of(following[0].low), Relation.IS, (figure,), "", "", about(scope, things))
        elif not (following and measure and not unit) and token.low not in NUMBER_WORDS:
            yield Value(key, relation, (tidy(amount) if unit else figure,), "", unit[0] if unit else "", scope)
    elif "coverag" in {t.stem for t in words}:
        yield Limit("coverag", Relation.AT_LEAST, amount, "%", frozenset(), scope)


def _is_condition(clause: Clause, words: list[Token], at: int, sign: str) -> bool:
    """Whether a figure tells which things are meant: "invoices above 2000 euros are …" has its verb after it."""
    near = {token.low for token in words[max(0, at - 2) : at]}
    if clause.negative or sign or not near & {"above", "over", "beyond", "exceeding"}:
        return False
    verbs = {
        "is",
        "are",
        "be",
        "keep",
        "stay",
        "stays",
        "remain",
        "must",
        "aim",
        "has",
        "have",
        "kept",
        "set",
        "for",
        "hold",
    }
    return not verbs & {token.low for token in words[:at]}


def _about_port(words: list[Token], at: int) -> bool:
    before = words[max(0, at - 7) : at]
    if any(token.stem in ("port", "ports-composefil") for token in before[-7:]) or (
        at + 1 < len(words) and words[at + 1].stem == "port"
    ):
        return True
    if (
        len(before) >= 1
        and before[-1].low in ("on", "at")
        and int(words[at].text.strip(":") if words[at].text.isdigit() else 0) >= 80
    ):
        verbs = {token.stem for token in before} & {
            "listen",
            "answer",
            "run",
            "serv",
            "liv",
            "bind",
            "expos",
            "reachabl",
            "connect",
            "host",
            "sit",
            "available",
            "start",
        }
        if verbs or any(subject_named(token) for token in before):
            return True
    # "production stays on 443" after "listens on 9090"
    return bool(before and before[-1].low == "on" and words[at].text in ("443", "80", "8080", "8443", "3000"))


def _subject_before(words: list[Token], at: int) -> str:
    """The versioned thing that a number directly follows: `Node.js version is >=20`, `Python 3.12`, `toolchain 21`."""
    for back in range(1, 7):
        if at - back < 0:
            return ""
        token = words[at - back]
        if subject := subject_named(token):
            kind = subject_kinds().get(subject, "tool")
            return subject if kind in _VERSIONED else ""
        if (
            token.stem not in _VERSION_WORDS
            and token.low not in EMPTY
            and token.stem not in LINKS
            and not NUMBER.match(token.text)
        ):
            return ""
    return ""


def _version_relation(clause: Clause, sign: str, end: str, after: list[str], before: list[str]) -> Relation:
    if sign == "^":
        return Relation.COMPATIBLE
    if sign in ("~", "~>"):
        return Relation.CLOSE_TO
    relation = relation_of(clause, sign, end, before, after)
    if relation is Relation.IS and clause.negative:
        return Relation.IS_NOT
    return relation


def _measure(unit: tuple[str, float] | None, following: list[Token], before: list[str]) -> str:
    if unit and unit[0] == "s":
        return "time"
    if unit and unit[0] == "bytes":
        return "size"
    if unit and unit[0] in ("money", "degree", "volt"):
        return unit[0]
    for token in following[:3]:
        if token.low in ("of", "in", "per", "for", "on", "or", "and", "at", "max", "maximum", "tops"):
            if token.low in ("of",):
                continue
            break
        if token.low.isalpha() and token.low not in EMPTY and token.low not in _ADJECTIVES:
            return token.stem if token.low.endswith("s") or token.stem in _MEASURES else ""
    return next((one for one in reversed(before) if one in _MEASURES), "")
