"""What a session leaves to the next: the agent's part, and beside it what the server knows.

The server's part is never the agent's to write: the instructions in force, the checks, the incidents, the pressure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts import clock
from accounts.known_fields import unknown_in
from accounts.models import APIKey
from accounts.permissions import SYSTEM, System
from accounts.refusals import Invalid
from instructions.domain.exporting import moment
from instructions.domain.in_force import variables_of, worded
from instructions.domain.standing import standing_rows, strongest_first
from oversight.domain.act import perform
from oversight.domain.pressure import ORDER
from oversight.models import Check, Handoff, Incident, Reading, Session
from oversight.models.words import Level

TEXTS = ("completed", "in_progress", "known_issues", "next_priorities")
MOST_TEXTS = 200
LONGEST_TEXT = 5_000
MOST_INSTRUCTIONS = 200
MOST_CHECKS = 100


def write_handoff(session: Session, body: Mapping[str, Any], *, by: APIKey) -> Handoff:
    """Keep the handoff an agent writes. Several may be written, also after the end; the newest holds.

    `body` is `{state, completed[], in_progress[], known_issues[], next_priorities[]}`. Raises `Invalid` by field.
    """
    return _write(session, checked(body), by=by, by_agent=True)


def write_for(session: Session) -> Handoff:
    """Write the server's part alone, of a session whose agent gave no handoff; it says so."""
    said = {"state": _("The agent gave no handoff. This is what the software knows."), **{name: [] for name in TEXTS}}
    return _write(session, said, by=SYSTEM, by_agent=False)


def is_owed(session: Session) -> bool:
    """Whether a session that ends now owes a handoff that its agent did not give."""
    if ORDER[session.level] < ORDER[Level.HIGH]:
        return False
    return not Handoff.objects.filter(session=session, by_agent=True).exists()


def acknowledge(handoff: Handoff, *, by: Session) -> None:
    """Note that a session has begun from this handoff; the session's own entry in the record names it."""
    Handoff.objects.filter(pk=handoff.pk, acknowledged_at__isnull=True).update(
        acknowledged_by=by, acknowledged_at=clock.now()
    )


def checked(body: Mapping[str, Any]) -> dict[str, Any]:
    """The agent's part as it is kept. Raises `Invalid` by field."""
    errors = unknown_in(body, ("state", *TEXTS))
    state = body.get("state", "")
    if not isinstance(state, str) or len(state) > LONGEST_TEXT:
        errors["state"] = _("A text of at most %(most)d characters is expected.") % {"most": LONGEST_TEXT}
    for name in TEXTS:
        texts = body.get(name, [])
        shaped = isinstance(texts, list) and len(texts) <= MOST_TEXTS
        if not shaped or not all(isinstance(one, str) and len(one) <= LONGEST_TEXT for one in texts):
            errors[name] = _("A list of at most %(most)d texts is expected, each of at most %(long)d characters.") % {
                "most": MOST_TEXTS, "long": LONGEST_TEXT,
            }  # fmt: skip
    if errors:
        raise Invalid(errors=errors)
    if not state.strip() and not any(body.get(name) for name in TEXTS):
        raise Invalid(_("Say at least where the work stands."), "state")
    return {"state": state, **{name: list(body.get(name, [])) for name in TEXTS}}


def _write(session: Session, said: Mapping[str, Any], *, by: APIKey | System, by_agent: bool) -> Handoff:
    with perform("write_handoff", session.organisation, by=by, thing=session) as act:
        body = dict(said) | known(session)
        # Two of these with many instructions are long; what a person may write in a field is not the measure here.
        text = act.keep("handoff", json.dumps(body, ensure_ascii=False), most=5_000_000)
        act.session, act.decision = str(session.pk), "written"
        act.context_pressure = session.level
        made = Handoff(
            organisation_id=session.organisation_id, session=session, body=text, by_agent=by_agent,
            written_at=act.now, entry_id=act.entry_id,
        )  # fmt: skip
        made.save(force_insert=True)
    return made


