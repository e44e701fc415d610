"""From a flagged conflict to a draft ready for its list: what each verb does, and everything it refuses."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import APIKey, SeatUser
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Part
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain import conflict, options, stakeholders, tensions
from deliberation.domain.seats import sitter
from deliberation.forms.conflict import FrameworkForm
from deliberation.models import (
    Citation,
    Deliberation,
    Finding,
    Framework,
    Group,
    Harm,
    Notice,
    Option,
    Seat,
    State,
    TradeOff,
)
from deliberation.queries.conflict import blockers, drawn, frameworks_in_order, in_print_order
from instructions.domain.policy import set_policy
from tests.cast import Cast
from tests.deliberation.stages import at_conflict, at_decided, at_draft, invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    cast = Cast()
    with open_organisation(cast.organisation):
        yield cast


@pytest.fixture
def key(cast):
    return _key(cast.organisation, cast.project)


def _key(organisation, project):
    return APIKey.objects.create(
        organisation=organisation, project=project, name="Agent", prefix=project.pk.hex[-12:], hash="0" * 64
    )


def _events(deliberation):
    return list(Entry.objects.filter(subject_id=str(deliberation.pk)).order_by("id").values_list("event", flat=True))


# --- Proposed by a system


def test_propose_conflict_is_inert_and_keeps_what_was_sent(cast, key):
    sent = {"urgency": "CRITICAL", "scale": "100+ affected", "data": ["<script>", 3]}
    deliberation = conflict.propose_conflict(cast.project, by=key, decision="Disclose the address?", context=sent)
    deliberation.refresh_from_db()
    assert deliberation.state == State.PROPOSED
    assert deliberation.urgency == "CRITICAL"
    assert deliberation.proposed_context == sent
    assert deliberation.proposed_by_key == key
    assert str(deliberation.question) == "Disclose the address?"
    assert not Seat.objects.filter(deliberation=deliberation).exists()
    assert not Notice.objects.exists()
    assert _events(deliberation) == ["deliberation.conflict.propose"]
    assert blockers(deliberation) == ["Nobody has taken it up."]


def test_propose_conflict_refuses_a_key_of_another_project(cast, key):
    from tests.cast import make_project

    other = make_project(cast.organisation, "nights", "Nights")
    with pytest.raises(NotAllowed):
        conflict.propose_conflict(other, by=key, decision="Disclose?")
    assert not Deliberation.objects.exists()


def test_propose_conflict_refuses_a_revoked_key(cast, key):
    from accounts import clock

    APIKey.objects.filter(pk=key.pk).update(revoked_at=clock.now())
    key.refresh_from_db()
    with pytest.raises(NotAllowed):
        conflict.propose_conflict(cast.project, by=key, decision="Disclose?")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"decision": " "}, "decision"),
        ({"decision": "x" * 30_001}, "decision"),
        ({"decision": "Disclose?", "urgency": "SOON"}, "urgency"),
        ({"decision": "Disclose?", "context": {"a": "x" * 20_001}}, "context"),
    ],
)
def test_propose_conflict_says_at_the_field_what_cannot_be_taken(cast, key, given, field):
    with pytest.raises(Invalid) as wrong:
        conflict.propose_conflict(cast.project, by=key, **given)
    assert list(wrong.value.errors) == [field]
    assert not Deliberation.objects.exists()


def test_take_up_makes_the_facilitator_and_the_option_not_to(cast, key):
    deliberation = conflict.propose_conflict(cast.project, by=key, decision="Disclose?")
    conflict.take_up(deliberation, by=cast.second_facilitator)
    assert deliberation.state == State.DRAFT
    assert sitter(deliberation, Part.FACILITATOR) == cast.second_facilitator
    assert [o.kind for o in Option.objects.filter(deliberation=deliberation)] == ["do_not"]
    with pytest.raises(WrongState):
        conflict.take_up(deliberation, by=cast.facilitator)


def test_dismiss_needs_a_reason_and_keeps_it(cast, key):
    deliberation = conflict.propose_conflict(cast.project, by=key, decision="Disclose?")
    with pytest.raises(Invalid):
        conflict.dismiss(deliberation, by=cast.facilitator, reason="")
    conflict.dismiss(deliberation, by=cast.facilitator, reason="It was decided in March.")
    assert deliberation.state == State.DISMISSED
    assert str(deliberation.ended_reason) == "It was decided in March."
    with pytest.raises(WrongState):
        conflict.take_up(deliberation, by=cast.facilitator)


@pytest.mark.parametrize("who", ["holder", "administrator", "reviewer", "auditor", "outsider", "operator"])
def test_take_up_and_convene_are_the_facilitators(cast, key, who):
    person = getattr(cast, who)
    deliberation = conflict.propose_conflict(cast.project, by=key, decision="Disclose?")
    with pytest.raises(NotAllowed):
        conflict.take_up(deliberation, by=person)
    with pytest.raises(NotAllowed):
        conflict.convene(
            cast.organisation, cast.project, by=person, question="May we?", decision_asked="x", urgency="IMPORTANT"
        )


# --- Convened by a person


def test_convene_numbers_questions_in_their_organisation(cast):
    first, second = at_conflict(cast), at_conflict(cast)
    assert (first.number, second.number) == (1, 2)
    assert SeatUser.objects.get(deliberation_id=first.pk).user == cast.facilitator


def test_convene_refuses_a_project_of_another_organisation(cast):
    with pytest.raises(Invalid) as wrong:
        conflict.convene(
            cast.organisation,
            cast.other_project,
            by=cast.facilitator,
            question="May we?",
            decision_asked="x",
            urgency="IMPORTANT",
        )
    assert list(wrong.value.errors) == ["project"]


def test_a_number_is_given_once_whatever_is_written(cast):
    deliberation = at_conflict(cast)
    deliberation.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Deliberation.objects.create(
            organisation=cast.organisation,
            project=cast.project,
            number=deliberation.number,
            state_since=deliberation.state_since,
            created_at=deliberation.created_at,
            question=deliberation.question,
            draw="0",
        )


def test_edit_question_keeps_unchanged_words_once(cast):
    deliberation = at_conflict(cast)
    asked = deliberation.decision_asked_id
    conflict.edit_question(
        deliberation,
        by=cast.facilitator,
        question="Should we?",
        decision_asked=str(deliberation.decision_asked),
        urgency="URGENT",
    )
    deliberation.refresh_from_db()
    assert str(deliberation.question) == "Should we?"
    assert deliberation.decision_asked_id == asked
    assert deliberation.urgency == "URGENT"
    with pytest.raises(NotAllowed):
        conflict.edit_question(deliberation, by=cast.second_facilitator, question="Mine?")


# --- Findings, options, harms


def test_add_finding_wants_a_source_for_what_is_known(cast):
    deliberation = at_conflict(cast)
    with pytest.raises(Invalid) as wrong:
        options.add_finding(deliberation, by=cast.facilitator, kind="known", text="Six in ten.")
    assert list(wrong.value.errors) == ["source"]
    with pytest.raises(Invalid):
        options.add_finding(deliberation, by=cast.facilitator, kind="certain", text="Six in ten.", source="Us")
    finding = options.add_finding(deliberation, by=cast.facilitator, kind="unknown", text="Whom it leaves out.")
    options.strike_finding(finding, by=cast.facilitator)
    with pytest.raises(Stale):
        options.strike_finding(finding, by=cast.facilitator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(kind="known")


def test_not_to_do_it_is_always_an_option(cast):
    deliberation = at_conflict(cast)
    do_not = Option.objects.get(deliberation=deliberation)
    with pytest.raises(Invalid):
        options.strike_option(do_not, by=cast.facilitator)
    options.edit_option(do_not, by=cast.facilitator, text="Go on without the tool.")
    do_not.refresh_from_db()
    assert (str(do_not.text), do_not.kind) == ("Go on without the tool.", "do_not")


def test_a_struck_option_takes_no_harm_and_keeps_its_number(cast):
    deliberation = at_conflict(cast)
    option = options.add_option(deliberation, by=cast.facilitator, text="Use it")
    options.strike_option(option, by=cast.facilitator)
    with pytest.raises(Stale):
        options.add_harm(option, by=cast.facilitator, bearer="Applicants", harm="Nobody reads them.")
    assert options.add_option(deliberation, by=cast.facilitator, text="Use it twice").number == option.number + 1


def test_strangers_add_nothing(cast):
    deliberation = at_conflict(cast)
    do_not = Option.objects.get(deliberation=deliberation)
    for person in (cast.outsider, cast.administrator, cast.second_facilitator, cast.operator):
        with pytest.raises(NotAllowed):
            options.add_finding(deliberation, by=person, kind="unknown", text="x")
        with pytest.raises(NotAllowed):
            options.add_option(deliberation, by=person, text="x")
        with pytest.raises(NotAllowed):
            options.add_harm(do_not, by=person, bearer="x", harm="y")
    assert not Finding.objects.exists()
    assert not Harm.objects.exists()


# --- In tension


def _suggested(cast):
    deliberation = conflict.convene(
        cast.organisation,
        cast.project,
        by=cast.facilitator,
        question="May the iwi’s records be shared to prevent harm?",
        decision_asked="Privacy stands against safety; residents never gave consent.",
        urgency="IMPORTANT",
    )
    tensions.suggest_tensions(deliberation, by=cast.facilitator)
    return deliberation


def test_suggestions_are_inert_and_marked_for_ever(cast):
    deliberation = _suggested(cast)
    rows = list(Framework.objects.filter(deliberation=deliberation))
    assert {(r.origin, r.status, r.suggested == r.title) for r in rows} == {("software", "suggested", True)}
    own = next(r for r in rows if r.of_a_people)
    assert own.suggested_position == ""
    # Whom it concerns is suggested beside it, one by one, and not once more under every framework.
    assert [row for row in rows if "Concerned are" in row.suggested_position] == []
    assert Group.objects.filter(deliberation=deliberation).exists()
    assert frameworks_in_order(deliberation, cast.facilitator.pk) == []
    tensions.settle_tension(rows[0], by=cast.facilitator, do="change", title="Another name")
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].origin) == ("changed", "software")
    assert rows[0].suggested != rows[0].title


def test_suggest_tensions_suggests_nothing_twice(cast):
    deliberation = _suggested(cast)
    first = Framework.objects.filter(deliberation=deliberation).first()
    tensions.settle_tension(first, by=cast.facilitator, do="drop", reason="Nobody here holds it.")
    assert tensions.suggest_tensions(deliberation, by=cast.facilitator) == []


def test_a_framework_of_the_organisations_own_is_suggested_chosen_and_asked_for(cast):
    """Another organisation's is not in the catalogue; whom to ask comes with it, a position never."""
    river = {
        "key": "own_river", "title": "Ethics of the river people", "of_a_people": True, "cues": ["records"],
        "speakers": ["Whoever the river people name"],
    }  # fmt: skip
    with open_organisation(cast.other):
        theirs = {"frameworks": [river | {"key": "own_harbour", "title": "Ethics of the harbour"}]}
        set_policy(cast.other, "frameworks", theirs, by=cast.outsider, why="Ours.")
    set_policy(
        cast.organisation, "frameworks", {"frameworks": [river]}, by=cast.administrator, why="They asked for it."
    )
    deliberation = _suggested(cast)
    one = Framework.objects.get(deliberation=deliberation, catalogue_key="own_river")
    assert (one.of_a_people, one.suggested_position) == (True, "")
    tensions.settle_tension(one, by=cast.facilitator, do="keep")
    made = stakeholders.suggest_stakeholders(deliberation, by=cast.facilitator)
    assert "Whoever the river people name" in [row.title for row in made]
    known = {key for key, _ in FrameworkForm(organisation=cast.organisation).fields["catalogue_key"].choices}
    assert "own_river" in known
    assert "own_harbour" not in known
    with pytest.raises(Invalid):
        tensions.add_tension(deliberation, by=cast.facilitator, kind="framework", catalogue_key="own_harbour")


