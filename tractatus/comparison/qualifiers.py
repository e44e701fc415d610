"""Whether a breach is one where the instruction holds: what it says of where, when, how or which, seen in the action.

An instruction is about some place ("in the greenhouse"), state ("while the door is open"), part of the code ("inside
Update()"), manner ("by voice") or thing ("grading runs at …"). Where the action plainly names another in that place,
the rule cannot be said to be broken: it is listed as unchecked. Where the action names nothing there, the rule holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tractatus.comparison.breaches import Breach
from tractatus.comparison.doing import Doing
from tractatus.comparison.values import PLAIN_PARAMETERS, as_figure
from tractatus.directives import constraints as c
from tractatus.directives.language import stem
from tractatus.instruction import Instruction
from tractatus.remembered import remembered

Qualifier = Callable[[str, c.Constraint, Breach, Doing], str | None]

_READ = 2_000  # characters of an instruction that are looked through for qualifiers
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*|\d+")
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n+")
# What only says why: "…, otherwise the figures in the report differ"
_REASON = re.compile(r"(?i)\b(?:otherwise|because|since|so that|or else|everywhere)\b")
# What turns a qualifier into its contrary: "except in tests", "only while the door is closed"
_TURNED = re.compile(r"(?i)\b(?:except|only|outside|unless|but|not|never|other than|apart from)(?:\s+for)?\s*$")

_STATE = re.compile(
    r"(?i)\b(?:while|when|whenever|if|as long as)\s+(?:the\s+|an?\s+)?([\w -]{2,60}?)\s+(?:is|are)\s+(\w+)"
)
_PLACE = re.compile(r"(?i)\b(?:in|on|at|inside|for|of)\s+the\s+([\w-]+)(?:\s+([\w-]+))?")
_TIME = re.compile(
    r"(?i)\b(?:at night|(?:in|during|on) (?:the )?(?:mornings?|afternoons?|evenings?|nights?|day|daytime|weekends?"
    r"|winter|summer|spring|autumn|night shift|day shift|(?:mon|tues|wednes|thurs|fri|satur|sun)days?))\b"
)
_CONTAINER = re.compile(r"\b(?:[Ii]nside|[Ww]ithin|[Ii]n|[Ff]rom)\s+(?:the\s+)?`?([A-Za-z_]\w*)\(\)`?")
_BY = re.compile(r"(?i)\b(?:never|not|n't)\s+(?:be\s+)?\w+\s+by\s+(?:an?\s+|the\s+)?(\w+)")
_ONLY_BY = re.compile(r"(?i)\bonly\s+(?:from|by|via|through|with|over|using)\s+([\w ,/-]{2,120})")
_RUNS_AT = re.compile(
    r"(?i)^\s*(?:(?:the|our|all|every|each)\s+)?((?:[\w-]+\s+){0,2}[\w-]+)\s+(?:always\s+)?"
    r"(?:(?:runs?|happens?|works?|operates?|is done|are done)\s+(?:at|with|under|on)|uses|has|gets|keeps)\s"
)
_DECIDES = re.compile(r"(?i)\b(?:decides?|decided|deciding|has the (?:last|final) word)\b")
_PUBLIC = re.compile(r"(?i)\b(?:public|exported)\s+(?:functions?|methods?|class(?:es)?|apis?|members?)\b")
_IN_TESTS = re.compile(r"(?i)\bin (?:the |our |unit |all ){0,2}tests\b")
_CASE = re.compile(
    r"(?i)(?<![\w.])(\d[\d._]{0,12})\s?([a-z%]{1,10})?\s+(?:for|in|on)\s+(?:the\s+)?([a-z][\w-]*(?: else)?)"
)
_REST = frozenset({"everything", "everything else", "others", "rest", "anything else", "all else"})
_DEFINED = re.compile(r"(?i)(?:^|[/._-])(?:design-?)?(?:tokens?|themes?|palettes?|constants?|variables?)(?:[/._-]|$)")
_FUNCTION = re.compile(r"\b(?:def|func|fn|function|fun|void|sub|async|int|bool|float|string)\s+([A-Za-z_]\w*)\s*\(")
_HEADS = re.compile(r"\b(?:def|func|fn|function|fun)\s+([A-Za-z_]\w*)")
_LOOKS = re.compile(
    r"^(?:aws\s(?:-\S+\s\S+\s){0,4}[\w-]+\s(?:describe|get|list|head)-|aws\ss3\sls\b|az\s[\w -]{1,80}\s(?:list|show)\b"
    r"|gcloud\s[\w -]{1,80}\s(?:list|describe)\b)"
)

_PLACE_KEYS = frozenset({"zone", "room", "area", "location", "site", "floor", "building", "ward", "hall", "place"})
_MANNER_KEYS = frozenset(
    {"source", "via", "method", "channel", "through", "medium", "input", "trigger", "interface", "origin", "by"}
)
_WHERE_VALUES = frozenset({"region", "zone", "location"})
_OPPOSITES = {
    one: frozenset(others.split())
    for one, others in {
        "open": "closed shut locked",
        "closed": "open opened ajar",
        "on": "off",
        "off": "on",
        "running": "stopped idle off",
        "moving": "stopped still parked",
        "occupied": "empty vacant free unoccupied",
        "empty": "occupied full",
        "full": "empty",
        "active": "inactive idle",
        "online": "offline",
        "offline": "online",
        "locked": "unlocked",
        "unlocked": "locked",
        "enabled": "disabled",
        "disabled": "enabled",
        "armed": "disarmed",
        "connected": "disconnected",
        "up": "down lowered",
        "down": "up raised",
        "raised": "lowered down",
        "lowered": "raised up",
        "present": "absent",
        "asleep": "awake",
    }.items()
}
_DECIDING = frozenset(
    stem(word)
    for word in (
        "decide",
        "decision",
        "approve",
        "reject",
        "accept",
        "deny",
        "refuse",
        "decline",
        "grant",
        "turn",
        "outcome",
        "verdict",
        "award",
        "dismiss",
        "terminate",
        "select",
    )
)
# Subjects that name no part: what is said of them is said of everything
_ALL_OF_IT = frozenset(
    stem(word)
    for word in re.findall(
        r"\w+",
        "we the this our it everything project app application repo repository code codebase team system software"
        " program service setup config configuration settings server file moment end future time default user same"
        " whole rest first last beginning sake purpose session way case long short name value",
    )
)
_TIME_KEYS = frozenset({"time_of_day", "daytime", "part_of_day", "season", "day_of_week", "weekday", "shift"})
_SPOKEN = frozenset({"comment", "comments", "review", "message", "reply", "note", "report", "question", "summary"})
_MADE = frozenset({"write", "delete", "move", "format", "rename", "install", "upgrade", "uninstall"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an instruction: `said` is all of it, `ruled` what of it does not only say why, `by` the rules for
    the kinds of qualifier that this has: many have none."""

    said: str
    ruled: str
    by: tuple[Qualifier, ...]


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of an instruction's text, read for what qualifies them."""
    found = []
    for part in _SENTENCE.split(text[:_READ]):
        if part.strip():
            said = " ".join(part.split())
            ruled = _REASON.split(said, maxsplit=1)[0]
            by = dict.fromkeys(rule for pattern, rule in _QUALIFIERS if pattern.search(ruled))
            found.append(Sentence(said, ruled, tuple(by)))
    return tuple(found)


