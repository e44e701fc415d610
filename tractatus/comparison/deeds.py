"""What an action does against deeds that an instruction forbids, files it protects, and bounds it sets."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from tractatus.actions import Place
from tractatus.comparison.breaches import UNCLEAR, Breach
from tractatus.comparison.doing import Doing
from tractatus.directives import knowledge
from tractatus.directives.constraints import Deed, Naming, Untouched, Within
from tractatus.directives.language import stem
from tractatus.directives.patterns import compiled
from tractatus.remembered import remembered
from tractatus.vocabulary import ConflictType

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9.]*|\d+(?:\.\d+)*")
_READING = frozenset({"read", "list", "search", "check", "connect", "compare", "count", "plan", "analyse", "ask"})


def compare_deed(deed: Deed, doing: Doing) -> Iterator[Breach]:
    """Whether the action does one of the deeds to the thing."""
    if doing.asks:
        return
    if "*" in deed.verbs:
        yield from _anything(deed, doing)
        return
    if doing.structured and not doing.raw_command:
        done = {act.verb for act in doing.acts} - _READING | (
            doing.verbs_said - _READING if not doing.reading.read_only else set()
        )
        if not done & deed.verbs:
            return
        if (
            not {act.verb for act in doing.acts} & deed.verbs
            and len(deed.objects) < 2
            and not doing.verbs_said & deed.verbs
        ):
            return
        heap = set(doing.said) | doing.parameter_stems
        if any(key in ("table", "collection", "dataset") for key, _ in doing.parameters):
            heap.add("data")
        if all(_found(group, heap) for group in deed.objects):
            said = set(doing.said)
            near = sum(1 for group in deed.objects if _found(group, said)) + bool(doing.verbs_said & deed.verbs)
            confidence = 0.85 if near > len(deed.objects) or len(deed.objects) > 1 else 0.72
            yield _breach(deed, doing.description, confidence)
        return
    if {"write", "format"} <= deed.verbs and deed.objects and not doing.raw_command:
        for passage in doing.reading.passages:
            parts = {stem(part) for part in re.split(r"[/_.\-]", passage.path.lower()) if part}
            if passage.replaces and all(_found(group, parts) for group in deed.objects):
                yield _breach(deed, passage.path, 0.8)
                return
    for act in doing.acts:
        if not act.changes or not act.command:
            continue
        if act.verb not in deed.verbs and not (
            deed.objects and act.verb == "run" and _named_verbs(act.command) & deed.verbs
        ):
            continue
        if act.command[0] in ("echo", "grep", "printf", "sed", "true"):
            continue
        heap = _heap(act.command, act.object)
        heap |= _OF_VERB.get(act.verb, frozenset())
        if act.object.startswith(("table ", "database ")):
            heap.add("data")
        if deed.objects and all(_found(group, heap) for group in deed.objects):
            yield _breach(deed, " ".join(act.command), 0.82)
            return
        if not deed.objects:
            yield _breach(deed, " ".join(act.command), 0.85)
            return


# What a verb is done to where a command does not say so
_OF_VERB = {"publish": frozenset({"packag"}), "tag": frozenset({"version", "releas", "tag"})}


def _anything(deed: Deed, doing: Doing) -> Iterator[Breach]:
    """A deed whose verb is not known: all of its words stand in what a described action or a command says."""
    if doing.reading.read_only and not doing.structured:
        return
    heap = set(doing.said) | doing.parameter_stems if doing.structured else set()
    for act in doing.acts:
        if act.command and act.changes and act.command[0] not in ("echo", "grep", "git", "sed"):
            heap |= _heap(act.command, act.object)
    if heap and all(_found(group, heap) for group in deed.objects):
        yield _breach(deed, doing.description or doing.raw_command, 0.76 if len(deed.objects) > 2 else UNCLEAR)


def _named_verbs(command: tuple[str, ...]) -> set[str]:
    """The verbs in the names of what a program is told to run: `manage.py send_newsletter` sends."""
    found: set[str] = set()
    for word in command[1:4]:
        if not word.startswith("-"):
            for part in re.split(r"[_\-:./]", word)[:6]:
                kind = knowledge.deeds().get(stem(part))
                if kind is not None:
                    found |= kind.done_by
    return found


def _breach(deed: Deed, actual: str, confidence: float) -> Breach:
    thing = _as_written(deed, actual)
    says = f"the instruction forbids this ({thing})" if thing else "the instruction forbids this"
    if deed.scope.approval:
        says = "the instruction wants a person's approval first, and the action does not say that it was given" + (
            f" ({thing})" if thing else ""
        )
    return Breach(ConflictType.PROHIBITION_VIOLATED, says, confidence, None, actual[:200])


def _as_written(deed: Deed, actual: str) -> str:
    """The words of the action by which the things of a deed were found."""
    found: list[str] = []
    for word in re.findall(r"[A-Za-z][\w.-]{0,60}", actual[:2000]):
        parts = {stem(part) for part in re.split(r"[_.-]", word) if part} | {word.lower()}
        if word not in found and any(not parts.isdisjoint(group) for group in deed.objects):
            found.append(word)
    return ", ".join(found[:4])


def _found(group: frozenset[str], heap: set[str]) -> bool:
    return not group.isdisjoint(heap)


def _heap(command: tuple[str, ...], thing: str) -> set[str]:
    """The stems of a command's words. Of a path or compound only the last part counts: account_exports are exports."""
    found: set[str] = set()
    for word in (*command[:40], *thing.split()[:40]):
        found.add(word.lower())
        if len(word) > 200:
            continue
        if "/" in word or "_" in word or "-" in word:
            parts = [part for part in re.split(r"[/_.\-]", word) if part]
            if parts:
                found.add(stem(parts[-1]))
                if "/" not in word and len(parts) <= 2 and not word.startswith("-"):
                    found.add(stem(parts[0]))
        else:
            found.update(stem(part) for part in _WORD.findall(word))
    return found


