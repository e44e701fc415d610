"""Forms and addresses that were tampered with: nothing is done that the person may not do, and nothing else is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.keys import create_api_key
from accounts.domain.members import end_membership, set_roles
from accounts.models import Membership
from accounts.permissions import SYSTEM
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation import models as of
from deliberation.domain import calendar, publication
from deliberation.domain.invitations import renew_link
from deliberation.domain.links import token_of
from deliberation.domain.seats import hand_over
from deliberation.domain.stakeholder_list import current_list
from deliberation.domain.taking_part import leave
from deliberation.models import Deliberation
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, by_link, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def state_of(deliberation: Deliberation) -> str:
    deliberation.refresh_from_db()
    return deliberation.state


def signature(deliberation: Deliberation, **more: Any) -> dict[str, Any]:
    version = of.OutcomeVersion.objects.filter(deliberation=deliberation).latest("number")
    return {"version_id": version.pk, "name": "Somebody", "reason": "", **more}


# --- Administrators, and who facilitated


def test_an_administrator_signs_no_outcome(cast: Cast) -> None:
    """An administrator stands above no gate: the signature is not theirs."""
    deliberation = stages.at_signing(cast)
    answer = signed_in(cast.administrator).post(address("outcome_sign", deliberation), signature(deliberation))
    assert answer.status_code in {403, 404}
    assert state_of(deliberation) == "signing"


def test_an_administrator_who_takes_every_role_signs_nothing(cast: Cast) -> None:
    """An administrator who gives themselves every role still has no seat, and without it signs nothing."""
    deliberation = stages.at_signing(cast)
    set_roles(cast.membership(cast.administrator), list(Role), by=cast.administrator)
    answer = signed_in(cast.administrator).post(address("outcome_sign", deliberation), signature(deliberation))
    assert answer.status_code in {403, 404}
    assert state_of(deliberation) == "signing"


def test_an_administrator_approves_no_list(cast: Cast) -> None:
    """An administrator does not approve who is heard."""
    deliberation = stages.at_stakeholders(cast)
    waiting = current_list(deliberation)
    assert waiting is not None
    answer = signed_in(cast.administrator).post(
        address("stakeholders_approve", deliberation), {"do": "approve", "digest": waiting.digest, "reason": "Fine."}
    )
    assert answer.status_code in {403, 404}
    assert state_of(deliberation) == "stakeholders"


def test_an_administrator_answers_no_dissent(cast: Cast) -> None:
    """An administrator does not answer for the decision holder."""
    deliberation = stages.at_signing(cast, answered=False)
    written = stages.dissent_of(deliberation)
    answer = signed_in(cast.administrator).post(address("dissent_answer", deliberation, written.pk), {"text": "No."})
    assert answer.status_code in {403, 404}
    assert not of.DissentAnswer.objects.exists()


def test_an_administrator_publishes_nothing(cast: Cast) -> None:
    """An administrator makes nothing public, and takes nothing back."""
    deliberation = stages.at_decided(cast)
    browser = signed_in(cast.administrator)
    for page in ("publication_propose", "publication_publish", "publication_unpublish"):
        assert browser.post(address(page, deliberation), {"reason": "Let it be seen."}).status_code in {403, 404}
    assert not of.Publication.objects.exists()


def test_an_administrator_signs_no_review(cast: Cast) -> None:
    """An administrator reaffirms and retires nothing."""
    review = stages.at_review_prepared(cast)
    page = reverse("review_sign", args=["care", review.deliberation.number])
    assert signed_in(cast.administrator).post(page, {"reason": ""}).status_code in {403, 404, 422}
    review.refresh_from_db()
    assert review.state == "in_review"


def test_a_facilitator_who_handed_over_signs_nothing(cast: Cast) -> None:
    """Whoever handed the facilitator's seat over, and has the holder's role by now, is no signer."""
    deliberation = stages.at_signing(cast)
    hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    set_roles(cast.membership(cast.facilitator), [Role.DECISION_HOLDER], by=cast.administrator)
    answer = signed_in(cast.facilitator).post(address("outcome_sign", deliberation), signature(deliberation))
    assert answer.status_code in {403, 404}
    assert state_of(deliberation) == "signing"


def test_a_facilitator_who_handed_over_is_not_named_the_holder(cast: Cast) -> None:
    """Whoever facilitated is not put on the holder's seat, not even by a form that names them."""
    deliberation = stages.at_draft(cast)
    hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    set_roles(cast.membership(cast.facilitator), [Role.DECISION_HOLDER], by=cast.administrator)
    for sent in ({"do": "holder"}, {"sheet": "holder"}):
        signed_in(cast.second_facilitator).post(
            address("deliberation_seats", deliberation), {**sent, "user": cast.facilitator.pk}
        )
    assert stages.seat_of(deliberation, "Holder").part == "decision_holder"


