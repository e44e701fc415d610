"""Nobody gets an outcome signed around a gate: not through the models, not through querysets, not with raw SQL.

Each gate is attacked three ways, and the verb says the same in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from accounts import clock, guards
from accounts.domain.members import set_roles
from accounts.domain.seats import sit, stand_up
from accounts.refusals import Refused
from accounts.roles import Part, Role
from accounts.scope import open_organisation
from audit.texts import keep
from deliberation.domain.dissent import answer_dissent
from deliberation.domain.outcome import Heard, draft_outcome, sign_outcome
from deliberation.models import (
    Commitment,
    CommitmentReport,
    Deliberation,
    Dissent,
    DissentAnswer,
    DissentJoin,
    Framework,
    Hearing,
    ListAuthor,
    Outcome,
    OutcomeVersion,
    Publication,
    Remainder,
    ReviewTrigger,
    Seat,
    StakeholderList,
    WeighedValue,
)
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db

WAYS = ["save", "update", "sql"]


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return request.param


def write(row: models.Model, way: str, **values: Any) -> None:
    """Change a row past every verb, in one of three ways, in a transaction of its own."""
    with transaction.atomic():
        if way == "save":
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
        elif way == "update":
            type(row).objects.filter(pk=row.pk).update(**values)
        else:
            sql(row, values)


def sql(row: models.Model, values: dict[str, Any]) -> None:
    fields = [row._meta.get_field(name) for name in values]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    prepared = [
        field.get_db_prep_save(getattr(value, "pk", value), connection)
        for field, value in zip(fields, values.values(), strict=True)
    ]
    key = row._meta.pk.get_db_prep_save(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{row._meta.db_table}" SET {columns} WHERE id = %s', [*prepared, key])


def remove(row: models.Model, way: str) -> None:
    with transaction.atomic():
        if way == "save":
            row.delete()
        elif way == "update":
            type(row).objects.filter(pk=row.pk)._raw_delete(using="default")
        else:
            with connection.cursor() as cursor:
                cursor.execute(
                    f'DELETE FROM "{row._meta.db_table}" WHERE id = %s',
                    [row._meta.pk.get_db_prep_save(row.pk, connection)],
                )


def refused(name: str) -> Any:
    return pytest.raises(IntegrityError, match=name)


def forced_to_signing(cast: Cast, **changes: Any) -> Deliberation:
    """A draft with something missing, circulated and handed over past every verb."""
    deliberation = stages.at_drafted(cast, **changes)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    now = clock.now()
    write(version, "update", circulated_at=now - timedelta(days=6), dissent_closes_at=now - timedelta(days=1))
    write(stages.outcome_of(deliberation), "update", state="circulated")
    write(deliberation, "update", state="signing")
    deliberation.refresh_from_db()
    return deliberation


def signature(deliberation: Deliberation, by: Any, *, version: Any = None) -> dict[str, Any]:
    return {
        "state": "signed",
        "signed_version": version or OutcomeVersion.objects.filter(deliberation=deliberation).latest("number"),
        "signed_by": by,
        "signed_name": "Somebody",
        "signed_at": clock.now(),
    }


def by_verb(cast: Cast, deliberation: Deliberation, by: Any = None) -> str:
    """What the verb says; it must refuse."""
    version = OutcomeVersion.objects.filter(deliberation=deliberation).latest("number")
    with pytest.raises(Refused) as said:
        sign_outcome(deliberation, by=by or cast.holder, version_id=version.pk, name="Somebody")
    return " ".join(said.value.errors.values())


@dataclass(frozen=True)
class Gap:
    """Something left out of the draft: the guard that minds it, and a piece of what the verb says."""

    guard: str
    says: str
    changes: Callable[[Cast], dict[str, Any]]


GAPS = [
    Gap("outcome_signed_has_remainder", "at least one loss", lambda c: {"remainders": [], "commitments": _carry_out()}),
    Gap("outcome_signed_has_values", "given weight", lambda c: {"prioritized": []}),
    Gap("outcome_signed_has_values", "given less weight", lambda c: {"deprioritized": []}),
    Gap(
        "outcome_signed_has_values",
        "stands meanwhile",
        lambda c: {"kind": "legitimate_disagreement", "meanwhile": "", "option": None},
    ),
    Gap("outcome_signed_says_what", "in one sentence", lambda c: {"decision": ""}),
    Gap("outcome_signed_says_what", "Choose the option", lambda c: {"option": None}),
    Gap("outcome_signed_has_justification", "Say why", lambda c: {"justification": " \n"}),
    Gap("outcome_signed_has_scope", "applies to", lambda c: {"applies_to": ""}),
    Gap("outcome_signed_has_limits", "might think it covers", lambda c: {"does_not_apply_to": ""}),
    Gap("outcome_signed_review_after_signature", "review date", lambda c: {"review_date": None}),
    Gap("outcome_signed_review_after_signature", "after today", lambda c: {"review_date": clock.now().date()}),
    Gap("outcome_signed_has_trigger", "bring it back", lambda c: {"triggers": []}),
    Gap("outcome_signed_carried_out", "nothing is to be done", lambda c: {"commitments": []}),
    Gap("outcome_signed_frameworks_heard", "was heard", lambda c: {"hearings": []}),
]


def _carry_out() -> list[Any]:
    from deliberation.domain.outcome import Promised

    return [Promised("Train two readers", "All", "Head of recruitment", (clock.now() + timedelta(days=9)).date())]


@pytest.mark.parametrize("gap", GAPS, ids=lambda g: f"{g.guard}-{g.says}".replace(" ", "_"))
def test_signature_refuses_a_gap_in_the_draft(cast: Cast, way: str, gap: Gap) -> None:
    """Signature refuses a gap in the draft."""
    deliberation = forced_to_signing(cast, **gap.changes(cast))
    assert gap.says in by_verb(cast, deliberation)
    with refused(gap.guard):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))
    assert stages.outcome_of(deliberation).state == "circulated"


def test_signature_needs_every_framework(cast: Cast, way: str) -> None:
    """A signature needs a word on every framework, whether it was heard or not."""
    deliberation = stages.at_outcome(cast)
    first = Framework.objects.filter(deliberation=deliberation).first()
    Deliberation.objects.filter(pk=deliberation.pk).update(state="signing")
    Deliberation.objects.filter(pk=deliberation.pk).update(state="round_4")
    draft_outcome(
        deliberation,
        by=cast.facilitator,
        content=stages.content(deliberation, hearings=[Heard(first, False, "Nobody.")]),
    )
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    now = clock.now()
    write(version, "update", circulated_at=now - timedelta(days=6), dissent_closes_at=now - timedelta(days=1))
    write(stages.outcome_of(deliberation), "update", state="circulated")
    with refused("outcome_signed_frameworks_heard"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))


def test_disagreement_is_signed_with_what_stands_meanwhile_and_without_values(cast: Cast) -> None:
    """Disagreement is signed with what stands meanwhile and without values."""
    deliberation = forced_to_signing(
        cast,
        kind="legitimate_disagreement",
        option=None,
        meanwhile="The trial stays paused.",
        prioritized=[],
        deprioritized=[],
    )
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    outcome = sign_outcome(deliberation, by=cast.holder, version_id=version.pk, name="Holder")
    assert outcome.state == "signed"


def test_nothing_to_do_stands_for_a_commitment(cast: Cast) -> None:
    """Nothing to do stands for a commitment."""
    deliberation = forced_to_signing(cast, commitments=[], nothing_to_do="Nothing is to be done: it is done already.")
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    assert sign_outcome(deliberation, by=cast.holder, version_id=version.pk, name="Holder").state == "signed"


# --- Persons


def test_facilitator_never_signs(cast: Cast, way: str) -> None:
    """Facilitator never signs."""
    deliberation = stages.at_signing(cast)
    with refused("outcome_signed_not_by_facilitator|outcome_signed_by_holder"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.facilitator))


def test_past_facilitator_never_signs_even_as_holder(cast: Cast, way: str) -> None:
    """A past facilitator never signs, not even from the decision holder's seat."""
    deliberation = stages.at_signing(cast)
    set_roles(cast.membership(cast.facilitator), [Role.FACILITATOR, Role.DECISION_HOLDER], by=cast.administrator)
    facilitating = Seat.objects.get(deliberation=deliberation, part=Part.FACILITATOR)
    deciding = Seat.objects.get(deliberation=deliberation, part=Part.HOLDER)
    for seat, user in ((facilitating, cast.second_facilitator), (deciding, cast.facilitator)):
        stand_up(seat.pk)
        sit(cast.organisation, deliberation.pk, seat.pk, user)
    assert "second person" in by_verb(cast, deliberation, by=cast.facilitator)
    with refused("outcome_signed_not_by_facilitator"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.facilitator))