@remembered(8_192)
def path_matches(path: str, pattern: str) -> bool:
    """Whether a file is meant by a pattern: a folder with all in it, a file name, a glob."""
    path, pattern = path.removeprefix("./").lower(), pattern.removeprefix("./").strip("/ ").lower()
    pattern = pattern.removesuffix("/**").removesuffix("/*") if not pattern.startswith("*") else pattern
    if not pattern:
        return False
    if "*" in pattern or "<" in pattern:
        pattern = re.sub(r"<[^>]*>", "*", pattern)
        return (
            fnmatch.fnmatch(path, pattern)
            or fnmatch.fnmatch(path, "*/" + pattern)
            or fnmatch.fnmatch(path, pattern + "/*")
            or fnmatch.fnmatch(path, "*/" + pattern + "/*")
        )
    if re.match(r"^\.[a-z0-9]{2,12}$", pattern) and path.endswith(pattern):
        return True
    padded = f"/{path.strip('/')}/"
    return f"/{pattern}/" in padded


def compare_untouched(untouched: Untouched, doing: Doing) -> Iterator[Breach]:
    """Whether a protected file is changed."""
    for path in doing.written:
        for pattern in untouched.patterns:
            if path_matches(path, pattern):
                yield Breach(
                    ConflictType.PROHIBITION_VIOLATED,
                    f"{pattern} must not be changed by the instruction",
                    0.93,
                    None,
                    path,
                )
                return
    for line in doing.commands:
        if "cd " in doing.raw_command and line.startswith("cd "):
            folder = line.split()[1] if len(line.split()) > 1 else ""
            if any(path_matches(folder, pattern) for pattern in untouched.patterns) and any(
                act.changes
                and act.command
                and act.command[0] != "cd"
                and act.verb in ("install", "write", "delete", "create", "move", "format", "upgrade", "uninstall")
                for act in doing.acts
            ):
                yield Breach(
                    ConflictType.PROHIBITION_VIOLATED,
                    f"{folder} must not be changed by the instruction",
                    0.82,
                    None,
                    line,
                )
                return


def compare_within(within: Within, doing: Doing) -> Iterator[Breach]:
    """Whether something outside the bounds is changed."""
    if not doing.written or doing.reading.read_only:
        return
    for path in doing.written:
        if path.startswith(("/tmp", "tmp/", "$")):
            continue
        if within.patterns:
            if not any(path_matches(path, pattern) or path_matches(pattern, path) for pattern in within.patterns):
                allowed = ", ".join(within.patterns)
                yield Breach(
                    ConflictType.PROHIBITION_VIOLATED,
                    f"only {allowed} may be changed by the instruction",
                    0.85,
                    allowed,
                    path,
                )
                return
        elif within.topics and "/" in path:
            heap = {stem(part) for part in re.split(r"[/_.\-]|(?<=[a-z])(?=[A-Z])", path) if part}
            texts = {stem(word) for passage in doing.reading.passages for word in _WORD.findall(passage.text[:4000])}
            if not within.topics & heap and not within.topics & texts:
                yield Breach(
                    ConflictType.CONVENTION_VIOLATED,
                    "the instruction limits the work to something that neither this path nor its text names",
                    UNCLEAR,
                    None,
                    path,
                )
                return