def test_a_facilitator_who_handed_over_runs_nothing(cast: Cast) -> None:
    """Whoever handed the seat over cannot go on with forms that are still open in their browser."""
    deliberation = stages.at_round(cast, 1)
    stages.positions_given(cast, deliberation)
    browser = signed_in(cast.facilitator)
    assert browser.get(address("round", deliberation, 1)).status_code == 200
    hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    assert browser.post(address("round_close", deliberation, 1)).status_code in {403, 404}
    assert of.Round.objects.get(deliberation=deliberation, number=1).state == "open"


# --- Forms that were filled for somebody, or grew old


def test_a_link_with_everything_filled_in_signs_nothing(cast: Cast) -> None:
    """To open an address with the whole form in it signs nothing: that takes the form itself, sent."""
    deliberation = stages.at_signing(cast)
    page = address("outcome_sign", deliberation)
    answer = signed_in(cast.holder).get(page, {**signature(deliberation), "do": "sign"})
    assert answer.status_code == 200
    assert 'value="Somebody"' not in answer.content.decode()
    assert state_of(deliberation) == "signing"


def test_a_form_for_another_version_signs_nothing(cast: Cast) -> None:
    """A signature is over the version that was read: a form for another one, or for none, is refused."""
    deliberation = stages.at_signing(cast)
    other = of.OutcomeVersion.objects.get(deliberation=stages.at_signing(cast))
    browser = signed_in(cast.holder)
    for version in (other.pk, uuid4(), "", "not-an-id"):
        browser.post(address("outcome_sign", deliberation), signature(deliberation, version_id=version))
        assert state_of(deliberation) == "signing", version


def test_a_form_for_an_older_list_approves_nothing(cast: Cast) -> None:
    """What is approved is the list that was read: another digest, or none, is refused."""
    deliberation = stages.at_stakeholders(cast)
    browser = signed_in(cast.holder)
    for digest in ("0" * 64, ""):
        browser.post(
            address("stakeholders_approve", deliberation), {"do": "approve", "digest": digest, "reason": "Fine."}
        )
        assert state_of(deliberation) == "stakeholders"


def test_a_form_for_older_terms_accepts_nothing(cast: Cast) -> None:
    """Terms that changed while they were read are not accepted by the form for the version before."""
    deliberation = stages.at_draft(cast)
    stages.with_terms(cast, deliberation, off_table="The number of posts, and pay.")
    page = address("deliberation_terms_accept", deliberation)
    signed_in(cast.holder).post(page, {"version": 1, "name": "Holder"})
    assert of.Terms.objects.get(deliberation=deliberation, version=2).accepted_at is None


def test_a_method_named_in_the_form_or_a_header_is_not_obeyed(cast: Cast) -> None:
    """A GET that calls itself a POST is a GET."""
    deliberation = stages.at_round(cast, 1)
    stages.positions_given(cast, deliberation)
    browser = signed_in(cast.facilitator)
    page = address("round_close", deliberation, 1)
    answers = [
        browser.get(page, {"_method": "POST"}),
        browser.get(page, headers={"x-http-method-override": "POST"}),
        browser.get(page, headers={"x-method-override": "POST", "x-http-method": "POST"}),
    ]
    assert {answer.status_code for answer in answers} <= {200, 302, 405}
    assert of.Round.objects.get(deliberation=deliberation, number=1).state == "open"


# --- More in the form than it asks for


