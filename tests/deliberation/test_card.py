"""The participant's card: what it says, what it takes, and that nothing typed on it is lost."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts import clock
from accounts.scope import open_organisation
from deliberation.domain import entering, rounds
from deliberation.domain.drafts import draft_of
from deliberation.domain.review import speak_to_review, start_review
from deliberation.models import Ask, MoreTime, Position, Round
from tests.cast import Cast
from tests.copies import past_the_guards
from tests.deliberation.pages import address, by_link, signed_in
from tests.deliberation.stages import SPOKEN, at_review_due, at_round, review_of, seat_of

pytestmark = pytest.mark.django_db

WORDS = {"right": "Read every one.", "why": "Because they ask.", "lost": "Weeks.", "need": "Time.", "based_on": "0"}


@pytest.fixture
def cast():
    made = Cast()
    with open_organisation(made.organisation):
        yield made


@pytest.fixture
def asked(cast):
    deliberation = at_round(cast, 1)
    return deliberation, seat_of(deliberation, "Stakeholder one")


def test_card_says_who_asks_why_and_until_when(asked):
    deliberation, seat = asked
    page = by_link(seat).get(address("card", deliberation)).content.decode()
    assert "Facilitator, Kererū Care, who facilitates and does not decide." in page
    assert "lives with what is decided here" in page
    assert "Only you, until the round closes" in page
    assert "What do you think is right here?" in page
    assert "Nothing to add" in page
    assert "I need more time" in page
    assert "Someone is missing" in page


def test_card_of_a_member_on_a_seat_is_the_same(asked, cast):
    deliberation, seat = asked
    from accounts.domain.seats import sit

    sit(cast.organisation, deliberation.pk, seat.pk, cast.stakeholders[0])
    page = signed_in(cast.stakeholders[0]).get(address("card", deliberation))
    assert page.status_code == 200


def test_without_mail_the_card_leads_whoever_dissented_to_the_review(cast):
    deliberation = at_review_due(cast)
    dissenter, other = seat_of(deliberation, "Stakeholder one"), seat_of(deliberation, "Stakeholder two")
    to_the_review = f'href="{address("review_speak", deliberation)}"'
    assert to_the_review not in by_link(dissenter).get(address("card", deliberation)).content.decode()
    review = start_review(review_of(deliberation), by=cast.reviewer)
    page = by_link(dissenter).get(address("card", deliberation)).content.decode()
    assert "you are asked first" in page
    assert to_the_review in page
    page = by_link(other).get(address("card", deliberation)).content.decode()
    assert "you are asked first" not in page
    assert to_the_review in page
    speak_to_review(review, by=dissenter, text="It came as I said.")
    page = by_link(dissenter).get(address("card", deliberation)).content.decode()
    assert "you are asked first" not in page
    assert "Your words are with the review." in page


def test_where_rounds_take_hours_the_card_says_at_what_hour_they_come(cast):
    deliberation = at_round(cast, 1, urgency="CRITICAL")
    page = by_link(seat_of(deliberation, "Stakeholder one")).get(address("card", deliberation)).content.decode()
    coming = page[page.index('id="next-h"') :]
    second = Round.objects.get(deliberation=deliberation, number=2).opens_at.astimezone(
        ZoneInfo(cast.organisation.time_zone)
    )
    assert f"{second:%H:%M}" in coming


def test_who_opens_round_4_is_not_told_that_anybody_is_asked_before_there_is_a_draft(cast):
    deliberation = at_round(cast, 3)
    SPOKEN[3](cast, deliberation)
    rounds.close_round(deliberation, by=cast.facilitator)
    opened = signed_in(cast.facilitator).post(address("round_open", deliberation, 4), follow=True).content.decode()
    assert "Nobody is asked anything before you have circulated a draft." in opened
    assert "Everybody who takes part is asked." not in opened


def test_card_takes_a_position_and_gives_a_receipt(asked):
    deliberation, seat = asked
    browser = by_link(seat)
    answer = browser.post(address("card", deliberation), WORDS)
    position = Position.objects.get(seat=seat)
    assert answer.status_code == 302
    assert answer.url == address("card_sent", deliberation, "position", position.pk)
    page = browser.get(answer.url).content.decode()
    assert "Read every one." in page
    from audit.models import Entry

    entry = Entry.objects.get(pk=position.entry_id)
    assert " ".join(entry.leaf_hex[i : i + 4] for i in range(0, 64, 4)) in page
    assert "Can be changed" in page


def test_receipt_of_another_is_not_there(asked):
    deliberation, seat = asked
    by_link(seat).post(address("card", deliberation), WORDS)
    position = Position.objects.get(seat=seat)
    other = by_link(seat_of(deliberation, "Stakeholder two"))
    assert other.get(address("card_sent", deliberation, "position", position.pk)).status_code == 404


def test_card_says_at_the_field_what_is_missing_and_keeps_the_rest(asked):
    deliberation, seat = asked
    answer = by_link(seat).post(address("card", deliberation), WORDS | {"right": " "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please write something here." in page
    assert "Because they ask." in page
    assert draft_of(deliberation.organisation, by=seat, form="position").fields["why"] == "Because they ask."


def test_card_takes_any_script_and_shows_html_as_words(asked):
    deliberation, seat = asked
    words = "<script>alert(1)</script> \N{BOY} עברית وهذا"
    browser = by_link(seat)
    answer = browser.post(address("card", deliberation), WORDS | {"right": words})
    page = browser.get(answer.url).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert str(Position.objects.get(seat=seat).right) == words


def test_card_refuses_twenty_thousand_words_and_keeps_them(asked):
    deliberation, seat = asked
    words = "word " * 20_000
    answer = by_link(seat).post(address("card", deliberation), WORDS | {"right": words})
    assert answer.status_code == 422
    assert "at most 30000 fit" in answer.content.decode()
    assert draft_of(deliberation.organisation, by=seat, form="position").fields["right"] == words


def test_draft_is_kept_while_typing_and_stands_in_the_form(asked):
    deliberation, seat = asked
    browser = by_link(seat)
    answer = browser.post(address("draft_save", deliberation, "position"), WORDS | {"right": "Half a sen"})
    assert answer.status_code == 200
    assert "saved_at" in answer.json()
    page = browser.get(address("card", deliberation)).content.decode()
    assert "Half a sen" in page
    assert "What you wrote before is here again." in page


def test_draft_of_a_closed_round_is_kept_and_says_when_it_closed(asked, cast):
    deliberation, seat = asked
    browser = by_link(seat)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        rounds.close_round(deliberation, by=cast.facilitator)
        answer = browser.post(address("draft_save", deliberation, "position"), WORDS)
        assert answer.status_code == 409
        assert "Round 1 closed on" in answer.json()["sentence"]
        assert draft_of(deliberation.organisation, by=seat, form="position").fields["right"] == "Read every one."


def test_sending_into_a_closed_round_keeps_the_text_on_the_page_and_offers_more_time(asked, cast):
    deliberation, seat = asked
    browser = by_link(seat)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        rounds.close_round(deliberation, by=cast.facilitator)
        answer = browser.post(address("card", deliberation), WORDS)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Round 1 closed on" in page
        assert "Read every one." in page
        assert address("card_more_time", deliberation, 1) in page
        again = browser.get(address("card", deliberation)).content.decode()
        assert "Read every one." in again
    assert not Position.objects.filter(seat=seat).exists()


def test_two_pages_keep_both_texts_and_let_the_person_decide(asked):
    deliberation, seat = asked
    browser = by_link(seat)
    browser.post(address("card", deliberation), WORDS | {"right": "From the first page."})
    answer = browser.post(address("card", deliberation), WORDS | {"right": "From the second page."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "From the first page." in page
    assert "From the second page." in page
    assert 'name="based_on" value="1"' in page
    again = browser.post(address("card", deliberation), WORDS | {"right": "From the second page.", "based_on": "1"})
    assert again.status_code == 302
    assert [str(p.right) for p in Position.objects.filter(seat=seat).order_by("version")] == [
        "From the first page.",
        "From the second page.",
    ]


def test_a_second_click_sends_nothing_twice(asked):
    deliberation, seat = asked
    browser = by_link(seat)
    first = browser.post(address("card", deliberation), WORDS)
    second = browser.post(address("card", deliberation), WORDS)
    assert first.url == second.url
    assert Position.objects.filter(seat=seat).count() == 1


def test_nothing_to_add_is_an_answer(asked):
    deliberation, seat = asked
    browser = by_link(seat)
    assert browser.get(address("card_pass", deliberation, 1)).status_code == 200
    answer = browser.post(address("card_pass", deliberation, 1), {"words": ""})
    assert answer.status_code == 302
    assert Ask.objects.get(seat=seat).state == "passed"


def test_more_time_refuses_a_past_day_with_the_day_meant(asked):
    deliberation, seat = asked
    browser = by_link(seat)
    past = (clock.now() - timedelta(days=3)).date()
    page = browser.post(address("card_more_time", deliberation, 1), {"until": past.isoformat()})
    assert page.status_code == 422
    assert "has passed. Did you mean" in page.content.decode()
    assert not MoreTime.objects.exists()


def test_more_time_is_asked_and_shown(asked):
    deliberation, seat = asked
    browser = by_link(seat)
    until = (clock.now() + timedelta(days=20)).date()
    answer = browser.post(address("card_more_time", deliberation, 1), {"until": until.isoformat(), "why": "Harvest."})
    assert answer.status_code == 302
    assert MoreTime.objects.get().ask.seat == seat
    assert "You asked for more time, until" in browser.get(address("card", deliberation)).content.decode()


def test_what_was_entered_is_confirmed_by_its_speaker(asked, cast):
    deliberation, seat = asked
    row = entering.enter_for(
        deliberation, by=cast.facilitator, seat=seat, what="position", given="spoken", right="Said on the telephone."
    )
    browser = by_link(seat)
    page = browser.get(address("card", deliberation)).content.decode()
    assert "Said on the telephone." in page
    assert "Yes, this is what I said" in page
    browser.post(address("card_confirm", deliberation, "position", row.pk))
    row.refresh_from_db()
    assert row.confirmed_at is not None
    other = by_link(seat_of(deliberation, "Stakeholder two"))
    assert other.post(address("card_confirm", deliberation, "position", row.pk)).status_code == 404


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_card_asks_for_what_the_round_asks(cast, number):
    deliberation = at_round(cast, number)
    page = by_link(seat_of(deliberation, "Stakeholder two")).get(address("card", deliberation))
    assert page.status_code == 200
    button = {
        1: "Send my position",
        2: "Read the proposals and answer",
        3: "Read the sentences and answer",
        4: "Nothing is asked of you now.",
    }[number]
    assert button in page.content.decode()


@pytest.mark.parametrize(("number", "button"), [(2, "Read the proposals"), (3, "Read the sentences")])
def test_card_asks_nothing_of_who_has_answered(cast, number, button):
    deliberation = at_round(cast, number)
    seat = seat_of(deliberation, "Stakeholder two")
    with past_the_guards():
        Ask.objects.filter(seat=seat, round__number=number).update(state=Ask.State.ANSWERED, answered_at=clock.now())
    page = by_link(seat).get(address("card", deliberation)).content.decode()
    assert f"{button} and your answers" in page
    assert f"{button} and answer" not in page
