"""Dissent: written by people against a circulated draft, joined by others, and answered by the decision holder."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, perform
from deliberation.domain.asking_dissent import answered_draft
from deliberation.domain.seats import people_on
from deliberation.models import (
    Deliberation,
    Dissent,
    DissentAnswer,
    DissentJoin,
    Framework,
    Outcome,
    OutcomeVersion,
    Seat,
)


def write_dissent(
    deliberation: Deliberation,
    *,
    by: Seat,
    version_id: UUID,
    lead: str,
    objection: str,
    removed_by: str = "",
    predicts: str = "",
    framework: Framework | None = None,
    against: str = Dissent.Against.DECISION,
    replaces: Dissent | None = None,
    language: str = "",
) -> Dissent:
    """Write a dissent against the circulated version `version_id`, or change one's own (`replaces`).

    A changed dissent is a new row; who joined the old one is asked to look again, since they joined other words.
    Raises `WrongState` once the time for dissent is over, `Stale` where a newer version was circulated meanwhile.
    """
    with perform("write_dissent", deliberation, by=by) as act:
        version = _open_version(act, version_id)
        if against not in Dissent.Against.values:
            raise Invalid(_("Say whether it is against the decision or against how it was made."), "against")
        if framework is not None and (framework.deliberation_id != deliberation.pk or not framework.stands):
            raise Invalid(_("This framework is no longer in tension here."), "framework")
        if replaces is not None:
            replaces = _own(act, replaces)
        dissent = Dissent.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            outcome=version.outcome,
            written_against=version,
            seat=by,
            version=replaces.version + 1 if replaces else 1,
            language=language or by.language,
            at=act.now,
            confirmed_at=act.now,
            entry_id=act.entry_id,
            framework=framework,
            against=against,
            lead=act.keep("lead", lead),
            objection=act.keep("objection", objection),
            removed_by=act.keep("removed_by", removed_by, optional=True),
            predicts=act.keep("predicts", predicts, optional=True),
        )
        if replaces is not None:
            replaces.replaced_by = dissent
            replaces.save(update_fields=["replaced_by"])
            joined = [join.seat for join in replaces.joins.select_related("seat")]
            act.notify("dissent_changed", f"dissent:{dissent.pk}", seats=joined)
        answered_draft(act, by)
        act.notify("dissent_written", f"dissent:{dissent.pk}", users=people_on(deliberation, Part.HOLDER))
        act.subject = ("dissent", dissent.pk)
        act.decision = "changed" if replaces else "dissented"
        return dissent


def join_dissent(deliberation: Deliberation, dissent: Dissent, *, by: Seat) -> DissentJoin:
    """Join somebody else's dissent, in the time for dissent. Joining twice changes nothing."""
    with perform("join_dissent", deliberation, by=by) as act:
        _open_version(act)
        dissent = _standing(act, dissent)
        if dissent.seat_id == by.pk:
            raise NotAllowed(_("This is your own dissent. Others may join it."))
        join, _made = DissentJoin.objects.get_or_create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            dissent=dissent,
            seat=by,
            defaults={"at": act.now},
        )
        answered_draft(act, by)
        act.subject = ("dissent", dissent.pk)
        act.decision = "joined"
        return join


def withdraw_dissent(deliberation: Deliberation, dissent: Dissent, *, by: Seat) -> Dissent:
    """Take back one's own dissent, in the time for dissent. It stays in the record and is not printed."""
    with perform("withdraw_dissent", deliberation, by=by) as act:
        _open_version(act)
        dissent = _own(act, dissent)
        dissent.withdrawn_at = act.now
        dissent.save(update_fields=["withdrawn_at"])
        act.subject = ("dissent", dissent.pk)
        act.decision = "withdrawn"
        return dissent


def answer_dissent(deliberation: Deliberation, dissent: Dissent, *, by: User, text: str) -> DissentAnswer:
    """Answer a dissent, as its decision holder. The last answer stands; earlier ones stay in the record."""
    with perform("answer_dissent", deliberation, by=by) as act:
        dissent = _standing(act, dissent)
        answer = DissentAnswer.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            dissent=dissent,
            text=act.keep("answer", text),
            by_user=by,
            at=act.now,
        )
        told = [dissent.seat, *(join.seat for join in dissent.joins.select_related("seat"))]
        act.notify("dissent_answered", f"answer:{answer.pk}", seats=told)
        act.subject = ("dissent", dissent.pk)
        act.decision = "answered"
        return answer


def _open_version(act: Act, version_id: UUID | None = None) -> OutcomeVersion:
    """The circulated version whose time for dissent runs. A draft that nobody has seen yet does not end it."""
    version = (
        OutcomeVersion.objects.filter(deliberation=act.deliberation, circulated_at__isnull=False)
        .select_related("outcome")
        .order_by("-number")
        .first()
    )
    if version is None or version.outcome.state != Outcome.State.CIRCULATED:
        raise WrongState(_("There is no draft to dissent from yet."))
    if version_id is not None and version.pk != version_id:
        raise Stale(_("A new version was circulated while you wrote. Please look at what changed; your text is kept."))
    assert version.dissent_closes_at is not None
    if act.now >= version.dissent_closes_at:
        raise WrongState(_("The time for dissent is over. Your text is kept here, and only you can see it."))
    return version


def _standing(act: Act, dissent: Dissent) -> Dissent:
    found = Dissent.objects.filter(deliberation=act.deliberation, pk=dissent.pk).select_related("seat").first()
    if found is None or found.withdrawn_at is not None:
        raise Stale(_("This dissent was taken back meanwhile."))
    if found.replaced_by_id is not None:
        raise Stale(_("This dissent was changed meanwhile. Please read it as it stands now."))
    return found


def _own(act: Act, dissent: Dissent) -> Dissent:
    found = _standing(act, dissent)
    if act.seat is None or found.seat_id != act.seat.pk:
        raise NotAllowed(_("Only who wrote a dissent can change it or take it back."))
    return found
