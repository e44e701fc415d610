"""Paths that stay untouched, or that alone may be worked in: "leave vendor/ alone", "only work in src/api/"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tractatus.directives import knowledge
from tractatus.directives.choices import USING
from tractatus.directives.constraints import Constraint, Deed, Scope, Untouched, Within
from tractatus.directives.language import Clause, Token
from tractatus.directives.paths import is_path
from tractatus.directives.subjects import EMPTY, content
from tractatus.directives.wordlists import words as word_list

_TOUCHING = word_list("touching")
_WORKING = frozenset({"work", "chang", "edit", "touch", "modify", "stay", "operat"})
_SESSIONAL = frozenset(
    {"today", "session", "tonight", "morning", "afternoon", "pr", "ticket", "task", "branch", "sprint"}
)
_LOCATING_WORDS = frozenset({"in", "insid", "within", "the", "file", "folder", "directory"})
_SESSION = word_list("session")
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


def places_of(clause: Clause, before: Clause | None, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """The paths that a clause protects, or alone allows."""
    paths = [
        (at, t.text)
        for at, t in enumerate(words)
        if is_path(t) and ("*" not in t.text or "/" in t.text or t.text.startswith("*."))
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
        paths = [(at, t.text) for at, t in enumerate(before.words) if is_path(t)]
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
            and not any(t.stem in USING for t in words)
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
            elif folder and words[folder[0][0] - 1].low not in EMPTY and not words[folder[0][0] - 1].low.isdigit():
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
