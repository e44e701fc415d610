"""What the floors below tell this app of."""

from typing import Any

from django.db.models import Q

from accounts.idempotency import forget_words
from accounts.models import Organisation
from audit import signals
from audit.models import Text
from deliberation.models import Deliberation


def connect() -> None:
    signals.text_erased.connect(forget_what_was_proposed, dispatch_uid="deliberation.receivers.text_erased")


def forget_what_was_proposed(sender: object, *, organisation: Organisation, text: Text, **kwargs: Any) -> None:
    """An answer that is kept for a repeated request says what was read in the conflict that was proposed."""
    proposed = Deliberation.objects.filter(Q(question=text) | Q(decision_asked=text), organisation=organisation)
    for pk in proposed.values_list("pk", flat=True):
        forget_words(organisation, id=str(pk))
