"""The few answers that belong to no app: a form that came too late or too often, and where weaknesses are told."""

from datetime import timedelta

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

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


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where a weakness of this installation is reported, as RFC 9116 has it; 404 where nobody said."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = (timezone.now() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until.isoformat().replace('+00:00', 'Z')}",
        f"Preferred-Languages: {settings.LANGUAGE_CODE}",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


CLIENT_FILES = ("tractatus_client.py", "tractatus_langchain.py", "tractatus_litellm.py")
"""What an agent's machine copies: the client, and what stands on it."""
GUIDES = {"agents-guide.md": "http://127.0.0.1:8000", "integrations.md": "https://tractatus.example"}
"""The guides for those who build with agents, and the address that each has in the place of ours."""


@require_safe
@cache_control(public=True, max_age=3600)
def client_file(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A file of the client, so that it comes from where it will ask, or a guide to it; 404 for any other."""
    if name in GUIDES:
        said = (settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8").replace(GUIDES[name], settings.SITE_URL)
        return HttpResponse(said, content_type="text/plain; charset=utf-8")
    if name not in CLIENT_FILES:
        raise Http404
    file = (settings.BASE_DIR / "client" / name).open("rb")
    return FileResponse(file, content_type="text/x-python; charset=utf-8")


def too_many(request: HttpRequest) -> HttpResponse:
    """What the sign-in library answers with where it counts by itself, by the minute."""
    return refusal_page(request, TooMany(60))
