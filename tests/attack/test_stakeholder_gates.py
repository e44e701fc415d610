"""Nobody gets a list approved, or a person invited, around the gate: not by the models, not by querysets, not by SQL.

The verb says the same in a sentence.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, models, transaction

from accounts import clock
from accounts.domain.seats import sit, stand_up
from accounts.models import SeatUser
from accounts.refusals import Refused
from accounts.roles import Part
from accounts.scope import open_organisation
from audit.texts import keep
from deliberation.domain import amendments, seats, stakeholders
from deliberation.domain.approval import approve_stakeholders
from deliberation.domain.requests import ask_otherwise
from deliberation.models import (
    Amendment,
    CoversGroup,
    Deliberation,
    Invitation,
    ListAuthor,
    ListEntry,
    MaySpeakFrom,
    Request,
    Seat,
    Stakeholder,
    StakeholderList,
)
from tests.cast import Cast
from tests.deliberation.stages import at_draft, at_inviting, at_stakeholders, invited, with_stakeholders, with_terms


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


@pytest.fixture(params=["save", "update", "sql"])
def way(request: pytest.FixtureRequest) -> str:
    return request.param


def write(row: models.Model, way: str, **values: Any) -> None:
    """Change a row past every verb, in one of three ways."""
    with transaction.atomic():
        if way == "save":
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
        elif way == "update":
            type(row)._default_manager.filter(pk=row.pk).update(**values)
        else:
            fields = [(row._meta.get_field(name), value) for name, value in values.items()]
            columns = ", ".join(f'"{field.column}" = %s' for field, _value in fields)
            prepared = [field.get_db_prep_save(getattr(v, "pk", v), connection) for field, v in fields]
            key = row._meta.pk.get_db_prep_save(row.pk, connection)
            with connection.cursor() as cursor:
                cursor.execute(f'UPDATE "{row._meta.db_table}" SET {columns} WHERE id = %s', [*prepared, key])


def refused(guard: str, attack: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        attack()


def newest(deliberation: Deliberation) -> StakeholderList:
    return StakeholderList.objects.filter(deliberation=deliberation).latest("version")


def approval(cast: Cast, by: object) -> dict[str, Any]:
    reason = keep(cast.organisation, "I want it so.")
    return {"state": "approved", "decided_by": by, "decided_at": clock.now(), "reason": reason}


def test_submitter_never_approves(cast, way):
    """Submitter never approves."""
    version = newest(at_stakeholders(cast))
    refused("list_appro", lambda: write(version, way, **approval(cast, cast.facilitator)))


def test_author_of_an_earlier_version_never_approves(cast, way):
    """Author of an earlier version never approves."""
    deliberation = at_draft(cast)
    with_stakeholders(cast, deliberation)
    seats.hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    from deliberation.domain import conflict

    conflict.submit(deliberation, by=cast.second_facilitator)
    version = newest(deliberation)
    refused("list_approved_by_a_second_person", lambda: write(version, way, **approval(cast, cast.facilitator)))


def test_whoever_ever_facilitated_never_approves(cast, way):
    """Whoever ever facilitated never approves."""
    deliberation = at_stakeholders(cast)
    chair = Seat.objects.get(deliberation=deliberation, part=Part.FACILITATOR)
    stand_up(chair.pk)
    sit(cast.organisation, deliberation.pk, chair.pk, cast.second_holder)
    stand_up(chair.pk)
    sit(cast.organisation, deliberation.pk, chair.pk, cast.facilitator)
    version = newest(deliberation)
    refused("list_approved_by_a_second_person", lambda: write(version, way, **approval(cast, cast.second_holder)))


def test_draft_is_not_approved_past_its_submission(cast, way):
    """A list that was never submitted is not approved."""
    deliberation = at_draft(cast)
    with_stakeholders(cast, deliberation)
    version = newest(deliberation)
    facts = approval(cast, cast.holder) | {"digest": "0" * 64}
    refused("list_approved_once_submitted", lambda: write(version, way, **facts))


def test_digest_is_not_changed_with_the_approval(cast, way):
    """Digest is not changed with the approval."""
    version = newest(at_stakeholders(cast))
    facts = approval(cast, cast.holder) | {"digest": "0" * 64}
    refused("list_approved_once_submitted", lambda: write(version, way, **facts))


def test_list_is_not_born_approved(cast):
    """List is not born approved."""
    deliberation = at_draft(cast)
    row = StakeholderList(
        organisation=cast.organisation,
        deliberation=deliberation,
        version=9,
        created_at=clock.now(),
        digest="0" * 64,
        **approval(cast, cast.holder),
    )
    refused("list_begins_unapproved", lambda: row.save(force_insert=True))


@pytest.mark.parametrize("change", ["state", "decided_by", "digest", "reason"])
def test_approved_list_only_moves_to_voided(cast, way, change):
    """Approved list only moves to voided."""
    deliberation = at_inviting(cast)
    version = newest(deliberation)
    values = {
        "state": "draft",
        "decided_by": cast.second_holder,
        "digest": "1" * 64,
        "reason": keep(cast.organisation, "Another reason."),
    }
    refused("list_approved_stays", lambda: write(version, way, **{change: values[change]}))


def test_list_is_never_deleted(cast):
    """List is never deleted."""
    version = newest(at_inviting(cast))
    refused("list_never_deleted", lambda: StakeholderList.objects.filter(pk=version.pk)._raw_delete("default"))


def test_entries_and_authors_of_an_approved_list_stand(cast):
    """Entries and authors of an approved list stand."""
    deliberation = at_inviting(cast)
    version = newest(deliberation)
    owner = {"organisation": cast.organisation, "deliberation": deliberation, "list": version}
    entry = ListEntry.objects.filter(list=version).first()
    refused("never_deleted", lambda: ListEntry.objects.filter(pk=entry.pk)._raw_delete("default"))
    refused("list_authors", lambda: ListAuthor.objects.create(**owner, user=cast.holder, since=clock.now()))
    other = Stakeholder.objects.create(
        organisation=cast.organisation,
        deliberation=deliberation,
        origin="human",
        status="written",
        title="Slipped in",
        created_at=clock.now(),
    )
    refused("list_entries_before_approval", lambda: ListEntry.objects.create(**owner, stakeholder=other))


@pytest.mark.parametrize("field", ["title", "email", "status"])
def test_whoever_stands_on_an_approved_list_stays_as_approved(cast, way, field):
    """Whoever stands on an approved list stays as approved."""
    deliberation = at_inviting(cast)
    row = Stakeholder.objects.filter(deliberation=deliberation).first()
    value = {"title": "Somebody else", "email": "else@people.example", "status": "kept"}[field]
    refused("stakeholder_approved_stays", lambda: write(row, way, **{field: value}))


@pytest.mark.parametrize("model", [CoversGroup, MaySpeakFrom])
def test_groups_and_frameworks_of_an_approved_list_stay(cast, model):
    """Groups and frameworks of an approved list stay."""
    at_inviting(cast)
    row = model.objects.first()
    refused("approved_stays_delete", lambda: model.objects.filter(pk=row.pk)._raw_delete("default"))
    fields = {f.name: getattr(row, f.name) for f in model._meta.concrete_fields if f.name != "id"}
    refused("approved_stays_insert", lambda: model(**fields).save(force_insert=True))


def test_nobody_is_inviting_without_an_approved_list(cast, way):
    """Nobody is inviting without an approved list."""
    deliberation = at_stakeholders(cast)
    refused("inviting_needs_an_approved_list", lambda: write(deliberation, way, state="inviting"))


def test_invitation_is_not_sent_from_a_voided_list(cast, way):
    """Invitation is not sent from a voided list."""
    deliberation = at_inviting(cast)
    version, invitation = newest(deliberation), Invitation.objects.filter(deliberation=deliberation).first()
    write(version, "update", state="voided")
    refused("invitation_of_an_approved_list", lambda: write(invitation, way, state="sent"))


def test_invitation_is_not_sent_before_the_newest_terms_are_accepted(cast, way):
    """Invitation is not sent before the newest terms are accepted."""
    deliberation = at_inviting(cast)
    with_terms(cast, deliberation, compensation="A day off.")
    invitation = Invitation.objects.filter(deliberation=deliberation).first()
    for state in ("sent", "accepted"):
        refused("invitation_after_terms", lambda state=state: write(invitation, way, state=state))


def test_sent_invitation_stays_sent_and_is_never_deleted(cast, way):
    """Sent invitation stays sent and is never deleted."""
    deliberation = invited(cast, accept=False)
    invitation = Invitation.objects.filter(deliberation=deliberation).first()
    refused("invitation_sent_stays_sent", lambda: write(invitation, way, state="listed"))
    gone = Invitation.objects.filter(pk=invitation.pk)
    refused("invitation_sent_never_deleted", lambda: gone._raw_delete("default"))


def test_amendment_is_not_approved_by_its_drafter_or_a_facilitator(cast, way):
    """Amendment is not approved by its drafter or a facilitator."""
    deliberation = invited(cast)
    amendment = amendments.propose_amendment(
        deliberation, by=cast.facilitator, title="Night nurse", why="Nights are theirs.", reason="Nobody works nights."
    )
    refused("amendment_", lambda: write(amendment, way, **approval(cast, cast.facilitator)))
    seats.hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    refused("amendment_by_a_second_person", lambda: write(amendment, way, **approval(cast, cast.second_facilitator)))


def test_decided_amendment_stays(cast, way):
    """Decided amendment stays."""
    deliberation = invited(cast)
    amendment = amendments.propose_amendment(
        deliberation, by=cast.facilitator, title="Night nurse", why="Nights are theirs.", reason="Nobody works nights."
    )
    amendments.refuse_amendment(deliberation, amendment, by=cast.holder, reason="They are covered.")
    amendment = Amendment.objects.get(pk=amendment.pk)
    refused("amendment_decided_stays", lambda: write(amendment, way, state="approved"))


def test_facilitator_is_put_on_no_voices_seat(cast):
    """Facilitator is put on no voice's seat."""
    deliberation = invited(cast)
    seat = Seat.objects.filter(deliberation=deliberation, part=Part.PARTICIPANT).first()
    SeatUser.objects.filter(seat_id=seat.pk, until__isnull=True).update(until=clock.now())
    refused(
        "facilitator_is_no_voice",
        lambda: sit(cast.organisation, deliberation.pk, seat.pk, cast.facilitator),
    )


