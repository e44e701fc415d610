"""Who holds which part: the facilitator's, the decision holder's and the approver's seat of one deliberation.

Gates compare persons. Whoever ever sat on the facilitator's seat is never the decision holder, never approves and
never signs here; `accounts.SeatUser` keeps who sat where, from when until when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.domain.seats import sit, stand_up
from accounts.models import Membership, SeatUser, User
from accounts.refusals import Invalid, WrongState
from accounts.roles import Part, Role
from deliberation.domain.act import Act, perform
from deliberation.models import Amendment, Deliberation, Invitation, Seat, Stakeholder
from deliberation.models.conflict import State, Terms

LISTING = (State.DRAFT, State.STAKEHOLDERS)
"""While the list is not approved, seats may be given to others freely."""


def seat_of(deliberation: Deliberation, part: Part) -> Seat | None:
    """The one seat of `part` (facilitator, decision holder or approver), if it was made yet."""
    return Seat.objects.filter(deliberation=deliberation, part=part).order_by("-id").first()


def sitters(deliberations: Iterable[Deliberation], part: Part) -> dict[UUID, User]:
    """Who sits on that seat now, by deliberation; where nobody does, it is not among the keys."""
    seats = Seat.objects.filter(deliberation__in=deliberations, part=part).values("pk")
    rows = SeatUser.objects.filter(seat_id__in=seats, until__isnull=True).select_related("user")
    return {row.deliberation_id: row.user for row in rows.order_by("-pk")}


def sitter(deliberation: Deliberation, part: Part) -> User | None:
    """Who sits on that seat now, or None."""
    return sitters([deliberation], part).get(deliberation.pk)


def people_on(deliberation: Deliberation, *parts: Part) -> list[User]:
    """The users who now sit on the seats of these parts, each once: whom to tell."""
    seats = Seat.objects.filter(deliberation=deliberation, part__in=parts).values("pk")
    sitting = SeatUser.objects.filter(seat_id__in=seats, until__isnull=True).select_related("user")
    return list({row.user_id: row.user for row in sitting}.values())


def able_to_hold(users: Iterable[User]) -> set[UUID]:
    """Those of the `users` who are members with the role of decision holder now, and may sign in."""
    rows = Membership.objects.filter(user__in=users, user__is_active=True, ended_at__isnull=True)
    return set(rows.filter(role_rows__role=Role.DECISION_HOLDER).values_list("user_id", flat=True))


def holder_has_left(deliberation: Deliberation) -> bool:
    """Whether nobody could sign: the decision holder is no longer a member, has lost the role, or may not sign in."""
    holder = sitter(deliberation, Part.HOLDER)
    return holder is None or holder.pk not in able_to_hold([holder])


def facilitators_ever(deliberations: Iterable[Deliberation]) -> dict[UUID, set[UUID]]:
    """Everybody who sits or ever sat on the facilitator's seat, by deliberation."""
    seats = Seat.objects.filter(deliberation__in=deliberations, part=Part.FACILITATOR).values("pk")
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for key, user in SeatUser.objects.filter(seat_id__in=seats).values_list("deliberation_id", "user_id"):
        found[key].add(user)
    return found


def ever_facilitated(deliberation: Deliberation, user: User) -> bool:
    """Whether `user` sits or ever sat on the facilitator's seat here."""
    return user.pk in facilitators_ever([deliberation])[deliberation.pk]


def is_voice(deliberation: Deliberation, user: User) -> bool:
    """Whether `user` takes part as a voice here, or did."""
    seats = Seat.objects.filter(deliberation=deliberation, part=Part.PARTICIPANT).values("pk")
    return SeatUser.objects.filter(seat_id__in=seats, user=user).exists()


def is_asked(deliberation: Deliberation, user: User) -> bool:
    """Whether `user` is asked here as a voice at their own address, whether or not they have answered yet."""
    asked = Invitation.objects.filter(deliberation=deliberation, stakeholder__email=user.email.lower())
    listed = Stakeholder.objects.filter(deliberation=deliberation, email=user.email.lower())
    refused = Amendment.State.REFUSED
    return asked.exists() or listed.filter(status__in=Stakeholder.STANDING).exclude(amendment__state=refused).exists()


def seat_person(act: Act, part: Part, user: User) -> Seat:
    """Put `user` on the seat of `part`, which is made if need be. Who sat there stands up; their row stays."""
    deliberation = act.deliberation
    seat = seat_of(deliberation, part)
    if seat is None:
        seat = Seat(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            part=part,
            name=str(user),
            language=user.language,
            created_at=act.now,
        )
        seat.save(force_insert=True)
    else:
        stand_up(seat.pk)
        seat.name, seat.language = str(user), user.language
        seat.save(update_fields=["name", "language"])
    sit(deliberation.organisation, deliberation.pk, seat.pk, user)
    return seat


