"""The clock of the rounds: opening, closing, asks with their own dates, more time, and what each refusal says."""

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine

from accounts import clock
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.scope import open_organisation
from deliberation.domain import accommodations, asks, more_time, positions, rounds
from deliberation.domain.taking_part import leave
from deliberation.models import Ask, MoreTime, Notice, Round, Seat
from deliberation.queries import rounds as reads
from tests.cast import Cast
from tests.deliberation.pages import address, by_link, signed_in
from tests.deliberation.stages import accepts, at_round, invited, positions_given, seat_of, voices

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def round_of(deliberation, number):
    return Round.objects.get(deliberation=deliberation, number=number)


def ask_of(deliberation, name, number):
    return Ask.objects.get(deliberation=deliberation, seat__name=name, round__number=number)


def in_days(days):
    return clock.now() + timedelta(days=days)


# --- The four rows


def test_sending_invitations_schedules_four_rounds_once(cast):
    deliberation = invited(cast, accept=False)
    found = list(Round.objects.filter(deliberation=deliberation))
    assert [(r.number, r.state) for r in found] == [(n, "scheduled") for n in (1, 2, 3, 4)]
    assert all(a.closes_at < b.opens_at for a, b in pairwise(found))
    rounds.schedule_rounds(deliberation, now=clock.now())
    assert Round.objects.filter(deliberation=deliberation).count() == 4


# --- Opening


def test_opening_asks_everybody_who_takes_part_and_nobody_else(cast):
    deliberation = invited(cast, accept=False)
    accepts(cast, deliberation, "Stakeholder one")
    rounds.open_round(deliberation, by=cast.facilitator)
    assert deliberation.state == "round_1"
    assert [a.seat.name for a in Ask.objects.filter(deliberation=deliberation)] == ["Stakeholder one"]
    assert ask_of(deliberation, "Stakeholder one", 1).due_at == round_of(deliberation, 1).closes_at


def test_round_one_does_not_open_without_a_voice(cast):
    deliberation = invited(cast, accept=False)
    with pytest.raises(WrongState, match="Nobody has accepted"):
        rounds.open_round(deliberation, by=cast.facilitator)
    with time_machine.travel(in_days(30)):
        assert rounds.open_due_rounds(cast.organisation) == 0
    assert "Nobody has accepted" in rounds.why_not_open(deliberation)
    assert round_of(deliberation, 1).state == "scheduled"


def test_a_round_opens_only_after_the_one_before_has_closed(cast):
    deliberation = at_round(cast, 1)
    with pytest.raises(WrongState, match="Round 1 is still open"):
        rounds.open_round(deliberation, by=cast.facilitator)


def test_opening_the_same_round_twice_says_so(cast):
    deliberation = at_round(cast, 1)
    with pytest.raises(Stale):
        rounds.open_round(deliberation, by=cast.facilitator, number=1)


def test_only_the_facilitator_and_the_clock_open_and_close(cast):
    deliberation = at_round(cast, 1)
    for somebody in (cast.holder, cast.administrator, voices(cast, deliberation)[0]):
        with pytest.raises(NotAllowed):
            rounds.close_round(deliberation, by=somebody)


def test_round_four_asks_nobody_until_the_draft_is_circulated(cast):
    deliberation = at_round(cast, 4)
    assert not Ask.objects.filter(deliberation=deliberation, round__number=4).exists()
    assert round_of(deliberation, 4).closes_at is None


@pytest.mark.parametrize("days", [0, 3])
def test_rounds_to_come_are_expected_after_the_one_that_runs(cast, days):
    """However early round 1 is opened, or longer it runs, the dates that people read stay in order."""
    deliberation = invited(cast, accept=False)
    accepts(cast, deliberation, "Stakeholder one")
    rounds.open_round(deliberation, by=cast.facilitator)
    if days:
        seat = seat_of(deliberation, "Stakeholder one")
        until = round_of(deliberation, 1).closes_at + timedelta(days=days)
        wish = more_time.ask_more_time(deliberation, by=seat, number=1, until=until)
        more_time.answer_more_time(wish, by=cast.facilitator, grant=True)
    found = list(Round.objects.filter(deliberation=deliberation).order_by("number"))
    assert found[0].closes_at == found[0].opened_at + timedelta(days=7 + days)
    assert [b.opens_at - a.closes_at for a, b in pairwise(found)] == [timedelta(days=1)] * 3


