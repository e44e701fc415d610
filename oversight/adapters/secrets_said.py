"""Whether a sentence seems to tell a password or a key. Pure: what does is proposed to nobody and kept nowhere."""

from __future__ import annotations

import re

_NAMED = r"\b(?:pass(?:word|wd|phrase|code)|pwd|secret|credential|token|(?:api|access|private|secret)[ _-]?key)s?\b"
SECRETS = (
    re.compile(_NAMED + r"[^.!?]{0,40}?(?:\bis\b|\bare\b|=|:)", re.IGNORECASE),
    re.compile(_NAMED + r"(?:[\s\"'`]+\w+){0,2}?[\s\"'`]+(?=\S{0,200}\d)(?=\S{0,200}[a-z])\S{5,}", re.IGNORECASE),
    re.compile(r"(?<![\w/.-])(?=[\w+-]{0,200}\d)(?=[\w+-]{0,200}[A-Za-z])[\w+-]{20,}(?![\w/.-])"),
    re.compile(r"\w:[^\s/@]{1,200}@\w|-----BEGIN|\b(?:sk|pk|rk|gh[pousr]|xox[abp]|AKIA|eyJ)[-_]?\w{8,}"),
)
"""A secret that is named and told, text that is long and mixed as keys are, an address with a password in it."""


def tells_a_secret(sentence: str) -> bool:
    """Whether it seems so. It may be wrong either way: who means an instruction can propose it by hand."""
    return any(pattern.search(sentence) for pattern in SECRETS)
