"""Rows in bulk: copies of a row with everything that hangs on it, so that a page can be tried with many of them.

They are made past the guards, which let each row only begin at its beginning; so they are for reading, not for verbs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.models import Max, Model, Q, UniqueConstraint

from accounts import guards
from accounts.ids import uuid7
from accounts.models import SeatUser
from deliberation.models import Deliberation

FREE = ("number", "version", "slug", "about")
"""What is counted on where a copy may not have the same."""


@contextmanager
def past_the_guards() -> Iterator[None]:
    """For a row that no verb writes, where a test needs it to be there."""
    connection.check_constraints()  # on PostgreSQL a trigger is not switched off while checks wait for the end
    with guards.lifted():
        yield
        connection.check_constraints()


def copy_rows(times: int, *groups: list[Model]) -> None:
    """Make so many copies of each group: of its rows and of every row that names one of them, and so on.

    In a copy they name each other; whatever else they name, texts and users too, they share with the first. Who sits
    on a seat is copied only with the whole deliberation: one person is not thirty. Guards that are removed stay so.
    """
    whole = [hanging_on(group) for group in groups]
    connection.check_constraints()  # on PostgreSQL a trigger is not dropped while others wait for the end
    with guards.lifted() if guards.installed() else nullcontext():
        for group in whole:
            for _ in range(times):
                _copy(group)
        connection.check_constraints()


def hanging_on(roots: list[Model]) -> list[Model]:
    ids: dict[type[Model], set[UUID]] = defaultdict(set)
    found: dict[UUID, Model] = {}
    new = roots
    kinds: list[type[Model]] = list(apps.get_app_config("deliberation").get_models())
    while new:
        for row in new:
            found[row.pk] = row
            ids[type(row)].add(row.pk)
        new = [row for kind in kinds for row in _naming(kind, ids) if row.pk not in found]
    deliberations = [row.pk for row in roots if isinstance(row, Deliberation)]
    return [*found.values(), *SeatUser.objects.filter(deliberation_id__in=deliberations)]


def _naming(kind: type[Model], ids: dict[type[Model], set[UUID]]) -> list[Model]:
    named = Q()
    for field in kind._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.related_model in ids:
            named |= Q(**{f"{field.attname}__in": ids[field.related_model]})
    return list(kind._default_manager.filter(named)) if named else []


def _copy(group: list[Model]) -> None:
    fresh = {row.pk: uuid7() for row in group}
    made: dict[type[Model], list[Model]] = defaultdict(list)
    for row in group:
        values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        values |= {name: fresh[value] for name, value in values.items() if isinstance(value, UUID) and value in fresh}
        for name in taken(row, fresh):
            values[name] = values["id"].hex if isinstance(values[name], str) else _next(row, name)
        made[type(row)].append(type(row)(**values))
    for kind, rows in made.items():
        kind._default_manager.bulk_create(rows)


def taken(row: Model, fresh: dict[UUID, UUID]) -> set[str]:
    """The fields of which a copy needs another value, because nothing else it must be unique with is new."""
    unique = [set(one.fields) for one in row._meta.constraints if isinstance(one, UniqueConstraint) and one.fields]
    unique += [{field.name} for field in row._meta.concrete_fields if field.unique]
    stuck = [names for names in unique if not any(_value(row, name) in fresh for name in names)]
    return {name for names in stuck for name in FREE if name in names}


def _value(row: Model, name: str) -> object:
    return getattr(row, row._meta.get_field(name).attname)


def _next(row: Model, name: str) -> int:
    return type(row)._default_manager.aggregate(last=Max(name))["last"] + 1
