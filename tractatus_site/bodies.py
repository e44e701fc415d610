"""How much may be sent: nobody uploads files here, and words are short beside what a form may carry."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from deliberation.api import LONGEST_BODY
from tractatus_site.middleware import page_before
from tractatus_site.problems import MEDIA_TYPE, problem


class BodySizeMiddleware:
    """Refuses with 413 what is longer than any form of ours, before it is read. Files have no handler: they go nowhere.

    The length that the client names is the length that is read: what has none is read as empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        interface = request.path.startswith("/api/")
        most = LONGEST_BODY if interface else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not length.isdecimal() or int(length) <= most:
            return self.get_response(request)
        if interface:
            said = problem(413, _("The body is longer than %(most)d octets.") % {"most": most})
            return JsonResponse(said, status=413, content_type=MEDIA_TYPE)
        return render(request, "refused.html", {"status": 413, "back": page_before(request)}, status=413)
