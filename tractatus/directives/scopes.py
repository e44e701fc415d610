"""Where a clause holds: environments, languages, folders, parts of the project, machines, what lifts it.

"Never delete backups in production unless the disk is full": holds in production, unless the disk is full.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tractatus.actions.names import subject_kinds
from tractatus.directives import knowledge
from tractatus.directives.constraints import Scope
from tractatus.directives.language import Clause, Token
from tractatus.directives.paths import is_path
from tractatus.directives.subjects import EMPTY, content, subject_named


def scope_of(clause: Clause, before: Clause | None) -> Scope:
    """Where and for what a clause holds, unless what, until when."""
    names = knowledge.environments()
    environments: set[str] = set()
    excepted: set[str] = set()
    languages: set[str] = set()
    paths: list[str] = []
    words = clause.words
    for at, token in enumerate(words):
        previous = words[at - 1].low if at else ""
        following = words[at + 1].stem if at + 1 < len(words) else ""
        if (environment := names.get(token.low)) and not token.code and following not in ("cod", "code", "read"):
            placed = previous in (
                "in",
                "on",
                "for",
                "to",
                "against",
                "at",
                "this",
                "the",
                "my",
                "inside",
                "into",
                "of",
                "a",
            ) and not (token.low == "ci" and previous in ("to", "the"))
            first = at == 0 or token.low == "locally"
            ordinary = environment in ("production", "staging") or token.low in (
                "laptop",
                "locally",
                "development",
                "ci",
            )
            if (ordinary and (placed or first or following in ("server", "databas", "environment", "cluster"))) or (
                placed and previous != "the" and environment in ("test", "scripts") and previous in ("in", "inside")
            ):
                environments.add(environment)
        if token.low in knowledge.LANGUAGES and (
            previous in ("in", "for")
            or following in ("cod", "fil", "modul", "function")
            or (previous in ("the", "our", "all") and following in _PARTS_OF_CODE)
        ):
            languages.add(knowledge.LANGUAGES[token.low])
        if is_path(token) and previous in ("in", "inside", "under", "within", "below"):
            paths.append(token.text)
        if token.low in ("production", "application", "app", "shipped") and following in ("cod", "code"):
            excepted.add("test")  # "in production code" is not said of tests
    for token in clause.condition:
        if (environment := names.get(token.low)) and environment in ("production", "staging", "development", "test"):
            environments.add(environment)
        if token.low in knowledge.LANGUAGES:
            languages.add(knowledge.LANGUAGES[token.low])
    for token in clause.unless:
        if environment := names.get(token.low):
            excepted.add(environment)
    return Scope(
        frozenset(environments),
        frozenset(excepted),
        frozenset(languages),
        tuple(paths),
        content(clause.unless) - {"tell", "ask", "otherwis", "say", "explicit"},
        content(clause.until),
        frozenset(),
        clause.approval,
    )


_PARTS_OF_CODE = frozenset(
    {"packag", "project", "servic", "app", "backend", "script", "test", "sid", "cod", "part", "client"}
)


def only_store(tokens: tuple[Token, ...]) -> str:
    """The database, cache, queue or search engine that an instruction names, where it names no other thing."""
    named = {subject for token in tokens if (subject := subject_named(token))}
    stores = {one for one in named if subject_kinds().get(one) in ("database", "cache", "queue", "search")}
    return stores.pop() if len(named) == 1 and stores else ""


def bounded(
    clause: Clause, scope: Scope, whole: frozenset[str], named: tuple[tuple[str, frozenset[str]], ...]
) -> Scope:
    """The scope with the part of the project, the named things and the machine that a clause is about; where it names
    none itself, those of the `whole` instruction."""
    words = clause.words
    machines: set[str] = set()
    changing = clause.negative and bool(words) and words[-1].low in _CHANGES
    for at, token in enumerate(words):
        if token.stem in knowledge.machines() and not token.code:
            names = _modifiers(words, at)
            start = at - len(names)
            if start >= 2 and words[start - 1].low in ("the", "my", "our") and words[start - 2].low == "on":
                machines |= {token.stem, *names}
    areas = areas_of([*words, *clause.condition]) or whole
    things = things_of(words) or named
    if not (areas or things or machines or changing):
        return scope
    return replace(scope, areas=areas, things=things, machines=frozenset(machines), changing=changing)


_CHANGES = frozenset({"writes", "changes", "edits", "modifications", "mutations"})


def areas_of(words: list[Token]) -> frozenset[str]:
    """The parts of the project that words speak of."""
    stems = tuple(token.stem for token in words)
    phrases = knowledge.area_phrases()
    found = {
        area
        for at, first in enumerate(stems)
        for phrase, area in phrases.get(first, ())
        if stems[at : at + len(phrase)] == phrase
    }
    return frozenset(found)


def things_of(words: list[Token]) -> tuple[tuple[str, frozenset[str]], ...]:
    """The things that are named with their kind: "the document bucket"."""
    found: list[tuple[str, frozenset[str]]] = []
    for at, token in enumerate(words):
        kind = knowledge.things().get(token.stem)
        if kind and not token.low.endswith("s") and (names := _modifiers(words, at)):
            found.append((kind, names))
    return tuple(found)


def _modifiers(words: list[Token], at: int) -> frozenset[str]:
    """The stems of what a noun is called, after its article: "document" of "the document bucket"."""
    names: list[Token] = []
    place = at - 1
    while place >= 0 and len(names) < 3:
        token = words[place]
        if token.low in ("the", "our", "my", "this"):
            good = [t for t in names if t.low not in EMPTY and t.stem not in knowledge.weak_words()]
            good = [t for t in good if t.low not in knowledge.environments() and t.low not in _PLAIN_ADJECTIVES]
            return frozenset(t.stem for t in good)
        if token.code or not re.match(r"^[a-z][\w-]*$", token.low):
            return frozenset()
        names.append(token)
        place -= 1
    return frozenset()


_PLAIN_ADJECTIVES = frozenset(
    {"public", "private", "shared", "main", "own", "other", "existing", "current", "remote", "local", "whole", "old"}
)