def test_what_was_asked_is_not_rewritten(cast, way):
    """What was asked is not rewritten."""
    deliberation = invited(cast, accept=False)
    seat = Seat.objects.filter(deliberation=deliberation, part=Part.PARTICIPANT).first()
    asked = ask_otherwise(deliberation, by=seat, kind="format", text="Please call me.")
    words = keep(cast.organisation, "Never mind.")
    refused("append_only", lambda: write(Request.objects.get(pk=asked.pk), way, text=words))


# --- Two at once


def at_once(organisation: Any, *acts: Callable[[], object]) -> list[object]:
    """Run each act in a thread of its own, started together. Gives what each gave, or the exception it raised."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            with open_organisation(organisation):
                gate.wait(timeout=20)
                results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_approval_while_the_list_changes_one_wins_and_the_other_is_told():
    """Of an approval and a change of the list at once one wins, and the other is told."""
    people = Cast()
    with open_organisation(people.organisation):
        deliberation = at_stakeholders(people)
        seen = newest(deliberation).digest

    def approve() -> object:
        here = Deliberation.objects.get(pk=deliberation.pk)
        return approve_stakeholders(here, by=people.holder, digest=seen, reason="All are on it.")

    def change() -> object:
        here = Deliberation.objects.get(pk=deliberation.pk)
        return stakeholders.add_stakeholder(here, by=people.facilitator, title="Night nurse", why="Nights are theirs.")

    results = at_once(people.organisation, approve, change)
    lost = [result for result in results if isinstance(result, Exception)]
    assert len(lost) == 1, results
    assert isinstance(lost[0], Refused)
    with open_organisation(people.organisation):
        approved = StakeholderList.objects.filter(deliberation=deliberation, state="approved").first()
        entries = set(ListEntry.objects.filter(list=newest(deliberation)).values_list("stakeholder__title", flat=True))
        assert ("Night nurse" in entries) == (approved is None)


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_make_one_set_of_seats():
    """Two approvals at once make one set of seats."""
    people = Cast()
    with open_organisation(people.organisation):
        deliberation = at_stakeholders(people)
        seats.name_approver(deliberation, by=people.facilitator, user=people.second_holder)
        seen = newest(deliberation).digest

    def approve(by: Any) -> Callable[[], object]:
        def act() -> object:
            here = Deliberation.objects.get(pk=deliberation.pk)
            return approve_stakeholders(here, by=by, digest=seen, reason="All are on it.")

        return act

    results = at_once(people.organisation, approve(people.holder), approve(people.second_holder))
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    with open_organisation(people.organisation):
        assert Seat.objects.filter(deliberation=deliberation, part=Part.PARTICIPANT).count() == 4