EXTRA = {"state": "decided", "deliberation": "1", "organisation": "1", "by": "1", "signed_by": "1", "id": "1",
         "part": "decision_holder", "is_operator": "on", "confirmed_at": "2027-01-01"}  # fmt: skip


def test_fields_that_were_added_to_a_position_are_not_taken(cast: Cast) -> None:
    """A position is its speaker's, typed by them, whatever else the form says."""
    deliberation = stages.at_round(cast, 1)
    one, two = stages.voices(cast, deliberation)[:2]
    sent = {"right": "Mine.", **EXTRA, "seat": two.pk, "seat_id": two.pk, "entered_by": cast.holder.pk, "version": 9}
    by_link(one).post(address("card", deliberation), sent)
    row = of.Position.objects.get(deliberation=deliberation)
    assert (row.seat, row.version, row.entered_by) == (one, 1, None)
    assert state_of(deliberation) == "round_1"


def test_fields_that_were_added_to_a_question_are_not_taken(cast: Cast) -> None:
    """Who convenes cannot begin further on, in another house, or as somebody else."""
    sent = {"question": "May we?", "decision_asked": "This.", "urgency": "ROUTINE", "project": cast.project.pk}
    sent |= {**EXTRA, "created_by": cast.holder.pk, "organisation": cast.other.pk, "number": 77}
    signed_in(cast.facilitator).post(reverse("deliberation_new", args=["care"]), sent)
    made = Deliberation.objects.get()
    assert (made.state, made.created_by, made.organisation, made.number) == (
        "draft", cast.facilitator, cast.organisation, 1,
    )  # fmt: skip


def test_a_project_of_another_house_is_not_taken(cast: Cast) -> None:
    """A form that names another organisation's project makes nothing, there or here."""
    sent = {"question": "May we?", "urgency": "ROUTINE", "project": cast.other_project.pk}
    signed_in(cast.facilitator).post(reverse("deliberation_new", args=["care"]), sent)
    assert not Deliberation.objects.exists()
    with open_organisation(cast.other):
        assert not Deliberation.objects.exists()


