"""What somebody said is never rewritten and never removed; a change is a new row."""

from django.db.models import Model

from accounts.guards import AppendOnly, register
from deliberation.models import (
    AgreementAnswer,
    CalendarLink,
    Citation,
    CommitmentReport,
    Dissent,
    DissentAnswer,
    DissentJoin,
    Finding,
    Gap,
    Harm,
    ListAuthor,
    ListEntry,
    Position,
    ProposalCost,
    Question,
    Reply,
    ReviewAuthor,
    ReviewVoice,
    SharedValue,
    Shift,
    SideAnswer,
    Stance,
)

Models = tuple[type[Model], ...]

SAID: Models = (Position, SharedValue, Stance, AgreementAnswer, SideAnswer, Shift, ReviewVoice)
FOR_GOOD: Models = (
    Citation,
    CommitmentReport,
    DissentAnswer,
    DissentJoin,
    ListAuthor,
    ListEntry,
    ProposalCost,
    Question,
    Reply,
    ReviewAuthor,
)
STRUCK: Models = (Finding, Gap, Harm)


def declare() -> None:
    for model in SAID:
        register(AppendOnly(model._meta.db_table, once=("confirmed_at",)))
    for model in FOR_GOOD:
        register(AppendOnly(model._meta.db_table))
    for model in STRUCK:
        register(AppendOnly(model._meta.db_table, once=("struck_at",)))
    register(AppendOnly(CalendarLink._meta.db_table, once=("ended_at",)))
    register(AppendOnly(Dissent._meta.db_table, once=("confirmed_at", "withdrawn_at", "replaced_by_id")))
