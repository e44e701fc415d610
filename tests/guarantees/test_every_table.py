"""The guards that every table has, each by itself: a row stays in its organisation and deliberation, and for good.

Which there must be is read from the models and from `guarantees.toml`, never from what is registered: a guard that was
taken out is missed. Each is put up alone, so that none is held up by another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from accounts import clock, guards
from accounts.domain.keys import create_api_key
from accounts.ids import uuid7
from accounts.models import KeptAnswer
from accounts.scope import open_organisation
from audit.domain.exports import start_export
from audit.domain.metrics import count_new
from audit.domain.milestones import add_milestone
from audit.domain.surfaces import switch_surface
from audit.models import Dataset, Refusal
from audit.sequencer import sequence
from audit.texts import keep
from deliberation.domain.accommodations import state_cost
from deliberation.domain.agreement import tell_shift
from deliberation.domain.amendments import propose_amendment
from deliberation.domain.calendar import make_calendar_link
from deliberation.domain.change_reports import report_change
from deliberation.domain.commitments import report_commitment
from deliberation.domain.dissent import join_dissent, write_dissent
from deliberation.domain.drafts import save_draft
from deliberation.domain.entering import enter_for
from deliberation.domain.more_time import ask_more_time
from deliberation.domain.precedent import cite_precedent
from deliberation.domain.publication import propose_publication
from deliberation.domain.questions import put_question, reply
from deliberation.domain.requests import ask_otherwise
from deliberation.domain.review import speak_to_review
from deliberation.domain.stakeholders import explain_gap
from deliberation.domain.tensions import add_tension
from deliberation.guards.tenancy import ELSEWHERE
from deliberation.models import (
    AgentInstruction,
    Commitment,
    Deliberation,
    DraftWarning,
    Framework,
    Option,
    Outcome,
    OutcomeVersion,
    Precedent,
    Timetable,
)
from deliberation.models.tenancy import OfDeliberation
from instructions.domain.by_outcome import instruct_by_outcome
from instructions.domain.drafts import save_draft as save_instruction_draft
from tests.cast import Cast
from tests.deliberation import stages
from tests.guarantees.held import for_good
from tests.walls.agents import watched
from tests.walls.decided import decided as people_decided
from tests.walls.history import told

AGENTS = "deliberation_agentinstruction"
ROOMS = ("accounts", "audit", "instructions", "deliberation", "oversight")


def owned() -> list[type[models.Model]]:
    found = [model for app in ROOMS for model in apps.get_app_config(app).get_models()]
    return [model for model in found if any(f.name == "organisation" for f in model._meta.concrete_fields)]


def references() -> Iterator[tuple[type[models.Model], models.ForeignKey]]:
    """Every foreign key between rows of organisations."""
    for model in owned():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model in owned():
                yield model, field


def of_one_deliberation(model: type[models.Model], field: models.ForeignKey) -> bool:
    both = issubclass(model, OfDeliberation) and issubclass(field.related_model, OfDeliberation)
    return both and (model._meta.model_name, field.name) not in ELSEWHERE


class Wanted(NamedTuple):
    """What a guard must refuse: in which table, and where it goes by a column, which and to which table that points."""

    table: str
    what: str
    column: str = ""
    parent: str = ""


@cache
def wanted() -> dict[str, Wanted]:
    """Every such guard there must be, by its name."""
    found: dict[str, Wanted] = {}
    for model, field in references():
        table = model._meta.db_table
        name = f"{table}_{field.column}_ours"
        name = name if len(guards.PREFIX + name) <= 55 else name.replace("deliberation", "dlb")
        parent = field.related_model._meta.db_table
        found[name] = Wanted(table, "organisation", field.column, parent)
        for one in (table, parent):
            found[f"{one}_stays"] = Wanted(one, "organisation")
        if of_one_deliberation(model, field):
            found[f"{model._meta.model_name}_{field.name}_here"] = Wanted(table, "deliberation", field.column, parent)
    for table in (model._meta.db_table for model in owned()):
        # Where no column ever changes, the organisation does not either.
        if f"{table}_append_only" not in for_good():
            found[f"{table}_stays"] = Wanted(table, "organisation")
    for name, table in for_good().items():
        found[name] = Wanted(table, "delete" if name.endswith("_never_deleted") else "change")
    return found


def missing(names: set[str]) -> set[str]:
    """Those of the wanted that are not among `names`."""
    return wanted().keys() - names


@pytest.mark.django_db
@pytest.mark.alone
def test_every_table_has_its_guards() -> None:
    assert missing({one.name for one in guards.refusals(connection)}) == set()


def everything(cast: Cast) -> None:
    """A row in every table that people write to, in several deliberations."""
    by, one = cast.facilitator, "Stakeholder one"
    circulated = stages.at_circulated(cast)
    version = OutcomeVersion.objects.get(deliberation=circulated)
    seats = [stages.seat_of(circulated, name) for name in (one, "Stakeholder two")]
    dissent = write_dissent(circulated, by=seats[0], version_id=version.pk, lead="No.", objection="No.")
    join_dissent(circulated, dissent, by=seats[1])
    decided = stages.at_decided(cast)
    commitment = Commitment.objects.filter(deliberation=decided).earliest("pk")
    report_commitment(decided, commitment, by=by, state="done", account="It is done.")
    propose_publication(decided, by=cast.holder)
    review = stages.at_review_prepared(cast)
    speak_to_review(review, by=stages.seat_of(review.deliberation, one), text="It was so.")
    report_change(review.precedent, by=cast.holder, text="More.")
    key_ = create_api_key(cast.project, "Agent", by=cast.administrator).key
    KeptAnswer.objects.create(organisation=cast.organisation, key=key_, idempotency_key="a", digest="0" * 64)
    make_calendar_link(cast.membership(cast.reviewer), by=cast.reviewer)
    Refusal.objects.create(organisation=cast.organisation, actor_ref="a", kind="page", hour=clock.now())
    Timetable.objects.create(organisation=cast.organisation, urgency="URGENT", durations={}, set_at=clock.now())
    _in_rounds(cast)
    _told(cast, decided)
    enforcing = create_api_key(cast.project, "Enforcing", by=cast.administrator, enforces=True).key
    watched(enforcing)
    people_decided(cast, enforcing)
    _shown(cast)


def _shown(cast: Cast) -> None:
    told = {"kind": "change", "day": date(2026, 1, 2), "title": "One", "story": "It was.", "evidence": "Look."}
    add_milestone(cast.organisation, by=cast.administrator, **told)
    switch_surface(cast.organisation, "metrics", True, by=cast.administrator)
    count_new(cast.organisation)
    start_export(cast.organisation, by=cast.administrator)
    Dataset.objects.create(organisation=cast.organisation, until=clock.now(), made_at=clock.now())


def _told(cast: Cast, decided: Deliberation) -> None:
    at = told(cast)
    save_instruction_draft(cast.organisation, by=cast.editor, form="new", fields={"text": "Always."})
    outcome = Outcome.objects.get(deliberation=decided)
    made = instruct_by_outcome(
        cast.project, "Always run pytest twice.", signer=outcome.signed_by, place="", answers={}, cause=uuid7()
    )
    of_decided = {"organisation": cast.organisation, "deliberation": decided}
    AgentInstruction.objects.create(
        **of_decided, instruction=made, outcome=outcome, text=made.current.text, created_at=clock.now()
    )
    version = OutcomeVersion.objects.filter(deliberation=decided).latest("number")
    DraftWarning.objects.create(
        **of_decided, instruction=at["instruction"]["active"], version=version, first_seen_at=clock.now()
    )


def _in_rounds(cast: Cast) -> None:
    by = cast.facilitator
    third = stages.at_round(cast, 3)
    stages.agreements_given(cast, third)
    tell_shift(third, by=stages.voices(cast, third)[0], changed=False)
    cite_precedent(third, Precedent.objects.earliest("pk"), by=by, alike="The tool.", differs="The posts.")
    second = stages.at_round(cast, 2)
    stages.accommodations_given(cast, second)
    one, two, *_others = stages.voices(cast, second)
    proposal = Option.objects.get(deliberation=second, kind="proposal")
    framework = Framework.objects.filter(deliberation=second).earliest("pk")
    state_cost(second, by=by, option=proposal, framework=framework, cost="Time.")
    reply(second, by=two, question=put_question(second, by=one, to=two, text="How many?"), text="Six.")
    first = stages.at_round(cast, 1)
    one, two, *_others = stages.voices(cast, first)
    ask_otherwise(first, by=one, kind="format", text="By telephone.")
    enter_for(first, by=by, seat=one, what="position", given="spoken", right="So.")
    ask_more_time(first, by=two, number=1, until=clock.now() + timedelta(days=20))
    save_draft(cast.organisation, by=two, form="position", fields={"right": "So."}, deliberation=first)
    propose_amendment(first, by=by, title="New", why="They wait.", reason="Nobody speaks for them.")
    drafted = stages.at_draft(cast)
    group = add_tension(drafted, by=by, kind="group", title="Those nobody speaks for")
    explain_gap(drafted, by=by, group=group, explanation="Nobody could be asked.")  # type: ignore[arg-type]
    sequence(cast.organisation)


@pytest.mark.django_db
@pytest.mark.long
def test_each_of_them_refuses_by_itself() -> None:
    cast = Cast()
    with open_organisation(cast.organisation):
        everything(cast)
    keep(cast.other, "Words of another organisation.")
    create = guards._create_sqlite if connection.vendor == "sqlite" else guards._create_postgresql
    declared = {one.name: one for one in guards.refusals(connection)}
    rows = {model._meta.db_table: newest(model) for model in apps.get_models()}
    elsewhere = {"organisation": [key(cast.other), key(cast.organisation)], "deliberation": two_deliberations()}
    passed, untried = set(), set()
    connection.check_constraints()
    guards.remove()  # they are back when this test's transaction is rolled back
    with connection.cursor() as cursor:
        for name, one in wanted().items():
            try:
                with transaction.atomic():
                    statement = forbidden(cursor, one, rows, elsewhere)
                    if statement is None:
                        untried.add(name)
                        continue
                    for sql in create(declared[name]):
                        cursor.execute(sql)
                    cursor.execute(*statement)
                    passed.add(name)
                    transaction.set_rollback(True)
            except IntegrityError as refused:
                if not str(refused).startswith(f"{name}: "):
                    passed.add(f"{name}: {refused}")
    assert passed == set()
    # What the instruction history alone writes has its own ways there: tests/instructions.
    tables = {wanted()[name].table for name in untried}
    assert {table for table in tables if not table.startswith("instructions_")} <= {AGENTS}


def forbidden(
    cursor: Any, one: Wanted, rows: dict[str, Any], elsewhere: dict[str, list[Any]]
) -> tuple[str, list[Any]] | None:
    """A statement that the guard must refuse, or None where there is no row to try it on."""
    row = rows[one.table]
    if row is None:
        return None
    table, (own, key_) = one.table, found_by(row)
    if one.what == "delete":
        return f'DELETE FROM "{table}" WHERE {own}', key_
    owner = f"{one.what if one.what in elsewhere else 'organisation'}_id"
    cursor.execute(f'SELECT {owner} FROM "{table}" WHERE {own}', key_)
    here = cursor.fetchone()[0]
    value = next(each for each in elsewhere[owner.removesuffix("_id")] if each != here)
    if one.column:
        # It is moved away from what it points to, in one statement: a guard of rows is asked before what is unique.
        cursor.execute(f'SELECT id FROM "{one.parent}" WHERE {owner} = %s', [here])
        found = cursor.fetchone()
        if found is None:
            return None
        changed = f'{owner} = %s, "{one.column}" = %s'
        return f'UPDATE "{table}" SET {changed} WHERE {own}', [value, found[0], *key_]
    return f'UPDATE "{table}" SET {owner} = %s WHERE {own}', [value, *key_]


def found_by(row: models.Model) -> tuple[str, list[Any]]:
    """The condition that finds this row alone, and its values."""
    fields = row._meta.pk_fields
    condition = " AND ".join(f'"{field.column}" = %s' for field in fields)
    return condition, [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


def key(row: models.Model) -> Any:
    return row._meta.pk.get_db_prep_save(row.pk, connection)


def newest(model: type[models.Model]) -> Any:
    """The newest row, with as much of it filled in as there is."""
    filled = [F(field.attname).desc(nulls_last=True) for field in model._meta.concrete_fields if field.null]
    return model._base_manager.order_by(*filled, "-pk").first()


def two_deliberations() -> list[Any]:
    return [key(one) for one in Deliberation._base_manager.order_by("pk")[:2]]