def test_keys_that_were_added_to_a_conflict_are_not_taken(cast: Cast) -> None:
    """A system proposes and nothing more: what else its JSON says sets nothing."""
    secret = create_api_key(cast.project, "Screening", by=SYSTEM, enforces=True).secret
    body = {"decision": "May it?", **EXTRA, "number": 9, "project": str(cast.other_project.pk), "origin": "person"}
    answer = Client().post(
        reverse("api_conflicts"), body, content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code in {201, 422}
    for made in Deliberation.objects.all():
        assert (made.state, made.project, made.origin, made.created_by) == ("proposed", cast.project, "key", None)


def test_a_member_is_not_taken_in_as_the_operator(cast: Cast) -> None:
    """The form that takes members in makes no operator, no superuser and no member of another organisation."""
    sent = {"email": "new@care.example", "name": "New", "roles": ["reviewer", "operator", "superuser"], **EXTRA}
    sent |= {"is_staff": "on", "is_superuser": "on", "organisation": cast.other.pk}
    signed_in(cast.administrator).post(reverse("settings_members", args=["care"]), sent)
    assert not Membership.objects.filter(user__is_operator=True).exists()
    with open_organisation(cast.other):
        assert not Membership.objects.filter(user__email="new@care.example").exists()


def test_one_name_sent_twice_does_not_split_the_form(cast: Cast) -> None:
    """Of two values under one name the same one is checked and kept."""
    deliberation = stages.at_stakeholders(cast)
    waiting = current_list(deliberation)
    assert waiting is not None
    sent = {"do": ["approve"], "digest": [waiting.digest, "0" * 64], "reason": ["Fine."]}
    signed_in(cast.holder).post(address("stakeholders_approve", deliberation), sent)
    assert state_of(deliberation) == "stakeholders"


# --- One thing's id with another's address


def test_a_dissent_of_another_question_is_not_answered_here(cast: Cast) -> None:
    """The id of a row of another deliberation, in the address of this one, leads nowhere."""
    here, there = stages.at_signing(cast, answered=False), stages.at_signing(cast, answered=False)
    page = address("dissent_answer", here, stages.dissent_of(there).pk)
    assert signed_in(cast.holder).post(page, {"text": "No."}).status_code == 404
    assert not of.DissentAnswer.objects.exists()


@pytest.mark.parametrize("route", ["invitation_send", "invitation_renew", "invitation_not_reached"])
def test_an_invitation_of_another_question_is_not_touched(cast: Cast, route: str) -> None:
    """An invitation is sent, renewed and marked from its own deliberation alone."""
    here, there = stages.invited(cast, accept=False), stages.invited(cast, accept=False)
    row = of.Invitation.objects.filter(deliberation=there).first()
    assert row is not None
    page = address(route, here, row.pk)
    assert signed_in(cast.facilitator).post(page, {"note": "x"}).status_code in {302, 404}
    was = (row.state, row.link_series)
    row.refresh_from_db()
    assert (row.state, row.link_series) == was


def test_a_proposal_of_another_question_is_not_answered_here(cast: Cast) -> None:
    """A stance is about a proposal of the deliberation it is given in."""
    here, there = stages.at_round(cast, 2), stages.at_round(cast, 2)
    stages.accommodations_given(cast, there)
    proposal = of.Option.objects.get(deliberation=there, kind="proposal")
    seat = stages.seat_of(here, "Stakeholder two")
    answer = by_link(seat).post(address("stance_submit", here, proposal.pk), {"answer": "can_accept"})
    assert answer.status_code == 404
    assert not of.Stance.objects.filter(deliberation=here).exists()


def test_a_framework_of_another_question_is_not_chosen(cast: Cast) -> None:
    """A form that names another deliberation's framework chooses nothing."""
    here, there = stages.at_round(cast, 1), stages.at_draft(cast)
    theirs = of.Framework.objects.filter(deliberation=there).first()
    assert theirs is not None
    seat = stages.seat_of(here, "Stakeholder one")
    by_link(seat).post(address("card_frameworks", here), {"frameworks": [theirs.pk]})
    assert not of.Voice.objects.filter(framework=theirs).exists()


def test_somebody_from_another_organisation_is_not_seated(cast: Cast) -> None:
    """A form that names a user of another organisation seats nobody."""
    deliberation = stages.at_draft(cast)
    before = set(of.Seat.objects.values_list("pk", "name"))
    for page in ("deliberation_seats", "deliberation_hand_over"):
        signed_in(cast.facilitator).post(address(page, deliberation), {"do": "holder", "user": cast.outsider.pk})
    assert set(of.Seat.objects.values_list("pk", "name")) == before


def test_another_houses_address_with_this_ones_number_leads_nowhere(cast: Cast) -> None:
    """A member of one organisation finds nothing under another's address, whatever number stands in it."""
    deliberation = stages.at_decided(cast)
    outsider, mine = signed_in(cast.outsider), signed_in(cast.holder)
    for route in ("deliberation", "outcome", "outcome_json", "outcome_pdf", "stakeholders"):
        assert outsider.get(address(route, deliberation)).status_code == 404
        with open_organisation(cast.other):  # where the refusal is kept
            assert mine.get(reverse(route, args=["harbour", deliberation.number])).status_code == 404


def test_a_membership_of_another_house_is_not_changed(cast: Cast) -> None:
    """An administrator's pages change no membership, key or project of another organisation."""
    theirs = cast.membership(cast.outsider, cast.other)
    browser = signed_in(cast.administrator)
    for route in ("settings_member_end", "settings_member_roles", "settings_member_link"):
        assert browser.post(reverse(route, args=["care", theirs.pk])).status_code == 404
    assert browser.post(reverse("settings_project_archive", args=["care", cast.other_project.pk])).status_code == 404
    with open_organisation(cast.other):
        assert cast.membership(cast.outsider, cast.other).roles == frozenset(Role)
    cast.other_project.refresh_from_db()
    assert cast.other_project.archived_at is None


# --- Links used again


def test_a_link_opens_nothing_once_its_holder_has_left(cast: Cast) -> None:
    """Whoever left says nothing more by the browser in which their link was open."""
    deliberation = stages.at_round(cast, 1)
    seat = stages.seat_of(deliberation, "Stakeholder one")
    browser = by_link(seat)
    leave(deliberation, by=seat, statement="")
    browser.post(address("card", deliberation), {"right": "One word more."})
    assert not of.Position.objects.filter(deliberation=deliberation).exists()


def test_a_link_that_was_renewed_opens_nothing(cast: Cast) -> None:
    """The link before the newest is dead, and so is every browser in which it was open."""
    deliberation = stages.at_round(cast, 1)
    row = of.Invitation.objects.get(deliberation=deliberation, seat__name="Stakeholder one")
    old, browser = reverse("participate", args=[token_of(row)]), by_link(row.seat)
    renew_link(deliberation, row, by=cast.facilitator)
    assert Client().post(old).status_code == 410
    assert browser.get(address("card", deliberation)).status_code in {302, 404}
    browser.post(address("card", deliberation), {"right": "Taken."})
    assert not of.Position.objects.filter(deliberation=deliberation).exists()


def test_a_link_with_another_series_or_name_is_not_ours(cast: Cast) -> None:
    """A link cannot be made from another one: its name and its series are signed together."""
    deliberation = stages.invited(cast, accept=False)
    one, two = of.Invitation.objects.filter(deliberation=deliberation).order_by("pk")[:2]
    name, _dot, mark = token_of(one).partition(".")
    other = token_of(two).partition(".")[0]
    for forged in (f"{other}.{mark}", f"{name[:-1]}9.{mark}", f"{name}.", f"{name}.{mark[:-1]}", f"{name}.{mark}x"):
        assert Client().post(reverse("participate", args=[forged])).status_code == 404, forged


def test_a_link_opens_its_own_question_and_no_other(cast: Cast) -> None:
    """A participation opens one deliberation: the address of another one leads to sign-in."""
    here, there = stages.at_round(cast, 1), stages.at_round(cast, 1)
    browser = by_link(stages.seat_of(here, "Stakeholder one"))
    assert browser.get(address("card", here)).status_code == 200
    for route in ("card", "deliberation", "stakeholders", "outcome"):
        answer = browser.get(address(route, there))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_opening_a_link_without_its_button_does_nothing(cast: Cast) -> None:
    """A mail scanner that opens the link takes part in nothing."""
    deliberation = stages.invited(cast, accept=False)
    row = of.Invitation.objects.filter(deliberation=deliberation).first()
    assert row is not None
    entries, scanner = Entry.objects.count(), Client()
    scanner.get(reverse("participate", args=[token_of(row)]))
    assert scanner.get(address("card", deliberation)).status_code == 302
    row.refresh_from_db()
    assert (row.state, Entry.objects.count()) == ("sent", entries)


@pytest.mark.parametrize("how", ["ended", "role taken", "deactivated", "renewed"])
def test_a_calendar_address_ends_with_what_it_stood_on(cast: Cast, how: str) -> None:
    """The calendar of who left, lost the role, was stopped or made a new address is closed."""
    membership = cast.membership(cast.reviewer)
    token = calendar.token_of(calendar.make_calendar_link(membership, by=cast.reviewer))
    page = reverse("reviews_ics")
    assert Client().get(page, {"token": token}).status_code == 200
    if how == "ended":
        end_membership(membership, by=cast.administrator)
    elif how == "role taken":
        set_roles(membership, [Role.EDITOR], by=cast.administrator)
    elif how == "deactivated":
        type(cast.reviewer).objects.filter(pk=cast.reviewer.pk).update(is_active=False)
    else:
        calendar.make_calendar_link(membership, by=cast.reviewer)
    assert Client().get(page, {"token": token}).status_code == 404


def test_a_calendar_token_is_no_link_and_a_link_no_calendar_token(cast: Cast) -> None:
    """What opens one thing opens no other: each kind of link is signed for its kind."""
    deliberation = stages.invited(cast, accept=False)
    row = of.Invitation.objects.filter(deliberation=deliberation).first()
    assert row is not None
    token = calendar.token_of(calendar.make_calendar_link(cast.membership(cast.reviewer), by=cast.reviewer))
    assert Client().get(reverse("participate", args=[token])).status_code == 404
    assert Client().get(reverse("reviews_ics"), {"token": token_of(row)}).status_code == 404


# --- What is public


def test_who_chose_to_be_left_out_is_on_no_public_page(cast: Cast) -> None:
    """The public page has neither the name nor the words of somebody who chose to be left out."""
    deliberation = stages.at_decided(cast)
    publication.propose_publication(deliberation, by=cast.holder)
    of.QuoteChoice.objects.update(choice="name")
    of.QuoteChoice.objects.filter(seat__name="Stakeholder one").update(choice="leave_out")
    made = publication.publish(deliberation, by=cast.holder, reason="So that others learn.")
    page = Client().get(reverse("published", args=[made.slug])).content.decode()
    assert "Stakeholder one" not in page
    assert "The reading should go." not in page


def test_what_is_not_public_any_more_is_gone(cast: Cast) -> None:
    """A public address is closed at once when the outcome is taken back, and before it was ever published."""
    deliberation = stages.at_decided(cast)
    proposed = publication.propose_publication(deliberation, by=cast.holder)
    page = reverse("published", args=[proposed.slug])
    assert Client().get(page).status_code == 404
    of.QuoteChoice.objects.update(choice="name")
    publication.publish(deliberation, by=cast.holder, reason="So that others learn.")
    assert Client().get(page).status_code == 200
    publication.unpublish(deliberation, by=cast.holder, reason="Asked to.")
    assert Client().get(page).status_code == 404


# --- Addresses nobody would type


@pytest.mark.parametrize(
    "number", ["0", "-1", "9" * 30, "2147483648", "9223372036854775808", "1e3", "１", "%00", "1%2F2"]
)
def test_a_number_that_is_none_leads_nowhere(cast: Cast, number: str) -> None:
    """No number in an address, however long or strange, is an error of ours."""
    browser = signed_in(cast.facilitator)
    for page in (f"/o/care/d/{number}/", f"/o/care/precedents/{number}/", f"/o/care/reviews/{number}/"):
        assert browser.get(page).status_code == 404, page


@pytest.mark.parametrize(
    "slug", ["ｃａｒｅ", "CARE", "care%00", "cаre", "care%20", "..", "%2e%2e", "care;harbour", "c" * 5000]
)
def test_a_name_that_only_looks_like_the_organisations_is_not_it(cast: Cast, slug: str) -> None:
    """Full-width, Cyrillic and capital letters, and bytes of zero, are another name, which nobody has."""
    answer = signed_in(cast.facilitator).get(f"/o/{slug}/board/")
    assert answer.status_code in {302, 404}
    if answer.status_code == 302:
        assert not answer.headers["Location"].startswith("/o/care")


def test_a_byte_of_zero_in_a_form_is_no_error_of_ours(cast: Cast) -> None:
    """A zero byte in words is left out or refused in a sentence, never an error."""
    deliberation = stages.at_round(cast, 1)
    browser = by_link(stages.seat_of(deliberation, "Stakeholder one"))
    assert browser.post(address("card", deliberation), {"right": "Fair\x00 is fair."}).status_code in {302, 422}
    for row in of.Position.objects.filter(deliberation=deliberation):
        assert "\x00" not in str(row.right)
    query = {"q": "\x00", "like": "\x00", "framework": "\x00", "state": "\x00"}
    assert signed_in(cast.facilitator).get(reverse("precedents", args=["care"]), query).status_code < 500


def test_huge_and_broken_values_in_a_form_are_no_error_of_ours(cast: Cast) -> None:
    """Numbers, dates and ids that no column holds are refused in a sentence."""
    deliberation = stages.at_round(cast, 1)
    browser = by_link(stages.seat_of(deliberation, "Stakeholder one"))
    for value in ("9" * 40, "-1", "NaN", "1e309", "٣", "[]"):
        answer = browser.post(address("card", deliberation), {"right": "Mine.", "based_on": value})
        assert answer.status_code < 500, value
        answer = browser.post(address("card_more_time", deliberation, 1), {"until": value, "why": value})
        assert answer.status_code < 500, value
