"""What somebody who takes part has written here, and the way to have it erased: also for whoever has a link alone."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from audit.models import Entry
from audit.speakers import author_of
from audit.views.erasure import erasing, own_words_page
from deliberation.addresses import address
from deliberation.models import Deliberation
from deliberation.queries.entered import entered_for
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, seat_of


@require_safe
@deliberation_view()
def card_words(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """All that this seat has written, and what was entered for it."""
    seat = seat_of(request)
    return own_words_page(
        request,
        seat.pk,
        lambda entry, name: address(deliberation, "card_erase", entry, name),
        here=address(deliberation, "card_words"),
        entered=entered_for(seat),
    )


@form_page
@deliberation_view()
def card_erase(request: DeliberationRequest, deliberation: Deliberation, entry_id: UUID, name: str) -> HttpResponse:
    """Have words of one's own erased. Another's are not there."""
    seat = seat_of(request)
    entry = Entry.objects.filter(organisation=deliberation.organisation, pk=entry_id).first()
    if entry is None or author_of(entry) != seat.pk.hex:
        raise Http404
    return erasing(request, entry, name, by=seat.pk, where=address(deliberation, "card_words"), own=True)
