"""Organisations and users of the installation: the operator's verbs, and those of the software that sets it up."""

from uuid import UUID
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.domain.acting import By, acting_on_installation
from accounts.domain.addresses import clean_address, new_user
from accounts.domain.members import add_member
from accounts.domain.names import one_line
from accounts.models import Organisation, Session, User
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, Stale
from accounts.roles import Role

# Short names that would read like an address of the site itself.
RESERVED = frozenset({"new", "settings", "api", "start", "demo-sign-in"})


def create_organisation(
    slug: str,
    name: str,
    *,
    by: By,
    administrator_email: str = "",
    administrator_name: str = "",
    time_zone: str = "UTC",
    language: str = "en",
    is_demo: bool = False,
) -> Organisation:
    """Make an organisation, with its first administrator where an address is given.

    Raises Invalid by field, Stale when somebody took the short name a moment before.
    """
    slug, name = slug.strip().lower(), one_line(name)
    errors: dict[str, object] = {}
    if not name:
        errors["name"] = _("An organisation needs a name.")
    try:
        validate_slug(slug)
    except ValidationError:
        errors["slug"] = _("A short name has letters, digits and hyphens only.")
    if slug in RESERVED:
        errors["slug"] = _("This short name is taken by the site itself. Choose another.")
    if time_zone not in available_timezones():
        errors["time_zone"] = _("This time zone is not known. An example: Pacific/Auckland.")
    if Organisation.objects.filter(slug=slug).exists():
        errors["slug"] = _("Another organisation has this short name.")
    if errors:
        raise Invalid(errors=errors)  # type: ignore[arg-type]
    with acting_on_installation("create_organisation", by=by) as act:
        organisation = Organisation(
            slug=slug,
            name=name,
            time_zone=time_zone,
            language=language,
            is_demo=is_demo,
            created_at=clock.now(),
        )
        try:
            with transaction.atomic():
                organisation.save(force_insert=True)
        except IntegrityError:
            raise Stale(_("Another organisation has this short name."), "slug") from None
        act.done(("organisation", organisation.pk), "created")
        if administrator_email:
            add_member(
                organisation,
                by=SYSTEM,
                email=administrator_email,
                name=administrator_name,
                roles={Role.ADMINISTRATOR},
            )
    return organisation


def free_slug(name: str) -> str:
    """A short name made from a name, not yet taken."""
    stem = slugify(name)[:40] or "organisation"
    slug, number = stem, 2
    while slug in RESERVED or Organisation.objects.filter(slug=slug).exists():
        slug, number = f"{stem}-{number}", number + 1
    return slug


def deactivate_organisation(organisation: Organisation, *, by: By) -> None:
    """Close an organisation to everyone. Nothing of it is deleted. Raises WrongState if it is closed already."""
    _set_deactivated(organisation, "deactivate_organisation", "active", "deactivated", by=by)


def reactivate_organisation(organisation: Organisation, *, by: By) -> None:
    """Open a deactivated organisation again."""
    _set_deactivated(organisation, "reactivate_organisation", "deactivated", "reactivated", by=by)


def _set_deactivated(organisation: Organisation, verb: str, state: str, decision: str, *, by: By) -> None:
    with transaction.atomic():
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        with acting_on_installation(verb, "active" if locked.is_active else "deactivated", by=by) as act:
            moment = clock.now() if state == "active" else None
            Organisation.objects.filter(pk=organisation.pk).update(deactivated_at=moment)
            organisation.deactivated_at = moment
            act.done(("organisation", organisation.pk), decision)


def create_user(email: str, name: str, *, by: By) -> User:
    """Make a user who belongs nowhere yet. They sign in by a code sent to their address."""
    email = clean_address(email)
    with acting_on_installation("create_user", by=by) as act:
        user = new_user(email, name)
        if user is None:
            raise Invalid(_("Somebody with this address is here already."), "email")
        act.done(("user", user.pk), "created")
    return user


def deactivate_user(user: User, *, by: By) -> None:
    """Stop a user from signing in and end their sessions; what they did stays. Raises Invalid for oneself."""
    if isinstance(by, User) and by.pk == user.pk:
        raise Invalid(_("You cannot deactivate yourself."))
    _set_active(user.pk, "deactivate_user", "active", "deactivated", by=by)
    user.is_active = False


def reactivate_user(user: User, *, by: By) -> None:
    """Let a deactivated user sign in again."""
    _set_active(user.pk, "reactivate_user", "deactivated", "reactivated", by=by)
    user.is_active = True


def _set_active(user_id: UUID, verb: str, state: str, decision: str, *, by: By) -> None:
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user_id)
        with acting_on_installation(verb, "active" if locked.is_active else "deactivated", by=by) as act:
            User.objects.filter(pk=user_id).update(is_active=state != "active")
            Session.objects.filter(user_id=user_id).delete()
            act.done(("user", user_id), decision)
