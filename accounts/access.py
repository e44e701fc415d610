"""The door of every page that belongs to an organisation.

    @for_members(read="read_members")                  members, in the roles the table names
    @organisation_view(read="read_outcome")            members, and seats of the deliberation in the address
    @for_people(read="read_asked")                     members, and users with a seat anywhere in the organisation
    @for_signed_in                                     anybody with an account

The address names the organisation (`slug`). Standing is checked before the scope opens; then the whole view,
its template and its streamed parts run inside. The view finds `request.organisation`, `request.membership` and
`request.caller`. Signed-out people go to sign-in with `next`, whether the thing exists or not, and what they
sent is kept. Foreigners get 404, and the record says so once an hour. The platform operator is a foreigner
everywhere.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import resolve_url
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import scope, signals
from accounts.kept import forget_post, keep_post, kept_post, page_of
from accounts.models import Membership, Organisation, SeatUser, User
from accounts.permissions import Caller, Rule, rule
from accounts.refusals import NotAllowed
from accounts.roles import Part

__all__ = [
    "PARTICIPATIONS",
    "MemberRequest",
    "for_members",
    "for_people",
    "for_signed_in",
    "kept_post",
    "organisation_view",
    "to_sign_in",
]

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """The request of a page behind `for_members`, as views may annotate it."""

    user: User
    organisation: Organisation
    membership: Membership
    caller: Caller


PARTICIPATIONS = "participations"
"""Session key: {deliberation id in hex: {"seat": id in hex, "series": of its link}}, set when a mailed link is used."""
DELIBERATION = ("deliberation_id", "deliberation")
"""The parameters by which an address may name a deliberation."""


def for_members(view: View | None = None, *, read: str = "") -> Any:
    """A page for members of the organisation in the address, in one of the roles of the row `read`."""
    return _decorator(view, read, seats=False)


def for_people(view: View | None = None, *, read: str = "") -> Any:
    """A page for members, and for users who sit on any seat of the organisation without belonging to it.

    `request.membership` is None for the latter.
    """
    return _decorator(view, read, seats=False, guests=True)


def organisation_view(view: View | None = None, *, read: str = "") -> Any:
    """A page for members, and for whoever has a seat in the deliberation the address names.

    Members need a role the row `read` names, or a seat where it names parts; which part is the query's to check.
    """
    return _decorator(view, read, seats=True)


def for_signed_in(view: View) -> View:
    """A page for anybody with an account; what belongs to whom is the view's to check."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return _answer(view, request, args, kwargs)

    return page


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page and back; a form that was sent is kept for the way back."""
    if request.method == "POST":
        keep_post(request)
    target = page_of(request)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = redirect_to_login(target, resolve_url(settings.LOGIN_URL)).url
        return response
    return redirect_to_login(target, resolve_url(settings.LOGIN_URL))


def _decorator(view: View | None, read: str, *, seats: bool, guests: bool = False) -> Any:
    def decorate(inner: View) -> View:
        @wraps(inner)
        def page(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            deliberation_id = _deliberation_in(kwargs) if seats else None
            guest_seat = _seat_in_session(request, deliberation_id)
            if not request.user.is_authenticated and guest_seat is None:
                return to_sign_in(request)
            caller = standing_in(request, slug, deliberation_id, guest_seat, any_seat=guests)
            if caller is None or caller.organisation is None:
                raise Http404
            row = rule(read) if read else None
            if row is not None and not _admitted(caller, row, deliberation_id):
                raise NotAllowed(row.says or _("This page is not for your role."))
            request.caller = caller  # type: ignore[attr-defined]
            request.organisation = caller.organisation  # type: ignore[attr-defined]
            request.membership = caller.membership  # type: ignore[attr-defined]
            with scope.open_organisation(caller.organisation), timezone.override(_zone(caller)):
                response = _answer(inner, request, args, {"slug": slug, **kwargs})
                if isinstance(response, StreamingHttpResponse):
                    chunks: Any = response.streaming_content
                    response.streaming_content = scope.streamed(caller.organisation, chunks)
                elif isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response.render()
                return response

        return page

    return decorate if view is None else decorate(view)


def _answer(view: View, request: HttpRequest, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponseBase:
    response = view(request, *args, **kwargs)
    if request.method == "POST" and response.status_code < 400:
        forget_post(request)
    return response


def standing_in(
    request: HttpRequest,
    slug: str,
    deliberation_id: UUID | None = None,
    guest_seat: UUID | None = None,
    *,
    any_seat: bool = False,
) -> Caller | None:
    """How the person of this request stands in the organisation `slug`, or None: then it is not there for them.

    Without membership it takes a seat in that one deliberation; with `any_seat`, one anywhere in the organisation.
    """
    organisation = Organisation.objects.filter(slug=slug, deactivated_at__isnull=True).first()
    if organisation is None:
        return None
    user = request.user if request.user.is_authenticated else None
    if isinstance(user, User) and user.is_operator:
        _foreign(user, organisation, deliberation_id)
        return None
    membership: Membership | None = None
    held: dict[UUID, UUID] = {}
    if isinstance(user, User):
        with scope.open_organisation(organisation):
            membership = (
                Membership.objects.filter(user=user, ended_at__isnull=True)
                .select_related("user", "organisation")
                .prefetch_related("role_rows")
                .first()
            )
            sitting = SeatUser.objects.filter(user=user, until__isnull=True)
            if deliberation_id is not None:
                sitting = sitting.filter(deliberation_id=deliberation_id)
            # Of the others it matters only whether there is one: a person may have sat on thousands.
            held = {seat.deliberation_id: seat.seat_id for seat in sitting.order_by("pk")[:1]}
    if guest_seat is not None and deliberation_id is not None:
        held.setdefault(deliberation_id, guest_seat)
    mine = held if any_seat or membership is not None or deliberation_id is not None else {}
    if membership is None and not mine:
        if isinstance(user, User):
            _foreign(user, organisation, deliberation_id)
        return None
    return Caller(
        user=user if isinstance(user, User) else None,
        organisation=organisation,
        membership=membership,
        seats=mine,
    )


def _foreign(user: User, organisation: Organisation, deliberation_id: UUID | None) -> None:
    kind = "organisation" if deliberation_id is None else "deliberation"
    signals.refused.send(sender=None, event="access.refused", by=user, organisation=organisation, kind=kind)


def _admitted(caller: Caller, row: Rule, deliberation_id: UUID | None) -> bool:
    if row.admits(caller.standing):
        return True
    names_parts = any(isinstance(one, Part) for one in row.who)
    return names_parts and bool(caller.seats if deliberation_id is None else caller.seats.get(deliberation_id))


def _deliberation_in(kwargs: dict[str, Any]) -> UUID | None:
    for name in DELIBERATION:
        value = kwargs.get(name)
        if value is not None:
            return value if isinstance(value, UUID) else UUID(str(value))
    return None


def _seat_in_session(request: HttpRequest, deliberation_id: UUID | None) -> UUID | None:
    if deliberation_id is None:
        return None
    found = request.session.get(PARTICIPATIONS, {}).get(deliberation_id.hex)
    return UUID(found["seat"]) if found else None


def _zone(caller: Caller) -> ZoneInfo:
    names = [caller.user.time_zone if caller.user else "", caller.organisation.time_zone if caller.organisation else ""]
    for name in filter(None, names):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo("UTC")