# --- Closing


def test_closing_by_hand_waits_for_every_ask_and_names_nobody(cast):
    deliberation = at_round(cast, 1)
    positions.submit_position(deliberation, by=seat_of(deliberation, "Stakeholder one"), right="So.")
    with pytest.raises(WrongState) as refused:
        rounds.close_round(deliberation, by=cast.facilitator)
    assert "Not everybody has answered" in refused.value.sentence
    assert "Stakeholder" not in refused.value.sentence


def test_closing_by_hand_once_all_have_answered_or_passed_schedules_the_next(cast):
    deliberation = at_round(cast, 1)
    for seat in voices(cast, deliberation):
        asks.pass_round(deliberation, by=seat, number=1)
    closed = rounds.close_round(deliberation, by=cast.facilitator)
    coming = round_of(deliberation, 2)
    assert closed.state == "closed"
    assert coming.opens_at == closed.closed_at + timedelta(hours=24)
    assert coming.closes_at == coming.opens_at + timedelta(hours=168)


def test_the_clock_does_not_close_before_its_time(cast):
    deliberation = at_round(cast, 1)
    positions_given(cast, deliberation)
    assert rounds.close_due_rounds(cast.organisation) == 0
    with pytest.raises(WrongState, match="not due"):
        rounds.close_round(deliberation, by=SYSTEM, number=1)


def test_silence_lapses_and_is_not_answered(cast):
    deliberation = at_round(cast, 1)
    with time_machine.travel(in_days(8)):
        asks.lapse_due_asks(cast.organisation)
        rounds.close_due_rounds(cast.organisation)
    assert {a.state for a in Ask.objects.filter(deliberation=deliberation)} == {"lapsed"}
    assert round_of(deliberation, 1).state == "closed"


def test_half_an_answer_counts_as_answered_when_the_time_is_over(cast):
    deliberation = at_round(cast, 2)
    one, two = voices(cast, deliberation)[:2]
    accommodations.share_value(deliberation, by=two, text="Nobody should wait.")
    accommodations.propose(deliberation, by=one, text="Read them all.")
    assert ask_of(deliberation, two.name, 2).state == "open"
    with time_machine.travel(in_days(8)):
        asks.lapse_due_asks(cast.organisation)
    assert ask_of(deliberation, two.name, 2).state == "answered"
    assert ask_of(deliberation, "Stakeholder three", 2).state == "lapsed"


# --- More time


def test_more_time_granted_moves_the_ask_and_the_round(cast):
    deliberation = at_round(cast, 1)
    seat = seat_of(deliberation, "Stakeholder one")
    wish = more_time.ask_more_time(deliberation, by=seat, number=1, until=in_days(20), why="Harvest.")
    more_time.answer_more_time(wish, by=cast.facilitator, grant=True)
    assert ask_of(deliberation, seat.name, 1).due_at == wish.until
    assert round_of(deliberation, 1).closes_at == wish.until
    assert ask_of(deliberation, "Stakeholder two", 1).due_at < wish.until
    with time_machine.travel(in_days(15)):
        assert rounds.close_due_rounds(cast.organisation) == 0
        positions.submit_position(deliberation, by=seat, right="With more time.")


def test_more_time_is_answered_within_two_working_days(cast):
    deliberation = at_round(cast, 1)
    with time_machine.travel("2027-04-30T03:00:00Z", tick=False):  # a Friday afternoon in Auckland
        round_ = round_of(deliberation, 1)
        Ask.objects.filter(round=round_).update(due_at=in_days(3))
        wish = more_time.ask_more_time(
            deliberation, by=seat_of(deliberation, "Stakeholder one"), number=1, until=in_days(9)
        )
    assert wish.answer_by.isoformat() == "2027-05-04T15:00:00+12:00"
    # A round of six hours cannot wait so long: there it is answered within the time of the round.
    hurried = at_round(cast, 1, urgency="CRITICAL")
    seat = seat_of(hurried, "Stakeholder one")
    wish = more_time.ask_more_time(hurried, by=seat, number=1, until=in_days(9))
    assert wish.answer_by == wish.asked_at + timedelta(hours=6)


