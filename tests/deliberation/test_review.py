"""Reviews: what falls due is found once, however late; who may do what; and what becomes of the precedent."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import clock
from accounts.domain.members import end_membership, set_roles
from accounts.models import Membership
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Role
from audit.models import Entry
from deliberation.domain import conflict
from deliberation.domain import review as reviews
from deliberation.domain.change_reports import accept_report, dismiss_report, report_change
from deliberation.domain.precedent import cite_precedent, make_precedent, today_in
from deliberation.domain.reviewers import may_sign
from deliberation.models import ChangeReport, Notice, Precedent, Review, ReviewAuthor
from deliberation.queries.keyset import page_behind
from deliberation.queries.review import FEW, packet, queue
from deliberation.tasks import tick_organisation
from tests.copies import copy_rows, past_the_guards
from tests.deliberation.pages import signed_in
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


def told(kind, about=None):
    rows = Notice.objects.filter(kind=kind)
    if about is not None:
        rows = rows.filter(about=about)
    return {row.user.name if row.user else row.seat.name for row in rows.select_related("user", "seat")}


def in_a_year(cast):
    return today_in(cast.organisation) + timedelta(days=365)


# --- Falling due


def test_signing_schedules_the_first_review_at_the_start_of_its_day(cast):
    review = review_of(at_decided(cast))
    assert review.state == "scheduled"
    assert review.due_on == review.precedent.outcome.signed_version.review_date
    assert review.due_at.astimezone(review.due_at.tzinfo).isoformat() == review.due_at.isoformat()
    assert str(review.due_at.astimezone(_zone(cast)).time()) == "00:00:00"


def _zone(cast):
    from zoneinfo import ZoneInfo

    return ZoneInfo(cast.organisation.time_zone)


def test_a_review_is_opened_once_however_late_the_tick(cast):
    with time_machine.travel(clock.now() - timedelta(days=220), tick=True):
        deliberation = at_decided(cast)
    tick_organisation(cast.organisation.pk)
    tick_organisation(cast.organisation.pk)
    review = review_of(deliberation)
    assert review.state == "due"
    assert (review.opened_at - review.due_at).days >= 38
    assert Entry.objects.filter(event="deliberation.review.open").count() == 1
    assert told("review_due") == {"Reviewer", "Holder"}


def test_a_review_is_not_opened_before_its_day(cast):
    deliberation = at_decided(cast)
    assert reviews.open_due_reviews(cast.organisation) == 0
    assert review_of(deliberation).state == "scheduled"


def test_opening_early_makes_it_due_today(cast):
    review = reviews.open_review(review_of(at_decided(cast)), by=cast.reviewer)
    assert (review.state, review.due_on) == ("due", today_in(cast.organisation))


def test_a_facilitator_does_not_open_a_review(cast):
    with pytest.raises(NotAllowed):
        reviews.open_review(review_of(at_decided(cast)), by=cast.facilitator)


# --- Started, given back


def test_starting_puts_the_precedent_under_review_and_asks_who_dissented(cast):
    deliberation = at_review_due(cast)
    review = reviews.start_review(review_of(deliberation), by=cast.reviewer)
    assert review.state == "in_review"
    assert precedent_of(deliberation).state == "under_review"
    assert told("review_asked") == {"Stakeholder one"}


def test_starting_twice_is_refused(cast):
    review = review_of(at_review_due(cast))
    reviews.start_review(review, by=cast.reviewer)
    with pytest.raises(WrongState):
        reviews.start_review(Review.objects.get(pk=review.pk), by=cast.reviewer)


def test_giving_back_returns_the_precedent_and_keeps_the_words(cast):
    review = at_review_prepared(cast)
    reviews.give_back_review(review, by=cast.reviewer, reason="I am away for a month.")
    review.refresh_from_db()
    assert review.state == "due"
    assert review.prepared_at is None
    assert "811 of 962" in str(review.since_then)
    assert precedent_of(review.deliberation).state == "in_force"


def test_whoever_prepared_before_it_was_given_back_may_not_sign_what_another_prepares(cast):
    set_roles(cast.membership(cast.reviewer), by=cast.administrator, roles=[Role.REVIEWER, Role.DECISION_HOLDER])
    set_roles(cast.membership(cast.editor), by=cast.administrator, roles=[Role.REVIEWER])
    review = at_review_prepared(cast)
    reviews.give_back_review(review, by=cast.reviewer, reason="Away.")
    reviews.start_review(review, by=cast.editor)
    reviews.prepare_review(
        review, by=cast.editor, since_then="Nothing new.", proposal="retire", grounds="It is no longer used."
    )
    with pytest.raises(NotAllowed, match="prepared"):
        reviews.sign_review(review, by=cast.reviewer)
    assert {row.user.name for row in ReviewAuthor.objects.all()} == {"Reviewer", "Editor"}


def test_a_dissenter_speaks_to_the_review_and_may_add_to_it(cast):
    deliberation = at_review_due(cast)
    review, seat = review_of(deliberation), seat_of(deliberation, "Stakeholder one")
    reviews.start_review(review, by=cast.reviewer)
    reviews.speak_to_review(review, by=seat, text="It came as I said.")
    second = reviews.speak_to_review(review, by=seat, text="And the audit is still missing.")
    assert second.version == 2
    assert packet(review).not_heard_yet == []


# --- Prepared, signed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"new_date": None}, "new_date"),
        ({"since_then": " "}, "since_then"),
        ({"grounds": ""}, "grounds"),
        ({"proposal": "forget"}, "proposal"),
    ],
)
def test_preparing_says_what_is_missing(cast, changes, field):
    review = review_of(at_review_due(cast))
    reviews.start_review(review, by=cast.reviewer)
    given = {
        "since_then": "Much.",
        "grounds": "It holds.",
        "proposal": "reaffirm",
        "new_date": in_a_year(cast),
    } | changes
    with pytest.raises(Invalid) as refused:
        reviews.prepare_review(review, by=cast.reviewer, **given)
    assert refused.value.field == field


def test_a_past_date_is_refused(cast):
    review = review_of(at_review_due(cast))
    reviews.start_review(review, by=cast.reviewer)
    with pytest.raises(Invalid, match="passed"):
        reviews.prepare_review(
            review,
            by=cast.reviewer,
            since_then="Much.",
            grounds="It holds.",
            proposal="reaffirm",
            new_date=today_in(cast.organisation),
        )


def test_reaffirming_puts_it_in_force_and_schedules_the_next_review(cast):
    review = at_review_prepared(cast)
    reviews.sign_review(review, by=cast.holder, reason="I agree.")
    precedent = precedent_of(review.deliberation)
    assert precedent.state == "in_force"
    following = Review.objects.get(precedent=precedent, state="scheduled")
    assert following.due_on == review.new_date
    assert Entry.objects.get(pk=review.signed_entry_id).decision == "reaffirmed"


def test_retiring_ends_the_precedent(cast):
    review = at_review_prepared(cast, proposal="retire")
    reviews.sign_review(review, by=cast.second_holder)
    precedent = precedent_of(review.deliberation)
    assert precedent.state == "retired"
    assert not Review.objects.filter(precedent=precedent, state__in=Review.OPEN).exists()


def test_who_facilitated_may_not_sign(cast):
    set_roles(cast.membership(cast.facilitator), by=cast.administrator, roles=[Role.FACILITATOR, Role.DECISION_HOLDER])
    review = at_review_prepared(cast)
    with pytest.raises(NotAllowed, match="facilitate"):
        reviews.sign_review(review, by=cast.facilitator)
    assert cast.facilitator not in may_sign(review)


def test_what_was_prepared_anew_is_not_signed_unread(cast):
    review = at_review_prepared(cast)
    read = review.prepared_at
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=True):
        reviews.prepare_review(
            review, by=cast.reviewer, since_then="More.", proposal="retire", grounds="It failed after all."
        )
    with pytest.raises(Stale):
        reviews.sign_review(review, by=cast.holder, prepared_at=read)


def test_nothing_prepared_cannot_be_signed(cast):
    review = review_of(at_review_due(cast))
    reviews.start_review(review, by=cast.reviewer)
    with pytest.raises(Invalid):
        reviews.sign_review(review, by=cast.holder)


def test_whoever_cited_it_is_told_when_the_review_closes(cast):
    deliberation = at_review_due(cast)
    citing = at_conflict(cast, question="May the rota tool swap shifts?")
    cite_precedent(citing, precedent_of(deliberation), by=cast.facilitator, alike="A tool decides.", differs="Staff.")
    review = review_of(deliberation)
    reviews.start_review(review, by=cast.reviewer)
    reviews.prepare_review(review, by=cast.reviewer, since_then="x", grounds="y", proposal="retire")
    reviews.sign_review(review, by=cast.holder)
    assert told("review_closed") == {"Facilitator"}


# --- To a new deliberation


def test_a_successor_waits_for_a_facilitator_and_leaves_the_precedent_under_review(cast):
    review = at_review_prepared(cast)
    successor = reviews.open_successor(review, by=cast.holder, question="May it still?", reason="It failed.")
    assert (successor.state, successor.succeeds) == ("proposed", review.precedent)
    assert precedent_of(review.deliberation).state == "under_review"
    conflict.take_up(successor, by=cast.second_facilitator)
    assert successor.state == "draft"


def test_who_is_a_facilitator_too_opens_the_successor_as_its_draft(cast):
    set_roles(cast.membership(cast.reviewer), by=cast.administrator, roles=[Role.REVIEWER, Role.FACILITATOR])
    successor = reviews.open_successor(at_review_prepared(cast), by=cast.reviewer, question="And now?", reason="New.")
    assert successor.state == "draft"


@pytest.mark.parametrize("end", ["dismiss", "withdraw"])
def test_a_successor_that_ends_unsigned_brings_the_review_back(cast, end):
    review = at_review_prepared(cast)
    successor = reviews.open_successor(review, by=cast.holder, question="May it still?", reason="It failed.")
    if end == "dismiss":
        conflict.dismiss(successor, by=cast.facilitator, reason="Not now.")
    else:
        conflict.take_up(successor, by=cast.facilitator)
        conflict.withdraw(successor, by=cast.facilitator, reason="Not now.", meanwhile="It stays.")
    tick_organisation(cast.organisation.pk)
    tick_organisation(cast.organisation.pk)
    again = Review.objects.get(precedent=review.precedent, state__in=Review.OPEN)
    assert (again.state, again.precedent.state) == ("due", "in_force")
    review.refresh_from_db()
    assert review.state == "to_deliberation"


def test_a_signed_successor_supersedes(cast):
    review = at_review_prepared(cast)
    successor = reviews.open_successor(review, by=cast.holder, question="May it still?", reason="It failed.")
    later = at_decided(cast)
    old = review.precedent
    assert successor.succeeds_id == old.pk
    # What signing the successor does, without walking its whole way again.
    with past_the_guards():
        type(later).objects.filter(pk=later.pk).update(succeeds=old)
    later.refresh_from_db()
    new = precedent_of(later)
    from deliberation.domain.act import perform
    from deliberation.domain.precedent import supersede

    with perform("report_commitment", later, by=cast.holder) as act:
        supersede(act, old, new)
    old.refresh_from_db()
    assert (old.state, old.superseded_by, old.outcome.state) == ("superseded", new, "superseded")


# --- Reports


def test_an_accepted_report_makes_the_review_due_at_once(cast):
    deliberation = at_decided(cast)
    report = report_change(precedent_of(deliberation), by=cast.editor, text="Swaps cross wards since October.")
    assert told("change_reported") == {"Reviewer"}
    accept_report(report, by=cast.reviewer, reason="I saw the rota.")
    review = review_of(deliberation)
    assert (review.state, review.triggered_by) == ("due", report)
    assert told("report_decided") == {"Editor"}


def test_a_dismissed_report_changes_nothing_else(cast):
    deliberation = at_decided(cast)
    seat = seat_of(deliberation, "Stakeholder one")
    report = report_change(precedent_of(deliberation), by=seat, text="It changed.")
    dismiss_report(report, by=cast.holder, reason="It did not: see the log.")
    assert review_of(deliberation).state == "scheduled"
    with pytest.raises(WrongState):
        accept_report(report, by=cast.reviewer, reason="It did.")


def test_a_report_while_in_review_is_taken_up_by_that_review(cast):
    deliberation = at_review_due(cast)
    review = reviews.start_review(review_of(deliberation), by=cast.reviewer)
    report = report_change(precedent_of(deliberation), by=cast.editor, text="It changed.")
    accept_report(report, by=cast.reviewer, reason="Yes.")
    review.refresh_from_db()
    assert (review.state, review.triggered_by) == ("in_review", report)


# --- The queue


def test_the_queue_has_its_sections(cast):
    late = at_review_due(cast)
    citing = at_conflict(cast, question="May the rota tool swap shifts?")
    cite_precedent(citing, precedent_of(late), by=cast.facilitator, alike="A tool decides.", differs="Staff.")
    reported = at_decided(cast)
    report = report_change(precedent_of(reported), by=cast.editor, text="Changed.")
    found = queue(cast.organisation)
    assert [row.review.deliberation for row in found.overdue] == [late]
    assert found.overdue[0].days_overdue == (found.today - review_of(late).due_on).days
    assert found.reports == [report]
    assert [citation.deliberation for citation in found.cited] == [citing]
    assert found.soon == []


def test_the_queue_says_when_nobody_holds_the_decision(cast):
    at_review_due(cast)
    assert queue(cast.organisation).overdue[0].holder == cast.holder
    end_membership(cast.membership(cast.holder), by=cast.administrator)
    assert not Membership.objects.filter(user=cast.holder, ended_at__isnull=True).exists()
    assert queue(cast.organisation).overdue[0].holder is None


def test_the_queue_asks_as_many_queries_for_three_as_for_one(cast, django_assert_max_num_queries):
    at_review_due(cast)
    with django_assert_max_num_queries(12):
        queue(cast.organisation)
    at_review_due(cast)
    at_review_due(cast)
    with django_assert_max_num_queries(12):
        assert len(queue(cast.organisation).overdue) == 3


def test_a_long_section_goes_on_by_itself(cast):
    """The queue shows the beginning of each section, and each row is shown once."""
    late = at_review_due(cast)
    report_change(precedent_of(late), by=cast.editor, text="Changed.")
    copy_rows(FEW + 1, [late])
    page = signed_in(cast.reviewer)
    address = reverse("reviews", args=[cast.organisation.slug])
    first = page.get(address)
    sections = {section["key"]: section for section in first.context["sections"]}
    assert list(sections) == ["overdue", "due", "triggered", "cited", "waiting"]
    assert [one["title"] for one in sections["triggered"]["more"]] == ["More reports to decide on"]
    assert (len(sections["overdue"]["rows"]), len(sections["triggered"]["rows"])) == (FEW, FEW)
    for key in ("overdue", "triggered"):
        behind = page.get(address + "?" + sections[key]["more"][0]["query"])
        (section,) = behind.context["sections"]
        assert (section["key"], section["more"]) == (key, [])
        assert "The whole queue" in behind.content.decode()
        shown = [row["url"] for row in sections[key]["rows"] + section["rows"]]
        assert len(shown) == len(set(shown)) == FEW + 2


@pytest.mark.parametrize("latest_first", [False, True])
def test_pages_of_a_list_follow_each_other_where_dates_are_equal(cast, latest_first):
    late = at_review_due(cast)
    copy_rows(3, [report_change(precedent_of(late), by=cast.editor, text="Changed.")])
    report_change(precedent_of(late), by=cast.editor, text="Later.")
    rows = ChangeReport.objects.all()
    walked, place = page_behind(rows, "no place", "at", most=2, latest_first=latest_first)
    while place:
        page, place = page_behind(rows, place, "at", most=2, latest_first=latest_first)
        walked += page
    assert walked == list(rows.order_by(*(("-at", "-pk") if latest_first else ("at", "pk"))))


def test_a_precedent_needs_a_review_date(cast):
    deliberation = at_decided(cast)
    outcome = deliberation.outcome_set.get()
    outcome.signed_version.review_date = None

    class Nothing:
        now = clock.now()

    Nothing.deliberation = deliberation
    with pytest.raises(Invalid):
        make_precedent(Nothing, outcome)
    assert Precedent.objects.filter(deliberation=deliberation).count() == 1
