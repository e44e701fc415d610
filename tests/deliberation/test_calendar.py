"""The calendar feed: RFC 5545 as it is written, a member's own address, and no words but the question."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.members import end_membership, set_roles
from accounts.refusals import NotAllowed, Stale
from accounts.roles import Role
from audit.texts import keep
from deliberation.domain.calendar import current_link, end_calendar_link, make_calendar_link, token_of
from deliberation.domain.review import sign_review
from deliberation.queries.calendar import escaped, folded
from tests.copies import past_the_guards
from tests.deliberation.pages import signed_in
from tests.deliberation.stages import at_decided, at_review_due, at_review_prepared, review_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


def feed(link):
    return Client().get(reverse("reviews_ics"), {"token": token_of(link)})


@pytest.fixture
def link(cast):
    return make_calendar_link(cast.membership(cast.reviewer), by=cast.reviewer)


def unfolded(text):
    return text.replace("\r\n ", "").split("\r\n")


def test_every_line_is_short_and_ends_with_crlf(cast, link):
    deliberation = at_decided(cast)
    deliberation.question = keep(cast.organisation, "Darf das Gerät, obwohl es „nur“ sortiert; " * 12 + "🙂" * 60)
    with past_the_guards():
        deliberation.save(update_fields=["question"])
    body = feed(link).content
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    body.decode()  # no character is cut in two


def test_an_open_review_is_an_all_day_event(cast, link):
    review = review_of(at_decided(cast))
    response = feed(link)
    lines = unfolded(response.content.decode())
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert f"DTSTART;VALUE=DATE:{review.due_on:%Y%m%d}" in lines
    assert any(line.startswith("SUMMARY:Review: May the screening tool") for line in lines)
    assert any(line.startswith(f"UID:{review.pk}@") for line in lines)


def test_nothing_but_the_question_is_in_it(cast, link):
    deliberation = at_review_due(cast)
    body = feed(link).content.decode()
    version = review_of(deliberation).precedent.outcome.signed_version
    for words in (version.decision, version.justification, version.assumptions):
        assert str(words)[:30] not in body.replace("\r\n ", "")
    assert "Stakeholder" not in body


def test_an_ended_review_is_not_in_it(cast, link):
    review = sign_review(at_review_prepared(cast, proposal="retire"), by=cast.holder)
    assert str(review.pk) not in feed(link).content.decode()


def test_text_is_escaped():
    assert escaped("a; b, c\\d\r\ne\x00\x07") == "a\\; b\\, c\\\\d\\ne"


@pytest.mark.parametrize("text", ["", "x" * 75, "x" * 76, "ā" * 200, "🙂" * 50])
def test_folding_loses_nothing(text):
    pieces = list(folded(text))
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert all(len(piece.encode()) <= 75 for piece in pieces)


def test_an_ended_address_opens_nothing(cast, link):
    end_calendar_link(cast.membership(cast.reviewer), by=cast.reviewer)
    assert feed(link).status_code == 404
    with pytest.raises(Stale):
        end_calendar_link(cast.membership(cast.reviewer), by=cast.reviewer)


def test_a_new_address_ends_the_old_one(cast, link):
    newer = make_calendar_link(cast.membership(cast.reviewer), by=cast.reviewer)
    assert (feed(link).status_code, feed(newer).status_code) == (404, 200)
    assert current_link(cast.membership(cast.reviewer)) == newer


def test_it_closes_with_the_membership_and_with_the_role(cast, link):
    set_roles(cast.membership(cast.reviewer), by=cast.administrator, roles=[Role.EDITOR])
    assert feed(link).status_code == 404
    set_roles(cast.membership(cast.reviewer), by=cast.administrator, roles=[Role.REVIEWER])
    assert feed(link).status_code == 200
    end_membership(cast.membership(cast.reviewer), by=cast.administrator)
    assert feed(link).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "x:y:z", "\x00", "a" * 5000])
def test_a_token_that_is_none_is_404(cast, token):
    assert Client().get(reverse("reviews_ics"), {"token": token}).status_code == 404


def test_an_outsider_makes_no_address_here(cast):
    with pytest.raises(NotAllowed):
        make_calendar_link(cast.membership(cast.reviewer), by=cast.outsider)


def test_the_page_makes_shows_and_ends_it(cast):
    client = signed_in(cast.holder)
    url = reverse("calendar_link", args=[cast.organisation.slug])
    assert "You have none yet" in client.get(url).content.decode()
    client.post(url)
    assert "/reviews.ics?token=" in client.get(url).content.decode()
    client.post(url, {"do": "end"})
    assert "You have none yet" in client.get(url).content.decode()
