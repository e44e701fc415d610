"""Addresses of people: one person, one address."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.domain.names import one_line
from accounts.models import User
from accounts.refusals import Invalid


def clean_address(email: str, field: str = "email") -> str:
    """The address in lower case. Raises Invalid at `field`."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(_("This is not an address mail can be sent to."), field) from None
    return email


def new_user(email: str, name: str) -> User | None:
    """A new person at a clean address, inside a verb; None where somebody has it, were it since this very moment."""
    if User.objects.filter(email=email).exists():
        return None
    try:
        # Two organisations may take the same person in at once, and no row of one holds up the other.
        with transaction.atomic():
            return User.objects.create_user(email, one_line(name), created_at=clock.now())
    except IntegrityError:
        return None
