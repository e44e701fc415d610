"""People's words inside a Markdown file: they stay words, and never become its headings, links or HTML."""

from __future__ import annotations

import re

from django import template

register = template.Library()

_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
_BEGINS = re.compile(r"^[ \t]*(?:([#+=-])|(\d{1,9})([.)]))?", re.MULTILINE)


@register.filter
def plain(text: object) -> str:
    """The words with every sign escaped that Markdown would read; an indent would be code, so there is none."""
    if text is None:
        return ""
    escaped = _SIGNS.sub(r"\\\1", str(text).replace("\r\n", "\n").replace("\r", "\n"))
    return _BEGINS.sub(_begin, escaped)


@register.filter
def item(text: object) -> str:
    """The same inside a list: what follows the first line stays in its item."""
    return plain(text).replace("\n", "\n  ")


def _begin(found: re.Match[str]) -> str:
    sign, number, dot = found.groups()
    if sign:
        return f"\\{sign}"
    return f"{number}\\{dot}" if number else ""