_STYLES = {
    "kebab-case": re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$"),
    "snake_case": re.compile(r"^_*[a-z0-9]+(?:_[a-z0-9]+)*_*$"),
    "camelCase": re.compile(r"^_*[a-z][A-Za-z0-9]*$"),
    "PascalCase": re.compile(r"^[A-Z][A-Za-z0-9]*$"),
    "lowercase": re.compile(r"^[^A-Z]+$"),
    "UPPERCASE": re.compile(r"^[^a-z]+$"),
    "UPPER_SNAKE_CASE": re.compile(r"^_?[A-Z0-9]+(?:_[A-Z0-9]+)*$"),
}
_NAMED_IN_CODE = {
    "function": compiled(
        r"\b(?:def|func|fn|function|fun|sub)\s+(?:\([^)\n]{0,80}\)\s*)?([A-Za-z_]\w*)\s*[(<\[]|\b(?:const"
        r"|let)\s+([A-Za-z_]\w*)\s*=\s*(?:async\s*)?(?:\([^)\n]{0,120}\)|\w+)\s*=>"
    ),
    "class": compiled(r"\b(?:class|interface|struct|enum|trait|type)\s+([A-Za-z_]\w*)\b(?=[^\n=]{0,80}[{:(=<]|\s*$)"),
    "variable": compiled(
        r"(?m)\b(?:const|let|var|val|auto|int|string|float"
        r"|double)\s+([A-Za-z_]\w*)\s*(?::[^=\n]{0,40})?=(?!=)(?!\s*(?:async\s*)?(?:\([^)\n]{0,120}\)"
        r"|\w+)\s*=>)|^[ \t]*([a-zA-Z_]\w*)\s*(?::[^=\n]{0,40})?=(?!=)"
    ),
    "table": compiled(
        r"(?i)\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?[\"`\[]?(?:\w+\.)?(\w+)|create_table\s*\(?\s*[:\"'](\w+)"
    ),
    "column": compiled(
        r"(?im)^\s*[\"`]?([A-Za-z]\w*)[\"`]?\s+(?:var)?(?:char|text|int|integer|bigint|uuid|timestamp"
        r"|timestamptz|boolean|bool|numeric|decimal|date|json|jsonb|serial|real|double)\b"
        r"|\badd\s+(?:column\s+)?[\"`]?(\w+)"
    ),
    "constant": compiled(
        r"(?m)\b(?:const|final|static\s+final\s+\w+)\s+([A-Za-z_]\w*)\s*=\s*[\"'\d]|^([A-Za-z_]\w*)\s*=\s*[\"'\d]"
    ),
    "endpoint": compiled(r"\b(?:get|post|put|patch|delete|route|path)\(\s*[\"'](/[\w/{}:<>.-]+)[\"']"),
    "key": compiled(r"[\"']([A-Za-z_]\w*)[\"']\s*:"),
    "test function": compiled(r"\b(?:def|function|fn|func)\s+(\w+)\s*\("),
}


def compare_naming(naming: Naming, doing: Doing) -> Iterator[Breach]:
    """Whether a new thing of the kind is named otherwise."""
    for name, whole in _names_of(naming.target, doing):
        if naming.style:
            if not _has_style(naming.style, name):
                says = f"a {naming.target} is named in {naming.style} by the instruction, this one is {name}"
                yield Breach(ConflictType.PARAMETER_MISMATCH, says, 0.85, naming.style, whole)
                return
        elif not _has_pattern(naming.pattern, name):
            says = (
                f"the name of a {naming.target} is of the form {naming.pattern} by the instruction, this one is {name}"
            )
            correction, changes = _renamed(naming, name, whole, doing)
            yield Breach(ConflictType.PARAMETER_MISMATCH, says, 0.88, naming.pattern, whole, correction, changes)
            return


def _has_style(style: str, name: str) -> bool:
    if _STYLES[style].match(name):
        return True
    return (style == "camelCase" and name.isupper()) or (style in ("snake_case", "camelCase") and name.startswith("__"))


def _has_pattern(pattern: str, name: str) -> bool:
    for part in pattern.split("|"):
        if part.endswith("#"):
            if re.match(r"^" + re.escape(part[:-1]) + r"\d+(?:\.\d+)*(?:[-+.][\w.]+)?$", name):
                return True
        elif fnmatch.fnmatchcase(name, part):
            return True
    return False


