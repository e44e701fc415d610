"""What the facilitator entered for a voice: in the record the facilitator acted, and the words are the voice's own."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.permissions import rule
from audit.models import Entry
from audit.speakers import spoken_by
from deliberation.models import (
    AgreementAnswer,
    Dissent,
    Option,
    Position,
    Seat,
    SharedValue,
    Shift,
    SideAnswer,
    Stance,
)

SPOKEN: tuple[tuple[type[Model], str, str], ...] = (
    *(
        (model, "seat", "entered_by")
        for model in (Position, SharedValue, Stance, AgreementAnswer, SideAnswer, Shift, Dissent)
    ),
    (Option, "by_seat", "by_user"),
)
"""What may be entered, who said it, and who entered it."""


def declare() -> None:
    """Tell the record whose words such entries came with."""
    spoken_by(rule("enter_for").event, _speaker)


def entered_for(seat: Seat) -> QuerySet[Entry]:
    """The entries that came with words of this seat and that somebody else recorded."""
    rows = [
        _rows(model).filter(**{said_by: seat, f"{entered_by}__isnull": False}).order_by().values_list("pk", flat=True)
        for model, said_by, entered_by in SPOKEN
    ]
    subjects = [str(pk) for pk in rows[0].union(*rows[1:], all=True)]
    entered = Entry.objects.filter(organisation=seat.organisation_id, event=rule("enter_for").event)
    return entered.filter(subject_id__in=subjects)


def _speaker(entry: Entry) -> UUID | None:
    kind = entry.subject_kind.replace("_", "")  # entries call a table by the model's name, in one word or in several
    for model, said_by, _entered_by in SPOKEN:
        if model._meta.model_name == kind:
            found: UUID | None = _rows(model).filter(pk=entry.subject_id).values_list(said_by, flat=True).first()
            return found
    return None


def _rows(model: type[Model]) -> QuerySet[Model]:
    return model._default_manager.all()
