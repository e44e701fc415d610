"""The fingerprint by which a human grants exactly one action, and the one form of JSON that it is taken of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LONGEST_NUMBER = 14_000
"""Bits of the longest whole number that is written in decimals; Python writes out 4,300 digits."""


def grant_for(action: str | Mapping[str, Any], *, project: str = "", revisions: Mapping[str, int] | None = None) -> str:
    """The fingerprint of an action that a human may grant: SHA-256, as 64 hexadecimal digits, of the canonical JSON of
    `{"action": …, "instructions": {id: revision}, "project": …}`.

    `revisions` are those of every instruction that the action goes against, however many: any change of the action, the
    project, or one of these instructions is another fingerprint.

    Not in it: the environment, the boundary that asked and its domain, the session, the reasoning. A human grants this
    action of this project, wherever it runs; who runs one project in several environments gives each a project of its
    own. Raises `TypeError` for an action that is no JSON.
    """
    content = {"action": action, "instructions": dict(revisions or {}), "project": project}
    return hashlib.sha256(canonical_json(content)).hexdigest()


def canonical_json(value: Any) -> bytes:
    """`value` as JSON in one form only: keys in the order of their code points, nothing between, UTF-8.

    Texts are escaped only where JSON demands it; numbers are written as Python's `json` writes them (1 is not 1.0),
    also NaN and Infinity; a whole number of more than 14,000 bits is written in hexadecimal; lone
    surrogates as their three bytes. Of any depth. Raises `TypeError` for a key that is no text and for a value that is
    no JSON: two of those could be written alike. Why it is not RFC 8785: docs/decisions/.
    """
    parts: list[str] = []
    # What is still to be written, the next last: a text stands as it is, a value (in a tuple) is looked at.
    left: list[str | tuple[Any]] = [(value,)]
    while left:
        item = left.pop()
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item[0], Mapping):
            names = sorted(map(_key, item[0]))
            left.append("}")
            for place in range(len(names) - 1, -1, -1):
                inner = item[0][names[place]]
                name = ("," if place else "") + _text(names[place]) + ":"
                if type(inner) is int or type(inner) is str:
                    left.append(name + _scalar(inner))
                else:
                    left += [(inner,), name]
            left.append("{")
        elif isinstance(item[0], (list, tuple)):
            left.append("]")
            for place in range(len(item[0]) - 1, -1, -1):
                left += [(item[0][place],), "," if place else ""]
            left.append("[")
        else:
            parts.append(_scalar(item[0]))
    return "".join(parts).encode("utf-8", "surrogatepass")


def _key(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a key: text is expected, not {type(value).__name__}.")
    return value


def _scalar(value: Any) -> str:
    if type(value) is str:
        return _text(value)
    if value is not None and not isinstance(value, (str, int, float)):
        raise TypeError(f"a value: JSON is expected, not {type(value).__name__}.")
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        return hex(value)
    if type(value) is int:
        return str(value)
    return _WRITER.encode(value)


_text = json.encoder.encode_basestring
_WRITER = json.JSONEncoder(ensure_ascii=False)
