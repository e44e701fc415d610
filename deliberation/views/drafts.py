"""What somebody is writing is kept while they write, whatever has become of the round meanwhile."""

from __future__ import annotations

import re

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import User
from accounts.refusals import Refused
from deliberation.domain.asks import must_be_asked
from deliberation.domain.drafts import save_draft
from deliberation.models import Deliberation, Seat
from deliberation.views.access import deliberation_view
from deliberation.views.acting import NOT_WORDS

NAME = re.compile(r"[a-z_-]{1,40}(:[0-9a-f-]{1,36}){0,2}")
ROUND_OF = {
    "position": 1,
    "stance": 2,
    "shared_value": 2,
    "proposal": 2,
    "agreement": 3,
    "side": 3,
}
"""The forms that are open only while the seat's ask in that round is."""
SEAT_FORMS = frozenset(
    {
        *ROUND_OF,
        "accept",
        "choose_quote",
        "cost",
        "decline",
        "dissent",
        "frameworks",
        "leave",
        "more_time",
        "otherwise-format",
        "otherwise-missing",
        "otherwise-speaks_for",
        "pass",
        "question",
        "reply",
        "review_voice",
        "shift",
    }
)
"""What is written from a seat. Who is a member of staff and a voice here writes everything else as staff."""


@require_POST
@deliberation_view()
def draft_save(request: HttpRequest, deliberation: Deliberation, form: str) -> JsonResponse:
    """Keep what is in a form: {"saved_at": …}. Where it cannot be sent now: 409 and why, kept all the same."""
    by = writer_of(request, form)
    if by is None or not NAME.fullmatch(form):
        return JsonResponse({"sentence": _("This cannot be kept here. Please keep this page open.")}, status=409)
    fields = {k: v for k, v in request.POST.items() if k not in NOT_WORDS and isinstance(v, str)}
    at = save_draft(deliberation.organisation, by=by, form=form, fields=fields, deliberation=deliberation)
    number = ROUND_OF.get(form.split(":")[0])
    if number is not None and isinstance(by, Seat):
        try:
            must_be_asked(deliberation, by, number, clock.now())
        except Refused as refused:
            return JsonResponse({"sentence": refused.sentence}, status=409)
    return JsonResponse({"saved_at": timezone.localtime(at).isoformat(timespec="seconds")})


def writer_of(request: HttpRequest, form: str) -> Seat | User | None:
    """Who writes this form: the seat where a voice is heard, the user where staff act."""
    seat: Seat | None = request.seat  # type: ignore[attr-defined]
    user = request.user if isinstance(request.user, User) else None
    if user is not None and (seat is None or re.split("[:-]", form)[0] not in SEAT_FORMS):
        return user
    return seat
