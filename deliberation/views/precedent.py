"""Precedents: the search, citing one, and reporting that something it relied on has changed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.ids import uuid_or_none
from accounts.models import Project, SeatUser, User
from accounts.roles import Part
from deliberation.domain.change_reports import report_change
from deliberation.domain.precedent import STANDING, cite_precedent
from deliberation.domain.standing import standing_of
from deliberation.forms.precedent import CiteForm, ReportForm, SearchForm
from deliberation.models import Deliberation, Framework, Precedent, ReviewTrigger, Seat, State
from deliberation.queries.likeness import Likeness, order_in_words, similar
from deliberation.queries.precedent import (
    Place,
    page_of,
    place_of,
    places_of_precedents,
)
from deliberation.queries.titles import titles_decided
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, speaker_of, to, user_of
from deliberation.views.writing import Writing


@form_page
@for_members(read="read_precedents")
def precedent_list(request: MemberRequest, slug: str) -> HttpResponse:
    """The organisation's precedents, searched and filtered; with a question of the reader's, those that are like it."""
    organisation = request.organisation
    titles = titles_decided(Framework)
    projects = list(Project.objects.all())
    form = SearchForm(request.GET or None, frameworks=titles, projects=projects)
    wanted = form.wanted() if request.GET else SearchForm({}, frameworks=(), projects=()).wanted()
    page = page_of(organisation, wanted, uuid_or_none(request.GET.get("after", "")))
    rows, following = page.rows, page.following
    places = places_of_precedents(rows, organisation)
    # Words come by POST, so that they stand in no address and no log; a link may name a deliberation by its number.
    named = request.GET.get("like", "")
    like = request.POST.get("like", named if named.isdecimal() else "").replace("\x00", "").strip()
    about = _like(like, request.user)
    query = {key: value for key, value in request.GET.items() if key not in {"after"} and value}
    return render(
        request,
        "deliberation/precedents.html",
        {
            "form": form,
            "filtered": not wanted.is_empty,
            "rows": [precedent_row(row, places[row.pk], slug) for row in rows],
            "more": urlencode(query | {"after": str(following)}) if following else "",
            "like": like,
            "like_number": about.reference if isinstance(about, Deliberation) else "",
            "likenesses": [likeness_row(one, slug) for one in similar(about, organisation)] if about else [],
            "order": order_in_words(),
            "any": bool(rows) or Precedent.objects.exists(),
        },
    )


def like_cases(request: DeliberationRequest, deliberation: Deliberation) -> dict[str, Any]:
    """For a page of a deliberation: the precedents like it and their order; None for who may not read them."""
    if request.membership is None:
        return {"likenesses": None}
    organisation = deliberation.organisation
    found = similar(deliberation, organisation, most=3)
    return {"likenesses": [likeness_row(one, organisation.slug) for one in found], "order": order_in_words()}


def _like(given: str, user: User) -> Deliberation | str:
    """What to compare with: the words as typed, or the deliberation of that number if the reader has a part in it."""
    if given.isdecimal() and len(given) < 9:
        rows = Deliberation.objects.select_related("question", "decision_asked", "project")
        found = rows.filter(number=int(given)).first()
        if found is not None and (found.state == State.DECIDED or standing_of(user, found).parts):
            return found
    return given[:5000]


def precedent_row(row: Precedent, place: Place, slug: str) -> dict[str, Any]:
    """One precedent in a list: where it stands, the question, what was decided."""
    version = row.outcome.signed_version
    when, late = standing_line(place)
    return {
        "when": when,
        "late": late,
        "more": [
            _("Signed %(day)s") % {"day": formats.date_format(row.created_at, "DATE_FORMAT")},
            row.deliberation.reference,
            row.deliberation.project.name,
        ],
        "title": row.deliberation.question,
        "url": reverse("precedent", args=[slug, row.deliberation.number]),
        "text": (version.decision or version.meanwhile) if version else None,
        "language": row.deliberation.language,
        "says": _shaken(place),
        "next": {"title": _("Cite it"), "url": reverse("precedent_cite", args=[slug, row.deliberation.number])}
        if row.state in STANDING
        else None,
    }


def standing_line(place: Place) -> tuple[str, bool]:
    """The strong line of a row, and whether it is late."""
    late = next((one for one in place.sentences if one.get("late")), None)
    if place.is_overdue and late is not None:
        return str(late["says"]), True
    if place.precedent.state != Precedent.State.IN_FORCE or place.review is None:
        return str(place.precedent.get_state_display()), False
    return _("Review by %(day)s") % {"day": formats.date_format(place.review.due_on, "DATE_FORMAT")}, False


def _shaken(place: Place) -> list[str]:
    if place.changed:
        day = formats.date_format(place.changed, "DATE_FORMAT")
        return [
            _("Something it relied on has changed, as was accepted on %(day)s. No review has answered it yet.")
            % {"day": day}
        ]
    if place.reported:
        return [_("A change has been reported, and nobody has decided on the report yet.")]
    return []


def likeness_row(likeness: Likeness, slug: str) -> dict[str, Any]:
    """A precedent that is like a question: the list's row, and what is alike and what differs."""
    return {
        "row": precedent_row(likeness.precedent, likeness.place, slug),
        "alike": likeness.alike,
        "differs": likeness.differs,
    }


