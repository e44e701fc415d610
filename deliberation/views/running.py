"""What the facilitator does to run the rounds: open, close, answer wishes for more time, enter for somebody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import rule
from accounts.refusals import NotAllowed
from deliberation.domain.entering import enter_for
from deliberation.domain.more_time import answer_more_time
from deliberation.domain.rounds import close_round, open_round
from deliberation.forms import rounds as forms
from deliberation.models import Agreement, Deliberation, MoreTime, Option, Round, Seat, Side
from deliberation.queries import rounds as reads
from deliberation.views.access import deliberation_view
from deliberation.views.acting import tries
from deliberation.views.rounds import ENTERS, page_of_round, show
from deliberation.views.speaking import Forms, Sent, here, send, user_of


@require_POST
@deliberation_view()
def round_open(request: HttpRequest, deliberation: Deliberation, round_number: int) -> HttpResponse:
    """Open the next round by hand."""
    tries(
        request,
        lambda: open_round(deliberation, by=user_of(request), number=round_number),
        done=_("The round is open. Everybody who takes part is asked."),
    )
    return redirect(page_of_round(round_number, deliberation))


@require_POST
@deliberation_view()
def round_close(request: HttpRequest, deliberation: Deliberation, round_number: int) -> HttpResponse:
    """Close the open round by hand."""
    tries(
        request,
        lambda: close_round(deliberation, by=user_of(request), number=round_number),
        done=_("The round is closed."),
    )
    return redirect(page_of_round(round_number, deliberation))


@require_POST
@deliberation_view()
def more_time_answer(request: HttpRequest, deliberation: Deliberation, wish_id: UUID) -> HttpResponse:
    """Grant or refuse a wish for more time."""
    wish: MoreTime = get_object_or_404(
        MoreTime.objects.select_related("ask__round", "deliberation__organisation"),
        pk=wish_id,
        deliberation=deliberation,
    )
    number = wish.ask.round.number
    grant = request.POST.get("do") == "grant"
    return send(
        request,
        deliberation,
        f"more_time_answer:{wish.pk}",
        forms.MoreTimeAnswerForm,
        lambda data: answer_more_time(wish, by=user_of(request), grant=grant, reason=data["reason"]),
        by=user_of(request),
        page=lambda request, deliberation, refused: show(request, deliberation, number, refused),
        to=page_of_round(number, deliberation),
        done=_("They are told."),
    )


# --- On behalf of somebody


@require_http_methods(["GET", "POST"])
@deliberation_view()
def enter(request: HttpRequest, deliberation: Deliberation, round_number: int, what: str) -> HttpResponse:
    """Enter what somebody said or wrote elsewhere in this round; the speaker is asked to confirm it."""
    if what not in dict(ENTERS.get(round_number, [])):
        raise Http404
    why_not = request.standing.why_not(rule("enter_for"))  # type: ignore[attr-defined]
    if why_not:
        raise NotAllowed(why_not)
    round_ = get_object_or_404(Round, deliberation=deliberation, number=round_number)
    if request.method != "POST":
        return _enter_page(request, deliberation, round_, what)
    form_class, options = _form_of(deliberation, round_, what)
    return send(
        request,
        deliberation,
        f"enter_{what}",
        form_class,
        lambda data: enter_for(deliberation, by=user_of(request), what=what, **_said(deliberation, what, data)),
        by=user_of(request),
        page=lambda request, deliberation, refused: _enter_page(request, deliberation, round_, what, refused),
        to=page_of_round(round_number, deliberation),
        done=_("It is entered. Its speaker is asked to confirm it."),
        **options,
    )


def _enter_page(
    request: HttpRequest, deliberation: Deliberation, round_: Round, what: str, refused: Sent | None = None
) -> HttpResponse:
    form_class, options = _form_of(deliberation, round_, what)
    shown = Forms(request, deliberation, user_of(request), refused)(
        f"enter_{what}", form_class, action=here("enter_for", deliberation, round_.number, what), **options
    )
    return render(
        request,
        "deliberation/enter.html",
        {
            "deliberation": deliberation,
            "round": round_,
            "round_title": reads.TITLES[round_.number],
            "what": what,
            "what_title": dict(ENTERS[round_.number])[what],
            "kinds": [(kind, title, kind == what) for kind, title in ENTERS[round_.number]],
            "shown": shown,
            "form": shown.form,
        },
    )


def _form_of(deliberation: Deliberation, round_: Round, what: str) -> tuple[Any, dict[str, Any]]:
    seats = list(Seat.objects.filter(asks__round=round_, left_at__isnull=True).order_by("name"))
    options: dict[str, Any] = {"seats": seats}
    if what == "stance":
        rows = Option.objects.filter(deliberation=deliberation, kind=Option.Kind.PROPOSAL, struck_at__isnull=True)
        options["options"] = [(str(row.pk), str(row.text)) for row in rows.select_related("text")]
    elif what == "agreement":
        found = Agreement.objects.filter(deliberation=deliberation, struck_at__isnull=True).select_related("text")
        options["options"] = [(str(row.pk), str(row.text)) for row in found]
    elif what == "side":
        sides = Side.objects.filter(deliberation=deliberation, difference__struck_at__isnull=True)
        options["options"] = [(str(row.pk), str(row.text)) for row in sides.select_related("text")]
    by_kind = {
        "position": forms.EnterPositionForm,
        "stance": forms.EnterStanceForm,
        "proposal": forms.EnterTextForm,
        "shared_value": forms.EnterTextForm,
        "agreement": forms.EnterAgreementForm,
        "side": forms.EnterSideForm,
        "shift": forms.EnterShiftForm,
    }
    return by_kind[what], options


def _said(deliberation: Deliberation, what: str, data: dict[str, Any]) -> dict[str, Any]:
    """The verb's arguments from what the form holds."""
    if what == "stance":
        data["option"] = get_object_or_404(Option, deliberation=deliberation, pk=data["option"])
    elif what == "agreement":
        data["agreement"] = get_object_or_404(Agreement, deliberation=deliberation, pk=data["agreement"])
        data["confirms"] = data["confirms"] == "yes"
    elif what == "side":
        data["side"] = get_object_or_404(Side, deliberation=deliberation, pk=data["side"])
        data |= holds_of(data)
    elif what == "shift":
        data["changed"] = data["changed"] == "yes"
    return data


def holds_of(data: dict[str, Any]) -> dict[str, Any]:
    """What the three choices about a side mean: held as stated, held but said otherwise, not theirs."""
    return {
        "holds": data["holds"] != "not_mine",
        "comment": data["comment"] if data["holds"] == "otherwise" else "",
    }
