"""An instruction becomes a directive: its clauses, each looked at for every kind of constraint that it may hold.

What is asked of a clause, in order, stands in `_constraints_of`; each kind is read in its own file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tractatus.actions.names import parameter_of
from tractatus.directives import knowledge
from tractatus.directives.choices import choices_of
from tractatus.directives.commands import commands_of
from tractatus.directives.commitments import commitments_of
from tractatus.directives.constraints import Choice, Constraint, Directive, Force, Relation, Scope, Value
from tractatus.directives.conventions import namings_of
from tractatus.directives.deeds import any_deed, deeds_of, done_by_others, parts_of, subject_words
from tractatus.directives.figures import begins_with_value
from tractatus.directives.language import LONGEST, Clause, Token, clauses_of, tokens_of
from tractatus.directives.named import names_of
from tractatus.directives.places import places_of
from tractatus.directives.practices import practices_of
from tractatus.directives.scopes import areas_of, bounded, only_store, scope_of, things_of
from tractatus.directives.subjects import content, subject_named
from tractatus.directives.times import CLOCK_WORDS, days_of, hours_of
from tractatus.directives.values import figures_of
from tractatus.directives.wordlists import words as word_list


def read_instruction(text: str, parameters: Mapping[str, Any] | None = None) -> Directive:
    """What an instruction asks, as typed constraints. `parameters` are values known to be fixed by it ({"port":
    "27027"}).

    Never raises on any text; what it cannot read it says in `unread`. At most 6,000 characters are read.
    """
    tokens = tokens_of(text)
    clauses = clauses_of(tokens)
    found: list[Constraint] = []
    unread: list[str] = []
    around = only_store(tokens)
    last_scope: Scope | None = None
    plain = [token for token in tokens if not token.mark]
    whole, named = areas_of(plain), things_of(plain)
    for number, clause in enumerate(clauses):
        scope = scope_of(clause, clauses[number - 1] if number else None)
        scope = bounded(clause, scope, whole if len(whole) == 1 else frozenset(), named if len(named) == 1 else ())
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
        found += commitments_of(words, [token.stem for token in words], Scope(approval=lifted))
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


def _constraints_of(clause: Clause, before: Clause | None, scope: Scope, around: str) -> Iterator[Constraint]:
    """Every kind of constraint, in one clause."""
    words = clause.words
    stems = [token.stem for token in words]
    if clause.negative and before is not None and words and words[0].low == "by" and not before.negative:
        yield from deeds_of(replace(before, negative=True), None, subject_words(before) or before.words, scope)
        return
    task = _is_task(clause, words)
    practices = [] if task else list(practices_of(clause, words, stems, scope))
    yield from practices
    yield from namings_of(clause, words, scope)
    headed = clause
    named = before is not None and 0 < len(before.words) <= 4 and not before.negative and not clause.contrast
    if before is not None and named and 0 < len(words) <= 12 and begins_with_value(words):  # "Retention: 14 days"
        headed = replace(clause, tokens=[*before.words, _IS, *clause.tokens])
        yield from namings_of(headed, headed.words, scope)
    yield from figures_of(headed, replace(scope, paths=()), around)
    yield from names_of(clause, words, scope)
    yield from places_of(clause, before, words, scope)
    hours = hours_of(clause)
    days = days_of(words)
    if (hours or days) and (clause.negative or clause.only):
        timed = [
            t
            for t in words
            if t.stem not in days and not re.match(r"^\d{1,2}(?::\d\d|am|pm)?$", t.low) and t.low not in CLOCK_WORDS
        ]
        yield from deeds_of(replace(clause, negative=True), None, timed, replace(scope, hours=hours, days=days))
        return
    commands = [] if task else list(commands_of(clause, words, scope))
    yield from commands
    relative = any(
        t.low in ("that", "which") and i + 1 < len(words) and words[i + 1].stem in knowledge.deeds()
        for i, t in enumerate(words)
    )
    names = [] if commands or relative or task else list(choices_of(clause, before, words, scope))
    yield from names
    if clause.negative and not clause.contrast and not commands and not names and not practices:
        told = [deed for part in parts_of(clause) for deed in deeds_of(clause, before, part, scope)]
        yield from told or (() if list(figures_of(headed, scope, around)) else any_deed(clause, words, scope))
    elif clause.only and (others := done_by_others(words)):
        yield from deeds_of(replace(clause, negative=True), None, others, scope)
    elif clause.contrast and before is not None and words and words[0].stem in knowledge.deeds() and not names:
        yield from deeds_of(clause, None, [*words, *subject_words(before)], scope)
    elif clause.approval:
        yield from deeds_of(clause, before, words, scope)


_IS = Token("is", "is", "is")


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


def _asks(clause: str, clauses: list[Clause]) -> bool:
    """Whether a clause that was not understood asks something firmly, rather than tells."""
    return any(c.text[:200] == clause and (c.negative or c.force is Force.MUST) for c in clauses)


def _at_hosts(found: list[Constraint]) -> list[Constraint]:
    """A port beside a host is the port there: on another host it says nothing."""
    hosts = {c.subject: c.values for c in found if isinstance(c, Value) and c.parameter == "host"}
    return [
        replace(c, scope=replace(c.scope, hosts=hosts[c.subject]))
        if isinstance(c, Value) and c.parameter == "port" and c.relation is Relation.IS and c.subject in hosts
        else c
        for c in found
    ]


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
