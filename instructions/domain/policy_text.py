"""Tables of TOML written, as the framework reads them: what is set by a form can be taken away as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

WIDEST = 110
"""Characters of a list that stays on one line."""


def toml(head: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Tables headed [[head]]. What is empty is left out."""
    return "\n".join(
        f"[[{head}]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in row.items() if _says(value))
        for row in rows
    )


def _says(value: Any) -> bool:
    return value is False or bool(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes all that TOML must have escaped but this one.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return f"{value:g}"
    items = [_value(item) for item in value]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= WIDEST else "[\n" + "".join(f"    {item},\n" for item in items) + "]"
