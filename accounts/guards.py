"""Rules the database keeps by itself, declared once as data and installed as triggers on SQLite and PostgreSQL.

A guard refuses a write and says why; Django sees an IntegrityError whose text begins with the guard's name.
Conditions are portable SQL over NEW. and OLD.: TRUE and FALSE, comparisons, EXISTS, no casts, no functions of
the database's clock. Each app declares its guards in `<app>/guards.py` (accounts: `rules_of_guard.py`) and
registers them in its AppConfig.ready. They are installed after every migrate.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import AppConfig, apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

Event = Literal["insert", "update", "delete"]
EVENTS: tuple[Event, ...] = ("insert", "update", "delete")
PREFIX = "guard_"


@dataclass(frozen=True)
class Refuse:
    """Refuse the events `on` of `table` where `when` holds, saying `says`.

    `given` is what must hold as well, asked of the row alone before `when` looks anything up.
    With `together` PostgreSQL looks once at all rows a statement inserts, after it and before anything else.
    """

    table: str
    name: str
    on: tuple[Event, ...] = EVENTS
    when: str = "TRUE"
    says: str = ""
    truncate: bool = False
    given: str = "TRUE"
    together: bool = False

    def __post_init__(self) -> None:
        if not self.name.replace("_", "").isalnum() or len(PREFIX + self.name) > 55:
            raise ValueError(f"Guard name {self.name!r}: letters, digits and _, at most 49 of them.")
        if not self.on or set(self.on) - set(EVENTS):
            raise ValueError(f"Guard {self.name}: on must name insert, update or delete.")
        if "insert" in self.on and "OLD." in self.given + self.when:
            raise ValueError(f"Guard {self.name}: an insert has no OLD row.")
        if "delete" in self.on and "NEW." in self.given + self.when:
            raise ValueError(f"Guard {self.name}: a delete has no NEW row.")
        if self.together and ("insert" not in self.on or self.truncate):
            raise ValueError(f"Guard {self.name}: only what is inserted is looked at together.")

    def refusals(self, columns: dict[str, list[str]], vendor: str) -> "list[Refuse]":
        return [self]


@dataclass(frozen=True)
class AppendOnly:
    """Rows of `table` are never deleted nor changed, except the columns `may_set`, and `once` from empty to set."""

    table: str
    may_set: tuple[str, ...] = ()
    once: tuple[str, ...] = ()

    def refusals(self, columns: dict[str, list[str]], vendor: str) -> list[Refuse]:
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        fixed = [c for c in columns[self.table] if c not in {*self.may_set, *self.once}]
        changed = [f'NEW."{c}" {differs} OLD."{c}"' for c in fixed]
        changed += [f'(OLD."{c}" IS NOT NULL AND NEW."{c}" {differs} OLD."{c}")' for c in self.once]
        says = "rows here are only added, never changed or removed."
        return [
            Refuse(self.table, f"{self.table}_append_only", ("update",), " OR ".join(changed), says),
            Refuse(self.table, f"{self.table}_never_deleted", ("delete",), "TRUE", says, truncate=True),
        ]


@dataclass(frozen=True)
class SameOrganisation:
    """The row that `column` points to in `parent_table` is of the same organisation, and both stay where they are.

    Where rows come `by_the_thousand`, PostgreSQL compares those of a statement together, in a fraction of the time.
    """

    table: str
    column: str
    parent_table: str
    by_the_thousand: bool = False

    def refusals(self, columns: dict[str, list[str]], vendor: str) -> list[Refuse]:
        same = "IS NOT DISTINCT FROM" if vendor == "postgresql" else "IS"
        foreign = (
            f'NOT EXISTS (SELECT 1 FROM "{self.parent_table}" parent '
            f'WHERE parent.id = NEW."{self.column}" AND parent.organisation_id {same} NEW.organisation_id)'
        )
        says = f"{self.column} belongs to another organisation."
        name = f"{self.table}_{self.column}_ours"
        if len(PREFIX + name) > 55:
            name = name.replace("deliberation", "dlb")
        return [
            Refuse(
                self.table,
                name,
                ("insert", "update"),
                foreign,
                says,
                given=f'NEW."{self.column}" IS NOT NULL',
                together=self.by_the_thousand,
            ),
            _stays(self.table, vendor),
            _stays(self.parent_table, vendor),
        ]


@dataclass(frozen=True)
class Stays:
    """A row of `table` never changes its organisation, whether or not it points to anything."""

    table: str

    def refusals(self, columns: dict[str, list[str]], vendor: str) -> list[Refuse]:
        return [_stays(self.table, vendor)]


def _stays(table: str, vendor: str) -> Refuse:
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    when = f"NEW.organisation_id {differs} OLD.organisation_id"
    return Refuse(table, f"{table}_stays", ("update",), when, "a row never changes its organisation.")


Guard = Refuse | AppendOnly | SameOrganisation | Stays
_registered: list[Guard] = []


def register(*guards: Guard) -> None:
    """Add guards to those installed after every migrate. Registering one twice changes nothing."""
    for guard in guards:
        if guard not in _registered:
            _registered.append(guard)


def registered() -> tuple[Guard, ...]:
    return tuple(_registered)


def refusals(connection: BaseDatabaseWrapper) -> list[Refuse]:
    """Every guard as plain refusals for this database, for the tables that exist in it."""
    tables = set(connection.introspection.table_names())
    columns = {
        model._meta.db_table: [field.column for field in model._meta.concrete_fields if field.column]
        for model in apps.get_models(include_auto_created=True)
    }
    found: dict[str, Refuse] = {}
    for guard in _registered:
        if guard.table not in tables or getattr(guard, "parent_table", guard.table) not in tables:
            continue
        for refuse in guard.refusals(columns, connection.vendor):
            if found.setdefault(refuse.name, refuse) != refuse:
                raise ValueError(f"Two guards are named {refuse.name}.")
    return list(found.values())


# --- SQL


def _quoted(refuse: Refuse) -> str:
    return f"{refuse.name}: {refuse.says}".replace("'", "''")


def _create_sqlite(refuse: Refuse) -> Iterable[str]:
    for event in refuse.on:
        yield (
            f'CREATE TRIGGER "{PREFIX}{refuse.name}_{event}" BEFORE {event.upper()} ON "{refuse.table}" '
            f"FOR EACH ROW WHEN (({refuse.given}) AND ({refuse.when})) "
            f"BEGIN SELECT RAISE(ABORT, '{_quoted(refuse)}'); END"
        )


def _create_postgresql(refuse: Refuse) -> Iterable[str]:
    name = PREFIX + refuse.name
    throw = f"RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = '{_quoted(refuse)}', CONSTRAINT = '{refuse.name}';"
    events = " OR ".join(event.upper() for event in refuse.on if not (refuse.together and event == "insert"))
    if refuse.together:
        when = f"({refuse.given}) AND ({refuse.when})".replace("NEW.", "added.")
        yield (
            f'CREATE OR REPLACE FUNCTION "{name}_s"() RETURNS trigger LANGUAGE plpgsql AS $guard$ '
            f"BEGIN IF EXISTS (SELECT 1 FROM added WHERE {when}) THEN {throw} END IF; RETURN NULL; END $guard$"
        )
        yield (
            f'CREATE TRIGGER "{name}_s" AFTER INSERT ON "{refuse.table}" REFERENCING NEW TABLE AS added '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}_s"()'
        )
    if not events:
        return
    # Two questions, not one with AND: the second is made ready and asked only where the first holds.
    yield (
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ '
        f"BEGIN IF ({refuse.given}) THEN IF ({refuse.when}) THEN {throw} END IF; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $guard$"
    )
    yield (f'CREATE TRIGGER "{name}" BEFORE {events} ON "{refuse.table}" FOR EACH ROW EXECUTE FUNCTION "{name}"()')
    if refuse.truncate:
        yield (
            f'CREATE OR REPLACE FUNCTION "{name}_t"() RETURNS trigger LANGUAGE plpgsql AS $guard$ '
            f"BEGIN {throw} END $guard$"
        )
        yield (
            f'CREATE TRIGGER "{name}_t" BEFORE TRUNCATE ON "{refuse.table}" '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}_t"()'
        )


_INSTALLED = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'",
    "postgresql": (
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgname LIKE 'guard_%' AND pg_table_is_visible(c.oid)"
    ),
}

_SWITCHED_ON = {"sqlite": "", "postgresql": " AND t.tgenabled IN ('O', 'A')"}


def installed(using: str = "default") -> set[str]:
    """The names of the triggers in the database that are not switched off."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_INSTALLED[connection.vendor] + _SWITCHED_ON[connection.vendor])
        return {name for name, _table in cursor.fetchall()}


