"""Mails about agents: an act waits, somebody stopped one or broke glass, a review is owed. Dropped once dealt with.

No mail holds the act itself: it is read on its page, by those who may.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts import clock
from accounts.models import Membership
from accounts.permissions import rule
from deliberation.models import Notice
from deliberation.notifications import Facts, notice
from oversight.models import BrokenGlass, JudgmentRequest, Stop
from oversight.queries.wording import boundary_says


def _id(row: Notice) -> UUID:
    return UUID(row.about.split(":")[1])


def _link(name: str, row: Notice, *arguments: object) -> str:
    return settings.SITE_URL + reverse(name, args=[row.organisation.slug, *arguments])


def _glass_link(row: Notice, glass: BrokenGlass) -> str:
    """Its page for those who watch agents; for everybody else the page where their own work stands."""
    member = Membership.objects.filter(user=row.user, ended_at__isnull=True).first()
    watches = member is not None and rule("read_agents").admits(tuple(member.roles))
    return _link("glass", row, glass.pk) if watches else _link("asked", row)


def _facts(row: Notice, link: str, **facts: Any) -> Facts:
    return {"name": row.user.name if row.user else "", "link": link, **facts}


@notice("judgment_asked")
def judgment_asked(row: Notice) -> Facts | None:
    """To decision holders: an act waits; dropped once it was answered or lapsed."""
    request = JudgmentRequest.objects.select_related("project", "key", "outcome").filter(pk=_id(row)).first()
    if request is None or request.state != JudgmentRequest.State.PENDING or request.lapses_at <= clock.now():
        return None
    return _facts(row, _link("judgment_request", row, request.pk), request=request, project=request.project.name)


@notice("judgment_returned")
def judgment_returned(row: Notice) -> Facts | None:
    """To decision holders: the deliberation about an act has ended, and the act waits again."""
    return judgment_asked(row)


@notice("frozen")
def frozen(row: Notice) -> Facts | None:
    """To those in charge: somebody stopped an agent; dropped once it was lifted."""
    stop = Stop.objects.select_related("project", "key", "session", "by").filter(pk=_id(row)).first()
    if stop is None or stop.lifted_at is not None:
        return None
    return _facts(row, _link("freezes", row), stop=stop, project=stop.project.name)


def _glass(row: Notice) -> BrokenGlass | None:
    return BrokenGlass.objects.select_related("project", "instruction", "by").filter(pk=_id(row)).first()


@notice("glass_broken")
def glass_broken(row: Notice) -> Facts | None:
    """To everybody, whether it still holds or not: it is told that it happened."""
    glass = _glass(row)
    if glass is None:
        return None
    boundary = boundary_says(glass.boundary) if glass.boundary else ""
    return _facts(row, _glass_link(row, glass), glass=glass, boundary=boundary, project=glass.project.name)


@notice("glass_review_owed")
def glass_review_owed(row: Notice) -> Facts | None:
    """To those who may review it, a day at a time, until one of them has."""
    glass = _glass(row)
    if glass is None or glass.reviewed_at is not None or glass.by_id == row.user_id:
        return None
    late = glass.review_due_at <= clock.now()
    return _facts(row, _link("glass", row, glass.pk), glass=glass, project=glass.project.name, late=late)
