"""A member's own address of the calendar of reviews: signed, theirs alone, and ended by them at any time."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import clock
from accounts.domain.acting import acting_in
from accounts.models import Membership, Organisation, User
from accounts.permissions import rule
from accounts.refusals import Stale
from accounts.scope import open_organisation
from deliberation.models import CalendarLink

SALT = "deliberation.calendar"


def token_of(link: CalendarLink) -> str:
    """What stands in the address. It opens the calendar and nothing else."""
    return signing.dumps([link.organisation_id.hex, link.pk.hex], salt=SALT)


def current_link(membership: Membership) -> CalendarLink | None:
    """The membership's address that still opens, if it has one."""
    return CalendarLink.objects.filter(membership=membership, ended_at__isnull=True).first()


def make_calendar_link(membership: Membership, *, by: User) -> CalendarLink:
    """Make a new address. The one before ends at once. Raises `Stale` where another was made this moment."""
    try:
        with acting_in("make_calendar_link", membership.organisation, by=by) as act:
            _end(membership)
            with transaction.atomic():
                link = CalendarLink.objects.create(
                    organisation_id=membership.organisation_id, membership=membership, created_at=clock.now()
                )
            act.done(("calendar_link", link.pk), "made")
    except IntegrityError:
        raise Stale(_("An address was made a moment ago. Please look again.")) from None
    return link


def end_calendar_link(membership: Membership, *, by: User) -> None:
    """End the address. Raises `Stale` where there is none any more."""
    with acting_in("end_calendar_link", membership.organisation, by=by) as act:
        link = _end(membership)
        if link is None:
            raise Stale(_("There is no address any more."))
        act.done(("calendar_link", link.pk), "ended")


def _end(membership: Membership) -> CalendarLink | None:
    link = current_link(membership)
    if link is not None:
        link.ended_at = clock.now()
        link.save(update_fields=["ended_at"])
    return link


def membership_of_token(token: str) -> Membership | None:
    """Whose calendar it is: None for a token that is not ours, was ended, or whose member may not read reviews now."""
    try:
        organisation_hex, link_hex = signing.loads(token, salt=SALT)
        organisation_id, link_id = UUID(organisation_hex), UUID(link_hex)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    organisation = Organisation.objects.filter(pk=organisation_id, deactivated_at__isnull=True).first()
    if organisation is None:
        return None
    with open_organisation(organisation):
        link = CalendarLink.objects.filter(pk=link_id, ended_at__isnull=True).select_related("membership__user").first()
        if link is None or not link.membership.is_current or not link.membership.user.is_active:
            return None
        membership: Membership = link.membership
        membership.organisation = organisation
        return membership if rule("read_reviews").admits(membership.roles) else None
