"""A change of the list after invitations: a voice added, or one replaced that declined or was not reached.

Nobody is ever removed. Each amendment is approved on its own, by a person who did not draft it, while rounds go on.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, perform
from deliberation.domain.approval import prepare_seat
from deliberation.domain.invitations import send_one
from deliberation.domain.seats import sitter
from deliberation.domain.stakeholder_list import approvers, refuse_facilitators
from deliberation.domain.stakeholders import written_stakeholder
from deliberation.domain.terms import anyone_invited
from deliberation.models import Amendment, Deliberation, Framework, Group, Invitation, Seat, Stakeholder

REPLACEABLE = (Invitation.State.DECLINED, Invitation.State.NOT_REACHED, Invitation.State.NO_ANSWER)


def replaceable(deliberation: Deliberation) -> list[Stakeholder]:
    """Whom a new voice may stand in for: who declined, was not reached or did not answer, and is not replaced yet."""
    taken = Amendment.objects.filter(
        deliberation=deliberation,
        replaces__isnull=False,
        state__in=[Amendment.State.PROPOSED, Amendment.State.APPROVED],
    ).values("replaces_id")
    return list(
        Stakeholder.objects.filter(deliberation=deliberation, invitation__state__in=REPLACEABLE)
        .exclude(pk__in=taken)
        .select_related("invitation")
    )


def propose_amendment(
    deliberation: Deliberation,
    *,
    by: User,
    reason: str,
    title: str,
    why: str,
    replaces: Stakeholder | None = None,
    relation: str = Seat.Relation.AFFECTED,
    frameworks: Iterable[Framework] = (),
    groups: Iterable[Group] = (),
    email: str = "",
    address: str = "",
    language: str = "",
) -> Amendment:
    """Propose a voice. `why` is what they will read; `reason` says why the list needs it now.

    Raises `WrongState` before anybody was invited, when the list itself can still be changed.
    """
    with perform("propose_amendment", deliberation, by=by) as act:
        if not anyone_invited(deliberation):
            raise WrongState(_("Nobody was invited yet. Take the list up again and change it there."))
        if replaces is not None and replaces.pk not in {row.pk for row in replaceable(deliberation)}:
            raise Invalid(_("Only somebody who declined, did not answer or was not reached is replaced."), "replaces")
        stakeholder = written_stakeholder(
            act,
            title=title,
            why=why,
            relation=relation,
            frameworks=frameworks,
            groups=groups,
            email=email,
            address=address,
            language=language,
        )
        amendment = Amendment(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            kind=Amendment.Kind.REPLACE if replaces else Amendment.Kind.ADD,
            stakeholder=stakeholder,
            replaces=replaces,
            why=act.keep("reason", reason),
            drafted_by=by,
            drafted_at=act.now,
        )
        amendment.save(force_insert=True)
        act.notify("amendment_proposed", f"amendment:{amendment.pk}", users=approvers(deliberation, but=[by]))
        act.subject, act.decision = ("amendment", amendment.pk), "proposed"
    return amendment


def approve_amendment(deliberation: Deliberation, amendment: Amendment, *, by: User, reason: str) -> Invitation:
    """Approve it: the new voice gets a seat, and the invitation is sent at once, by mail where there is an address."""
    with perform("approve_amendment", deliberation, by=by, thing=amendment) as act:
        _decide(act, amendment, Amendment.State.APPROVED, reason)
        stakeholder = amendment.stakeholder
        refuse_facilitators(deliberation, [stakeholder.email])
        invitation = prepare_seat(act, stakeholder)
        channel = Invitation.Channel.MAIL if stakeholder.email else Invitation.Channel.LINK
        send_one(act, invitation, channel=channel)
    return invitation


def refuse_amendment(deliberation: Deliberation, amendment: Amendment, *, by: User, reason: str) -> None:
    with perform("refuse_amendment", deliberation, by=by, thing=amendment) as act:
        _decide(act, amendment, Amendment.State.REFUSED, reason)


def _decide(act: Act, amendment: Amendment, state: str, reason: str) -> None:
    if amendment.deliberation_id != act.deliberation.pk:
        raise NotAllowed(_("This belongs to another deliberation."))
    if amendment.state != Amendment.State.PROPOSED:
        raise Stale(_("Somebody has decided on this already: %(state)s.") % {"state": amendment.get_state_display()})
    amendment.state = state
    amendment.decided_by, amendment.decided_at = act.user, act.now
    amendment.reason = act.keep("reason", reason)
    amendment.save()
    facilitator = sitter(act.deliberation, Part.FACILITATOR)
    act.notify("amendment_decided", f"amendment:{amendment.pk}", users=[facilitator] if facilitator else [])
    act.subject, act.decision = ("amendment", amendment.pk), state
