"""The door to a deliberation: who may come in, and as what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.access import organisation_view
from accounts.models import Membership, Organisation
from accounts.permissions import rule
from accounts.roles import Part
from accounts.scope import open_organisation
from accounts.signals import refused
from deliberation.domain.standing import Standing, seats_held, standing_of, standing_on
from deliberation.models import Deliberation, Seat

View = Callable[..., HttpResponseBase]
NOBODY = UUID(int=0)


class DeliberationRequest(HttpRequest):
    """The request of a page behind `deliberation_view`, as views may annotate it."""

    organisation: Organisation
    membership: Membership | None
    standing: Standing
    seat: Seat | None


def deliberation_view(read: str = "read_deliberation") -> Callable[[View], View]:
    """Give the view its deliberation, `/o/<slug>/d/<number>/…`, if `read` of the table admits who asks; else 404.

    Sets `request.standing` (the user's parts and roles here) and `request.seat` (the participant's seat they speak
    from, or None). Verbs of participants are called with `by=request.seat`, all others with `by=request.user`.
    """

    def decorate(view: View) -> View:
        @organisation_view
        def page(
            request: HttpRequest, *args: Any, slug: str, number: int, deliberation_id: UUID, **kwargs: Any
        ) -> HttpResponseBase:
            deliberation = (
                Deliberation.objects.select_related("question", "project", "organisation")
                .filter(pk=deliberation_id)
                .first()
            )
            if deliberation is None:
                raise Http404
            standing, seat = standing_of_request(request, deliberation)
            if not rule(read).admits(standing.named):
                if request.user.is_authenticated:
                    refused.send(
                        sender=None,
                        event="access.refused",
                        by=request.user,
                        organisation=deliberation.organisation,
                        kind="deliberation",
                    )
                raise Http404
            request.standing, request.seat = standing, seat  # type: ignore[attr-defined]
            return view(request, deliberation, *args, **kwargs)

        @wraps(view)
        def door(request: HttpRequest, slug: str, number: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            found = _id_of(slug, number)
            # A number nobody has used is answered like one of somebody else's.
            return page(request, *args, slug=slug, number=number, deliberation_id=found or NOBODY, **kwargs)

        return door

    return decorate


def _id_of(slug: str, number: int) -> UUID | None:
    organisation = Organisation.objects.filter(slug=slug, deactivated_at__isnull=True).first()
    if organisation is None:
        return None
    with open_organisation(organisation):
        return Deliberation.objects.filter(number=number).values_list("pk", flat=True).first()


def standing_of_request(request: HttpRequest, deliberation: Deliberation) -> tuple[Standing, Seat | None]:
    """The standing of who asks, and the participant's seat they speak from, by their user or by their link."""
    seat = seat_by_link(request, deliberation)
    if not request.user.is_authenticated:
        standing = standing_of(seat, deliberation) if seat else Standing(deliberation)
        return standing, seat
    # The door of the organisation has just read the membership.
    held = seats_held(request.user, [deliberation])
    standing = standing_on(request.user, deliberation, request.membership, held)  # type: ignore[attr-defined]
    if seat is None:
        seat = next((one for one in held if one.part == Part.PARTICIPANT), None)
    if seat is not None and standing.ever_facilitated:
        seat = None  # a facilitator is never a voice here, whichever link they open
    if seat is not None:
        standing = replace(standing, parts=standing.parts | {Part.PARTICIPANT})
    return standing, seat


def seat_by_link(request: HttpRequest, deliberation: Deliberation) -> Seat | None:
    """The seat whose link was opened in this browser, while that link still holds."""
    held = request.session.get("participations", {}).get(deliberation.pk.hex)
    if not held:
        return None
    seat = Seat.objects.filter(pk=UUID(held["seat"]), deliberation=deliberation).select_related("invitation").first()
    if seat is None or seat.invitation.link_series != held["series"]:
        return None
    return seat