def test_a_suggestion_is_settled_once(cast):
    deliberation = _suggested(cast)
    one = Framework.objects.filter(deliberation=deliberation).first()
    other_tab = Framework.objects.get(pk=one.pk)
    tensions.settle_tension(one, by=cast.facilitator, do="keep", seen="suggested")
    with pytest.raises(Stale):
        tensions.settle_tension(other_tab, by=cast.facilitator, do="keep", seen="suggested")
    with pytest.raises(Stale):
        tensions.settle_tension(other_tab, by=cast.facilitator, do="drop", reason="No.", seen="suggested")
    one.refresh_from_db()
    assert one.status == "kept"


def test_dropping_needs_a_reason_and_stays(cast):
    deliberation = _suggested(cast)
    one = Group.objects.filter(deliberation=deliberation).first()
    with pytest.raises(Invalid) as wrong:
        tensions.settle_tension(one, by=cast.facilitator, do="drop")
    assert list(wrong.value.errors) == ["reason"]
    tensions.settle_tension(one, by=cast.facilitator, do="drop", reason="Covered by another.")
    with pytest.raises(Stale):
        tensions.settle_tension(one, by=cast.facilitator, do="keep")
    with pytest.raises(NotAllowed):
        tensions.settle_tension(TradeOff.objects.filter(deliberation=deliberation).first(), by=cast.holder, do="keep")


