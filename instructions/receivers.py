"""What the floors below tell this app of."""

from typing import Any

from django.db.models import F

from accounts.models import Organisation
from audit import signals
from instructions.models import History


def connect() -> None:
    signals.text_erased.connect(forget_words, dispatch_uid="instructions.receivers.text_erased")


def forget_words(sender: object, *, organisation: Organisation, **kwargs: Any) -> None:
    """Whatever a process keeps of the history may hold the words that were erased: it is read anew."""
    History.objects.filter(organisation=organisation).update(version=F("version") + 1)
