"""Databases with many deliberations in them, for `page_speed.py`: one for each number, kept on the PostgreSQL.

Three organisations with deliberations at every stage, most of them in the one whose pages are read, and four in which
200 people speak. Most rows are copies that the database makes of a few it was led to by the verbs, each with
texts of its own. Whoever reads takes part in those of the smallest size only: an organisation grows, and what one
person does in it does not. In all that come later the same two others sit; and in some that come on top at every size,
so that at the smallest too their pages, and those of everybody's reviews, are full.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.models import F, Max, Model, Value
from django.db.models.functions import Concat

from accounts.models import Organisation, SeatUser, User
from accounts.scope import open_organisation
from audit.models import Text
from deliberation.models import Deliberation
from tests.cast import Cast
from tests.copies import hanging_on, taken
from tests.deliberation import stages

VOICES = 200
CROWD = "May two hundred people be asked at once?"

OFTEN = 4
"""So many times as often as the other stages there are those that last: decided, and due for review."""

STAGES = (
    stages.at_conflict, stages.at_draft, stages.at_stakeholders, stages.at_inviting, stages.invited,
    lambda cast: stages.at_round(cast, 1), lambda cast: stages.at_round(cast, 2), lambda cast: stages.at_round(cast, 3),
    stages.at_drafted, stages.at_signing, stages.at_decided, stages.at_review_due,
)  # fmt: skip

ON_TOP = {
    stages.at_draft: 15,
    stages.at_stakeholders: 15,
    stages.at_drafted: 15,
    stages.at_signing: 15,
    stages.at_review_due: 30,
}
"""So many of these come on top: each list of those who sit everywhere has more than a page of 25."""

APART = 10_000_000
"""The copies on top are numbered from here, apart from those that come later."""


# --- The databases


def kept(size: int) -> str:
    """The name of the database with so many deliberations."""
    return f"page_speed_{size}"


def address_of(name: str) -> str:
    """Where a database of this name is on the server that DATABASE_URL names."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def are_there(sizes: list[int]) -> bool:
    """Whether a database of each of these numbers was kept."""
    with _server() as server:
        there = {name for (name,) in server.execute("SELECT datname FROM pg_database")}
    return {kept(size) for size in sizes} <= there


