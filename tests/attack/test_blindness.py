"""Until round 1 closes a position is read by its author alone: no role, page, query or record shows it to another."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import models
from django.test import Client

from accounts import clock
from accounts.roles import Part
from accounts.scope import open_organisation
from deliberation.domain import accommodations, entering, more_time, positions, rounds
from deliberation.domain.standing import standing_of
from deliberation.models import AgreementAnswer, Position, Seat, SharedValue, Shift, SideAnswer, Stance
from deliberation.queries.positions import visible_positions
from tests.cast import Cast
from tests.deliberation.pages import address, by_link, signed_in
from tests.deliberation.stages import accepts, accommodations_given, at_round, invited, positions_given, seat_of, voices

pytestmark = pytest.mark.django_db
SECRET = "Words that only their author reads."


@pytest.fixture
def cast():
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def seen_by(deliberation, who):
    """The names of those whose positions `who`, a user or a seat, may read."""
    seat = who if isinstance(who, Seat) else None
    rows = visible_positions(deliberation, standing=standing_of(who, deliberation), seat=seat)
    return {row.seat.name for row in rows}


def staff_of(cast):
    return [
        cast.administrator,
        cast.facilitator,
        cast.second_facilitator,
        cast.holder,
        cast.second_holder,
        cast.reviewer,
        cast.editor,
        cast.auditor,
        cast.operator,
        cast.outsider,
    ]


def pages_of(deliberation):
    names = [("deliberation",), ("card",), ("round", 1), ("round", 2), ("round", 3), ("round", 4), ("outcome",)]
    return [address(*[name[0]], deliberation, *name[1:]) for name in names]


def test_before_the_close_everybody_reads_their_own_alone(cast):
    """Before the close everybody reads their own alone."""
    deliberation = at_round(cast, 1)
    positions_given(cast, deliberation)
    for user in staff_of(cast):
        assert seen_by(deliberation, user) == set()
    for seat in voices(cast, deliberation):
        assert seen_by(deliberation, seat) == {seat.name}


def test_after_the_close_the_seats_read_and_nobody_else(cast):
    """After the close the seats read and nobody else."""
    deliberation = at_round(cast, 1)
    positions_given(cast, deliberation)
    rounds.close_round(deliberation, by=cast.facilitator)
    everybody = {seat.name for seat in voices(cast, deliberation)}
    for reader in (cast.facilitator, cast.holder, *voices(cast, deliberation)):
        assert seen_by(deliberation, reader) == everybody
    for user in set(staff_of(cast)) - {cast.facilitator, cast.holder}:
        assert seen_by(deliberation, user) == set()


def test_no_page_shows_a_blind_text_to_anybody_else(cast):
    """No page shows a blind text to anybody else."""
    deliberation = at_round(cast, 1)
    author = seat_of(deliberation, "Stakeholder one")
    positions.submit_position(deliberation, by=author, right=SECRET, why=SECRET, lost=SECRET, need=SECRET)
    readers = [signed_in(user) for user in staff_of(cast)] + [Client()]
    readers += [by_link(seat) for seat in voices(cast, deliberation) if seat != author]
    for reader in readers:
        for page in pages_of(deliberation):
            assert SECRET not in reader.get(page).content.decode()
        receipt = address("card_sent", deliberation, "position", Position.objects.get(seat=author).pk)
        assert SECRET not in reader.get(receipt).content.decode()
    assert SECRET in by_link(author).get(address("card", deliberation)).content.decode()


def test_a_blind_draft_is_its_writers_own(cast):
    """A blind draft is its writer's own."""
    deliberation = at_round(cast, 1)
    author, other = voices(cast, deliberation)[:2]
    by_link(author).post(address("draft_save", deliberation, "position"), {"right": SECRET})
    for reader in (by_link(other), signed_in(cast.facilitator), signed_in(cast.holder)):
        assert SECRET not in reader.get(address("card", deliberation), follow=True).content.decode()