@pytest.mark.parametrize("who", ["second_holder", "administrator", "outsider", "first"])
def test_only_the_holder_signs(cast: Cast, way: str, who: str) -> None:
    """Only the holder signs."""
    deliberation = stages.at_signing(cast)
    user = getattr(cast, who)
    assert by_verb(cast, deliberation, by=user)
    with refused("outcome_signed_by_holder"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, user))


def test_holder_whose_role_was_taken_does_not_sign(cast: Cast, way: str) -> None:
    """Whoever lost the role of decision holder signs nothing, though their name stays on the seat."""
    deliberation = stages.at_signing(cast)
    set_roles(cast.membership(cast.holder), [Role.REVIEWER], by=cast.administrator)
    assert by_verb(cast, deliberation)
    with refused("outcome_signed_by_holder"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))


def test_former_holder_does_not_sign(cast: Cast, way: str) -> None:
    """Former holder does not sign."""
    deliberation = stages.at_signing(cast)
    seat = Seat.objects.get(deliberation=deliberation, part=Part.HOLDER)
    stand_up(seat.pk)
    sit(cast.organisation, deliberation.pk, seat.pk, cast.second_holder)
    assert by_verb(cast, deliberation)
    with refused("outcome_signed_by_holder"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))


def test_a_seat_does_not_change_its_part_to_make_way(cast: Cast, way: str) -> None:
    """A seat does not change its part to make way."""
    deliberation = stages.at_signing(cast)
    seat = Seat.objects.get(deliberation=deliberation, part=Part.FACILITATOR)
    with refused("seat_keeps_its_part"):
        write(seat, way, part="reader")


