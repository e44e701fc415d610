"""The door to a deliberation: who may come in, and as what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import organisation_view, refused_foreign_access
from accounts.models import SeatUser
from accounts.permissions import rule
from accounts.roles import Part
from deliberation.domain.standing import Standing, standing_of
from deliberation.models import Deliberation, Seat

View = Callable[..., HttpResponse]


def deliberation_view(read: str = "read_deliberation") -> Callable[[View], View]:
    """Give the view its deliberation, `/o/<slug>/d/<number>/…`, if `read` of the table admits who asks; else 404.

    Sets `request.standing` (the user's parts and roles here) and `request.seat` (the participant's seat they speak
    from, or None). Verbs of participants are called with `by=request.seat`, all others with `by=request.user`.
    """

    def decorate(view: View) -> View:
        @organisation_view
        @wraps(view)
        def inner(request: HttpRequest, number: int, *args: Any, **kwargs: Any) -> HttpResponse:
            deliberation = (
                Deliberation.objects.select_related("question", "project", "organisation").filter(number=number).first()
            )
            if deliberation is None:
                raise Http404
            request.standing, request.seat = standing_of_request(request, deliberation)  # type: ignore[attr-defined]
            if not (rule(read).admits(request.standing.named) or request.seat):  # type: ignore[attr-defined]
                refused_foreign_access(request, "deliberation")
                raise Http404
            return view(request, deliberation, *args, **kwargs)

        return inner

    return decorate


def standing_of_request(request: HttpRequest, deliberation: Deliberation) -> tuple[Standing, Seat | None]:
    """The standing of who asks, and the participant's seat they speak from, by their user or by their link."""
    seat = seat_by_link(request, deliberation)
    if not request.user.is_authenticated:
        standing = standing_of(seat, deliberation) if seat else Standing(deliberation)
        return standing, seat
    standing = standing_of(request.user, deliberation)
    if seat is None:
        held = SeatUser.objects.filter(deliberation_id=deliberation.pk, user=request.user, until__isnull=True).values(
            "seat_id"
        )
        seat = Seat.objects.filter(pk__in=held, deliberation=deliberation, part=Part.PARTICIPANT).first()
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
