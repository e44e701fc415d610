"""An instruction becomes a directive: its clauses, each looked at for every kind of constraint that it may hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tractatus.actions.names import parameter_of, subject_kinds, verb_of
from tractatus.directives import figures, knowledge
from tractatus.directives.constraints import (
    Choice,
    Command,
    Commitment,
    Constraint,
    Deed,
    Directive,
    Flag,
    Force,
    Name,
    Naming,
    Practice,
    Relation,
    Scope,
    Untouched,
    Value,
    Within,
)
from tractatus.directives.figures import content, subject_named
from tractatus.directives.language import LONGEST, Clause, Token, clauses_of, stem, tokens_of
from tractatus.directives.wordlists import words as word_list

_PATH = re.compile(
    r"^(?:\.{0,2}/)?(?:[\w.@*<>{},-]+/)+[\w.@*<>{},-]*$|^\*\.[\w.]+$|^[\w-]+(?:\.[\w-]+)*\.[A-Za-z][A-Za-z0-9]{0,9}$|^\.[a-z][\w.-]+$|^[A-Z]{4,}(?:\.md)?$"
)
_STYLES = {
    "kebab-case": "kebab-case", "kebab": "kebab-case", "snake_case": "snake_case", "snake-case": "snake_case",
    "snakecase": "snake_case", "camelcase": "camelCase", "pascalcase": "PascalCase", "lowercase": "lowercase",
    "uppercase": "UPPERCASE", "screaming_snake_case": "UPPER_SNAKE_CASE", "upper_snake_case": "UPPER_SNAKE_CASE",
    "uppercamelcase": "PascalCase", "lowercamelcase": "camelCase", "constant_case": "UPPER_SNAKE_CASE",
    "kebap-case": "kebab-case",
    "pascal-case": "PascalCase", "camel-case": "camelCase", "dash-case": "kebab-case", "hyphenated": "kebab-case",
    "upper_case": "UPPER_SNAKE_CASE", "screaming_snake": "UPPER_SNAKE_CASE", "all-lowercase": "lowercase",
    "lower-case": "lowercase",
}  # fmt: skip
_TARGETS = {
    "branch": "branch", "fil": "file", "filenam": "file", "function": "function", "method": "function",
    "variabl": "variable",
    "class": "class", "component": "component", "tabl": "table", "column": "column", "constant": "constant",
    "test": "test",
    "folder": "folder", "directory": "folder", "endpoint": "endpoint", "rout": "endpoint", "url": "endpoint",
    "tag": "tag",
    "identifier": "identifier", "keyword": "keyword", "commit": "commit", "packag": "package", "modul": "file",
    "hook": "function", "field": "key", "key": "key", "interfac": "class", "slug": "file", "imag": "file",
    "document": "file",
    "parameter": "variable", "propert": "key", "migrat": "file", "script": "file", "property": "key", "typ": "class",
    "enum": "class", "bucket": "bucket", "servic": "service", "id": "id", "attribut": "key", "releas": "tag",
    "helper": "function",
}  # fmt: skip
_USING = word_list("using")
_TOUCHING = word_list("touching")
_WORKING = frozenset({"work", "chang", "edit", "touch", "modify", "stay", "operat"})
_SESSIONAL = frozenset(
    {"today", "session", "tonight", "morning", "afternoon", "pr", "ticket", "task", "branch", "sprint"}
)
_LOCATING_WORDS = frozenset({"in", "insid", "within", "the", "file", "folder", "directory"})
_LOCATING = frozenset({"in", "inside", "under", "within", "to", "from", "into", "at", "on", "below", "outside"})
_COMMANDS = word_list("commands")


def read_instruction(text: str, parameters: Mapping[str, Any] | None = None) -> Directive:
    """What an instruction asks, as typed constraints. `parameters` are values known to be fixed by it ({"port":
    "27027"}).

    Never raises on any text; what it cannot read it says in `unread`. At most 6,000 characters are read.
    """
    tokens = tokens_of(text)
    clauses = clauses_of(tokens)
    found: list[Constraint] = []
    unread: list[str] = []
    around = _only_store(tokens)
    last_scope: Scope | None = None
    plain = [token for token in tokens if not token.mark]
    whole, named = _areas(plain), _things(plain)
    for number, clause in enumerate(clauses):
        scope = _scope_of(clause, clauses[number - 1] if number else None)
        scope = _bounded(clause, scope, whole if len(whole) == 1 else frozenset(), named if len(named) == 1 else ())
        if clause.contrast and last_scope is not None:
            scope = replace(last_scope, paths=())
        if not scope.languages and last_scope is not None and last_scope.languages and not clause.negative:
            scope = replace(scope, languages=last_scope.languages)  # "Python code …, line length 100"
        here = list(_constraints_of(clause, clauses[number - 1] if number else None, scope, around))
        around = next((subject for token in clause.words if (subject := subject_named(token))), around)
        last_scope = scope
        found += here
        if not here and clause.words:
            unread.append(clause.text[:200])
    if clauses and not _is_task(clauses[0], clauses[0].words):
        words = [token for token in tokens if not token.mark]
        lifted = any(clause.approval for clause in clauses)
        found += _commitments(words, [token.stem for token in words], Scope(approval=lifted))
    found = _settled(_at_hosts(found), parameters or {}, tokens)
    if found:
        unread = [clause for clause in unread if _asks(clause, clauses)]
    if len(text) > LONGEST:
        unread.append(f"what stands after the first {LONGEST:,} characters")
    force = min((clause.force for clause in clauses), default=Force.SHOULD, key=list(Force).index)
    environments = frozenset(environment for constraint in found for environment in constraint.scope.environments)
    return Directive(
        text, tuple(found), force, environments, tuple(unread), content(list(tokens)) - knowledge.weak_words()
    )


def _at_hosts(found: list[Constraint]) -> list[Constraint]:
    """A port beside a host is the port there: on another host it says nothing."""
    hosts = {c.subject: c.values for c in found if isinstance(c, Value) and c.parameter == "host"}
    return [
        replace(c, scope=replace(c.scope, hosts=hosts[c.subject]))
        if isinstance(c, Value) and c.parameter == "port" and c.relation is Relation.IS and c.subject in hosts
        else c
        for c in found
    ]


def parameters_of(text: str) -> dict[str, str]:
    """The values that an instruction fixes, by parameter: {"port": "27027"}; the version of a thing under its own
    name."""
    found: dict[str, str] = {}
    for constraint in read_instruction(text).constraints:
        if isinstance(constraint, Value) and constraint.relation is not Relation.IS_NOT and len(constraint.values) == 1:
            name = (
                constraint.subject if constraint.parameter == "version" and constraint.subject else constraint.parameter
            )
            found.setdefault(name, _written(constraint))
    return found


def _written(constraint: Value) -> str:
    sign = {Relation.AT_LEAST: ">=", Relation.AT_MOST: "<=", Relation.COMPATIBLE: "^", Relation.CLOSE_TO: "~"}
    return sign.get(constraint.relation, "") + constraint.values[0]


def _asks(clause: str, clauses: list[Clause]) -> bool:
    """Whether a clause that was not understood asks something firmly, rather than tells."""
    return any(c.text[:200] == clause and (c.negative or c.force is Force.MUST) for c in clauses)


def _settled(found: list[Constraint], parameters: Mapping[str, Any], tokens: tuple[Token, ...]) -> list[Constraint]:
    """The constraints once each, with those of the parameters that the text did not give."""
    kept = list(dict.fromkeys(found))
    if not any(isinstance(constraint, Value) for constraint in kept):
        subject = next((subject for token in tokens if (subject := subject_named(token))), "")
        for name, value in parameters.items():
            if isinstance(value, (str, int, float)) and str(value).strip():
                parameter, named = parameter_of(str(name))
                kept.append(Value(parameter, Relation.IS, (str(value).strip().lower(),), named or subject))
    return _joined(kept)


def _joined(kept: list[Constraint]) -> list[Constraint]:
    """ "X, not Y" as one: the refused value knows the wanted one, a choice what it refuses."""
    kept = _alternatives(kept)
    wanted = {c.parameter.split("_")[-1]: c.values for c in kept if isinstance(c, Value) and c.relation is Relation.IS}
    several: dict[str, frozenset[str]] = {}
    for c in kept:  # "pnpm here, npm there": each is right somewhere
        if isinstance(c, Choice) and c.allowed:
            several[c.family] = several.get(c.family, frozenset()) | c.allowed
    kept = [replace(c, allowed=several[c.family]) if isinstance(c, Choice) and c.allowed else c for c in kept]
    allowed = {c.family: c for c in kept if isinstance(c, Choice) and c.allowed}
    refused: dict[str, frozenset[str]] = {}
    for c in kept:
        if isinstance(c, Choice) and c.refused and c.family in allowed:
            refused[c.family] = refused.get(c.family, frozenset()) | c.refused
    found: list[Constraint] = []
    for c in kept:
        if isinstance(c, Value) and c.relation is Relation.IS_NOT:
            other = wanted.get(c.parameter.split("_")[-1])
            if other == c.values:
                continue
            found.append(replace(c, instead=other[0]) if other and len(other) == 1 else c)
        elif isinstance(c, Choice) and c.family in refused:
            if c.allowed:
                found.append(replace(c, refused=refused[c.family] - c.allowed))
        else:
            found.append(c)
    return found


def _alternatives(kept: list[Constraint]) -> list[Constraint]:
    """Several values that one instruction gives to one thing, each of which is right: the port outside of a container
    and the one inside."""
    found: dict[object, Constraint] = {}
    for c in kept:
        key: object = id(c)
        if isinstance(c, Value) and c.relation is Relation.IS and c.parameter in ("port", "host"):
            key = (c.parameter, c.subject, c.scope)
            if (other := found.get(key)) is not None and isinstance(other, Value):
                c = replace(other, values=tuple(dict.fromkeys((*other.values, *c.values))))
        found[key] = c
    return list(found.values())


# Scope: where, for what, unless, until.


def _scope_of(clause: Clause, before: Clause | None) -> Scope:
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
        if _is_path(token) and previous in ("in", "inside", "under", "within", "below"):
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


def _only_store(tokens: tuple[Token, ...]) -> str:
    """The database, cache, queue or search engine that an instruction names, where it names no other thing."""
    named = {subject for token in tokens if (subject := subject_named(token))}
    stores = {one for one in named if subject_kinds().get(one) in ("database", "cache", "queue", "search")}
    return stores.pop() if len(named) == 1 and stores else ""


def _areas(words: list[Token]) -> frozenset[str]:
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


def _things(words: list[Token]) -> tuple[tuple[str, frozenset[str]], ...]:
    """The things that are named with their kind: "the document bucket"."""
    found: list[tuple[str, frozenset[str]]] = []
    for at, token in enumerate(words):
        kind = knowledge.things().get(token.stem)
        if kind and not token.low.endswith("s") and (names := _modifiers(words, at)):
            found.append((kind, names))
    return tuple(found)


def _bounded(
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
    areas = _areas([*words, *clause.condition]) or whole
    things = _things(words) or named
    if not (areas or things or machines or changing):
        return scope
    return replace(scope, areas=areas, things=things, machines=frozenset(machines), changing=changing)


_CHANGES = frozenset({"writes", "changes", "edits", "modifications", "mutations"})


def _modifiers(words: list[Token], at: int) -> frozenset[str]:
    """The stems of what a noun is called, after its article: "document" of "the document bucket"."""
    names: list[Token] = []
    place = at - 1
    while place >= 0 and len(names) < 3:
        token = words[place]
        if token.low in ("the", "our", "my", "this"):
            good = [t for t in names if t.low not in figures._EMPTY and t.stem not in knowledge.weak_words()]
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


def _is_path(token: Token) -> bool:
    text = token.text
    if text.startswith(("http:", "https:", "@")) or " " in text or len(text) < 3:
        return False
    if not _PATH.match(text) or re.match(r"^v?\d|^[A-Z]{1,5}/[A-Z]{1,5}$", text):
        return False
    if "/" in text:
        return (
            not re.match(r"^[a-z]+/[a-z]+$", text) or token.code or text.split("/")[0] in _FOLDERS or text.endswith("/")
        )
    if text.isupper() and "." not in text:
        return False
    return (
        text.startswith((".", "*"))
        or figures._is_file(token.low)
        or (token.code and "." in text and figures._is_file(token.low))
    )


_FOLDERS = word_list("folders")


# Every kind of constraint, in one clause.


def _constraints_of(clause: Clause, before: Clause | None, scope: Scope, around: str) -> Iterator[Constraint]:
    words = clause.words
    stems = [token.stem for token in words]
    seen_practice = False
    if clause.negative and before is not None and words and words[0].low == "by" and not before.negative:
        yield from _deeds(replace(before, negative=True), None, _subject(before) or before.words, scope)
        return
    task = _is_task(clause, words)
    written = [f"`{token.low}`" if token.code else token.stem for token in words]
    if written != stems and not task:
        for _, _, (name, contrary) in _longest(knowledge.practice_phrases().all_in(written)):
            seen_practice = True
            yield Practice(name, wanted=clause.negative == contrary, scope=scope)
    for _, _, (name, contrary) in _longest(knowledge.practice_phrases().all_in(stems)):
        if task:
            break
        seen_practice = True
        shared = clause.negative and not contrary and _SHARED_BRANCHES & {t.low for t in words} and "branch" in stems
        if shared and name in knowledge.allowed_on_own_branch():
            yield Practice(name, wanted=False, scope=replace(scope, about=frozenset({"\0shared-branch"})))
            continue
        if clause.only and not clause.negative and not contrary and name in knowledge.allowed_on_own_branch():
            yield Practice(name, wanted=False, scope=replace(scope, about=frozenset({"\0shared-branch"})))
            continue
        yield Practice(name, wanted=clause.negative == contrary, scope=scope, where=_where(words, stems))
    yield from _namings(clause, words, scope)
    headed = clause
    named = before is not None and 0 < len(before.words) <= 4 and not before.negative and not clause.contrast
    if (
        before is not None and named and 0 < len(words) <= 12 and figures.begins_with_value(words)
    ):  # "Retention: 14 days"
        headed = replace(clause, tokens=[*before.words, _IS, *clause.tokens])
        yield from _namings(headed, headed.words, scope)
    yield from figures.figures_of(headed, replace(scope, paths=()), around)
    yield from figures.names_of(clause, words, scope)
    yield from _places(clause, before, words, scope)
    hours = figures.hours_of(clause)
    days = _days(words)
    if (hours or days) and (clause.negative or clause.only):
        timed = [
            t
            for t in words
            if t.stem not in days and not re.match(r"^\d{1,2}(?::\d\d|am|pm)?$", t.low) and t.low not in _CLOCK_WORDS
        ]
        yield from _deeds(replace(clause, negative=True), None, timed, replace(scope, hours=hours, days=days))
        return
    commands = [] if task else list(_commands(clause, words, scope))
    yield from commands
    relative = any(
        t.low in ("that", "which") and i + 1 < len(words) and words[i + 1].stem in knowledge.deeds()
        for i, t in enumerate(words)
    )
    names = [] if commands or relative or task else list(_names(clause, before, words, scope))
    yield from names
    if clause.negative and not clause.contrast and not commands and not names and not seen_practice:
        told = [deed for part in _parts(clause) for deed in _deeds(clause, before, part, scope)]
        yield from told or (() if list(figures.figures_of(headed, scope, around)) else _any_deed(clause, words, scope))
    elif clause.only and (others := _done_by_others(words)):
        yield from _deeds(replace(clause, negative=True), None, others, scope)
    elif clause.contrast and before is not None and words and words[0].stem in knowledge.deeds() and not names:
        yield from _deeds(clause, None, [*words, *_subject(before)], scope)
    elif clause.approval:
        yield from _deeds(clause, before, words, scope)


def _done_by_others(words: list[Token]) -> list[Token]:
    """What only a person of some role does: "the release manager tags versions" is "tags versions"."""
    for at, token in enumerate(words[:4]):
        if token.stem in _ROLES:
            rest = words[at + 1 :]
            while rest and rest[0].low in ("may", "can", "should", "must", "is", "are", "allowed", "to"):
                rest = rest[1:]
            return rest if rest and rest[0].stem in knowledge.deeds() else []
    return []


_ROLES = frozenset(stem(word) for word in word_list("roles"))
_SHARED_BRANCHES = frozenset({"shared", "main", "master", "protected", "default", "public", "release", "develop"})


def _commitments(words: list[Token], stems: list[str], scope: Scope) -> Iterator[Commitment]:
    """The values that a clause commits to; a narrow one with what it is about."""
    scope = replace(scope, about=frozenset(), environments=frozenset())
    strong = content(words)
    wide = frozenset(other for word in strong for other in knowledge.alike().get(word, (word,)))
    for _, _, (name, broad) in knowledge.commitment_phrases().all_in(stems):
        yield Commitment(name, scope if broad else replace(scope, about=wide))


def _where(words: list[Token], stems: list[str]) -> frozenset[str]:
    """The places that a clause limits a practice to ("in commit messages")."""
    found = set()
    for at, one in enumerate(stems):
        if (
            one in _PLACES
            and at
            and any(word.low in ("in", "into", "to", "from", "or", "and") for word in words[max(0, at - 3) : at])
        ):
            found |= _PLACES[one]
    if not found and stems[:2] == ["commit", "messag"]:  # "commit messages must be in Korean"
        found.add("commit")
    return frozenset(found)


_PLACES = {
    "commit": {"commit"}, "log": {"log"}, "readm": {"prose"}, "documentation": {"prose"}, "document": {"prose"},
    "docs": {"prose"},
    "not": set(), "note": {"prose"}, "changelog": {"prose"}, "email": {"prose"}, "code": {"code"}, "cod": {"code"},
    "sourc": {"code"},
}  # fmt: skip


def _days(words: list[Token]) -> frozenset[str]:
    """The days of the week that a clause names."""
    found = {t.stem for t in words if t.stem in _WEEK}
    if any(t.stem == "weekend" for t in words):
        found |= {"saturday", "sunday"}
    return frozenset(found)


_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK_WORDS = frozenset(
    {
        "between",
        "and",
        "after",
        "before",
        "time",
        "weekend",
        "weekends",
        "berlin",
        "utc",
        "local",
        "on",
        "o'clock",
        "hours",
        "working",
        "office",
    }
)


def _is_task(clause: Clause, words: list[Token]) -> bool:
    """Whether the clause is one job to do ("Add an opt-out page", "Anonymise the sample") rather than a rule that
    stands."""
    if clause.negative or clause.only or clause.approval or clause.force is Force.MUST or not words:
        return False
    if words[0].low in _HABITS and len(words) > 2 and words[1].low not in _DETERMINERS:
        many = any(t.low.endswith("s") and t.low not in _DETERMINERS for t in words[1:3])
        if many:  # "write commit messages in the imperative" is a rule
            return False
    return words[0].low in _JOBS or (
        words[0].low in ("please", "can", "could", "now", "then") and len(words) > 1 and words[1].low in _JOBS
    )


_JOBS = word_list("jobs")
_HABITS = frozenset({"write", "name", "format", "document", "sort", "merge", "build", "run", "test"})
_DETERMINERS = frozenset(
    {"the", "a", "an", "this", "that", "these", "those", "two", "three", "some", "it", "its", "all"}
)


def _subject(clause: Clause) -> list[Token]:
    """What a clause speaks of: its words before the first auxiliary."""
    found: list[Token] = []
    for token in clause.words:
        if token.low in ("may", "can", "is", "are", "be", "should", "must", "will", "on", "in", "of"):
            break
        found.append(token)
    return found if len(found) < len(clause.words) else []


def _longest(found: Iterator[tuple[int, int, Any]]) -> Iterator[tuple[int, int, Any]]:
    past = -1
    for at, end, payload in found:
        if end > past:  # "skipped or deleted" says two things in words that overlap
            past = end
            yield at, end, payload


def _namings(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    style = next((_STYLES[t.low] for t in words if t.low in _STYLES), "")
    if not style:
        pairs = [f"{one.low}-{two.low}" for one, two in itertools.pairwise(words) if two.low == "case"]
        style = next((_STYLES[pair] for pair in pairs if pair in _STYLES), "")
    words = [
        replace(t, text=re.sub(r"<[^<>]{1,40}>", "*", t.text))
        if "<" in t.text and ("/" in t.text or "-" in t.text)
        else t
        for t in words
    ]
    pattern = next(
        (
            t.text
            for t in words
            if "*" in t.text and re.match(r"^[\w./*@-]{2,60}$", t.text) and not t.text.startswith("*.")
        ),
        "",
    )
    targets = [_TARGETS[t.stem] for t in words if t.stem in _TARGETS]
    if style and not clause.negative:
        languages = scope.languages | {
            knowledge.LANGUAGES[t.low] for t in words if t.low in knowledge.LANGUAGES and len(t.low) > 1
        }
        if "component" in targets:
            targets = [target for target in targets if target != "file"]
        for target in dict.fromkeys(targets or ["file"]):
            yield Naming(target, style, "", replace(scope, languages=frozenset(languages)))
        return
    named = any(
        t.stem in ("nam", "call", "look", "form", "prefix", "start", "follow", "pattern", "begin", "format")
        for t in words
    )
    if (
        pattern
        and targets
        and (named or "branch" in targets)
        and not clause.negative
        and not (pattern.endswith("/*") and "branch" not in targets)
    ):
        patterns = [t.text for t in words if "*" in t.text and not t.text.startswith("*.")]
        if "test" in targets and any("." in p for p in patterns):
            yield Naming("test file", "", next(p for p in patterns if "." in p), scope)
            if rest := [p for p in patterns if "." not in p]:
                yield Naming("test function", "", rest[0], scope)
        else:
            yield Naming(targets[0], "", "|".join(patterns), scope)
    elif (
        targets
        and not clause.negative
        and named
        and not any(t.low in ("boolean", "private", "generated") for t in words)
    ):
        for at, token in enumerate(words):
            if token.stem in (
                "look",
                "nam",
                "format",
                "lik",
                "prefix",
                "start",
                "begin",
                "with",
                "as",
            ) and at + 1 < len(words):
                example = words[at + 1]
                if re.match(r"^v?\d+\.\d+(?:\.\d+)?$", example.text) and "tag" in targets:
                    yield Naming("tag", "", "v#" if example.text[0] == "v" else "#", scope)
                    return
                if re.match(r"^[\w.-]+[-_/]$", example.text) or (
                    example.code and re.match(r"^[\w.-]{1,30}[-_/]?$", example.text) and token.stem == "with"
                ):
                    yield Naming(targets[0], "", example.text + "*", scope)
                    return


def _places(clause: Clause, before: Clause | None, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    paths = [
        (at, t.text)
        for at, t in enumerate(words)
        if _is_path(t) and ("*" not in t.text or "/" in t.text or t.text.startswith("*."))
    ]
    if any(t.stem in ("nam", "call") for t in words):
        return
    stems = {t.stem for t in words}
    folder = [
        (at, t)
        for at, t in enumerate(words)
        if t.stem in ("folder", "directory", "packag", "modul") and at and not words[at - 1].mark
    ]
    alone = "leav" in stems and stems & {"alon", "untouch", "be", "as"}
    closed = {t.low for t in words} & {"locked", "immutable", "frozen"}
    if clause.negative and not paths and stems & {"it", "them", "those", "these", "there"} and before is not None:
        paths = [(at, t.text) for at, t in enumerate(before.words) if _is_path(t)]
    if clause.negative and not paths and len(words) <= 4:
        endings = [t.low.strip(".") for t in words if t.low.strip(".") in _PLAIN_ENDINGS]
        if endings:
            yield Untouched(tuple(f"*.{ending}" for ending in endings), replace(scope, paths=()))
            return
    if (
        clause.negative
        and words
        and {t.low for t in words} <= _SESSION
        and (stems & {"session", "chang", "review"} or not stems)
    ):
        yield Untouched(("*",), scope)
        return
    if clause.negative or alone or closed:
        lone = (
            len(words) <= 4
            and not any(t.stem in _USING for t in words)
            and bool(words)
            and words[0].low not in ("in", "to", "into", "from")
        )
        generated = [t for t in words if t.stem in ("generat", "vendor") and stems & {"fil", "cod", "_"}]
        if stems & (_TOUCHING | {"it"}) or alone or closed or lone:
            if paths:
                sent = bool(stems & {"git", "commit"})
                if sent:
                    yield Deed(
                        frozenset({"commit", "push"}), tuple(frozenset({path}) for _, path in paths[:1]), "", scope
                    )
                else:
                    yield Untouched(
                        tuple(path for _, path in paths), replace(scope, paths=(), environments=frozenset())
                    )
            elif (
                folder
                and words[folder[0][0] - 1].low not in figures._EMPTY
                and not words[folder[0][0] - 1].low.isdigit()
            ):
                yield Untouched((words[folder[0][0] - 1].text + "/",), replace(scope, paths=()))
            elif generated:
                yield Untouched(
                    ("generated/", "*.generated.*", "*_pb2.py", "*.g.dart", "*.pb.go", "dist/", "build/", "vendor/"),
                    scope,
                )
        return
    opening = {t.stem for t in words[:3] if t.low not in ("works", "changes", "fixes", "stays", "touches", "edits")}
    if clause.only and (opening & (_WORKING | {"fix", "focus"}) or stems & _SESSIONAL or not stems - _LOCATING_WORDS):
        own = tuple(path for _, path in paths)
        if own:
            yield Within(own, frozenset(), replace(scope, paths=()))
            return
        after = next(
            (
                at
                for at, t in enumerate(words)
                if t.stem in ("work", "touch", "edit", "chang", "focus", "modify", "fix")
            ),
            None,
        )
        if after is not None:
            topics = (
                content(words[after + 1 :])
                - knowledge.weak_words()
                - {
                    "pag",
                    "modul",
                    "folder",
                    "directory",
                    "packag",
                    "part",
                    "area",
                    "sid",
                    "pr",
                    "component",
                    "issu",
                    "bug",
                    "els",
                    "ticket",
                }
            )
            topics = frozenset(t for t in topics if t.isalpha() or "-" in t) - {"go", "off", "later", "leav", "click"}
            if topics:
                yield Within((), topics, scope)


_PLAIN_ENDINGS = frozenset(
    {
        "png",
        "jpg",
        "jpeg",
        "gif",
        "bmp",
        "tiff",
        "docx",
        "doc",
        "pptx",
        "xlsx",
        "odt",
        "psd",
        "zip",
        "exe",
        "ipynb",
        "jsx",
        "coffee",
    }
)
_SESSION = word_list("session")


def _commands(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """Commands and options that are refused, options that are asked for."""
    flags = [t.text for t in words if re.match(r"^--?[a-zA-Z][\w-]*(?:=\S+)?$", t.text)]
    for token in words:
        if token.code and " " in token.text and clause.negative:
            yield Command(tuple(token.text.split()[:8]), "", scope)
            return
    if clause.negative and words and (words[0].low in _PROGRAMS or (words[0].code and words[0].low in _COMMANDS)):
        following = words[1] if len(words) > 1 else None
        if following is None or (following.low not in _SUBCOMMANDS and following.low.isalpha()):
            yield Command((words[0].low,), "", scope)
            if words[0].low == "rm":
                yield Command(("find", "-delete"), "", scope)
            return
    for at, token in enumerate(words):
        low = token.low
        if low in _COMMANDS and clause.negative:
            run = [token.text]
            for follower in words[at + 1 : at + 6]:
                if (
                    follower.code
                    or re.match(r"^(?:-{1,2}[\w-]+|[a-z][\w-]*:[\w:-]+)$", follower.text)
                    or (follower.text.islower() and follower.text in _SUBCOMMANDS and len(run) < 4)
                    or follower.text in _COMMANDS
                ):
                    run.append(follower.text)
                elif follower.low in ("with", "using"):
                    continue
                else:
                    break
            if len(run) > 1:
                yield Command(tuple(run), "", scope)
                return
    if flags:
        if clause.negative:
            yield Command(tuple(flags[:1]), "", scope)
        else:
            among = frozenset(
                t.low
                for t in words
                if t.low in _COMMANDS or verb_of(t.low) or t.stem in knowledge.deeds() or t.low in ("releases",)
            )
            for flag in flags[:2]:
                yield Flag(flag, among, scope)


_SUBCOMMANDS = word_list("subcommands")
_PROGRAMS = frozenset({"rm", "dd", "chmod", "chown", "pkill", "scp", "ssh", "curl", "wget", "mkfs"})


def _names(clause: Clause, before: Clause | None, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """Tools, packages and identifiers that are chosen or refused by their names."""
    families = knowledge.families_of()
    stems = {t.stem for t in words}
    using = (
        bool(stems & _USING)
        or clause.contrast
        or clause.only
        or clause.force is Force.WISH
        or bool({"is", "are"} & {t.low for t in words})
        or clause.negative
        or len(words) <= 5
    )
    known: list[tuple[int, str]] = []
    joined = [t.low for t in words]
    for at, token in enumerate(words):
        pair = " ".join(joined[at : at + 2])
        if at and words[at - 1].low in _INTO and not clause.contrast:
            continue
        if (
            token.low in knowledge.LANGUAGES
            and at + 1 < len(words)
            and words[at + 1].stem in ("fil", "class", "script")
        ):
            continue  # files in a language, see below
        for name in (pair, token.low, token.low.removesuffix(".js")):
            if (
                name in families
                and (len(name) > 2 or token.code or name in ("uv", "go"))
                and (name not in _ORDINARY or token.code or (token.text[0].isupper() and at) or _alone(words, at))
                and not (clause.negative and _only_modifies(words, at, stems))
            ):
                known.append((at, name))
                break
    purpose: frozenset[str] = frozenset()
    for at, token in enumerate(words):
        if token.low in ("for", "when") and known and at > known[-1][0]:
            purpose = content(words[at + 1 :]) - {name for _, name in known}
    if known and using:
        by_family: dict[str, set[str]] = {}
        for _, name in known:
            for family in families[name]:
                by_family.setdefault(family, set()).add(knowledge.families()[family].members[name])
        if (
            clause.force is Force.WISH
            and len(known) > 1
            and any(t.low in ("to", "over") for t in words[known[0][0] : known[1][0]])
        ):
            first = known[0][1]
            by_family = {
                family: {knowledge.families()[family].members[first]}
                for family in families[first]
                if family in by_family
            }
        if len(by_family) > 1:  # an alias of several families: the ones that share most members
            most = max(len(names) for names in by_family.values())
            if most > 1:
                by_family = {family: names for family, names in by_family.items() if len(names) == most}
        for family, names in by_family.items():
            if clause.negative:
                yield Choice(family, frozenset(), frozenset(names), scope)
            elif knowledge.families()[family].exclusive and not _may(clause, words) and not _task(words, known[0][0]):
                yield Choice(family, frozenset(names), frozenset(), replace(scope, about=purpose))
    if clause.negative and not (known and using):
        listed = stems & _USING or clause.contrast or len(words) <= 6 or any(t.code for t in words)
        taken = 0
        for at, token in enumerate(words):
            text = token.text
            if (_is_path(token) and not token.code) or token.stem in _USING or not listed:
                continue
            if token.quoted and clause.contrast and 2 < len(text) < 60:
                yield Name(text, "", True, scope)
                continue
            if (
                clause.contrast
                and (len(words) == 1 or {"command", "program"} & stems)
                and (token.low in _COMMANDS or token.low in _LOOKERS or re.match(r"^[@#][\w%]{2,12}$", text))
            ):
                yield Name(text, "", True, scope)
                continue
            if (
                token.low in knowledge.LANGUAGES
                and len(token.low) > 1
                and {"file", "fil", "class", "script", "code", "cod"} & stems
            ):
                yield Name(knowledge.LANGUAGES[token.low], "", False, scope)
                continue
            written = token.code and re.match(r"^[\w@$./:!?#()\[\]<>-]{2,60}$", text)
            shaped = re.match(
                r"^(?:[a-z]+(?:[A-Z]\w*)+|[A-Z][a-z]+[A-Z\d]\w*|[a-z]\w*_\w+|@[\w/-]+|[a-z]\w*\.\w+|\w+\(\)|[a-z]+-[a-z]+-[a-z]+)$",
                text,
            )
            if (
                (written or shaped)
                and not re.match(r"^v?\d", text)
                and token.low not in _NOT_NAMES
                and not _is_path(token)
                and taken < 8
            ):
                taken += 1
                yield Name(text.rstrip("()"), "", True, scope)
            elif (
                re.match(r"^[A-Za-z][\w-]{2,40}$", text)
                and "us" in stems | ({"us"} if clause.contrast else set())
                and subject_named(token)
                and subject_kinds().get(subject_named(token)) not in ("protocol", None)
                and not known
                and not _only_modifies(words, at, stems)
            ):
                yield Name(subject_named(token), "", False, scope)


_ORDINARY = word_list("ordinary")
_BEFORE_NAMES = frozenset({"use", "using", "via", "with", "prefer", "through", "not", "over", "adopt", "uses", "than"})
_AFTER_NAMES = frozenset(
    {"for", "instead", "over", "not", "and", "or", "as", "to", "in", "rather", "only", "everywhere"}
)


def _alone(words: list[Token], at: int) -> bool:
    """Whether a word stands where a tool's name does: "use poetry for", not "use standard names"."""
    before = at > 0 and words[at - 1].low in _BEFORE_NAMES
    return before and (at + 1 == len(words) or words[at + 1].low in _AFTER_NAMES)


