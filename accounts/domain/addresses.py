"""Addresses of people."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Invalid


def clean_address(email: str, field: str = "email") -> str:
    """The address in lower case. Raises Invalid at `field`."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(_("This is not an address mail can be sent to."), field) from None
    return email
