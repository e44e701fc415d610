"""How figures, units and switches are written, and how they bind: ">=20", "at most 30 minutes", "off"."""

from __future__ import annotations

import math
import re

from tractatus.directives.constraints import Relation
from tractatus.directives.language import Clause, Token
from tractatus.directives.wordlists import words as word_list

NUMBER = re.compile(r"^(>=|<=|==|=|>|<|~>|~|\^)?v?(\d{1,12}(?:[.,]\d{1,9}){0,4}(?:e-?\d{1,3})?)(\+|%|\.x|\.\*)?$")
WITH_UNIT = re.compile(r"^(>=|<=|>|<)?(\d{1,9}(?:\.\d{1,6})?)(ms|s|sec|min|h|d|kb|mb|gb|kib|mib|gib|px|k|m)$", re.I)
RANGE = re.compile(r"^v?(\d{1,6}(?:\.\d{1,6}){0,2})[-–](\d{1,6}(?:\.\d{1,6}){0,2})$")
PRERELEASE = re.compile(r"^v?\d{1,6}(?:\.\d{1,6}){1,3}[-.]?(?:alpha|beta|rc|lts|m)[-.]?\d{0,4}$", re.I)
CONSTANT = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
IDENTIFIER = re.compile(r"^[a-z][A-Za-z0-9]*(?:_[a-z0-9]+)+$|^[a-z]+(?:[A-Z][a-z0-9]+)+$|^[a-z]\w*(?:\.[a-z]\w*)+$")
TRUE = frozenset({"true", "on", "enabled", "yes", "enable", "active"})
FALSE = frozenset({"false", "off", "disabled", "no", "disable", "inactive"})
NUMBER_WORDS = {
    word: str(figure)
    for figure, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100", "thousand": "1000"}
_UNITS = {
    "ms": ("s", 0.001), "millisecond": ("s", 0.001), "s": ("s", 1), "sec": ("s", 1), "second": ("s", 1), "min": ("s",
    60),
    "minute": ("s", 60), "h": ("s", 3600), "hour": ("s", 3600), "d": ("s", 86_400), "day": ("s", 86_400),
    "week": ("s", 604_800), "month": ("s", 2_592_000), "year": ("s", 31_536_000), "b": ("bytes", 1), "byte": ("bytes",
    1),
    "kb": ("bytes", 1000), "kib": ("bytes", 1024), "mb": ("bytes", 1_000_000), "mib": ("bytes", 1_048_576),
    "gb": ("bytes", 1_000_000_000), "gib": ("bytes", 1_073_741_824), "%": ("%", 1), "percent": ("%", 1),
    "per cent": ("%", 1), "px": ("px", 1), "pixel": ("px", 1), "kilobyte": ("bytes", 1000), "megabyte": ("bytes",
    1_000_000),
    "€": ("money", 1), "eur": ("money", 1), "euro": ("money", 1), "$": ("money", 1), "usd": ("money", 1),
    "dollar": ("money", 1),
    "£": ("money", 1), "gbp": ("money", 1), "nzd": ("money", 1), "chf": ("money", 1), "pound": ("money", 1),
    "°c": ("degree", 1), "°": ("degree", 1), "degree": ("degree", 1), "volt": ("volt", 1), "v": ("volt", 1),
    "mins": ("s", 60), "secs": ("s", 1), "hrs": ("s", 3600),
}  # fmt: skip
MORE = word_list("more")
LESS = word_list("less")
LEAST = frozenset({"least", "minimum", "min", ">=", "newer", "later", "upward"})
UNTIL_END = word_list("until end")


def unit_of(word: str) -> tuple[str, float] | None:
    """The canonical unit of a word and its factor: `minutes` are ("s", 60). None where it is no unit."""
    word = word.lower()
    return _UNITS.get(word) or (_UNITS.get(word[:-1]) if len(word) > 3 and word.endswith("s") else None)


def as_bool(word: str) -> str | None:
    """`true` or `false` of any word for it, or None."""
    word = word.strip().lower()
    return "true" if word in TRUE else "false" if word in FALSE else None


def begins_with_value(words: list[Token]) -> bool:
    """Whether a clause begins with a value or a style, so that what stood before its colon is its name."""
    first = words[0]
    return bool(
        NUMBER.match(first.text)
        or WITH_UNIT.match(first.text)
        or first.low in NUMBER_WORDS
        or (first.code and " " not in first.text)
    ) or (len(words) > 1 and words[1].low == "case")


def relation_of(clause: Clause, sign: str, end: str, before: list[str], after: list[str]) -> Relation:
    """How a figure binds, of its sign and of the words around it: at least, at most, exactly."""
    near = set(before[-4:])
    if sign in (">=", ">") or end == "+":
        return Relation.AT_LEAST
    if sign in ("<=", "<"):
        return Relation.AT_MOST
    tail = after[:5]
    if "or" in tail[:3]:
        word = tail[tail.index("or") + 1] if tail.index("or") + 1 < len(tail) else ""
        if word in ("mor", "newer", "later", "higher", "abov", "up", "greater", "better", "longer"):
            return Relation.AT_LEAST
        if word in ("less", "fewer", "lower", "below", "under", "shorter", "smaller", "older", "earlier"):
            return Relation.AT_MOST
    if near & MORE:
        return Relation.AT_MOST if clause.negative else Relation.AT_LEAST
    if near & LEAST or "minimum" in tail[:3]:
        return Relation.AT_LEAST
    if near & LESS or set(tail[:3]) & {"max", "maximum", "top", "most"} or {"up", "to"} <= near:
        return Relation.AT_LEAST if clause.negative and not near & {"most", "max", "maximum"} else Relation.AT_MOST
    if (before and before[-1] == "after" and near & UNTIL_END) or (clause.only and near & {"to", "for"}):
        return Relation.AT_MOST
    if near & {"limit", "cap", "ceil"}:
        return Relation.AT_MOST
    return Relation.IS


def alternatives(words: list[Token], at: int, good: object, taken: set[int]) -> list[str]:
    """The values that follow after `or`, `and` or a comma."""
    found: list[str] = []
    place = at + 1
    while place + 1 <= len(words) - 1 and words[place].low in ("or", "and", "/") and good(words[place + 1].text):  # type: ignore[operator]
        found.append(words[place + 1].text)
        taken.add(place + 1)
        place += 2
    return found


def plain(value: str) -> str:
    """A value without its quotation marks; `true` or `false` for every word of a switch."""
    value = value.strip().strip("`\"',;")
    return as_bool(value) or value


def float_of(text: str) -> float | None:
    """A figure of an instruction, `3,000` being three thousand; None where it is none (a version)."""
    try:
        number = float(text.removeprefix("v").replace(",", "").rstrip("%+"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def tidy(amount: float) -> str:
    """An amount as it is written: `30` of 30.0."""
    return str(int(amount)) if amount == int(amount) else repr(amount)
