"""A deliberation's beginning, its first page, and how it may end early."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import MemberRequest, for_members
from accounts.roles import Part, Role
from accounts.views.acting import tries
from deliberation.addresses import address
from deliberation.domain import conflict
from deliberation.domain.standing import Standing
from deliberation.domain.terms import anyone_invited
from deliberation.forms.conflict import ConveneForm, ReasonForm, SettleForm, WithdrawForm
from deliberation.models import Deliberation, Precedent, State, Urgency
from deliberation.queries import overview
from deliberation.queries.came_from import came_from
from deliberation.queries.conflict import blockers_of, next_of
from deliberation.queries.rounds import rounds_of
from deliberation.queries.situation import situation_of
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import to, user_of
from deliberation.views.precedent import like_cases
from deliberation.views.writing import Forms, Writing, status_of

BOARD = frozenset({Role.ADMINISTRATOR, Role.FACILITATOR, Role.DECISION_HOLDER, Role.REVIEWER})
"""Who may know that a question exists and where it stands, without a part in it."""


@for_members(read="convene")
def deliberation_new(request: MemberRequest, slug: str) -> HttpResponse:
    """Put a question."""
    by = user_of(request)
    organisation = request.organisation
    writing = Writing(
        request,
        None,
        ConveneForm,
        name="convene",
        by=by,
        initial={"urgency": Urgency.IMPORTANT.value},
        organisation=organisation,
    )
    if writing.sends(lambda data: conflict.convene(organisation, by=by, **data)):
        return redirect("deliberation_intake", slug=slug, number=writing.result.number)
    return render(
        request,
        "deliberation/new.html",
        {"form": writing.form, "writing": writing, "no_project": not writing.form.fields["project"].queryset.exists()},  # type: ignore[attr-defined]
        status=writing.status,
    )


@deliberation_view("read_overview")
def deliberation(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The first page of a deliberation, as much of it as the reader may know."""
    standing = request.standing
    if standing.parts:
        return _whole(request, deliberation)
    if Role.FACILITATOR in standing.roles and deliberation.state in {State.PROPOSED, State.DISMISSED}:
        return _proposed(request, deliberation)
    if standing.roles & BOARD or deliberation.state == State.DECIDED:
        return render(
            request,
            "deliberation/bare.html",
            {"deliberation": deliberation, "says": overview.IN_WORDS[State(deliberation.state)]},
        )
    raise Http404


