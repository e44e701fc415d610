"""Pages that print what 200 people said print nobody's markup, whoever reads and whatever was typed."""

from __future__ import annotations

import pytest
from django.utils.html import escape

from accounts.models import User
from audit.models import Entry
from audit.queries.wording import (
    entry_in_words,
    event_in_words,
    known_events,
    names_its_actor,
    names_of,
)
from deliberation.domain.accommodations import propose, share_value
from deliberation.domain.positions import submit_position
from deliberation.domain.rounds import close_round, open_round
from deliberation.models import Seat, Stakeholder
from tests.cast import Cast
from tests.copies import past_the_guards
from tests.deliberation import stages
from tests.deliberation.pages import address, by_link, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]

MARKUP = (
    "</bdi></p></blockquote><script>alert(1)</script><img src=x onerror=alert(1)> \" onload=\"x ' onclick='x &lt;b&gt; "
    "{{ request }} {% debug %} %(who)s \u202egnp.exe \u2066 "
    + "w" * 3_000
    + "\r\n\r\n<h2>Decision</h2>\x0b\x0c\u2028<hr>"
)
NAME = "<script>x</script>\u202e\"'&amp;</bdi>"


def test_what_people_typed_is_printed_as_words_to_everybody(cast: Cast) -> None:
    """Names, positions, values and proposals with markup are printed as words, in rounds, lists and invitations."""
    deliberation = stages.at_round(cast, 1)
    for seat in stages.voices(cast, deliberation):
        submit_position(deliberation, by=seat, right=MARKUP, why=MARKUP, lost=MARKUP, need=MARKUP)
    one, two, *_ = stages.voices(cast, deliberation)
    close_round(deliberation, by=cast.facilitator)
    open_round(deliberation, by=cast.facilitator)
    share_value(deliberation, by=one, text=MARKUP)
    propose(deliberation, by=one, text=MARKUP)
    with past_the_guards():
        Seat.objects.filter(deliberation=deliberation).update(name=NAME)
        Stakeholder.objects.filter(deliberation=deliberation).update(title=NAME)
    browsers = {"facilitator": signed_in(cast.facilitator), "voice": by_link(two)}
    pages = [address("round", deliberation, 1), address("accommodations", deliberation), address("card", deliberation)]
    pages += [address(name, deliberation) for name in ("stakeholders", "invitations", "deliberation")]
    printed = 0
    for who, browser in browsers.items():
        for page in pages:
            answer = browser.get(page)
            if answer.status_code != 200:
                continue
            text = answer.content.decode()
            printed += "&lt;script&gt;" in text
            for bad in ("<script>alert", "<script>x", "<img src=x", "<h2>Decision", "<hr>", 'onload="x', "onclick='x"):
                assert bad not in text, (who, page, bad)
    assert printed >= 6


def test_a_sentence_of_the_record_is_one_whoever_acted(cast: Cast) -> None:
    """Whatever somebody calls themselves, the record's sentences name them as words; a seat stays without a name."""
    stages.at_decided(cast)
    names = ["%(who)s %(agent)s %s %", NAME, "{} {0.user.password} {{ request }}", "\u202eevil"]
    for name in names:
        User.objects.filter(pk=cast.facilitator.pk).update(name=name)
        entries = list(Entry.objects.order_by("pk"))
        told = names_of(entries)
        for entry in entries:
            said = entry_in_words(entry, told)
            assert "<script>" not in said
            if entry.actor_ref in told and names_its_actor(entry.event) and told[entry.actor_ref] == name:
                assert said.startswith(f"<bdi>{escape(name)}</bdi>")
    seats = {seat.pk.hex: seat.name for seat in Seat.objects.all()}
    spoken = [entry for entry in entries if entry.actor_ref in seats]
    assert spoken
    for entry in spoken:
        assert not [name for name in seats.values() if name in entry_in_words(entry, told)]
    for event in known_events():
        assert "%(" not in event_in_words(event)
        assert "<bdi>" in entry_in_words(Entry(event=event, actor_kind="human", actor_ref="x"), {"x": NAME}) or (
            not names_its_actor(event)
        )
