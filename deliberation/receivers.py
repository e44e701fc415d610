"""What the floors below tell this app of."""

from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.idempotency import forget_words
from accounts.models import Organisation
from audit import signals
from audit.models import Text
from deliberation.domain.findable import make_findable, those_that_name
from deliberation.models import Deliberation


def connect() -> None:
    signals.text_erased.connect(forget_what_was_proposed, dispatch_uid="deliberation.receivers.text_erased")
    signals.text_erased.connect(find_by_what_is_left, dispatch_uid="deliberation.receivers.find_by_what_is_left")


def forget_what_was_proposed(sender: object, *, organisation: Organisation, text: Text, **kwargs: Any) -> None:
    """An answer that is kept for a repeated request says what was read in the conflict that was proposed."""
    proposed = Deliberation.objects.filter(Q(question=text) | Q(decision_asked=text), organisation=organisation)
    for pk in proposed.values_list("pk", flat=True):
        forget_words(organisation, id=str(pk))


def find_by_what_is_left(sender: object, *, organisation: Organisation, text: Text, **kwargs: Any) -> None:
    """The database has removed the words by which what names this text was found; the other texts still find it."""
    precedents = list(those_that_name(text).select_related("deliberation", "outcome__signed_version"))
    for precedent in precedents:
        make_findable(precedent)
    if precedents and connection.vendor == "sqlite":
        # Until its parts are merged, FTS5 keeps the words of a removed row and notes beside them that it is removed.
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO deliberation_fts(deliberation_fts) VALUES ('optimize')")
