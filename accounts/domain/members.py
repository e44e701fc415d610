"""Members of an organisation, and their roles."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.domain.acting import By, acting_in
from accounts.domain.addresses import clean_address, new_user
from accounts.models import Membership, MembershipRole, Organisation, User
from accounts.refusals import Invalid, Stale
from accounts.roles import Role


def add_member(
    organisation: Organisation, *, by: By, email: str, name: str = "", roles: Iterable[Role | str] = ()
) -> Membership:
    """Take somebody into the organisation by their address; who is not a user yet becomes one.

    The name of an existing user is theirs and stays. Raises Invalid by field: no address, a member already,
    no name for a new person, an operator, an unknown role.
    """
    email = clean_address(email)
    wanted = _known(roles)
    with acting_in("add_member", organisation, by=by) as act:
        made = new_user(email, name) if name.strip() else None
        user = made or User.objects.filter(email=email).first()
        if user is None:
            raise Invalid(_("Somebody new needs a name."), "name")
        if user.is_operator:
            raise Invalid(_("The platform operator cannot be a member of an organisation."), "email")
        if Membership.objects.filter(user=user, ended_at__isnull=True).exists():
            raise Invalid(_("Somebody with this address is a member already."), "email")
        membership = Membership(organisation=organisation, user=user, created_at=clock.now())
        try:
            with transaction.atomic():
                membership.save(force_insert=True)
        except IntegrityError:
            raise Stale(_("Somebody with this address is a member already."), "email") from None
        for role in sorted(wanted):
            MembershipRole(organisation=organisation, membership=membership, role=role).save(force_insert=True)
        act.done(("membership", membership.pk), "added")
    return membership


def set_roles(membership: Membership, roles: Iterable[Role | str], *, by: By) -> Membership:
    """Give a member exactly these roles. Raises Invalid when no administrator would be left."""
    wanted = _known(roles)
    with acting_in("set_roles", membership.organisation, by=by) as act:
        membership = Membership.objects.get(pk=membership.pk)
        if not membership.is_current:
            raise Stale(_("This membership has ended."))
        rows = {Role(row.role): row for row in MembershipRole.objects.filter(membership=membership)}
        if Role.ADMINISTRATOR in rows and Role.ADMINISTRATOR not in wanted:
            _must_not_be_last(membership)
        for role in sorted(wanted - rows.keys()):
            MembershipRole(organisation_id=membership.organisation_id, membership=membership, role=role).save(
                force_insert=True
            )
        for role in sorted(rows.keys() - wanted):
            rows[role].delete()
        act.done(("membership", membership.pk), "changed")
    return membership


def end_membership(membership: Membership, *, by: By) -> None:
    """End a membership now. What the person did stays, under the same membership. Raises Invalid for the last
    administrator, Stale when it has ended already."""
    with acting_in("end_membership", membership.organisation, by=by) as act:
        current = Membership.objects.get(pk=membership.pk)
        if not current.is_current:
            raise Stale(_("This membership has ended already."))
        if Role.ADMINISTRATOR in current.roles:
            _must_not_be_last(current)
        moment = clock.now()
        Membership.objects.filter(pk=membership.pk).update(ended_at=moment)
        membership.ended_at = moment
        act.done(("membership", membership.pk), "ended")


def _known(roles: Iterable[Role | str]) -> set[Role]:
    try:
        return {Role(role) for role in roles}
    except ValueError:
        raise Invalid(_("This role is not known."), "roles") from None


def _must_not_be_last(membership: Membership) -> None:
    others = MembershipRole.objects.filter(role=Role.ADMINISTRATOR, membership__ended_at__isnull=True).exclude(
        membership=membership
    )
    if not others.exists():
        raise Invalid(_("This is the last administrator. Make somebody else administrator first."), "roles")
