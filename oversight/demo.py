"""Agents at work in the demo, told from `data/demo.json` by the verbs that keys and people use, the clock set back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from accounts import clock
from accounts.domain.keys import create_api_key
from accounts.keys import note_use
from accounts.models import APIKey, Project, User
from oversight.domain.answers import Answer, Question
from oversight.domain.checking import check_action
from oversight.domain.convening import convene_for_request
from oversight.domain.handoffs import write_handoff
from oversight.domain.modes import mark_stop
from oversight.domain.reports import Report, report_act
from oversight.domain.requests import grant_request, refuse_request
from oversight.domain.sessions import end_session_of_agent, open_session
from oversight.models import Check, JudgmentRequest, Session

STORY = Path(__file__).parent / "data" / "demo.json"


def tell(project: Project, staff: Mapping[str, User], now: datetime) -> None:
    """Tell the story of a project of the demo, so that it has come to its end at `now`, five in the afternoon."""
    telling = _Telling(project, staff, now)
    for one in json.loads(STORY.read_text(encoding="utf-8")):
        if "minute" in one:
            telling.act(one)
        else:
            with telling.at(one["days"], one["at"]):
                getattr(telling, f"_{one['do']}")(one)


class _Telling:
    """The keys so far, and the session that goes on."""

    def __init__(self, project: Project, staff: Mapping[str, User], now: datetime) -> None:
        self.project, self.staff, self.five = project, staff, now
        self.keys: dict[str, APIKey] = {}
        self.session: Session
        self.begun = now
        self.agent: dict[str, str] = {}

    def at(self, days: int, hour: str) -> Any:
        """The clock of the verbs so many days before the end of the story, at this hour there."""
        hours, minutes = map(int, hour.split(":"))
        self.moment = self.five + timedelta(days=-days, hours=hours - 17, minutes=minutes)
        return clock.at(self.moment, self.project.organisation)

    def _later(self, minutes: float) -> Any:
        return clock.at(self.begun + timedelta(minutes=minutes), self.project.organisation)

    def _key(self, one: Mapping[str, Any]) -> None:
        self.keys[one["as"]] = create_api_key(
            self.project, one["name"], by=self.staff["administrator"],
            enforces=one.get("enforces", False), attended=one.get("attended", False),
        ).key  # fmt: skip

    def _session(self, one: Mapping[str, Any]) -> None:
        self.begun, self.agent = self.moment, one["agent"]
        self.session, _new = open_session(
            self.keys[one["key"]], one["as"], agent=self.agent, continues=one.get("continues")
        )

    def _end(self, one: Mapping[str, Any]) -> None:
        end_session_of_agent(self.session, by=self.session.key)

    def _handoff(self, one: Mapping[str, Any]) -> None:
        write_handoff(self.session, one["body"], by=self.session.key)

    def act(self, one: Mapping[str, Any]) -> None:
        """One act that was asked about, and what came of it."""
        with self._later(one["minute"]):
            told = self._ask(one)
        check = Check.objects.get(pk=UUID(told.check_id))
        if "report" in one:
            with self._later(one["minute"] + 1):
                report_act(self.session.key, Report(event=one["report"], check_id=check.pk))
        if "mark" in one:
            with self._later(12 * 60):
                mark_stop(check, by=self.staff["editor"], **one["mark"])
        if {"grant", "refuse", "convene"} & one.keys():
            assert check.request is not None, one
            self._answered(check.request, one)

    def _ask(self, one: Mapping[str, Any]) -> Answer:
        question = Question(
            _action(one), session=self.session.name, session_state=one.get("state"), reasoning=one.get("reasoning"),
            agent=self.agent,
        )  # fmt: skip
        note_use(self.session.key)
        return check_action(self.session.key, question)

    def _answered(self, request: JudgmentRequest, one: Mapping[str, Any]) -> None:
        verb = next(verb for verb in ("grant", "refuse", "convene") if verb in one)
        said = {name: value for name, value in one[verb].items() if name != "minutes"}
        holder = self.staff["decision_holder"]
        with self._later(one["minute"] + one[verb]["minutes"]):
            opened_at = clock.now() - timedelta(minutes=4)
            if verb == "convene":
                convene_for_request(request, by=holder, urgency="IMPORTANT", **said)
            elif verb == "refuse":
                refuse_request(request, by=holder, opened_at=opened_at, **said)
            else:
                every = range(len(request.safety_checks))
                grant_request(request, by=holder, ticked=every, opened_at=opened_at, **said)
        if "again" in one:
            with self._later(one["minute"] + one["again"]):
                self._ask(one)


def _action(one: Mapping[str, Any]) -> dict[str, Any]:
    """The act as the agent's tool calls it."""
    if "decide" in one:
        return {"type": "decision", "description": one["decide"]}
    if "read" in one:
        return {"tool_name": "Read", "tool_input": {"file_path": one["read"]}}
    if "search" in one:
        return {"tool_name": "Grep", "tool_input": {"pattern": one["search"]}}
    if "change" in one:
        given = {"file_path": one["change"], "old_string": one["before"], "new_string": one["after"]}
        return {"tool_name": "Edit", "tool_input": given}
    described = {"description": one["told"]} if "told" in one else {}
    return {"tool_name": "Bash", "tool_input": {"command": one["run"], **described}}
