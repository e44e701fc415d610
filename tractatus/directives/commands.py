"""Commands and options that are refused or asked for: "never `git push --force`", "always pass --dry-run"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tractatus.actions.names import verb_of
from tractatus.directives import knowledge
from tractatus.directives.constraints import Command, Constraint, Flag, Scope
from tractatus.directives.language import Clause, Token
from tractatus.directives.wordlists import words as word_list

COMMANDS = word_list("commands")
_SUBCOMMANDS = word_list("subcommands")
_PROGRAMS = frozenset({"rm", "dd", "chmod", "chown", "pkill", "scp", "ssh", "curl", "wget", "mkfs"})


def commands_of(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """Commands and options that are refused, options that are asked for."""
    flags = [t.text for t in words if re.match(r"^--?[a-zA-Z][\w-]*(?:=\S+)?$", t.text)]
    for token in words:
        if token.code and " " in token.text and clause.negative:
            yield Command(tuple(token.text.split()[:8]), "", scope)
            return
    if clause.negative and words and (words[0].low in _PROGRAMS or (words[0].code and words[0].low in COMMANDS)):
        following = words[1] if len(words) > 1 else None
        if following is None or (following.low not in _SUBCOMMANDS and following.low.isalpha()):
            yield Command((words[0].low,), "", scope)
            if words[0].low == "rm":
                yield Command(("find", "-delete"), "", scope)
            return
    for at, token in enumerate(words):
        low = token.low
        if low in COMMANDS and clause.negative:
            run = [token.text]
            for follower in words[at + 1 : at + 6]:
                if (
                    follower.code
                    or re.match(r"^(?:-{1,2}[\w-]+|[a-z][\w-]*:[\w:-]+)$", follower.text)
                    or (follower.text.islower() and follower.text in _SUBCOMMANDS and len(run) < 4)
                    or follower.text in COMMANDS
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
                if t.low in COMMANDS or verb_of(t.low) or t.stem in knowledge.deeds() or t.low in ("releases",)
            )
            for flag in flags[:2]:
                yield Flag(flag, among, scope)
