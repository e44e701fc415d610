"""Under which keys a constraint is filed, and which keys an action calls up: how a history of any length is
narrowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tractatus.actions.findings import words_of
from tractatus.actions.names import key_of, subject_kinds, subject_names, subject_of, subject_of_port
from tractatus.comparison.doing import Doing
from tractatus.comparison.values import GENERAL, LASTING, PLAIN_PARAMETERS, WAITING
from tractatus.comparison.values import SHORT as _SHORT
from tractatus.directives import constraints as c
from tractatus.directives import knowledge
from tractatus.directives.language import stem

Key = tuple[str, ...]
_PIECE = re.compile(r"[A-Za-z0-9]+")

# Of these a project has many, each for something: one concerns an action on what it is for.
_OF_SOMETHING = frozenset(
    {"port", "host", "schedule", "region", "bucket", "database", "branch", "model", "profile", "context"}
)


def keys_of(constraint: c.Constraint, size: Callable[[Key], int]) -> tuple[Key, ...]:
    """The keys of which any finds the constraint. `size` tells how much is filed under a key already: of several ways
    to
    file, the rarest is taken."""
    match constraint:
        case c.Value():
            return _value_keys(constraint, size)
        case c.Limit():
            specific = constraint.of - GENERAL
            if not specific or constraint.measure in ("coverag", "money", "degree", "volt") or constraint.of & WAITING:
                return (("limit", constraint.measure),)
            return tuple(("term", term) for term in sorted(specific))
        case c.Choice():
            if constraint.refused and not constraint.allowed:
                return tuple(("member", constraint.family, member) for member in sorted(constraint.refused))
            return (("family", constraint.family),)
        case c.Name() if constraint.exact:  # found only where the whole of it is written: any piece of it will do
            return (min((("word", piece) for piece in _pieces(constraint.name)), key=size),)
        case c.Name():
            return (("word", _first(constraint.name)),)
        case c.Command():
            return min(((("word", _first(word)),) for word in constraint.words), key=lambda keys: size(keys[0]))
        case c.Flag():
            return tuple(("option", stem(word)) for word in sorted(constraint.among)) or (("option", ""),)
        case c.Deed():
            if constraint.objects:
                groups = [tuple(("term", term) for term in sorted(group)) for group in constraint.objects]
                rarest = min(groups, key=lambda keys: sum(size(key) for key in keys))
                # What is installed is a package, what is tagged a version, whatever it is called.
                return (*rarest, *(("verb", verb) for verb in ("install", "tag") if verb in constraint.verbs))
            return tuple(("verb", verb) for verb in sorted(constraint.verbs))
        case c.Untouched():
            return tuple(("path", _last_part(pattern)) for pattern in constraint.patterns)
        case c.Within():
            return (("writes",),)
        case c.Naming():
            return (("named", constraint.target),)
        case c.Practice():
            return tuple(("practice", where) for where in sorted(knowledge.practices()[constraint.name].where))
        case c.Commitment():
            return (("value", ""),)


def _value_keys(value: c.Value, size: Callable[[Key], int]) -> tuple[Key, ...]:
    if value.parameter not in PLAIN_PARAMETERS:
        words = value.parameter.split("_")
        if value.unit == "s" and not LASTING & set(words):  # "session tokens live for 15 minutes" is of `token_ttl` too
            lasting: list[Key] = [("pair", "lasting", stem(word)) for word in words]
            return (("key", "".join(words)), ("last", "lasting"), min(lasting, key=size))
        *others, last = (_SHORT.get(word, word) for word in words)
        whole: tuple[Key, ...] = (("key", "".join(words)), ("key", "".join((*others, last))))
        if not others:
            return tuple(dict.fromkeys((("key", words[-1]), *whole)))
        # Its last word and another are looked for together: many settings are timeouts. "last" alone is never called,
        # but for a figure in hexadecimal, which needs no other word.
        pairs: list[Key] = [("pair", last, stem(other)) for other in others]
        return tuple(dict.fromkeys((*whole, ("last", last), min(pairs, key=size))))
    if value.subject:
        return (
            ("parameter", value.parameter, value.subject),
            ("kind", value.parameter, subject_kinds().get(value.subject, "")),
        )
    if value.scope.about and value.parameter in _OF_SOMETHING:
        keys: tuple[Key, ...] = tuple(("about", value.parameter, term) for term in sorted(value.scope.about))
        everywhere = value.scope.environments and value.parameter in ("port", "host", "schedule")
        return (*keys, ("parameter", value.parameter, "")) if everywhere else keys
    return (("parameter", value.parameter, ""),)


def _first(word: str) -> str:
    found = _PIECE.search(word.rsplit("/", 1)[-1] if not word.startswith("@") else word)
    return found.group().lower() if found else word.lower()


def _pieces(word: str) -> list[str]:
    """Every piece of what `_first` takes the first of."""
    low = word.lower()
    return _PIECE.findall(low if low.startswith("@") else low.rsplit("/", 1)[-1]) or [low]


def _last_part(pattern: str) -> str:
    parts = [part for part in pattern.lower().strip("/").split("/") if part and "*" not in part and "<" not in part]
    if parts:
        return parts[-1]
    return "." + pattern.rsplit(".", 1)[-1].lower() if "." in pattern else "*"


def keys_called(doing: Doing, known: Mapping[Key, object]) -> list[Key]:
    """The keys under which constraints that may concern the action are filed, those only that are `known`."""
    asked: list[Key] = []
    call = asked.append
    pairs: dict[str, set[str]] = {}
    reading = doing.reading
    subjects: set[str] = set()
    if any(not fact.subject for fact in reading.facts):
        of_names = subject_names()
        subjects = {of_names[word] for word in reading.words if word in of_names}
    for fact in reading.facts[:400]:
        for parameter in (fact.parameter, "version") if fact.parameter in ("tag",) else (fact.parameter,):
            call(("parameter", parameter, ""))
            if fact.subject:
                call(("parameter", parameter, fact.subject))
            elif parameter in PLAIN_PARAMETERS:
                for subject in sorted(subjects):
                    call(("parameter", parameter, subject))
                if parameter == "port" and (owner := subject_of_port(fact.value)):
                    call(("parameter", "port", owner))
                for kind in ("database", "cache", "queue", "search"):
                    if kind in doing.about or (kind == "database" and not doing.about.isdisjoint(_DATABASE)):
                        call(("kind", parameter, kind))
        if subject_of(fact.parameter):
            call(("parameter", "version", subject_of(fact.parameter)))
        for name in {fact.parameter, key_of(fact.key)} if fact.key else (fact.parameter,):
            parts = name.split("_")
            for part in parts:
                call(("key", part))
                call(("limit", stem(part)))
                call(("key", _SHORT.get(part, part)))
            squashed = "".join(parts)
            call(("key", squashed))
            if not LASTING.isdisjoint(parts):
                pairs.setdefault("lasting", set()).update(stem(part) for part in parts)
            for last in {_SHORT.get(part, part) for part in parts}:
                if ("last", last) in known:
                    pairs.setdefault(last, set()).update(stem(_SHORT.get(part, part)) for part in parts)
                    if fact.value.lower().startswith("0x"):
                        call(("last", last))
            for length in range(6, min(len(squashed), 30)):
                call(("key", squashed[:length]))
                call(("key", squashed[-length:]))
    for name in doing.names_used:
        for family in knowledge.families_of().get(name, ()):
            call(("family", family))
            call(("member", family, knowledge.families()[family].members[name]))
    asked += sorted(key for word in _words(doing) if (key := ("word", word)) in known)
    for line in doing.commands[:60]:
        for word in line.split(maxsplit=5)[:5]:
            call(("option", stem(word)))
    for act in doing.acts[:60]:
        call(("verb", act.verb))
        call(("option", stem(act.verb)))
    call(("option", ""))
    for verb in doing.verbs_said:
        call(("verb", verb))
    if any(line.startswith("find ") and "-mtime" in line for line in doing.commands):
        pairs.setdefault("lasting", set())
    for last, others in pairs.items():
        asked += sorted(pair for other in others | doing.about if (pair := ("pair", last, other)) in known)
    asked += sorted(key for term in doing.about if (key := ("term", term)) in known)
    for parameter in sorted({fact.parameter for fact in reading.facts[:400]} & _OF_SOMETHING):
        asked += sorted(about for term in doing.about if (about := ("about", parameter, term)) in known)
    for path in (*doing.written[:60], *reading.paths[:60]):
        lower = path.lower()
        for part in lower.split("/"):
            call(("path", part))
            call(("path", part.rsplit(".", 1)[0]))
            call(("term", part))
        call(("term", lower))
        if "." in lower:
            call(("path", "." + lower.rsplit(".", 1)[-1]))
        call(("path", "*"))
    if doing.written:
        call(("writes",))
    for where in _places(doing):
        call(("practice", where))
    asked += _ALWAYS_ASKED
    if not (reading.read_only and not doing.structured):
        call(("value", ""))
    return list(dict.fromkeys(key for key in asked if key in known))


def _words(doing: Doing) -> set[str]:
    """The words of an action, whole and in their pieces, also of what its quotes and variables hide from the reader
    of its texts. A word that the reader took has its pieces among the others, unless it has letters beyond ASCII."""
    taken = doing.reading.words
    found = set(taken)
    for word in taken:
        if not word.isascii():
            found.update(_PIECE.findall(word))
    for passage in doing.reading.passages:
        if passage.place is None:
            found |= words_of([passage.text])
    for name in doing.names_used:
        if name not in taken:
            found.update(_pieces(name))
        found.add(subject_of(name))
    for line in doing.commands[:60]:
        for word in line.split()[:200]:
            if word not in taken:
                found.update(_pieces(word))
    return found


_MEASURES = (
    "money",
    "degree",
    "volt",
    "time",
    "size",
    "coverag",
    "lin",
    "sentenc",
    "word",
    "charact",
    "bullet",
    "paragraph",
    "column",
    "fil",
)
_NAMED_THINGS = (
    "branch", "file", "function", "variable", "class", "component", "table", "column", "constant", "test", "folder",
    "endpoint",
    "tag", "identifier", "keyword", "commit", "package", "key", "test file", "test function", "bucket", "service", "id",
)  # fmt: skip
_ALWAYS_ASKED: tuple[Key, ...] = (
    *(("limit", measure) for measure in _MEASURES), *(("named", target) for target in _NAMED_THINGS)
)  # fmt: skip
_DATABASE = frozenset({"db", "databas", "sql", "database"})


def _places(doing: Doing) -> list[str]:
    """In what an action can show practices."""
    found = []
    if doing.commands:
        found += ["command", "added"]
    if doing.code:
        found += ["code", "markup", "configuration", "added", "log"]
    if doing.structured:
        found += ["log", "title", "added", "prose", "command", "configuration"]
    if doing.prose or doing.shown:
        found += ["prose", "title"]
    if doing.commit_messages:
        found.append("commit")
    if any(passage.kind == "query" for passage in doing.reading.passages):
        found.append("query")
    if doing.written or doing.new_file:
        found.append("path")
    return found