def test_add_tension_takes_one_of_the_catalogue_or_a_name(cast):
    deliberation = at_conflict(cast)
    rights = tensions.add_tension(deliberation, by=cast.facilitator, kind="framework", catalogue_key="rights")
    assert (rights.title, rights.origin, rights.suggested, rights.suggested_position) == (
        "Rights-based",
        "human",
        "",
        "",
    )
    own = tensions.add_tension(
        deliberation, by=cast.facilitator, kind="framework", title="Ours", of_a_people=True, concern="The land."
    )
    assert own.of_a_people
    for given, field in [
        ({"kind": "framework", "title": "rights-BASED"}, "title"),
        ({"kind": "framework", "title": ""}, "title"),
        ({"kind": "framework", "catalogue_key": "no_such"}, "catalogue_key"),
        ({"kind": "group", "title": "x" * 301}, "title"),
        ({"kind": "mood", "title": "x"}, "kind"),
    ]:
        with pytest.raises(Invalid) as wrong:
            tensions.add_tension(deliberation, by=cast.facilitator, **given)
        assert list(wrong.value.errors) == [field]


# --- An order nobody chose


def test_the_order_of_frameworks_is_each_viewers_own_and_stays(cast):
    deliberation = at_conflict(cast)
    for title in "ABCDEFGH":
        tensions.add_tension(deliberation, by=cast.facilitator, kind="framework", title=title)
    mine = [f.title for f in frameworks_in_order(deliberation, cast.facilitator.pk)]
    assert mine == [f.title for f in frameworks_in_order(deliberation, cast.facilitator.pk)]
    others = {tuple(f.title for f in frameworks_in_order(deliberation, u.pk)) for u in cast.stakeholders}
    assert len(others | {tuple(mine)}) > 1
    printed = [f.title for f in in_print_order(deliberation)]
    assert sorted(printed) == list("ABCDEFGH")
    tensions.add_tension(deliberation, by=cast.facilitator, kind="framework", title="I")
    assert [f.title for f in in_print_order(deliberation) if f.title != "I"] == printed


