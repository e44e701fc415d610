"""What is not to be done, or only with approval: "never delete or rename a customer's records"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tractatus.directives import knowledge
from tractatus.directives.commands import COMMANDS
from tractatus.directives.constraints import Constraint, Deed, Scope
from tractatus.directives.figures import LESS, MORE
from tractatus.directives.language import Clause, Token, stem
from tractatus.directives.paths import is_path
from tractatus.directives.subjects import EMPTY, LINKS, PLAIN_NOUNS, content
from tractatus.directives.wordlists import words as word_list

_ROLES = frozenset(stem(word) for word in word_list("roles"))
_LONE = frozenset({"pay", "commit", "push", "deploy", "merge", "install", "rebase", "migrate", "tag"})
_FILLING = word_list("filling")
_GOING = frozenset({"go", "com", "appear", "land", "end", "belong", "happen"})


def deeds_of(clause: Clause, before: Clause | None, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """ "Never V O": a deed on a thing. Also the deed that needs approval."""
    known = knowledge.deeds()
    names = knowledge.environments()
    if {t.low for t in words} & {"others", "others'", "else's", "somebody's", "someone's"}:
        return  # whose a thing is no action shows
    words = _without_relative(words)
    verbs = [(at, known[t.stem]) for at, t in enumerate(words) if t.stem in known and not t.code and not is_path(t)]
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
            or token.low in EMPTY
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
        if token.low in COMMANDS and not token.code and at and words[at - 1].low == "in":
            continue  # where it is done, not what it is done to: "in git"
        if token.code or is_path(token):
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
    strong = [group for group in strong if not group & PLAIN_NOUNS] or strong
    objects = tuple(strong[:4]) if strong else tuple(weak[:1])
    if not objects and len(words) == 1 and before is not None:  # "mails to guests are drafted, never sent"
        meant = content(subject_words(before)) - knowledge.weak_words()
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


def any_deed(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """A prohibition whose verb is not known: all that it speaks of must be found in what an action says it does."""
    if any(t.code or is_path(t) for t in words):
        return
    said = [t for t in words]
    if by := next((at for at, t in enumerate(said) if t.low == "by" and at), 0):
        said = said[:by]
    names = knowledge.environments()
    strong = [
        knowledge.alike().get(t.stem, frozenset({t.stem}))
        for t in said
        if t.stem not in knowledge.weak_words()
        and t.low not in EMPTY
        and t.low not in _FILLING
        and t.stem not in _GOING
        and t.low.removesuffix("'s").isalpha()
        and len(t.low) > 2
        and not (t.low in names and scope.environments)
        and t.stem not in LINKS | MORE | LESS
    ]
    if 2 <= len(strong) <= 5 and not clause.contrast and not any(t.text[:1].isdigit() for t in words):
        yield Deed(frozenset({"*"}), tuple(strong), "", scope)


def parts_of(clause: Clause) -> list[list[Token]]:
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
        told = [t for t in parts[-1][1:] if t.low not in EMPTY and t.low not in ("or", "nor")]
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


def done_by_others(words: list[Token]) -> list[Token]:
    """What only a person of some role does: "the release manager tags versions" is "tags versions"."""
    for at, token in enumerate(words[:4]):
        if token.stem in _ROLES:
            rest = words[at + 1 :]
            while rest and rest[0].low in ("may", "can", "should", "must", "is", "are", "allowed", "to"):
                rest = rest[1:]
            return rest if rest and rest[0].stem in knowledge.deeds() else []
    return []


def subject_words(clause: Clause) -> list[Token]:
    """What a clause speaks of: its words before the first auxiliary."""
    found: list[Token] = []
    for token in clause.words:
        if token.low in ("may", "can", "is", "are", "be", "should", "must", "will", "on", "in", "of"):
            break
        found.append(token)
    return found if len(found) < len(clause.words) else []
