"""Every row of this app as data: a file a table, a row a line, read a few hundred at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import ForeignKey, Model

from audit.archive import File
from audit.models import Text
from audit.plain_rows import as_json, in_turn
from oversight.models import BrokenGlass, Check, Handoff, Incident, JudgmentRequest, Mark, Reading, Session, Stop

TABLES: dict[str, type[Model]] = {
    "sessions": Session,
    "readings": Reading,
    "checks": Check,
    "requests": JudgmentRequest,
    "handoffs": Handoff,
    "stops": Stop,
    "glass": BrokenGlass,
    "incidents": Incident,
    "marks": Mark,
}
"""Every table of the app, by the name of its file."""

AT_ONCE = 200
NEVER = ("organisation",)
KEPT_AS_JSON = {"text", "body"}
"""Words that are JSON in the text store: what was asked and answered, and handoffs."""


def of_tables() -> Iterator[File]:
    """The files. The organisation's scope is open."""
    for name, model in TABLES.items():
        yield f"agents/data/{name}.jsonl", _lines(model)


def _lines(model: type[Model]) -> Iterator[bytes]:
    named = [field.name for field in _references(model) if field.name not in NEVER]
    for page in in_turn(model._default_manager.select_related(*named), AT_ONCE):
        for row in page:
            yield json.dumps(_said(row), ensure_ascii=False).encode() + b"\n"


def _references(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def _said(row: Model) -> dict[str, Any]:
    """The row, with the ids of what it belongs to beside their names, by which other lines are found."""
    said = as_json(row, NEVER)
    for field in _references(type(row)):
        if field.name in said and field.related_model is Session and said[field.name] is not None:
            said[f"{field.name}_id"] = str(getattr(row, field.attname))
    for name in KEPT_AS_JSON & said.keys():
        text = getattr(row, name)
        if isinstance(text, Text) and not text.is_erased:
            said[name] = json.loads(text.body)
    return said