_PARTS_OF_CODE = frozenset(
    {"packag", "project", "servic", "app", "backend", "script", "test", "sid", "cod", "part", "client"}
)


def _only_modifies(words: list[Token], at: int, stems: set[str]) -> bool:
    """Whether a name only tells which thing is meant: "the git hooks", "Terraform state"; it is not what is refused."""
    following = words[at + 1] if at + 1 < len(words) else None
    if following is None or following.code or not following.low.isalpha() or following.low in _AFTER_REFUSED:
        return False
    if words[at].low in _COMMANDS and not words[at].code:
        return True
    before = words[at - 1] if at else None
    return not (before is not None and (before.stem in _USING or before.low in ("a", "an", "any", "new", "of")))


_AFTER_REFUSED = word_list("after refused")


_NOT_NAMES = word_list("not names")


_INTO = frozenset({"to", "into", "from", "in", "onto", "of", "against"})


def _may(clause: Clause, words: list[Token]) -> bool:
    return any(
        t.low
        in (
            "may",
            "can",
            "could",
            "might",
            "consider",
            "explore",
            "try",
            "compare",
            "whether",
            "evaluate",
            "research",
            "like",
            "similar",
        )
        for t in words
    )


def _task(words: list[Token], at: int) -> bool:
    """Whether the clause is one job about a thing ("Restart Redis", "Add an axios interceptor") rather than a rule to
    use it."""
    first = words[0].stem if words else ""
    if first in _USING or first in ("all", "our", "the", "we", "prefer", "test", "every", "packag") or at == 0:
        return False
    return bool(verb_of(words[0].low)) and first not in (
        "styl",
        "writ",
        "manag",
        "build",
        "format",
        "lint",
        "run",
        "test",
        "connect",
    )


