"""A parameter's value in an action against the one that an instruction fixes; figures against limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tractatus.actions import Fact, Place
from tractatus.actions.names import is_default, key_of, parameter_names, subject_kinds, subject_of_port
from tractatus.comparison.breaches import Breach
from tractatus.comparison.doing import Doing
from tractatus.directives.constraints import Limit, Relation, Value
from tractatus.directives.figures import as_bool, unit_of
from tractatus.directives.language import stem
from tractatus.directives.wordlists import words as word_list
from tractatus.remembered import remembered
from tractatus.vocabulary import ConflictType

_FIGURE = re.compile(
    r"^\s*+(?:>=|<=|==|=|\^|~>|~|>|<|v)?\s*+v?(\d{1,12}(?:[._]\d{1,9}){0,5}(?:e-?\d{1,3})?)\s*+(ms|s|sec"
    r"|seconds?|m|min|minutes?|h|hours?|d|days?|kb|mb|gb|kib|mib|gib|k|%|px)?\s*+$",
    re.I,
)
_CLOCK = re.compile(r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$")
PLAIN_PARAMETERS = frozenset(
    {
        "port",
        "host",
        "region",
        "namespace",
        "database",
        "branch",
        "version",
        "bucket",
        "model",
        "profile",
        "context",
        "schedule",
    }
)
_STORES = frozenset({"databas", "db", "cach", "queue", "broker", "search", "dat", "data"})
_MANY = frozenset(
    {"bucket", "database", "branch", "model", "profile", "project", "context", "registry", "channel", "schema"}
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
WAITING = frozenset({"request", "wait", "call", "query", "connect", "respons", "timeout"})


def compare_value(value: Value, doing: Doing) -> Iterator[Breach]:
    """The breaches of a value by the facts of an action."""
    if value.unit == "s" and value.relation in (Relation.IS, Relation.AT_LEAST):
        yield from _deleted_early(value, doing)
    facts = [fact for fact in doing.reading.facts if _speaks_of(value, fact, doing)]
    if not facts:
        return
    met = [fact for fact in facts if _holds(value, _with_unit(fact, value.unit))]
    for fact in facts:
        if fact in met or (fact.value == fact.was and fact.was is not None):
            continue
        if fact.implicit and any(other.parameter == fact.parameter and not other.implicit for other in facts):
            continue
        if value.parameter == "host" and value.relation is Relation.IS and not _host_concerned(value, fact, doing):
            continue
        if value.parameter in ("port", "branch") and _elsewhere(value, fact, doing):
            continue
        yield _breach(value, fact)
        return


_OLDER = re.compile(r"^find\b.{0,400}\s-mtime \+(\d{1,5})\b")


def _deleted_early(value: Value, doing: Doing) -> Iterator[Breach]:
    """Files that are deleted at a lower age than the instruction keeps them for: `find … -mtime +7 -delete`."""
    days = as_figure(value.values[0])
    things = {stem(word) for word in value.parameter.split("_")}
    for line in doing.commands:
        match = _OLDER.search(line) if ("-delete" in line or "rm" in line) else None
        if match and days is not None and int(match.group(1)) * 86_400 < days and things & doing.about:
            says = f"{value.parameter} are kept for {_short(days / 86_400)} days by the instruction, this deletes after"
            yield Breach(ConflictType.PARAMETER_MISMATCH, f"{says} {match.group(1)}", 0.85, None, match.group(1))
            return


def _with_unit(fact: Fact, unit: str) -> str:
    """A bare figure with the unit that its key names: `retention_in_days` 90 is 90 days."""
    if unit and fact.value.replace(".", "").replace("_", "").isdigit():
        for part in _parts(key_of(fact.key or fact.parameter)):
            if len(part) > 1 and unit_of(part) and part not in ("sec", "min"):
                return f"{fact.value} {part}"
    return fact.value


def _breach(value: Value, fact: Fact) -> Breach:
    name = (
        value.subject
        if value.parameter == "version" and value.subject
        else (fact.key if fact.key.isupper() and value.parameter not in PLAIN_PARAMETERS else value.parameter)
    )
    expected = " or ".join(value.values)
    sign = {Relation.AT_LEAST: ">=", Relation.AT_MOST: "<=", Relation.COMPATIBLE: "^", Relation.CLOSE_TO: "~"}.get(
        value.relation, ""
    )
    subject = f" of {value.subject}" if value.subject else ""
    if value.relation is Relation.IS_NOT:
        swap = ((fact.place, value.instead),) if fact.place is not None and value.instead else ()
        says = f"{value.parameter}{subject} must not be {expected} by the instruction"
        correction = (value.parameter, value.instead) if value.instead else None
        wanted = value.instead or None
        return Breach(ConflictType.PROHIBITION_VIOLATED, says, 0.92, wanted, fact.value, correction, swap)
    owner = fact.subject or value.subject
    default = fact.implicit or (
        (bool(owner) or value.parameter != "port") and is_default(owner, value.parameter, fact.value)
    )
    kind = (
        ConflictType.TRAINING_PATTERN_OVERRIDE
        if default and value.parameter not in ("version",)
        else ConflictType.PARAMETER_MISMATCH
    )
    says = (
        f"Pattern recognition bias override detected: {value.parameter}{subject} is {expected} by the"
        f" instruction, the action uses the "
        f"widely known {fact.value}"
        if kind is ConflictType.TRAINING_PATTERN_OVERRIDE
        else f"{value.parameter}{subject} is {sign}{expected} by the instruction, the action uses {fact.value}"
    )
    correction = None
    changes: tuple[tuple[Place, str], ...] = ()
    if len(value.values) == 1 and value.relation is not Relation.AT_MOST:
        new = sign + value.values[0]
        correction = (name, new)
        if fact.place is not None:
            written = value.values[0] if not sign or fact.value[:1].isdigit() else new
            changes = ((fact.place, _as_written(fact.value, written)),)
    confidence = (
        0.95
        if value.subject and not fact.implicit
        else 0.88
        if value.subject or value.parameter not in ("port", "host")
        else 0.82
    )
    return Breach(kind, says, confidence, sign + expected, fact.value, correction, changes)


def _as_written(old: str, new: str) -> str:
    if old in ("True", "False"):
        return {"true": "True", "false": "False"}.get(new, new)
    return new


def _speaks_of(value: Value, fact: Fact, doing: Doing) -> bool:
    if fact.place is not None and fact.key and fact.key.startswith("#"):
        return False
    parameter = value.parameter
    if parameter == "version":
        if fact.parameter not in ("version", "tag", value.subject) and not fact.parameter.startswith(value.subject):
            return False
        if re.match(r"^0\d", fact.value):
            return False  # the number of a migration
        return bool(value.subject) and (
            fact.subject == value.subject or fact.parameter.replace("_version", "") == value.subject
        )
    if fact.parameter == parameter:
        if value.subject and fact.subject and fact.subject != value.subject:
            return False
        if value.subject and not fact.subject:
            return _same_thing(value, doing)
        if parameter == "port" and not value.subject and _of_a_store(fact) and not value.scope.about & _STORES:
            return False
        if not value.subject and value.scope.about and parameter in ("port", "schedule", "host"):
            return bool(value.scope.about & doing.about) or bool(value.scope.environments)
        if parameter == "region" and value.scope.about and not value.scope.about & doing.about:
            return False
        if parameter not in PLAIN_PARAMETERS and value.scope.about and not _touches(value.scope.about, doing):
            return _alike(value, fact.value)
        if parameter in _MANY and value.scope.about and not value.scope.about & doing.about:
            return False
        if parameter in ("database", "branch", "version") and not value.subject:
            return not doing.reading.read_only
        return True
    if parameter in PLAIN_PARAMETERS or not parameter:
        return False
    if value.scope.about and not _touches(value.scope.about, doing) and not _alike(value, fact.value):
        return False
    return _same_key(parameter, fact, doing, value.unit)


def _touches(about: frozenset[str], doing: Doing) -> bool:
    """Whether the action shares a word with what a value is for; `build` is shared by `build3`."""
    return bool(about & doing.about) or any(
        word.startswith(one) and word[len(one) :].isdigit() for one in about for word in doing.about if len(one) > 2
    )


def _alike(value: Value, given: str) -> bool:
    """Whether a name is one of the same make: `harbour.events` and `harbour.events.v2`."""
    first = re.split(r"[._-]", given.lower())[0]
    return len(first) > 2 and any(re.split(r"[._-]", one.lower())[0] == first and one != first for one in value.values)


def _same_thing(value: Value, doing: Doing) -> bool:
    """A port of no named thing: it is the subject's where the action names the subject, or uses its known default."""
    if value.subject in doing.about or any(fact.subject == value.subject for fact in doing.reading.facts):
        return True
    kind = subject_kinds().get(value.subject, "")
    if any(fact.subject and fact.subject != value.subject for fact in doing.reading.facts):
        return False
    for fact in doing.reading.facts:
        if fact.parameter == value.parameter and is_default(value.subject, value.parameter, fact.value):
            return True
    return kind in ("database", "cache", "queue", "search") and (
        kind in doing.about or "db" in doing.about or "databas" in doing.about
    )


