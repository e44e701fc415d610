"""What agents' acts ask of a person, told on the page “Asked of you”."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, User
from accounts.permissions import rule
from accounts.roles import Role
from deliberation.queries.asked import AskedElsewhere, Source, register
from oversight.domain.glass import owed
from oversight.domain.requests import still_waiting
from oversight.models import BrokenGlass, JudgmentRequest
from oversight.queries.requests import requests, rows_of


def asked(organisation: Organisation, user: User, roles: frozenset[Role]) -> Iterator[Source]:
    """Requests for those who answer them, and reviews owed by those who may hold them."""
    if rule("grant_request").admits(tuple(roles)):
        rows = still_waiting(requests(organisation), clock.now())
        yield Source("request", rows, _answer, due="lapses_at", here=None)
    if rule("review_glass").admits(tuple(roles)):
        over = Q(until__lte=clock.now()) | Q(ended_at__isnull=False)
        reviews = owed(organisation).filter(over).exclude(by=user).select_related("project", "by", "organisation")
        yield Source("glass", reviews, _review, due="review_due_at", here=None, urgency="")


def _answer(request: JudgmentRequest) -> AskedElsewhere:
    (row,) = rows_of([request])
    return AskedElsewhere(
        what=_("An agent asks"),
        question=row.act.line,
        url=reverse("judgment_request", args=[request.organisation.slug, request.pk]),
        button=_("Read and answer"),
        reference=request.project.name,
        due_at=request.lapses_at,
        says=row.boundary,
    )


def _review(glass: BrokenGlass) -> AskedElsewhere:
    return AskedElsewhere(
        what=_("A review is owed"),
        question=_("What %(name)s suspended in %(project)s") % {"name": glass.by, "project": glass.project},
        url=reverse("glass", args=[glass.organisation.slug, glass.pk]),
        button=_("Read and review"),
        due_at=glass.review_due_at,
    )


def declare() -> None:
    register(asked)
