"""Raw SQL past every verb: what people were asked, and who was asked, stays as it was once it was put to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from accounts import clock
from accounts.ids import uuid7
from accounts.models import APIKey, Membership, SeatUser
from accounts.scope import open_organisation
from audit.models import Entry
from audit.texts import keep
from deliberation import models as of
from deliberation.models import Deliberation
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


@pytest.fixture
def decided(cast: Cast) -> Deliberation:
    return stages.at_decided(cast)


def refuses(statement: str, *given: Any, guard: str) -> None:
    """The database refuses the statement, by the guard of that name."""
    with pytest.raises(IntegrityError, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)


def key_of(row: models.Model) -> Any:
    return row._meta.pk.get_db_prep_save(row.pk, connection)


def refuses_update(row: models.Model, guard: str, **values: Any) -> None:
    fields = [row._meta.get_field(name) for name in values]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    prepared = [
        field.get_db_prep_save(getattr(value, "pk", value), connection)
        for field, value in zip(fields, values.values(), strict=True)
    ]
    refuses(f'UPDATE "{row._meta.db_table}" SET {columns} WHERE id = %s', *prepared, key_of(row), guard=guard)


def refuses_delete(row: models.Model, guard: str) -> None:
    refuses(f'DELETE FROM "{row._meta.db_table}" WHERE id = %s', key_of(row), guard=guard)


def first(model: type[models.Model], deliberation: Deliberation, **which: Any) -> Any:
    found = model._default_manager.filter(deliberation=deliberation, **which).order_by("pk").first()
    assert found is not None
    return found


def words(cast: Cast) -> Any:
    return keep(cast.organisation, "Other words.")


# --- The question


def test_the_question_is_not_reworded_after_the_signature(cast: Cast, decided: Deliberation) -> None:
    """Nobody puts another question over an outcome that was signed."""
    refuses_update(decided, "question_stays_as_asked|ended_stays", question=words(cast))


def test_the_question_is_not_reworded_while_rounds_go_on(cast: Cast) -> None:
    """Nobody rewords the question under those who are answering it."""
    refuses_update(stages.at_round(cast, 1), "question_stays_as_asked", question=words(cast))


def test_a_deliberation_keeps_its_number_and_its_project(cast: Cast, decided: Deliberation) -> None:
    """A reference that was given out leads to the same deliberation for ever."""
    refuses_update(decided, "deliberation_keeps_its_origin|ended_stays", number=4711)
    refuses_update(stages.at_conflict(cast), "deliberation_keeps_its_origin", number=4711)


def test_a_deliberation_is_never_deleted(cast: Cast) -> None:
    """A question that was asked cannot be made not to have been asked."""
    refuses_delete(stages.at_conflict(cast), "deliberation_never_deleted")


def test_a_withdrawn_deliberation_is_not_taken_up_again(cast: Cast) -> None:
    """What was withdrawn stays withdrawn, and with it the reason that was given."""
    from deliberation.domain.conflict import withdraw

    deliberation = stages.at_draft(cast)
    withdraw(deliberation, by=cast.facilitator, reason="Overtaken.", meanwhile="Nothing.")
    deliberation.refresh_from_db()
    refuses_update(deliberation, "ended_stays", state="draft")


def test_an_option_is_not_reworded_once_people_are_asked(cast: Cast) -> None:
    """What people accept or refuse is the option they read."""
    deliberation = stages.at_round(cast, 2)
    refuses_update(first(of.Option, deliberation), "option_stays_as_put", text=words(cast))
    refuses_delete(first(of.Option, deliberation), "option_never_deleted")


def test_do_not_do_it_is_not_turned_into_something_else(cast: Cast) -> None:
    """The option not to do it cannot be made another kind of option, not even in a draft."""
    option = first(of.Option, stages.at_draft(cast), kind="do_not")
    refuses_update(option, "option_stays_as_put", kind="option")


# --- What is in tension


@pytest.mark.parametrize("model", [of.Framework, of.TradeOff, of.Group])
def test_what_is_in_tension_keeps_its_title(cast: Cast, model: Any) -> None:
    """No framework, trade-off or group is renamed once people speak from it, nor after the signature."""
    deliberation = stages.at_round(cast, 1)
    row, name = first(model, deliberation), model._meta.model_name
    refuses_update(row, f"{name}_stays_as_agreed", title="Profit")
    refuses_update(row, f"{name}_stays_as_agreed", status="dropped")
    refuses_delete(row, f"{name}_never_deleted")


def test_a_framework_keeps_its_title_after_the_signature(decided: Deliberation) -> None:
    """A signed outcome prints the frameworks under the names that they had."""
    refuses_update(first(of.Framework, decided), "framework_stays_as_agreed", title="Profit")


def test_no_framework_joins_after_the_signature(cast: Cast, decided: Deliberation) -> None:
    """Nothing is added to what was in tension once it is decided."""
    with pytest.raises(IntegrityError, match="framework_none_after_the_end"), transaction.atomic():
        of.Framework.objects.create(
            organisation=cast.organisation, deliberation=decided, origin="human", status="written", title="Profit",
            created_at=clock.now(), settled_by=cast.facilitator,
        )  # fmt: skip


def test_what_the_software_suggested_is_not_passed_off_as_a_persons(cast: Cast) -> None:
    """Whether the software or a person put a framework there cannot be changed, even in a draft."""
    row = first(of.Framework, stages.at_draft(cast))
    refuses_update(row, "framework_keeps_who_suggested_it", origin="software")
    refuses_update(row, "framework_keeps_who_suggested_it", suggested="Software said so.")


# --- The terms


def test_accepted_terms_are_not_rewritten(cast: Cast) -> None:
    """What was promised stays as it was accepted, and under the name that accepted it."""
    terms = first(of.Terms, stages.at_draft(cast))
    refuses_update(terms, "terms_append_only", meanwhile=words(cast))
    refuses_update(terms, "terms_append_only", reach="advises")
    refuses_update(terms, "terms_accepted_once", accepted_name="Somebody else")
    refuses_update(terms, "terms_append_only", accepted_by=cast.second_holder)
    refuses_delete(terms, "terms_never_deleted")


def test_no_terms_are_put_under_what_is_decided(decided: Deliberation) -> None:
    """No newer version of the terms appears after the signature."""
    terms = first(of.Terms, decided)
    terms.pk, terms.version = uuid7(), 99
    with pytest.raises(IntegrityError, match="terms_not_after_the_end"), transaction.atomic():
        terms.save(force_insert=True)


# --- Who sat there


def test_a_seat_keeps_its_name_after_the_signature(decided: Deliberation) -> None:
    """Who took part is printed under the name they took part by."""
    refuses_update(first(of.Seat, decided, part="participant"), "seat_stays_after_the_end", name="Nobody")
    refuses_update(first(of.Seat, decided, part="decision_holder"), "seat_stays_after_the_end", name="Nobody")


def test_no_seat_is_added_after_the_signature(cast: Cast, decided: Deliberation) -> None:
    """Nobody is made to have been there."""
    with pytest.raises(IntegrityError, match="seat_none_after_the_end"), transaction.atomic():
        of.Seat.objects.create(
            organisation=cast.organisation, deliberation=decided, part="participant", name="Somebody",
            created_at=clock.now(),
        )  # fmt: skip


def test_a_seat_that_was_asked_is_not_removed(cast: Cast) -> None:
    """Nobody who was asked is made not to have been asked."""
    refuses_delete(first(of.Seat, stages.at_round(cast, 1), part="participant"), "seat_removed_before_the_rounds")


def test_who_sat_where_is_not_rewritten(cast: Cast) -> None:
    """A past facilitator cannot be taken out of the seat's history to be let through a gate."""
    seat = first(of.Seat, stages.at_signing(cast), part="facilitator")
    row = SeatUser.objects.get(seat_id=seat.pk)
    refuses_update(row, "accounts_seatuser_append_only", user=cast.second_facilitator)
    refuses_delete(row, "accounts_seatuser_never_deleted")


