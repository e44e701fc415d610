"""What somebody is writing is kept while they write, whatever has become of the round meanwhile."""

from __future__ import annotations

import re

from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import User
from accounts.refusals import Refused
from deliberation.domain.asks import must_be_asked
from deliberation.domain.drafts import save_draft
from deliberation.models import Deliberation, Seat, State
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.writing import words_of

NAME = re.compile(r"[a-z_-]{1,40}(:[0-9a-f]{32})?")
ROUND_OF = {
    "position": 1,
    "stance": 2,
    "shared_value": 2,
    "proposal": 2,
    "agreement": 3,
    "side": 3,
}
"""The forms that are open only while the seat's ask in that round is."""


@require_POST
@deliberation_view("read_outcome")
def draft_save(request: DeliberationRequest, deliberation: Deliberation, form: str) -> JsonResponse:
    """Keep what is in a form: {"saved_at": …}. Where it cannot be sent now: 409 and why, kept all the same.

    It is kept for the seat the person speaks from, or with `?as=user` for the user who acts. Whoever has no part in
    the deliberation writes only about what was decided in it.
    """
    if request.seat is None and not request.standing.parts and deliberation.state != State.DECIDED:
        raise Http404
    by = writer_of(request)
    if by is None or not NAME.fullmatch(form):
        return JsonResponse({"sentence": _("This cannot be kept here. Please keep this page open.")}, status=409)
    words = words_of(request.POST)
    at = save_draft(deliberation.organisation, by=by, form=form, fields=words, deliberation=deliberation)
    number = ROUND_OF.get(form.split(":")[0])
    if number is not None and isinstance(by, Seat):
        try:
            must_be_asked(deliberation, by, number, clock.now())
        except Refused as refused:
            return JsonResponse({"sentence": refused.sentence}, status=409)
    return JsonResponse({"saved_at": timezone.localtime(at).isoformat(timespec="seconds")})


def writer_of(request: DeliberationRequest) -> Seat | User | None:
    """As whom this form is written; the page that shows it says so in its address."""
    user = request.user if isinstance(request.user, User) else None
    return user if user and (request.GET.get("as") == "user" or request.seat is None) else request.seat
