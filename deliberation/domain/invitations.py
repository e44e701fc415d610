"""Being asked: an invitation is sent, accepted, declined, or meets silence, which is never assent.

A link opens a participation in one deliberation, never an account. It is signed over the invitation and the series of
its links, so that a new link ends the old ones.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts import clock
from accounts.domain.seats import sit
from accounts.models import Organisation, SeatUser, User
from accounts.notifications import mail_is_sent
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, Refused, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, perform
from deliberation.domain.asks import ask_newcomer
from deliberation.domain.rounds import schedule_rounds
from deliberation.domain.seats import ever_facilitated, sitter
from deliberation.domain.stakeholder_list import in_tension
from deliberation.domain.terms import accepted_terms
from deliberation.domain.timetable import durations_of
from deliberation.models import (
    Ask,
    CoversGroup,
    Deliberation,
    Framework,
    Gap,
    Invitation,
    Notice,
    Request,
    Seat,
    Terms,
    Voice,
)
from deliberation.permissions import INVITED

WAITING = (Invitation.State.SENT, Invitation.State.NO_ANSWER, Invitation.State.NOT_REACHED)
"""States in which an answer is still taken: a late voice is a voice."""

SALT = "deliberation.invitation"
SIGNATURE = 22
"""Characters of the signature in a link: 132 bits, and short enough to be typed from a letter."""


# The link


def token_of(invitation: Invitation) -> str:
    """What stands in the link: the invitation, the series of its links, and a signature over both."""
    name = base64.urlsafe_b64encode(invitation.pk.bytes).decode().rstrip("=") + str(invitation.link_series)
    return f"{name}.{_signature(name)}"


def read_token(token: str) -> tuple[UUID, int] | None:
    """The invitation's id and the series a link was made for, or None where its signature is not ours."""
    name, dot, signature = token.partition(".")
    if not dot or len(name) < 23 or not name[22:].isdecimal() or len(name) > 28:
        return None
    if not constant_time_compare(signature, _signature(name)):
        return None
    return UUID(bytes=base64.urlsafe_b64decode(name[:22] + "==")), int(name[22:])


def _signature(name: str) -> str:
    return Signer(salt=SALT).signature(name)[:SIGNATURE]


# Sending


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


def renew_link(deliberation: Deliberation, invitation: Invitation, *, by: User) -> Invitation:
    """Make a new link: every earlier one ends, wherever it was forwarded. It is mailed where the first one was."""
    with perform("renew_link", deliberation, by=by) as act:
        row = _own(deliberation, invitation)
        if row.state == Invitation.State.LISTED:
            raise WrongState(_("This invitation was not sent yet; there is no link to renew."))
        if row.link_series >= 9999:
            raise WrongState(_("No further link can be made for this invitation."))
        row.link_series += 1
        row.save(update_fields=["link_series"])
        if row.channel == Invitation.Channel.MAIL:
            act.notify("invitation", f"invitation:{row.pk}:{row.link_series}", seats=[row.seat])
        act.subject, act.decision = ("invitation", row.pk), "renewed"
    return row


def mark_not_reached(deliberation: Deliberation, invitation: Invitation, *, by: User, note: str) -> Invitation:
    """Note that somebody could not be reached, and how that is known. They are printed as not reached."""
    with perform("mark_not_reached", deliberation, by=by) as act:
        row = _own(deliberation, invitation)
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


def _own(deliberation: Deliberation, invitation: Invitation) -> Invitation:
    """The invitation as it stands now, inside the act. Raises `NotAllowed` for one of another deliberation."""
    row = (
        Invitation.objects.select_related("stakeholder", "seat")
        .filter(pk=invitation.pk, deliberation=deliberation)
        .first()
    )
    if row is None:
        raise NotAllowed(_("This belongs to another deliberation."))
    return row


def _of_seat(act: Act) -> Invitation:
    return Invitation.objects.select_related("stakeholder", "seat", "terms").get(seat=act.seat)


# Answering