def test_drawn_gives_every_framework_every_place(cast):
    deliberation = at_conflict(cast)
    rows = [tensions.add_tension(deliberation, by=cast.facilitator, kind="framework", title=title) for title in "ABC"]
    firsts = [drawn(rows, str(seed))[0].title for seed in range(300)]
    assert all(70 < firsts.count(title) < 130 for title in "ABC")


# --- On, and early ends


def test_submit_says_everything_that_is_missing(cast):
    deliberation = at_conflict(cast)
    with pytest.raises(Invalid) as wrong:
        conflict.submit(deliberation, by=cast.facilitator)
    said = set(wrong.value.errors.values())
    assert {
        "There are fewer than two options, one of them not to do it.",
        "Nobody is named who bears a harm if this is chosen: “Do not do it”.",
        "Fewer than two frameworks stand in tension.",
        "Nobody is named who bears the decision.",
        "No decision holder is named.",
        "The terms are not drafted.",
    } <= said
    deliberation.refresh_from_db()
    assert deliberation.state == State.DRAFT


def test_a_complete_conflict_lacks_only_its_list(cast):
    deliberation = at_draft(cast)
    assert {lack.where for lack in conflict.missing(deliberation)} == {"stakeholders"}
    tensions.suggest_tensions(deliberation, by=cast.facilitator)
    assert "trade-offs" in {lack.where for lack in conflict.missing(deliberation)} or "groups" in {
        lack.where for lack in conflict.missing(deliberation)
    }


