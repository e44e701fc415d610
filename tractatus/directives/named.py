"""Names that something goes by or goes to: "the topic is called orders-v2", "post releases in #news"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tractatus.actions.names import key_of
from tractatus.directives import knowledge
from tractatus.directives.constraints import Relation, Scope, Value
from tractatus.directives.language import Clause, Token
from tractatus.directives.subjects import EMPTY, LINKS, about, content
from tractatus.directives.values import NAMED

_LEVELS = frozenset({"trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal"})
_STAYING = frozenset({"stay", "leav", "remain", "keep", "resid", "host", "stor", "liv"})
_DATA = frozenset({"data", "record", "fil", "document", "databas", "backup", "not"})
_POSTING = frozenset({"go", "post", "send", "announc", "report", "belong"})
_ENTERING = frozenset({"connect", "ssh", "log", "login", "sign", "deploy", "run"})
_NAMELIKE_OR_DOTTED = re.compile(r"^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)+$")


def names_of(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Value]:
    """A name that something goes by or goes to: a topic that is called so, a channel, the user one connects as."""
    relation = Relation.IS_NOT if clause.negative else Relation.IS
    stems = {token.stem for token in words}
    channels = [t for t in words if re.match(r"^#[a-z][\w-]{1,60}$", t.low)]
    if len(channels) == 1 and stems & _POSTING:
        things = content(words) - {t.stem for t in channels} - _POSTING - {"other", "channel", "els"}
        yield Value(
            "channel", relation, (channels[0].low,), "", "", about(scope, things) if not things & stems else scope
        )
    if stems & _STAYING and (named := _country(words)):
        at, regions = named
        kept = relation is Relation.IS or "leav" in stems
        things = content(words[:at]) - _STAYING - _DATA
        if kept and (stems & _DATA or "leav" in stems):
            yield Value("region", Relation.IS, regions, "", "", about(scope, things))
    low = [token.low for token in words]
    for at in range(len(words) - 3):
        if low[at : at + 2] == ["log", "level"] and (
            level := next((w for w in low[at + 2 : at + 6] if w in _LEVELS), "")
        ):
            yield Value("log_level", relation, (level,), "", "", scope)
    for at, token in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else None
        if following is None or following.mark:
            continue
        if token.low in ("called", "named") and at and (following.code or _NAMELIKE_OR_DOTTED.match(following.text)):
            key = next(
                (t for t in reversed(words[:at]) if t.low not in EMPTY and t.stem not in LINKS and t.low.isalpha()),
                None,
            )
            if key is not None and key.low not in NAMED and not clause.negative and not key.low.endswith("s"):
                things = frozenset(t.stem for t in words[:at] if t is not key) & content(words)
                yield Value(key_of(key.text), relation, (following.low,), "", "", about(scope, things))
        elif (
            token.low == "as"
            and stems & _ENTERING
            and (following.code or following.low in ("root", "admin"))
            and re.match(r"^[a-z_][\w-]{1,40}$", following.low)
        ):
            start = next((n for n, t in enumerate(words) if t.stem in _ENTERING), 0)
            others = words[at + 2 :]
            lifted = frozenset[str]()
            for n, t in enumerate(others):  # "the owner role is for migrations"
                if t.low == "for" and {"role", "user", "account", "login"} & {o.low for o in others[:n]}:
                    lifted = content(others[n + 1 :])
            things = content(words[start + 1 : at])
            wider = replace(scope, unless=scope.unless | lifted)
            yield Value("user", relation, (following.low,), "", "", about(wider, things))


def _country(words: list[Token]) -> tuple[int, tuple[str, ...]] | None:
    """The first country that words name, and the regions in it."""
    known = knowledge.countries()
    for at, token in enumerate(words):
        pair = " ".join(t.low for t in words[at : at + 2])
        if regions := known.get(pair) or (known.get(token.low) if token.text[:1].isupper() else None):
            return at, regions
    return None
