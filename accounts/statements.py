"""Rows that are written together, in one statement: for the few places where that is worth it.

PostgreSQL takes rows of several tables in one statement, which it reads and plans once a connection and does whole or
not at all, so that no transaction is needed around it; SQLite takes them one by one, in a transaction. Every constraint
and every guard holds as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Field, Model

from accounts.scope import is_scoped, must_be_ours


@contextmanager
def planned_once() -> Iterator[Any]:
    """A cursor for a statement that is asked over and over: PostgreSQL reads and plans it once a connection."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    from django.db.backends.postgresql.base import ServerBindingCursor

    database = connections[DEFAULT_DB_ALIAS]  # itself: `connection` would look for it anew at every attribute of it
    database.ensure_connection()
    # As `connection.cursor` makes one, but of the kind that leaves putting in the values to the database.
    made = ServerBindingCursor(database.connection)  # type: ignore[call-arg]
    with database._prepare_cursor(made) as cursor:  # type: ignore[attr-defined]
        yield cursor


class Statements:
    """What is to be written, in this order. Nothing is until `run`."""

    def __init__(self) -> None:
        self._said: list[tuple[_Said, list[Any]]] = []

    def insert(self, row: Model) -> None:
        """A new row. Raises `ScopeError` for one of another organisation than the one whose scope is open."""
        self.insert_into(type(row), **row.__dict__)

    def insert_into(self, model: type[Model], **held: Any) -> None:
        """A new row by its columns, as they are named on a row of the model. What is not given is null."""
        if is_scoped(model):
            must_be_ours(held.get("organisation_id"), model)
        fields, values = [], []
        for place, (name, taken) in enumerate(_columns_of(model, connection.vendor)):
            value = held.get(name)
            if value is not None:
                fields.append(place)
                values.append(value if taken is None else taken(value))
        self._said.append((_insert_into(model, tuple(fields)), values))

    def update(self, row: Model, fields: Sequence[str], where: Mapping[str, Any]) -> None:
        """These fields of a row as they are now on `row`, if the columns in `where` still hold what is said of them.

        The row was there before: what is inserted beside it does not wait for this.
        """
        if is_scoped(type(row)):
            must_be_ours(getattr(row, "organisation_id", None), type(row))
        meta = type(row)._meta
        changed = [_field(type(row), name) for name in fields]
        held = [(_field(type(row), name), value) for name, value in {meta.pk.name: row.pk, **where}.items()]
        sets = ", ".join(f"{_column(one)} = %s" for one in changed)
        stands = " AND ".join(f"{_column(one)} = %s" for one, _ in held)
        values = [one.get_db_prep_save(getattr(row, one.attname), connection) for one in changed]
        values += [one.get_db_prep_value(value, connection) for one, value in held]
        quote = connection.ops.quote_name
        self._said.append((_Said(f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {stands}"), values))

    def run(self) -> None:
        """Write all of it, or nothing where one of them is refused."""
        said, self._said = self._said, []
        if not said:
            return
        if connection.vendor == "postgresql":
            with planned_once() as cursor:
                cursor.execute(
                    _together(tuple(one for one, _ in said)), [value for _, values in said for value in values]
                )
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for one, values in said:
                cursor.execute(f"{one.sql} VALUES ({one.places})" if one.places else one.sql, values)


class _Said(NamedTuple):
    """A statement; of an insertion what stands before its values, and their places."""

    sql: str
    places: str = ""


@lru_cache(500)
def _together(said: tuple[_Said, ...]) -> str:
    """All of them as one statement. Each row waits for the one before it, which its guards may look for."""
    parts, before = [], ""
    for number, one in enumerate(said):
        if not one.places:
            parts.append(f"w{number} AS ({one.sql})")
            continue
        parts.append(f"w{number} AS ({one.sql} SELECT {one.places}{before} RETURNING 1)")
        before = f" FROM w{number}"
    return f"WITH {', '.join(parts)} SELECT 1{before}"


@lru_cache(500)
def _insert_into(model: type[Model], places: tuple[int, ...]) -> _Said:
    fields = model._meta.local_concrete_fields
    columns = ", ".join(_column(fields[place]) for place in places)
    table = connection.ops.quote_name(model._meta.db_table)
    return _Said(f"INSERT INTO {table} ({columns})", ", ".join(["%s"] * len(places)))


AS_THEY_ARE = {"CharField", "TextField", "UUIDField", "DateTimeField", "BooleanField", "FloatField", "BinaryField"}
"""Kinds of fields whose values PostgreSQL takes as Python has them."""


@cache
def _columns_of(model: type[Model], vendor: str) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """Each column by its name on a row, with what makes the database's value of Python's, where that is another."""
    return [
        (field.attname, None if vendor == "postgresql" and _kind(field) in AS_THEY_ARE else _taking(field))
        for field in model._meta.local_concrete_fields
    ]


def _kind(field: Any) -> str:
    return str((field.target_field if field.is_relation else field).get_internal_type())


def _taking(field: Field) -> Callable[[Any], Any]:
    return lambda value: field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


def _field(model: type[Model], name: str) -> Field:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def _column(field: Field) -> str:
    return str(connection.ops.quote_name(str(field.column)))
