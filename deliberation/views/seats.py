"""Who holds which part: naming the decision holder and an approver, handing the facilitator's seat over."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.queries.organisations import users_with
from accounts.roles import Part, Role
from deliberation.domain import seats as verbs
from deliberation.forms.conflict import HandOverForm, PersonForm
from deliberation.models import Deliberation
from deliberation.queries.conflict import second_person
from deliberation.queries.overview import seats as seats_of
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import to, user_of
from deliberation.views.writing import Forms, Writing, status_of

HOLDER = gettext_lazy("Who decides")
APPROVER = gettext_lazy("Who else may approve the list")


@deliberation_view()
def seats(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Who sits where; a POST names the decision holder, or (`do` is “approver”) an approver."""
    if request.method != "POST":
        return _page(request, deliberation)
    by = user_of(request)
    people = _may_decide(deliberation)
    if request.POST.get("do") == "approver":
        writing = Writing(request, deliberation, PersonForm, name="approver", by=by, people=people, label=APPROVER)
        taken = writing.sends(lambda data: verbs.name_approver(deliberation, by=by, **data))
    else:
        writing = Writing(request, deliberation, PersonForm, name="holder", by=by, people=people, label=HOLDER)
        taken = writing.sends(lambda data: verbs.name_holder(deliberation, by=by, **data))
    return to(deliberation, "deliberation_seats") if taken else _page(request, deliberation, writing)


@deliberation_view()
def hand_over(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Give the facilitator's seat to another facilitator of the organisation."""
    by = user_of(request)
    if request.method != "POST":
        return to(deliberation, "deliberation_seats")
    writing = Writing(
        request,
        deliberation,
        HandOverForm,
        name="hand_over",
        by=by,
        people=list(users_with(Role.FACILITATOR)),
        label=_("Who facilitates from now on"),
    )
    if writing.sends(lambda data: verbs.hand_over(deliberation, by=by, **data)):
        return to(deliberation, "deliberation")
    return _page(request, deliberation, writing)


def _may_decide(deliberation: Deliberation) -> list[User]:
    """Members with the role of decision holder who never facilitated here."""
    facilitated = verbs.facilitators_ever([deliberation])[deliberation.pk]
    return [one for one in users_with(Role.DECISION_HOLDER) if one.pk not in facilitated]


def _page(request: DeliberationRequest, deliberation: Deliberation, refused: Writing | None = None) -> HttpResponse:
    standing = request.standing
    forms_of = Forms(request, deliberation, by=standing.user, refused=refused)
    may = {verb: standing.may(verb) for verb in ("name_holder", "name_approver", "hand_over")}
    if deliberation.state not in verbs.LISTING:
        may["name_holder"] = may["name_holder"] and verbs.holder_has_left(deliberation)
    context: dict[str, Any] = {
        "deliberation": deliberation,
        "seats": seats_of(deliberation),
        "may": may,
        "form": refused.form if refused else None,
        "second_person": second_person(deliberation),
    }
    if may["name_holder"] or may["name_approver"]:
        people = _may_decide(deliberation)
        context["people"] = people
        context["holder_form"] = forms_of("holder", PersonForm, people=people, label=HOLDER)
        context["approver_form"] = forms_of("approver", PersonForm, people=people, label=APPROVER)
    if may["hand_over"]:
        now = verbs.sitter(deliberation, Part.FACILITATOR)
        others = [one for one in users_with(Role.FACILITATOR) if one != now]
        context["others"] = others
        context["hand_over_form"] = forms_of(
            "hand_over", HandOverForm, people=others, label=_("Who facilitates from now on")
        )
    return render(request, "deliberation/seats.html", context, status=status_of(refused))