def _names_of(target: str, doing: Doing) -> Iterator[tuple[str, str]]:
    """The new things of a kind: their name, and where it stands in."""
    if target == "branch":
        for fact in doing.reading.facts:
            if fact.parameter == "branch" and _creates(fact.key, doing):
                yield fact.value, fact.value
    elif target == "tag":
        for act in doing.acts:
            if act.command[:2] == ("git", "tag") and not set(act.flags) & {"-l", "--list", "-d", "--delete"}:
                words = [
                    word
                    for at, word in enumerate(act.command[2:])
                    if not word.startswith("-") and act.command[at + 1] not in ("-m", "--message", "-F")
                ]
                if words:
                    yield words[0], words[0]
    elif target in ("file", "component", "test file", "folder", "class file"):
        for path in (
            [doing.new_file]
            if doing.new_file
            else [
                p
                for act in doing.acts
                if act.command and act.command[0] in ("touch", "mkdir")
                for p in act.command[1:]
                if not p.startswith("-")
            ]
        ):
            if not path:
                continue
            base = path.rstrip("/").rsplit("/", 1)[-1]
            if target == "test file":
                if (
                    re.search(r"(?:^|/)(?:tests?|spec)/|test|spec", path.lower())
                    and base not in ("conftest.py", "__init__.py")
                    and not base.endswith((".md", ".json", ".txt"))
                ):
                    yield base, path
            elif target == "component":
                if "component" in path.lower() or path.endswith((".vue", ".tsx", ".jsx", ".svelte")):
                    yield base.split(".")[0], path
            elif not base.isupper() and base.split(".")[0] not in (
                "README",
                "LICENSE",
                "CHANGELOG",
                "Dockerfile",
                "Makefile",
                "__init__",
                "index",
                "",
            ):
                yield base.split(".")[0], path
    else:
        kinds = ("function", "variable") if target == "identifier" else (target,)
        for kind in kinds:
            pattern = _NAMED_IN_CODE.get(kind)
            if pattern is None:
                continue
            if kind == "test function" and not doing.is_test:
                continue
            for passage, added, _, quiet in doing.code:
                if kind == "variable" and passage.kind == "configuration":
                    continue
                for match in pattern.finditer(added if kind in ("key", "endpoint", "table") else quiet):
                    name = next((group for group in match.groups() if group), "")
                    if (
                        name
                        and not (kind == "test function" and not re.match(r"(?i)test|should|it_|check|spec", name))
                        and name not in ("_", "self")
                    ):
                        yield name, name
            for passage in doing.reading.passages:
                if passage.kind == "query" and kind in ("table", "column"):
                    for match in pattern.finditer(passage.text):
                        if name := next((group for group in match.groups() if group), ""):
                            yield name, name


def _creates(key: str, doing: Doing) -> bool:
    if key in ("-b", "-B", "-c", "-C", "--create"):
        return True
    for act in doing.acts:
        if act.command[:2] == ("git", "branch") and not set(act.flags) & {"-d", "-D", "--delete", "--list", "-a", "-r"}:
            return True
    return doing.structured and any(act.verb == "create" for act in doing.acts)


def _renamed(
    naming: Naming, name: str, whole: str, doing: Doing
) -> tuple[tuple[str, str] | None, tuple[tuple[Place, str], ...]]:
    """The name as the pattern wants it, where that is plain."""
    pattern = naming.pattern.split("|")[0]
    new = ""
    if pattern.endswith("/*") and naming.target == "branch":
        new = pattern[:-1] + name.rsplit("/", 1)[-1]
    elif pattern == "v#" and (found := re.search(r"\d+(?:\.\d+)+", name)):
        new = "v" + found.group()
    elif naming.target == "test file" and pattern.count("*") == 1:
        bare = re.sub(r"(?:[._-]?(?:tests?|specs?))?(\.\w+)$", "", name, flags=re.I)
        bare = re.sub(r"^(?:tests?|specs?)[._-]", "", bare, flags=re.I)
        new = pattern.replace("*", bare)
    elif pattern.endswith("*") and naming.target in ("branch", "function"):
        new = pattern[:-1] + name
    if not new or new == name:
        return None, ()
    parameter = "file_path" if naming.target == "test file" else naming.target
    value = whole[: -len(name)] + new if whole.endswith(name) else new
    changes = tuple(
        (fact.place, value)
        for fact in doing.reading.facts
        if fact.value == whole and fact.place is not None and fact.parameter in ("branch", "path", "tag")
    )
    return (parameter, value), changes[:1]