def test_the_facilitator_sees_written_or_not_yet_and_nothing_of_what(cast):
    """Of a blind round the facilitator sees who has written, and nothing of what."""
    deliberation = at_round(cast, 1)
    positions.submit_position(deliberation, by=seat_of(deliberation, "Stakeholder one"), right=SECRET)
    for user in (cast.facilitator, cast.holder):
        page = signed_in(user).get(address("round", deliberation, 1)).content.decode()
        assert "written" in page
        assert "not yet" in page
        assert SECRET not in page
    voice = by_link(seat_of(deliberation, "Stakeholder two")).get(address("round", deliberation, 1)).content.decode()
    assert "Who has answered" not in voice
    assert "Heard in this round" not in voice


def test_what_the_facilitator_entered_is_blind_to_the_facilitator_too(cast):
    """What the facilitator entered is blind to the facilitator too."""
    deliberation = at_round(cast, 1)
    entering.enter_for(
        deliberation,
        by=cast.facilitator,
        seat=seat_of(deliberation, "Stakeholder one"),
        what="position",
        given="spoken",
        right=SECRET,
    )
    assert seen_by(deliberation, cast.facilitator) == set()
    assert SECRET not in signed_in(cast.facilitator).get(address("round", deliberation, 1)).content.decode()


def test_a_late_voice_reads_nobody_and_is_read_by_nobody_before_it_has_answered(cast):
    """A late voice reads nobody and is read by nobody before it has answered."""
    deliberation = invited(cast, accept=False)
    for name in ("Stakeholder one", "Stakeholder two"):
        accepts(cast, deliberation, name)
    rounds.open_round(deliberation, by=cast.facilitator)
    for seat in Seat.objects.filter(asks__round__number=1):
        positions.submit_position(deliberation, by=seat, right=f"{seat.name}. {SECRET}")
    rounds.close_round(deliberation, by=cast.facilitator)
    rounds.open_round(deliberation, by=cast.facilitator)
    proposal = "A proposal that only readers of the positions read."
    accommodations.propose(deliberation, by=seat_of(deliberation, "Stakeholder one"), text=proposal)
    late = accepts(cast, deliberation, "Stakeholder four")
    assert seen_by(deliberation, late) == set()
    for page in pages_of(deliberation):
        shown = by_link(late).get(page).content.decode()
        assert SECRET not in shown
        assert proposal not in shown
    positions.submit_position(deliberation, by=late, right="Mine.")
    assert seen_by(deliberation, late) == {"Stakeholder one", "Stakeholder two", "Stakeholder four"}
    assert "Stakeholder four" in seen_by(deliberation, seat_of(deliberation, "Stakeholder one"))
    assert proposal in by_link(late).get(address("accommodations", deliberation)).content.decode()


def test_who_waits_for_more_time_stays_blind(cast):
    """Who waits for more time stays blind."""
    deliberation = at_round(cast, 1)
    one, *others = voices(cast, deliberation)
    for seat in others:
        positions.submit_position(deliberation, by=seat, right=SECRET)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        rounds.close_round(deliberation, by=cast.facilitator)
        more_time.ask_more_time(deliberation, by=one, number=1, until=clock.now() + timedelta(days=5))
        assert seen_by(deliberation, one) == set()
        assert SECRET not in by_link(one).get(address("round", deliberation, 1)).content.decode()


def test_a_decision_holder_who_is_a_voice_reads_as_a_voice_first(cast):
    """A decision holder who is a voice reads as a voice first."""
    from accounts.domain.seats import sit

    deliberation = at_round(cast, 1)
    one, *others = voices(cast, deliberation)
    sit(cast.organisation, deliberation.pk, one.pk, cast.holder)
    for seat in others:
        positions.submit_position(deliberation, by=seat, right=SECRET)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        rounds.close_round(deliberation, by=cast.facilitator)
        wish = more_time.ask_more_time(deliberation, by=one, number=1, until=clock.now() + timedelta(days=5))
        more_time.answer_more_time(wish, by=cast.facilitator, grant=True)
        rows = visible_positions(deliberation, standing=standing_of(cast.holder, deliberation), seat=one)
        assert rows == []
        assert SECRET not in signed_in(cast.holder).get(address("round", deliberation, 1)).content.decode()


def test_no_audit_entry_holds_a_position(cast):
    """No audit entry holds a position."""
    from audit.models import Entry

    deliberation = at_round(cast, 1)
    positions.submit_position(deliberation, by=seat_of(deliberation, "Stakeholder one"), right=SECRET)
    assert all(SECRET not in bytes(entry.canonical).decode() for entry in Entry.objects.all())


