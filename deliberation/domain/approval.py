"""The gate of the list: approved, exactly as it stands, by somebody who had no hand in it, or returned.

Once anybody was invited the list changes by amendment alone.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import NotAllowed, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, perform
from deliberation.domain.seats import sitter
from deliberation.domain.stakeholder_list import approved_list, list_digest, refuse_facilitators
from deliberation.models import (
    Deliberation,
    Invitation,
    ListAuthor,
    Seat,
    Stakeholder,
    StakeholderList,
)


def approve_stakeholders(deliberation: Deliberation, *, by: User, digest: str, reason: str) -> StakeholderList:
    """Approve the exact list whose `digest` was before the approver, and prepare a seat and an invitation for each.

    Raises `Stale` where the list changed since, `NotAllowed` for everybody who had a hand in any version of it or
    ever facilitated.
    """
    waiting = _waiting(deliberation)
    with perform("approve_stakeholders", deliberation, by=by, thing=waiting) as act:
        waiting = _exactly(act, waiting, digest)
        if ListAuthor.objects.filter(deliberation=deliberation, user=by).exists():
            raise NotAllowed(_("You had a hand in this list. It takes a second person to approve it."))
        stakeholders = [entry.stakeholder for entry in waiting.entries.select_related("stakeholder").order_by("pk")]
        refuse_facilitators(deliberation, [s.email for s in stakeholders])
        waiting.state = StakeholderList.State.APPROVED
        waiting.decided_by, waiting.decided_at = act.user, act.now
        waiting.reason = act.keep("reason", reason)
        waiting.save()
        for stakeholder in stakeholders:
            prepare_seat(act, stakeholder)
        facilitator = sitter(deliberation, Part.FACILITATOR)
        act.notify("list_approved", f"list:{waiting.pk}", users=[facilitator] if facilitator else [])
        act.subject, act.decision = ("stakeholder_list", waiting.pk), "approved"
    return waiting


def return_stakeholders(deliberation: Deliberation, *, by: User, reason: str, digest: str = "") -> StakeholderList:
    """Give the list back to the facilitator, with a reason; the question is a draft again."""
    waiting = _waiting(deliberation)
    with perform("return_stakeholders", deliberation, by=by, thing=waiting) as act:
        waiting = _exactly(act, waiting, digest or (waiting.digest if waiting else ""))
        waiting.state = StakeholderList.State.RETURNED
        waiting.decided_by, waiting.decided_at = act.user, act.now
        waiting.reason = act.keep("reason", reason)
        waiting.save()
        facilitator = sitter(deliberation, Part.FACILITATOR)
        act.notify("list_returned", f"list:{waiting.pk}", users=[facilitator] if facilitator else [])
        act.subject, act.decision = ("stakeholder_list", waiting.pk), "returned"
    return waiting


def _waiting(deliberation: Deliberation) -> StakeholderList | None:
    return StakeholderList.objects.filter(deliberation=deliberation, state=StakeholderList.State.SUBMITTED).first()


def _exactly(act: Act, waiting: StakeholderList | None, digest: str) -> StakeholderList:
    """The list that waits, if it is the one that was seen. To be called while the deliberation's row is held."""
    changed = _("The list has changed since you opened this page. Nothing was decided. Please read it again.")
    if waiting is None or waiting.state != StakeholderList.State.SUBMITTED:
        raise Stale(changed)
    if digest != waiting.digest or digest != list_digest(act.deliberation):
        raise Stale(changed)
    return waiting


def prepare_seat(act: Act, stakeholder: Stakeholder) -> Invitation:
    """A participant's seat and its invitation, not yet sent."""
    owner = {"organisation": act.deliberation.organisation, "deliberation": act.deliberation}
    seat = Seat(
        **owner,
        part=Part.PARTICIPANT,
        name=stakeholder.title,
        relation=stakeholder.relation,
        language=stakeholder.language,
        created_at=act.now,
    )
    seat.save(force_insert=True)
    invitation = Invitation(**owner, stakeholder=stakeholder, seat=seat)
    invitation.save(force_insert=True)
    return invitation


def reopen_list(deliberation: Deliberation, *, by: User, reason: str) -> None:
    """Take the list up again before anybody was invited. Its approval is void, and the question a draft.

    Raises `WrongState` once somebody was invited: from then on a change is an amendment.
    """
    with perform("reopen_list", deliberation, by=by) as act:
        invitations = Invitation.objects.filter(deliberation=deliberation)
        if invitations.exclude(state=Invitation.State.LISTED).exists():
            raise WrongState(_("Somebody was invited already. From here on the list changes by amendment."))
        approved = approved_list(deliberation)
        if approved is None:
            raise Stale(_("The list has been taken up again already."))
        act.keep("reason", reason)
        approved.state = StakeholderList.State.VOIDED
        approved.save(update_fields=["state"])
        seats = list(invitations.values_list("seat_id", flat=True))
        # Nobody has been told of them: they were only prepared.
        invitations.delete()
        Seat.objects.filter(pk__in=seats).delete()
        told = approved.decided_by
        act.notify("list_reopened", f"list:{approved.pk}", users=[told] if told else [])
        act.subject, act.decision = ("stakeholder_list", approved.pk), "voided"
