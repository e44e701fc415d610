"""What came of an act, told afterwards: done, failed, approved beside the agent, or decided while the service was away.

What was denied and done all the same is an incident. It is counted once, and never removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import APIKey
from accounts.refusals import Invalid
from accounts.scope import open_organisation
from oversight.domain.act import perform
from oversight.domain.answers import ALLOW, ASK, DENY, Question
from oversight.domain.checking import Considered, consider
from oversight.models import Check, Incident, JudgmentRequest
from oversight.models.words import Mode

AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=7)
EVENTS = ("executed", "failed", "approved_at_keyboard", "decided_locally")
DECIDED = (ALLOW, ASK, DENY)


class NoSuchCheck(Invalid):
    """There is no check that the report could be about."""


@dataclass(frozen=True)
class Report:
    """What a key tells of one act: which check it was, by its id or the tool call's, and what came of it.

    An act that was decided without the service comes with its `question`, and with what was `decided`.
    """

    event: str
    check_id: UUID | None = None
    tool_call: str | None = None
    question: Question | None = None
    decided: str | None = None
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Reported:
    """What is known of the act now. `incident` is the one this report made, or found."""

    check: Check
    incident: Incident | None
    repeated: bool = False


def report_act(key: APIKey, report: Report, judged: Considered | None = None) -> Reported:
    """Take a report in. The same one twice changes nothing. Raises `Invalid` by field, `NoSuchCheck`.

    `judged` is what `judge_report` gave, where that was before a transaction that is open now.
    """
    at = _moment(report)
    if report.event not in EVENTS:
        raise Invalid(_("One of %(events)s is expected.") % {"events": ", ".join(EVENTS)}, "event")
    if report.event == "decided_locally":
        judged = judged or judge_report(key, report)
        assert judged is not None
        # Kept in one transaction, so that no check stays without its incident.
        with open_organisation(key.organisation), transaction.atomic():
            return _judged_afterwards(key, report, judged, at)
    check = _check_of(key, report)
    if report.event == "approved_at_keyboard":
        return _once(key, check, report, {"approved_at": at}, None)
    became = Check.Became.EXECUTED if report.event == "executed" else Check.Became.FAILED
    return _once(key, check, report, {"became": became, "became_at": at}, _incident_of(check, became))


def _moment(report: Report) -> datetime:
    now = clock.now()
    if report.at is None:
        return now
    if report.at > now + AHEAD:
        raise Invalid(_("This is in the future. Set the clock of that machine, or leave `at` out."), "at")
    if report.at < now - BEHIND:
        raise Invalid(_("This is more than seven days ago. Set the clock of that machine, or leave `at` out."), "at")
    return report.at


def _check_of(key: APIKey, report: Report) -> Check:
    if (report.check_id is None) == (report.tool_call is None):
        raise Invalid(_("Say which act it was: by check_id or by tool_call_id, one of them."), "check_id")
    named = {"pk": report.check_id} if report.check_id is not None else {"tool_call": report.tool_call}
    check = Check.objects.select_related("session", "request", "project").filter(key=key, **named).first()
    if check is None:
        field = "check_id" if report.check_id is not None else "tool_call_id"
        raise NoSuchCheck(_("This key has asked about no such act."), field)
    return check


def _incident_of(check: Check, became: str) -> str | None:
    """What kind of incident it is that this act was done; None where it is none."""
    if became != Check.Became.EXECUTED:
        return None
    if check.decision == DENY:
        return Incident.Kind.DENIED_DONE
    if check.decision != ASK or check.at_keyboard or check.mode == Mode.DEGRADED:
        return None  # a person beside the agent was asked, or nothing was
    granted = (JudgmentRequest.State.GRANTED, JudgmentRequest.State.USED)
    if check.request is not None and check.request.state in granted:
        return None
    return Incident.Kind.UNGRANTED_DONE


def _once(key: APIKey, check: Check, report: Report, becomes: Mapping[str, Any], kind: str | None) -> Reported:
    """Note what came of an act, where that was not told before."""
    told = next(iter(becomes))
    if getattr(check, told) is not None:
        return Reported(check, Incident.objects.filter(of_check=check).first(), repeated=True)
    try:
        with perform("report_act", key.organisation, by=key, project=key.project) as act:
            if not Check.objects.filter(pk=check.pk, **{f"{told}__isnull": True}).update(**becomes):
                raise _Repeated
            act.subject, act.decision, act.mode = ("check", check.pk), report.event, check.mode
            act.session = str(check.session_id) if check.session_id else None
            act.service, act.cause, act.boundary = "Gate", check.entry_id, check.boundary or None
            act.keep("reason", report.reason, optional=True)
            incident = _note(check, kind, act.now, act.entry_id) if kind is not None else None
            act.outcome = f"incident_{kind}" if kind is not None else None
    except _Repeated:
        check.refresh_from_db()
        return Reported(check, Incident.objects.filter(of_check=check).first(), repeated=True)
    for name, value in becomes.items():
        setattr(check, name, value)
    return Reported(check, incident)


class _Repeated(Exception):
    """Somebody told the same at the same time, and was first."""


def _note(check: Check, kind: str, now: datetime, entry_id: UUID) -> Incident:
    made = Incident(
        organisation_id=check.organisation_id, project_id=check.project_id, session_id=check.session_id,
        of_check=check, kind=kind, at=now, entry_id=entry_id,
    )  # fmt: skip
    made.save(force_insert=True)
    return made


def judge_report(key: APIKey, report: Report) -> Considered | None:
    """Judge what was decided without the service, before any transaction, as every check is; None for other reports.

    Raises `Invalid` by field.
    """
    if report.event != "decided_locally":
        return None
    if report.question is None:
        raise Invalid(_("Send the action that was decided about."), "action")
    if report.decided not in DECIDED:
        raise Invalid(_("One of %(words)s is expected.") % {"words": ", ".join(DECIDED)}, "decided")
    with open_organisation(key.organisation):
        return consider(key, report.question, locally=report.decided)


def _judged_afterwards(key: APIKey, report: Report, considered: Considered, at: datetime) -> Reported:
    """Keep what was decided without the service and what is judged of it now.

    What was let through there and would have been denied here is an incident. Where the service had judged the
    call after all, and only its answer was lost, that check stands.
    """
    answer = considered.keep()
    check = Check.objects.select_related("session", "request", "project").get(pk=answer.check_id or "")
    kind = None
    if report.decided == ALLOW and DENY in (check.decision, check.would_have) and check.mode != Mode.OBSERVED:
        kind = Incident.Kind.LET_THROUGH
    if answer.replayed and check.mode == Mode.DEGRADED:
        return Reported(check, Incident.objects.filter(of_check=check).first(), repeated=True)
    with perform("report_act", key.organisation, by=key, project=key.project) as act:
        act.subject, act.decision, act.mode = ("check", check.pk), report.event, str(Mode.DEGRADED)
        act.session = str(check.session_id) if check.session_id else None
        act.service, act.cause = "Gate", check.entry_id
        act.keep("reason", report.reason, optional=True)
        incident = None
        if kind is not None:
            incident = Incident.objects.filter(of_check=check, kind=kind).first()
            incident = incident or _note(check, kind, at, act.entry_id)
            act.outcome = f"incident_{kind}"
    return Reported(check, incident)
