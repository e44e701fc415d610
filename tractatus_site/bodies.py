"""How much may be sent: words are short beside what a form may carry, and files go to one address only."""

from collections.abc import Callable

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from accounts.interface import ANSWERS_JSON, LONGEST_BODY
from instructions.domain.history_file import LARGEST_FILE
from oversight.adapters.bodies import LONGEST_EVENT
from tractatus_site.middleware import page_before
from tractatus_site.problems import MEDIA_TYPE, problem

TAKES_FILES = {"instruction_import": 2 * LARGEST_FILE}
"""The routes that take a file, and of how many octets; what is too long to be read is said there, in words."""

FORM_AROUND = 100_000
"""Octets that a form needs around its file."""


class BodySizeMiddleware:
    """Refuses with 413 what is longer than any form of ours, before it is read.

    Files have no handler, so they go nowhere, except at the routes that take one.

    The length that the client names is the length that is read: what has none is read as empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        interface = request.path.startswith(ANSWERS_JSON)
        most = LONGEST_BODY if interface else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if interface and not request.path.startswith("/api/"):
            most = LONGEST_EVENT
        if request.method == "POST" and not interface and (file := _takes_file(request)):
            most = file + FORM_AROUND
            request.upload_handlers = [TemporaryFileUploadHandler(request)]
        if not length.isdecimal() or int(length) <= most:
            return self.get_response(request)
        if interface:
            said = problem(413, _("The body is longer than %(most)d octets.") % {"most": most})
            return JsonResponse(said, status=413, content_type=MEDIA_TYPE)
        return render(request, "refused.html", {"status": 413, "back": page_before(request)}, status=413)


def _takes_file(request: HttpRequest) -> int | None:
    """How many octets of a file the route of a request takes; None for none."""
    try:
        return TAKES_FILES.get(resolve(request.path_info).url_name or "")
    except Resolver404:
        return None