def test_withdraw_says_what_now_happens_and_tells_the_staff(cast):
    deliberation = at_draft(cast)
    with pytest.raises(Invalid) as wrong:
        conflict.withdraw(deliberation, by=cast.facilitator, reason="It was settled otherwise.", meanwhile=" ")
    assert list(wrong.value.errors) == ["meanwhile"]
    conflict.withdraw(deliberation, by=cast.facilitator, reason="Settled otherwise.", meanwhile="The tool stays off.")
    deliberation.refresh_from_db()
    assert deliberation.state == State.WITHDRAWN
    assert str(deliberation.ended_meanwhile) == "The tool stays off."
    assert [n.user for n in Notice.objects.filter(kind="withdrawn")] == [cast.holder]
    with pytest.raises(WrongState):
        options.add_option(deliberation, by=cast.facilitator, text="Late")


def test_settle_by_precedent_is_for_routine_questions_and_the_holder(cast):
    precedent = at_decided(cast).precedent_set.get()
    important = at_draft(cast)
    given = {"precedent": precedent, "reason": "The same.", "alike": "The tool.", "differs": "The posts."}
    with pytest.raises(Invalid):
        conflict.settle_by_precedent(important, by=cast.holder, **given)
    routine = at_draft(cast, urgency="ROUTINE")
    with pytest.raises(NotAllowed):
        conflict.settle_by_precedent(routine, by=cast.facilitator, **given)
    with pytest.raises(Invalid):
        conflict.settle_by_precedent(routine, by=cast.holder, **(given | {"differs": ""}))
    assert not Citation.objects.exists()
    conflict.settle_by_precedent(routine, by=cast.holder, **given)
    routine.refresh_from_db()
    assert routine.state == State.SETTLED
    assert Citation.objects.get().purpose == "settles"


# --- Pages


def _get(client, user, name, number, **more):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse(name, kwargs={"slug": "care", "number": number} | more))


def test_administrators_and_the_board_see_title_state_and_dates_only(cast, client):
    deliberation = at_draft(cast)
    for person in (cast.administrator, cast.second_facilitator, cast.second_holder, cast.reviewer):
        page = _get(client, person, "deliberation", deliberation.number)
        assert page.status_code == 200
        assert str(deliberation.question).encode() in page.content
        assert str(deliberation.decision_asked).encode() not in page.content
        assert b"The tool stays off" not in page.content
        for name in ("deliberation_intake", "deliberation_terms", "deliberation_seats"):
            assert _get(client, person, name, deliberation.number).status_code == 404


def test_others_do_not_learn_that_it_exists(cast, client):
    deliberation = at_draft(cast)
    for person in (cast.editor, cast.auditor, cast.outsider, cast.first):
        assert _get(client, person, "deliberation", deliberation.number).status_code == 404
    client.logout()
    there = client.get(reverse("deliberation", args=["care", deliberation.number]))
    nowhere = client.get(reverse("deliberation", args=["care", 999]))
    assert (there.status_code, nowhere.status_code) == (302, 302)


