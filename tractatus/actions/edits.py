"""Files that are written or edited: what is added, what it replaces, its settings, its packages, its comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tractatus.actions import configuration, packages, sql
from tractatus.actions.facts import Passage, Place
from tractatus.actions.findings import Findings
from tractatus.actions.languages import Language, comments, language_of
from tractatus.actions.located import Located
from tractatus.actions.names import parameter_of, subject_kinds, subject_of

TOOLS = frozenset(
    {
        "edit",
        "write",
        "multi_edit",
        "multiedit",
        "notebook_edit",
        "str_replace",
        "create_file",
        "write_file",
        "edit_file",
    }
)
_PATHS = ("file_path", "path", "notebook_path", "filepath", "filename", "file", "target_file")
_NEW = (
    "new_string",
    "content",
    "new_source",
    "new_str",
    "file_text",
    "contents",
    "text",
    "insert_text",
    "code_edit",
    "new_text",
)
_OLD = ("old_string", "old_str", "old_source", "old_text")

Taking = Callable[[str, tuple[str | int, ...]], Located]


def looks_like_edit(given: Mapping[Any, Any]) -> bool:
    """Whether a tool's input names a file and a text for it."""
    return any(isinstance(given.get(key), str) for key in _PATHS) and any(
        isinstance(given.get(key), str)
        for key in ("new_string", "new_str", "new_source", "file_text", "content", "contents")
    )


def read(findings: Findings, kind: str, given: Mapping[Any, Any], root: str, take: Taking) -> set[str]:
    """Read an editing tool's input; gives the keys that it has read."""
    taken: set[str] = set()
    key = next((key for key in _PATHS if isinstance(given.get(key), str)), None)
    target: Located | None = None
    if key is not None:
        target = take(given[key], (root, key))
        taken.add(key)
        findings.fact("path", target, key=key)
        findings.path(target.text)
    edits = given.get("edits")
    parts: list[tuple[Mapping[Any, Any], tuple[str | int, ...]]] = [(given, (root,))]
    if isinstance(edits, (list, tuple)):
        parts += [
            (edit, (root, "edits", number)) for number, edit in enumerate(edits[:500]) if isinstance(edit, Mapping)
        ]
        taken.add("edits")
    before = len(findings.passages)
    path = target.text if target is not None else ""
    removing = False
    for part, where in parts:
        new_key = next((key for key in _NEW if isinstance(part.get(key), str)), None)
        old_key = next((key for key in _OLD if isinstance(part.get(key), str)), None)
        if part is given:
            taken |= {key for key in (new_key, old_key) if key}
        old = take(part[old_key], (*where, old_key)).text if old_key else ""
        if new_key is None:
            continue
        new = take(part[new_key], (*where, new_key))
        removing = removing or (bool(old.strip()) and not new.text.strip())
        content(findings, path, new, old, Place((*where, new_key)))
    deleting = removing and all(not passage.text.strip() for passage in findings.passages[before:])
    verb = "delete" if deleting else "write"
    thing = f"text in path {path}" if deleting else f"path {path}"
    findings.act(verb, kind, thing if path else "", target.place() if target is not None else None)
    return taken


def written(findings: Findings, target: Located, content_of: Located | None) -> None:
    """A file that a command writes, with its content where the command says it."""
    findings.fact("path", target)
    findings.path(target.text)
    if content_of is not None:
        content(findings, target.text, content_of, "", content_of.place())


def code(findings: Findings, found: Located, language: str) -> None:
    """Code that is handed to an interpreter."""
    _read(findings, found, "", _named(language), "", found.place())


def _named(name: str) -> Language:
    return language_of(_ENDING.get(name, ""))


_ENDING = {
    "python": "x.py",
    "javascript": "x.js",
    "node": "x.js",
    "ruby": "x.rb",
    "perl": "x.pl",
    "php": "x.php",
    "sql": "x.sql",
}


def content(findings: Findings, path: str, new: Located, old: str, place: Place | None) -> None:
    """The text of a file, or a part of it, in place of `old`."""
    _read(findings, new, old, language_of(path), path, place)


def _read(findings: Findings, new: Located, old: str, language: Language, path: str, place: Place | None) -> None:
    text = new.text
    spans = comments(text, language)
    kind = language.kind or ("prose" if not path else "configuration" if _settings_like(text) else "code")
    passage = Passage(text, kind, language.name, old, place, path, spans)
    findings.passage(passage)
    if kind == "prose" or not text:
        return
    bare = Located(passage.without_comments, new.path, new.offset, new.positions) if spans else new
    literal = kind == "code"
    was = configuration.known(old, literal=literal) if old else {}
    name = path.rpartition("/")[2].lower()
    manifest = packages.is_manifest(path)
    subject = subject_of(name.partition(".")[0]) if kind == "configuration" and not manifest else ""
    if subject_kinds().get(subject) in ("infrastructure", "cloud", "package manager"):
        subject = ""
    if name in _VERSION_FILES:
        findings.fact("version", new.part(0, len(text.rstrip())), _VERSION_FILES[name], was=old.strip() or None)
        return
    settings = bare
    if language.name == "dockerfile":
        settings = Located(_FROM.sub(_blank, bare.text), bare.path, bare.offset, bare.positions)
        subject = ""
    configuration.configuration(
        findings, settings, literal=literal, subject=subject, manifest=manifest, was=was if old else None
    )
    if language.name in _DIRECTIVES or name == "gemfile":
        configuration.directives(findings, bare, subject=subject)
    for start, end in added_lines(text, old):
        part = bare.part(start, end)
        packages.imports(findings, part, language.name)
        if manifest:
            packages.manifest(findings, part, path)
        configuration.addresses(findings, part)
        configuration.prose(findings, part)
        if kind == "code" or language.name == "gradle":
            configuration.spoken_in_code(findings, part)
        if language.name == "css":
            _declarations(findings, part)
        if language.name == "sql":
            sql.read(findings, part, tool="")


_DECLARATION = re.compile(
    r"(?<![\w-])(?P<key>--[\w-]{1,60}|[a-z][a-z-]{1,40})[ \t]*:[ \t]*(?P<value>[^;{}\n]{1,200})(?=[;}\n]|\Z)"
)


def _declarations(findings: Findings, found: Located) -> None:
    """The properties of a style sheet, whose values are no literals of code."""
    for match in _DECLARATION.finditer(found.text):
        value = found.part(match.start("value"), match.start("value") + len(match["value"].rstrip()))
        findings.fact(parameter_of(match["key"])[0], value, key=match["key"])


_DIRECTIVES = frozenset({"dockerfile", "nginx", "ini", "env", "gomod"})
_VERSION_FILES = {".nvmrc": "node", ".node-version": "node", ".python-version": "python", ".ruby-version": "ruby"}
_VERSION_FILES |= {".java-version": "java", ".terraform-version": "terraform", ".go-version": "go"}
_FROM = re.compile(r"^[ \t]*+(?:FROM|RUN|CMD|COPY|ENTRYPOINT)\b[^\n]*+", re.MULTILINE | re.IGNORECASE)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _settings_like(text: str) -> bool:
    return bool(re.match(r"\s*(?:[A-Z_]{3,}=|\{|\[)", text))


def added_lines(text: str, old: str) -> tuple[tuple[int, int], ...]:
    """The spans of the lines of `text` that are no lines of `old`, neighbours together."""
    if not old:
        return ((0, len(text)),) if text else ()
    kept = set(old.split("\n"))
    spans: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        if line not in kept and line.strip():
            if spans and spans[-1][1] == at - 1:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((at, end))
        at = end + 1
    return tuple(spans)