def not_shown(
    told: Instruction, sentences: tuple[Sentence, ...], constraint: c.Constraint, breach: Breach, doing: Doing
) -> str | None:
    """Why a breach of an instruction, which has these `sentences`, is none that can be told: the reason in
    words. None where the breach stands, empty where the instruction is not about such an action at all."""
    for rule in (_not_about_it, _approver):
        if (why := rule(told, constraint, breach, doing)) is not None:
            return why
    if len(sentences) > 1:
        sentences = _with_marks(sentences, _marks_of(constraint))
    if len(sentences) == 1:
        for qualifier in sentences[0].by:
            if (why := qualifier(sentences[0].ruled, constraint, breach, doing)) is not None:
                return why
    return None


@remembered(8_192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word.lower()) for word in _WORD.findall(text.replace("_", " ")))


def _with_marks(sentences: tuple[Sentence, ...], marks: frozenset[str]) -> tuple[Sentence, ...]:
    """The sentences that a constraint may have been read from: those that have its words."""
    return tuple(one for one in sentences if any(mark in one.said.lower() for mark in marks))


def _marks_of(constraint: c.Constraint) -> frozenset[str]:
    match constraint:
        case c.Value():
            return frozenset(value.lower() for value in constraint.values)
        case c.Limit():
            return frozenset({f"{constraint.figure:g}"})
        case c.Name():
            return frozenset({constraint.name.lower()})
        case c.Deed():
            return frozenset(word for group in constraint.objects for word in group)
        case _:
            return frozenset()


