"""How judgement requests are answered, by each person and by all: rubber-stamping is to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from accounts import clock
from accounts.durations import how_long
from accounts.models import Organisation, User
from oversight.models import JudgmentRequest

State = JudgmentRequest.State
FIGURES_OVER = timedelta(days=30)
AT_A_GLANCE = timedelta(seconds=10)
"""Whoever decides sooner than this after opening a request cannot have read it."""


@dataclass(frozen=True)
class Figures:
    """How requests were answered over 30 days, by one person or by all.

    `median` is from when whoever decided first opened it to when they decided; None where that is not known of any.
    `quick` of the `timed` ones were decided at a glance: too soon to have been read.
    """

    name: str
    granted: int
    refused: int
    convened: int
    median: timedelta | None
    quick: int
    timed: int

    @property
    def decided(self) -> int:
        return self.granted + self.refused + self.convened

    @property
    def share(self) -> int:
        """Of a hundred, how many were granted."""
        return round(100 * self.granted / self.decided) if self.decided else 0

    @property
    def takes(self) -> str:
        """The median in words."""
        return how_long(self.median) if self.median is not None else ""


def figures(organisation: Organisation) -> tuple[Figures, list[Figures], int]:
    """Of everybody together, of each person by name, and how many lapsed unanswered. Three statements."""
    since = clock.now() - FIGURES_OVER
    rows = JudgmentRequest.objects.filter(organisation=organisation)
    decided = list(rows.filter(decided_at__gte=since).values_list("decided_by_id", "state", "opened_at", "decided_at"))
    convened = list(rows.filter(convened_at__gte=since).values_list("convened_by_id", flat=True))
    lapsed = rows.filter(state=State.LAPSED, state_since__gte=since).count()
    people = {by for by, *_rest in decided} | set(convened)
    names = dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "name"))
    each = [
        _figures(name or str(_("A person")), [one for one in decided if one[0] == pk], convened.count(pk))
        for pk, name in sorted(names.items(), key=lambda item: item[1])
    ]
    return _figures("", decided, len(convened)), each, lapsed


def _figures(name: str, decided: list[Any], convened: int) -> Figures:
    refused = sum(state == State.REFUSED for _by, state, _opened, _at in decided)
    taken = [at - opened for _by, _state, opened, at in decided if opened is not None]
    return Figures(
        name=name,
        granted=len(decided) - refused,
        refused=refused,
        convened=convened,
        median=median(taken) if taken else None,
        quick=sum(one < AT_A_GLANCE for one in taken),
        timed=len(taken),
    )