def expected(using: str = "default") -> set[str]:
    """The names of the triggers there should be; readiness compares them with `installed`."""
    names: set[str] = set()
    connection = connections[using]
    for refuse in refusals(connection):
        if connection.vendor == "sqlite":
            names |= {f"{PREFIX}{refuse.name}_{event}" for event in refuse.on}
        else:
            names |= {PREFIX + refuse.name} if refuse.on != ("insert",) or not refuse.together else set()
            names |= {f"{PREFIX}{refuse.name}_t"} if refuse.truncate else set()
            names |= {f"{PREFIX}{refuse.name}_s"} if refuse.together else set()
    return names


def install(using: str = "default") -> None:
    """Drop what is there and create what is declared, in one transaction."""
    connection = connections[using]
    create = _create_sqlite if connection.vendor == "sqlite" else _create_postgresql
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _drop(connection, cursor)
        for refuse in refusals(connection):
            for statement in create(refuse):
                cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Drop every guard: before SQLite remakes tables."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _drop(connection, cursor)


def _drop(connection: BaseDatabaseWrapper, cursor: Any) -> None:
    cursor.execute(_INSTALLED[connection.vendor])
    rows: Sequence[tuple[str, str]] = cursor.fetchall()
    for name, table in rows:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
        else:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"')
            cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')