def name_holder(deliberation: Deliberation, *, by: User, user: User) -> Seat:
    """Name the decision holder: a member with that role who never facilitated here. They may be a voice too.

    Naming another one makes accepted terms a new version: what one person accepted by name does not bind the next.
    Once the list is approved they can only be replaced when they have left or lost the role, or nobody could sign.
    Raises `Invalid` with what stands against the person named, `WrongState` while the holder is still there.
    """
    with perform("name_holder", deliberation, by=by) as act:
        _must_be(deliberation, user, Role.DECISION_HOLDER)
        if deliberation.state not in LISTING and not holder_has_left(deliberation):
            raise WrongState(_("Once the list is approved, the decision holder stays the one who accepted the terms."))
        if sitter(deliberation, Part.HOLDER) == user:
            raise Invalid(_("%(name)s is the decision holder already.") % {"name": user}, "user")
        seat = seat_person(act, Part.HOLDER, user)
        _ask_terms_again(act)
        act.subject, act.decision = ("seat", seat.pk), "named"
        act.notify("seat_given", f"seat:{seat.pk}:{act.entry_id}", users=[user])
    return seat


def name_approver(deliberation: Deliberation, *, by: User, user: User) -> Seat:
    """Name a second person who may approve the list, in place of whoever was named before. Raises `Invalid`."""
    with perform("name_approver", deliberation, by=by) as act:
        _must_be(deliberation, user, Role.DECISION_HOLDER)
        if sitter(deliberation, Part.HOLDER) == user:
            raise Invalid(_("%(name)s holds the decision and may approve the list already.") % {"name": user}, "user")
        if sitter(deliberation, Part.APPROVER) == user:
            raise Invalid(_("%(name)s may approve the list already.") % {"name": user}, "user")
        seat = seat_person(act, Part.APPROVER, user)
        act.subject, act.decision = ("seat", seat.pk), "named"
        act.notify("seat_given", f"seat:{seat.pk}:{act.entry_id}", users=[user])
    return seat


def hand_over(deliberation: Deliberation, *, by: User, user: User, reason: str = "") -> Seat:
    """Give the facilitator's seat to another member with that role. Whoever held it stays barred from signing.

    Raises `Invalid` for the holder, for a voice, and for somebody who is no facilitator of the organisation.
    """
    with perform("hand_over", deliberation, by=by) as act:
        _must_be_member(user, Role.FACILITATOR)
        before = sitter(deliberation, Part.FACILITATOR)
        if before == user:
            raise Invalid(_("%(name)s is the facilitator already.") % {"name": user}, "user")
        if sitter(deliberation, Part.HOLDER) == user:
            raise Invalid(_("%(name)s holds the decision here, and so cannot facilitate.") % {"name": user}, "user")
        if is_voice(deliberation, user) or is_asked(deliberation, user):
            raise Invalid(_("%(name)s is a voice here, and so cannot facilitate.") % {"name": user}, "user")
        act.keep("reason", reason, optional=True)
        seat = seat_person(act, Part.FACILITATOR, user)
        act.subject, act.decision = ("seat", seat.pk), "handed_over"
        told = {person for person in (user, before, sitter(deliberation, Part.HOLDER)) if person and person != by}
        act.notify("handed_over", f"hand_over:{act.entry_id}", users=sorted(told, key=lambda u: u.pk))
    return seat


def _must_be(deliberation: Deliberation, user: User, role: Role) -> None:
    """Raise `Invalid` unless `user` is a member with `role` and never facilitated here."""
    _must_be_member(user, role)
    if ever_facilitated(deliberation, user):
        raise Invalid(
            _("%(name)s facilitates this deliberation, or did. It takes a second person for this.") % {"name": user},
            "user",
        )


def _must_be_member(user: User, role: Role) -> None:
    membership = Membership.objects.filter(user=user, ended_at__isnull=True).prefetch_related("role_rows").first()
    if membership is None or not user.is_active:
        raise Invalid(_("This person is not a member here."), "user")
    if role not in membership.roles:
        raise Invalid(
            _("%(name)s does not have the role of %(role)s. An administrator gives it.")
            % {"name": user, "role": role.label},
            "user",
        )


def _ask_terms_again(act: Act) -> None:
    latest = Terms.objects.filter(deliberation=act.deliberation).order_by("-version").first()
    if latest is None or latest.accepted_by_id is None:
        return
    latest.pk = Terms._meta.pk.get_default()
    latest.version += 1
    latest.drafted_by, latest.drafted_at = act.user, act.now
    latest.accepted_by = latest.accepted_at = None
    latest.accepted_name = ""
    latest.save(force_insert=True)
    invited = Seat.objects.filter(
        deliberation=act.deliberation, invitation__state__in=[Invitation.State.SENT, Invitation.State.ACCEPTED]
    )
    act.notify("terms_changed", f"terms:{latest.pk}", seats=invited)
