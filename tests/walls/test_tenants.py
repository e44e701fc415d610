"""Each known hole of django-scopes, tried across organisations for every model there is.

Generated from the registry of models. A new model is tried by itself; where no row of it is prepared, the test says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from accounts import clock, scope
from accounts.ids import uuid7
from accounts.models import KeptAnswer, Membership, SeatUser, User
from accounts.permissions import SYSTEM
from accounts.scope import ScopeError, open_organisation
from audit.domain.metrics import count_new
from audit.domain.milestones import add_milestone
from audit.domain.surfaces import switch_surface
from audit.models import Entry
from deliberation.domain.calendar import make_calendar_link
from deliberation.domain.drafts import save_draft
from deliberation.domain.precedent import cite_precedent
from deliberation.models import AgentInstruction, DraftWarning, Outcome, OutcomeVersion, Timetable
from instructions.domain import drafts as of_instructions
from instructions.domain.by_outcome import instruct_by_outcome
from tests.deliberation import stages
from tests.walls.world import World

pytestmark = pytest.mark.django_db

SCOPED = [model for model in apps.get_models() if scope.is_scoped(model)]
Rows = dict[type[models.Model], Any]


@pytest.fixture
def rows(world: World) -> Rows:
    """One row of each model, all of one organisation."""
    with open_organisation(world.cast.organisation):
        _what_no_stage_makes(world)
        found = {model: model._default_manager.order_by("pk").first() for model in SCOPED}
    missing = [model._meta.label for model, row in found.items() if row is None]
    assert not missing, f"no row of these is prepared, in tests/walls/world.py or test_tenants.py: {missing}"
    return found


def _what_no_stage_makes(world: World) -> None:
    cast, now = world.cast, clock.now()
    ours = {"organisation": cast.organisation}
    save_draft(cast.organisation, by=cast.facilitator, form="walls", fields={"a": "b"}, deliberation=world.whole)
    make_calendar_link(cast.membership(cast.reviewer), by=cast.reviewer)
    here = world.at["deliberation"]["draft"]
    precedent = stages.precedent_of(world.whole)
    cite_precedent(here, precedent, by=cast.facilitator, alike="The same tool.", differs="Another post.")
    of_instructions.save_draft(cast.organisation, by=cast.editor, form="walls", fields={"a": "b"})
    outcome = Outcome.objects.get(deliberation=world.whole)
    told = instruct_by_outcome(
        cast.project, "Always run pytest twice.", signer=outcome.signed_by, place="", answers={}, cause=uuid7()
    )
    of_whole = {**ours, "deliberation": world.whole, "instruction": told}
    AgentInstruction.objects.create(**of_whole, outcome=outcome, text=told.current.text, created_at=now)
    version = OutcomeVersion.objects.filter(deliberation=world.whole).first()
    DraftWarning.objects.create(**of_whole, version=version, first_seen_at=now)
    Timetable.objects.create(**ours, urgency="URGENT", durations={}, set_at=now)
    KeptAnswer.objects.create(**ours, key=world.key.key, idempotency_key="one", digest="0" * 64)
    audit = {model.__name__: model for model in apps.get_app_config("audit").get_models()}
    audit["Refusal"].objects.create(**ours, actor_ref="somebody", kind="organisation", hour=now)
    log = audit["Log"].objects.filter(ended_at__isnull=True).first() or audit["Log"].objects.create(
        **ours, began_at=now
    )
    audit["Leaf"].objects.create(**ours, log=log, index=10_000, entry=Entry.objects.order_by("-pk").first())
    audit["Node"].objects.create(**ours, log=log, level=20, index=10_000, hash=b"0" * 32)
    switch_surface(cast.organisation, "metrics", True, by=SYSTEM)
    told = {"kind": "change", "day": date(2026, 1, 2), "title": "One", "story": "It was.", "evidence": "Look."}
    add_milestone(cast.organisation, by=cast.administrator, **told)
    count_new(cast.organisation)
    audit["Checkpoint"].objects.create(**ours, log=log, size=0, root=b"0" * 32, note="", signed_at=now)


READS: dict[str, Callable[[Any], object]] = {
    "exists": lambda rows: rows.exists(),
    "count": lambda rows: rows.count(),
    "list": lambda rows: list(rows),
    "first": lambda rows: rows.first(),
    "values": lambda rows: list(rows.values_list("organisation")),
    "aggregate": lambda rows: rows.aggregate(n=models.Count("organisation"))["n"],
    "iterator": lambda rows: list(rows.iterator()),
    "union": lambda rows: list(rows.order_by().union(rows.order_by(), all=True)),
    "as a part of another query": lambda rows: list(User.objects.filter(pk__in=_users(rows))),
    "update": lambda rows: rows.update(**{_free_field(rows.model): None}) if _free_field(rows.model) else 0,
    "delete": lambda rows: rows.delete()[0],
}
"""What is asked of a model for the row of another organisation; each must give nothing."""


def _users(rows: Any) -> Any:
    return User.objects.filter(models.Exists(rows)).values("pk")


def _free_field(model: type[models.Model]) -> str:
    """A field that may be empty, so that an update that reached the row would be one."""
    free = (f.name for f in model._meta.concrete_fields if f.null and f.name not in {"organisation", "pk"})
    return next(free, "")


def test_no_question_reaches_a_row_of_another_organisation(rows: Rows, world: World) -> None:
    """`.exists()`, joins, parts of other queries and writes in bulk find nothing across organisations."""
    found = []
    with open_organisation(world.cast.other):
        for model, row in rows.items():
            theirs = model._default_manager.filter(pk=row.pk)
            found += [f"{model._meta.label}: {what}" for what, ask in READS.items() if ask(theirs)]
    assert not found


def test_no_join_leads_to_a_row_of_another_organisation(rows: Rows, world: World) -> None:
    """No forward relation leads from one's own rows to another's: asked by what it points to, nothing is found."""
    found = []
    with open_organisation(world.cast.other):
        for model, row in rows.items():
            for field in _relations(model):
                parent = getattr(row, field.attname)
                if parent is None:
                    continue
                if model._default_manager.filter(**{field.name: parent}).exists():
                    found.append(f"{model._meta.label} by {field.name}")
                if model._default_manager.filter(**{f"{field.name}__organisation": world.cast.organisation}).exists():
                    found.append(f"{model._meta.label} through {field.name}")
    assert not found


def test_nothing_is_written_into_another_organisation(rows: Rows, world: World) -> None:
    """`.bulk_create()`, `.create()`, `.save()` and `.update()` put no row into another organisation and move none."""
    written = []
    with open_organisation(world.cast.other):
        for model, row in rows.items():
            for what, write in _writes(model, row, world):
                try:
                    with transaction.atomic():
                        write()
                    written.append(f"{model._meta.label}: {what}")
                except ScopeError:
                    continue
    assert not written


def _writes(model: type[models.Model], row: Any, world: World) -> Iterator[tuple[str, Callable[[], object]]]:
    manager = model._default_manager
    yield "bulk_create", lambda: manager.bulk_create([row])
    yield "bulk_create of a filter", lambda: manager.filter(organisation=None).bulk_create([row])
    yield "save", row.save
    yield "create", lambda: manager.create(organisation=world.cast.organisation)
    yield "move", lambda: manager.update(organisation=world.cast.organisation)


def test_no_row_is_moved_to_another_organisation_by_raw_sql(rows: Rows, world: World) -> None:
    """The database itself keeps every row of every model in its organisation."""
    moved = []
    for model in rows:
        column = model._meta.get_field("organisation")
        other = column.get_db_prep_save(world.cast.other.pk, connection)
        ours = column.get_db_prep_save(world.cast.organisation.pk, connection)
        statement = f'UPDATE "{model._meta.db_table}" SET organisation_id = %s WHERE organisation_id = %s'
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [other, ours])
                changed = cursor.rowcount
            if changed:
                moved.append(f"{model._meta.label}: {changed} rows")
        except IntegrityError:
            continue
    assert not moved


def test_outside_a_scope_no_row_is_found_at_all(rows: Rows) -> None:
    """Without a scope every question about every model is an error and not an answer."""
    answered = []
    for model, row in rows.items():
        for what in ("filter", "exists", "count", "bulk_create", "update", "delete"):
            asked = {"filter": lambda m=model, r=row: m._default_manager.filter(pk=r.pk)}
            asked["bulk_create"] = lambda m=model, r=row: m._default_manager.bulk_create([r])
            ask = asked.get(what, getattr(model._default_manager.get_queryset(), what))
            try:
                ask()
                answered.append(f"{model._meta.label}: {what}")
            except ScopeError:
                continue
    assert not answered


def test_from_what_all_share_nothing_leads_to_one_organisations_rows(rows: Rows, world: World) -> None:
    """From a user, whom all organisations share, no relation leads to where else they belong."""
    user = world.cast.outsider
    reverse = [relation.name for relation in User._meta.related_objects if relation.related_model in SCOPED]
    assert [name for name in reverse if not name.endswith("+") and hasattr(user, name)] == []
    with open_organisation(world.cast.organisation):
        assert not Membership.objects.filter(user=user).exists()
        assert not SeatUser.objects.filter(user=user).exists()


def _relations(model: type[models.Model]) -> Iterator[models.ForeignKey]:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.related_model in SCOPED:
            yield field
