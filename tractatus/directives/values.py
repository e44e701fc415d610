"""Values that an instruction fixes: hosts, regions, models, keys and switches.

"`LOG_FORMAT` is `json`": the key `log_format` with the value `json`. "Autoplay is off": `autoplay` is `false`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tractatus.actions.names import key_of, parameter_names, subject_of
from tractatus.directives.constraints import Limit, Relation, Scope, Value
from tractatus.directives.figures import CONSTANT, IDENTIFIER, NUMBER, alternatives, as_bool, plain, unit_of
from tractatus.directives.language import Clause, Token
from tractatus.directives.numerals import number_of
from tractatus.directives.paths import is_file
from tractatus.directives.subjects import (
    EMPTY,
    LINKS,
    about,
    content,
    noun_before,
    other_words,
    subject_named,
    subject_near,
)
from tractatus.directives.times import CLOCK, hours_of
from tractatus.directives.wordlists import words as word_list

_ADDRESS = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")
_DOMAIN = re.compile(
    r"^(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|io|dev|app|cloud|ai|gov|edu|info|int|local|internal|lan|home|corp|test|example|invalid|localhost|svc|"
    r"uk|de|fr|nl|nz|au|ca|us|eu|ch|at|it|es|pt|se|no|dk|fi|pl|ie|jp|cn|in|br|za|mx|be|cz)$"
)
_HOST_PORT = re.compile(
    r"^(?:[a-z][a-z0-9+.-]{1,20}://)?(?:[^@/\s]{1,80}@)?([A-Za-z0-9.-]{1,120}):(\d{2,5})(?:/\S{0,200})?$"
)
_REGION = re.compile(
    r"^(?:us|eu|ap|ca|sa|me|af|il|cn|europe|asia|australia|northamerica|southamerica|africa|fr|nl|de|uk)-(?:[a-z]{2,12}-)?"
    r"(?:north|south|east|west|central|northeast|southeast|northwest|southwest|par|ams|gra|waw)[a-z]*-?\d{0,2}[a-z]?$"
)
_ASSIGNED = re.compile(r"^([A-Za-z_][\w.-]{1,60})(?:=|:\s?)([^\s=].{0,80})$")
_LITERAL = re.compile(
    r"^(?:0x[0-9a-fA-F]{1,16}|[\w./@+-]*\d[\w./@+:-]*|[a-z0-9]+(?:[-_/.][a-zA-Z0-9*]+)+|[A-Z][A-Z0-9_]{1,20}|/[\w./-]+)$"
)
_MODEL = re.compile(
    r"^(?:gpt|claude|llama|mistral|mixtral|gemini|qwen|phi|gemma|deepseek|whisper|o[134]|command-r|titan)[\w.:-]*$"
)
NAMED = word_list("named")
_NAMELIKE = re.compile(
    r"^(?=.{2,60}$)(?:[a-z0-9]+(?:[-_][a-z0-9]+)+|[a-z]+\d[\w.-]*|[A-Z]{3}|UTF-8|[A-Z][a-z]+/[A-Z][a-z_]+)$"
)
_BRANCHES = frozenset({"main", "master", "develop", "dev", "trunk", "next", "staging", "production", "release"})


def figures_of(clause: Clause, scope: Scope, around: str) -> Iterator[Value | Limit]:
    """The values and limits of one clause. `around` is the subject that the clauses before spoke of."""
    words = clause.words
    found = False
    for constraint in _all_of(clause, words, scope, around):
        found = True
        yield constraint
    if not found:
        yield from _switches(clause, words, scope)


def _all_of(clause: Clause, words: list[Token], scope: Scope, around: str) -> Iterator[Value | Limit]:
    taken: set[int] = set()
    is_it = Relation.IS_NOT if clause.negative else Relation.IS
    for at, token in enumerate(words):
        if at in taken:
            continue
        text = token.text
        if (pair := _ASSIGNED.match(text)) and (token.code or "=" in text) and not text.startswith(("http", "/")):
            key, value = pair.groups()
            if not _HOST_PORT.match(text):
                yield Value(key_of(key), is_it, (plain(value),), "", "", scope)
                continue
        if (pair := _HOST_PORT.match(text)) and (
            "." in pair.group(1) or (pair.group(1).islower() and int(pair.group(2)) >= 80)
        ):
            subject = subject_near(words, at) or subject_of(text.split("://")[0]) or around
            near = scope if subject else about(scope, other_words(words, at))
            yield Value("host", is_it, (pair.group(1).lower(),), subject, "", near)
            if not clause.negative:
                yield Value("port", is_it, (pair.group(2),), subject, "", near)
            continue
        if _ADDRESS.match(text) or (text == "localhost" and at and words[at - 1].stem in LINKS):
            values = [text, *alternatives(words, at, lambda t: bool(_ADDRESS.match(t)) or t == "localhost", taken)]
            subject = subject_near(words, at)
            near = (
                scope
                if subject or clause.negative or values[0] in ("127.0.0.1", "localhost")
                else about(scope, other_words(words, at))
            )
            yield Value("host", is_it, tuple(values), subject, "", near)
            continue
        if (_REGION.match(token.low) and not token.code) or (token.code and _REGION.match(token.low)):
            values = [token.low, *alternatives(words, at, lambda t: bool(_REGION.match(t.lower())), taken)]
            things = other_words(words, at) - {
                "cloud",
                "run",
                "deploy",
                "everyth",
                "everything",
                "resourc",
                "region",
                "infrastructure",
                "us",
                "aw",
                "aws",
            }
            yield Value(
                "region",
                is_it,
                tuple(values),
                "",
                "",
                about(scope, frozenset(t for t in things if not _REGION.match(t))),
            )
            continue
        if _MODEL.match(token.low) and (":" in text or "-" in text):
            yield Value("model", is_it, (token.low,), "", "", about(scope, other_words(words, at)))
            continue
        if text.startswith("0x") and len(text) > 2:
            yield Value(noun_before(words, at) or "address", is_it, (text.lower(),), "", "", scope)
            continue
        if clock := CLOCK.match(text):
            if hours_of(clause) is not None:
                continue
            yield Value(
                "schedule",
                is_it,
                (f"{int(clock.group(2))} {int(clock.group(1))} * * *",),
                "",
                "",
                about(scope, content(words[:at])),
            )
            continue
        if (
            _DOMAIN.match(token.low)
            and token.low.count(".")
            and not is_file(token.low)
            and not subject_named(token)
            and (
                clause.only
                or (at and words[at - 1].stem in ("at", "on", "to", "through", "host", "via", "from", "in", "us"))
            )
        ):
            subject = subject_near(words, at)
            yield Value(
                "host", is_it, (token.low,), subject, "", scope if subject else about(scope, other_words(words, at))
            )
            continue
        yield from number_of(clause, words, at, scope, around, taken)
        yield from _keyed(clause, words, at, scope, taken)


def _keyed(clause: Clause, words: list[Token], at: int, scope: Scope, taken: set[int]) -> Iterator[Value]:
    """A key in capitals or as code with the value that follows it; a known parameter beside a literal."""
    token = words[at]
    relation = Relation.IS_NOT if clause.negative else Relation.IS
    if (
        CONSTANT.match(token.text)
        or IDENTIFIER.match(token.text)
        or (token.code and re.match(r"^[A-Za-z][\w.-]*$", token.text))
    ):
        for ahead in range(at + 1, min(at + 4, len(words))):
            value = words[ahead]
            linked = all(t.stem in LINKS or t.low in EMPTY for t in words[at + 1 : ahead])
            if not linked:
                break
            boolean = as_bool(value.text)
            if boolean and (
                value.stem not in ("on",)
                or ahead + 1 == len(words)
                or words[ahead + 1].stem in ("in", "by", "for", "at")
            ):
                taken.update(range(at, ahead + 1))
                if clause.negative:
                    boolean = "false" if boolean == "true" else "true"
                yield Value(key_of(token.text), Relation.IS, (boolean,), "", "", scope)
                return
            if ahead > at + 1 and (value.code or value.quoted or _LITERAL.match(value.text) or as_bool(value.text)):
                if value.text == token.text or (
                    NUMBER.match(value.text) and unit_of(words[ahead + 1].low if ahead + 1 < len(words) else "")
                ):
                    break
                taken.update(range(at, ahead + 1))
                yield Value(key_of(token.text), relation, (plain(value.text),), "", "", scope)
                return
        return
    parameter = parameter_names().get(token.low) or parameter_names().get(token.low.removesuffix("s"))
    if parameter in NAMED and not token.code and at not in taken:
        named: Token | None = None
        if at and (words[at - 1].code or words[at - 1].quoted or _NAMELIKE.match(words[at - 1].text)):
            named = words[at - 1]
        else:
            rest = [
                t
                for t in words[at + 1 : at + 6]
                if t.low not in EMPTY and t.stem not in LINKS and t.stem not in ("nam", "call", "mad")
            ]
            if rest and (
                rest[0].code
                or rest[0].quoted
                or _NAMELIKE.match(rest[0].text)
                or (parameter == "branch" and rest[0].low in _BRANCHES)
            ):
                named = rest[0]
        if parameter == "region" and named is not None and not _REGION.match(named.low):
            named = None
        if named is not None and not subject_named(named) and named.text.lower() not in parameter_names():
            if parameter == "branch" and clause.negative:
                return  # a deed on a branch, not a named
            yield Value(
                parameter,
                relation,
                (named.text.lower(),),
                "",
                "",
                about(scope, content(words) - {named.stem, token.stem, "call", "correct"}),
            )


def _switches(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Value]:
    """ "Autoplay is disabled", "keep telemetry off", "debug mode must be off in production"."""
    for at, token in enumerate(words):
        boolean = as_bool(token.low)
        if boolean is None or token.low in ("no", "yes", "active", "inactive"):
            continue
        if token.low == "on" and (
            at == 0
            or words[at - 1].stem
            not in ("is", "are", "be", "stay", "turn", "switch", "keep", "default", "remain", "leav", "always")
        ):
            continue
        if token.low == "on" and at + 1 < len(words) and words[at + 1].stem not in ("in", "by", "for"):
            continue
        if clause.negative and token.low not in ("enable", "disable"):
            boolean = "false" if boolean == "true" else "true"
        if token.low in ("enable", "disable"):
            if clause.negative:
                boolean = "false" if token.low == "enable" else "true"
            names = _phrase([t for t in words[at + 1 : at + 5]])
        else:
            names = _phrase([t for t in words[:at] if t.stem not in ("turn", "switch", "leav", "keep", "set", "stay")])
        if names:
            yield Value("_".join(names), Relation.IS, (boolean,), "", "", scope)
        return


def _phrase(words: list[Token]) -> list[str]:
    """The words of a name at the beginning of some words: `feature flags` of "the feature flags of the shop"."""
    found: list[str] = []
    for token in words:
        if (
            token.low
            in ("of", "in", "for", "on", "at", "by", "is", "are", "be", "must", "stay", "stays", "with", "when")
            and found
        ):
            break
        if token.low not in EMPTY and re.match(r"^[\w-]+$", token.low):
            found.append(key_of(token.low))
    return [word for word in found if word][-3:]
