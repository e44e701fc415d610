"""What every service gives back: a frozen dataclass that can be written as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any


class Result:
    """A frozen dataclass whose fields, under their own names, are the keys of its JSON."""

    def to_dict(self) -> dict[str, Any]:
        """The fields as `json.dumps` takes them: enumerations as text, tuples as lists, times in ISO 8601."""
        return {field.name: plain(getattr(self, field.name)) for field in dataclasses.fields(self)}  # type: ignore[arg-type]


def plain(value: Any) -> Any:
    """`value` as JSON holds it. Sets are written in order, so that the same result is the same text."""
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value