def test_no_mail_holds_a_position(cast, mailoutbox):
    """No mail holds a position."""
    from deliberation.notifications import send_due

    deliberation = at_round(cast, 1)
    positions.submit_position(deliberation, by=seat_of(deliberation, "Stakeholder one"), right=SECRET)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        rounds.close_due_rounds(cast.organisation)
        send_due(cast.organisation)
    assert mailoutbox
    assert all(SECRET not in mail.body for mail in mailoutbox)


def test_a_reader_sees_what_is_closed_and_nothing_blind(cast):
    """A reader sees what is closed and nothing blind."""
    deliberation = at_round(cast, 1)
    positions_given(cast, deliberation)
    reader = Seat.objects.create(
        organisation=cast.organisation,
        deliberation=deliberation,
        part=Part.READER,
        name="Reader",
        created_at=clock.now(),
    )
    standing = standing_of(reader, deliberation)
    assert visible_positions(deliberation, standing=standing, seat=None) == []
    rounds.close_round(deliberation, by=cast.facilitator)
    assert len(visible_positions(deliberation, standing=standing, seat=None)) == 4


# --- No number derived from stances

SAID = (Position, SharedValue, Stance, AgreementAnswer, SideAnswer, Shift)
NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)


def test_nothing_linked_to_what_people_say_has_a_column_for_a_number():
    """What people say has no number beside a version and its place in a list: nothing could tally it."""
    allowed = {"version", "number", "position_no"}
    linked = set(SAID)
    for model in SAID:
        linked |= {f.related_model for f in model._meta.concrete_fields if f.is_relation}
    for model in linked:
        if model._meta.app_label != "deliberation":
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, NUMBERS) and not field.is_relation:
                assert field.name in allowed, f"{model.__name__}.{field.name}"


def test_no_model_of_the_app_is_named_for_a_tally():
    """No model of the app is named for a tally."""
    forbidden = re.compile(r"(^|_)(votes?|scores?|ranks?|tally|counts?|weights?|average|percent|majority)(_|$)")
    for model in apps.get_app_config("deliberation").get_models():
        for field in model._meta.get_fields():
            assert not forbidden.search(field.name), f"{model.__name__}.{field.name}"


@pytest.mark.parametrize("number", [2, 3])
def test_pages_of_stances_show_the_same_however_many_agree(cast, number):
    """What a page says beside the answers does not change with how many gave one."""
    deliberation = at_round(cast, number)
    if number == 2:
        accommodations_given(cast, deliberation)
    else:
        from tests.deliberation.stages import agreements_given

        agreements_given(cast, deliberation)
    page = signed_in(cast.facilitator).get(address("round", deliberation, number)).content.decode()
    text = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")])
    for word in ("votes", "majority", "per cent", "percent", "%", "score", "ranking", "in favour", "out of"):
        assert word not in text, word
    plain = re.sub(r"\s+", " ", text)
    assert not re.search(r"\b(\d+|one|two|three|four|all|most|none) (can|cannot|accept|confirm|agree|hold)", plain)
    assert not re.search(r"(accept|confirm|agree|hold)\w*:? *\(?\d", plain)


def test_no_field_of_what_is_stored_about_a_proposal_is_a_number_of_answers(cast):
    """Nothing stored about a proposal counts its answers."""
    deliberation = at_round(cast, 2)
    before = json.dumps(_stored(deliberation), default=str)
    accommodations_given(cast, deliberation)
    proposal = deliberation.option_set.get(kind="proposal")
    stored = _stored(deliberation)
    # Three answers and one more: nothing about the proposal or its deliberation changes with them.
    accommodations.answer_proposal(
        deliberation, by=seat_of(deliberation, "Stakeholder two"), option=proposal, answer="cannot_accept", reason="No."
    )
    assert before
    assert _stored(deliberation) == stored


def _stored(deliberation):
    deliberation.refresh_from_db()
    rows = [deliberation, *deliberation.option_set.all()]
    return [{f.attname: str(getattr(row, f.attname)) for f in row._meta.concrete_fields} for row in rows]
