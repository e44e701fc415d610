"""Inviting: an invitation is sent, its link renewed, and silence, which is never assent, is marked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, User
from accounts.notifications import mail_is_sent
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from deliberation.domain.act import Act, perform
from deliberation.domain.due import each_due
from deliberation.domain.rounds import schedule_rounds
from deliberation.domain.terms import accepted_terms
from deliberation.domain.timetable import durations_of
from deliberation.models import (
    Deliberation,
    Invitation,
    Notice,
)
from deliberation.permissions import INVITED

# --- Sending


def send_invitations(
    deliberation: Deliberation,
    *,
    by: User,
    invitations: Collection[Invitation] | None = None,
    channel: str = Invitation.Channel.MAIL,
    answer_by: datetime | None = None,
) -> list[Invitation]:
    """Send those of the `invitations` that are not sent; without any, all that have a mail address.

    `channel` is `mail`, `link` (handed over by the facilitator) or `letter`. `answer_by` is the timetable's unless
    given. Raises `WrongState` unless the newest terms are accepted.
    """
    with perform("send_invitations", deliberation, by=by) as act:
        rows = Invitation.objects.filter(deliberation=deliberation).select_related("stakeholder", "seat")
        if invitations is None:
            rows = rows.filter(state=Invitation.State.LISTED).exclude(stakeholder__email="")
        else:
            rows = rows.filter(pk__in=[row.pk for row in invitations])
        chosen = list(rows.order_by("pk"))
        if not chosen:
            raise Invalid(_("There is nobody to send an invitation to this way."))
        for row in chosen:
            send_one(act, row, channel=channel, answer_by=answer_by)
        schedule_rounds(deliberation, now=act.now)
        act.decision = "sent"
        if len(chosen) == 1:
            act.subject = ("invitation", chosen[0].pk)
    return chosen


def send_one(act: Act, invitation: Invitation, *, channel: str, answer_by: datetime | None = None) -> None:
    """Send one invitation inside the verb that does so: by mail, by a link handed over, or by letter."""
    deliberation, stakeholder = act.deliberation, invitation.stakeholder
    if channel not in Invitation.Channel.values:
        raise Invalid(_("Choose mail, a link, or a letter."), "channel")
    if invitation.state != Invitation.State.LISTED:
        raise Stale(_("%(who)s has been invited already.") % {"who": stakeholder.title})
    if channel == Invitation.Channel.MAIL and not mail_is_sent():
        raise Invalid(_("This installation sends no mail. Hand them a link or a letter."), "channel")
    if channel == Invitation.Channel.MAIL and not stakeholder.email:
        raise Invalid(
            _("No mail address is known for %(who)s. Hand them a link or a letter.") % {"who": stakeholder.title},
            "channel",
        )
    terms = accepted_terms(deliberation)
    if terms is None:
        raise WrongState(_("Nobody is invited before the decision holder has accepted the newest terms."))
    durations = durations_of(deliberation.organisation, deliberation.urgency)
    answer_by = answer_by or act.now + timedelta(hours=durations.answer_invitation)
    if answer_by <= act.now:
        raise Invalid(_("This moment has passed. Please choose one to come."), "answer_by")
    invitation.state = Invitation.State.SENT
    invitation.channel = channel
    invitation.sent_at, invitation.answer_by = act.now, answer_by
    invitation.terms = terms
    invitation.save()
    if channel == Invitation.Channel.MAIL:
        act.notify("invitation", f"invitation:{invitation.pk}:{invitation.link_series}", seats=[invitation.seat])
    remind_at = answer_by - timedelta(hours=durations.remind_before)
    if stakeholder.email and remind_at > act.now:
        act.notify("invitation_reminder", f"invitation:{invitation.pk}", seats=[invitation.seat], due_at=remind_at)


def renew_link(deliberation: Deliberation, invitation: Invitation, *, by: User, by_hand: bool = False) -> Invitation:
    """Make a new link: every earlier one ends, wherever it was forwarded. It is mailed where the first one was.

    A link that was mailed is shown to nobody. With `by_hand` the new one is shown to the facilitator too, to be handed
    over: so nobody has it beside its receiver without the receiver being told of a new link.
    """
    with perform("renew_link", deliberation, by=by) as act:
        row = own_invitation(deliberation, invitation)
        if row.state == Invitation.State.LISTED:
            raise WrongState(_("This invitation was not sent yet; there is no link to renew."))
        if row.link_series >= 9999:
            raise WrongState(_("No further link can be made for this invitation."))
        row.link_series += 1
        mailed = row.channel == Invitation.Channel.MAIL
        if mailed and by_hand:
            row.channel = Invitation.Channel.LINK
        row.save(update_fields=["link_series", "channel"])
        if mailed:
            act.notify("invitation", f"invitation:{row.pk}:{row.link_series}", seats=[row.seat])
        act.subject, act.decision = ("invitation", row.pk), "renewed"
    return row


def mark_not_reached(deliberation: Deliberation, invitation: Invitation, *, by: User, note: str) -> Invitation:
    """Note that somebody could not be reached, and how that is known. They are printed as not reached."""
    with perform("mark_not_reached", deliberation, by=by) as act:
        row = own_invitation(deliberation, invitation)
        if row.state not in {Invitation.State.SENT, Invitation.State.NO_ANSWER}:
            raise WrongState(_("This invitation stands at “%(state)s”.") % {"state": row.get_state_display()})
        row.state = Invitation.State.NOT_REACHED
        row.note = act.keep("note", note)
        row.save()
        act.subject, act.decision = ("invitation", row.pk), "not_reached"
    return row


def resend(deliberation: Deliberation, notice: Notice, *, by: User) -> Notice:
    """Send a mail again of which it is not known whether it went out. The person decides, never the software."""
    with perform("resend", deliberation, by=by) as act:
        row = Notice.objects.filter(pk=notice.pk, deliberation=deliberation).first()
        if row is None or row.sent_at is not None or row.dropped_at is not None or row.claimed_at is None:
            raise Stale(_("This mail went out, or is not needed any more."))
        row.dropped_at = act.now
        row.save(update_fields=["dropped_at"])
        again = Notice(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            kind=row.kind,
            about=f"{row.about}:again-{act.entry_id.hex[-8:]}",
            seat=row.seat,
            user=row.user,
            due_at=act.now,
            created_at=act.now,
        )
        again.save(force_insert=True)
        act.subject, act.decision = ("notice", again.pk), "resent"
    return again


def own_invitation(deliberation: Deliberation, invitation: Invitation) -> Invitation:
    """The invitation as it stands now, inside the act. Raises `NotAllowed` for one of another deliberation."""
    row = (
        Invitation.objects.select_related("stakeholder", "seat")
        .filter(pk=invitation.pk, deliberation=deliberation)
        .first()
    )
    if row is None:
        raise NotAllowed(_("This belongs to another deliberation."))
    return row


# --- Silence


def lapse_invitation(invitation: Invitation) -> Invitation:
    """Mark an invitation nobody answered in time. Raises `Stale` where it was answered, or marked, meanwhile."""
    with perform("lapse_invitation", invitation.deliberation, by=SYSTEM) as act:
        row = own_invitation(invitation.deliberation, invitation)
        if row.state != Invitation.State.SENT or row.answer_by is None or row.answer_by > act.now:
            raise Stale(_("Nothing is due here any more."))
        row.state = Invitation.State.NO_ANSWER
        row.save(update_fields=["state"])
        act.subject, act.decision = ("invitation", row.pk), "no_answer"
    return row


def lapse_due_invitations(organisation: Organisation) -> int:
    """Mark every invitation whose time is over. Gives how many."""
    due = Invitation.objects.filter(
        state=Invitation.State.SENT, answer_by__lte=clock.now(), deliberation__state__in=[str(s) for s in INVITED]
    ).select_related("deliberation__organisation")
    return each_due(due, lapse_invitation)
