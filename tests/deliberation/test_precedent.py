"""Precedents: citing says what is alike and differs, the search finds, likeness is told in words."""

import importlib

import pytest
from django.apps import apps
from django.urls import reverse

from accounts import clock
from accounts.models import SeatUser
from accounts.refusals import Invalid, NotAllowed
from accounts.scope import open_organisation
from audit.models import Text
from audit.texts import keep
from deliberation.domain.change_reports import accept_report, report_change
from deliberation.domain.findable import make_findable
from deliberation.domain.precedent import cite_precedent, today_in
from deliberation.domain.review import open_successor, sign_review, start_review
from deliberation.models import Citation, Framework, Precedent, PrecedentTerm
from deliberation.queries.likeness import similar
from deliberation.queries.precedent import Wanted, page_of, place_of, places_of_precedents, precedents
from tests.copies import past_the_guards
from tests.deliberation.pages import address, signed_in
from tests.deliberation.stages import (
    at_conflict,
    at_decided,
    at_review_due,
    at_review_prepared,
    precedent_of,
    review_of,
    seat_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


def reword(deliberation, question):
    deliberation.question = keep(deliberation.organisation, question)
    with past_the_guards():
        deliberation.save(update_fields=["question"])
    make_findable(precedent_of(deliberation))
    return deliberation


# --- Citing


def test_a_citation_keeps_that_the_review_was_overdue(cast):
    cited = precedent_of(at_review_due(cast))
    citing = at_conflict(cast, question="May the rota tool swap shifts?")
    one = cite_precedent(citing, cited, by=cast.facilitator, alike="A tool decides.", differs="Staff can be asked.")
    assert (one.was_overdue, one.was_under_review, one.purpose) == (True, False, "informs")


def test_a_citation_keeps_that_it_was_under_review(cast):
    review = review_of(at_review_due(cast))
    start_review(review, by=cast.reviewer)
    one = cite_precedent(
        at_conflict(cast), precedent_of(review.deliberation), by=cast.facilitator, alike="Both.", differs="This."
    )
    assert one.was_under_review


@pytest.mark.parametrize("missing", ["alike", "differs"])
def test_what_is_alike_and_what_differs_are_both_asked(cast, missing):
    given = {"alike": "A tool.", "differs": "Staff."} | {missing: "  "}
    with pytest.raises(Invalid) as refused:
        cite_precedent(at_conflict(cast), precedent_of(at_decided(cast)), by=cast.facilitator, **given)
    assert refused.value.field == missing
    assert not Citation.objects.exists()


def test_a_question_does_not_cite_its_own_outcome(cast):
    decided = at_decided(cast)
    with pytest.raises(Invalid):
        cite_precedent(decided, precedent_of(decided), by=cast.facilitator, alike="a", differs="b")


def test_a_retired_precedent_is_not_cited(cast):
    review = sign_review(at_review_prepared(cast, proposal="retire"), by=cast.holder)
    with pytest.raises(Invalid, match="retired"):
        cite_precedent(
            at_conflict(cast), precedent_of(review.deliberation), by=cast.facilitator, alike="a", differs="b"
        )


def test_only_who_has_a_part_cites(cast):
    with pytest.raises(NotAllowed):
        cite_precedent(
            at_conflict(cast), precedent_of(at_decided(cast)), by=cast.second_facilitator, alike="a", differs="b"
        )


# --- Where it stands


def test_it_says_that_it_is_overdue_shaken_and_never_binds(cast):
    decided = at_review_due(cast)
    report = report_change(precedent_of(decided), by=cast.editor, text="It changed.")
    before = place_of(precedent_of(decided))
    assert (before.is_overdue, before.is_shaken, before.reported) == (True, False, True)
    accept_report(report, by=cast.reviewer, reason="Yes.")
    after = place_of(precedent_of(decided))
    said = [str(one["says"]) for one in after.sentences]
    assert after.is_shaken
    assert said[0] == "Informs, does not bind"
    assert any("overdue" in one for one in said)
    assert any(one.startswith("Shaken") for one in said)


def test_a_signed_review_answers_what_shook_it(cast):
    review = at_review_prepared(cast)
    accept_report(
        report_change(review.precedent, by=cast.editor, text="It changed."), by=cast.reviewer, reason="It did."
    )
    assert place_of(review.precedent).is_shaken
    sign_review(review, by=cast.holder)
    assert not place_of(Precedent.objects.get(pk=review.precedent_id)).is_shaken


def test_standing_is_read_in_as_many_queries_for_three_as_for_one(cast, django_assert_max_num_queries):
    rows = [precedent_of(at_decided(cast)) for _n in range(3)]
    with django_assert_max_num_queries(3):
        places_of_precedents(rows, cast.organisation)


# --- The search


def test_the_search_finds_words_frameworks_states_and_overdue_ones(cast):
    first = precedent_of(reword(at_decided(cast), "May the night line record what callers say?"))
    late = precedent_of(at_review_due(cast))
    title = Framework.objects.filter(deliberation=first.deliberation_id, status="written").first()

    def found(**wanted):
        return set(precedents(cast.organisation, Wanted(**wanted)))

    assert found() == {first, late}
    assert found(text="night callers") == {first}
    assert found(text="elephant") == set()
    assert found(overdue=True) == {late}
    assert found(state="retired") == set()
    assert found(project=cast.project.slug) == {first, late}
    assert found(urgency="ROUTINE") == set()
    if title is not None:
        assert first in found(framework=title.title)


def test_pages_are_keyset(cast):
    made = [precedent_of(at_decided(cast)) for _n in range(3)]
    for wanted in (Wanted(), Wanted(text="screening tool")):
        page = page_of(cast.organisation, wanted, None, size=2)
        rest = page_of(cast.organisation, wanted, page.following, size=2)
        assert [*page.rows, *rest.rows] == made[::-1]
        assert rest.following is None


# --- Likeness


def test_likeness_says_what_is_alike_and_what_differs(cast):
    kept = precedent_of(at_decided(cast))
    found = similar("May the screening tool rank applicants before a person reads?", cast.organisation)
    assert [one.precedent for one in found] == [kept]
    assert any("applicant" in sentence for sentence in found[0].alike)
    assert any("does not apply to" in sentence for sentence in found[0].differs)


def test_likeness_is_the_same_twice_and_leaves_out_what_no_longer_stands(cast):
    review = at_review_prepared(cast, proposal="retire")
    standing = [precedent_of(at_decided(cast)) for _n in range(2)]
    sign_review(review, by=cast.holder)
    asked = "May the screening tool rank applicants before a person reads?"
    first, second = similar(asked, cast.organisation), similar(asked, cast.organisation)
    assert [one.precedent for one in first] == [one.precedent for one in second] == standing[::-1]


def test_a_deliberation_is_not_like_itself(cast):
    decided = at_decided(cast)
    assert similar(decided, cast.organisation) == []


def test_nothing_is_like_a_question_about_something_else(cast):
    at_decided(cast)
    assert similar("Shall we paint the fence green?", cast.organisation) == []


def test_it_is_found_by_what_it_shares_the_most_shared_first(cast):
    """The terms that the database counts order as comparing one by one would."""
    words, other = precedent_of(at_decided(cast)), precedent_of(at_decided(cast))
    PrecedentTerm.objects.filter(precedent=words).exclude(kind="word").delete()
    latest = precedent_of(at_decided(cast))
    asked = at_conflict(cast)
    assert [one.precedent for one in similar(asked, cast.organisation)] == [latest, other, words]
    assert [one.precedent for one in similar(asked, cast.organisation, most=1)] == [latest]
    PrecedentTerm.objects.filter(precedent=latest, kind="framework").delete()
    assert [one.precedent for one in similar(asked, cast.organisation)] == [other, latest, words]


def test_what_is_erased_is_compared_no_more(cast):
    """The database itself takes erased words out of the terms by which a precedent is found."""
    kept = precedent_of(at_decided(cast))
    question = kept.deliberation.question
    terms = PrecedentTerm.objects.filter(precedent=kept)
    assert terms.filter(term="applicant", text=question).exists()
    Text.objects.filter(pk=question.pk).update(body="", salt=b"", erased_at=clock.now())
    assert terms.exists()
    assert not terms.filter(text=question).exists()


def test_what_stands_no_more_keeps_no_terms(cast):
    review = at_review_prepared(cast, proposal="retire")
    terms = PrecedentTerm.objects.filter(precedent=review.precedent)
    assert terms.exists()
    sign_review(review, by=cast.holder)
    assert not terms.exists()


def test_terms_of_earlier_precedents_are_those_made_today(cast):
    """What was decided before terms were kept gets them from the migration."""
    kept = precedent_of(at_decided(cast))
    rows = PrecedentTerm.objects.filter(precedent=kept)
    made = set(rows.values_list("kind", "term", "text"))
    rows.delete()
    terms = importlib.import_module("deliberation.migrations.0005_terms_of_earlier_precedents")
    for _twice in range(2):
        terms.fill(apps, None)
    assert set(rows.values_list("kind", "term", "text")) == made


def test_no_field_of_a_precedent_could_make_it_bind():
    names = {field.name for field in Precedent._meta.get_fields()}
    assert not {name for name in names if "bind" in name or "weight" in name or "score" in name}


# --- Pages


@pytest.mark.parametrize("how_many", [0, 1, 2])
def test_the_list_works_with_none_one_and_many(cast, how_many):
    for _n in range(how_many):
        at_decided(cast)
    page = signed_in(cast.editor).get(reverse("precedents", args=[cast.organisation.slug]))
    assert page.status_code == 200
    assert ("Nothing has been decided here yet" in page.content.decode()) == (how_many == 0)


def test_a_precedent_leads_to_its_outcome(cast):
    decided = at_decided(cast)
    client = signed_in(cast.editor)
    page = client.get(reverse("precedent", args=[cast.organisation.slug, decided.number]))
    assert page["Location"] == address("outcome", decided)
    assert client.get(reverse("precedent", args=[cast.organisation.slug, 999])).status_code == 404


def test_foreigners_see_nothing(cast):
    decided = at_decided(cast)
    client = signed_in(cast.outsider)
    for name, args in (
        ("precedents", []),
        ("precedent", [decided.number]),
        ("precedent_cite", [decided.number]),
        ("reviews", []),
        ("review", [decided.number]),
        ("change_report", None),
    ):
        url = address(name, decided) if args is None else reverse(name, args=[cast.organisation.slug, *args])
        assert client.get(url).status_code == 404, name


def test_citing_on_the_page_asks_for_both(cast):
    decided = at_review_due(cast)
    citing = at_conflict(cast, question="May the rota tool swap shifts?")
    client = signed_in(cast.facilitator)
    url = reverse("precedent_cite", args=[cast.organisation.slug, decided.number])
    page = client.get(url + f"?in={citing.number}").content.decode()
    assert "Its review is overdue" in page
    page = client.post(url, {"deliberation": citing.number, "alike": "A tool decides.", "differs": ""})
    assert "Say what differs" in page.content.decode()
    assert "A tool decides." in page.content.decode()
    page = client.post(url, {"deliberation": citing.number, "alike": "A tool decides.", "differs": "Staff."})
    assert page["Location"] == address("deliberation", citing)
    assert Citation.objects.get().was_overdue


def test_the_list_compares_words_that_came_by_post_only(cast):
    at_decided(cast)
    client = signed_in(cast.editor)
    url = reverse("precedents", args=[cast.organisation.slug])
    words = "May the screening tool rank applicants before a person reads?"
    assert "What is alike" in client.post(url, {"like": words}).content.decode()
    assert "What is alike" not in client.get(url, {"like": words}).content.decode()


def test_a_change_is_reported_by_a_member_and_decided_by_a_reviewer(cast):
    decided = at_decided(cast)
    url = address("change_report", decided)
    page = signed_in(cast.editor).post(url, {"trigger": "", "text": "Swaps cross wards since October."})
    assert page["Location"] == address("outcome", decided)
    report = precedent_of(decided).reports.get()
    decide = reverse("change_decide", args=[cast.organisation.slug, report.pk])
    reviewer = signed_in(cast.reviewer)
    assert "Say why." in reviewer.post(decide, {"reason": "", "do": "accept"}).content.decode()
    assert reviewer.post(decide, {"reason": "I saw it.", "do": "accept"}).status_code == 302
    assert review_of(decided).state == "due"


# --- The review's pages


def test_a_review_walks_its_way_on_the_pages(cast):
    decided = at_review_due(cast)
    slug, number = cast.organisation.slug, decided.number
    reviewer, holder = signed_in(cast.reviewer), signed_in(cast.holder)

    def at(name):
        return reverse(name, args=[slug, number])

    assert "Take this review" in reviewer.get(at("review")).content.decode()
    reviewer.post(at("review_start"))
    assert "Prepare it" in reviewer.get(at("review")).content.decode()
    given = {"since_then": "Much.", "proposal": "reaffirm", "grounds": "It holds.", "new_date": ""}
    page = reviewer.post(at("review_prepare"), given).content.decode()
    assert "not for ever" in page
    assert "Much." in page
    given["new_date"] = (
        today_in(cast.organisation).replace(year=today_in(cast.organisation).year + 2, day=1).isoformat()
    )
    assert reviewer.post(at("review_prepare"), given).status_code == 302
    review = review_of(decided)
    signing = {"reason": "", "prepared_at": review.prepared_at.isoformat(), "proposal": "reaffirm"}
    page = reviewer.post(at("review_sign"), signing).content.decode()
    assert review_of(decided).state == "in_review"
    assert "Reaffirm it" in holder.get(at("review")).content.decode()
    assert holder.post(at("review_sign"), signing).status_code == 302
    assert precedent_of(decided).state == "in_force"
    assert review_of(decided).state == "scheduled"
    assert "Reaffirmed" in holder.get(at("review")).content.decode()


def test_a_broken_moment_in_the_signing_form_is_no_error_of_ours(cast):
    review = at_review_prepared(cast)
    url = reverse("review_sign", args=[cast.organisation.slug, review.deliberation.number])
    page = signed_in(cast.holder).post(url, {"reason": "", "prepared_at": "yesterday", "proposal": "reaffirm"})
    assert page.status_code == 422
    review.refresh_from_db()
    assert review.state == "in_review"


def test_a_successor_is_opened_on_its_page(cast):
    review = at_review_prepared(cast)
    url = reverse("review_successor", args=[cast.organisation.slug, review.deliberation.number])
    client = signed_in(cast.holder)
    assert client.get(url).status_code == 200
    page = client.post(url, {"question": "May it still?", "reason": "It failed.", "urgency": "IMPORTANT"})
    assert page.status_code == 302
    review.refresh_from_db()
    assert (review.state, review.successor.state) == ("to_deliberation", "proposed")


def test_who_dissented_finds_their_words_and_speaks(cast):
    decided = at_review_due(cast)
    review = start_review(review_of(decided), by=cast.reviewer)
    seat = seat_of(decided, "Stakeholder one")
    user = SeatUser.objects.get(seat_id=seat.pk, until__isnull=True).user
    client = signed_in(user)
    page = client.get(address("review_speak", decided))
    assert "You predicted" in page.content.decode()
    assert client.post(address("review_speak", decided), {"text": "It came as I said."}).status_code == 302
    assert str(review.voices.get().text) == "It came as I said."


def test_a_superseding_deliberation_is_named_where_the_old_one_is_shown(cast):
    review = at_review_prepared(cast)
    successor = open_successor(review, by=cast.holder, question="May it still?", reason="It failed.")
    page = signed_in(cast.reviewer).get(reverse("reviews", args=[cast.organisation.slug])).content.decode()
    assert successor.reference in page


def test_another_organisation_has_no_precedents_of_ours(cast):
    at_decided(cast)
    with open_organisation(cast.other):
        assert list(precedents(cast.other, Wanted())) == []
        assert similar("May the screening tool rank applicants?", cast.other) == []


def test_intake_shows_like_cases_with_what_differs(cast):
    """Who facilitates sees at intake what was decided before, what is alike and what differs."""
    at_decided(cast)
    asked = at_conflict(cast)
    page = signed_in(cast.facilitator).get(address("deliberation_intake", asked))
    assert page.status_code == 200
    assert page.context["likenesses"]
    assert all(one["alike"] and one["differs"] for one in page.context["likenesses"])


def test_like_cases_tell_nothing_of_a_deliberation_the_reader_has_no_part_in(cast):
    """A number typed into the search is not looked up for somebody without a seat there."""
    at_decided(cast)
    asked = at_conflict(cast, question="A question about the wages of night staff")
    address_of_all = reverse("precedents", args=[cast.organisation.slug])
    page = signed_in(cast.auditor).post(address_of_all, {"like": str(asked.number)})
    assert page.context["likenesses"] == []
