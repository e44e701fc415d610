"""The calendar of review dates, and the page on which a member makes and ends their own address of it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import MemberRequest, for_members
from accounts.scope import open_organisation
from accounts.views.acting import tries
from deliberation.domain.calendar import (
    current_link,
    end_calendar_link,
    make_calendar_link,
    membership_of_token,
    token_of,
)
from deliberation.queries.calendar import calendar


@require_safe
def reviews_ics(request: HttpRequest) -> HttpResponse:
    """The dates of an organisation's reviews, for whoever holds a member's address of them; else 404."""
    membership = membership_of_token(request.GET.get("token", ""))
    if membership is None:
        raise Http404
    organisation = membership.organisation
    language = membership.user.language or organisation.language
    with open_organisation(organisation), translation.override(language):
        text = calendar(organisation)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="reviews.ics"'
    response["Cache-Control"] = "private, max-age=900"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
@for_members(read="read_reviews")
def calendar_link(request: MemberRequest, slug: str) -> HttpResponse:
    """Make the address, make it anew, or end it."""
    membership = request.membership
    user = request.user
    if request.method == "POST":
        if request.POST.get("do") == "end":
            tries(request, lambda: end_calendar_link(membership, by=user), done=_("The address is closed for good."))
        else:
            tries(request, lambda: make_calendar_link(membership, by=user), done=_("Here is your address."))
        return redirect("calendar_link", slug=slug)
    link = current_link(membership)
    return render(
        request,
        "deliberation/calendar_link.html",
        {
            "link": link,
            "address": f"{settings.SITE_URL}{reverse('reviews_ics')}?token={token_of(link)}" if link else "",
        },
    )