@contextmanager
def lifted(using: str = "default", only: Iterable[str] | None = None) -> Iterator[None]:
    """Without guards, or without those of the tables in `only`: for emptying and filling tables in tests.

    On PostgreSQL they are switched off and on again. SQLite cannot do that: there they go and come back as they were.
    """
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(_INSTALLED[connection.vendor])
        found = [(name, table) for name, table in cursor.fetchall() if only is None or table in only]
        if connection.vendor == "postgresql":
            _switch(cursor, found, "DISABLE")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            creating = dict(cursor.fetchall())
            for name, _table in found:
                cursor.execute(f'DROP TRIGGER "{name}"')
    try:
        yield
    finally:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                _switch(cursor, found, "ENABLE")
            else:
                for name, _table in found:
                    cursor.execute(creating[name])


def _switch(cursor: Any, found: Iterable[tuple[str, str]], word: str) -> None:
    acts: dict[str, list[str]] = {}
    for name, table in found:
        acts.setdefault(table, []).append(f'{word} TRIGGER "{name}"')
    for table, of_table in acts.items():
        cursor.execute(f'ALTER TABLE "{table}" {", ".join(of_table)}')


# --- When


def _first_and_last() -> tuple[AppConfig, AppConfig]:
    sending = [config for config in apps.get_app_configs() if config.models_module is not None]
    return sending[0], sending[-1]


def _before_migrate(sender: AppConfig, using: str, plan: Sequence[Any] = (), **kwargs: Any) -> None:
    # SQLite refuses to rename a remade table while another table's trigger mentions it.
    if sender == _first_and_last()[0] and plan and connections[using].vendor == "sqlite":
        remove(using)


def _after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    if sender == _first_and_last()[1]:
        install(using)


def connect() -> None:
    pre_migrate.connect(_before_migrate, dispatch_uid="accounts.guards.before_migrate")
    post_migrate.connect(_after_migrate, dispatch_uid="accounts.guards.after_migrate")