@require_safe
@for_members(read="read_precedents")
def precedent(request: MemberRequest, slug: str, number: int) -> HttpResponse:
    """A precedent is its outcome, which says how it stands."""
    if not Precedent.objects.filter(deliberation__number=number).exists():
        raise Http404
    return redirect("outcome", slug=slug, number=number)


@form_page
@for_members(read="read_precedents")
def precedent_cite(request: MemberRequest, slug: str, number: int) -> HttpResponse:
    """Cite it in one of the reader's own deliberations: what is alike, and what differs."""
    organisation = request.organisation
    found = Precedent.objects.select_related(
        "deliberation__question", "deliberation__organisation", "outcome__signed_version__decision",
        "outcome__signed_version__does_not_apply_to",
    ).filter(deliberation__number=number).first()  # fmt: skip
    if found is None:
        raise Http404
    mine = _where_i_may_cite(request, found)
    writing = Writing(
        request,
        found.deliberation,
        CiteForm,
        name="cite",
        about=found.pk,
        by=user_of(request),
        initial={"deliberation": request.GET.get("in", "")},
        deliberations=mine,
    )
    if request.method == "POST":
        numbered = {str(one.number): one for one in mine}

        def cites(data: dict[str, Any]) -> object:
            return cite_precedent(
                numbered[data["deliberation"]],
                found,
                by=user_of(request),
                alike=data["alike"],
                differs=data["differs"],
            )

        if writing.sends(cites, done=_("It is cited. You will be told when its review closes.")):
            return redirect("deliberation", slug=slug, number=int(writing.form.cleaned_data["deliberation"]))
    return render(
        request,
        "deliberation/precedent_cite.html",
        {
            "precedent": found,
            "place": place_of(found),
            "organisation": organisation,
            "writing": writing,
            "form": writing.form,
            "mine": mine,
            "standing": found.state in STANDING,
        },
        status=writing.status,
    )


def _where_i_may_cite(request: MemberRequest, cited: Precedent) -> list[Deliberation]:
    parts = [Part.FACILITATOR, Part.HOLDER, Part.APPROVER]
    held = SeatUser.objects.filter(user=request.user, until__isnull=True).values("seat_id")
    seats = Seat.objects.filter(pk__in=held, part__in=parts).values("deliberation")
    ended = [State.PROPOSED, State.DISMISSED, State.SETTLED, State.WITHDRAWN]
    return list(
        Deliberation.objects.filter(pk__in=seats)
        .exclude(state__in=ended)
        .exclude(pk=cited.deliberation_id)
        .select_related("question", "organisation")
    )


@form_page
@deliberation_view("read_outcome")
def change_report(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Say that a trigger came about, or that something the decision relied on no longer holds."""
    found = Precedent.objects.select_related("outcome__signed_version__assumptions").filter(deliberation=deliberation)
    one = found.first()
    if one is None:
        raise Http404
    speaker = speaker_of(request)
    version = one.outcome.signed_version
    triggers = list(ReviewTrigger.objects.filter(version=version).select_related("text"))
    writing = Writing(request, deliberation, ReportForm, name="change", about=one.pk, by=speaker, triggers=triggers)
    if request.method == "POST":
        named = {str(trigger.pk): trigger for trigger in triggers}
        if writing.sends(
            lambda data: report_change(one, by=speaker, text=data["text"], trigger=named.get(data["trigger"])),
            done=_("Your report is sent. A reviewer decides on it, with a reason, and you are told."),
        ):
            return to(deliberation, "outcome")
    return render(
        request,
        "deliberation/change_report.html",
        {
            "deliberation": deliberation,
            "precedent": one,
            "place": place_of(one),
            "version": version,
            "writing": writing,
            "form": writing.form,
            "open": one.state in STANDING,
        },
        status=writing.status,
    )
