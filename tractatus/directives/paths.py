"""Which words of an instruction are paths: `src/api/`, `*.lock`, `.env`, `README.md`; not "and/or"."""

from __future__ import annotations

import re

from tractatus.directives.language import Token
from tractatus.directives.wordlists import words as word_list

_PATH = re.compile(
    r"^(?:\.{0,2}/)?(?:[\w.@*<>{},-]+/)+[\w.@*<>{},-]*$|^\*\.[\w.]+$|^[\w-]+(?:\.[\w-]+)*\.[A-Za-z][A-Za-z0-9]{0,9}$|^\.[a-z][\w.-]+$|^[A-Z]{4,}(?:\.md)?$"
)
_FOLDERS = word_list("folders")
_FILE_ENDINGS = word_list("file endings")


def is_path(token: Token) -> bool:
    """Whether a word is a path or the name of a file."""
    text = token.text
    if text.startswith(("http:", "https:", "@")) or " " in text or len(text) < 3:
        return False
    if not _PATH.match(text) or re.match(r"^v?\d|^[A-Z]{1,5}/[A-Z]{1,5}$", text):
        return False
    if "/" in text:
        return (
            not re.match(r"^[a-z]+/[a-z]+$", text) or token.code or text.split("/")[0] in _FOLDERS or text.endswith("/")
        )
    if text.isupper() and "." not in text:
        return False
    return text.startswith((".", "*")) or is_file(token.low) or (token.code and "." in text and is_file(token.low))


def is_file(low: str) -> bool:
    """Whether a word in small letters ends as files do."""
    return low.rsplit(".", 1)[-1] in _FILE_ENDINGS