# --- What was said, and the record


def test_what_was_put_as_agreed_is_not_reworded(cast: Cast) -> None:
    """Whoever confirmed a sentence confirmed that sentence."""
    deliberation = stages.at_round(cast, 3)
    stages.agreements_given(cast, deliberation)
    for model in (of.Agreement, of.Difference, of.Side):
        row = first(model, deliberation)
        refuses_update(row, f"{model._meta.db_table}_append_only", text=words(cast))
        refuses_delete(row, f"{model._meta.db_table}_never_deleted")


def test_a_position_is_not_put_into_another_mouth(cast: Cast) -> None:
    """What one person said cannot be made what another said."""
    deliberation = stages.at_round(cast, 1)
    stages.positions_given(cast, deliberation)
    row = first(of.Position, deliberation)
    other = stages.seat_of(deliberation, "Stakeholder two" if row.seat.name != "Stakeholder two" else "Stakeholder one")
    refuses_update(row, "deliberation_position_append_only", seat=other)
    refuses_update(row, "deliberation_position_append_only", right=words(cast))
    refuses_delete(row, "deliberation_position_never_deleted")


def test_words_in_the_text_store_are_not_rewritten(cast: Cast) -> None:
    """A person's words are erased on their request, and never replaced by others."""
    text = words(cast)
    refuses_update(text, "audit_text", body="What they never said.")


def test_an_entry_of_the_record_is_neither_changed_nor_removed(cast: Cast) -> None:
    """What the record says happened stays said."""
    stages.at_conflict(cast)
    entry = Entry.objects.order_by("pk").first()
    assert entry is not None
    refuses_update(entry, "audit_entry", timestamp=clock.now())
    refuses_delete(entry, "audit_entry")


def test_an_ended_membership_is_not_brought_back(cast: Cast) -> None:
    """Whoever left comes back by being taken in again, which is in the record."""
    row = cast.membership(cast.editor)
    Membership.objects.filter(pk=row.pk).update(ended_at=clock.now())
    refuses_update(row, "membership_ends_once", ended_at=None)


def test_a_revoked_key_is_not_brought_back(cast: Cast) -> None:
    """A revoked key stays revoked, whoever writes to the table."""
    from accounts.domain.keys import create_api_key, revoke_api_key

    key = create_api_key(cast.project, "Screening", by=cast.administrator).key
    revoke_api_key(key, by=cast.administrator)
    refuses_update(APIKey.objects.get(pk=key.pk), "revoked_key_stays_revoked", revoked_at=None)
