"""The judgement queue, and one request with its three ways: grant it once, refuse it, have it deliberated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import MemberRequest, for_members
from accounts.ids import uuid_or_none
from accounts.permissions import may, require
from deliberation.views.writing import Forms, Writing, status_of
from oversight.domain.convening import convene_for_request
from oversight.domain.requests import grant_request, is_over, refuse_request
from oversight.forms.requests import ConveneForm, GrantForm, RefuseForm
from oversight.models import JudgmentRequest
from oversight.queries import requests as reading
from oversight.queries.answering import figures
from oversight.queries.requests import Whole

READ = "read_requests"
State = JudgmentRequest.State
OPENED = "requests_opened"
"""Session key: {request id in hex: when this person first saw it}, so that it is known how long they took to decide."""
MOST_OPENED = 100


@require_safe
@for_members(read=READ)
def judgment_requests(request: MemberRequest, slug: str) -> HttpResponse:
    """What waits, most urgent first; what is deliberated; what was answered, and how."""
    before = uuid_or_none(request.GET.get("before"))
    organisation = request.organisation
    answered, following = reading.answered(organisation, before)
    everybody, each, lapsed = figures(organisation)
    return render(
        request,
        "oversight/requests.html",
        {
            "slug": slug,
            "waiting": [] if before else reading.waiting(organisation),
            "deliberated": [] if before else reading.deliberated(organisation),
            "answered": answered,
            "older": following,
            "further": before is not None,
            "everybody": everybody,
            "each": each,
            "lapsed": lapsed,
            "may_answer": may(request.caller, "grant_request"),
        },
    )


@require_safe
@never_cache
@for_members(read=READ)
def judgment_request(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """One request: the act exactly, why a person is asked, what is known of it, and the ways to answer."""
    return _page(request, _found(request, pk))


@for_members(read=READ)
def judgment_request_grant(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Grant exactly this act, once."""

    def verb(asked: JudgmentRequest, opened: datetime | None, data: dict[str, Any]) -> None:
        grant_request(asked, by=request.user, opened_at=opened, **data)

    done = _("Granted. The agent may do exactly this, once.")
    return _answer(request, pk, "grant_request", "grant", GrantForm, verb, done)


@for_members(read=READ)
def judgment_request_refuse(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Refuse it, with a reason."""

    def verb(asked: JudgmentRequest, opened: datetime | None, data: dict[str, Any]) -> None:
        refuse_request(asked, by=request.user, opened_at=opened, **data)

    return _answer(request, pk, "refuse_request", "refuse", RefuseForm, verb, _("Refused. The agent is told why."))


@for_members(read=READ)
def judgment_request_convene(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Have it deliberated, with a reason."""

    def verb(asked: JudgmentRequest, opened: datetime | None, data: dict[str, Any]) -> None:
        convene_for_request(asked, by=request.user, **data)

    done = _("It is put to the facilitators. The act waits until there is an outcome, and for you after that.")
    return _answer(request, pk, "convene_for_request", "convene", ConveneForm, verb, done)


def _answer(
    request: MemberRequest,
    pk: UUID,
    name: str,
    form: str,
    form_class: type,
    verb: Callable[[JudgmentRequest, datetime | None, dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    asked = _found(request, pk)
    require(request.caller, name)
    if request.method != "POST":
        return redirect("judgment_request", slug=request.organisation.slug, pk=pk)
    if asked.state != State.PENDING or is_over(asked, clock.now()):
        return _page(request, asked, late=True)
    writing = Writing(
        request, None, form_class, name=form, by=request.user, about=asked.pk, **_options(form, asked)
    )  # fmt: skip
    if writing.sends(lambda data: verb(asked, _opened(request, asked), data), done=done):
        request.session.get(OPENED, {}).pop(asked.pk.hex, None)
        request.session.modified = True
        return redirect("judgment_request", slug=request.organisation.slug, pk=pk)
    asked = _found(request, pk)
    if asked.state != State.PENDING:
        return _page(request, asked, late=True)
    return _page(request, asked, refused=writing)


def _options(form: str, asked: JudgmentRequest) -> dict[str, Any]:
    return {"checks": asked.safety_checks, "irreversible": asked.irreversible} if form == "grant" else {}


def _page(
    request: MemberRequest, asked: JudgmentRequest, refused: Writing | None = None, *, late: bool = False
) -> HttpResponse:
    whole = reading.whole_of_request(asked)
    slug = request.organisation.slug
    context: dict[str, Any] = {"asked": asked, "whole": whole, "slug": slug, "late": late}
    if asked.state == State.PENDING and not whole.lapsed and may(request.caller, "grant_request"):
        if refused is None:
            _note_opening(request, asked)
        forms_of = Forms(request, None, request.user, refused)
        context |= {
            "grant": forms_of("grant", GrantForm, about=asked.pk, **_options("grant", asked)),
            "refuse": forms_of("refuse", RefuseForm, about=asked.pk),
            "convene": forms_of("convene", ConveneForm, about=asked.pk, initial=_prefilled(whole)),
            "form": refused.form if refused else None,
        }
    elif asked.state == State.PENDING and not whole.lapsed:
        context["waits_for_holder"] = True
    if late:
        messages.error(request, _("Somebody was first, or its time is over: what happened stands below."))
    return render(request, "oversight/request.html", context, status=409 if late else status_of(refused))


def _prefilled(whole: Whole) -> dict[str, str]:
    """What is put to a facilitator, for the decision holder to reword."""
    act = whole.act
    says = act.line
    project = whole.request.project.name
    blocks = [block.text for block in act.blocks if block.text and block.text != act.thing]
    lines = [f"{whole.boundary}. {whole.why_boundary}"] if whole.boundary else []
    if whole.prepared.groups:
        lines.append(_("Who may bear it: %(groups)s.") % {"groups": "; ".join(whole.prepared.groups)})
    if whole.prepared.trade_offs:
        lines.append(_("What may pull apart: %(values)s.") % {"values": "; ".join(whole.prepared.trade_offs)})
    return {
        "question": _("May an agent do this in %(project)s: %(act)s?") % {"project": project, "act": says},
        "decision_asked": "\n\n".join([says, *([act.thing] if act.told and act.thing else []), *blocks, *lines]),
        "urgency": whole.request.urgency,
    }


def _note_opening(request: MemberRequest, asked: JudgmentRequest) -> None:
    opened: dict[str, str] = dict(request.session.get(OPENED, {}))
    if asked.pk.hex in opened:
        return
    opened[asked.pk.hex] = clock.now().isoformat()
    request.session[OPENED] = dict(list(opened.items())[-MOST_OPENED:])


def _opened(request: MemberRequest, asked: JudgmentRequest) -> datetime | None:
    held = request.session.get(OPENED, {}).get(asked.pk.hex)
    return datetime.fromisoformat(held) if held else None


def _found(request: MemberRequest, pk: UUID) -> JudgmentRequest:
    found = reading.get_request_for(request.organisation, pk)
    if found is None:
        raise Http404
    return found