def test_an_unanswered_wish_keeps_the_round_open_until_its_answer_was_due(cast):
    deliberation = at_round(cast, 1)
    seat = seat_of(deliberation, "Stakeholder one")
    with time_machine.travel(in_days(6.9)):
        wish = more_time.ask_more_time(deliberation, by=seat, number=1, until=in_days(20))
    with time_machine.travel(wish.answer_by - timedelta(minutes=5)):
        assert asks.lapse_due_asks(cast.organisation) == 3
        assert rounds.close_due_rounds(cast.organisation) == 0
        with pytest.raises(WrongState, match="asked for more time"):
            rounds.close_round(deliberation, by=cast.facilitator)
    with time_machine.travel(wish.answer_by + timedelta(minutes=5)):
        assert rounds.close_due_rounds(cast.organisation) == 1


def test_refusing_more_time_takes_a_reason_and_moves_nothing(cast):
    deliberation = at_round(cast, 1)
    seat = seat_of(deliberation, "Stakeholder one")
    due = ask_of(deliberation, seat.name, 1).due_at
    wish = more_time.ask_more_time(deliberation, by=seat, number=1, until=in_days(20))
    with pytest.raises(Invalid):
        more_time.answer_more_time(wish, by=cast.facilitator, grant=False)
    more_time.answer_more_time(wish, by=cast.facilitator, grant=False, reason="The posts start in June.")
    assert ask_of(deliberation, seat.name, 1).due_at == due
    with pytest.raises(Stale):
        more_time.answer_more_time(wish, by=cast.facilitator, grant=True)


@pytest.mark.parametrize(("days", "says"), [(-1, "has passed"), (2, "already have until")])
def test_more_time_needs_a_date_that_gives_more(cast, days, says):
    deliberation = at_round(cast, 1)
    seat = seat_of(deliberation, "Stakeholder one")
    with pytest.raises(Invalid, match=says):
        more_time.ask_more_time(deliberation, by=seat, number=1, until=in_days(days))


def test_more_time_is_asked_once_at_a_time_and_not_after_an_answer(cast):
    deliberation = at_round(cast, 1)
    one, two = voices(cast, deliberation)[:2]
    more_time.ask_more_time(deliberation, by=one, number=1, until=in_days(20))
    with pytest.raises(WrongState, match="already"):
        more_time.ask_more_time(deliberation, by=one, number=1, until=in_days(21))
    positions.submit_position(deliberation, by=two, right="So.")
    with pytest.raises(WrongState, match="have answered"):
        more_time.ask_more_time(deliberation, by=two, number=1, until=in_days(20))


def test_more_time_after_the_close_opens_the_ask_of_one_again(cast):
    deliberation = at_round(cast, 1)
    seat = seat_of(deliberation, "Stakeholder one")
    with time_machine.travel(in_days(8)):
        rounds.close_round(deliberation, by=cast.facilitator)
        wish = more_time.ask_more_time(deliberation, by=seat, number=1, until=in_days(5))
        more_time.answer_more_time(wish, by=cast.facilitator, grant=True)
        positions.submit_position(deliberation, by=seat, right="After all.")
    assert round_of(deliberation, 1).state == "closed"
    assert ask_of(deliberation, seat.name, 1).state == "answered"


# --- Late voices


def test_a_late_voice_gets_its_own_round_one(cast):
    deliberation = invited(cast, accept=False)
    for name in ("Stakeholder one", "Stakeholder two"):
        accepts(cast, deliberation, name)
    rounds.open_round(deliberation, by=cast.facilitator)
    for seat in Seat.objects.filter(asks__round__number=1):
        positions.submit_position(deliberation, by=seat, right=f"{seat.name} here.")
    rounds.close_round(deliberation, by=cast.facilitator)
    rounds.open_round(deliberation, by=cast.facilitator)
    late = accepts(cast, deliberation, "Stakeholder four")
    own = ask_of(deliberation, late.name, 1)
    assert own.due_at - own.asked_at == timedelta(hours=168)
    assert ask_of(deliberation, late.name, 2).due_at == round_of(deliberation, 2).closes_at
    positions.submit_position(deliberation, by=late, right="I come late.")
    with pytest.raises(WrongState, match="What you had sent stands"):
        positions.submit_position(deliberation, by=late, right="Now that I have read you.")