def _of_a_store(fact: Fact) -> bool:
    """Whether a port is that of a database, cache, queue or search engine, by its subject or by its widely known
    number."""
    owner = fact.subject or subject_of_port(fact.value)
    return subject_kinds().get(owner, "") in ("database", "cache", "queue", "search")


SHORT = {
    "addr": "address",
    "db": "database",
    "env": "environment",
    "pwd": "password",
    "freq": "frequency",
    "temp": "temperature",
    "lang": "language",
    "cfg": "config",
    "conf": "config",
    "num": "number",
    "msg": "message",
    "lr": "learning_rate",
}


_COUNTING = frozenset({"num", "number", "max", "min", "count", "n", "desired", "of", "total"})
LASTING = frozenset(
    {"ttl", "lifetime", "expiry", "expires", "expiration", "age", "timeout", "retention", "duration", "keep", "days"}
)


def _same_key(parameter: str, fact: Fact, doing: Doing, unit: str = "") -> bool:
    wanted = [SHORT.get(word, word) for word in parameter.split("_")]
    keys = {fact.parameter, key_of(fact.key)} if fact.key else {fact.parameter}
    squashed = "".join(wanted)
    for key in keys:
        plain = key.replace("_", "")
        if plain == squashed:
            return True
        parts = {SHORT.get(part, part) for part in key.split("_")}
        kinds = {stem(part) for part in parts - _COUNTING}
        if len(wanted) == 1 and kinds == {stem(wanted[0])}:
            return True
        if unit == "s" and parts & LASTING and (kinds | doing.about) & {stem(word) for word in wanted}:
            return True
        if (
            wanted[-1] in parts
            and len(wanted) > 1
            and (
                all(word in parts or stem(word) in doing.about for word in wanted[:-1])
                or fact.value.lower().startswith("0x")
            )
        ):
            return True
        if len(wanted) > 1 and set(wanted) <= parts:
            return True
        if len(squashed) > 5 and (plain.startswith(squashed) or plain.endswith(squashed)) and len(wanted) == 1:
            return True
    return False


