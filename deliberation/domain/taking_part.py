"""Being asked: opening the link, taking part in words and frameworks of one's own, declining, leaving."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.domain.seats import sit
from accounts.models import SeatUser, User
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, perform
from deliberation.domain.asks import ask_newcomer
from deliberation.domain.invitations import own_invitation
from deliberation.domain.seats import ever_facilitated, sitter
from deliberation.domain.stakeholder_list import in_tension
from deliberation.domain.terms import accepted_terms
from deliberation.models import (
    Ask,
    CoversGroup,
    Deliberation,
    Framework,
    Gap,
    Invitation,
    Request,
    Seat,
    Terms,
    Voice,
)

WAITING = (Invitation.State.SENT, Invitation.State.NO_ANSWER, Invitation.State.NOT_REACHED)
"""States in which an answer is still taken: a late voice is a voice."""


def open_link(deliberation: Deliberation, invitation: Invitation, *, series: int, user: User | None = None) -> Seat:
    """Open the participation a link is for, on the press of its button.

    A signed-in `user` whose address is the one invited, or who holds a link that was handed over, also gets the
    seat itself, so that they find it again when they sign in. Raises `Stale` for a link that was replaced, and
    `NotAllowed` for a facilitator, past or present: they are never a voice here.
    """
    with perform("open_link", deliberation, by=invitation.seat) as act:
        row = own_invitation(deliberation, invitation)
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


def _of_seat(act: Act) -> Invitation:
    return Invitation.objects.select_related("stakeholder", "seat", "terms").get(seat=act.seat)


# --- Yes


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


# --- No


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
        tell_facilitator(act, "invitation_declined", row)
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
        tell_facilitator(act, "invitation_left", row)
        act.subject, act.decision = ("invitation", row.pk), "left"
    by.refresh_from_db()
    return row


def tell_facilitator(act: Act, kind: str, row: Invitation | Request) -> None:
    facilitator = sitter(act.deliberation, Part.FACILITATOR)
    about = "request" if isinstance(row, Request) else "invitation"
    act.notify(kind, f"{about}:{row.pk}", users=[facilitator] if facilitator else [])
