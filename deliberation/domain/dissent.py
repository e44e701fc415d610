"""Dissent: written by people against a circulated draft, joined by others, and answered by the decision holder."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, perform
from deliberation.domain.asking_dissent import answered_draft
from deliberation.domain.asks import settle_ask
from deliberation.domain.saying import TYPED, How, spoken
from deliberation.domain.seats import people_on
from deliberation.models import (
    Ask,
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
        if replaces is not None:
            replaces = _own(act, replaces)
        dissent = _write(
            act,
            by,
            TYPED if not language else How(language=language),
            version,
            lead=lead,
            objection=objection,
            removed_by=removed_by,
            predicts=predicts,
            framework=framework,
            against=against,
            replaces=replaces,
        )
        answered_draft(act, by)
        act.decision = "changed" if replaces else "dissented"
        return dissent


def dissent_said(
    act: Act,
    ask: Ask,
    how: How,
    *,
    version_id: UUID,
    lead: str,
    objection: str,
    removed_by: str = "",
    predicts: str = "",
    framework: Framework | None = None,
    against: str = Dissent.Against.DECISION,
) -> Dissent:
    """A dissent spoken, or written on paper, by the seat of `ask`, in the time for dissent. It stands at once."""
    row = _write(
        act,
        ask.seat,
        how,
        _open_version(act, version_id),
        lead=lead,
        objection=objection,
        removed_by=removed_by,
        predicts=predicts,
        framework=framework,
        against=against,
    )
    settle_ask(act, ask)
    return row


def _write(
    act: Act,
    seat: Seat,
    how: How,
    version: OutcomeVersion,
    *,
    lead: str,
    objection: str,
    removed_by: str,
    predicts: str,
    framework: Framework | None,
    against: str,
    replaces: Dissent | None = None,
) -> Dissent:
    deliberation = act.deliberation
    if against not in Dissent.Against.values:
        raise Invalid(_("Say whether it is against the decision or against how it was made."), "against")
    if framework is not None and (framework.deliberation_id != deliberation.pk or not framework.stands):
        raise Invalid(_("This framework is no longer in tension here."), "framework")
    dissent = Dissent.objects.create(
        **spoken(act, seat, how),
        outcome=version.outcome,
        written_against=version,
        version=replaces.version + 1 if replaces else 1,
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
    act.notify("dissent_written", f"dissent:{dissent.pk}", users=people_on(deliberation, Part.HOLDER))
    act.subject = ("dissent", dissent.pk)
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
