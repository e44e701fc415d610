"""The pages on which people watch agents: their sessions, one session, one check, a handoff."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.durations import took
from accounts.ids import uuid_or_none
from accounts.permissions import Caller, may
from accounts.queries.organisations import projects
from audit.models import Entry
from audit.queries.proofs import proof_of
from oversight.domain.handoffs import as_markdown
from oversight.domain.stops import may_freeze
from oversight.forms.listing import FilterForm
from oversight.models import Check, JudgmentRequest, Session
from oversight.models.words import Mode
from oversight.queries import checks as of_checks
from oversight.queries import sessions as of_sessions
from oversight.queries.handoffs import part_of
from oversight.queries.needs import needs_of
from oversight.queries.services import services_of, would_pass_of
from oversight.queries.sessions import Page
from oversight.queries.showing import one_line, whole_of
from oversight.queries.wording import STRICT

READ = "read_agents"
MOST_NAMED = 3
HEARD_EVERY = 4
"""Seconds between two looks of an open session's page."""


@require_safe
@for_members(read=READ)
def agents(request: MemberRequest, slug: str) -> HttpResponse:
    """The sessions of the organisation's agents, and above them what needs a person."""
    given = request.GET
    keys = list(of_sessions.keys_of(request.organisation))
    form = FilterForm(given, keys=keys, projects=projects())
    wanted = form.wanted()
    after = uuid_or_none(given.get("after"))
    ended, following = of_sessions.ended_sessions(request.organisation, wanted, after)
    open_now = [] if after else of_sessions.open_sessions(request.organisation, wanted)
    query = {key: value for key, value in given.items() if key != "after" and value}
    return render(
        request,
        "oversight/agents.html",
        {
            "slug": slug,
            "form": form,
            "narrow": wanted.is_narrow,
            "needs": needs_of(request.organisation),
            "open": open_now,
            "ended": ended,
            "older": urlencode(query | {"after": str(following)}) if following else "",
            "any": bool(ended or open_now) or Session.objects.filter(organisation=request.organisation).exists(),
            "has_key": any(key.revoked_at is None for key in keys),
            "may_make_key": may(request.caller, "create_api_key"),
            "site": request.build_absolute_uri("/").rstrip("/"),
        },
    )


@require_safe
@for_members(read=READ)
def agent_session(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """What one session did. While it is open its page asks again every few seconds, and 204 says nothing is new."""
    session = of_sessions.get_session_for(request.organisation, pk)
    if session is None:
        raise Http404
    before, after = uuid_or_none(request.GET.get("before")), uuid_or_none(request.GET.get("after"))
    page = of_sessions.page_of(session, before=before, after=after)
    watch = render_to_string("oversight/parts/watch.html", _watched(request, page))
    seen = hashlib.sha256(watch.encode()).hexdigest()[:20]
    if request.headers.get("HX-Request") and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    place = {"before": before} if before else {"after": after} if after else {}
    return render(
        request,
        "oversight/session.html",
        {"session": session, "page": page, "watch": watch, "again": urlencode(place | {"seen": seen}),
         "every": HEARD_EVERY},
    )  # fmt: skip


def _watched(request: MemberRequest, page: Page) -> dict[str, Any]:
    session = page.session
    agent = " ".join(filter(None, (session.agent_name, session.agent_version)))
    if session.agent_model:
        agent = f"{agent}, {session.agent_model}" if agent else session.agent_model
    return {
        "page": page,
        "session": session,
        "slug": request.organisation.slug,
        "name": one_line(session.name),
        "agent": one_line(agent, 80),
        "ended_same_day": session.ended_at is not None and _day(session.ended_at) == _day(session.opened_at),
        "messages": session.counts.get("messages") or 0,
        "waiting": [{"request": one, "says": _title(one)} for one in page.waiting[:MOST_NAMED]],
        "handoff": part_of(page.handoffs[0]) if page.handoffs else None,
        "may_freeze": may_freeze(request.caller.roles, request.user, session.key),
    }


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _title(asked: JudgmentRequest) -> str:
    return one_line(of_checks.act_in(asked.text).line, 80)


@require_safe
@for_members(read=READ)
def agent_check(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """One check: what was asked, what was answered, and what each service said."""
    check = of_sessions.get_check_for(request.organisation, pk)
    if check is None:
        raise Http404
    (seen,) = of_checks.seen_of([check])
    return render(
        request,
        "oversight/check.html",
        {
            "seen": seen,
            "check": check,
            "services": services_of(seen),
            "would_pass": would_pass_of(seen),
            "reasoning": whole_of(seen.asked.get("reasoning")),
            "whole": whole_of(seen.asked.get("action")),
            "facts": _facts(seen, slug, request.caller),
            "marks": of_checks.marks_of(check),
            "took": took(check.microseconds),
            "key_url": reverse("agent_key", args=[slug, check.key_id]),
            "may_mark": may(request.caller, "mark_stop"),
            "may_break": may(request.caller, "break_glass"),
            "proof": proof_of(Entry.objects.get(pk=check.entry_id)),
            "session_url": reverse("agent_session", args=[slug, check.session_id]) if check.session_id else "",
        },
    )


def _facts(seen: of_checks.Seen, slug: str, caller: Caller) -> list[dict[str, Any]]:
    check = seen.check
    asked = check.request or check.grant
    entry = format_html('<span class="hash">{}</span>', check.entry_id)
    if may(caller, "read_record"):
        entry = format_html('<a href="{}">{}</a>', reverse("record_entry", args=[slug, check.entry_id]), entry)
    rows = [
        (_("Told"), seen.verdict),
        (_("Boundary"), seen.boundary),
        (_("A person"), seen.request_says),
        (_("In their words"), asked.reason if asked is not None and asked.reason is not None else ""),
        (_("The act"), _became(check)),
        (_("The agent calls it"), check.tool_call and format_html("<code>{}</code>", one_line(check.tool_call))),
        (_("Entry in the record"), entry),
    ]  # fmt: skip
    return [{"label": label, "says": says} for label, says in rows]


def _became(check: Check) -> str:
    if check.became:
        return _("%(became)s, as the agent told afterwards") % {"became": check.get_became_display()}
    if check.mode != Mode.OBSERVED and check.decision in STRICT:
        return _("not done, as far as the agent has told")
    return _("the agent has not told what came of it")


@require_safe
@for_members(read=READ)
def agent_handoff(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """A handoff as a Markdown file."""
    handoff = of_sessions.get_handoff_for(request.organisation, pk)
    if handoff is None:
        raise Http404
    response = HttpResponse(as_markdown(handoff), content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="handoff-{handoff.written_at:%Y%m%dT%H%M%SZ}.md"'
    return response
