"""Rows that are written together, in one trip to the database: for the few places where that is worth it.

PostgreSQL takes several statements in one message and does all of them or none, so that a transaction around them
costs nothing; SQLite takes them one by one, in a transaction. Every constraint and every guard holds as ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Field, Model

from accounts.scope import is_scoped, must_be_ours


class Statements:
    """What is to be written, in this order. Nothing is until `run`."""

    def __init__(self) -> None:
        self._said: list[tuple[str, list[Any]]] = []

    def insert(self, row: Model) -> None:
        """A new row. Raises `ScopeError` for one of another organisation than the one whose scope is open."""
        if is_scoped(type(row)):
            must_be_ours(getattr(row, "organisation_id", None), type(row))
        sql, fields = _insert_into(type(row))
        self._said.append((sql, _values(row, fields)))

    def update(self, row: Model, fields: Sequence[str], where: Mapping[str, Any]) -> None:
        """These fields of a row as they are now on `row`, if the columns in `where` still hold what is said of them."""
        if is_scoped(type(row)):
            must_be_ours(getattr(row, "organisation_id", None), type(row))
        meta = type(row)._meta
        changed = [_field(type(row), name) for name in fields]
        held = [(_field(type(row), name), value) for name, value in {meta.pk.name: row.pk, **where}.items()]
        sets = ", ".join(f"{_column(one)} = %s" for one in changed)
        stands = " AND ".join(f"{_column(one)} = %s" for one, _ in held)
        values = _values(row, changed)
        values += [one.get_db_prep_value(value, connection) for one, value in held]
        quote = connection.ops.quote_name
        self._said.append((f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {stands}", values))

    def run(self) -> None:
        """Write all of it, or nothing where one of them is refused."""
        said, self._said = self._said, []
        if not said:
            return
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Values are put in one statement at a time: psycopg remembers how it read those, not one so long.
                cursor.execute("; ".join(cursor.mogrify(sql, values) for sql, values in said))
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, values in said:
                cursor.execute(sql, values)


@cache
def _insert_into(model: type[Model]) -> tuple[str, list[Field]]:
    fields: list[Field] = list(model._meta.local_concrete_fields)
    quote = connection.ops.quote_name
    columns = ", ".join(map(_column, fields))
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})", fields


def _field(model: type[Model], name: str) -> Field:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def _column(field: Field) -> str:
    return str(connection.ops.quote_name(str(field.column)))


def _values(row: Model, fields: Sequence[Field]) -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]  # itself: `connection` would look for it anew at every attribute of it
    return [field.get_db_prep_save(getattr(row, field.attname), database) for field in fields]
