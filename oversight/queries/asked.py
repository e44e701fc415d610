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
from deliberation.queries.asked import AskedElsewhere, register
from oversight.domain.glass import owed
from oversight.queries.requests import waiting
from oversight.queries.showing import Act


def asked(organisation: Organisation, user: User, roles: frozenset[Role]) -> Iterator[AskedElsewhere]:
    """Requests for those who answer them, and reviews owed by those who may hold them. Two statements at most."""
    if rule("grant_request").admits(tuple(roles)):
        for row in waiting(organisation):
            yield AskedElsewhere(
                what=_("An agent asks"),
                question=_of(row.act),
                url=reverse("judgment_request", args=[organisation.slug, row.request.pk]),
                button=_("Read and answer"),
                reference=row.request.project.name,
                due_at=row.request.lapses_at,
                says=row.boundary,
                urgency=row.request.urgency,
            )
    if rule("review_glass").admits(tuple(roles)):
        over = Q(until__lte=clock.now()) | Q(ended_at__isnull=False)
        rows = owed(organisation).filter(over).exclude(by=user).select_related("project", "by")
        for glass in rows:
            yield AskedElsewhere(
                what=_("A review is owed"),
                question=_("What %(name)s suspended in %(project)s") % {"name": glass.by, "project": glass.project},
                url=reverse("glass", args=[organisation.slug, glass.pk]),
                button=_("Read and review"),
                due_at=glass.review_due_at,
            )


def _of(act: Act) -> str:
    return str(act.erased) if act.erased else act.told or f"{act.says} {act.thing}".strip()


def declare() -> None:
    register(asked)
