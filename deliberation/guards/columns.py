"""Tables, and that an update changes a column, in SQL which both databases understand, empty columns compared too."""

from __future__ import annotations

from django.db.models import Model


def table(model: type[Model]) -> str:
    """The name of its table."""
    return model._meta.db_table


def differs(*columns: str | None) -> str:
    """The condition that one of these columns gets another value."""
    one_by_one = (f'NEW."{c}" <> OLD."{c}" OR (NEW."{c}" IS NULL) <> (OLD."{c}" IS NULL)' for c in columns)
    return f"({' OR '.join(one_by_one)})"


def changed(model: type[Model], *but: str) -> str:
    """The condition that any column of the model but those named gets another value."""
    return differs(*(field.column for field in model._meta.concrete_fields if field.column not in but))
