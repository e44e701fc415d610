"""Being asked: sent, accepted, declined, left, not reached, or silent; and what is mailed to whom, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from accounts import clock
from accounts.models import Installation
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain import invitations
from deliberation.domain.links import read_token, token_of
from deliberation.domain.requests import answer_request, ask_otherwise
from deliberation.domain.stakeholder_list import in_tension
from deliberation.domain.taking_part import accept_invitation, choose_frameworks, decline_invitation, leave
from deliberation.models import Deliberation, Invitation, Notice, Request, Seat, Voice
from deliberation.notifications import send_due
from deliberation.queries.invitations import invitations_page, link_to
from tests.cast import Cast
from tests.deliberation.stages import accepts, at_inviting, invited, with_terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def one(deliberation: Deliberation) -> Invitation:
    return Invitation.objects.select_related("seat", "stakeholder").get(
        deliberation=deliberation, stakeholder__title="Stakeholder one"
    )


def in_days(days: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(days=days), tick=True)


# --- Sending


def test_sending_needs_the_newest_terms_accepted(cast):
    deliberation = at_inviting(cast)
    with_terms(cast, deliberation, compensation="A day off.")
    with pytest.raises(WrongState, match="accepted the newest terms"):
        invitations.send_invitations(deliberation, by=cast.facilitator)


def test_sending_sets_the_time_and_mails_each_person_once(cast):
    deliberation = invited(cast, accept=False)
    row = one(deliberation)
    assert (row.state, row.channel, row.terms.version) == ("sent", "mail", 1)
    assert row.answer_by == row.sent_at + timedelta(hours=168)
    send_due(cast.organisation)
    send_due(cast.organisation)
    to = [message.to[0] for message in mail.outbox if "/p/" in message.body]
    assert sorted(to) == sorted(person.email for person in cast.stakeholders)
    message = next(m for m in mail.outbox if m.to == [cast.first.email])
    assert link_to(row) in message.body
    assert "Stakeholder one lives with what is decided here." in message.body
    assert "Kererū Care" in message.subject


def test_nobody_is_sent_twice(cast):
    deliberation = invited(cast, accept=False)
    with pytest.raises(Stale, match="invited already"):
        invitations.send_invitations(deliberation, by=cast.facilitator, invitations=[one(deliberation)])
    with pytest.raises(Invalid, match="nobody to send"):
        invitations.send_invitations(deliberation, by=cast.facilitator)


@pytest.mark.parametrize("channel", ["link", "letter"])
def test_link_and_letter_send_no_mail(cast, channel):
    deliberation = at_inviting(cast)
    row = one(deliberation)
    invitations.send_invitations(deliberation, by=cast.facilitator, invitations=[row], channel=channel)
    row.refresh_from_db()
    assert row.channel == channel
    assert not Notice.objects.filter(kind="invitation").exists()


def test_installation_without_mail_sends_none(cast):
    deliberation = at_inviting(cast)
    Installation.objects.update_or_create(pk=1, defaults={"mail_choice": "links"})
    with pytest.raises(Invalid, match="sends no mail"):
        invitations.send_invitations(deliberation, by=cast.facilitator)
    invitations.send_invitations(deliberation, by=cast.facilitator, invitations=[one(deliberation)], channel="link")
    with in_days(30):
        assert send_due(cast.organisation) == 0
    assert mail.outbox == []
    assert not Notice.objects.filter(claimed_at__isnull=True).exists()


def test_a_moment_that_has_passed_is_refused(cast):
    deliberation = at_inviting(cast)
    with pytest.raises(Invalid) as refused:
        invitations.send_invitations(deliberation, by=cast.facilitator, answer_by=clock.now() - timedelta(minutes=1))
    assert "answer_by" in refused.value.errors


def test_only_the_facilitator_sends(cast):
    deliberation = at_inviting(cast)
    for person in (cast.holder, cast.administrator, cast.second_facilitator):
        with pytest.raises(NotAllowed):
            invitations.send_invitations(deliberation, by=person)


# --- The link


def test_token_holds_the_invitation_and_its_series_and_no_other(cast):
    row = one(invited(cast, accept=False))
    token = token_of(row)
    assert read_token(token) == (row.pk, 1)
    row.link_series = 2
    assert token_of(row) != token
    name, _dot, signature = token.partition(".")
    assert read_token(f"{name[:22]}2.{signature}") is None


def test_renewing_mails_the_new_link_alone(cast):
    deliberation = invited(cast, accept=False)
    old = link_to(one(deliberation))
    invitations.renew_link(deliberation, one(deliberation), by=cast.facilitator)
    send_due(cast.organisation)
    bodies = [m.body for m in mail.outbox if m.to == [cast.first.email]]
    assert len(bodies) == 1
    assert link_to(one(deliberation)) in bodies[0]
    assert old not in bodies[0]


# --- Answers


def test_accepting_keeps_how_they_are_asked(cast):
    deliberation = invited(cast, accept=False)
    seat = one(deliberation).seat
    accept_invitation(
        deliberation,
        by=seat,
        name="Tūī",
        relation="rights_holder",
        frameworks=in_tension(deliberation),
        speaks_for="Residents’ council",
        mandate="Its meeting of 3 May.",
        language="mi",
        quoting="name",
    )
    seat.refresh_from_db()
    facts = (seat.name, seat.relation, seat.speaks_for, seat.mandate.body, seat.language, seat.quoting)
    assert facts == ("Tūī", "rights_holder", "Residents’ council", "Its meeting of 3 May.", "mi", "name")
    assert Voice.objects.filter(seat=seat, dropped_at__isnull=True).count() == 2
    assert Entry.objects.filter(event="deliberation.invitation.accept").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"relation": "friend"}, "relation"),
        ({"frameworks": ()}, "frameworks"),
        ({"speaks_for": "The union"}, "mandate"),
        ({"quoting": "loudly"}, "quoting"),
        ({"own_framework": "x" * 301}, "own_framework"),
    ],
)
def test_accepting_says_what_is_missing_at_the_field(cast, changes, field):
    deliberation = invited(cast, accept=False)
    seat = one(deliberation).seat
    words = {"name": "Tūī", "relation": "affected", "frameworks": in_tension(deliberation)} | changes
    with pytest.raises(Invalid) as refused:
        accept_invitation(deliberation, by=seat, **words)
    assert field in refused.value.errors
    assert one(deliberation).state == "sent"


def test_own_framework_of_the_same_words_is_the_same(cast):
    deliberation = invited(cast, accept=False)
    first, second, *_rest = [row.seat for row in Invitation.objects.filter(deliberation=deliberation)]
    for seat, words in ((first, "What I owe my mother"), (second, "what i owe MY mother")):
        accept_invitation(deliberation, by=seat, name="A voice", relation="affected", own_framework=words)
    assert in_tension(deliberation).filter(title__iexact="what i owe my mother").count() == 1


def test_framework_of_another_deliberation_is_refused(cast):
    deliberation, other = invited(cast, accept=False), at_inviting(cast)
    with pytest.raises(Invalid):
        accept_invitation(
            deliberation, by=one(deliberation).seat, name="A", relation="affected", frameworks=in_tension(other)
        )


def test_seat_of_another_deliberation_has_no_say_here(cast):
    deliberation, other = invited(cast, accept=False), at_inviting(cast)
    with pytest.raises(NotAllowed):
        decline_invitation(deliberation, by=one(other).seat)


def test_choosing_again_keeps_at_least_one(cast):
    deliberation = invited(cast)
    seat = one(deliberation).seat
    with pytest.raises(Invalid):
        choose_frameworks(deliberation, by=seat)
    first, second = in_tension(deliberation)
    choose_frameworks(deliberation, by=seat, frameworks=[second])
    held = Voice.objects.filter(seat=seat, dropped_at__isnull=True)
    assert [voice.framework for voice in held] == [second]
    assert Voice.objects.filter(seat=seat, framework=first, dropped_at__isnull=False).exists()


def test_declined_is_declined(cast):
    deliberation = invited(cast, accept=False)
    seat = one(deliberation).seat
    decline_invitation(deliberation, by=seat, statement="Ask my sister.")
    assert one(deliberation).statement.body == "Ask my sister."
    assert Notice.objects.filter(kind="invitation_declined", user=cast.facilitator).exists()
    with pytest.raises(WrongState, match="You declined"):
        accepts(cast, deliberation, "Stakeholder one")


def test_leaving_keeps_what_was_said_and_asks_nothing_more(cast):
    deliberation = invited(cast)
    seat = one(deliberation).seat
    leave(deliberation, by=seat, statement="I have said what I had to.")
    assert one(deliberation).state == "left"
    with pytest.raises(NotAllowed, match="You left"):
        choose_frameworks(deliberation, by=seat, own_framework="Care")


def test_asking_otherwise_waits_for_one_answer(cast):
    deliberation = invited(cast, accept=False)
    seat = one(deliberation).seat
    asked = ask_otherwise(deliberation, by=seat, kind="format", text="Please call me.")
    assert Notice.objects.filter(kind="request_made", user=cast.facilitator).exists()
    answer_request(deliberation, asked, by=cast.facilitator, answer="On Friday at ten.")
    with pytest.raises(Stale):
        answer_request(deliberation, asked, by=cast.facilitator, answer="Or at nine.")
    assert Request.objects.get(pk=asked.pk).answer.body == "On Friday at ten."
    assert Notice.objects.filter(kind="request_answered", seat=seat).exists()


# --- Silence


def test_silence_is_no_answer_once_and_a_late_yes_is_a_yes(cast):
    deliberation = invited(cast, accept=False)
    with in_days(6.9):
        assert invitations.lapse_due_invitations(cast.organisation) == 0
    with in_days(7.1):
        assert invitations.lapse_due_invitations(cast.organisation) == 4
        assert invitations.lapse_due_invitations(cast.organisation) == 0
        assert one(deliberation).state == "no_answer"
        accepts(cast, deliberation, "Stakeholder one")
    assert one(deliberation).state == "accepted"


def test_one_reminder_to_those_who_have_not_acted(cast):
    deliberation = invited(cast, accept=False)
    accepts(cast, deliberation, "Stakeholder one")
    decline_invitation(deliberation, by=Seat.objects.get(invitation__stakeholder__title="Stakeholder two"))
    send_due(cast.organisation)
    mail.outbox.clear()
    with in_days(5.1):
        send_due(cast.organisation)
        send_due(cast.organisation)
    reminded = [m.to[0] for m in mail.outbox if "only reminder" in m.body]
    assert sorted(reminded) == ["stakeholder.four@people.example", "stakeholder.three@people.example"]


def test_reminder_that_comes_too_late_is_dropped(cast):
    invited(cast, accept=False)
    send_due(cast.organisation)
    mail.outbox.clear()
    with in_days(8):
        invitations.lapse_due_invitations(cast.organisation)
        send_due(cast.organisation)
    assert [m for m in mail.outbox if "only reminder" in m.body] == []


def test_not_reached_says_how_it_is_known(cast):
    deliberation = invited(cast, accept=False)
    row = one(deliberation)
    with pytest.raises(Invalid):
        invitations.mark_not_reached(deliberation, row, by=cast.facilitator, note="")
    invitations.mark_not_reached(deliberation, row, by=cast.facilitator, note="The letter came back.")
    assert one(deliberation).note.body == "The letter came back."
    accepts(cast, deliberation, "Stakeholder one")
    with pytest.raises(WrongState):
        invitations.mark_not_reached(deliberation, row, by=cast.facilitator, note="Again.")


def test_mail_of_which_nothing_is_known_is_sent_again_by_a_person_alone(cast):
    deliberation = invited(cast, accept=False)
    row = one(deliberation)
    notice = Notice.objects.get(kind="invitation", seat=row.seat)
    Notice.objects.filter(pk=notice.pk).update(claimed_at=clock.now() - timedelta(hours=1))
    shown = {asked.invitation.pk: asked for asked in invitations_page(deliberation)}
    assert [mail_.pk for mail_ in shown[row.pk].uncertain] == [notice.pk]
    send_due(cast.organisation)
    assert cast.first.email not in [m.to[0] for m in mail.outbox]
    invitations.resend(deliberation, notice, by=cast.facilitator)
    with pytest.raises(Stale):
        invitations.resend(deliberation, notice, by=cast.facilitator)
    send_due(cast.organisation)
    assert [m.to[0] for m in mail.outbox].count(cast.first.email) == 1
