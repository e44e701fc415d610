"""What a deliberation about an agent's act came from, told on the deliberation's own pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import rule
from accounts.roles import Role
from deliberation.models import Deliberation
from deliberation.queries.came_from import CameFrom, register
from oversight.models import JudgmentRequest


def request_of(deliberation: Deliberation, roles: frozenset[Role]) -> CameFrom | None:
    """The judgement request that was convened; its address for those who may read it."""
    found = JudgmentRequest.objects.filter(deliberation=deliberation).select_related("convened_by", "organisation")
    request = found.first()
    if request is None:
        return None
    says = _("An agent asked; %(name)s wants it deliberated.") % {"name": request.convened_by}
    may_read = rule("read_requests").admits(tuple(roles))
    url = reverse("judgment_request", args=[request.organisation.slug, request.pk]) if may_read else ""
    return CameFrom(_("Judgement request"), says, url)


def declare() -> None:
    register(Deliberation.Origin.AGENT, request_of)