def known(session: Session) -> dict[str, Any]:
    """The server's part."""
    rows, variables = standing_rows(session.project).select_related("current__text"), variables_of(session.project)
    last = Reading.objects.filter(session=session).order_by("-id").first()
    of_it = Check.objects.filter(session=session)
    counted = dict(of_it.order_by().values_list("decision").annotate(Count("id")))
    stopped = of_it.filter(would_have__in=["deny", "ask"]).select_related("text").order_by("-id")[:MOST_CHECKS]
    return {
        "active_instructions": [
            {"id": row.key, "text": worded(row, variables)} for row in strongest_first(rows)[:MOST_INSTRUCTIONS]
        ],
        "active_instructions_in_all": rows.count(),
        "checks": {
            "counts": {name: counted.get(name, 0) for name in ("allow", "warn", "ask", "deny")},
            "stopped": [_stopped(one) for one in stopped],
        },
        "incidents": [
            {"kind": one.kind, "at": moment(one.at), "check_id": str(one.of_check_id)}
            for one in Incident.objects.filter(session=session).order_by("id")[:MOST_CHECKS]
        ],
        "pressure": {
            "level": session.level,
            "score": round(session.score, 4),
            "counts": session.counts,
            "factors": last.factors if last is not None else [],
        },
    }


def _stopped(check: Check) -> dict[str, Any]:
    said = {} if check.text.is_erased else json.loads(check.text.body)["answer"]
    return {
        "check_id": str(check.pk),
        "at": moment(check.at),
        "tool": check.tool,
        "decision": check.decision,
        "would_have": check.would_have,
        "reason": (said.get("reasons") or [str(check.text)])[0],
    }


def as_data(handoff: Handoff) -> dict[str, Any]:
    """A handoff as an answer has it."""
    said = {} if handoff.body.is_erased else json.loads(handoff.body.body)
    return {
        "session_id": handoff.session.name,
        "written_at": moment(handoff.written_at),
        "by_agent": handoff.by_agent,
        "acknowledged_at": moment(handoff.acknowledged_at) if handoff.acknowledged_at else None,
        "state": said.get("state", str(handoff.body)),
        **{name: said.get(name, []) for name in TEXTS},
        "active_instructions": said.get("active_instructions", []),
        "active_instructions_in_all": said.get("active_instructions_in_all", 0),
        "checks": said.get("checks"),
        "incidents": said.get("incidents", []),
        "pressure": said.get("pressure"),
    }


TITLES = {
    "completed": "Completed", "in_progress": "In progress", "known_issues": "Known issues",
    "next_priorities": "Next priorities",
}  # fmt: skip


def as_markdown(handoff: Handoff) -> str:
    """A handoff as a document for an agent or a person, in English as the framework is."""
    return "\n".join(_lines(as_data(handoff))) + "\n"


def _lines(said: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Handoff of session {said['session_id']}"
    yield ""
    yield f"Written {said['written_at']}" + ("" if said["by_agent"] else " by the software: the agent gave none") + "."
    # What the agent says is quoted line by line: no heading in it could stand for a part of the server's.
    yield from ("", "## State", "", *(f"> {line}" for line in (said["state"] or "Nothing was said.").splitlines()))
    for name, title in TITLES.items():
        yield from ("", f"## {title}", "")
        yield from (f"- {_indented(one)}" for one in said[name] or ["Nothing was said."])
    instructions, in_all = said["active_instructions"], said["active_instructions_in_all"]
    yield from ("", "## Instructions in force", "")
    yield from (f"- {one['id']}: {_indented(one['text'])}" for one in instructions)
    if in_all > len(instructions):
        yield f"- and {in_all - len(instructions)} more."
    if not instructions:
        yield "- None."
    checks, pressure = said["checks"], said["pressure"]
    if checks:
        counts = ", ".join(f"{number} {name}" for name, number in checks["counts"].items())
        yield from ("", "## Checks", "", f"{counts}.", "")
        for one in checks["stopped"]:
            yield f"- {one['at']} {one['tool']}: judged {one['would_have']}. {_indented(one['reason'])}"
    yield from ("", "## Incidents", "")
    yield from (f"- {one['at']} {one['kind']}, check {one['check_id']}" for one in said["incidents"])
    if not said["incidents"]:
        yield "- None."
    if pressure:
        yield from ("", "## Pressure", "", f"{pressure['level']}, {pressure['score']:.2f}.", "")
        yield from (f"- {one['name']}: {one['label']} ({one['score']:.2f})" for one in pressure["factors"])


def _indented(text: str) -> str:
    return "\n  > ".join(text.strip().splitlines())