def _whole(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    standing = request.standing
    drafting = standing.may("submit")
    situation = situation_of(deliberation)
    rounds = rounds_of(deliberation)
    return render(
        request,
        "deliberation/deliberation.html",
        {
            "deliberation": deliberation,
            "says": overview.IN_WORDS[State(deliberation.state)],
            "steps": overview.steps(deliberation, situation.terms, rounds),
            "seats": overview.seats(deliberation),
            "came_from": came_from(deliberation, standing.roles),
            "terms": situation.terms,
            "held": blockers_of(situation) if not drafting else [],
            "lacks": [(lack, _place(deliberation, lack.where)) for lack in situation.lacks] if drafting else [],
            "drafting": drafting,
            "next": next_of(situation, standing),
            "history": overview.history(deliberation, rounds),
            "links": _links(deliberation, staff=bool(standing.parts - {Part.PARTICIPANT, Part.READER})),
            "may": {verb: standing.may(verb) for verb in ("settle_by_precedent", "name_holder", "hand_over")}
            | {"withdraw": _may_withdraw(standing, deliberation)},
            "routine": deliberation.urgency == Urgency.ROUTINE,
        },
    )


def _place(deliberation: Deliberation, where: str) -> str:
    """Where on which page something that is missing is put right."""
    pages = {"seats": "deliberation_seats", "terms": "deliberation_terms", "stakeholders": "stakeholders"}
    return address(deliberation, pages.get(where, f"deliberation_intake#{where}"))


def _links(deliberation: Deliberation, *, staff: bool) -> list[tuple[str, str]]:
    """The pages of the steps this deliberation has come to."""
    state = State(deliberation.state)
    at = overview.CURRENT.get(state, 3)
    found = [(_("The conflict"), "deliberation_intake"), (_("The terms"), "deliberation_terms")]
    found.append((_("Who is heard"), "stakeholders"))
    if at >= 4 and staff:
        found.append((_("Invitations"), "invitations"))
    links = [(title, address(deliberation, name)) for title, name in found]
    reached = {State.INVITING: 1, State.ROUND_1: 1, State.ROUND_2: 2, State.ROUND_3: 3}.get(state, 3 if at >= 6 else 0)
    links += [
        (_("Round %(n)d") % {"n": number}, address(deliberation, "round", number)) for number in range(1, reached + 1)
    ]
    if at >= 6:
        links.append((_("The outcome"), address(deliberation, "outcome")))
    links.append((_("All of it, as files"), address(deliberation, "deliberation_export")))
    return links


# --- A flagged conflict


def _proposed(request: DeliberationRequest, deliberation: Deliberation, refused: Writing | None = None) -> HttpResponse:
    forms_of = Forms(request, deliberation, user_of(request), refused)
    context: dict[str, Any] = {
        "deliberation": deliberation,
        "waits": deliberation.state == State.PROPOSED,
        "sent": _as_sent(deliberation.proposed_context),
        "came_from": came_from(deliberation, request.standing.roles),
        "dismiss": forms_of("dismiss", ReasonForm, label=_("Why it is dismissed")),
        "form": refused.form if refused else None,
    }
    return render(request, "deliberation/proposed.html", context, status=status_of(refused))


def _as_sent(context: Any) -> list[tuple[str, str]]:
    """What the system sent along, key by key, as text: it is machine text, quoted and never interpreted."""
    if not isinstance(context, dict):
        return []
    return [(str(key), value if isinstance(value, str) else repr(value)) for key, value in context.items()]


@require_POST
@deliberation_view("take_up")
def take_up(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Take a flagged conflict up."""
    by = user_of(request)
    if tries(request, lambda: conflict.take_up(deliberation, by=by), done=_("You are its facilitator now.")):
        return to(deliberation, "deliberation_intake")
    return to(deliberation, "deliberation")


@deliberation_view("dismiss")
def dismiss(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Dismiss a flagged conflict, with a reason."""
    by = user_of(request)
    if request.method != "POST":
        return to(deliberation, "deliberation")
    writing = Writing(request, deliberation, ReasonForm, name="dismiss", by=by, label=_("Why it is dismissed"))
    if writing.sends(lambda data: conflict.dismiss(deliberation, by=by, **data)):
        return to(deliberation, "deliberation")
    return _proposed(request, deliberation, writing)


# --- On, or to an early end


@require_POST
@deliberation_view()
def submit(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Put the draft up for approval."""
    by = user_of(request)
    tries(
        request,
        lambda: conflict.submit(deliberation, by=by),
        done=_("Put up for approval. It waits with whoever may approve it."),
    )
    return to(deliberation, "deliberation")


@deliberation_view()
def settle(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Settle a routine question by what was decided in a like case."""
    by = user_of(request)
    precedents = (
        Precedent.objects.filter(state=Precedent.State.IN_FORCE)
        .exclude(deliberation=deliberation)
        .select_related("deliberation__question", "deliberation__organisation")
    )
    writing = Writing(request, deliberation, SettleForm, name="settle_by", by=by, precedents=precedents)
    if writing.sends(lambda data: conflict.settle_by_precedent(deliberation, by=by, **data)):
        return to(deliberation, "deliberation")
    context = {
        "deliberation": deliberation,
        "form": writing.form,
        "writing": writing,
        "may": request.standing.may("settle_by_precedent"),
        "routine": deliberation.urgency == Urgency.ROUTINE,
        "none": not precedents.exists(),
        **like_cases(request, deliberation),
    }
    return render(request, "deliberation/settle.html", context, status=writing.status)


def _may_withdraw(standing: Standing, deliberation: Deliberation) -> bool:
    """Whether the page offers it: once anyone was invited, to a holder alone who never facilitated."""
    if not standing.may("withdraw"):
        return False
    return not anyone_invited(deliberation) or (Part.HOLDER in standing.parts and not standing.ever_facilitated)


@deliberation_view()
def withdraw(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """End it without an outcome, and say what now happens to the question."""
    by = user_of(request)
    writing = Writing(
        request, deliberation, WithdrawForm, name="withdraw", by=by, label=_("Why it ends without an outcome")
    )
    if writing.sends(lambda data: conflict.withdraw(deliberation, by=by, **data)):
        return to(deliberation, "deliberation")
    context = {
        "deliberation": deliberation,
        "form": writing.form,
        "writing": writing,
        "invited": anyone_invited(deliberation),
        "may": _may_withdraw(request.standing, deliberation),
    }
    return render(request, "deliberation/withdraw.html", context, status=writing.status)