def _deeds(clause: Clause, before: Clause | None, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """ "Never V O": a deed on a thing. Also the deed that needs approval."""
    known = knowledge.deeds()
    names = knowledge.environments()
    if {t.low for t in words} & {"others", "others'", "else's", "somebody's", "someone's"}:
        return  # whose a thing is no action shows
    words = _without_relative(words)
    verbs = [(at, known[t.stem]) for at, t in enumerate(words) if t.stem in known and not t.code and not _is_path(t)]
    if not verbs:
        return
    # A noun that is also a verb ("merge requests", "release notes") is a verb where it comes first or after "be"
    plain = [
        (at, kind)
        for at, kind in verbs
        if not (at and words[at - 1].low in ("a", "an", "the", "any", "this", "our", "every"))
        and not words[at].low.endswith(("ion", "ions"))
    ]
    verbs = plain or verbs
    first = verbs[0]
    chosen = [first]
    for at, kind in verbs[1:]:
        between = words[chosen[-1][0] + 1 : at]
        listed = all(t.low in ("or", "and", "nor", "to") or t.mark for t in between)
        if (listed and (between or not words[at].low.endswith("s"))) or any(
            t.low in ("and", "or") for t in words[max(0, at - 1) : at]
        ):
            chosen.append((at, kind))
    done_by = frozenset(verb for _, kind in chosen for verb in kind.done_by)
    verb_places = {at for at, _ in chosen}
    strong: list[frozenset[str]] = []
    weak: list[frozenset[str]] = []
    at = 0
    run: list[int] = []
    for at, token in enumerate(words):
        if (
            at in verb_places
            or token.low in figures._EMPTY
            or (token.low in names and scope.environments)
            or token.low in _FILLING
        ):
            continue
        if re.match(r"^[\d.,:%/-]+$", token.low) and not token.code:
            continue
        group = knowledge.alike().get(token.stem, frozenset({token.stem}))
        joined = at >= 2 and words[at - 1].low in ("or", "nor", "and") and run and run[-1] == at - 2
        if (
            at
            and words[at - 1].low == "this"
            and token.low in ("machine", "computer", "laptop", "box", "host", "server")
        ):
            continue  # where it would be done
        if token.low in _COMMANDS and not token.code and at and words[at - 1].low == "in":
            continue  # where it is done, not what it is done to: "in git"
        if token.code or _is_path(token):
            group = frozenset({token.low.strip("`")})
        if joined and strong:
            strong[-1] = strong[-1] | group
        elif token.stem in knowledge.weak_words():
            weak.append(group)
        else:
            strong.append(group)
        run.append(at)
    if not strong and not weak and scope.environments == frozenset() and len(words) > 3:
        return
    pronouns = {"it", "they", "them", "these", "those", "that"}
    weak = [group for group in weak if not group & pronouns]
    strong = [group for group in strong if not group & figures.PLAIN_NOUNS] or strong
    objects = tuple(strong[:4]) if strong else tuple(weak[:1])
    if not objects and len(words) == 1 and before is not None:  # "mails to guests are drafted, never sent"
        meant = content(_subject(before)) - knowledge.weak_words()
        objects = tuple(knowledge.alike().get(one, frozenset({one})) for one in sorted(meant))[:3]
    if not objects and before is not None and {t.low for t in words} & {"it", "they", "them", "these", "those", "that"}:
        objects = tuple(
            knowledge.alike().get(stem, frozenset({stem}))
            for stem in sorted(content(before.words) - knowledge.weak_words())
            if stem not in known or stem in knowledge.alike()
        )[:3]
        if not objects:
            return
    if (
        not objects
        and (chosen[0][1].name not in _LONE or len(words) > 5)
        and not (scope.environments and chosen[0][1].name in _LONE)
    ):
        return
    if (
        chosen[0][1].name in ("run", "write", "read", "keep", "build", "approve", "grant", "add", "change")
        and not strong
    ):
        return
    yield Deed(done_by, objects, "", scope)


def _parts(clause: Clause) -> list[list[Token]]:
    """The words of each thing that a list of prohibitions names: "send mails, post pictures or delete accounts"."""
    known = knowledge.deeds()
    parts: list[list[Token]] = [[]]
    breaks = False
    for token in clause.tokens:
        if token.mark or token.low in ("or", "nor"):
            breaks = True
            if not token.mark:
                parts[-1].append(token)
            continue
        told = [t for t in parts[-1][1:] if t.low not in figures._EMPTY and t.low not in ("or", "nor")]
        started = bool(parts[-1]) and parts[-1][0].stem in known
        if (
            breaks
            and started
            and told
            and (token.low == "make" or (token.stem in known and not token.low.endswith("s")))
        ):
            parts.append([])
        breaks = False
        parts[-1].append(token)
    return [part for part in parts if part]


def _without_relative(words: list[Token]) -> list[Token]:
    """The words without a clause that only tells which thing is meant: "a migration that has run anywhere is
    edited"."""
    start = next((at for at, t in enumerate(words) if t.low in ("that", "which", "who") and at), None)
    if start is None:
        return words
    end = next((at for at in range(start + 2, len(words)) if words[at].low in ("is", "are", "be", "must", "may")), None)
    return words if end is None else [*words[:start], *words[end:]]


def _any_deed(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """A prohibition whose verb is not known: all that it speaks of must be found in what an action says it does."""
    if any(t.code or _is_path(t) for t in words):
        return
    said = [t for t in words]
    if by := next((at for at, t in enumerate(said) if t.low == "by" and at), 0):
        said = said[:by]
    names = knowledge.environments()
    strong = [
        knowledge.alike().get(t.stem, frozenset({t.stem}))
        for t in said
        if t.stem not in knowledge.weak_words()
        and t.low not in figures._EMPTY
        and t.low not in _FILLING
        and t.stem not in _GOING
        and t.low.removesuffix("'s").isalpha()
        and len(t.low) > 2
        and not (t.low in names and scope.environments)
        and t.stem not in figures._LINKS | figures._MORE | figures._LESS
    ]
    if 2 <= len(strong) <= 5 and not clause.contrast and not any(t.text[:1].isdigit() for t in words):
        yield Deed(frozenset({"*"}), tuple(strong), "", scope)


_LOOKERS = frozenset({"grep", "find", "sed", "awk", "cat", "ls", "more", "less", "nano", "vim"})
_GOING = frozenset({"go", "com", "appear", "land", "end", "belong", "happen"})
_IS = Token("is", "is", "is")
_LONE = frozenset({"pay", "commit", "push", "deploy", "merge", "install", "rebase", "migrate", "tag"})
_FILLING = word_list("filling")
