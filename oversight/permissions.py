"""Who may do what about agents at work: this app's rows of the one table in `accounts.permissions`.

A key asks and tells; people grant, refuse, stop and suspend. What a key may do is never to decide for itself.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import ANY, Rule, add
from accounts.roles import Role
from oversight.models import JudgmentRequest, Session

HOLDER = (Role.DECISION_HOLDER,)
CHARGE = (Role.DECISION_HOLDER, Role.ADMINISTRATOR)
WATCH = (Role.DECISION_HOLDER, Role.ADMINISTRATOR, Role.EDITOR, Role.AUDITOR)
REVIEW = (Role.DECISION_HOLDER, Role.ADMINISTRATOR, Role.AUDITOR)
KEY = ("key",)
OPEN = Session.OPEN
ASKED = JudgmentRequest.State


def _row(
    verb: str,
    states: tuple[str, ...],
    who: tuple[Role | str, ...],
    says: Promise,
    *,
    to: str | None = None,
    event: str = "",
    routes: tuple[str, ...] = (),
    machine: str = "check",
    barred: tuple[str, ...] = (),
) -> Rule:
    return Rule(
        verb=verb,
        machine=machine,
        states=tuple(str(state) for state in states),
        to=str(to) if to else None,
        who=who,
        barred=barred,
        event=event,
        routes=routes,
        says=says,
    )


def declare() -> None:
    """Put them into the table."""
    add(*rows())


# A table reads best as rows.
# fmt: off


def rows() -> tuple[Rule, ...]:
    """The verbs of this app, then its reads."""
    return (
        # Sessions and checks: what keys do
        _row("check_action", (ANY,), KEY, _("A key asks before an act; it is judged, recorded and answered."),
             event="oversight.check",
             routes=("api_checks", "hook_claude_code", "hook_claude_code_status", "litellm_guardrail")),
        _row("report_act", (ANY,), KEY, _("A key tells afterwards what became of an act."),
             event="oversight.report", routes=("api_reports",)),
        _row("open_session", (ANY,), KEY, _("A key opens a session; the first check of one opens it too."),
             to=Session.State.ACTIVE, event="oversight.session.open", machine="session",
             routes=("api_sessions",)),
        _row("tell_pressure", OPEN, KEY, _("A key tells how long and how full its session has become."),
             event="oversight.session.pressure", machine="session", routes=("api_session_pressure",)),
        _row("write_handoff", (*OPEN, Session.State.ENDED), (*KEY, "system"),
             _("A key hands its session over; the software adds what it knows."),
             event="oversight.session.handoff", machine="session", routes=("api_session_handoff",)),
        _row("end_session_of_agent", OPEN, (*KEY, "system"), _("A key ends its session; a silent one ends by itself."),
             to=Session.State.ENDED, event="oversight.session.end", machine="session",
             routes=("api_session_end",)),
        _row("archive_session", (Session.State.ENDED,), ("system",), _("An ended session is put away after a while."),
             to=Session.State.ARCHIVED, event="oversight.session.archive", machine="session"),
        # What people decide
        _row("ask_judgment", (ANY,), KEY, _("What a key may not do without a person is put to the decision holders."),
             to=ASKED.PENDING, event="oversight.request.ask", machine="request"),
        _row("grant_request", (ASKED.PENDING,), HOLDER,
             _("A decision holder grants exactly this act, once."), to=ASKED.GRANTED, event="oversight.request.grant",
             machine="request", routes=("judgment_request_grant",)),
        _row("refuse_request", (ASKED.PENDING,), HOLDER, _("A decision holder refuses an act, with a reason."),
             to=ASKED.REFUSED, event="oversight.request.refuse", machine="request",
             routes=("judgment_request_refuse",)),
        _row("convene_for_request", (ASKED.PENDING,), HOLDER,
             _("A decision holder has an act deliberated, with a reason."), to=ASKED.DELIBERATING,
             event="oversight.request.convene", machine="request", routes=("judgment_request_convene",)),
        _row("return_request", (ASKED.DELIBERATING,), ("system",),
             _("When its deliberation has ended, a request waits for a person again, with the outcome beside it."),
             to=ASKED.PENDING, event="oversight.request.return", machine="request"),
        _row("use_grant", (ASKED.GRANTED,), KEY, _("The act that was granted is asked about again and let through."),
             to=ASKED.USED, event="oversight.request.use", machine="request"),
        _row("expire_grant", (ASKED.GRANTED,), ("system",), _("A grant nobody used in time ends."),
             to=ASKED.EXPIRED, event="oversight.request.expire", machine="request"),
        _row("lapse_request", (ASKED.PENDING,), ("system",),
             _("A request nobody answered in time lapses: silence is not a grant."), to=ASKED.LAPSED,
             event="oversight.request.lapse", machine="request"),
        # What people do at once
        _row("freeze", (ANY,), (*CHARGE, "member"),
             _("A decision holder, an administrator or whoever made the key stops a session, a key or a project."),
             event="oversight.freeze", machine="stop", routes=("freeze_project", "freeze_key", "freeze_session")),
        _row("lift_freeze", (ANY,), CHARGE, _("A decision holder or an administrator lets it go on, with a reason."),
             event="oversight.freeze.lift", machine="stop", routes=("freeze_lift",)),
        _row("break_glass", (ANY,), CHARGE,
             _("A named person suspends one instruction, one boundary or a project's enforcement, at most an hour."),
             event="oversight.glass.break", machine="glass", routes=("glass_break",)),
        _row("mend_glass", (ANY,), CHARGE, _("A decision holder or an administrator ends it before its time."),
             event="oversight.glass.end", machine="glass", routes=("glass_mend",)),
        _row("lapse_glass", (ANY,), ("system",), _("What was suspended holds again by itself."),
             event="oversight.glass.lapse", machine="glass"),
        _row("review_glass", (ANY,), REVIEW, _("Somebody other than who broke it reviews what happened."),
             event="oversight.glass.review", machine="glass", barred=("breaker",), routes=("glass_review",)),
        # Observe, then enforce
        _row("mark_stop", (ANY,), (Role.ADMINISTRATOR, Role.EDITOR, Role.DECISION_HOLDER),
             _("A person marks what would have been stopped as right or wrong."), event="oversight.mark",
             routes=("agent_check_mark",)),
        # Reads
        _row("read_agents", (ANY,), WATCH,
             _("What agents do is for decision holders, administrators, editors and auditors."), machine="read",
             routes=("agents", "agent_session", "agent_check", "agent_handoff",
                     "agent_key", "freezes", "glass_list", "glass")),
        _row("read_requests", (ANY,), WATCH,
             _("Judgement requests are for decision holders, administrators, editors and auditors."), machine="read",
             routes=("judgment_requests", "judgment_request")),
        _row("read_checks_by_key", (ANY,), KEY, _("A key reads its project's checks, sessions and requests."),
             machine="read", routes=("api_check", "api_judgment_request")),
        _row("read_simulator", (ANY,), ("anyone",),
             _("Where an administrator has switched the simulator on, anybody may try it."), machine="read",
             routes=("public_simulator", "public_simulator_walk")),
    )