def _found(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The qualifiers of a form, without those that are turned into their contrary."""
    for match in pattern.finditer(text):
        if not _TURNED.search(text[max(0, match.start() - 30) : match.start()]):
            yield match


def _other(what: str, given: str) -> str:
    return f"the instruction speaks of “{what.strip()}”, the action of “{given}”: whether it holds there is not said"


def _named(doing: Doing) -> Iterator[tuple[str, str]]:
    """The parameters with a short text."""
    for key, value in doing.parameters:
        if isinstance(value, str) and 0 < len(value.strip()) <= 80 and "\n" not in value:
            yield key[:80], value


# Where an instruction is not about such an action at all.


def _not_about_it(told: Instruction, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    """Acts and files that the instruction does not mean, whatever they hold."""
    if isinstance(constraint, c.Value) and constraint.parameter in _WHERE_VALUES:
        lines = doing.commands
        if doing.reading.read_only or (lines and all(_LOOKS.match(line) for line in lines)):
            return ""  # what only looks puts nothing anywhere
    if isinstance(constraint, c.Practice) and constraint.name.startswith("hard-coded"):
        paths = doing.written
        if paths and all(_DEFINED.search(path.rsplit("/", 1)[-1]) for path in paths):
            return ""  # the names for the values are given there
    if isinstance(constraint, c.Untouched):
        text = " ".join(told.text[:_READ].split())
        for pattern in constraint.patterns:
            path = re.escape(pattern.strip("/ "))
            if pattern != "*" and re.search(rf"(?i)\b(?:to|into)\s+[`\"']?{path}/?[`\"']?\s+instead\b", text):
                return ""  # the place that things are wanted in
        if constraint.patterns == ("*",) and doing.structured and not doing.raw_command:
            kind = doing.action.get("type") or doing.action.get("tool_name")
            words = re.split(r"[^a-z]+", kind[:200].lower()) if isinstance(kind, str) else [""]
            if words[-1] in _SPOKEN and not {act.verb for act in doing.acts} & _MADE:
                return ""  # something is said about a file
    return None


_ROLES = re.compile(
    r"(?:confirm|approv|agree|authori|sign|grant|request|accept)\w{0,20}?_(?:off_)?by_(?:the_)?([a-z_]{2,40})$"
)
_ASKED = re.compile(r"(?i)(?:^|[.;]\s+)(?:the\s+)?(\w+)\s+(?:asked|requested|wrote|said|confirmed)\s*:\s*\S")


def _approver(told: Instruction, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    """Where a person's say lifts the rule: the action names the very one that the instruction asks for."""
    if not constraint.scope.approval:
        return None
    if doing.approved:
        return f"the action says who agreed ({doing.approval[0]}); nobody here can verify it"
    asked_for = _stems(told.text[:_READ])
    for key, value in doing.parameters:
        role = _ROLES.search(key[-80:])
        if value is True and role and _stems(role.group(1)) <= asked_for:
            return f"the action says that the {role.group(1).replace('_', ' ')} confirmed; nobody here can verify it"
    asked = _ASKED.search(doing.description)
    if asked and stem(asked.group(1).lower()) in asked_for:
        return f"the action says that the {asked.group(1).lower()} asked; nobody here can verify it"
    return None


# Where, when, how and which.


def _state(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    for match in _found(_STATE, sentence):
        thing, state = _stems(match.group(1)), match.group(2).lower()
        for key, value in doing.parameters:
            parts = _stems(key[:80])
            if not parts & thing:
                continue
            word = str(value).strip().lower() if isinstance(value, str) else ""
            off = value is False and (stem(state) in parts)
            on = value is True and bool(parts & {stem(one) for one in _OPPOSITES.get(state, ())})
            if off or on or word in _OPPOSITES.get(state, ()):
                return _other(match.group(), f"{key}: {str(value).lower()}")
    return None


def _place(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    if not isinstance(constraint, c.Value | c.Limit | c.Deed):
        return None
    own = getattr(constraint, "parameter", "")
    said = _stems(sentence)
    for match in _found(_PLACE, sentence):
        first, second = match.group(1), match.group(2) or ""
        wanted = _stems(f"{first}")
        for key, value in _named(doing):
            if key == own or value == breach.actual:
                continue
            kinds = _stems(key)
            which = key in _PLACE_KEYS or bool(second and stem(second.lower()) in kinds)
            if which and not wanted & doing.about and not _stems(value) & said:
                return _other(match.group(), f"{key}: {value}")
        nouns = wanted | _stems(second)
        loose = doing.written and _is_loose(constraint) and not nouns & (_ALL_OF_IT | _stems(own))
        if loose and not any(_shared(one, doing) for one in nouns):
            return _other(match.group(), doing.written[0])
    return None


def _is_loose(constraint: c.Constraint) -> bool:
    """Whether a value's parameter is one that many things have: neither its subject nor its name says whose it is."""
    return (
        isinstance(constraint, c.Value)
        and not constraint.subject
        and constraint.parameter not in PLAIN_PARAMETERS
        and not constraint.scope.environments
    )


def _shared(word: str, doing: Doing) -> bool:
    """Whether the action has a word, or one that begins as it does."""
    return word in doing.about or any(
        one.startswith(word) or word.startswith(one) for one in doing.about if min(len(one), len(word)) > 2
    )


def _time(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    for match in _found(_TIME, sentence):
        for key, value in _named(doing):
            if key in _TIME_KEYS and not _stems(value) & _stems(sentence):
                return _other(match.group(), f"{key}: {value}")
    return None


def _container(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    for match in _found(_CONTAINER, sentence):
        name = match.group(1)
        if isinstance(constraint, c.Name) and constraint.name == name:
            return ""  # it is where the other must not be
        texts = [f"{passage.replaces}\n{passage.text}"[:60_000] for passage in doing.reading.passages]
        if any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts):
            continue
        others = [found.group(1) for text in texts for found in _FUNCTION.finditer(text)]
        if others:
            return _other(match.group(), others[0])
    return None


def _manner(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    by = _BY.search(sentence)
    if by is None or not isinstance(constraint, c.Deed) or _stems(by.group(1)) & doing.about:
        return None
    for key, value in _named(doing):
        if key in _MANNER_KEYS and not _stems(value) & _stems(by.group(1)):
            only = _ONLY_BY.search(sentence)
            if only is None:
                return _other(by.group(), f"{key}: {value}")
            if _stems(value) <= _stems(only.group(1)):
                return ""  # one of the ways that the instruction wants
    return None


def _thing(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    if not isinstance(constraint, c.Value) or not _is_loose(constraint):
        return None
    match = _RUNS_AT.search(sentence)
    if match is None:
        return None
    subject = _stems(match.group(1)) - _ALL_OF_IT
    if not subject or subject & _stems(constraint.parameter) or any(_shared(one, doing) for one in subject):
        return None
    return _other(match.group(1), ", ".join(doing.reading.paths[:1]) or doing.reading.tool)


def _role(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    if not isinstance(constraint, c.Deed) or "*" not in constraint.verbs or not _DECIDES.search(sentence):
        return None
    if not doing.structured or doing.raw_command or (_DECIDING & (set(doing.said) | doing.parameter_stems)):
        return None
    return "the instruction is about who decides, and the action does not say that it decides anything"


def _attribute(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    if not isinstance(constraint, c.Practice):
        return None
    if match := next(_found(_PUBLIC, sentence), None):
        names = [found.group(1) for _, _, _, quiet in doing.code for found in _HEADS.finditer(quiet)]
        if names and all(name.startswith("_") for name in names):
            return _other(match.group(), names[0])
    match = next(_found(_IN_TESTS, sentence), None)
    if match and doing.written and not doing.is_test:
        return _other(match.group(), doing.written[0])
    return None


def _case(sentence: str, constraint: c.Constraint, breach: Breach, doing: Doing) -> str | None:
    """Values by case: "400 days for audit, 14 for everything else"."""
    if not isinstance(constraint, c.Value | c.Limit):
        return None
    cases = [(m.group(1), m.group(2) or "", m.group(3).lower()) for m in _CASE.finditer(sentence)]
    if len(cases) < 2:
        return None
    named = [case for _, _, case in cases if case not in _REST]
    if isinstance(constraint, c.Value) and constraint.parameter in named:
        return ""  # the name of a case, not of a parameter
    here = [case for case in named if _stems(case) & doing.about]
    given = as_figure(str(breach.actual or ""))
    for figure, _, case in cases:
        meant = case in here if case not in _REST else not here
        if meant and given is not None and as_figure(figure) == given:
            return ""  # the value of this very case
    return None


_QUALIFIERS: tuple[tuple[re.Pattern[str], Qualifier], ...] = (
    (_STATE, _state),
    (_PLACE, _place),
    (_TIME, _time),
    (_CONTAINER, _container),
    (_BY, _manner),
    (_RUNS_AT, _thing),
    (_DECIDES, _role),
    (_PUBLIC, _attribute),
    (_IN_TESTS, _attribute),
    (_CASE, _case),
)
