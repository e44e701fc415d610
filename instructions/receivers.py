"""What the floors below tell this app of."""

from typing import Any

from django.db import connection
from django.db.models import F

from accounts.idempotency import forget_words
from accounts.models import Organisation
from audit import signals
from audit.models import Text
from instructions.models import History, Revision


def connect() -> None:
    signals.text_erased.connect(forget_what_was_read, dispatch_uid="instructions.receivers.text_erased")


def forget_what_was_read(sender: object, *, organisation: Organisation, text: Text, **kwargs: Any) -> None:
    """Whatever a process keeps of the history may hold the words that were erased, and so may an answer to a key."""
    History.objects.filter(organisation=organisation).update(version=F("version") + 1)
    keys = list(
        Revision.objects.filter(organisation=organisation, text=text).values_list("instruction__key", flat=True)
    )
    for key in keys:
        forget_words(organisation, id=key)
    if keys and connection.vendor == "sqlite":
        # Until its parts are merged, FTS5 keeps the words of a removed row and notes beside them that it is removed.
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO instructions_fts(instructions_fts) VALUES ('optimize')")
