"""What is said in rounds 2 and 3: versions, refusals, who is asked again, what stands side by side."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.scope import open_organisation
from deliberation.domain import accommodations, entering, positions, rounds
from deliberation.domain.agreement import answer_agreement, answer_side, put_agreement, put_difference
from deliberation.domain.stakeholder_list import in_tension
from deliberation.models import Agreement, Ask, Difference, Option, Position, Stance
from deliberation.queries.abreast import Abreast
from deliberation.queries.accommodations import proposals, questions
from deliberation.queries.agreement import agreements, differences
from deliberation.queries.said import said_by
from tests.cast import Cast
from tests.deliberation.pages import address, by_link, signed_in
from tests.deliberation.stages import accommodations_given, agreements_given, at_round, seat_of, voices

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def state_of(seat, number):
    return Ask.objects.get(seat=seat, round__number=number).state


# --- Versions


def test_a_changed_position_is_the_next_version_and_all_are_kept(cast):
    deliberation = at_round(cast, 1)
    seat = voices(cast, deliberation)[0]
    positions.submit_position(deliberation, by=seat, right="First.", based_on=0)
    positions.submit_position(deliberation, by=seat, right="Second.", based_on=1)
    assert [(p.version, str(p.right)) for p in Position.objects.filter(seat=seat).order_by("version")] == [
        (1, "First."),
        (2, "Second."),
    ]


def test_a_text_based_on_an_older_version_is_stale(cast):
    deliberation = at_round(cast, 1)
    seat = voices(cast, deliberation)[0]
    positions.submit_position(deliberation, by=seat, right="First.", based_on=0)
    with pytest.raises(Stale, match="Both are kept"):
        positions.submit_position(deliberation, by=seat, right="Other.", based_on=0)


def test_nothing_is_taken_after_the_due_date(cast):
    deliberation = at_round(cast, 1)
    seat = voices(cast, deliberation)[0]
    with (
        time_machine.travel(clock.now() + timedelta(days=8)),
        pytest.raises(WrongState, match=r"Your time for this ended on .* You can ask for more time"),
    ):
        positions.submit_position(deliberation, by=seat, right="Too late.")


def test_a_seat_of_another_deliberation_speaks_nowhere_else(cast):
    first, second = at_round(cast, 1), at_round(cast, 1)
    with pytest.raises(NotAllowed):
        positions.submit_position(first, by=voices(cast, second)[0], right="Elsewhere.")


def test_position_is_asked_in_words(cast):
    deliberation = at_round(cast, 1)
    with pytest.raises(Invalid) as refused:
        positions.submit_position(deliberation, by=voices(cast, deliberation)[0], right="  ")
    assert refused.value.field == "right"


# --- Round 2


@pytest.mark.parametrize("answer", ["can_accept_if", "cannot_accept"])
def test_a_condition_or_an_objection_says_what(cast, answer):
    deliberation = at_round(cast, 2)
    one, two = voices(cast, deliberation)[:2]
    proposal = accommodations.propose(deliberation, by=one, text="Read them all.")
    with pytest.raises(Invalid) as refused:
        accommodations.answer_proposal(deliberation, by=two, option=proposal, answer=answer)
    assert refused.value.field == "reason"
    with pytest.raises(Invalid, match="three answers"):
        accommodations.answer_proposal(deliberation, by=two, option=proposal, answer="like")


def test_an_option_that_is_no_proposal_takes_no_answer(cast):
    deliberation = at_round(cast, 2)
    option = Option.objects.filter(deliberation=deliberation, kind=Option.Kind.OPTION).first()
    with pytest.raises(WrongState, match="not a proposal"):
        accommodations.answer_proposal(
            deliberation, by=voices(cast, deliberation)[0], option=option, answer="can_accept"
        )


def test_a_new_proposal_asks_again_those_who_had_answered(cast):
    deliberation = at_round(cast, 2)
    accommodations_given(cast, deliberation)
    one, two = voices(cast, deliberation)[:2]
    assert {state_of(seat, 2) for seat in voices(cast, deliberation)} == {"answered"}
    accommodations.propose(deliberation, by=one, text="Something else.")
    assert state_of(one, 2) == "answered"
    assert state_of(two, 2) == "open"


def test_the_same_proposal_twice_is_refused_in_words(cast):
    deliberation = at_round(cast, 2)
    one, two = voices(cast, deliberation)[:2]
    accommodations.propose(deliberation, by=one, text="Read them all.")
    with pytest.raises(Invalid, match="already"):
        accommodations.propose(deliberation, by=two, text="Read them all. ")


def test_a_voice_says_what_it_costs_the_frameworks_it_speaks_in(cast):
    deliberation = at_round(cast, 2)
    one = voices(cast, deliberation)[0]
    first, second = in_tension(deliberation)[:2]
    proposal = accommodations.propose(deliberation, by=one, text="Read them all.")
    accommodations.state_cost(deliberation, by=one, option=proposal, framework=first, cost="Hours.")
    with pytest.raises(Invalid, match="frameworks you speak in"):
        accommodations.state_cost(deliberation, by=one, option=proposal, framework=second, cost="Hours.")
    accommodations.state_cost(deliberation, by=cast.facilitator, option=proposal, framework=second, cost="Weeks.")


def test_answers_stand_side_by_side_and_a_voice_of_two_frameworks_in_both(cast):
    deliberation = at_round(cast, 2)
    accommodations_given(cast, deliberation)
    four = seat_of(deliberation, "Stakeholder four")
    (proposal,) = proposals(
        deliberation, seat=four, abreast=Abreast.of(deliberation, four.pk), put=questions(deliberation)
    )
    assert len(proposal.columns) == 2
    for column in proposal.columns:
        assert four.name in [answer["by"] for answer in column["answers"]]
    assert proposal.mine.answer == "cannot_accept"


def test_the_accommodations_page_takes_an_answer_and_keeps_a_refused_one(cast):
    deliberation = at_round(cast, 2)
    one, two = voices(cast, deliberation)[:2]
    proposal = accommodations.propose(deliberation, by=one, text="Read them all.")
    browser = by_link(two)
    address_of = address("stance_submit", deliberation, proposal.pk)
    refused = browser.post(address_of, {"answer": "can_accept_if", "reason": "", "based_on": "0"})
    assert refused.status_code == 422
    assert "Say under which condition" in refused.content.decode()
    taken = browser.post(address_of, {"answer": "can_accept_if", "reason": "Anyone may ask.", "based_on": "0"})
    assert taken.status_code == 302
    page = browser.get(address("accommodations", deliberation)).content.decode()
    assert "Anyone may ask." in page
    assert "You have answered. Change your answer" in page
    stale = browser.post(address_of, {"answer": "can_accept", "reason": "", "based_on": "0"})
    assert stale.status_code == 422
    assert "Both are kept" in stale.content.decode()
    assert str(Stance.objects.get(seat=two).reason) == "Anyone may ask."


def test_every_form_of_the_pages_is_taken(cast):
    deliberation = at_round(cast, 2)
    browser = by_link(voices(cast, deliberation)[0])
    assert browser.post(address("shared_value_add", deliberation), {"text": "Nobody should wait."}).status_code == 302
    assert browser.post(address("proposal_add", deliberation), {"text": "Read them all."}).status_code == 302
    proposal = Option.objects.get(deliberation=deliberation, kind="proposal")
    framework = in_tension(deliberation)[0]
    cost = {"framework": str(framework.pk), "cost": "Hours."}
    assert browser.post(address("proposal_cost", deliberation, proposal.pk), cost).status_code == 302
    question = {"text": "Who reads them?", "option": str(proposal.pk)}
    assert browser.post(address("question_put", deliberation), question).status_code == 302
    staff = signed_in(cast.facilitator)
    page = staff.get(address("accommodations", deliberation)).content.decode()
    assert "Who reads them?" in page
    assert "Nobody has answered yet." in page
    put = questions(deliberation)[0].question
    assert staff.post(address("question_reply", deliberation, put.pk), {"text": "Two of us."}).status_code == 302
    assert "Two of us." in browser.get(address("accommodations", deliberation)).content.decode()
    assert staff.post(address("shared_value_add", deliberation), {"text": "No."}).status_code == 403


def test_the_number_of_queries_does_not_grow_with_proposals(cast):
    deliberation = at_round(cast, 2)
    one, two, three, four = voices(cast, deliberation)
    browser = by_link(two)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            browser.get(address("accommodations", deliberation))
        return len(captured)

    def add(number):
        proposal = accommodations.propose(deliberation, by=one, text=f"Proposal {number}.")
        for seat in (two, three, four):
            accommodations.answer_proposal(
                deliberation, by=seat, option=proposal, answer="can_accept_if", reason="Anyone may ask."
            )

    add(1)
    browser.get(address("accommodations", deliberation))
    few = queries()
    for number in (2, 3, 4):
        add(number)
    assert queries() == few


# --- Round 3


def test_agreed_is_what_voices_of_every_framework_confirm(cast):
    deliberation = at_round(cast, 3)
    one, two, _three, four = voices(cast, deliberation)
    agreement = put_agreement(deliberation, by=cast.facilitator, text="It must be explainable.")
    second = in_tension(deliberation)[1].title
    answer_agreement(deliberation, by=one, agreement=agreement, confirms=True)
    (shown,) = agreements(deliberation, seat=one, abreast=Abreast.of(deliberation, one.pk))
    assert shown.missing == [second]
    answer_agreement(deliberation, by=two, agreement=agreement, confirms=False, comment="Not so.")
    assert agreements(deliberation, seat=one, abreast=Abreast.of(deliberation, one.pk))[0].missing == [second]
    answer_agreement(deliberation, by=four, agreement=agreement, confirms=True)
    assert agreements(deliberation, seat=one, abreast=Abreast.of(deliberation, one.pk))[0].missing == []


def test_a_sentence_reworded_asks_everybody_again(cast):
    deliberation = at_round(cast, 3)
    agreements_given(cast, deliberation)
    one = voices(cast, deliberation)[0]
    old = Agreement.objects.get(deliberation=deliberation)
    assert state_of(one, 3) == "answered"
    put_agreement(deliberation, by=cast.facilitator, text="Better said.", replaces=old)
    assert state_of(one, 3) == "open"
    with pytest.raises(Stale, match="reworded"):
        answer_agreement(deliberation, by=one, agreement=old, confirms=True)
    with pytest.raises(Stale, match="reworded"):
        put_agreement(deliberation, by=cast.facilitator, text="Said a third way.", replaces=old)


def test_a_rewording_that_says_the_same_is_refused(cast):
    deliberation = at_round(cast, 3)
    agreements_given(cast, deliberation)
    old, whether = Agreement.objects.get(), Difference.objects.get()
    sides = [str(side.text) for side in whether.sides.all()]
    with pytest.raises(Invalid, match="the same as before"):
        put_agreement(deliberation, by=cast.facilitator, text=f" {old.text}\r\n", replaces=old)
    with pytest.raises(Invalid, match="the same as before"):
        put_difference(deliberation, by=cast.facilitator, text=str(whether.text), sides=sides, replaces=whether)
    assert state_of(voices(cast, deliberation)[0], 3) == "answered"


def test_a_sentence_is_reworded_on_its_page_and_its_earlier_wording_stays_readable(cast):
    """Who put it and who reworded it, and every answer to it, for the voices too; in its old place."""
    deliberation = at_round(cast, 3)
    agreements_given(cast, deliberation)
    put_agreement(deliberation, by=cast.facilitator, text="A second sentence.")
    first, _second = Agreement.objects.order_by("number")
    before, staff = str(first.text), signed_in(cast.facilitator)
    page = address("agreement", deliberation)
    put = f"{address('agreement_put', deliberation)}?replaces={first.pk.hex}"
    assert put in staff.get(page).content.decode()
    sent = staff.post(put, {"text": "Put in better words."})
    new = Agreement.objects.get(replaces=first)
    assert sent.url.endswith(f"#a-{new.pk.hex}")
    reader = by_link(voices(cast, deliberation)[0])
    shown = reader.get(page).content.decode()
    assert shown.index("Put in better words.") < shown.index(before) < shown.index("A second sentence.")
    earlier = shown[shown.index(before) : shown.index("A second sentence.")]
    assert f"Put by {cast.facilitator.name}," in earlier
    assert f"Reworded by {cast.facilitator.name}," in earlier
    assert earlier.count("Confirms it") == 4
    assert "?replaces=" not in shown
    late = {"text": "From a page that is open since before."}
    refused = staff.post(put, late)
    assert refused.status_code == 422
    assert "reworded meanwhile" in refused.content.decode()
    assert late["text"] in refused.content.decode()


def test_a_difference_is_reworded_with_its_sides_and_what_was_said_to_them(cast):
    deliberation = at_round(cast, 3)
    agreements_given(cast, deliberation)
    whether = Difference.objects.get()
    old = [str(side.text) for side in whether.sides.all()]
    put = f"{address('difference_put', deliberation)}?replaces={whether.pk.hex}"
    signed_in(cast.facilitator).post(put, {"text": "Whether, said better.", "side_1": "It is so.", "side_2": old[1]})
    (shown,) = differences(deliberation, seat=None)
    assert [str(side.side.text) for side in shown.sides] == ["It is so.", old[1]]
    (earlier,) = shown.earlier
    assert [(str(side["text"]), [one["stance"] for one in side["answers"]]) for side in earlier.sides] == [
        (old[0], ["Holds it, as stated"] * 2),
        (old[1], ["Holds it, as stated"] * 2),
    ]


def test_what_was_written_to_a_reworded_sentence_is_shown_to_its_writer(cast):
    deliberation = at_round(cast, 3)
    agreements_given(cast, deliberation)
    old, reader = Agreement.objects.get(), by_link(voices(cast, deliberation)[0])
    put_agreement(deliberation, by=cast.facilitator, text="Put in better words.", replaces=old)
    answered = reader.post(
        address("agreement_answer", deliberation, old.pk),
        {"confirms": "no", "comment": "Not as a rule.", "based_on": 1},
    )
    assert answered.status_code == 422
    page = answered.content.decode()
    assert "It was not sent." in page
    assert "Not as a rule." in page


def test_a_sentence_of_another_deliberation_is_not_reworded_here(cast):
    deliberation, other = at_round(cast, 3), at_round(cast, 3)
    foreign = put_agreement(other, by=cast.facilitator, text="Over there.")
    put = f"{address('agreement_put', deliberation)}?replaces={foreign.pk.hex}"
    assert signed_in(cast.facilitator).post(put, {"text": "Over here."}).status_code == 404
    with pytest.raises(Stale):
        put_agreement(deliberation, by=cast.facilitator, text="Over here.", replaces=foreign)


def test_sentences_may_be_prepared_once_round_two_has_closed(cast):
    deliberation = at_round(cast, 2)
    with pytest.raises(WrongState, match="once round 2 has closed"):
        put_agreement(deliberation, by=cast.facilitator, text="Early.")
    accommodations_given(cast, deliberation)
    rounds.close_round(deliberation, by=cast.facilitator)
    put_agreement(deliberation, by=cast.facilitator, text="In time.")
    page = by_link(voices(cast, deliberation)[0]).get(address("agreement", deliberation)).content.decode()
    assert "In time." not in page


def test_a_difference_has_at_least_two_sides(cast):
    deliberation = at_round(cast, 3)
    with pytest.raises(Invalid, match="at least two sides"):
        put_difference(deliberation, by=cast.facilitator, text="Whether.", sides=["Only one.", " "])


def test_a_side_is_held_as_stated_or_said_otherwise(cast):
    deliberation = at_round(cast, 3)
    one, two, *_others = voices(cast, deliberation)
    difference = put_difference(
        deliberation, by=cast.facilitator, text="Whether it is fair.", sides=["It is.", "It is not."]
    )
    is_fair, _is_not = difference.sides.all()
    answer_side(deliberation, by=one, side=is_fair, holds=True)
    answer_side(deliberation, by=two, side=is_fair, holds=True, comment="It is, if audited.")
    (shown,) = differences(deliberation, seat=one)
    assert shown.sides[0].holders == [one.name]
    assert [(str(o["text"]), o["by"]) for o in shown.sides[0].otherwise] == [("It is, if audited.", two.name)]
    assert shown.sides[1].holders == []


def test_the_agreement_page_puts_and_takes(cast):
    deliberation = at_round(cast, 3)
    staff, browser = signed_in(cast.facilitator), by_link(voices(cast, deliberation)[0])
    staff.post(address("agreement_put", deliberation), {"text": "It must be explainable."})
    staff.post(
        address("difference_put", deliberation), {"text": "Whether.", "side_1": "It is.", "side_2": "It is not."}
    )
    agreement = Agreement.objects.get(deliberation=deliberation)
    side = agreement.deliberation.side_set.first()
    yes = {"confirms": "yes", "comment": "", "based_on": "0"}
    assert browser.post(address("agreement_answer", deliberation, agreement.pk), yes).status_code == 302
    otherwise = {"holds": "otherwise", "comment": "", "based_on": "0"}
    refused = browser.post(address("side_answer", deliberation, side.pk), otherwise)
    assert refused.status_code == 422
    assert "Say how your side should be stated." in refused.content.decode()
    said_so = otherwise | {"comment": "It is, if audited."}
    assert browser.post(address("side_answer", deliberation, side.pk), said_so).status_code == 302
    changed = {"changed": "yes", "text": "I had not thought of it.", "based_on": "0"}
    assert browser.post(address("shift_tell", deliberation), changed).status_code == 302
    page = browser.get(address("agreement", deliberation)).content.decode()
    for words in ("It must be explainable.", "It is, if audited.", "I had not thought of it."):
        assert words in page


# --- On behalf of somebody


@pytest.mark.parametrize("given", ["spoken", "paper", "translated"])
def test_what_is_entered_is_marked_and_answers_the_ask(cast, given):
    deliberation = at_round(cast, 1)
    seat = voices(cast, deliberation)[0]
    row = entering.enter_for(
        deliberation, by=cast.facilitator, seat=seat, what="position", given=given, language="mi", right="Kia ora."
    )
    assert (row.given, row.entered_by, row.language, row.confirmed_at) == (given, cast.facilitator, "mi", None)
    assert state_of(seat, 1) == "answered"
    entering.confirm_contribution(deliberation, by=seat, contribution=row)
    assert row.confirmed_at is not None


def test_only_the_facilitator_enters_and_never_as_typed(cast):
    deliberation = at_round(cast, 1)
    seat = voices(cast, deliberation)[0]
    with pytest.raises(NotAllowed):
        entering.enter_for(deliberation, by=cast.holder, seat=seat, what="position", given="spoken", right="So.")
    with pytest.raises(Invalid, match="how it was given"):
        entering.enter_for(deliberation, by=cast.facilitator, seat=seat, what="position", given="typed", right="So.")


def test_only_the_speaker_confirms(cast):
    deliberation = at_round(cast, 1)
    one, two = voices(cast, deliberation)[:2]
    row = entering.enter_for(deliberation, by=cast.facilitator, seat=one, what="position", given="spoken", right="So.")
    with pytest.raises(WrongState, match="Only the person who said it"):
        entering.confirm_contribution(deliberation, by=two, contribution=row)


@pytest.mark.parametrize(
    ("number", "what", "words"),
    [
        (1, "position", {"right": "Spoken so."}),
        (2, "proposal", {"text": "Spoken so."}),
        (2, "shared_value", {"text": "Spoken so."}),
        (3, "shift", {"changed": "yes", "text": "Spoken so."}),
    ],
)
def test_the_page_enters_for_somebody(cast, number, what, words):
    deliberation = at_round(cast, number)
    seat = voices(cast, deliberation)[0]
    staff = signed_in(cast.facilitator)
    page = address("enter_for", deliberation, number, what)
    assert staff.get(page).status_code == 200
    answer = staff.post(page, words | {"seat": str(seat.pk), "given": "spoken", "language": ""})
    assert answer.status_code == 302
    assert any(one.kind == what for one in said_by(seat))
    assert signed_in(cast.holder).get(page).status_code == 403
