"""Values and limits that an instruction names: ports, hosts, versions, keys with their values, figures with their
units."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import replace

from tractatus.actions.names import key_of, parameter_names, subject_kinds, subject_of
from tractatus.directives import knowledge
from tractatus.directives.constraints import Limit, Relation, Scope, Value
from tractatus.directives.language import Clause, Token, stem
from tractatus.directives.wordlists import words as word_list

_NUMBER = re.compile(r"^(>=|<=|==|=|>|<|~>|~|\^)?v?(\d{1,12}(?:[.,]\d{1,9}){0,4}(?:e-?\d{1,3})?)(\+|%|\.x|\.\*)?$")
_WITH_UNIT = re.compile(r"^(>=|<=|>|<)?(\d{1,9}(?:\.\d{1,6})?)(ms|s|sec|min|h|d|kb|mb|gb|kib|mib|gib|px|k|m)$", re.I)
_RANGE = re.compile(r"^v?(\d{1,6}(?:\.\d{1,6}){0,2})[-–](\d{1,6}(?:\.\d{1,6}){0,2})$")
_PRERELEASE = re.compile(r"^v?\d{1,6}(?:\.\d{1,6}){1,3}[-.]?(?:alpha|beta|rc|lts|m)[-.]?\d{0,4}$", re.I)
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
_CONSTANT = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
_IDENTIFIER = re.compile(r"^[a-z][A-Za-z0-9]*(?:_[a-z0-9]+)+$|^[a-z]+(?:[A-Z][a-z0-9]+)+$|^[a-z]\w*(?:\.[a-z]\w*)+$")
_ASSIGNED = re.compile(r"^([A-Za-z_][\w.-]{1,60})(?:=|:\s?)([^\s=].{0,80})$")
_LITERAL = re.compile(
    r"^(?:0x[0-9a-fA-F]{1,16}|[\w./@+-]*\d[\w./@+:-]*|[a-z0-9]+(?:[-_/.][a-zA-Z0-9*]+)+|[A-Z][A-Z0-9_]{1,20}|/[\w./-]+)$"
)
_MODEL = re.compile(
    r"^(?:gpt|claude|llama|mistral|mixtral|gemini|qwen|phi|gemma|deepseek|whisper|o[134]|command-r|titan)[\w.:-]*$"
)
_CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")

TRUE = frozenset({"true", "on", "enabled", "yes", "enable", "active"})
FALSE = frozenset({"false", "off", "disabled", "no", "disable", "inactive"})
_NUMBER_WORDS = {
    word: str(figure)
    for figure, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100", "thousand": "1000"}
_UNITS = {
    "ms": ("s", 0.001), "millisecond": ("s", 0.001), "s": ("s", 1), "sec": ("s", 1), "second": ("s", 1), "min": ("s",
    60),
    "minute": ("s", 60), "h": ("s", 3600), "hour": ("s", 3600), "d": ("s", 86_400), "day": ("s", 86_400),
    "week": ("s", 604_800), "month": ("s", 2_592_000), "year": ("s", 31_536_000), "b": ("bytes", 1), "byte": ("bytes",
    1),
    "kb": ("bytes", 1000), "kib": ("bytes", 1024), "mb": ("bytes", 1_000_000), "mib": ("bytes", 1_048_576),
    "gb": ("bytes", 1_000_000_000), "gib": ("bytes", 1_073_741_824), "%": ("%", 1), "percent": ("%", 1),
    "per cent": ("%", 1), "px": ("px", 1), "pixel": ("px", 1), "kilobyte": ("bytes", 1000), "megabyte": ("bytes",
    1_000_000),
    "€": ("money", 1), "eur": ("money", 1), "euro": ("money", 1), "$": ("money", 1), "usd": ("money", 1),
    "dollar": ("money", 1),
    "£": ("money", 1), "gbp": ("money", 1), "nzd": ("money", 1), "chf": ("money", 1), "pound": ("money", 1),
    "°c": ("degree", 1), "°": ("degree", 1), "degree": ("degree", 1), "volt": ("volt", 1), "v": ("volt", 1),
    "mins": ("s", 60), "secs": ("s", 1), "hrs": ("s", 3600),
}  # fmt: skip
_LINKS = word_list("links")
_MORE = word_list("more")
_LESS = word_list("less")
_LEAST = frozenset({"least", "minimum", "min", ">=", "newer", "later", "upward"})
_UNTIL_END = word_list("until end")
_EMPTY = word_list("empty")
_VERSIONED = word_list("versioned")
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
        t.stem for t in tokens if not t.mark and t.low not in _EMPTY and len(t.low) > 1 and t.stem not in _LINKS
    )


def unit_of(word: str) -> tuple[str, float] | None:
    """The canonical unit of a word and its factor: `minutes` are ("s", 60). None where it is no unit."""
    word = word.lower()
    return _UNITS.get(word) or (_UNITS.get(word[:-1]) if len(word) > 3 and word.endswith("s") else None)


def pointed(stems: frozenset[str]) -> frozenset[str]:
    """Of the words that say what something is about, the ones that name one thing (`svc7`) where there are any, else
    all."""
    return frozenset(one for one in stems if any(c.isdigit() for c in one) and not one[0].isdigit()) or stems


def hours_of(clause: Clause) -> tuple[int, int] | None:
    """The minutes of the day between which a clause forbids: after 18:00, outside of 9:00 to 15:00. None where it
    names none."""
    words = clause.words
    times: list[tuple[str, int]] = []
    for at, token in enumerate(words):
        clock = _CLOCK.match(token.text)
        hour = re.match(r"^(\d{1,2})\s?(am|pm)$", token.low)
        if clock:
            minute = int(clock.group(1)) * 60 + int(clock.group(2))
        elif hour:
            minute = (int(hour.group(1)) % 12 + (12 if hour.group(2) == "pm" else 0)) * 60
        else:
            continue
        times.append((words[at - 1].low if at else "", minute))
    if not times or not (clause.negative or clause.only):
        return None
    if len(times) >= 2 and times[0][0] in ("between", "from", "of"):
        return (times[1][1], times[0][1]) if clause.only else (times[0][1], times[1][1])
    link, minute = times[0]
    if link in ("after", "past", "from"):
        return (0, minute) if clause.only else (minute, 0)
    if link in ("before", "until", "till"):
        return (minute, 0) if clause.only else (0, minute)
    return None


def begins_with_value(words: list[Token]) -> bool:
    """Whether a clause begins with a value or a style, so that what stood before its colon is its name."""
    first = words[0]
    return bool(
        _NUMBER.match(first.text)
        or _WITH_UNIT.match(first.text)
        or first.low in _NUMBER_WORDS
        or (first.code and " " not in first.text)
    ) or (len(words) > 1 and words[1].low == "case")


def as_bool(word: str) -> str | None:
    """`true` or `false` of any word for it, or None."""
    word = word.strip().lower()
    return "true" if word in TRUE else "false" if word in FALSE else None


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
                yield Value(key_of(key), is_it, (_plain(value),), "", "", scope)
                continue
        if (pair := _HOST_PORT.match(text)) and (
            "." in pair.group(1) or (pair.group(1).islower() and int(pair.group(2)) >= 80)
        ):
            subject = _subject_near(words, at) or subject_of(text.split("://")[0]) or around
            near = scope if subject else _about(scope, _others(words, at))
            yield Value("host", is_it, (pair.group(1).lower(),), subject, "", near)
            if not clause.negative:
                yield Value("port", is_it, (pair.group(2),), subject, "", near)
            continue
        if _ADDRESS.match(text) or (text == "localhost" and at and words[at - 1].stem in _LINKS):
            values = [text, *_alternatives(words, at, lambda t: bool(_ADDRESS.match(t)) or t == "localhost", taken)]
            subject = _subject_near(words, at)
            near = (
                scope
                if subject or clause.negative or values[0] in ("127.0.0.1", "localhost")
                else _about(scope, _others(words, at))
            )
            yield Value("host", is_it, tuple(values), subject, "", near)
            continue
        if (_REGION.match(token.low) and not token.code) or (token.code and _REGION.match(token.low)):
            values = [token.low, *_alternatives(words, at, lambda t: bool(_REGION.match(t.lower())), taken)]
            things = _others(words, at) - {
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
                _about(scope, frozenset(t for t in things if not _REGION.match(t))),
            )
            continue
        if _MODEL.match(token.low) and (":" in text or "-" in text):
            yield Value("model", is_it, (token.low,), "", "", _about(scope, _others(words, at)))
            continue
        if text.startswith("0x") and len(text) > 2:
            yield Value(_noun_before(words, at) or "address", is_it, (text.lower(),), "", "", scope)
            continue
        if clock := _CLOCK.match(text):
            if hours_of(clause) is not None:
                continue
            yield Value(
                "schedule",
                is_it,
                (f"{int(clock.group(2))} {int(clock.group(1))} * * *",),
                "",
                "",
                _about(scope, content(words[:at])),
            )
            continue
        if (
            _DOMAIN.match(token.low)
            and token.low.count(".")
            and not _is_file(token.low)
            and not subject_named(token)
            and (
                clause.only
                or (at and words[at - 1].stem in ("at", "on", "to", "through", "host", "via", "from", "in", "us"))
            )
        ):
            subject = _subject_near(words, at)
            yield Value(
                "host", is_it, (token.low,), subject, "", scope if subject else _about(scope, _others(words, at))
            )
            continue
        yield from _number(clause, words, at, scope, around, taken)
        yield from _keyed(clause, words, at, scope, taken)


def _number(
    clause: Clause, words: list[Token], at: int, scope: Scope, around: str, taken: set[int]
) -> Iterator[Value | Limit]:
    token = words[at]
    text = _NUMBER_WORDS.get(token.low, token.text)
    sign, figure, end, unit_word = "", "", "", ""
    top = None
    if match := _WITH_UNIT.match(text):
        sign, figure, unit_word = match.group(1) or "", match.group(2), match.group(3)
    elif match := _NUMBER.match(text):
        sign, figure, end = match.group(1) or "", match.group(2), match.group(3) or ""
    elif match := _RANGE.match(text):
        figure, top = match.groups()
    elif _PRERELEASE.match(text):
        figure = text.removeprefix("v")
    else:
        return
    taken.add(at)
    before = [t.stem for t in words[max(0, at - 5) : at]]
    following = words[at + 1 : at + 5]
    after = [t.stem for t in following]
    if not sign and before and before[-1] in (">=", "<=", ">", "<", "~>", "~", "^", "==", "="):
        sign = before[-1]
    subject = _subject_before(words, at)
    is_port = (
        figure.isdigit()
        and 0 < int(figure) < 65_536
        and not end
        and not unit_word
        and not top
        and not any(
            w in taken for w in range(at - 8, at) if w >= 0 and words[w].text.isdigit() and words[at - 1].stem != "port"
        )
        and _about_port(words, at)
    )
    if is_port:
        ports = [figure, *_alternatives(words, at, str.isdigit, taken)]
        relation = Relation.IS_NOT if clause.negative else Relation.IS
        of = _subject_near(words, at) or around
        scope = _about(scope, _others(words, at)) if not of else replace(scope, whose=_whose(words, at, of))
        yield Value("port", relation, tuple(ports), of, "", scope)
        return
    if (
        before
        and before[-1] == "between"
        and at + 2 < len(words)
        and words[at + 1].low == "and"
        and _NUMBER.match(words[at + 2].text)
    ):
        top = words[at + 2].text
        taken.add(at + 2)
        following = words[at + 3 : at + 6]
        after = [t.stem for t in following]
        measure = _measure(None, following, [])
        low, high = _float(figure), _float(top)
        if measure and not subject and low is not None and high is not None:
            things = pointed(content(words[:at]) - {measure} - _JOINERS - _MORE - _LESS)
            yield Limit(measure, Relation.AT_LEAST, low, "", things, scope)
            yield Limit(measure, Relation.AT_MOST, high, "", things, scope)
            return
    relation = _relation(clause, sign, end, before, after)
    if clause.approval and set(before[-4:]) & _MORE:  # "above 100 needs a person": up to there it does not
        relation = Relation.AT_MOST
    elif relation is Relation.AT_LEAST and _is_condition(clause, words, at, sign):
        if not {"by", "signed", "approved", "checked", "confirmed"} & {t.low for t in words[at + 1 :]}:
            return  # it says which ones are meant, not how many there may be
        relation, scope = Relation.AT_MOST, replace(scope, approval=True)
    if end == "%":
        unit_word = "%"
    if (
        not unit_word
        and following
        and unit_of(following[0].low)
        and following[0].low not in ("h", "d", "s", "min", "b")
    ):
        unit_word = following[0].low
        after = after[1:]
        following = following[1:]
    unit = unit_of(unit_word) if unit_word else None
    if unit_word in ("k", "m"):
        unit = ("", 1000 if unit_word == "k" else 1_000_000)
    if subject and not unit and "," not in figure:
        version = _version_relation(clause, sign, end, after, before)
        if top:
            yield Value("version", Relation.AT_LEAST, (figure,), subject, "", scope)
            yield Value("version", Relation.AT_MOST, (top,), subject, "", scope)
        else:
            versions = [figure, *_alternatives(words, at, lambda t: bool(_NUMBER.match(t)), taken)]
            yield Value("version", version, tuple(v.removeprefix("v") for v in versions), subject, "", scope)
        return
    number = _float(top or figure)
    if number is None:
        return
    amount = number * (unit[1] if unit else 1)
    measure = _measure(unit, following, before)
    keys = [
        t.text
        for t in words[:at]
        if _CONSTANT.match(t.text) or _IDENTIFIER.match(t.text) or (t.code and re.match(r"^[A-Za-z][\w.-]*$", t.text))
    ]
    if relation in (Relation.AT_LEAST, Relation.AT_MOST) and keys and not top:
        yield Value(key_of(keys[-1]), relation, (_tidy(amount),), "", unit[0] if unit else "", scope)
        return
    if not measure and relation in (Relation.AT_LEAST, Relation.AT_MOST):
        if (key := _noun_before(words, at)) and "_" in key and not set(key.split("_")) & _NO_NAMES:
            yield Value(key, relation, (_tidy(amount) if unit else figure,), "", unit[0] if unit else "", scope)
        return
    if relation in (Relation.AT_LEAST, Relation.AT_MOST) or (top and measure):
        ahead = list(itertools.takewhile(lambda t: not t.text[:1].isdigit(), words[at + 1 : at + 9]))
        counted = (
            content([t for t in (*words[:at], *ahead) if t.low != "open" and not unit_of(t.low)])
            - {measure}
            - _JOINERS
            - _MORE
            - _LESS
            - _LEAST
            - _UNTIL_END
        )
        things = pointed(frozenset(one for one in counted if not one.replace(".", "").isdigit()))
        things = things - PLAIN_NOUNS or things
        yield Limit(
            measure,
            relation if relation is not Relation.IS else Relation.AT_MOST,
            amount,
            unit[0] if unit else "",
            things,
            scope,
        )
        return
    key = _noun_before(words, at)
    if key == "port" or set(key.split("_")) & _NO_NAMES:
        key = ""
    if key:
        relation = Relation.IS_NOT if clause.negative else Relation.IS
        if unit and unit[0] == "%" and "coverag" in {t.stem for t in words}:
            yield Limit("coverag", Relation.AT_LEAST, amount, "%", frozenset(), scope)
        elif following and not unit and following[0].stem in _COUNTED and not clause.negative and not top:
            things = content([*words[:at], *following[1:]]) - _EMPTY_VERBS
            yield Value(key_of(following[0].low), Relation.IS, (figure,), "", "", _about(scope, things))
        elif not (following and measure and not unit) and token.low not in _NUMBER_WORDS:
            yield Value(key, relation, (_tidy(amount) if unit else figure,), "", unit[0] if unit else "", scope)
    elif "coverag" in {t.stem for t in words}:
        yield Limit("coverag", Relation.AT_LEAST, amount, "%", frozenset(), scope)


def _is_condition(clause: Clause, words: list[Token], at: int, sign: str) -> bool:
    """Whether a figure tells which things are meant: "invoices above 2000 euros are …" has its verb after it."""
    near = {token.low for token in words[max(0, at - 2) : at]}
    if clause.negative or sign or not near & {"above", "over", "beyond", "exceeding"}:
        return False
    verbs = {
        "is",
        "are",
        "be",
        "keep",
        "stay",
        "stays",
        "remain",
        "must",
        "aim",
        "has",
        "have",
        "kept",
        "set",
        "for",
        "hold",
    }
    return not verbs & {token.low for token in words[:at]}


def names_of(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Value]:
    """A name that something goes by or goes to: a topic that is called so, a channel, the user one connects as."""
    relation = Relation.IS_NOT if clause.negative else Relation.IS
    stems = {token.stem for token in words}
    channels = [t for t in words if re.match(r"^#[a-z][\w-]{1,60}$", t.low)]
    if len(channels) == 1 and stems & _POSTING:
        things = content(words) - {t.stem for t in channels} - _POSTING - {"other", "channel", "els"}
        yield Value(
            "channel", relation, (channels[0].low,), "", "", _about(scope, things) if not things & stems else scope
        )
    if stems & _STAYING and (named := _country(words)):
        at, regions = named
        kept = relation is Relation.IS or "leav" in stems
        things = content(words[:at]) - _STAYING - _DATA
        if kept and (stems & _DATA or "leav" in stems):
            yield Value("region", Relation.IS, regions, "", "", _about(scope, things))
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
                (t for t in reversed(words[:at]) if t.low not in _EMPTY and t.stem not in _LINKS and t.low.isalpha()),
                None,
            )
            if key is not None and key.low not in _NAMED and not clause.negative and not key.low.endswith("s"):
                things = frozenset(t.stem for t in words[:at] if t is not key) & content(words)
                yield Value(key_of(key.text), relation, (following.low,), "", "", _about(scope, things))
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
            yield Value("user", relation, (following.low,), "", "", _about(wider, things))


def _country(words: list[Token]) -> tuple[int, tuple[str, ...]] | None:
    """The first country that words name, and the regions in it."""
    known = knowledge.countries()
    for at, token in enumerate(words):
        pair = " ".join(t.low for t in words[at : at + 2])
        if regions := known.get(pair) or (known.get(token.low) if token.text[:1].isupper() else None):
            return at, regions
    return None


_LEVELS = frozenset({"trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal"})
_STAYING = frozenset({"stay", "leav", "remain", "keep", "resid", "host", "stor", "liv"})
_DATA = frozenset({"data", "record", "fil", "document", "databas", "backup", "not"})
_POSTING = frozenset({"go", "post", "send", "announc", "report", "belong"})
_ENTERING = frozenset({"connect", "ssh", "log", "login", "sign", "deploy", "run"})
_NAMELIKE_OR_DOTTED = re.compile(r"^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)+$")


def _keyed(clause: Clause, words: list[Token], at: int, scope: Scope, taken: set[int]) -> Iterator[Value]:
    """A key in capitals or as code with the value that follows it; a known parameter beside a literal."""
    token = words[at]
    relation = Relation.IS_NOT if clause.negative else Relation.IS
    if (
        _CONSTANT.match(token.text)
        or _IDENTIFIER.match(token.text)
        or (token.code and re.match(r"^[A-Za-z][\w.-]*$", token.text))
    ):
        for ahead in range(at + 1, min(at + 4, len(words))):
            value = words[ahead]
            linked = all(t.stem in _LINKS or t.low in _EMPTY for t in words[at + 1 : ahead])
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
                    _NUMBER.match(value.text) and unit_of(words[ahead + 1].low if ahead + 1 < len(words) else "")
                ):
                    break
                taken.update(range(at, ahead + 1))
                yield Value(key_of(token.text), relation, (_plain(value.text),), "", "", scope)
                return
        return
    parameter = parameter_names().get(token.low) or parameter_names().get(token.low.removesuffix("s"))
    if parameter in _NAMED and not token.code and at not in taken:
        named: Token | None = None
        if at and (words[at - 1].code or words[at - 1].quoted or _NAMELIKE.match(words[at - 1].text)):
            named = words[at - 1]
        else:
            rest = [
                t
                for t in words[at + 1 : at + 6]
                if t.low not in _EMPTY and t.stem not in _LINKS and t.stem not in ("nam", "call", "mad")
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
                _about(scope, content(words) - {named.stem, token.stem, "call", "correct"}),
            )


_NAMED = word_list("named")
_NAMELIKE = re.compile(
    r"^(?=.{2,60}$)(?:[a-z0-9]+(?:[-_][a-z0-9]+)+|[a-z]+\d[\w.-]*|[A-Z]{3}|UTF-8|[A-Z][a-z]+/[A-Z][a-z_]+)$"
)
_BRANCHES = frozenset({"main", "master", "develop", "dev", "trunk", "next", "staging", "production", "release"})


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
        if token.low not in _EMPTY and re.match(r"^[\w-]+$", token.low):
            found.append(key_of(token.low))
    return [word for word in found if word][-3:]


def _noun_before(words: list[Token], at: int) -> str:
    """The name of what a value is said of: the words before the link ("is", "of", "to") before it."""
    place = at - 1
    while (
        place >= 0 and (words[place].stem in _LINKS | _MORE | _LESS or words[place].low in _EMPTY) and at - place <= 5
    ):
        place -= 1
    if place < 0 or at - place > 5:
        return ""
    names: list[str] = []
    while place >= 0 and len(names) < 2:
        token = words[place]
        if token.mark or token.low in _EMPTY or token.stem in _LINKS or not re.match(r"^[A-Za-z][\w-]*$", token.text):
            break
        names.insert(0, key_of(token.text))
        place -= 1
    return "_".join(names)


def _others(words: list[Token], at: int) -> frozenset[str]:
    """The words that say what a value is for, the value and numbers apart."""
    found = content([token for place, token in enumerate(words) if place != at])
    found = frozenset(word for word in found if re.match(r"^[a-z][\w-]*$", word))
    return pointed(found - {"port", "host", "address", "correct", "listen", "default"})


def _whose(words: list[Token], at: int, subject: str) -> frozenset[str]:
    """The words that say which of several a thing is: "ledger" of "Postgres for the ledger runs on 5544"."""
    named = {token.stem for token in words if subject_named(token) == subject}
    return _others(words, at) - named - PLAIN_NOUNS - {"answer", "mov", "behind", "check", "stock", "team", "belong"}


def _about(scope: Scope, words: frozenset[str]) -> Scope:
    if not words:
        return scope
    return replace(scope, about=scope.about | (words - PLAIN_NOUNS or words))


def _about_port(words: list[Token], at: int) -> bool:
    before = words[max(0, at - 7) : at]
    if any(token.stem in ("port", "ports-composefil") for token in before[-7:]) or (
        at + 1 < len(words) and words[at + 1].stem == "port"
    ):
        return True
    if (
        len(before) >= 1
        and before[-1].low in ("on", "at")
        and int(words[at].text.strip(":") if words[at].text.isdigit() else 0) >= 80
    ):
        verbs = {token.stem for token in before} & {
            "listen",
            "answer",
            "run",
            "serv",
            "liv",
            "bind",
            "expos",
            "reachabl",
            "connect",
            "host",
            "sit",
            "available",
            "start",
        }
        if verbs or any(subject_named(token) for token in before):
            return True
    # "production stays on 443" after "listens on 9090"
    return bool(before and before[-1].low == "on" and words[at].text in ("443", "80", "8080", "8443", "3000"))


def _subject_before(words: list[Token], at: int) -> str:
    """The versioned thing that a number directly follows: `Node.js version is >=20`, `Python 3.12`, `toolchain 21`."""
    for back in range(1, 7):
        if at - back < 0:
            return ""
        token = words[at - back]
        if subject := subject_named(token):
            kind = subject_kinds().get(subject, "tool")
            return subject if kind in _VERSIONED else ""
        if (
            token.stem not in _VERSION_WORDS
            and token.low not in _EMPTY
            and token.stem not in _LINKS
            and not _NUMBER.match(token.text)
        ):
            return ""
    return ""


_VERSION_WORDS = word_list("version words")


def _subject_near(words: list[Token], at: int) -> str:
    """The thing named nearest before a value, else after it."""
    for token in reversed(words[:at]):
        if subject := subject_named(token):
            return subject
    for token in words[at + 1 :]:
        if subject := subject_named(token):
            return subject
    return ""


def _alternatives(words: list[Token], at: int, good: object, taken: set[int]) -> list[str]:
    """The values that follow after `or`, `and` or a comma."""
    found: list[str] = []
    place = at + 1
    while place + 1 <= len(words) - 1 and words[place].low in ("or", "and", "/") and good(words[place + 1].text):  # type: ignore[operator]
        found.append(words[place + 1].text)
        taken.add(place + 1)
        place += 2
    return found


def _relation(clause: Clause, sign: str, end: str, before: list[str], after: list[str]) -> Relation:
    near = set(before[-4:])
    if sign in (">=", ">") or end == "+":
        return Relation.AT_LEAST
    if sign in ("<=", "<"):
        return Relation.AT_MOST
    tail = after[:5]
    if "or" in tail[:3]:
        word = tail[tail.index("or") + 1] if tail.index("or") + 1 < len(tail) else ""
        if word in ("mor", "newer", "later", "higher", "abov", "up", "greater", "better", "longer"):
            return Relation.AT_LEAST
        if word in ("less", "fewer", "lower", "below", "under", "shorter", "smaller", "older", "earlier"):
            return Relation.AT_MOST
    if near & _MORE:
        return Relation.AT_MOST if clause.negative else Relation.AT_LEAST
    if near & _LEAST or "minimum" in tail[:3]:
        return Relation.AT_LEAST
    if near & _LESS or set(tail[:3]) & {"max", "maximum", "top", "most"} or {"up", "to"} <= near:
        return Relation.AT_LEAST if clause.negative and not near & {"most", "max", "maximum"} else Relation.AT_MOST
    if (before and before[-1] == "after" and near & _UNTIL_END) or (clause.only and near & {"to", "for"}):
        return Relation.AT_MOST
    if near & {"limit", "cap", "ceil"}:
        return Relation.AT_MOST
    return Relation.IS


def _version_relation(clause: Clause, sign: str, end: str, after: list[str], before: list[str]) -> Relation:
    if sign == "^":
        return Relation.COMPATIBLE
    if sign in ("~", "~>"):
        return Relation.CLOSE_TO
    relation = _relation(clause, sign, end, before, after)
    if relation is Relation.IS and clause.negative:
        return Relation.IS_NOT
    return relation


def _measure(unit: tuple[str, float] | None, following: list[Token], before: list[str]) -> str:
    if unit and unit[0] == "s":
        return "time"
    if unit and unit[0] == "bytes":
        return "size"
    if unit and unit[0] in ("money", "degree", "volt"):
        return unit[0]
    for token in following[:3]:
        if token.low in ("of", "in", "per", "for", "on", "or", "and", "at", "max", "maximum", "tops"):
            if token.low in ("of",):
                continue
            break
        if token.low.isalpha() and token.low not in _EMPTY and token.low not in _ADJECTIVES:
            return token.stem if token.low.endswith("s") or token.stem in _MEASURES else ""
    return next((one for one in reversed(before) if one in _MEASURES), "")


_JOINERS = frozenset(
    {"after", "that", "between", "against", "with", "through", "may", "cost", "go", "deploy", "deployment", "person"}
)
PLAIN_NOUNS = frozenset(stem(word) for word in word_list("plain nouns"))
_COUNTED = frozenset(stem(word) for word in word_list("counted settings"))
_EMPTY_VERBS = frozenset({"run", "hav", "has", "keep", "with", "scal", "deploy", "start", "need"})
_NO_NAMES = word_list("no names")
_ADJECTIVES = word_list("adjectives")
_MEASURES = word_list("measures")


def _plain(value: str) -> str:
    value = value.strip().strip("`\"',;")
    return as_bool(value) or value


def _float(text: str) -> float | None:
    """A figure of an instruction, `3,000` being three thousand; None where it is none (a version)."""
    try:
        number = float(text.removeprefix("v").replace(",", "").rstrip("%+"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _tidy(amount: float) -> str:
    return str(int(amount)) if amount == int(amount) else repr(amount)


def _is_file(low: str) -> bool:
    return low.rsplit(".", 1)[-1] in _FILE_ENDINGS


_FILE_ENDINGS = word_list("file endings")
