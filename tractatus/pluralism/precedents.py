"""Precedents beside a case: what is alike and what differs, in words (core concepts, section 6).

A precedent informs and never binds. No likeness is a number: what shares nothing with the case is left out, and the
rest stands in the order in which it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tractatus import cues
from tractatus.pluralism.analysis import ConflictAnalysis
from tractatus.pluralism.listed import Listed
from tractatus.results import Result
from tractatus.vocabulary import Urgency

MOST_READ = 2_000_000
"""Characters of all precedents together that are read."""

MOST_COMPARED = 10_000
"""Precedents that are compared with one case."""

MOST_NAMED = 8
MOST_LISTED = 200

NAMES = ("id", "reference", "key", "title", "decision", "decision_made", "question")
TEXTS = (
    "question",
    "decision",
    "title",
    "text",
    "decision_made",
    "justification",
    "precedent_applicability",
    "applies_to",
)
FRAMEWORKS = ("moral_frameworks_in_tension", "frameworks", "dissenting_perspectives")
VALUES = ("value_trade_offs", "values", "values_prioritized", "values_deprioritized", "values_prioritised", "values_deprioritised")  # fmt: skip # noqa: E501
GROUPS = ("affected_stakeholder_groups", "groups")


@dataclass(frozen=True)
class PrecedentMatch(Result):
    """A precedent that shares something with a case: what is alike and what differs, each a sentence.

    `precedent` names it, `decided` is what was decided there, `applies_to` what it says of its own reach; both are
    empty where it does not say. `binding` is always false.
    """

    precedent: str
    decided: str
    alike: tuple[str, ...]
    differs: tuple[str, ...]
    applies_to: str
    binding: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PrecedentMatches(Listed[PrecedentMatch], Result):
    """The precedents that may inform a case, in the order given: can be gone through as a tuple."""

    matches: tuple[PrecedentMatch, ...]
    requires_human_approval: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Features:
    """What a case or precedent is about: titles by what they are compared by, and the words that led to them."""

    frameworks: Mapping[str, str]
    values: Mapping[str, str]
    groups: Mapping[str, str]
    words: Mapping[str, str]
    urgency: str


def match(
    case: str | Mapping[str, Any] | ConflictAnalysis,
    precedents: Iterable[Mapping[str, Any] | str],
    *,
    analyze: Callable[..., ConflictAnalysis],
) -> PrecedentMatches:
    """Of each precedent that shares something with `case`: what is alike and what differs.

    `analyze` finds frameworks, values and groups where a case or precedent does not name them. Raises `TypeError`
    naming the argument.
    """
    if isinstance(precedents, (str, Mapping)) or not isinstance(precedents, Iterable):
        raise TypeError(f"precedents: a list is expected, not {type(precedents).__name__}.")
    mine = _features(case, analyze, "case")
    matches, apart, unread, read = [], 0, 0, 0
    for number, precedent in enumerate(precedents):
        if number >= MOST_COMPARED or read >= MOST_READ:
            unread += 1
            continue
        read += sum(map(len, cues.texts_of(precedent)[0]))
        theirs = _features(precedent, analyze, f"precedents[{number}]")
        alike = tuple(_alike(mine, theirs))
        if not alike:
            apart += 1
            continue
        facts = precedent if isinstance(precedent, Mapping) else {"title": precedent}
        matches.append(
            PrecedentMatch(
                precedent=_first(facts, NAMES),
                decided=_first(facts, ("decision_made", "decided")),
                alike=alike,
                differs=tuple(_differs(mine, theirs, facts)),
                applies_to=_first(facts, ("precedent_applicability", "applies_to")),
                binding=False,
                reasons=("Compared are frameworks, values, groups, words and urgency, as far as software sees them.",),
            )
        )
    reasons = ["A precedent informs and never binds. Whoever cites one says what is alike and what differs."]
    reasons.append("They stand in the order in which they were given, which says nothing of which is right.")
    if apart:
        reasons.append(f"Left out, because software sees nothing alike: {apart}.")
    if unread:
        reasons.append(f"Not compared, because they are more than {MOST_COMPARED:,} or too long in all: {unread}.")
    return PrecedentMatches(tuple(matches), True, tuple(reasons))


def _alike(mine: _Features, theirs: _Features) -> Iterator[str]:
    if both := _both(mine.frameworks, theirs.frameworks):
        yield f"In tension in both: {both}."
    if both := _both(mine.groups, theirs.groups):
        yield f"Both bear on: {both}."
    if both := _both(mine.values, theirs.values):
        yield f"Weighed in both: {both}."
    if both := _both(mine.words, theirs.words):
        yield f"Both speak of: {both}."


def _differs(mine: _Features, theirs: _Features, facts: Mapping[str, Any]) -> Iterator[str]:
    said = False
    for text in (
        _named("It says that it does not apply to: ", _first(facts, ("does_not_apply_to",))),
        _named("It says of itself: it is ", _state(facts)),
        _named("In tension only here: ", _only(mine.frameworks, theirs.frameworks)),
        _named("In tension only there: ", _only(theirs.frameworks, mine.frameworks)),
        _named("Bears only here on: ", _only(mine.groups, theirs.groups)),
        _named("Bore only there on: ", _only(theirs.groups, mine.groups)),
        _named("Weighed only here: ", _only(mine.values, theirs.values)),
        _named("Weighed only there: ", _only(theirs.values, mine.values)),
        _named("Only this case speaks of: ", _only(mine.words, theirs.words)),
        _named("Only the precedent speaks of: ", _only(theirs.words, mine.words)),
    ):
        if text:
            said = True
            yield text
    if mine.urgency and theirs.urgency and mine.urgency != theirs.urgency:
        said = True
        yield f"It was {theirs.urgency} there and is {mine.urgency} here."
    if not said:
        yield "Software sees no difference. That does not mean that there is none: please read it."


def _features(about: Any, analyze: Callable[..., ConflictAnalysis], field: str) -> _Features:
    given: Mapping[str, Any] = {}
    if isinstance(about, ConflictAnalysis):
        found = about
    elif isinstance(about, str):
        found = analyze(about)
    elif isinstance(about, Mapping):
        given = about
        context = given.get("context")
        texts = [given[name] for name in TEXTS if isinstance(given.get(name), str)]
        found = analyze("\n".join(texts), context if isinstance(context, Mapping) else None)
    else:
        raise TypeError(f"{field}: text or an object is expected, not {type(about).__name__}.")
    frameworks = _titles(given, FRAMEWORKS) or [one.framework for one in found.moral_frameworks_in_tension]
    groups = _titles(given, GROUPS) or list(found.affected_stakeholder_groups)
    values = _titles(given, VALUES) or list(found.value_trade_offs)
    words = [word for one in found.evidence for word in one.cues]
    urgency = given.get("urgency") if given else found.urgency
    if isinstance(given.get("context"), Mapping) and urgency is None:
        urgency = found.urgency
    known = isinstance(urgency, str) and urgency.strip().upper() in Urgency.__members__
    return _Features(
        _by_likeness(frameworks),
        _by_likeness(values),
        _by_likeness(groups),
        _by_likeness(words),
        str(urgency).strip().upper() if known else "",
    )


def _titles(given: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    """What an object names under `names`: texts, or objects with a framework or title."""
    found = []
    for name in names:
        value = given.get(name)
        for one in (value if isinstance(value, (list, tuple)) else [value])[:MOST_LISTED]:
            if isinstance(one, Mapping):
                one = _first(one, ("framework", "title", "key"))
            if isinstance(one, str) and one.strip():
                found.append(one)
    return found


def _by_likeness(titles: Iterable[str]) -> dict[str, str]:
    """Titles by what they are compared by: “harm_prevention” is “Harm prevention”."""
    found: dict[str, str] = {}
    for title in titles:
        # What stands in brackets explains a title: “Rights-based (Deontological)” is “Rights-based”.
        shown = " ".join(title[:300].split("(")[0].replace("_", " ").split()).strip(" .")
        found.setdefault(shown.casefold(), shown)
    return found


def _both(mine: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    return ", ".join([title for key, title in mine.items() if key in theirs][:MOST_NAMED])


def _only(these: Mapping[str, str], those: Mapping[str, str]) -> str:
    return ", ".join([title for key, title in these.items() if key not in those][:MOST_NAMED])


def _named(start: str, names: str) -> str:
    return f"{start}{names.rstrip('.')}." if names.strip(" .") else ""


def _state(facts: Mapping[str, Any]) -> str:
    """The state that a precedent gives of itself, where that is not simply in force."""
    state = _first(facts, ("state", "status")).replace("_", " ")
    return "" if state.casefold() in ("in force", "active", "signed") else state


def _first(facts: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first text among these keys, in one line of a bounded length."""
    for name in names:
        value = facts.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
            value = str(value)
        if isinstance(value, str) and value.strip():
            return " ".join(value[:2_000].split())
    return ""