def _host_concerned(value: Value, fact: Fact, doing: Doing) -> bool:
    """A host that an instruction fixes concerns an action on the same subject, or one that binds a service."""
    if value.values[0] in _LOOPBACK:
        return fact.value in ("0.0.0.0", "::", "[::]", "*") or (
            not fact.key.startswith("http") and fact.value[:1].isdigit() and fact.value not in _LOOPBACK
        )
    if fact.implicit:
        return False
    if value.subject and fact.subject == value.subject:
        return fact.value not in _LOOPBACK
    return not value.subject


def _elsewhere(value: Value, fact: Fact, doing: Doing) -> bool:
    """Whether the port is that of another thing in the same action, or its own when the instruction's is met too."""
    if value.subject:
        return False
    if value.parameter == "branch":
        return value.relation is Relation.IS and not is_default("", "branch", fact.value)
    if value.scope.about:
        return not (value.scope.about & doing.about) and not value.scope.environments
    return False


def _holds(value: Value, given: str) -> bool:
    given = given.strip().strip("\"'")
    if value.parameter == "version":
        return _version_holds(value, given)
    if value.relation in (Relation.IS, Relation.IS_NOT):
        same = any(_equal(value, wanted, given) for wanted in value.values)
        return same if value.relation is Relation.IS else not same
    figure, wanted = as_figure(given, value.unit), as_figure(value.values[0], value.unit)
    if figure is None or wanted is None:
        return True
    return figure >= wanted if value.relation is Relation.AT_LEAST else figure <= wanted


