"""What a figure or a clause is said of: "Postgres for the ledger runs on 5544" is of postgresql, the ledger's."""

from __future__ import annotations

import re
from dataclasses import replace

from tractatus.actions.names import key_of, subject_of
from tractatus.directives.constraints import Scope
from tractatus.directives.figures import LESS, MORE
from tractatus.directives.language import Token, stem
from tractatus.directives.wordlists import words as word_list

LINKS = word_list("links")
EMPTY = word_list("empty")
PLAIN_NOUNS = frozenset(stem(word) for word in word_list("plain nouns"))
_ALSO_SUBJECTS = {"jdk": "java", "jre": "java", "jvm": "java", "node.js": "node", "nodejs": "node",
"postgres": "postgresql",
                  "py": "python", "golang": "go", "cmake": "cmake", "ts": "typescript", "k8s": "kubernetes",
                  "net": "dotnet",
                  ".net": "dotnet", "c++": "c++", "gcc": "gcc", "clang": "clang", "xcode": "xcode", "sdk": "",
                  "agp": "agp",
                  "unity": "unity", "godot": "godot", "tailwind": "tailwind", "vue.js": "vue",
                  "next.js": "nextjs"}  # fmt: skip


def subject_named(token: Token) -> str:
    """The thing that a word of an instruction names (`Node.js`: `node`), empty where it names none."""
    low = token.low.removesuffix("'s")
    return subject_of(low) or _ALSO_SUBJECTS.get(low, "")


def content(tokens: list[Token]) -> frozenset[str]:
    """The stems of the words that say what a text is about."""
    return frozenset(
        t.stem for t in tokens if not t.mark and t.low not in EMPTY and len(t.low) > 1 and t.stem not in LINKS
    )


def pointed(stems: frozenset[str]) -> frozenset[str]:
    """Of the words that say what something is about, the ones that name one thing (`svc7`) where there are any, else
    all."""
    return frozenset(one for one in stems if any(c.isdigit() for c in one) and not one[0].isdigit()) or stems


def subject_near(words: list[Token], at: int) -> str:
    """The thing named nearest before a value, else after it."""
    for token in reversed(words[:at]):
        if subject := subject_named(token):
            return subject
    for token in words[at + 1 :]:
        if subject := subject_named(token):
            return subject
    return ""


def noun_before(words: list[Token], at: int) -> str:
    """The name of what a value is said of: the words before the link ("is", "of", "to") before it."""
    place = at - 1
    while place >= 0 and (words[place].stem in LINKS | MORE | LESS or words[place].low in EMPTY) and at - place <= 5:
        place -= 1
    if place < 0 or at - place > 5:
        return ""
    names: list[str] = []
    while place >= 0 and len(names) < 2:
        token = words[place]
        if token.mark or token.low in EMPTY or token.stem in LINKS or not re.match(r"^[A-Za-z][\w-]*$", token.text):
            break
        names.insert(0, key_of(token.text))
        place -= 1
    return "_".join(names)


def other_words(words: list[Token], at: int) -> frozenset[str]:
    """The words that say what a value is for, the value and numbers apart."""
    found = content([token for place, token in enumerate(words) if place != at])
    found = frozenset(word for word in found if re.match(r"^[a-z][\w-]*$", word))
    return pointed(found - {"port", "host", "address", "correct", "listen", "default"})


def whose(words: list[Token], at: int, subject: str) -> frozenset[str]:
    """The words that say which of several a thing is: "ledger" of "Postgres for the ledger runs on 5544"."""
    named = {token.stem for token in words if subject_named(token) == subject}
    return (
        other_words(words, at) - named - PLAIN_NOUNS - {"answer", "mov", "behind", "check", "stock", "team", "belong"}
    )


def about(scope: Scope, words: frozenset[str]) -> Scope:
    """A scope that is also about these words, the plain ones only where there are no others."""
    if not words:
        return scope
    return replace(scope, about=scope.about | (words - PLAIN_NOUNS or words))
