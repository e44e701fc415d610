"""The list: suggested, drawn up, submitted, approved exactly as it stands by a second person, amended later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain import amendments, approval, conflict, invitations, seats, stakeholder_list, stakeholders
from deliberation.domain.taking_part import decline_invitation
from deliberation.models import (
    Amendment,
    Ask,
    Deliberation,
    Gap,
    Invitation,
    ListAuthor,
    ListEntry,
    Notice,
    Seat,
    Stakeholder,
    StakeholderList,
    State,
)
from deliberation.queries import stakeholders as reads
from tests.cast import Cast
from tests.deliberation.stages import accepts, at_draft, at_inviting, at_stakeholders, invited, with_stakeholders

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def waiting(deliberation: Deliberation) -> StakeholderList:
    return StakeholderList.objects.get(deliberation=deliberation, state="submitted")


def add(cast: Cast, deliberation: Deliberation, title: str = "Night nurse", **facts: object) -> Stakeholder:
    words = {"why": "Nights are theirs."} | facts
    return stakeholders.add_stakeholder(deliberation, by=cast.facilitator, title=title, **words)  # type: ignore[arg-type]


# --- Drawing it up


def test_suggestions_are_inert_and_made_once(cast):
    deliberation = at_draft(cast)
    made = stakeholders.suggest_stakeholders(deliberation, by=cast.facilitator)
    assert made
    assert {row.status for row in made} == {"suggested"}
    assert stakeholder_list.standing_stakeholders(deliberation).count() == 0
    assert stakeholders.suggest_stakeholders(deliberation, by=cast.facilitator) == []
    with pytest.raises(Invalid) as refused:
        conflict.submit(deliberation, by=cast.facilitator)
    assert any("is only suggested" in sentence for sentence in refused.value.errors.values())


def test_keeping_takes_the_softwares_reason_and_changing_leaves_both(cast):
    deliberation = at_draft(cast)
    kept, changed, *_rest = stakeholders.suggest_stakeholders(deliberation, by=cast.facilitator)
    stakeholders.settle_stakeholder(deliberation, kept, by=cast.facilitator, do="keep")
    assert (kept.status, kept.why.body) == ("kept", kept.suggested_why)
    before = changed.suggested
    stakeholders.settle_stakeholder(
        deliberation,
        changed,
        by=cast.facilitator,
        do="change",
        title="Moana, who applied twice",
        why="She was refused.",
    )
    assert (changed.status, changed.suggested, changed.title) == ("changed", before, "Moana, who applied twice")
    stakeholders.settle_stakeholder(deliberation, changed, by=cast.facilitator, do="change", title=before)
    assert changed.status == "changed"


@pytest.mark.parametrize(
    ("kind", "reason", "field"),
    [("", "", "drop_kind"), ("other", "", "reason"), ("covered_by", "", "covered_by"), ("nonsense", "x", "drop_kind")],
)
def test_dropping_needs_its_reason(cast, kind, reason, field):
    deliberation = at_draft(cast)
    row = add(cast, deliberation)
    with pytest.raises(Invalid) as refused:
        stakeholders.settle_stakeholder(
            deliberation, row, by=cast.facilitator, do="drop", drop_kind=kind, reason=reason
        )
    assert field in refused.value.errors


def test_dropped_as_covered_holds_who_covers_and_can_be_taken_back(cast):
    deliberation = at_draft(cast)
    row, other = add(cast, deliberation), add(cast, deliberation, "Nurses’ union")
    by = cast.facilitator
    stakeholders.settle_stakeholder(deliberation, row, by=by, do="drop", drop_kind="covered_by", covered_by=other)
    assert (row.status, row.covered_by) == ("dropped", other)
    with pytest.raises(Invalid, match="Settle that one first"):
        stakeholders.settle_stakeholder(deliberation, other, by=by, do="drop", drop_kind="not_affected")
    stakeholders.settle_stakeholder(deliberation, row, by=by, do="keep")
    assert (row.status, row.covered_by, row.drop_kind) == ("written", None, "")


def test_facilitators_address_is_refused_past_and_present(cast):
    deliberation = at_draft(cast)
    seats.hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    for person in (cast.facilitator, cast.second_facilitator):
        with pytest.raises(Invalid, match="A facilitator is never a voice"):
            stakeholders.add_stakeholder(
                deliberation,
                by=cast.second_facilitator,
                title="Me",
                why="I know it.",
                email=person.email.upper(),
            )


def test_address_that_became_a_facilitators_keeps_the_list_from_being_submitted(cast):
    deliberation = at_draft(cast)
    with_stakeholders(cast, deliberation)
    add(cast, deliberation, "A colleague", email="colleague@care.example")
    cast.facilitator.email = "colleague@care.example"
    cast.facilitator.save()
    with pytest.raises(Invalid, match="take them off the list"):
        conflict.submit(deliberation, by=cast.facilitator)


def test_holder_may_be_a_voice_and_it_is_shown(cast):
    deliberation = at_draft(cast)
    add(cast, deliberation, "The head of people", email=cast.holder.email)
    page = reads.list_page(deliberation, cast.holder.pk)
    assert reads.holder_listed(deliberation, page) == "The head of people"


@pytest.mark.parametrize("email", ["no address", "a@b", "x" * 300 + "@people.example"])
def test_what_is_no_address_is_said_at_the_field(cast, email):
    with pytest.raises(Invalid) as refused:
        add(cast, at_draft(cast), email=email)
    assert "email" in refused.value.errors


def test_one_address_stands_once(cast):
    deliberation = at_draft(cast)
    add(cast, deliberation, email="moana@people.example")
    with pytest.raises(Invalid, match="already"):
        add(cast, deliberation, "Somebody else", email="Moana@people.example")


def test_only_the_facilitator_draws_it_up(cast):
    deliberation = at_draft(cast)
    for person in (cast.holder, cast.administrator, cast.second_facilitator, cast.outsider):
        with pytest.raises(NotAllowed):
            stakeholders.add_stakeholder(deliberation, by=person, title="Somebody", why="Because.")


# --- Gaps


def test_submitting_names_every_gap_and_takes_an_explanation(cast):
    deliberation = at_draft(cast)
    group, other = stakeholder_list.affected_groups(deliberation)
    framework, silent = stakeholder_list.in_tension(deliberation)
    for title in ("One", "Two"):
        add(cast, deliberation, title, frameworks=[framework], groups=[group])
    with pytest.raises(Invalid) as refused:
        conflict.submit(deliberation, by=cast.facilitator)
    said = " ".join(refused.value.errors.values())
    assert silent.title in said
    assert other.title in said
    by = cast.facilitator
    stakeholders.explain_gap(deliberation, by=by, group=other, explanation="They meet after the answer is due.")
    stakeholders.explain_gap(deliberation, by=by, framework=silent, explanation="Nobody was found who holds it.")
    conflict.submit(deliberation, by=by)
    assert deliberation.state == State.STAKEHOLDERS


def test_gap_that_is_none_cannot_be_explained_and_a_filled_one_is_struck(cast):
    deliberation = at_draft(cast)
    group, _other = stakeholder_list.affected_groups(deliberation)
    gap = stakeholders.explain_gap(deliberation, by=cast.facilitator, group=group, explanation="Nobody was found.")
    with_stakeholders(cast, deliberation)
    with pytest.raises(Stale):
        stakeholders.explain_gap(deliberation, by=cast.facilitator, group=group, explanation="Nobody was found.")
    conflict.submit(deliberation, by=cast.facilitator)
    assert Gap.objects.get(pk=gap.pk).struck_at is not None


def test_fewer_than_two_is_no_list(cast):
    deliberation = at_draft(cast)
    frameworks, groups = stakeholder_list.in_tension(deliberation), stakeholder_list.affected_groups(deliberation)
    add(cast, deliberation, frameworks=frameworks, groups=groups)
    with pytest.raises(Invalid, match="Fewer than two"):
        conflict.submit(deliberation, by=cast.facilitator)


# --- The gate


def test_submitted_list_holds_its_entries_and_digest_and_tells_the_holder(cast):
    deliberation = at_stakeholders(cast)
    version = waiting(deliberation)
    assert version.digest == stakeholder_list.list_digest(deliberation)
    assert ListEntry.objects.filter(list=version).count() == 4
    assert [row.user for row in ListAuthor.objects.filter(list=version)] == [cast.facilitator]
    assert Notice.objects.filter(kind="list_submitted", user=cast.holder).count() == 1


def test_approval_makes_a_seat_and_an_unsent_invitation_for_each(cast):
    deliberation = at_inviting(cast)
    assert deliberation.state == State.INVITING
    rows = Invitation.objects.filter(deliberation=deliberation)
    assert {row.state for row in rows} == {"listed"}
    assert {row.seat.part for row in rows} == {"participant"}
    assert {row.seat.name for row in rows} == {person.name for person in cast.stakeholders}
    entry = Entry.objects.filter(event="deliberation.stakeholders.approve").get()
    assert entry.decision == "approved"


@pytest.mark.parametrize("change", ["add", "edit", "drop", "gap", "raw"])
def test_approval_of_another_list_than_the_one_that_was_seen_is_refused(cast, change):
    deliberation = at_stakeholders(cast)
    seen = waiting(deliberation).digest
    row = stakeholder_list.standing_stakeholders(deliberation).last()
    if change == "add":
        add(cast, deliberation)
    elif change == "edit":
        stakeholders.settle_stakeholder(deliberation, row, by=cast.facilitator, do="change", email="new@people.example")
    elif change == "drop":
        stakeholders.settle_stakeholder(deliberation, row, by=cast.facilitator, do="drop", drop_kind="not_affected")
    elif change == "gap":
        group = stakeholder_list.affected_groups(deliberation)[0]
        stakeholders.speak_from(row, frameworks=None, groups=[])
        Gap.objects.create(
            organisation=cast.organisation,
            deliberation=deliberation,
            group=group,
            explanation=row.why,
            by_user=cast.facilitator,
            at=row.created_at,
        )
    else:
        Stakeholder.objects.filter(pk=row.pk).update(title="Somebody quite different")
    with pytest.raises(Stale, match="The list has changed"):
        approval.approve_stakeholders(deliberation, by=cast.holder, digest=seen, reason="All are on it.")
    deliberation.refresh_from_db()
    assert deliberation.state == State.STAKEHOLDERS


def test_changing_a_submitted_list_makes_a_new_version_that_waits(cast):
    deliberation = at_stakeholders(cast)
    first = waiting(deliberation)
    add(cast, deliberation)
    first.refresh_from_db()
    second = waiting(deliberation)
    assert (first.state, second.version) == ("voided", first.version + 1)
    approval.approve_stakeholders(deliberation, by=cast.holder, digest=second.digest, reason="All are on it.")
    assert Invitation.objects.filter(deliberation=deliberation).count() == 5


def test_whoever_had_a_hand_in_any_version_never_approves(cast):
    deliberation = at_draft(cast)
    with_stakeholders(cast, deliberation)
    seats.hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    conflict.submit(deliberation, by=cast.second_facilitator)
    digest = waiting(deliberation).digest
    for person in (cast.facilitator, cast.second_facilitator, cast.administrator, cast.second_holder):
        with pytest.raises(NotAllowed):
            approval.approve_stakeholders(deliberation, by=person, digest=digest, reason="Fine.")
    assert set(ListAuthor.objects.filter(list=waiting(deliberation)).values_list("user__name", flat=True)) == {
        "Facilitator",
        "Second facilitator",
    }


def test_named_approver_approves(cast):
    deliberation = at_stakeholders(cast)
    seats.name_approver(deliberation, by=cast.facilitator, user=cast.second_holder)
    approval.approve_stakeholders(
        deliberation, by=cast.second_holder, digest=waiting(deliberation).digest, reason="All are on it."
    )
    assert stakeholder_list.approved_list(deliberation).decided_by == cast.second_holder


def test_approval_needs_a_reason(cast):
    deliberation = at_stakeholders(cast)
    with pytest.raises(Invalid) as refused:
        approval.approve_stakeholders(deliberation, by=cast.holder, digest=waiting(deliberation).digest, reason="  ")
    assert "reason" in refused.value.errors


def test_returned_list_is_a_draft_again_and_its_authors_stay_barred(cast):
    deliberation = at_stakeholders(cast)
    approval.return_stakeholders(deliberation, by=cast.holder, reason="Nobody works nights.")
    assert deliberation.state == State.DRAFT
    add(cast, deliberation)
    conflict.submit(deliberation, by=cast.facilitator)
    assert waiting(deliberation).version == 2
    assert ListAuthor.objects.filter(list=waiting(deliberation), user=cast.facilitator).exists()


def test_second_decision_is_told_that_the_first_was_quicker(cast):
    deliberation = at_stakeholders(cast)
    digest = waiting(deliberation).digest
    approval.approve_stakeholders(deliberation, by=cast.holder, digest=digest, reason="All are on it.")
    with pytest.raises(WrongState):
        approval.return_stakeholders(deliberation, by=cast.holder, digest=digest, reason="Not all.")


def test_reopening_voids_the_approval_until_somebody_was_invited(cast):
    deliberation = at_inviting(cast)
    approval.reopen_list(deliberation, by=cast.facilitator, reason="The night shift was forgotten.")
    assert deliberation.state == State.DRAFT
    assert not Invitation.objects.filter(deliberation=deliberation).exists()
    assert not Seat.objects.filter(deliberation=deliberation, part="participant").exists()
    assert stakeholder_list.approved_list(deliberation) is None
    add(cast, deliberation)
    conflict.submit(deliberation, by=cast.facilitator)
    approval.approve_stakeholders(
        deliberation, by=cast.holder, digest=waiting(deliberation).digest, reason="Now all are on it."
    )
    invitations.send_invitations(deliberation, by=cast.facilitator)
    with pytest.raises(WrongState, match="by amendment"):
        approval.reopen_list(deliberation, by=cast.facilitator, reason="One more.")


# --- Amendments


def propose(cast: Cast, deliberation: Deliberation, **facts: object) -> Amendment:
    words = {"title": "Night nurse", "why": "Nights are theirs.", "reason": "Nobody works nights."} | facts
    return amendments.propose_amendment(deliberation, by=cast.facilitator, **words)  # type: ignore[arg-type]


def test_amendment_waits_for_invitations(cast):
    with pytest.raises(WrongState, match="Nobody was invited yet"):
        propose(cast, at_inviting(cast))


def test_approved_amendment_is_invited_at_once(cast):
    deliberation = invited(cast)
    amendment = propose(cast, deliberation, email="night@people.example")
    assert Notice.objects.filter(kind="amendment_proposed", user=cast.holder).exists()
    invitation = amendments.approve_amendment(deliberation, amendment, by=cast.holder, reason="They were missing.")
    assert (invitation.state, invitation.channel) == ("sent", "mail")
    assert Notice.objects.filter(kind="invitation", seat=invitation.seat).exists()


@pytest.mark.parametrize("person", ["facilitator", "second_facilitator", "administrator", "reviewer"])
def test_amendment_is_not_approved_by_its_drafter_nor_by_somebody_without_a_seat(cast, person):
    deliberation = invited(cast)
    amendment = propose(cast, deliberation)
    with pytest.raises(NotAllowed):
        amendments.approve_amendment(deliberation, amendment, by=getattr(cast, person), reason="Fine.")


def test_only_a_silent_or_declined_voice_is_replaced_and_once(cast):
    deliberation = invited(cast, accept=False)
    rows = {row.title: row for row in Stakeholder.objects.filter(deliberation=deliberation)}
    with pytest.raises(Invalid) as refused:
        propose(cast, deliberation, replaces=rows["Stakeholder one"])
    assert "replaces" in refused.value.errors
    seat = Seat.objects.get(invitation__stakeholder=rows["Stakeholder one"])
    decline_invitation(deliberation, by=seat)
    propose(cast, deliberation, replaces=rows["Stakeholder one"])
    with pytest.raises(Invalid):
        propose(cast, deliberation, title="Another", replaces=rows["Stakeholder one"])


def test_refused_amendment_asks_nobody_and_is_decided_once(cast):
    deliberation = invited(cast)
    amendment = propose(cast, deliberation)
    amendments.refuse_amendment(deliberation, amendment, by=cast.holder, reason="They are covered.")
    assert not Invitation.objects.filter(stakeholder=amendment.stakeholder).exists()
    with pytest.raises(Stale):
        amendments.approve_amendment(deliberation, amendment, by=cast.holder, reason="After all.")


def test_late_voice_gets_its_own_first_round(cast):
    from deliberation.domain.rounds import open_round

    deliberation = invited(cast)
    open_round(deliberation, by=cast.facilitator)
    deliberation.refresh_from_db()
    framework = stakeholder_list.in_tension(deliberation)[0]
    amendment = propose(cast, deliberation, email="night@people.example", frameworks=[framework])
    amendments.approve_amendment(deliberation, amendment, by=cast.holder, reason="They were missing.")
    seat = accepts(cast, deliberation, "Night nurse")
    assert Ask.objects.get(seat=seat, round__number=1).state == "open"