def make(sizes: list[int]) -> None:
    """Make a database for each of these rising numbers; those of the same name go. DATABASE_URL names an empty one."""
    call_command("migrate", interactive=False, verbosity=0)
    beside = []
    for number in (1, 2):
        cast = organisation_beside(number)
        with open_organisation(cast.organisation):
            beside.append((cast, Copier.of_deliberations(list(Deliberation.objects.all()), cast)))
    cast = Cast()
    with open_organisation(cast.organisation):
        rows = [stage(cast) for stage in STAGES]
        copier = Copier.of_deliberations([Deliberation.objects.get(pk=row.pk) for row in rows], cast)
        crowds(cast)
    for size in sizes:
        begun = time.perf_counter()
        for other, one in beside:
            with open_organisation(other.organisation):
                one.copy(size // 10)
        with open_organisation(cast.organisation):
            copier.copy(size - 2 * (size // 10))
            if size == sizes[0]:
                copier.put_on_top([ON_TOP.get(stage, 0) for stage in STAGES])
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        _keep_as(kept(size))
        print(f"{kept(size)}: made in {time.perf_counter() - begun:.0f} s", file=sys.stderr)


def _keep_as(name: str) -> None:
    building = connection.settings_dict["NAME"]
    connection.close()
    connection.close_pool()
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{building}"')


@contextmanager
def an_empty_one() -> Iterator[str]:
    """The address of a database in which the others are built up, and which goes again."""
    name = "page_speed_building"
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield address_of(name)
    finally:
        with _server() as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _server() -> psycopg.Connection[Any]:
    return psycopg.connect(address_of("postgres").replace("postgres://", "postgresql://"), autocommit=True)


# --- Rows


@contextmanager
def no_triggers() -> Iterator[None]:
    """Rows are copied past the guards and the keys of PostgreSQL; what was copied fits together."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def organisation_beside(number: int) -> Cast:
    """An organisation with everybody in it, whose addresses then make way for the next."""
    cast = Cast()
    with open_organisation(cast.organisation):
        for stage in STAGES:
            stage(cast)
    with no_triggers():
        User.objects.filter(email__endswith=".example").update(email=Concat(F("email"), Value(f".n{number}")))
        Organisation.objects.filter(slug__in=["care", "harbour"]).update(slug=Concat(F("slug"), Value(f"-n{number}")))
    return cast


def _with_texts(rows: list[Model]) -> list[Model]:
    """The rows and what people say in them."""
    said = {
        getattr(row, field.attname)
        for row in rows
        for field in row._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Text
    }
    return [*rows, *Text.objects.filter(pk__in=said - {None})]


class Copier:
    """Copies groups of rows inside the database, each so many times as often as the others."""

    def __init__(self, groups: list[tuple[list[Model], int]], others: dict[Any, Any]) -> None:
        self.groups = [(_with_texts(hanging_on(group)), often) for group, often in groups]
        self.others = others
        """Who sits where somebody of the first sat, in all that are made later than the first time."""
        self.made = 0

    @classmethod
    def of_deliberations(cls, rows: list[Deliberation], cast: Cast) -> Copier:
        others = {cast.facilitator.pk: cast.second_facilitator.pk, cast.holder.pk: cast.second_holder.pk}
        return cls([([one], OFTEN if one.state == "decided" else 1) for one in rows], others)

    def copy(self, total: int) -> None:
        """As many copies as are still missing to `total`."""
        each = total // sum(often for _group, often in self.groups) - self.made
        with no_triggers(), transaction.atomic(), connection.cursor() as cursor:
            for group, often in self.groups:
                rows = [row for row in group if not (self.made and self._is_of_a_voice(row))]
                self._copy(cursor, rows, self.made * often, each * often)
        self.made += each

    def put_on_top(self, times: list[int]) -> None:
        """So many more of each group, in which the others sit. What was copied before counts as the first time."""
        assert self.made
        with no_triggers(), transaction.atomic(), connection.cursor() as cursor:
            for (group, _often), more in zip(self.groups, times, strict=True):
                self._copy(cursor, [row for row in group if not self._is_of_a_voice(row)], APART, more)

    def _is_of_a_voice(self, row: Model) -> bool:
        return isinstance(row, SeatUser) and row.user_id not in self.others

    def _copy(self, cursor: Any, group: list[Model], before: int, times: int) -> None:
        ids = [row.pk for row in group]
        fresh = {pk: pk for pk in ids}
        tables: dict[type[Model], list[Model]] = defaultdict(list)
        for row in group:
            tables[type(row)].append(row)
        for model, rows in tables.items():
            free = set().union(*(taken(row, fresh) for row in rows))
            names, values = [], []
            for field in model._meta.concrete_fields:
                column = f'"{field.column}"'
                names.append(column)
                values.append(self._value(cursor, model, field, column, free, times))
            cursor.execute(
                f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)}) SELECT {", ".join(values)} '
                f'FROM "{model._meta.db_table}", generate_series(%(first)s, %(last)s) AS n WHERE id = ANY(%(rows)s)',
                {"first": before + 1, "last": before + times, "rows": [row.pk for row in rows], "ids": ids},
            )

    def _value(
        self, cursor: Any, model: type[Model], field: models.Field[Any, Any], column: str, free: set[str], times: int
    ) -> str:
        if model is Text and field.attname == "commitment":
            return f"md5({column} || n)"
        if field.attname in free:
            if isinstance(field, models.IntegerField):
                last = model._default_manager.aggregate(last=Max(field.attname))["last"]
                return f"{int(last)} - %(first)s + 1 + n"
            return f"md5({column} || n)"
        if model is SeatUser and field.attname == "user_id" and self.made:  # later ones are other people's
            whens = " ".join(f"WHEN {column} = '{one}' THEN '{other}'::uuid" for one, other in self.others.items())
            return f"CASE {whens} END"
        if isinstance(field, models.UUIDField | models.ForeignKey) and field.db_type(connection) == "uuid":
            return f"CASE WHEN {column} = ANY(%(ids)s) THEN md5({column}::text || n)::uuid ELSE {column} END"
        return column


def crowds(cast: Cast) -> None:
    """In each of these so many people were asked, and all of them spoke."""
    first = stages.at_round(cast, 1)
    stages.positions_given(cast, first)
    second = stages.at_round(cast, 2)
    stages.accommodations_given(cast, second)
    third = stages.at_round(cast, 3)
    stages.agreements_given(cast, third)
    for row in (first, second, third, stages.at_decided(cast)):
        row.refresh_from_db()
        seat = stages.seat_of(row, "Stakeholder two")
        Copier([([seat.invitation.stakeholder, seat], 1)], {}).copy(VOICES - 4)
        with no_triggers():
            Text.objects.filter(pk=row.question_id).update(body=CROWD)
