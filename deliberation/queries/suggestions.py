"""What became of the software's suggestions: how many people kept, changed or dropped. Counts, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from deliberation.models import DraftWarning, Framework, Group, Stakeholder, TradeOff
from deliberation.models.tenancy import Suggestible
from instructions.models import Overrule, Revision, ShownConflict

Status = Suggestible.Status
SUGGESTED = (
    (gettext_lazy("Frameworks in tension"), Framework),
    (gettext_lazy("Values traded off"), TradeOff),
    (gettext_lazy("Affected groups"), Group),
    (gettext_lazy("People to hear"), Stakeholder),
)


@dataclass(frozen=True)
class Line:
    """One kind of suggestion: how many there were, and what became of them, ever and since a day."""

    title: str
    ever: tuple[int, ...]
    lately: tuple[int, ...]


def suggestions(organisation: Organisation, since: datetime) -> list[Line]:
    """Suggestions of the intake: suggested, kept, changed, dropped, not yet decided."""
    found = []
    for title, model in SUGGESTED:
        rows = model.objects.filter(organisation=organisation, origin=Suggestible.Origin.SOFTWARE)
        states = [Q(), *(Q(status=one) for one in (Status.KEPT, Status.CHANGED, Status.DROPPED, Status.SUGGESTED))]
        found.append(_line(str(title), rows, states, Q(created_at__gte=since)))
    return found


def classifications(organisation: Organisation, since: datetime) -> list[Line]:
    """Fields of the classification: how often the library proposed one, and how often a person overruled it."""
    revisions = Revision.objects.filter(organisation=organisation, proposed__isnull=False)
    revisions = revisions.exclude(kind=Revision.Kind.REINSTATED)
    read = revisions.aggregate(ever=Count("pk"), lately=Count("pk", filter=Q(made_at__gte=since)))
    rows = Overrule.objects.filter(organisation=organisation).values("field")
    overruled = {
        row["field"]: row
        for row in rows.annotate(ever=Count("pk"), lately=Count("pk", filter=Q(revision__made_at__gte=since)))
    }
    found = []
    for field in Overrule.Field:
        there = overruled.get(field.value, {"ever": 0, "lately": 0})
        both = {name: (read[name], read[name] - there[name], there[name]) for name in ("ever", "lately")}
        found.append(Line(str(field.label).capitalize(), both["ever"], both["lately"]))
    return found


def conflicts(organisation: Organisation, since: datetime) -> list[Line]:
    """Conflicts between instructions that were shown, by what people answered; the last says that there was none."""
    answers = [Q(), *(Q(answer=one) for one in ShownConflict.Answer)]
    rows = ShownConflict.objects.filter(organisation=organisation)
    return [_line(_("Between instructions"), rows, answers, Q(answered_at__gte=since))]


def draft_warnings(organisation: Organisation, since: datetime) -> list[Line]:
    """What drafts of outcomes went against: shown, changed before it circulated, kept as it was, not yet circulated."""
    states = [Q(), Q(stood_when_circulated=False), Q(stood_when_circulated=True), Q(stood_when_circulated=None)]
    kinds = (
        (_("Instructions in force"), Q(instruction__isnull=False)),
        (_("Decisions that stand"), Q(precedent__isnull=False)),
    )
    rows = DraftWarning.objects.filter(organisation=organisation)
    return [_line(title, rows.filter(kind), states, Q(first_seen_at__gte=since)) for title, kind in kinds]


def _line(title: str, rows: QuerySet[Any], states: Iterable[Q], lately: Q) -> Line:
    counts = {}
    for number, state in enumerate(states):
        counts[f"ever_{number}"] = Count("pk", filter=state) if state else Count("pk")
        counts[f"lately_{number}"] = Count("pk", filter=state & lately)
    found = rows.order_by().aggregate(**counts)
    numbers = range(len(counts) // 2)
    return Line(title, tuple(found[f"ever_{n}"] for n in numbers), tuple(found[f"lately_{n}"] for n in numbers))