def _equal(value: Value, wanted: str, given: str) -> bool:
    if wanted.lower() == given.lower():
        return True
    if value.parameter == "host":
        return {wanted.lower(), given.lower()} <= _LOOPBACK or (
            value.relation is Relation.IS and given.lower().endswith("." + wanted.lower())
        )
    boolean = as_bool(wanted)
    if boolean is not None:
        other = as_bool(given) or {"0": "false", "1": "true"}.get(given)
        return other is None or other == boolean
    if value.parameter == "log_level":
        return wanted.lower().removesuffix("ing") == given.lower().removesuffix("ing")
    if value.parameter == "region" and given.lower().startswith(wanted.lower()):
        return True
    if value.parameter == "schedule" and not re.match(r"^[\d*/,\- ]+$", given):
        return True
    if given.startswith(("$", "<", "{", "%")):
        return True
    one, other_figure = as_figure(wanted, value.unit), as_figure(given, value.unit)
    if one is not None and other_figure is not None:
        if value.unit == "s" and abs(other_figure - one) > 1e-9:
            return any(abs(other_figure * factor - one) < 1e-6 for factor in (1 / 1000, 60, 3600))
        return abs(one - other_figure) < 1e-9
    return False


@remembered(8_192)
def as_figure(text: str, unit: str = "") -> float | None:
    """A text as a figure in the canonical unit: `30 s` is 30, `2m` of time 120, `04:00:00` 14,400. None where it is
    none."""
    text = text.strip().strip("\"'")
    if clock := _CLOCK.match(text):
        hours, minutes, seconds = clock.groups()
        return int(hours) * 3600.0 + int(minutes) * 60 + int(seconds or 0)
    match = _FIGURE.match(text)
    if not match:
        return None
    try:
        number = float(match.group(1).replace("_", ""))
    except ValueError:
        return None
    word = (match.group(2) or "").lower()
    if word == "m" and unit == "s":
        return number * 60
    if word and (known := unit_of(word)):
        return number * known[1]
    return number


def version_of(text: str) -> tuple[int, ...]:
    """The numbers of a version, empty where it is none: `>=20.11.0-alpine` is (20, 11, 0)."""
    match = re.search(r"\d{1,6}(?:\.\d{1,6}){0,3}", text)
    return tuple(int(part) for part in match.group().split(".")) if match else ()


def _version_holds(value: Value, given: str) -> bool:
    got = version_of(given)
    if not got:
        return True
    wanted = [version_of(text) for text in value.values]
    lower_bound = given.strip().startswith((">=", ">", "^", "~")) or given.strip().endswith(("+", ".x"))
    match value.relation:
        case Relation.IS:
            return any(_same_version(one, got) for one in wanted)
        case Relation.IS_NOT:
            return not any(_same_version(one, got) for one in wanted)
        case Relation.AT_LEAST:
            need = wanted[0]
            return (
                got[: len(need)] >= need[: len(got)]
                if not lower_bound or len(got) >= len(need)
                else got + (0,) * (len(need) - len(got)) >= need
            )
        case Relation.AT_MOST:
            return got[: len(wanted[0])] <= wanted[0]
        case Relation.COMPATIBLE:
            return got[:1] == wanted[0][:1] and got >= wanted[0][: len(got)]
        case _:
            return got[:2] == wanted[0][:2] and got >= wanted[0][: len(got)]


def _same_version(wanted: tuple[int, ...], got: tuple[int, ...]) -> bool:
    """17 and 17.2 agree; 2.2.0 and 2.2.1 do not; 3.12 and 3 do not say otherwise."""
    length = min(len(wanted), len(got))
    return wanted[:length] == got[:length]


