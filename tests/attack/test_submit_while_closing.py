"""A text that is sent while the round closes is either in, or refused with the moment; never lost, never both."""

from datetime import timedelta

import pytest
import time_machine

from accounts import clock
from accounts.scope import open_organisation
from deliberation.domain import asks, more_time, positions, rounds
from deliberation.domain.drafts import draft_of
from deliberation.models import Ask, Position, Round
from tests.attack.arena import together
from tests.cast import Cast
from tests.deliberation.pages import address, by_link
from tests.deliberation.stages import at_round, seat_of, voices

WORDS = "What I wrote while it closed."


@pytest.fixture
def cast():
    made = Cast()
    with open_organisation(made.organisation):
        yield made


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(2))
def test_submit_and_close_at_once(cast, attempt):
    """Of a submission and the close of its round at once one is first, and nothing is lost."""
    deliberation = at_round(cast, 1)
    one, *others = voices(cast, deliberation)
    for seat in others:
        asks.pass_round(deliberation, by=seat, number=1)
    positions.submit_position(deliberation, by=one, right="First.")

    def change():
        return positions.submit_position(deliberation_of(deliberation), by=one, right=WORDS, based_on=1)

    def close():
        return rounds.close_round(deliberation_of(deliberation), by=cast.facilitator, number=1)

    sent, closed = together(cast.organisation, change, close)
    assert isinstance(closed, Round)
    assert closed.state == "closed"
    newest = Position.objects.filter(seat=one).order_by("-version").first()
    if isinstance(sent, Position):
        assert str(newest.right) == WORDS
        assert newest.at <= closed.closed_at
    else:
        assert "Round 1 closed on" in sent.sentence
        assert str(newest.right) == "First."
    assert Ask.objects.get(seat=one).state == "answered"


@pytest.mark.django_db(transaction=True)
def test_submit_while_the_ask_lapses(cast):
    """A submission that races the lapse of its ask is kept or refused in words, and never half done."""
    deliberation = at_round(cast, 1)
    one = seat_of(deliberation, "Stakeholder one")
    due = Ask.objects.get(seat=one).due_at
    with time_machine.travel(due, tick=False):
        sent, _closed = together(
            cast.organisation,
            lambda: positions.submit_position(deliberation_of(deliberation), by=one, right=WORDS),
            lambda: asks.lapse_due_asks(cast.organisation),
        )
    if isinstance(sent, Position):
        assert Ask.objects.get(seat=one).state == "answered"
    else:
        assert Ask.objects.get(seat=one).state == "lapsed"
        assert "You can ask for more time" in sent.sentence


@pytest.mark.django_db
def test_the_page_that_was_open_when_the_round_closed_keeps_the_text(cast):
    """The page that was open when the round closed keeps the text."""
    deliberation = at_round(cast, 1)
    one = seat_of(deliberation, "Stakeholder one")
    browser = by_link(one)
    browser.get(address("card", deliberation))
    with time_machine.travel(clock.now() + timedelta(days=7, hours=1)):
        rounds.close_due_rounds(cast.organisation)
        answer = browser.post(address("card", deliberation), {"right": WORDS, "based_on": "0"})
        assert WORDS in answer.content.decode()
        assert "Ask for more time" in answer.content.decode()
        assert draft_of(cast.organisation, by=one, form="position").fields["right"] == WORDS
        wish = more_time.ask_more_time(deliberation, by=one, number=1, until=clock.now() + timedelta(days=3))
        more_time.answer_more_time(wish, by=cast.facilitator, grant=True)
        page = browser.get(address("card", deliberation)).content.decode()
        assert WORDS in page
        assert browser.post(address("card", deliberation), {"right": WORDS, "based_on": "0"}).status_code == 302


@pytest.mark.django_db
def test_an_ended_session_keeps_the_text_until_the_link_is_opened_again(cast):
    """An ended session keeps the text until the link is opened again."""
    deliberation = at_round(cast, 1)
    one = seat_of(deliberation, "Stakeholder one")
    browser = by_link(one)
    page = address("card", deliberation)
    session = browser.session
    session["participations"] = {}
    session.save()
    answer = browser.post(page, {"right": WORDS, "based_on": "0", "form": "position"}, headers={"referer": page})
    assert answer.status_code == 302
    from deliberation.domain.links import token_of

    opened = browser.post(f"/p/{token_of(one.invitation)}/")
    assert opened.status_code == 302
    assert WORDS in browser.get(page).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["audit.record.Entry.save", "deliberation.models.Position.save"])
def test_a_death_inside_the_verb_leaves_the_draft_and_nothing_else(cast, line, monkeypatch):
    """A death inside the verb leaves the draft and nothing else."""
    deliberation = at_round(cast, 1)
    one = seat_of(deliberation, "Stakeholder one")
    browser = by_link(one)
    browser.post(address("draft_save", deliberation, "position"), {"right": WORDS, "based_on": "0"})
    from audit.models import Entry

    model = Entry if "Entry" in line else Position

    def die(*args, **kwargs):
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(model, "save", die)
        with pytest.raises(SystemExit):
            browser.post(address("card", deliberation), {"right": WORDS, "based_on": "0"})
    assert not Position.objects.filter(seat=one).exists()
    assert Ask.objects.get(seat=one).state == "open"
    assert WORDS in browser.get(address("card", deliberation)).content.decode()


def deliberation_of(deliberation):
    """The same deliberation, read anew: threads share no objects."""
    return type(deliberation).objects.select_related("organisation").get(pk=deliberation.pk)