def test_signature_needs_a_list_approved_by_who_did_not_draft_it(cast: Cast, way: str) -> None:
    """Signature needs a list approved by who did not draft it."""
    deliberation = stages.at_signing(cast)
    the_list = StakeholderList.objects.get(deliberation=deliberation, state="approved")
    write(the_list, "update", state="voided")
    assert "did not draft it" in by_verb(cast, deliberation)
    with refused("outcome_signed_list_approved"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))


@pytest.mark.parametrize("placed", ["models", "sql"])
def test_a_list_that_one_of_its_authors_approved_carries_no_signature(cast: Cast, way: str, placed: str) -> None:
    """A list that one of its authors approved carries no signature."""
    deliberation = stages.at_signing(cast)
    the_list = StakeholderList.objects.get(deliberation=deliberation, state="approved")
    author = ListAuthor.objects.get(list=the_list)
    with refused("list_authors_before_approval"):
        also_drawn_up_by(author, cast.holder, placed)
    with without_guard("list_authors_before_approval"):
        also_drawn_up_by(author, cast.holder, placed)
    assert "did not draft it" in by_verb(cast, deliberation)
    with refused("outcome_signed_list_approved"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))


def also_drawn_up_by(author: ListAuthor, user: Any, placed: str) -> None:
    """A second author like `author`, past every verb."""
    like = ListAuthor(
        organisation=author.organisation,
        deliberation=author.deliberation,
        list=author.list,
        user=user,
        since=author.since,
    )
    fields = ListAuthor._meta.concrete_fields
    with transaction.atomic():
        if placed == "models":
            ListAuthor.objects.bulk_create([like])
            return
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = [field.get_db_prep_save(getattr(like, field.attname), connection) for field in fields]
        with connection.cursor() as cursor:
            places = ", ".join(["%s"] * len(fields))
            cursor.execute(f'INSERT INTO "{ListAuthor._meta.db_table}" ({columns}) VALUES ({places})', values)


