"""What the floors below tell this app of."""

from typing import Any

from accounts.idempotency import forget_words
from accounts.models import Organisation
from audit import signals
from audit.models import Text
from oversight.models import Check


def connect() -> None:
    signals.text_erased.connect(forget_answers_to_checks, dispatch_uid="oversight.receivers.text_erased")


def forget_answers_to_checks(sender: object, *, organisation: Organisation, text: Text, **kwargs: Any) -> None:
    """An answer that is kept for a repeated request repeats the act that was asked about."""
    for pk in Check.objects.filter(organisation=organisation, text=text).values_list("pk", flat=True):
        forget_words(organisation, "check_id", str(pk))