def open_link(deliberation: Deliberation, invitation: Invitation, *, series: int, user: User | None = None) -> Seat:
    """Open the participation a link is for, on the press of its button.

    A signed-in `user` whose address is the one invited, or who holds a link that was handed over, also gets the
    seat itself, so that they find it again when they sign in. Raises `Stale` for a link that was replaced, and
    `NotAllowed` for a facilitator, past or present: they are never a voice here.
    """
    with perform("open_link", deliberation, by=invitation.seat) as act:
        row = _own(deliberation, invitation)
        if row.link_series != series:
            raise Stale(_("This link was replaced by a newer one. Please use the newest message or letter."))
        if row.state == Invitation.State.LISTED:
            raise Stale(_("This invitation was taken back. Nothing is asked of you."))
        if user is not None:
            if ever_facilitated(deliberation, user):
                raise NotAllowed(
                    _("You facilitate this deliberation, or did, so you are no voice in it. This link is for %(who)s.")
                    % {"who": row.stakeholder.title}
                )
            if not row.stakeholder.email or user.email.lower() == row.stakeholder.email:
                _take_seat(deliberation, row.seat, user)
        act.subject, act.decision = ("invitation", row.pk), "opened"
    return row.seat


def _take_seat(deliberation: Deliberation, seat: Seat, user: User) -> None:
    """Put the user on the seat if it is free and they sit on no other voice's seat here."""
    voices = Seat.objects.filter(deliberation=deliberation, part=Part.PARTICIPANT).values("pk")
    sitting = SeatUser.objects.filter(seat_id__in=voices, until__isnull=True)
    if not sitting.filter(seat_id=seat.pk).exists() and not sitting.filter(user=user).exists():
        sit(deliberation.organisation, deliberation.pk, seat.pk, user)


def accept_invitation(
    deliberation: Deliberation,
    *,
    by: Seat,
    name: str,
    relation: str,
    frameworks: Iterable[Framework] = (),
    own_framework: str = "",
    speaks_for: str = "",
    mandate: str = "",
    language: str = "",
    quoting: str = Seat.Quoting.ASK,
    terms: Terms | None = None,
) -> Invitation:
    """Take part, under `name`, in the frameworks chosen or one in their own words. A late yes is a yes.

    `terms` is the version that was read; raises `Stale` where another one stands now. Where round 1 has been opened,
    they get their own ask, with their own time.
    """
    with perform("accept_invitation", deliberation, by=by) as act:
        row = _of_seat(act)
        if row.state not in WAITING:
            raise WrongState(_already(row))
        stands = accepted_terms(deliberation) or row.terms
        if terms is not None and stands is not None and terms.pk != stands.pk:
            raise Stale(_("The terms were changed while you read. Please read them again; what you wrote is kept."))
        seat = row.seat
        seat.name = _line(name, 200, "name") or _missing("name", _("Please write the name others here will see."))
        if relation not in Seat.Relation.values:
            raise Invalid(_("Please say how you are asked."), "relation")
        seat.relation = relation
        seat.speaks_for = _line(speaks_for, 200, "speaks_for")
        if seat.speaks_for and not mandate.strip():
            raise Invalid(_("Please say who gave you the word for it, and when or how."), "mandate")
        seat.mandate = act.keep("mandate", mandate, optional=True) if seat.speaks_for else None
        seat.language = _line(language, 12, "language")
        if quoting not in Seat.Quoting.values:
            raise Invalid(_("Please say how you wish to be quoted."), "quoting")
        seat.quoting = quoting
        seat.save()
        chosen = _choose(act, seat, frameworks, own_framework)
        late = row.state != Invitation.State.SENT
        row.state = Invitation.State.ACCEPTED
        row.answered_at, row.terms = act.now, stands
        row.save()
        _close_gaps(act, row, chosen)
        ask_newcomer(act, seat)
        act.subject, act.decision = ("invitation", row.pk), "accepted_late" if late else "accepted"
    by.refresh_from_db()
    return row


