"""What each hook event of Claude Code leads to: an act is checked, a prompt read, a session counted and handed on.

An event that is not known is answered with nothing, so that a newer version of the tool goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import APIKey
from accounts.refusals import Invalid, Refused, WrongState
from oversight.adapters.bodies import must_be_few
from oversight.adapters.claude_code import Said, action_of, before_tool, context
from oversight.adapters.handoff_file import handoff_in
from oversight.adapters.prompts import instructions_given, propose_from_prompt
from oversight.domain import handoffs
from oversight.domain.answers import ALLOW, ASK, DENY, Question, is_name, needs_name
from oversight.domain.checking import check_action
from oversight.domain.pressure import ORDER, counts_of
from oversight.domain.reports import Report, report_act
from oversight.domain.sessions import end_session_of_agent, open_session, tell_pressure
from oversight.models import Check, Handoff, Session
from oversight.models.words import Mode
from tractatus import Pressure
from tractatus.pressure import REQUIRED_ACTIONS

Event = Mapping[str, Any]

AGENT = "Claude Code"
HANDED_ON_WITHIN = timedelta(days=14)
"""A handoff that is older is not given to a session by itself."""
LONGEST_HANDOFF = 8_000
PEOPLE_SAID = (None, "user", "sdk")
"""Who may have written a prompt that counts as a message; others the tool injects by itself."""
BACK_AGAIN = "#"
"""A conversation that is taken up after its end is the next session of it: `name`, then `name#2`."""
MOST_LATER = 100
"""So many are looked through for it: a key may open others through the interface whose names begin alike."""


def take(key: APIKey, event: Event) -> Said:
    """The answer to one event. Raises `Invalid` by field, and what the verbs raise."""
    name = event.get("hook_event_name")
    if not isinstance(name, str):
        raise Invalid(_("Say which event this is."), "hook_event_name")
    if not is_name(event.get("session_id")):
        raise needs_name("session_id")
    handler = HANDLERS.get(name)
    return handler(key, event) if handler is not None else {}


def take_status(key: APIKey, status: Event) -> dict[str, Any]:
    """Take in what the status line says of the context: its tokens. Gives the session as it then stands."""
    if not is_name(status.get("session_id")):
        raise needs_name("session_id")
    session = _standing(key, status)
    if session is None or not session.is_open:
        return {"session": None}
    window = status.get("context_window")
    counts = tokens_of(window if isinstance(window, Mapping) else {})
    if counts and any(session.counts.get(name) != value for name, value in counts.items()):
        _count(key, session, lambda _before: counts)
        session.refresh_from_db()
    return {
        "session": {
            "id": session.name,
            "state": session.state,
            "pressure_level": session.level,
            "pressure_score": round(session.score, 4),
        }
    }


def tokens_of(window: Event) -> dict[str, int]:
    """The tokens in the context, of how many. Some versions count on past the window: more than all is all."""
    size, share = _number(window.get("context_window_size")), _number(window.get("used_percentage"))
    if size is None or size <= 0:
        return {}
    used = _number(window.get("total_input_tokens")) if share is None else size * share / 100
    if used is None:
        return {}
    if used < 0:
        raise Invalid(_("Tokens that are used are 0 or more."), "context_window")
    return {"tokens_used": min(round(used), int(size)), "tokens_budget": int(size)}


def _number(value: Any) -> float | None:
    whole = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**12
    return value if whole else None


# --- An act, before it and after it


def _before_tool(key: APIKey, event: Event) -> Said:
    answer = check_action(key, _question(key, event, _to_ask_in(key, event)))
    return before_tool(answer, event.get("tool_input"))


def _after_tool(key: APIKey, event: Event) -> Said:
    _became(key, event, "executed")
    session = _standing(key, event)
    body = handoff_in(event)
    if body is not None and session is not None and session.state != Session.State.ARCHIVED:
        handoffs.write_handoff(session, body, by=key)
    return {}


def _after_failure(key: APIKey, event: Event) -> Said:
    _became(key, event, "failed")
    session = _standing(key, event)
    if session is not None and session.is_open and not event.get("is_interrupt"):
        _count(key, session, lambda before: {"recent_errors": before.get("recent_errors", 0) + 1})
    return {}


def _became(key: APIKey, event: Event, what: str) -> None:
    """Note what came of an act. One that nobody was asked about was let through while the service was away."""
    call = event.get("tool_use_id")
    if not is_name(call):
        return
    check = Check.objects.filter(key=key, tool_call=call).first()
    if check is None:
        _decided_there(key, event, ALLOW)
    elif check.decision == ASK and (check.at_keyboard or check.mode == Mode.DEGRADED) and what == "executed":
        report_act(key, Report("approved_at_keyboard", tool_call=call))
    report_act(key, Report(what, tool_call=call))


def _after_batch(key: APIKey, event: Event) -> Said:
    """What was done or held back without asking, because the service was away when it was to be asked."""
    decided = event.get("tractatus_failure_mode")
    calls = event.get("tool_calls")
    must_be_few(calls, "tool_calls")
    calls = calls if isinstance(calls, list) else []
    named = {
        call["tool_use_id"]: call for call in calls if isinstance(call, Mapping) and is_name(call.get("tool_use_id"))
    }
    known = set(Check.objects.filter(key=key, tool_call__in=named).values_list("tool_call", flat=True))
    for name, call in named.items():
        if name not in known:
            told = {**call, "session_id": event["session_id"]}
            _decided_there(key, told, decided if decided in (ALLOW, ASK, DENY) else ALLOW)
    return {}


def _decided_there(key: APIKey, event: Event, decided: str) -> None:
    session = _standing(key, event)
    question = _question(key, event, session.name if session is not None else event["session_id"])
    why = _("The service was not asked before the act.")
    report_act(
        key, Report("decided_locally", tool_call=question.tool_call, question=question, decided=decided, reason=why)
    )


def _question(key: APIKey, event: Event, session: str) -> Question:
    return Question(action=action_of(event), session=session, tool_call=event.get("tool_use_id"), agent={"name": AGENT})


# --- A prompt


def _prompt(key: APIKey, event: Event) -> Said:
    prompt = event.get("prompt")
    if event.get("source") not in PEOPLE_SAID or not isinstance(prompt, str):
        return {}
    session = _opened(key, event)
    told: list[str] = []
    if session.is_open:
        before = session.level
        # The failures that count as recent are those since a person last said something.
        pressure = _count(
            key, session, lambda was: {"messages": was.get("messages", 0) + 1, "recent_errors": 0}, warns=True
        )
        told += _risen(before, pressure)
    proposed = len(propose_from_prompt(key, prompt))
    told.append(instructions_given(key.project, proposed=proposed))
    return context("UserPromptSubmit", "\n\n".join(filter(None, told)))


def _risen(before: str, pressure: Pressure) -> list[str]:
    level = str(pressure.level)
    if ORDER[level] <= ORDER[before]:
        return []
    todo = " ".join(REQUIRED_ACTIONS[pressure.level])
    return [_("The pressure of this session is %(level)s now. %(todo)s") % {"level": level, "todo": todo}]


# --- A session


def _session_start(key: APIKey, event: Event) -> Said:
    source = event.get("source")
    pending = _pending(key, event["session_id"]) if source in ("startup", "clear") else None
    session = _opened(key, event, continues=pending)
    told = [instructions_given(key.project, only_high=True)]
    if source == "compact" and session.is_open:
        before = session.level
        pressure = _count(
            key, session, lambda was: {"compactions": was.get("compactions", 0) + 1, "messages": 0}, warns=True
        )
        told = [*_risen(before, pressure), *told]
    if session.continues_id is not None and source != "compact":
        handed = Handoff.objects.filter(session=session.continues_id).order_by("-id").first()
        if handed is not None:
            told.insert(0, handoffs.as_markdown(handed)[:LONGEST_HANDOFF])
    return context("SessionStart", "\n\n".join(filter(None, told)))


def _pending(key: APIKey, name: str) -> str | None:
    """The session of this key whose handoff nobody has taken up, and which is not at work any more."""
    over = (Session.State.HANDOFF_DUE, Session.State.ENDED)
    rows = Handoff.objects.filter(session__key=key, session__state__in=over, acknowledged_at__isnull=True)
    rows = rows.filter(written_at__gt=clock.now() - HANDED_ON_WITHIN).exclude(session__name=name)
    newest = rows.select_related("session").order_by("-id").first()
    return newest.session.name if newest is not None else None


def _before_compaction(key: APIKey, event: Event) -> Said:
    session = _standing(key, event)
    if session is not None and session.is_open and handoffs.is_owed(session):
        handoffs.write_for(session)
    return {}


def _session_end(key: APIKey, event: Event) -> Said:
    session = _standing(key, event)
    if session is not None and session.is_open:
        end_session_of_agent(session, by=key)
    return {}


def _standing(key: APIKey, event: Event) -> Session | None:
    """The session that an event belongs to, open or not; None where there is none yet."""
    name = event["session_id"]
    rows = Session.objects.filter(project=key.project_id).select_related("organisation", "project")
    found = rows.filter(name=name).first()
    if found is None or found.is_open:
        return found
    later = rows.filter(name__startswith=f"{name}{BACK_AGAIN}", key=key).order_by("-id")[:MOST_LATER]
    return next((one for one in later if one.name.removeprefix(f"{name}{BACK_AGAIN}").isdecimal()), found)


def _opened(key: APIKey, event: Event, *, continues: str | None = None) -> Session:
    """The open session that an event belongs to. One that has ended is gone on from; one that people stopped stands."""
    agent = {"name": AGENT, "model": event["model"] if isinstance(event.get("model"), str) else None}
    found = _standing(key, event)
    if found is None:
        try:
            return open_session(key, event["session_id"], agent=agent, continues=continues)[0]
        except WrongState:  # what it would go on from was stopped meanwhile: it begins by itself
            return open_session(key, event["session_id"], agent=agent)[0]
    if found.is_open:
        return found
    number = int(found.name.rpartition(BACK_AGAIN)[2]) + 1 if found.name != event["session_id"] else 2
    try:
        return open_session(key, f"{event['session_id']}{BACK_AGAIN}{number}", agent=agent, continues=found.name)[0]
    except Refused:
        return found


def _to_ask_in(key: APIKey, event: Event) -> str:
    """What the session is called that an act is asked about in. One that is not known is opened by the check."""
    found = _standing(key, event)
    if found is None:
        return str(event["session_id"])
    return found.name if found.is_open else _opened(key, event).name


def _count(
    key: APIKey, session: Session, change: Callable[[Mapping[str, Any]], Mapping[str, Any]], *, warns: bool = False
) -> Pressure:
    """Change a session's counts by what they were, one after the other where several events come at once."""
    with transaction.atomic():
        held = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        counts = counts_of(held, change(held.counts))
        return tell_pressure(session, counts, by=key, warns=warns)


HANDLERS: dict[str, Callable[[APIKey, Event], Said]] = {
    "PreToolUse": _before_tool,
    "PostToolUse": _after_tool,
    "PostToolUseFailure": _after_failure,
    "PostToolBatch": _after_batch,
    "UserPromptSubmit": _prompt,
    "SessionStart": _session_start,
    "PreCompact": _before_compaction,
    "SessionEnd": _session_end,
}
