"""What the facilitator does to run the rounds: open, close, answer wishes for more time, enter for somebody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import rule
from accounts.refusals import NotAllowed, WrongState
from accounts.views.acting import tries
from deliberation.domain.entering import enter_for
from deliberation.domain.more_time import answer_more_time
from deliberation.domain.rounds import close_round, open_round
from deliberation.forms import rounds as forms
from deliberation.forms.dissent import EnterDissentForm
from deliberation.models import Agreement, Deliberation, MoreTime, Option, Round, Seat, Side
from deliberation.queries import rounds as reads
from deliberation.queries.outcome import version_to_read
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, to, user_of
from deliberation.views.questions import show
from deliberation.views.rounds import ENTERS
from deliberation.views.writing import Writing


@require_POST
@deliberation_view()
def round_open(request: DeliberationRequest, deliberation: Deliberation, round_number: int) -> HttpResponse:
    """Open the next round by hand."""
    asked = _("The round is open. Everybody who takes part is asked.")
    if round_number == 4:
        asked = _("The round is open. Nobody is asked anything before you have circulated a draft.")
    tries(request, lambda: open_round(deliberation, by=user_of(request), number=round_number), done=asked)
    return to(deliberation, "round", round_number)


@require_POST
@deliberation_view()
def round_close(request: DeliberationRequest, deliberation: Deliberation, round_number: int) -> HttpResponse:
    """Close the open round by hand."""
    tries(
        request,
        lambda: close_round(deliberation, by=user_of(request), number=round_number),
        done=_("The round is closed."),
    )
    return to(deliberation, "round", round_number)


@require_POST
@deliberation_view()
def more_time_answer(request: DeliberationRequest, deliberation: Deliberation, wish_id: UUID) -> HttpResponse:
    """Grant or refuse a wish for more time."""
    wish: MoreTime = get_object_or_404(
        MoreTime.objects.select_related("ask__round", "deliberation__organisation"),
        pk=wish_id,
        deliberation=deliberation,
    )
    by, number, grant = user_of(request), wish.ask.round.number, request.POST.get("do") == "grant"
    writing = Writing(request, deliberation, forms.MoreTimeAnswerForm, name="more_time_answer", about=wish.pk, by=by)
    if writing.sends(lambda data: answer_more_time(wish, by=by, grant=grant, **data), done=_("They are told.")):
        return to(deliberation, "round", number)
    return show(request, deliberation, number, writing)


# --- On behalf of somebody

FORMS: dict[str, type[forms.EnterForm]] = {
    "position": forms.EnterPositionForm,
    "stance": forms.EnterStanceForm,
    "proposal": forms.EnterTextForm,
    "shared_value": forms.EnterTextForm,
    "agreement": forms.EnterAgreementForm,
    "side": forms.EnterSideForm,
    "shift": forms.EnterShiftForm,
    "dissent": EnterDissentForm,
}


@form_page
@deliberation_view()
def enter(request: DeliberationRequest, deliberation: Deliberation, round_number: int, what: str) -> HttpResponse:
    """Enter what somebody said or wrote elsewhere in this round; the speaker is asked to confirm it."""
    kinds = dict(ENTERS.get(round_number, []))
    if what not in kinds:
        raise Http404
    why_not = request.standing.why_not(rule("enter_for"))
    if why_not:
        raise NotAllowed(why_not)
    round_ = get_object_or_404(Round, deliberation=deliberation, number=round_number)
    by = user_of(request)
    options: dict[str, Any] = {"seats": Seat.objects.filter(asks__round=round_, left_at__isnull=True).order_by("name")}
    answered = _answered(deliberation, what)
    if answered is not None:
        options["to"] = answered
    version = version_to_read(deliberation) if what == "dissent" else None
    if what == "dissent":
        if version is None:
            raise WrongState(_("There is no draft to dissent from yet."))
        options["of"] = deliberation
    writing = Writing(request, deliberation, FORMS[what], name=f"enter_{what}", by=by, **options)
    if writing.sends(
        lambda data: enter_for(deliberation, by=by, what=what, **data),
        done=_("It is entered. Its speaker is asked to confirm it."),
    ):
        return to(deliberation, "round", round_number)
    if version is not None:
        # Whoever was told of a newer draft enters it against that one, knowing so.
        writing.put("version_id", str(version.pk))
    return render(
        request,
        "deliberation/enter.html",
        {
            "deliberation": deliberation,
            "round": round_,
            "round_title": reads.TITLES[round_number],
            "what_title": kinds[what],
            "others": [(kind, title) for kind, title in kinds.items() if kind != what],
            "writing": writing,
            "form": writing.form,
        },
        status=writing.status,
    )


def _answered(deliberation: Deliberation, what: str) -> QuerySet[Any] | None:
    """What an answer of this kind may be about; None for what is no answer."""
    if what == "stance":
        return Option.objects.filter(deliberation=deliberation, kind=Option.Kind.PROPOSAL, struck_at__isnull=True)
    if what == "agreement":
        return Agreement.objects.filter(deliberation=deliberation, struck_at__isnull=True)
    if what == "side":
        return Side.objects.filter(deliberation=deliberation, difference__struck_at__isnull=True)
    return None
