"""What the floors below tell this app of."""

from typing import Any

from accounts.idempotency import forget_words
from accounts.models import Organisation
from audit import signals
from audit.models import Text
from instructions.domain.exporting import moment
from oversight.models import Check, Handoff


def connect() -> None:
    signals.text_erased.connect(forget_answers_to_checks, dispatch_uid="oversight.receivers.text_erased")


def forget_answers_to_checks(sender: object, *, organisation: Organisation, text: Text, **kwargs: Any) -> None:
    """An answer that is kept for a repeated request repeats the act that was asked about, or the handoff."""
    for pk in Check.objects.filter(organisation=organisation, text=text).values_list("pk", flat=True):
        forget_words(organisation, check_id=str(pk))
    for handoff in Handoff.objects.filter(organisation=organisation, body=text).select_related("session"):
        said = {"session_id": handoff.session.name, "written_at": moment(handoff.written_at)}
        forget_words(organisation, **said)
        # A session that goes on from it was answered with it.
        forget_words(organisation, **{f"handoff__{name}": value for name, value in said.items()})