@contextmanager
def without_guard(name: str) -> Iterator[None]:
    """One guard lifted, so that the guard behind it is seen to hold by itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"%{name}%"])
            lifted = cursor.fetchall()
            for trigger, _definition in lifted:
                cursor.execute(f'DROP TRIGGER "{trigger}"')
        else:
            # Foreign keys checked at the end of a transaction would hold the table until then.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f'ALTER TABLE "{ListAuthor._meta.db_table}" DISABLE TRIGGER "{guards.PREFIX}{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for _trigger, definition in lifted:
                    cursor.execute(definition)
            else:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f'ALTER TABLE "{ListAuthor._meta.db_table}" ENABLE TRIGGER "{guards.PREFIX}{name}"')


# --- Dissent, its window and its answers


def test_signature_waits_for_the_window(cast: Cast, way: str) -> None:
    """Signature waits for the window."""
    deliberation = stages.at_circulated(cast)
    Deliberation.objects.filter(pk=deliberation.pk).update(state="signing")
    deliberation.refresh_from_db()
    assert "time for dissent" in by_verb(cast, deliberation)
    with refused("outcome_signed_after_window"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))


def test_signature_needs_an_answer_to_every_dissent(cast: Cast, way: str) -> None:
    """Signature needs an answer to every dissent."""
    deliberation = stages.at_signing(cast, answered=False)
    assert "Answer the dissent of Stakeholder one." in by_verb(cast, deliberation)
    with refused("outcome_signed_dissents_answered"):
        write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))
    answer_dissent(deliberation, stages.dissent_of(deliberation), by=cast.holder, text="The audit is promised.")
    write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder))


def test_only_the_latest_circulated_version_is_signed(cast: Cast, way: str) -> None:
    """Only the latest circulated version is signed."""
    deliberation = stages.at_signing(cast)
    first = OutcomeVersion.objects.get(deliberation=deliberation)
    Deliberation.objects.filter(pk=deliberation.pk).update(state="round_4")
    deliberation.refresh_from_db()
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation))
    second = OutcomeVersion.objects.get(deliberation=deliberation, number=2)
    Deliberation.objects.filter(pk=deliberation.pk).update(state="signing")
    deliberation.refresh_from_db()
    with pytest.raises(Refused, match="newer draft"):
        sign_outcome(deliberation, by=cast.holder, version_id=first.pk, name="Holder")
    for version in (first, second):
        with refused("outcome_signed_latest_version|outcome_signed_after_window"):
            write(stages.outcome_of(deliberation), way, **signature(deliberation, cast.holder, version=version))


def test_no_dissent_is_written_outside_its_time(cast: Cast) -> None:
    """No dissent is written outside its time."""
    deliberation = stages.at_signing(cast)
    like = stages.dissent_of(deliberation)
    for at in (clock.now(), clock.now() - timedelta(days=60)):
        like.pk, like.at = Dissent._meta.pk.get_default(), at
        with refused("dissent_in_its_time"), transaction.atomic():
            like.save(force_insert=True)
        with refused("dissent_in_its_time"), transaction.atomic():
            Dissent.objects.bulk_create([like])


def test_no_dissent_changes_after_the_signature(cast: Cast, way: str) -> None:
    """No dissent changes after the signature."""
    deliberation = stages.at_decided(cast)
    dissent = stages.dissent_of(deliberation)
    with refused("dissent_"):
        write(dissent, way, withdrawn_at=clock.now())
    dissent = stages.dissent_of(deliberation)
    with refused("append_only|dissent_after_signature"):
        write(dissent, way, lead=dissent.objection)
    with refused("never_deleted"):
        remove(dissent, way if way != "save" else "update")
    of = {"organisation": cast.organisation, "deliberation": deliberation, "dissent": dissent}
    with refused("dissent_answered_in_time"), transaction.atomic():
        DissentAnswer.objects.create(**of, text=dissent.lead, by_user=cast.holder, at=clock.now())
    other = stages.seat_of(deliberation, "Stakeholder two")
    with refused("dissent_joined_in_time"), transaction.atomic():
        DissentJoin.objects.create(**of, seat=other, at=clock.now())


def test_withdrawal_after_its_time_is_refused(cast: Cast, way: str) -> None:
    """Withdrawal after its time is refused."""
    deliberation = stages.at_signing(cast)
    with refused("dissent_withdrawn_in_time"):
        write(stages.dissent_of(deliberation), way, withdrawn_at=clock.now())


def test_a_dissent_is_not_replaced_by_another_person(cast: Cast, way: str) -> None:
    """A dissent is not replaced by another person."""
    deliberation = stages.at_circulated(cast)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    from deliberation.domain.dissent import write_dissent

    rows = [
        write_dissent(
            deliberation, by=stages.seat_of(deliberation, name), version_id=version.pk, lead="No.", objection="No."
        )
        for name in ("Stakeholder one", "Stakeholder two")
    ]
    with refused("dissent_replaced_by_own"):
        write(rows[0], way, replaced_by=rows[1])


# --- What stands still


@pytest.mark.parametrize("state", ["signed", "superseded", "circulated"])
def test_outcome_is_not_born_further_on(cast: Cast, state: str) -> None:
    """Outcome is not born further on."""
    deliberation = stages.at_outcome(cast)
    facts = {"signed_by": cast.holder, "signed_name": "H", "signed_at": clock.now()} if state != "circulated" else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        Outcome.objects.create(
            organisation=cast.organisation, deliberation=deliberation, state=state, created_at=clock.now(), **facts
        )


def test_signed_outcome_only_becomes_superseded(cast: Cast, way: str) -> None:
    """Signed outcome only becomes superseded."""
    deliberation = stages.at_decided(cast)
    outcome = stages.outcome_of(deliberation)
    with refused("outcome_signed_is_final"):
        write(outcome, way, signed_name="Somebody else")
    for state in ("draft", "circulated"):
        with refused("outcome_moves|outcome_signed_is_final"):
            write(stages.outcome_of(deliberation), way, state=state, signed_at=None, signed_by=None)
    with refused("outcome_never_deleted|FOREIGN|foreign|Cannot delete"):
        remove(outcome, "sql")
    write(stages.outcome_of(deliberation), way, state="superseded")
    with refused("outcome_moves"):
        write(stages.outcome_of(deliberation), way, state="signed")


def test_deliberation_is_decided_only_by_a_signature(cast: Cast, way: str) -> None:
    """Deliberation is decided only by a signature."""
    deliberation = stages.at_signing(cast)
    with refused("decided_is_signed"):
        write(deliberation, way, state="decided")


def test_decided_is_final(cast: Cast, way: str) -> None:
    """Decided is final."""
    deliberation = stages.at_decided(cast)
    with refused("decided_stays"):
        write(deliberation, way, state="round_4")


@pytest.mark.parametrize("taken_to", [stages.at_circulated, stages.at_decided])
def test_circulated_version_never_changes(cast: Cast, way: str, taken_to: Any) -> None:
    """Circulated version never changes."""
    deliberation = taken_to(cast)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    other = keep(cast.organisation, "Something else.")
    for changes in (
        {"decision": other},
        {"justification": other},
        {"review_date": (clock.now() + timedelta(days=900)).date()},
        {"circulated_at": None, "dissent_closes_at": None},
        {"circulated_at": version.circulated_at - timedelta(days=9)},
        {"dissent_closes_at": version.dissent_closes_at - timedelta(days=3)},
        {"number": 7},
    ):
        with refused("version_"):
            write(OutcomeVersion.objects.get(pk=version.pk), way, **changes)
    with refused("version_never_deleted|FOREIGN|foreign"):
        remove(version, "sql")


@pytest.mark.parametrize("model", [WeighedValue, Remainder, ReviewTrigger, Hearing, Commitment])
@pytest.mark.parametrize("taken_to", [stages.at_circulated, stages.at_decided])
def test_children_of_a_circulated_version_never_change(cast: Cast, way: str, taken_to: Any, model: Any) -> None:
    """Children of a circulated version never change."""
    deliberation = taken_to(cast)
    row = model.objects.filter(deliberation=deliberation).last()
    name = model._meta.model_name
    with refused(f"{name}_"):
        write(row, way, number=77)
    with refused(f"{name}_"):
        remove(model.objects.filter(deliberation=deliberation).last(), "update" if way == "save" else way)
    row = model.objects.filter(deliberation=deliberation).last()
    row.pk = model._meta.pk.get_default()
    row.number = 9
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_version_is_not_born_circulated(cast: Cast) -> None:
    """Version is not born circulated."""
    deliberation = stages.at_circulated(cast)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    version.pk, version.number = OutcomeVersion._meta.pk.get_default(), 2
    with refused("version_begins_unseen"), transaction.atomic():
        version.save(force_insert=True)


def test_commitment_changes_its_state_only_when_reported(cast: Cast, way: str) -> None:
    """Commitment changes its state only when reported."""
    deliberation = stages.at_decided(cast)
    commitment = Commitment.objects.filter(deliberation=deliberation).first()
    with refused("commitment_state_is_reported"):
        write(commitment, way, state="done")
    CommitmentReport.objects.create(
        organisation=cast.organisation,
        deliberation=deliberation,
        commitment=commitment,
        state="done",
        account=keep(cast.organisation, "Two readers were trained."),
        by_user=cast.reviewer,
        at=clock.now(),
    )
    write(commitment, way, state="done")
    with refused("commitment_state_is_reported"):
        write(commitment, way, state="open")
    with refused("commitment_only_its_state"):
        write(Commitment.objects.get(pk=commitment.pk), way, due=(clock.now() + timedelta(days=500)).date())


def test_commitment_is_not_reported_before_the_signature(cast: Cast) -> None:
    """Commitment is not reported before the signature."""
    deliberation = stages.at_signing(cast)
    with refused("report_after_signature"), transaction.atomic():
        CommitmentReport.objects.create(
            organisation=cast.organisation,
            deliberation=deliberation,
            commitment=Commitment.objects.filter(deliberation=deliberation).first(),
            state="done",
            account=keep(cast.organisation, "Done."),
            by_user=cast.reviewer,
            at=clock.now(),
        )


def test_publication_needs_a_signed_outcome_and_every_choice(cast: Cast, way: str) -> None:
    """Nothing is published before it is signed and everybody quoted has chosen."""
    deliberation = stages.at_signing(cast)
    facts = {
        "organisation": cast.organisation,
        "deliberation": deliberation,
        "outcome": stages.outcome_of(deliberation),
        "page_digest": "0" * 64,
        "slug": "a-question",
        "proposed_by": cast.holder,
        "proposed_at": clock.now(),
    }
    with refused("publication_begins_proposed"), transaction.atomic():
        Publication.objects.create(**facts)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    sign_outcome(deliberation, by=cast.holder, version_id=version.pk, name="Holder")
    with refused("publication_begins_proposed"), transaction.atomic():
        Publication.objects.create(**facts, state="published")
    publication = Publication.objects.create(**facts)
    publication.choices.create(
        organisation=cast.organisation,
        deliberation=deliberation,
        seat=stages.seat_of(deliberation, "Stakeholder one"),
    )
    with refused("publication_all_have_chosen"):
        write(publication, way, state="published", published_by=cast.holder, reason=deliberation.question)


def test_erased_words_leave_every_row_standing(cast: Cast) -> None:
    """Erasing a text empties the text store; the outcome's rows, which only point to it, are untouched."""
    deliberation = stages.at_decided(cast)
    dissent = stages.dissent_of(deliberation)
    text = dissent.objection
    text.body, text.salt, text.erased_at = "", b"", clock.now()
    text.save()
    assert str(stages.dissent_of(deliberation).objection).startswith("erased on request")