def _already(row: Invitation) -> str:
    return {
        Invitation.State.ACCEPTED: _("You take part already."),
        Invitation.State.DECLINED: _("You declined. If that has changed, please write to who asked you."),
        Invitation.State.LEFT: _("You left this deliberation. What you said stays; nothing more is asked of you."),
    }.get(Invitation.State(row.state), _("This invitation was not sent yet."))


def _missing(field: str, sentence: str) -> str:
    raise Invalid(sentence, field)


def _line(value: str, most: int, field: str) -> str:
    value = " ".join((value or "").replace("\x00", "").split())
    if len(value) > most:
        raise Invalid(_("At most %(most)d characters fit here.") % {"most": most}, field)
    return value


def choose_frameworks(
    deliberation: Deliberation, *, by: Seat, frameworks: Iterable[Framework] = (), own_framework: str = ""
) -> list[Framework]:
    """Change the frameworks one speaks in; chosen by the speaker, never assigned. At least one stays."""
    with perform("choose_frameworks", deliberation, by=by) as act:
        row = _of_seat(act)
        if row.state != Invitation.State.ACCEPTED:
            raise WrongState(_("Please accept the invitation first."))
        chosen = _choose(act, row.seat, frameworks, own_framework)
        _close_gaps(act, row, chosen)
        act.subject, act.decision = ("seat", row.seat.pk), "chosen"
    return chosen


def _choose(act: Act, seat: Seat, frameworks: Iterable[Framework], own: str) -> list[Framework]:
    standing = {row.pk: row for row in in_tension(act.deliberation)}
    chosen = {one.pk: standing.get(one.pk) for one in frameworks}
    if None in chosen.values():
        raise Invalid(_("Choose among the frameworks in tension here, or write your own."), "frameworks")
    own = _line(own, 300, "own_framework")
    if own:
        framework = next((f for f in standing.values() if f.title.casefold() == own.casefold()), None)
        if framework is None:
            framework = Framework(
                organisation=act.deliberation.organisation,
                deliberation=act.deliberation,
                origin=Framework.Origin.HUMAN,
                status=Framework.Status.WRITTEN,
                title=own,
                settled_at=act.now,
                created_at=act.now,
                position_no=max([f.position_no for f in standing.values()], default=0) + 1,
            )
            framework.save(force_insert=True)
        chosen[framework.pk] = framework
    if not chosen:
        raise Invalid(_("Please choose at least one, or say in your own words what you speak from."), "frameworks")
    spoken = Voice.objects.filter(seat=seat, dropped_at__isnull=True)
    spoken.exclude(framework_id__in=chosen).update(dropped_at=act.now)
    held = set(spoken.values_list("framework_id", flat=True))
    for key in chosen:
        if key not in held:
            Voice(
                organisation=act.deliberation.organisation,
                deliberation=act.deliberation,
                seat=seat,
                framework_id=key,
                chosen_at=act.now,
            ).save(force_insert=True)
    return [framework for framework in chosen.values() if framework is not None]


def _close_gaps(act: Act, row: Invitation, frameworks: Iterable[Framework]) -> None:
    """A gap that this voice fills is one no more."""
    open_gaps = Gap.objects.filter(deliberation=act.deliberation, struck_at__isnull=True)
    open_gaps.filter(framework__in=list(frameworks)).update(struck_at=act.now)
    covers = CoversGroup.objects.filter(stakeholder=row.stakeholder).values("group_id")
    open_gaps.filter(group_id__in=covers).update(struck_at=act.now)


def decline_invitation(deliberation: Deliberation, *, by: Seat, statement: str = "") -> Invitation:
    """Say no, with a word if they wish. Printed as declined, never as heard."""
    with perform("decline_invitation", deliberation, by=by) as act:
        row = _of_seat(act)
        if row.state not in WAITING:
            raise WrongState(_already(row))
        row.state = Invitation.State.DECLINED
        row.answered_at = act.now
        row.statement = act.keep("statement", statement, optional=True)
        row.save()
        _tell_facilitator(act, "invitation_declined", row)
        act.subject, act.decision = ("invitation", row.pk), "declined"
    return row


