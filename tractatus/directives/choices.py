"""Tools, packages and identifiers that are chosen or refused by name: "use pnpm, not npm", "never use `eval`"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tractatus.actions.names import subject_kinds, verb_of
from tractatus.directives import knowledge
from tractatus.directives.commands import COMMANDS
from tractatus.directives.constraints import Choice, Constraint, Force, Name, Scope
from tractatus.directives.language import Clause, Token
from tractatus.directives.paths import is_path
from tractatus.directives.subjects import content, subject_named
from tractatus.directives.wordlists import words as word_list

USING = word_list("using")
_ORDINARY = word_list("ordinary")
_BEFORE_NAMES = frozenset({"use", "using", "via", "with", "prefer", "through", "not", "over", "adopt", "uses", "than"})
_AFTER_NAMES = frozenset(
    {"for", "instead", "over", "not", "and", "or", "as", "to", "in", "rather", "only", "everywhere"}
)
_AFTER_REFUSED = word_list("after refused")
_NOT_NAMES = word_list("not names")
_INTO = frozenset({"to", "into", "from", "in", "onto", "of", "against"})
_LOOKERS = frozenset({"grep", "find", "sed", "awk", "cat", "ls", "more", "less", "nano", "vim"})


def choices_of(clause: Clause, before: Clause | None, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """Tools, packages and identifiers that are chosen or refused by their names."""
    families = knowledge.families_of()
    stems = {t.stem for t in words}
    using = (
        bool(stems & USING)
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
        listed = stems & USING or clause.contrast or len(words) <= 6 or any(t.code for t in words)
        taken = 0
        for at, token in enumerate(words):
            text = token.text
            if (is_path(token) and not token.code) or token.stem in USING or not listed:
                continue
            if token.quoted and clause.contrast and 2 < len(text) < 60:
                yield Name(text, "", True, scope)
                continue
            if (
                clause.contrast
                and (len(words) == 1 or {"command", "program"} & stems)
                and (token.low in COMMANDS or token.low in _LOOKERS or re.match(r"^[@#][\w%]{2,12}$", text))
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
                and not is_path(token)
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


def _alone(words: list[Token], at: int) -> bool:
    """Whether a word stands where a tool's name does: "use poetry for", not "use standard names"."""
    before = at > 0 and words[at - 1].low in _BEFORE_NAMES
    return before and (at + 1 == len(words) or words[at + 1].low in _AFTER_NAMES)


def _only_modifies(words: list[Token], at: int, stems: set[str]) -> bool:
    """Whether a name only tells which thing is meant: "the git hooks", "Terraform state"; it is not what is refused."""
    following = words[at + 1] if at + 1 < len(words) else None
    if following is None or following.code or not following.low.isalpha() or following.low in _AFTER_REFUSED:
        return False
    if words[at].low in COMMANDS and not words[at].code:
        return True
    before = words[at - 1] if at else None
    return not (before is not None and (before.stem in USING or before.low in ("a", "an", "any", "new", "of")))


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
    if first in USING or first in ("all", "our", "the", "we", "prefer", "test", "every", "packag") or at == 0:
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
