"""Gates compare persons: who may sit where, and what stays true of whoever sat there before."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.domain.members import end_membership, set_roles
from accounts.models import SeatUser
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, WrongState
from accounts.roles import Part, Role
from accounts.scope import open_organisation
from deliberation.domain import conflict, seats, terms
from deliberation.domain.seats import ever_facilitated, sitter
from deliberation.domain.standing import standing_of
from deliberation.domain.terms import latest_terms
from deliberation.models import Notice, Seat
from deliberation.queries.conflict import blockers, next_action, second_person
from deliberation.queries.overview import seats as seats_shown
from tests.cast import Cast, make_member
from tests.deliberation.stages import at_conflict, at_draft, invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    cast = Cast()
    with open_organisation(cast.organisation):
        yield cast


def test_name_holder_puts_a_decision_holder_on_the_seat(cast):
    deliberation = at_conflict(cast)
    seat = seats.name_holder(deliberation, by=cast.facilitator, user=cast.holder)
    assert sitter(deliberation, Part.HOLDER) == cast.holder
    assert [n.user for n in Notice.objects.filter(kind="seat_given")] == [cast.holder]
    again = seats.name_holder(deliberation, by=cast.facilitator, user=cast.second_holder)
    assert again.pk == seat.pk
    rows = SeatUser.objects.filter(seat_id=seat.pk).order_by("since")
    assert [(row.user, row.until is None) for row in rows] == [(cast.holder, False), (cast.second_holder, True)]


@pytest.mark.parametrize("who", ["outsider", "first", "reviewer", "administrator", "facilitator", "operator"])
def test_name_holder_refuses_who_may_not_decide(cast, who):
    deliberation = at_conflict(cast)
    for verb in (seats.name_holder, seats.name_approver):
        with pytest.raises(Invalid) as wrong:
            verb(deliberation, by=cast.facilitator, user=getattr(cast, who))
        assert list(wrong.value.errors) == ["user"]
    assert sitter(deliberation, Part.HOLDER) is None


def test_a_facilitator_with_every_role_is_still_not_named(cast):
    set_roles(cast.membership(cast.facilitator), {Role.FACILITATOR, Role.DECISION_HOLDER}, by=SYSTEM)
    deliberation = at_conflict(cast)
    with pytest.raises(Invalid):
        seats.name_holder(deliberation, by=cast.facilitator, user=cast.facilitator)


def test_somebody_whose_membership_ended_is_not_named(cast):
    end_membership(cast.membership(cast.second_holder), by=SYSTEM)
    with pytest.raises(Invalid):
        seats.name_holder(at_conflict(cast), by=cast.facilitator, user=cast.second_holder)


def test_only_the_facilitator_of_this_question_names(cast):
    deliberation = at_conflict(cast)
    for person in (cast.second_facilitator, cast.holder, cast.administrator, cast.outsider):
        with pytest.raises(NotAllowed):
            seats.name_holder(deliberation, by=person, user=cast.holder)


def test_name_approver_is_somebody_else_than_the_holder(cast):
    deliberation = at_draft(cast)
    with pytest.raises(Invalid):
        seats.name_approver(deliberation, by=cast.facilitator, user=cast.holder)
    seats.name_approver(deliberation, by=cast.facilitator, user=cast.second_holder)
    assert sitter(deliberation, Part.APPROVER) == cast.second_holder
    with pytest.raises(Invalid):
        seats.name_approver(deliberation, by=cast.facilitator, user=cast.second_holder)


def test_nobody_is_named_once_people_are_invited(cast):
    deliberation = invited(cast)
    with pytest.raises(WrongState):
        seats.name_holder(deliberation, by=cast.facilitator, user=cast.second_holder)


@pytest.mark.parametrize(
    "goes",
    [lambda of: end_membership(of, by=SYSTEM), lambda of: set_roles(of, [Role.REVIEWER], by=SYSTEM)],
    ids=["left", "role taken"],
)
def test_a_holder_who_has_left_is_replaced_after_the_invitations(cast, goes):
    """Otherwise nobody could ever sign. The terms wait for the new holder by name, and everybody invited is told."""
    asked = invited(cast)
    goes(cast.membership(cast.holder))
    assert any("has left the organisation" in sentence for sentence in blockers(asked))
    seats.name_holder(asked, by=cast.facilitator, user=cast.second_holder)
    assert sitter(asked, Part.HOLDER) == cast.second_holder
    assert latest_terms(asked).accepted_by is None
    assert Notice.objects.filter(kind="terms_changed", seat__isnull=False).exists()


def test_hand_over_bars_whoever_facilitated_for_good(cast):
    both = make_member(cast.organisation, "Both", Role.FACILITATOR, Role.DECISION_HOLDER)
    deliberation = at_conflict(cast)
    seats.hand_over(deliberation, by=cast.facilitator, user=both)
    seats.hand_over(deliberation, by=both, user=cast.second_facilitator, reason="I was away.")
    assert sitter(deliberation, Part.FACILITATOR) == cast.second_facilitator
    assert all(ever_facilitated(deliberation, u) for u in (cast.facilitator, both, cast.second_facilitator))
    with pytest.raises(Invalid):
        seats.name_holder(deliberation, by=cast.second_facilitator, user=both)
    with pytest.raises(NotAllowed):
        conflict.edit_question(deliberation, by=cast.facilitator, question="Mine again?")
    shown = {seat.part: seat for seat in seats_shown(deliberation)}
    assert shown[Part.FACILITATOR].before == ["Facilitator", "Both"]


def test_hand_over_refuses_the_holder_a_voice_and_who_is_no_facilitator(cast):
    decider = make_member(cast.organisation, "Decider", Role.FACILITATOR, Role.DECISION_HOLDER)
    deliberation = at_conflict(cast)
    seats.name_holder(deliberation, by=cast.facilitator, user=decider)
    for person in (decider, cast.holder, cast.outsider, cast.facilitator):
        with pytest.raises(Invalid):
            seats.hand_over(deliberation, by=cast.facilitator, user=person)


def test_hand_over_may_be_done_by_the_holder(cast):
    deliberation = at_draft(cast)
    seats.hand_over(deliberation, by=cast.holder, user=cast.second_facilitator)
    assert sitter(deliberation, Part.FACILITATOR) == cast.second_facilitator
    told = {n.user for n in Notice.objects.filter(kind="handed_over")}
    assert told == {cast.facilitator, cast.second_facilitator}


def test_a_holder_who_came_to_facilitate_could_not_have_accepted(cast):
    deliberation = at_draft(cast)
    version = latest_terms(deliberation).version
    with pytest.raises(NotAllowed):
        terms.accept_terms(deliberation, by=cast.facilitator, version=version, name="Facilitator")


def test_the_database_seats_one_person_at_a_time_and_forgets_nobody(cast):
    deliberation = at_draft(cast)
    seat = Seat.objects.get(deliberation=deliberation, part=Part.FACILITATOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatUser.objects.create(
            organisation=cast.organisation, deliberation_id=deliberation.pk, seat_id=seat.pk, user=cast.holder
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatUser.objects.filter(seat_id=seat.pk).update(user=cast.holder)
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatUser.objects.filter(seat_id=seat.pk).delete()


def test_it_is_said_when_a_second_person_is_needed(cast):
    deliberation = at_conflict(cast)
    assert second_person(deliberation)
    for person in (cast.holder, cast.second_holder):
        set_roles(cast.membership(person), {Role.REVIEWER}, by=SYSTEM)
    assert not second_person(deliberation)
    assert any(sentence.startswith("A second person is needed") for sentence in blockers(deliberation))


def test_next_action_leads_each_to_what_is_theirs(cast):
    deliberation = at_conflict(cast)
    label, address = next_action(deliberation, standing_of(cast.facilitator, deliberation))
    assert (label, address.endswith("#options")) == ("Complete the draft", True)
    assert next_action(deliberation, standing_of(cast.holder, deliberation)) is None
    deliberation = at_draft(cast)
    label, address = next_action(deliberation, standing_of(cast.facilitator, deliberation))
    assert label == "Say who must be heard"
    assert next_action(deliberation, standing_of(cast.second_facilitator, deliberation)) is None


def test_the_seats_page_names_and_says_why_not(cast, client):
    deliberation = at_conflict(cast)
    client.force_login(cast.facilitator, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("deliberation_seats", args=["care", deliberation.number])
    foreign = client.post(address, {"do": "holder", "user": cast.outsider.pk})
    assert foreign.status_code == 422
    assert "Choose somebody of this list." in foreign.content.decode()
    assert client.post(address, {"do": "holder", "user": cast.holder.pk}).status_code == 302
    hand = reverse("deliberation_hand_over", args=["care", deliberation.number])
    assert client.post(hand, {"user": cast.second_facilitator.pk}).status_code == 302
    assert client.get(address).status_code == 404