def test_a_refused_form_says_why_at_the_field_and_keeps_the_words(cast, client):
    deliberation = at_conflict(cast)
    client.force_login(cast.facilitator, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("deliberation_finding_add", args=["care", deliberation.number])
    page = client.post(address, {"kind": "known", "text": "<script>alert(1)</script> שלום 🙂", "source": ""})
    assert page.status_code == 422
    assert b"Say how this is known." in page.content
    assert b"<script>alert(1)" not in page.content
    again = _get(client, cast.facilitator, "deliberation_intake", deliberation.number)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; שלום 🙂" in again.content.decode()
    sent = client.post(address, {"kind": "unknown", "text": "Whom it leaves out.", "source": ""})
    assert sent.status_code == 302
    assert sent["Location"].endswith("#findings")


def test_a_row_of_another_question_is_not_there(cast, client):
    mine, other = at_conflict(cast), at_conflict(cast)
    option = Option.objects.get(deliberation=other)
    client.force_login(cast.facilitator, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("deliberation_harm_add", args=["care", mine.number, option.pk])
    assert client.post(address, {"bearer": "x", "harm": "y"}).status_code == 404
    assert not Harm.objects.exists()


def test_the_pages_of_a_draft_open_for_its_staff(cast, client):
    deliberation = at_draft(cast)
    tensions.suggest_tensions(deliberation, by=cast.facilitator)
    names = ("deliberation", "deliberation_intake", "deliberation_terms", "deliberation_seats", "deliberation_withdraw")
    for person in (cast.facilitator, cast.holder):
        for name in (*names, "deliberation_settle"):
            assert _get(client, person, name, deliberation.number).status_code == 200


def test_a_question_is_put_on_its_page(cast, client):
    client.force_login(cast.facilitator, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("deliberation_new", args=["care"])
    assert client.get(address).status_code == 200
    refused = client.post(address, {"question": "May we?", "urgency": "IMPORTANT", "project": cast.other_project.pk})
    assert refused.status_code == 422
    assert "May we?" in client.get(address).content.decode()
    taken = client.post(
        address,
        {"question": "May we?", "decision_asked": "It", "urgency": "IMPORTANT", "project": cast.project.pk},
    )
    assert taken["Location"] == reverse("deliberation_intake", args=["care", 1])
    client.force_login(cast.holder, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 403


def test_the_intake_page_asks_as_many_questions_for_ten_things_as_for_one(cast, client, django_assert_max_num_queries):
    deliberation = at_draft(cast)
    _get(client, cast.facilitator, "deliberation_intake", deliberation.number)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as few:
        _get(client, cast.facilitator, "deliberation_intake", deliberation.number)
    for number in range(8):
        option = options.add_option(deliberation, by=cast.facilitator, text=f"Way {number}")
        options.add_harm(option, by=cast.facilitator, bearer=f"People {number}", harm="Much")
        options.add_finding(deliberation, by=cast.facilitator, kind="unknown", text=f"Thing {number}")
        for kind in ("framework", "trade_off", "group"):
            tensions.add_tension(deliberation, by=cast.facilitator, kind=kind, title=f"{kind} {number}")
    with CaptureQueriesContext(connection) as many:
        _get(client, cast.facilitator, "deliberation_intake", deliberation.number)
    assert len(many) <= len(few) + 1


def _guest(deliberation, name):
    """A browser in which the mailed link of this seat was opened."""
    from django.test import Client

    from deliberation.domain.links import token_of

    browser = Client()
    seat = Seat.objects.select_related("invitation").get(deliberation=deliberation, name=name)
    browser.post(reverse("participate", args=[token_of(seat.invitation)]))
    return browser, seat


def test_whoever_takes_part_reads_the_conflict_and_adds_to_it(cast):
    deliberation = invited(cast)
    browser, seat = _guest(deliberation, "Stakeholder one")
    at = ["care", deliberation.number]
    for name in ("deliberation", "deliberation_intake", "deliberation_terms"):
        assert browser.get(reverse(name, args=at)).status_code == 200
    page = browser.get(reverse("deliberation_intake", args=at)).content.decode()
    assert "Add something known, disputed or unknown" in page
    assert "Add an option" not in page
    assert "Drop it" not in page
    browser.post(reverse("deliberation_finding_add", args=at), {"kind": "unknown", "text": "Who reads at night."})
    assert Finding.objects.get(by_seat=seat).by_user is None
    option = Option.objects.filter(deliberation=deliberation).first()
    browser.post(reverse("deliberation_harm_add", args=[*at, option.pk]), {"bearer": "Nights", "harm": "Doubt."})
    assert Harm.objects.filter(by_seat=seat).exists()


def test_a_guest_does_nothing_that_is_staffs(cast):
    deliberation = invited(cast)
    browser, _seat = _guest(deliberation, "Stakeholder one")
    at = ["care", deliberation.number]
    before = Entry.objects.count()
    option = Option.objects.filter(deliberation=deliberation).first()
    for name, more in [
        ("deliberation_option_add", []),
        ("deliberation_option_strike", [option.pk]),
        ("deliberation_suggest", []),
        ("deliberation_tension_add", ["group"]),
        ("deliberation_terms", []),
        ("deliberation_terms_accept", []),
        ("deliberation_seats", []),
        ("deliberation_hand_over", []),
        ("deliberation_submit", []),
        ("deliberation_settle", []),
        ("deliberation_withdraw", []),
    ]:
        sent = {"text": "x", "title": "x", "reason": "x", "meanwhile": "x", "name": "x", "version": 1}
        assert browser.post(reverse(name, args=[*at, *more]), sent).status_code in {302, 403, 404, 409}, name
    assert Entry.objects.count() == before
    deliberation.refresh_from_db()
    assert deliberation.state == State.INVITING
