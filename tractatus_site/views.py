"""The few pages that belong to no app: a form that came too late, and what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.limits import TooMany
from tractatus_site.middleware import page_before, refusal_page
from tractatus_site.typed import typed_words


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose protection against forgery does not fit: most often somebody signed in or out in another tab.

    Nothing is done with it, because it may also come from another site. What was typed is shown to be copied.
    """
    return render(
        request,
        "refused.html",
        {"status": 403, "too_old": True, "back": page_before(request), "typed": typed_words(request)},
        status=403,
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """What the sign-in library answers with where it counts by itself, by the minute."""
    return refusal_page(request, TooMany(60))
