"""Publishing: everybody quoted sees the exact page and chooses; left-out words are not there, and that is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.scope import open_organisation
from deliberation.domain.publication import choose_quote, propose_publication, publish, unpublish
from deliberation.models import Deliberation, Notice, Publication, QuoteChoice
from deliberation.queries.public import published_outcomes
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *extra: object) -> str:
    return reverse(name, args=["care", 1, *extra])


def proposed(cast: Cast) -> tuple[Deliberation, Publication]:
    deliberation = stages.at_decided(cast)
    return deliberation, propose_publication(deliberation, by=cast.holder)


def all_choose(deliberation: Deliberation, publication: Publication, **choices: str) -> None:
    for row in publication.choices.select_related("seat"):
        choice = choices.get(row.seat.name.replace(" ", "_"), "name")
        choose_quote(
            deliberation, by=row.seat, choice=choice, digest=publication.page_digest, pseudonym="Somebody who applied"
        )


def test_nothing_is_public_before(cast: Cast) -> None:
    _deliberation, publication = proposed(cast)
    assert published_outcomes() == []
    assert Client().get(reverse("published", args=[publication.slug])).status_code == 404


def test_everybody_quoted_is_asked(cast: Cast) -> None:
    _deliberation, publication = proposed(cast)
    names = {"Stakeholder one", "Stakeholder two", "Stakeholder three"}
    assert {row.seat.name for row in publication.choices.all()} == names
    assert {row.seat.name for row in Notice.objects.filter(kind="publication_asked")} == names


def test_it_waits_for_every_choice_and_a_reason(cast: Cast) -> None:
    deliberation, publication = proposed(cast)
    with pytest.raises(WrongState, match="chosen yet"):
        publish(deliberation, by=cast.holder, reason="To learn.")
    all_choose(deliberation, publication)
    with pytest.raises(Invalid):
        publish(deliberation, by=cast.holder, reason=" ")
    assert publish(deliberation, by=cast.holder, reason="To learn.").state == "published"
    assert [one.slug for one in published_outcomes()] == [publication.slug]


def test_silence_can_only_leave_out(cast: Cast) -> None:
    deliberation, publication = proposed(cast)
    publish(deliberation, by=cast.holder, reason="To learn.", leave_out_silent=True)
    assert set(publication.choices.values_list("choice", flat=True)) == {"leave_out"}
    page = Client().get(reverse("published", args=[publication.slug])).content.decode()
    assert "Stakeholder" not in page
    assert "The reading should go." not in page


def test_the_public_page_keeps_to_each_choice(cast: Cast) -> None:
    deliberation, publication = proposed(cast)
    all_choose(deliberation, publication, Stakeholder_one="leave_out", Stakeholder_two="pseudonym")
    publish(deliberation, by=cast.holder, reason="To learn.")
    page = Client().get(reverse("published", args=[publication.slug])).content.decode()
    for hidden in ("Stakeholder one", "Stakeholder two", "The reading should go.", "The audit is promised", "gave up"):
        assert hidden not in page
    for shown in ("Somebody who applied", "Stakeholder three", "its author asked to be left out", "Why it is public"):
        assert shown in page


def test_a_choice_is_over_the_exact_page(cast: Cast) -> None:
    deliberation, _publication = proposed(cast)
    seat = stages.seat_of(deliberation, "Stakeholder one")
    with pytest.raises(Stale):
        choose_quote(deliberation, by=seat, choice="name", digest="0" * 64)
    other = stages.seat_of(deliberation, "Stakeholder four")
    with pytest.raises(NotAllowed):
        choose_quote(deliberation, by=other, choice="name", digest=_publication.page_digest)


def test_another_name_is_needed_for_another_name(cast: Cast) -> None:
    deliberation, publication = proposed(cast)
    seat = stages.seat_of(deliberation, "Stakeholder one")
    with pytest.raises(Invalid) as refused:
        choose_quote(deliberation, by=seat, choice="pseudonym", digest=publication.page_digest)
    assert set(refused.value.errors) == {"pseudonym"}


def test_a_choice_can_be_changed_while_it_is_public(cast: Cast) -> None:
    deliberation, publication = proposed(cast)
    all_choose(deliberation, publication)
    publish(deliberation, by=cast.holder, reason="To learn.")
    seat = stages.seat_of(deliberation, "Stakeholder one")
    choose_quote(deliberation, by=seat, choice="leave_out", digest=publication.page_digest)
    assert "Stakeholder one" not in Client().get(reverse("published", args=[publication.slug])).content.decode()


def test_unpublishing_takes_it_back_and_it_can_be_proposed_again(cast: Cast) -> None:
    deliberation, publication = proposed(cast)
    all_choose(deliberation, publication)
    publish(deliberation, by=cast.holder, reason="To learn.")
    unpublish(deliberation, by=cast.holder, reason="Somebody is recognised.")
    assert published_outcomes() == []
    assert Client().get(reverse("published", args=[publication.slug])).status_code == 404
    assert propose_publication(deliberation, by=cast.holder).state == "proposed"


@pytest.mark.parametrize("who", ["facilitator", "administrator", "second_holder", "first"])
def test_only_the_holder_publishes(cast: Cast, who: str) -> None:
    deliberation = stages.at_decided(cast)
    with pytest.raises(NotAllowed):
        propose_publication(deliberation, by=getattr(cast, who))


def test_it_is_not_proposed_twice(cast: Cast) -> None:
    deliberation, _publication = proposed(cast)
    with pytest.raises(Stale):
        propose_publication(deliberation, by=cast.holder)


def test_pages_ask_choose_publish_and_take_back(cast: Cast) -> None:
    stages.at_decided(cast)
    holder, voice = signed_in(cast.holder), signed_in(cast.first)
    assert voice.get(url("quote_choose")).status_code == 404
    assert holder.post(url("publication_propose")).status_code == 302
    assert "You are quoted in it" in voice.get(url("outcome")).content.decode()
    page = voice.get(url("quote_choose"))
    digest = page.context["form"]["digest"].value()
    assert "The reading should go." in page.content.decode()
    assert voice.post(url("quote_choose"), {"choice": "", "digest": digest}).status_code == 422
    sent = {"choice": "pseudonym", "pseudonym": "A reader", "digest": digest}
    assert voice.post(url("quote_choose"), sent).status_code == 302
    assert QuoteChoice.objects.get(seat__name="Stakeholder one").pseudonym == "A reader"
    refused = holder.post(url("publication_publish"), {"reason": "To learn."})
    assert refused.status_code == 422
    sent = {"reason": "To learn.", "leave_out_silent": "on"}
    assert holder.post(url("publication_publish"), sent).status_code == 302
    assert holder.post(url("publication_unpublish"), {"reason": "Enough."}).status_code == 302
    assert published_outcomes() == []


def test_nobody_who_was_not_heard_is_named_in_public(cast: Cast) -> None:
    deliberation, publication = proposed(cast)
    all_choose(deliberation, publication)
    publish(deliberation, by=cast.holder, reason="To learn.")
    page = Client().get(reverse("published", args=[publication.slug])).content.decode()
    assert "Stakeholder four" not in page
    assert "Applicants who gave up" not in page
