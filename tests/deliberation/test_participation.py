"""The pages of the list and of being asked, through the browser's door: no script, no mock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import SeatUser, User
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain import conflict, seats, stakeholder_list, stakeholders
from deliberation.domain.invitations import renew_link
from deliberation.domain.links import token_of
from deliberation.models import Deliberation, Invitation, Notice, Request, Seat, Stakeholder, StakeholderList, State
from deliberation.queries.invitations import link_to
from tests.cast import Cast
from tests.deliberation.stages import accepts, at_draft, at_inviting, at_stakeholders, invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    cache.clear()
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def browser(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(name: str, deliberation: Deliberation, *args: object) -> str:
    return reverse(name, args=[deliberation.organisation.slug, deliberation.number, *args])


def path_of(invitation: Invitation) -> str:
    invitation.refresh_from_db()
    return reverse("participate", args=[token_of(invitation)])


def first(deliberation: Deliberation) -> Invitation:
    return Invitation.objects.select_related("seat", "stakeholder").get(
        deliberation=deliberation, stakeholder__title="Stakeholder one"
    )


# --- The list


def test_list_page_shows_matrix_gaps_and_history_to_the_facilitator(cast):
    deliberation = at_draft(cast)
    facilitator = browser(cast.facilitator)
    facilitator.post(page("stakeholders_suggest", deliberation))
    assert Stakeholder.objects.filter(deliberation=deliberation, status="suggested").exists()
    text = facilitator.get(page("stakeholders", deliberation)).content.decode()
    assert "Suggested by the software:" in text
    assert "The list cannot be submitted yet." in text


def test_facilitator_adds_changes_and_drops_through_the_forms(cast):
    deliberation = at_draft(cast)
    facilitator = browser(cast.facilitator)
    group = stakeholder_list.affected_groups(deliberation)[0]
    framework = stakeholder_list.in_tension(deliberation)[0]
    sent = {
        "title": "Night nurses",
        "why": "They work when nobody else does.",
        "relation": "affected",
        "groups": [group.pk],
        "frameworks": [framework.pk],
        "email": "",
        "address": "",
        "language": "",
    }
    assert facilitator.post(page("stakeholder_add", deliberation), sent).status_code == 302
    row = Stakeholder.objects.get(deliberation=deliberation, title="Night nurses")
    assert list(row.groups.all()) == [group]
    changed = sent | {"title": "Night nurses’ union", "email": "Union@People.example"}
    assert facilitator.post(page("stakeholder_edit", deliberation, row.pk), changed).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.email) == ("Night nurses’ union", "union@people.example")
    refused = facilitator.post(page("stakeholder_drop", deliberation, row.pk), {"drop_kind": "other", "reason": ""})
    assert refused.status_code == 422
    dropped = {"drop_kind": "other", "reason": "They asked not to be."}
    assert facilitator.post(page("stakeholder_drop", deliberation, row.pk), dropped).status_code == 302
    assert "They asked not to be." in facilitator.get(page("stakeholders", deliberation)).content.decode()


def test_refused_form_says_so_at_the_field_and_keeps_the_words(cast):
    deliberation = at_draft(cast)
    sent = {"title": "", "why": "A long and careful reason.", "relation": "affected"}
    response = browser(cast.facilitator).post(page("stakeholder_add", deliberation), sent)
    text = response.content.decode()
    assert "Please write who it is" in text
    assert "A long and careful reason." in text
    again = browser(cast.facilitator).get(page("stakeholder_add", deliberation)).content.decode()
    assert "A long and careful reason." in again


def test_holder_approves_on_the_page_and_the_facilitator_is_not_offered_it(cast):
    deliberation = at_stakeholders(cast)
    digest = StakeholderList.objects.get(deliberation=deliberation).digest
    assert "Approve this list" not in browser(cast.facilitator).get(page("stakeholders", deliberation)).content.decode()
    holder = browser(cast.holder)
    assert "Approve this list" in holder.get(page("stakeholders", deliberation)).content.decode()
    response = holder.post(
        page("stakeholders_approve", deliberation), {"do": "approve", "digest": digest, "reason": "All are on it."}
    )
    assert response.status_code == 302
    deliberation.refresh_from_db()
    assert deliberation.state == State.INVITING


def test_stale_approval_keeps_the_reason_and_shows_the_new_list(cast):
    deliberation = at_stakeholders(cast)
    digest = StakeholderList.objects.get(deliberation=deliberation).digest
    stakeholders.add_stakeholder(deliberation, by=cast.facilitator, title="Late night nurse", why="Nights are theirs.")
    response = browser(cast.holder).post(
        page("stakeholders_approve", deliberation), {"do": "approve", "digest": digest, "reason": "All are on it."}
    )
    text = response.content.decode()
    assert "The list has changed since you opened this page." in text
    assert "All are on it." in text
    assert "Late night nurse" in text
    assert StakeholderList.objects.get(deliberation=deliberation, state="submitted").digest in text


def test_list_page_asks_the_same_number_of_queries_however_long_the_list(cast, django_assert_max_num_queries):
    deliberation = at_stakeholders(cast)
    with django_assert_max_num_queries(60) as few:
        browser(cast.holder).get(page("stakeholders", deliberation))
    for number in range(5):
        stakeholders.add_stakeholder(deliberation, by=cast.facilitator, title=f"Voice {number}", why="Also affected.")
    with django_assert_max_num_queries(len(few)):
        browser(cast.holder).get(page("stakeholders", deliberation))


def test_outsider_and_signed_out_see_nothing(cast):
    deliberation = at_stakeholders(cast)
    assert browser(cast.outsider).get(page("stakeholders", deliberation)).status_code == 404
    assert browser().get(page("stakeholders", deliberation)).status_code == 302


# --- Invitations


def test_facilitator_sends_and_sees_links_and_the_holder_sees_none(cast):
    deliberation = at_inviting(cast)
    facilitator = browser(cast.facilitator)
    assert facilitator.post(page("invitations", deliberation)).status_code == 302
    assert Invitation.objects.filter(deliberation=deliberation, state="sent").count() == 4
    row = first(deliberation)
    # What was mailed is shown to nobody: who facilitates could speak in their place, in another browser, and no
    # software would know.
    assert "/p/" not in facilitator.get(page("invitations", deliberation)).content.decode()
    letter = facilitator.get(page("invitation_letter", deliberation, row.pk), follow=True).content.decode()
    assert "mailed to them alone" in letter
    assert "/p/" not in letter
    mailed = path_of(row)
    facilitator.post(page("invitation_renew", deliberation, row.pk), {"by_hand": "1"})
    assert link_to(first(deliberation)) in facilitator.get(page("invitations", deliberation)).content.decode()
    assert browser().post(mailed).status_code == 410  # and its receiver finds that it was replaced
    assert Entry.objects.filter(event="deliberation.invitation.renew").count() == 1
    assert Notice.objects.filter(kind="invitation", about__endswith=":2").count() == 1  # and is told
    assert "/p/" not in browser(cast.holder).get(page("invitations", deliberation)).content.decode()
    assert browser(cast.holder).get(page("invitation_letter", deliberation, first(deliberation).pk)).status_code == 403


def test_facilitator_narrows_the_invitations_to_where_they_stand(cast):
    deliberation = invited(cast, accept=False)
    facilitator, shown = browser(cast.facilitator), page("invitations", deliberation)
    assert "?state=" not in facilitator.get(shown).content.decode()  # all stand alike
    accepts(cast, deliberation, "Stakeholder one")

    def names(state: str) -> list[str]:
        rows = facilitator.get(shown, {"state": state} if state else {}).context["rows"]
        return [row.invitation.stakeholder.title for row in rows]

    assert "?state=accepted#" in facilitator.get(shown).content.decode()
    assert names("accepted") == ["Stakeholder one"]
    assert names("sent") == ["Stakeholder two", "Stakeholder three", "Stakeholder four"]
    assert names("") == names("left") == ["Stakeholder one", *names("sent")]


def test_letter_holds_question_promises_and_address(cast):
    deliberation = invited(cast, accept=False)
    renew_link(deliberation, first(deliberation), by=cast.facilitator, by_hand=True)
    invitation = first(deliberation)
    text = browser(cast.facilitator).get(page("invitation_letter", deliberation, invitation.pk)).content.decode()
    assert link_to(invitation) in text
    assert "Nothing." in text
    assert "Stakeholder one lives with what is decided here." in text


# --- The link


def test_get_changes_nothing_and_the_button_opens_the_participation(cast):
    deliberation = invited(cast, accept=False)
    invitation = first(deliberation)
    guest = browser()
    response = guest.get(path_of(invitation))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "participations" not in guest.session
    response = guest.post(path_of(invitation))
    assert response.url == page("card", deliberation)
    assert guest.session["participations"] == {deliberation.pk.hex: {"seat": invitation.seat.pk.hex, "series": 1}}
    assert "Yes, I take part" in guest.get(page("card", deliberation)).content.decode()
    assert not SeatUser.objects.filter(seat_id=invitation.seat_id).exists()


def test_link_opens_this_deliberation_alone(cast):
    deliberation = invited(cast, accept=False)
    other = at_inviting(cast)
    guest = browser()
    guest.post(path_of(first(deliberation)))
    response = guest.get(page("stakeholders", other))
    assert response.status_code in (302, 404)


def test_guest_accepts_in_their_own_words(cast):
    deliberation = invited(cast, accept=False)
    guest = browser()
    guest.post(path_of(first(deliberation)))
    sent = {"name": "Tūī", "relation": "affected", "own_framework": "What I owe my mother", "quoting": "role"}
    sent["terms"] = str(first(deliberation).terms_id)
    assert guest.post(page("card_accept", deliberation), sent).status_code == 302
    invitation = first(deliberation)
    assert invitation.state == "accepted"
    assert (invitation.seat.name, invitation.seat.quoting) == ("Tūī", "role")
    assert [voice.framework.title for voice in invitation.seat.voices.all()] == ["What I owe my mother"]


def test_accepting_changed_terms_keeps_what_was_typed(cast):
    from tests.deliberation.stages import with_terms

    deliberation = invited(cast, accept=False)
    guest = browser()
    guest.post(path_of(first(deliberation)))
    read = str(first(deliberation).terms_id)
    newer = with_terms(cast, deliberation, compensation="A day off.")
    from deliberation.domain.terms import accept_terms

    accept_terms(deliberation, by=cast.holder, version=newer.version, name="Holder")
    sent = {"name": "Tūī", "relation": "affected", "own_framework": "Care", "quoting": "ask", "terms": read}
    response = guest.post(page("card_accept", deliberation), sent)
    text = response.content.decode()
    assert "The terms were changed while you read." in text
    assert "Tūī" in text
    assert "A day off." in text
    assert str(newer.pk) in text


@pytest.mark.parametrize(
    ("route", "sent", "state"),
    [("card_decline", {"statement": "Ask my sister."}, "declined"), ("card_decline", {}, "declined")],
)
def test_guest_declines_with_or_without_a_word(cast, route, sent, state):
    deliberation = invited(cast, accept=False)
    guest = browser()
    guest.post(path_of(first(deliberation)))
    assert guest.post(page(route, deliberation), sent).status_code == 302
    assert first(deliberation).state == state
    assert "You have declined." in guest.get(page("card", deliberation)).content.decode()


def test_guest_says_who_is_missing_and_reads_the_answer(cast):
    deliberation = invited(cast, accept=False)
    guest = browser()
    guest.post(path_of(first(deliberation)))
    url = page("card_otherwise", deliberation, "missing")
    assert guest.post(url, {"kind": "missing", "text": "Nobody works nights."}).status_code == 302
    asked = Request.objects.get(deliberation=deliberation)
    facilitator = browser(cast.facilitator)
    assert "Nobody works nights." in facilitator.get(page("invitations", deliberation)).content.decode()
    facilitator.post(page("request_answer", deliberation, asked.pk), {"answer": "We ask the night shift."})
    assert "We ask the night shift." in guest.get(page("card", deliberation)).content.decode()


def test_renewed_link_ends_the_old_one_and_the_open_session(cast):
    deliberation = invited(cast, accept=False)
    invitation = first(deliberation)
    old = path_of(invitation)
    guest = browser()
    guest.post(old)
    browser(cast.facilitator).post(page("invitation_renew", deliberation, invitation.pk))
    response = browser().get(old)
    assert response.status_code == 410
    assert "replaced by a newer one" in response.content.decode()
    assert guest.get(page("card", deliberation)).status_code in {302, 404}
    assert browser().get(path_of(invitation)).status_code == 200


@pytest.mark.parametrize("token", ["x", "....", "A" * 22 + "1." + "B" * 22, "é" * 30, "A" * 400])
def test_garbage_link_says_what_to_do(cast, token):
    response = browser().get(f"/p/{token}/")
    assert response.status_code == 404
    assert "This link is not whole." in response.content.decode()


def test_link_with_a_changed_signature_is_not_ours(cast):
    deliberation = invited(cast, accept=False)
    path = path_of(first(deliberation))
    changed = path[:-2] + ("A" if path[-2] != "A" else "B") + "/"
    assert browser().get(changed).status_code == 404


def test_link_of_a_withdrawn_deliberation_says_what_happens_now(cast):
    deliberation = invited(cast, accept=False)
    path = path_of(first(deliberation))
    conflict.withdraw(
        deliberation, by=cast.holder, reason="The tool is gone.", meanwhile="Nothing is sorted by a tool."
    )
    response = browser().get(path)
    assert response.status_code == 410
    assert "Nothing is sorted by a tool." in response.content.decode()
    assert browser().post(path).status_code == 410


def test_signed_in_user_with_the_invited_address_gets_the_seat(cast):
    deliberation = invited(cast, accept=False)
    person = browser(cast.first)
    person.post(path_of(first(deliberation)))
    assert SeatUser.objects.get(seat_id=first(deliberation).seat_id).user == cast.first
    assert browser(cast.first).get(page("card", deliberation)).status_code == 200


def test_forwarded_link_seats_nobody_else(cast):
    deliberation = invited(cast, accept=False)
    stranger = browser(cast.reviewer)
    stranger.post(path_of(first(deliberation)))
    assert not SeatUser.objects.filter(seat_id=first(deliberation).seat_id).exists()


def test_facilitator_past_or_present_is_never_a_voice(cast):
    deliberation = invited(cast, accept=False)
    seats.hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    for person in (cast.facilitator, cast.second_facilitator):
        client = browser(person)
        assert "opens nothing for you" in client.get(path_of(first(deliberation))).content.decode()
        assert client.post(path_of(first(deliberation))).status_code == 403
        assert "participations" not in client.session


def test_leaving_is_said_on_the_card_and_the_link_still_opens(cast):
    deliberation = invited(cast)
    guest = browser()
    guest.post(path_of(first(deliberation)))
    assert guest.post(page("card_leave", deliberation), {"statement": "I have said what I had to."}).status_code == 302
    assert Seat.objects.get(invitation=first(deliberation)).left_at is not None
    assert browser().post(path_of(first(deliberation))).status_code == 302
    assert "You have left." in guest.get(page("card", deliberation)).content.decode()