def compare_limit(limit: Limit, doing: Doing) -> Iterator[Breach]:
    """The breaches of a limit by the figures of an action, or by the text that it writes."""
    for name, given, place, was in _figures(limit, doing):
        figure = as_figure(given, limit.unit)
        if figure is None or was == given:
            continue
        over = figure > limit.figure if limit.relation is Relation.AT_MOST else figure < limit.figure
        if over:
            word = "at most" if limit.relation is Relation.AT_MOST else "at least"
            wanted = f"{word} {_short(limit.figure)} {limit.unit}".strip()
            says = f"{name} is {wanted} by the instruction, the action gives {given}"
            new = _short(limit.figure)
            if clock := _CLOCK.match(given):
                seconds = int(limit.figure)
                new = f"{seconds // 3600:02}:{seconds // 60 % 60:02}" + (
                    f":{seconds % 60:02}" if clock.group(3) else ""
                )
            changes = ((place, new),) if place is not None else ()
            yield Breach(ConflictType.PARAMETER_MISMATCH, says, 0.88, new, given, (name, new), changes)
            return
    yield from _counted(limit, doing)


# How a key's last part names the unit of its figure: `upstreamTimeoutMs`, `ttlSec`, `maxMiB`
_UNITS = {
    **{
        unit: unit
        for unit in ("kb", "mb", "gb", "kib", "mib", "gib", "ms", "min", "minutes", "hours", "days", "seconds")
    },
    **{"millis": "ms", "milliseconds": "ms", "sec": "seconds", "secs": "seconds", "mins": "minutes", "hrs": "hours"},
}


def _parts(key: str) -> list[str]:
    """The words of a key; `maxMiB` ends in one unit."""
    return re.sub(r"(?:^|_)([kmgt]i)_b(?=_|$)", r"_\1b", key).split("_")


def _figures(limit: Limit, doing: Doing) -> Iterator[tuple[str, str, Place | None, str | None]]:
    for fact in doing.reading.facts:
        key = key_of(fact.key) or fact.parameter
        if len(key) == 1:  # `-w` says less than what it stands for
            key = fact.parameter
        stems = {stem(part) for part in key.split("_")} | {stem(part) for part in fact.parameter.split("_")}
        if _measures(limit, stems, fact.value, doing):
            unit = next((_UNITS[part] for part in _parts(key) if part in _UNITS), "")
            bare = fact.value.replace(".", "").replace("_", "").isdigit()
            value = fact.value + (" " + unit if unit and limit.unit and bare else "")
            yield (
                fact.parameter if fact.key.isupper() or fact.parameter in parameter_names() else key,
                value,
                fact.place,
                fact.was,
            )


GENERAL = word_list("general")


_ANYTHING = frozenset(
    {
        "anyth",
        "anything",
        "everyth",
        "everything",
        "purchas",
        "pay",
        "spend",
        "order",
        "expens",
        "invoic",
        "treasurer",
        "first",
        "need",
        "amount",
    }
)
_UNIT_KEYS = {
    "money": frozenset(
        {
            "amount",
            "pric",
            "cost",
            "total",
            "eur",
            "usd",
            "gbp",
            "nzd",
            "budget",
            "sum",
            "fee",
            "cent",
            "euro",
            "dollar",
            "valu",
        }
    ),
    "degree": frozenset({"temperatur", "temp", "c", "degree", "setpoint", "celsiu"}),
    "volt": frozenset({"volt", "voltag", "v"}),
}


def _measures(limit: Limit, stems: set[str], given: str, doing: Doing) -> bool:
    units = {part for part in stems if unit_of(part) or part in ("byt", "minut")}
    specific = limit.of - GENERAL
    if limit.measure == "time":
        specific = limit.of - {"fil", "cod", "test", "project"}
        waits = stems & {
            "timeout",
            "tim",
            "wait",
            "deadlin",
            "duration",
            "interval",
            "ttl",
            "delay",
            "limit",
            "expiry",
            "age",
            "expir",
            "lifetim",
            "maxag",
            "retention",
        }
        if not waits and not units:
            return False
        if "timeout" in stems and (limit.of & WAITING):
            return True
        kin = specific & (stems | doing.about)
        return bool(waits) and bool(
            not specific or len(kin) * 2 > len(specific) or (kin & stems and waits & {"ttl", "expir", "age", "timeout"})
        )
    if limit.measure == "size":
        return bool(stems & {"siz", "kb", "mb", "byt", "weight", "length", "gb"}) and bool(
            not specific or len(specific & doing.about) * 2 > len(specific)
        )
    if limit.measure in _UNIT_KEYS:
        return bool(stems & _UNIT_KEYS[limit.measure]) and (not specific - _ANYTHING or bool(specific & doing.about))
    if limit.measure == "coverag":
        return bool(
            stems & {"coverag", "lin", "branch", "function", "statement", "threshold", "fail_und", "min_coverag"}
        ) and bool(
            "coverag" in doing.about
            or any(
                "jest" in p or "vitest" in p or "coverage" in p or "nyc" in p or "codecov" in p
                for p in doing.reading.paths
            )
        )
    if not limit.measure or limit.measure not in stems:
        return False
    if stems & {"files_to", "remain"}:
        return False
    if stems - {limit.measure} <= {
        "max",
        "maximum",
        "limit",
        "num",
        "count",
        "number",
        "total",
        "of",
        "n",
        "longest",
        "in",
        "per",
    } | limit.of | {"paragraph", "sentenc"}:
        return not specific or len(specific & (doing.about | stems)) * 2 > len(specific)
    return bool(specific & stems)