def test_who_has_left_holds_nothing_up_and_says_nothing_more(cast):
    deliberation = at_round(cast, 1)
    one, *others = voices(cast, deliberation)
    leave(deliberation, by=one)
    for seat in others:
        asks.pass_round(deliberation, by=seat, number=1)
    with pytest.raises(NotAllowed, match="You left"):
        positions.submit_position(deliberation, by=one, right="Still.")
    assert rounds.close_round(deliberation, by=cast.facilitator).state == "closed"


# --- The facilitator's pages


def test_the_round_is_run_from_its_page(cast):
    deliberation = at_round(cast, 1)
    staff = signed_in(cast.facilitator)
    page = staff.get(address("round", deliberation, 1)).content.decode()
    assert "Not everybody has answered" in page
    assert "not yet; until" in page
    positions_given(cast, deliberation)
    assert "Close this round now" in staff.get(address("round", deliberation, 1)).content.decode()
    staff.post(address("round_close", deliberation, 1))
    assert round_of(deliberation, 1).state == "closed"
    staff.post(address("round_open", deliberation, 2))
    assert round_of(deliberation, 2).state == "open"
    assert "Round 2" in staff.get(address("round", deliberation, 2)).content.decode()


def test_more_time_is_answered_from_the_page(cast):
    deliberation = at_round(cast, 1)
    wish = more_time.ask_more_time(
        deliberation, by=seat_of(deliberation, "Stakeholder one"), number=1, until=in_days(20), why="Harvest."
    )
    staff = signed_in(cast.facilitator)
    assert "Harvest." in staff.get(address("round", deliberation, 1)).content.decode()
    refused = staff.post(address("more_time_answer", deliberation, wish.pk), {"do": "refuse", "reason": ""})
    assert refused.status_code == 422
    assert "Please write something here." in refused.content.decode()
    staff.post(address("more_time_answer", deliberation, wish.pk), {"do": "grant", "reason": ""})
    assert MoreTime.objects.get().state == "granted"


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_every_seat_reads_every_round_page(cast, number):
    deliberation = at_round(cast, number)
    browsers = [signed_in(cast.facilitator), signed_in(cast.holder), by_link(seat_of(deliberation, "Stakeholder one"))]
    for browser in browsers:
        for page in (1, 2, 3, 4):
            assert browser.get(address("round", deliberation, page)).status_code == 200
    assert signed_in(cast.outsider).get(address("round", deliberation, 1)).status_code == 404
    assert signed_in(cast.administrator).get(address("round", deliberation, 1)).status_code == 404


def test_somebody_who_has_not_accepted_is_led_to_the_card(cast):
    deliberation = invited(cast, accept=False)
    accepts(cast, deliberation, "Stakeholder one")
    rounds.open_round(deliberation, by=cast.facilitator)
    two = Seat.objects.get(deliberation=deliberation, invitation__stakeholder__title="Stakeholder two")
    answer = by_link(two).get(address("round", deliberation, 1))
    assert answer.status_code == 302
    assert answer.url == address("card", deliberation)


def test_a_late_clock_is_said_on_the_page(cast):
    deliberation = at_round(cast, 1)
    with time_machine.travel(in_days(11)):
        rounds.close_due_rounds(cast.organisation)
        closed = round_of(deliberation, 1)
        assert reads.lateness(closed)[1] > timedelta(days=3)
        page = signed_in(cast.facilitator).get(address("round", deliberation, 1)).content.decode()
    assert "It closed 3 days after its time" in page or "It closed 4 days after its time" in page


def test_notices_are_queued_once_a_person_and_thing(cast):
    deliberation = at_round(cast, 1)
    asked = Notice.objects.filter(deliberation=deliberation, kind="round_asked")
    assert sorted(n.seat.name for n in asked) == sorted(p.name for p in cast.stakeholders)
    assert Notice.objects.filter(kind="round_reminder").count() == 4
