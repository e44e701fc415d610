"""How things are to be named: "file names in kebab-case", "branches are called feature/*"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from tractatus.directives import knowledge
from tractatus.directives.constraints import Constraint, Naming, Scope
from tractatus.directives.language import Clause, Token

_STYLES = {
    "kebab-case": "kebab-case", "kebab": "kebab-case", "snake_case": "snake_case", "snake-case": "snake_case",
    "snakecase": "snake_case", "camelcase": "camelCase", "pascalcase": "PascalCase", "lowercase": "lowercase",
    "uppercase": "UPPERCASE", "screaming_snake_case": "UPPER_SNAKE_CASE", "upper_snake_case": "UPPER_SNAKE_CASE",
    "uppercamelcase": "PascalCase", "lowercamelcase": "camelCase", "constant_case": "UPPER_SNAKE_CASE",
    "kebap-case": "kebab-case",
    "pascal-case": "PascalCase", "camel-case": "camelCase", "dash-case": "kebab-case", "hyphenated": "kebab-case",
    "upper_case": "UPPER_SNAKE_CASE", "screaming_snake": "UPPER_SNAKE_CASE", "all-lowercase": "lowercase",
    "lower-case": "lowercase",
}  # fmt: skip
_TARGETS = {
    "branch": "branch", "fil": "file", "filenam": "file", "function": "function", "method": "function",
    "variabl": "variable",
    "class": "class", "component": "component", "tabl": "table", "column": "column", "constant": "constant",
    "test": "test",
    "folder": "folder", "directory": "folder", "endpoint": "endpoint", "rout": "endpoint", "url": "endpoint",
    "tag": "tag",
    "identifier": "identifier", "keyword": "keyword", "commit": "commit", "packag": "package", "modul": "file",
    "hook": "function", "field": "key", "key": "key", "interfac": "class", "slug": "file", "imag": "file",
    "document": "file",
    "parameter": "variable", "propert": "key", "migrat": "file", "script": "file", "property": "key", "typ": "class",
    "enum": "class", "bucket": "bucket", "servic": "service", "id": "id", "attribut": "key", "releas": "tag",
    "helper": "function",
}  # fmt: skip


def namings_of(clause: Clause, words: list[Token], scope: Scope) -> Iterator[Constraint]:
    """The style or the pattern that a clause asks of the names of things."""
    style = next((_STYLES[t.low] for t in words if t.low in _STYLES), "")
    if not style:
        pairs = [f"{one.low}-{two.low}" for one, two in itertools.pairwise(words) if two.low == "case"]
        style = next((_STYLES[pair] for pair in pairs if pair in _STYLES), "")
    words = [
        replace(t, text=re.sub(r"<[^<>]{1,40}>", "*", t.text))
        if "<" in t.text and ("/" in t.text or "-" in t.text)
        else t
        for t in words
    ]
    pattern = next(
        (
            t.text
            for t in words
            if "*" in t.text and re.match(r"^[\w./*@-]{2,60}$", t.text) and not t.text.startswith("*.")
        ),
        "",
    )
    targets = [_TARGETS[t.stem] for t in words if t.stem in _TARGETS]
    if style and not clause.negative:
        languages = scope.languages | {
            knowledge.LANGUAGES[t.low] for t in words if t.low in knowledge.LANGUAGES and len(t.low) > 1
        }
        if "component" in targets:
            targets = [target for target in targets if target != "file"]
        for target in dict.fromkeys(targets or ["file"]):
            yield Naming(target, style, "", replace(scope, languages=frozenset(languages)))
        return
    named = any(
        t.stem in ("nam", "call", "look", "form", "prefix", "start", "follow", "pattern", "begin", "format")
        for t in words
    )
    if (
        pattern
        and targets
        and (named or "branch" in targets)
        and not clause.negative
        and not (pattern.endswith("/*") and "branch" not in targets)
    ):
        patterns = [t.text for t in words if "*" in t.text and not t.text.startswith("*.")]
        if "test" in targets and any("." in p for p in patterns):
            yield Naming("test file", "", next(p for p in patterns if "." in p), scope)
            if rest := [p for p in patterns if "." not in p]:
                yield Naming("test function", "", rest[0], scope)
        else:
            yield Naming(targets[0], "", "|".join(patterns), scope)
    elif (
        targets
        and not clause.negative
        and named
        and not any(t.low in ("boolean", "private", "generated") for t in words)
    ):
        for at, token in enumerate(words):
            if token.stem in (
                "look",
                "nam",
                "format",
                "lik",
                "prefix",
                "start",
                "begin",
                "with",
                "as",
            ) and at + 1 < len(words):
                example = words[at + 1]
                if re.match(r"^v?\d+\.\d+(?:\.\d+)?$", example.text) and "tag" in targets:
                    yield Naming("tag", "", "v#" if example.text[0] == "v" else "#", scope)
                    return
                if re.match(r"^[\w.-]+[-_/]$", example.text) or (
                    example.code and re.match(r"^[\w.-]{1,30}[-_/]?$", example.text) and token.stem == "with"
                ):
                    yield Naming(targets[0], "", example.text + "*", scope)
                    return
