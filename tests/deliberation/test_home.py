"""Where a person arrives: what is asked of them, and which places the menu offers."""

from dataclasses import replace

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import Installation
from accounts.models.installation import MailChoice
from accounts.roles import Part
from accounts.scope import open_organisation
from deliberation.domain.change_reports import report_change
from deliberation.domain.review import start_review
from deliberation.domain.standing import standing_of
from deliberation.models import OutcomeVersion
from deliberation.queries.asked import PAGE, Order, asked_of, followed_by, next_expected
from deliberation.queries.board import board
from deliberation.queries.conflict import next_action
from deliberation.queries.places import places_of
from tests.cast import Cast
from tests.deliberation.stages import (
    at_circulated,
    at_decided,
    at_inviting,
    at_outcome,
    at_review_due,
    precedent_of,
    review_of,
)

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def cast():
    cast = Cast()
    with open_organisation(cast.organisation):
        yield cast


def buttons(cast):
    """What is asked of the facilitator now."""
    places = places_of(cast.facilitator)
    roles = cast.membership(cast.facilitator).roles
    return [one.button for one in asked_of(cast.organisation, user=cast.facilitator, roles=roles, places=places)]


def test_the_facilitator_is_asked_for_the_draft_until_it_goes_round(cast):
    deliberation = at_outcome(cast)
    standing = standing_of(cast.facilitator, deliberation)
    assert Part.FACILITATOR in standing.parts
    assert buttons(cast) == ["Draft it"]
    assert next_action(deliberation, standing)[0] == "Draft the outcome"


def test_a_draft_that_goes_round_is_to_be_read_and_a_returned_one_to_be_drafted_again(cast):
    deliberation = at_circulated(cast)
    standing = standing_of(cast.facilitator, deliberation)
    assert buttons(cast) == []
    label, address = next_action(deliberation, standing)
    assert (label, address.endswith("/outcome/")) == ("See the draft and its dissents", True)
    OutcomeVersion.objects.update(
        returned_at=clock.now(), returned_by=cast.holder, returned_reason=deliberation.question
    )
    assert buttons(cast) == ["Draft it"]
    assert next_action(deliberation, standing)[0] == "Draft the outcome"


def _things(cast, person, **where):
    roles = cast.membership(person).roles
    return asked_of(cast.organisation, user=person, roles=roles, places=places_of(person), **where)


def test_what_is_asked_is_read_a_page_at_a_time_and_each_thing_once(cast):
    """Also where many things are asked of one question, with no date between them."""
    decided = at_review_due(cast)
    for _n in range(3):
        report_change(precedent_of(decided), by=cast.editor, text="It changed.")
    start_review(review_of(at_review_due(cast)), by=cast.reviewer)
    report_change(precedent_of(at_decided(cast)), by=cast.editor, text="This changed.")
    whole = _things(cast, cast.reviewer)
    assert [one.what for one in whole[:2]] == ["A review is due", "Prepare the review you took"]
    assert [one.deliberation.number for one in whole] == sorted(one.deliberation.number for one in whole[:2]) + [
        decided.number
    ] * 3 + [decided.number + 2]
    walked, after = [], None
    while page := _things(cast, cast.reviewer, after=after, most=1):
        walked += page
        after = Order.read(str(page[-1].order))
    assert [one.order for one in walked] == [one.order for one in whole]


def test_who_sits_on_many_seats_is_asked_the_same(cast):
    """Looked for from what waits, not from their seats; of whoever has one part alone, too."""
    for stage in (at_inviting, at_outcome, at_circulated, at_review_due):
        stage(cast)
    asked = 0
    for person in (cast.facilitator, cast.holder, cast.reviewer, cast.first):
        roles = cast.membership(person).roles if person != cast.first else frozenset()
        few = places_of(person)
        many = replace(few, few=0)
        assert many.parts.keys() >= few.parts.keys() - {Part.READER}
        each = [asked_of(cast.organisation, user=person, roles=roles, places=places) for places in (few, many)]
        assert [one.order for one in each[0]] == [one.order for one in each[1]]
        shown = [[row.deliberation for row in board(person, places, roles=roles)] for places in (few, many)]
        mine = [[row.deliberation for row in board(person, p, roles=roles, show="mine")] for p in (few, many)]
        assert (shown[0], mine[0]) == (shown[1], mine[1])
        assert followed_by(few, each[0]) == followed_by(many, each[1])
        assert next_expected(few) == next_expected(many)
        asked += len(each[0])
    assert asked > 3


@pytest.mark.parametrize(
    "written", ["", "x", "~~~~", "2027-04-27~1~1~round~" + "0" * 32, "2027-04-27T00:00Z~1~1~round~x", "\x00~1~1~a~b"]
)
def test_an_address_that_says_no_place_begins_at_the_beginning(cast, client, written):
    at_review_due(cast)
    assert Order.read(written) is None
    client.force_login(cast.reviewer, backend=BACKEND)
    page = client.get(reverse("asked", args=["care"]), {"after": written}).content.decode()
    assert "One thing is asked of you." in page


def test_a_long_list_says_that_more_comes(cast, client):
    decided = at_review_due(cast)
    for _n in range(PAGE):
        report_change(precedent_of(decided), by=cast.editor, text="It changed.")
    client.force_login(cast.reviewer, backend=BACKEND)
    address = reverse("asked", args=["care"])
    first = client.get(address)
    assert (len(first.context["asked"]), "What comes after this" in first.content.decode()) == (PAGE, True)
    second = client.get(f"{address}?{first.context['more']}")
    assert (len(second.context["asked"]), "What comes after this" in second.content.decode()) == (1, False)
    assert "Back to the most urgent" in second.content.decode()


def test_while_people_are_invited_the_first_round_can_be_found(cast, client):
    deliberation = at_inviting(cast)
    client.force_login(cast.facilitator, backend=BACKEND)
    page = client.get(reverse("deliberation", args=["care", deliberation.number])).content.decode()
    assert reverse("round", args=["care", deliberation.number, 1]) in page


def test_the_menu_offers_only_what_may_be_read(cast, client):
    for person, offered in ((cast.auditor, False), (cast.facilitator, True)):
        client.force_login(person, backend=BACKEND)
        page = client.get(reverse("asked", args=["care"])).content.decode()
        assert [reverse(name, args=["care"]) in page for name in ("board", "reviews")] == [offered, offered]
        assert client.get(reverse("board", args=["care"])).status_code == (200 if offered else 403)


def test_where_no_mail_is_sent_nobody_is_promised_one(cast, client):
    client.force_login(cast.auditor, backend=BACKEND)
    assert "You will be told" in client.get(reverse("asked", args=["care"])).content.decode()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    page = client.get(reverse("asked", args=["care"])).content.decode()
    assert "You will be told" not in page
    assert "No mail is sent from here" in page