def leave(deliberation: Deliberation, *, by: Seat, statement: str = "") -> Invitation:
    """Leave, at any time, with a statement if they wish. Printed as left, never as heard; what was said stays."""
    with perform("leave", deliberation, by=by) as act:
        row = _of_seat(act)
        if row.state != Invitation.State.ACCEPTED:
            raise WrongState(
                _already(row) if row.state not in WAITING else _("You have not accepted; you may decline.")
            )
        row.state = Invitation.State.LEFT
        row.statement = act.keep("statement", statement, optional=True)
        row.save()
        row.seat.left_at = act.now
        row.seat.save(update_fields=["left_at"])
        # Nobody waits for somebody who has left.
        Ask.objects.filter(seat=row.seat, state=Ask.State.OPEN).update(state=Ask.State.LAPSED)
        _tell_facilitator(act, "invitation_left", row)
        act.subject, act.decision = ("invitation", row.pk), "left"
    by.refresh_from_db()
    return row


def _tell_facilitator(act: Act, kind: str, row: Invitation | Request) -> None:
    facilitator = sitter(act.deliberation, Part.FACILITATOR)
    about = "request" if isinstance(row, Request) else "invitation"
    act.notify(kind, f"{about}:{row.pk}", users=[facilitator] if facilitator else [])


def ask_otherwise(deliberation: Deliberation, *, by: Seat, kind: str, text: str) -> Request:
    """Ask for another format, say for whom one speaks instead, or who is missing. The facilitator answers it."""
    with perform("ask_otherwise", deliberation, by=by) as act:
        if kind not in Request.Kind.values:
            raise Invalid(_("Please say what you ask for."), "kind")
        request = Request(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            kind=kind,
            seat=act.seat,
            text=act.keep("text", text),
            at=act.now,
        )
        request.save(force_insert=True)
        _tell_facilitator(act, "request_made", request)
        act.subject, act.decision = ("request", request.pk), "asked"
    return request


def answer_request(deliberation: Deliberation, request: Request, *, by: User, answer: str) -> Request:
    """Answer what was asked; the person is told. Raises `Stale` where it was answered already."""
    with perform("answer_request", deliberation, by=by) as act:
        row = Request.objects.select_related("seat").filter(pk=request.pk, deliberation=deliberation).first()
        if row is None:
            raise NotAllowed(_("This belongs to another deliberation."))
        if row.answered_at is not None:
            raise Stale(_("This has been answered already."))
        row.answer, row.answered_by, row.answered_at = act.keep("answer", answer), act.user, act.now
        row.save()
        act.notify("request_answered", f"request:{row.pk}", seats=[row.seat])
        act.subject, act.decision = ("request", row.pk), "answered"
    return row


# Silence


def lapse_invitation(deliberation: Deliberation, invitation: Invitation, *, by: object = SYSTEM) -> bool:
    """Mark an invitation nobody answered in time. Gives whether it was still to be marked."""
    with perform("lapse_invitation", deliberation, by=SYSTEM) as act:
        row = _own(deliberation, invitation)
        if row.state != Invitation.State.SENT or row.answer_by is None or row.answer_by > act.now:
            raise _NothingDue
        row.state = Invitation.State.NO_ANSWER
        row.save(update_fields=["state"])
        act.subject, act.decision = ("invitation", row.pk), "no_answer"
    return True


class _NothingDue(Refused):
    """Somebody answered meanwhile, or another worker got there first."""

    def __init__(self) -> None:
        super().__init__("Nothing is due.")


def lapse_due_invitations(organisation: Organisation) -> int:
    """Mark every invitation whose time is over. Gives how many."""
    due = Invitation.objects.filter(
        state=Invitation.State.SENT, answer_by__lte=clock.now(), deliberation__state__in=[str(s) for s in INVITED]
    ).select_related("deliberation__organisation")
    done = 0
    for row in list(due[:500]):
        try:
            done += lapse_invitation(row.deliberation, row)
        except Refused:
            continue
    return done
