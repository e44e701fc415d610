"""The tick: what falls due is done once, after a minute or after a month, by one worker or by two at once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections

from accounts import clock
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain import asks, more_time, positions, rounds
from deliberation.models import Ask, Notice, Round
from deliberation.queries.rounds import lateness
from deliberation.tasks import tick
from tests.cast import Cast
from tests.deliberation.stages import at_round, invited, positions_given, seat_of, voices


@pytest.fixture
def cast():
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def states(deliberation):
    return [r.state for r in Round.objects.filter(deliberation=deliberation).order_by("number")]


def events(kind):
    return Entry.objects.filter(event=kind).count()


def mails(outbox, start):
    """To whom mails with this beginning of a subject went."""
    return sorted(mail.to[0] for mail in outbox if mail.subject.startswith(start))


@pytest.mark.django_db
def test_the_clock_runs_all_rounds_by_itself_when_nobody_acts(cast):
    deliberation = invited(cast)
    begun = clock.now()
    with time_machine.travel(begun, tick=False) as now:
        for _step in range(8 * 40):
            now.shift(timedelta(hours=3))
            if rounds.next_round(deliberation) is None:
                break
            tick()
    deliberation.refresh_from_db()
    assert deliberation.state == "round_4"
    assert states(deliberation) == ["closed", "closed", "closed", "open"]
    assert set(Ask.objects.values_list("state", flat=True)) == {"lapsed"}
    for one in Round.objects.filter(deliberation=deliberation, number__lt=4):
        assert one.closed_at - one.closes_at <= timedelta(hours=3)


@pytest.mark.django_db
def test_a_month_without_the_clock_then_everything_due_is_done_once(cast, mailoutbox):
    deliberation = at_round(cast, 1)
    positions.submit_position(deliberation, by=seat_of(deliberation, "Stakeholder one"), right="In time.")
    begun = clock.now()
    with time_machine.travel(begun, tick=False) as now:
        tick()
        told = len(mailoutbox)
        now.shift(timedelta(days=31))
        for _minute in range(3):
            tick()
            now.shift(timedelta(minutes=1))
        first = Round.objects.get(deliberation=deliberation, number=1)
        second = Round.objects.get(deliberation=deliberation, number=2)
        # It is closed once, and the next one follows in its own time, so that nobody loses theirs.
        assert states(deliberation) == ["closed", "scheduled", "scheduled", "scheduled"]
        assert lateness(first)[1] > timedelta(days=23)
        assert second.opens_at - first.closed_at == timedelta(hours=24)
        assert events("deliberation.round.close") == 1
        assert events("deliberation.ask.lapse") == 3
        # The time was over: nobody is reminded of what can no longer be done.
        assert mails(mailoutbox[told:], "Open until") == []
        assert len(mails(mailoutbox[told:], "Round 1 has closed")) == 6
        now.shift(timedelta(days=1))
        for _minute in range(3):
            tick()
            now.shift(timedelta(minutes=1))
        assert states(deliberation)[:2] == ["closed", "open"]
        assert events("deliberation.round.open") == 2
        second.refresh_from_db()
        assert second.closes_at - second.opened_at == timedelta(hours=168)
        assert len(mails(mailoutbox, "Round 2 is open")) == 4
    subjects = [(mail.to[0], mail.subject) for mail in mailoutbox]
    assert len(subjects) == len(set(subjects))


@pytest.mark.django_db
def test_a_month_without_mail_tells_what_still_holds_and_drops_the_rest(cast, mailoutbox):
    """The round ran and was answered while nothing was sent: only what is asked now is told."""
    deliberation = at_round(cast, 1)
    positions_given(cast, deliberation)
    rounds.close_round(deliberation, by=cast.facilitator)
    rounds.open_round(deliberation, by=cast.facilitator)
    with time_machine.travel(clock.now() + timedelta(days=6)):
        tick()
        assert mails(mailoutbox, "You are asked for your position") == []
        assert mails(mailoutbox, "Round 1 has closed") == []
        assert len(mails(mailoutbox, "Round 2 is open")) == 4
        # Told only now, nobody needs reminding within the same minute.
        assert mails(mailoutbox, "Open until") == []


@pytest.mark.django_db
def test_only_who_has_not_acted_is_reminded_and_once(cast, mailoutbox):
    deliberation = at_round(cast, 1)
    tick()
    one, two, three, four = voices(cast, deliberation)
    positions.submit_position(deliberation, by=one, right="So.")
    asks.pass_round(deliberation, by=two, number=1)
    more_time.ask_more_time(deliberation, by=three, number=1, until=clock.now() + timedelta(days=20))
    with time_machine.travel(clock.now() + timedelta(days=5, hours=1)):
        for _minute in range(3):
            tick()
    assert mails(mailoutbox, "Open until") == [cast.stakeholders[3].email]
    assert four.name == "Stakeholder four"


@pytest.mark.django_db
def test_a_new_date_is_reminded_of_anew(cast, mailoutbox):
    deliberation = at_round(cast, 1)
    tick()
    one, *others = voices(cast, deliberation)
    for seat in others:
        asks.pass_round(deliberation, by=seat, number=1)
    wish = more_time.ask_more_time(deliberation, by=one, number=1, until=clock.now() + timedelta(days=20))
    more_time.answer_more_time(wish, by=cast.facilitator, grant=True)
    with time_machine.travel(clock.now() + timedelta(days=6)):
        tick()
        assert mails(mailoutbox, "Open until") == []
    with time_machine.travel(clock.now() + timedelta(days=18, hours=1)):
        tick()
        tick()
    assert mails(mailoutbox, "Open until") == [cast.stakeholders[0].email]
    assert mails(mailoutbox, "You have more time") == [cast.stakeholders[0].email]


@pytest.mark.django_db
def test_a_notice_claimed_by_a_worker_that_died_is_not_sent_again(cast, mailoutbox):
    at_round(cast, 1)
    Notice.objects.filter(kind="round_asked").update(claimed_at=clock.now())
    tick()
    assert mails(mailoutbox, "You are asked for your position") == []


@pytest.mark.django_db
def test_nothing_falls_due_in_a_withdrawn_deliberation(cast, mailoutbox):
    from deliberation.domain.conflict import withdraw

    deliberation = at_round(cast, 1)
    tick()
    mailoutbox.clear()
    withdraw(deliberation, by=cast.holder, reason="The tool was sold.", meanwhile="Nothing is used.")
    with time_machine.travel(clock.now() + timedelta(days=40)):
        tick()
    assert states(deliberation)[0] == "open"
    assert mails(mailoutbox, "Open until") == []
    assert mails(mailoutbox, "Round") == []


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_do_everything_once(cast, mailoutbox):
    deliberation = at_round(cast, 1)
    positions_given(cast, deliberation)
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        together(tick, tick, tick)
        assert states(deliberation)[0] == "closed"
        assert events("deliberation.round.close") == 1
    with time_machine.travel(clock.now() + timedelta(days=9, hours=1), tick=False):
        together(tick, tick, tick)
        assert states(deliberation)[:2] == ["closed", "open"]
        assert events("deliberation.round.open") == 2
    subjects = [(mail.to[0], mail.subject) for mail in mailoutbox]
    assert len(subjects) == len(set(subjects))


def together(*runs):
    """Run these at the same moment, each with a database connection of its own; fail with the first that failed."""
    start, failed = threading.Barrier(len(runs)), []

    def one(run):
        try:
            start.wait()
            run()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