def _counted(limit: Limit, doing: Doing) -> Iterator[Breach]:
    """What the text itself shows: lines of a file, sentences of a paragraph, words."""
    if limit.relation is not Relation.AT_MOST or (limit.of - GENERAL and not (limit.of - GENERAL) & doing.about):
        return
    most = int(limit.figure)
    if limit.measure == "lin" and limit.of & {"fil", "modul", "component", "sourc", "script", "class"}:
        for passage in doing.reading.passages:
            if (
                passage.kind in ("code", "configuration")
                and not passage.replaces
                and passage.path
                and passage.text.count("\n") + 1 > most
            ):
                lines = passage.text.count("\n") + 1
                yield Breach(
                    ConflictType.PARAMETER_MISMATCH,
                    f"a file has at most {most} lines by the instruction, this one has {lines}",
                    0.9,
                    str(most),
                    str(lines),
                )
                return
    if limit.measure in ("charact", "column") and limit.of & {"lin", "width", "wrap", "length"}:
        for _, added, _, _ in doing.code:
            longest = max((len(line) for line in added.splitlines()), default=0)
            if longest > most:
                yield Breach(
                    ConflictType.PARAMETER_MISMATCH,
                    f"a line has at most {most} characters by the instruction, one has {longest}",
                    0.9,
                    str(most),
                    str(longest),
                )
                return
    if limit.measure == "charact" and limit.of & {"subject", "commit", "titl", "headlin"}:
        for message in doing.commit_messages:
            subject = message.split("\n", 1)[0]
            if len(subject) > most:
                yield Breach(
                    ConflictType.PARAMETER_MISMATCH,
                    f"a subject has at most {most} characters by the instruction, this one has {len(subject)}",
                    0.9,
                    str(most),
                    str(len(subject)),
                )
                return
    if limit.measure in ("sentenc", "word", "charact", "bullet", "paragraph"):
        for text in doing.prose:
            paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
            units = paragraphs if (limit.measure == "sentenc" and limit.of & {"paragraph"}) or not limit.of else [text]
            for part in units:
                counted = {
                    "sentenc": len(re.findall(r"[.!?](?:\s|$)", part)),
                    "word": len(part.split()),
                    "charact": len(part),
                    "bullet": len(re.findall(r"(?m)^\s*[-*•]\s", part)),
                    "paragraph": len(paragraphs),
                }[limit.measure]
                if counted > most:
                    yield Breach(
                        ConflictType.PARAMETER_MISMATCH,
                        f"at most {most} are asked for, the text has {counted}",
                        0.82,
                        str(most),
                        str(counted),
                    )
                    return
    if limit.measure == "lin" and limit.of & {"pull", "chang", "request", "diff", "pr"}:
        match = re.search(
            r"\b(\d{2,6}) (?:changed )?lines\b",
            " ".join(str(value) for _, value in doing.parameters if isinstance(value, str)),
        )
        if match and int(match.group(1)) > most and not re.search(r"follow|remain|left|later", str(doing.parameters)):
            yield Breach(
                ConflictType.PARAMETER_MISMATCH,
                f"at most {most} changed lines are asked for, it has {match.group(1)}",
                0.7,
                str(most),
                match.group(1),
            )


def _short(figure: float) -> str:
    return str(int(figure)) if figure == int(figure) else repr(figure)
