"""A set of recorded checks for tests: what coding agents did, in the tool calls of tests/tractatus/tool_calls.py."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts import clock
from accounts.models import Project
from instructions.domain.past_checks import Named, PastCheck
from tests.tractatus.tool_calls import ORDINARY, call
from tractatus import GateRequest

LOOKING = ORDINARY[:25]
PUSH = "git push origin main"
MONGO = "mongosh --port 27017 shop"


class RecordedChecks:
    """`times` rounds through some ordinary calls and the `calls` given, one a second backwards from now.

    `distinct` makes the calls of every so many rounds differ in a word, so that not all of them ask the same.
    """

    def __init__(
        self,
        project: Project,
        calls: Sequence[str] = (),
        *,
        times: int = 1,
        distinct: int = 1,
        ordinary: Sequence[Any] = LOOKING,
    ) -> None:
        self.project = project
        self.checks_kept: list[PastCheck] = []
        requests: dict[str, GateRequest] = {}
        now = clock.now()
        for round_ in range(times):
            for row in (*ordinary, *calls):
                action = call(row)
                if distinct > 1:
                    action = action | {"description": f"run {round_ % distinct}"}
                key = hashlib.sha256(json.dumps(action, sort_keys=True).encode()).hexdigest()
                request = requests.setdefault(key, GateRequest(action))
                number = len(self.checks_kept)
                self.checks_kept.append(PastCheck(str(number), now - timedelta(seconds=number), key, request))

    def count(self, project: Project, since: datetime) -> int:
        return len(self.checks_kept) if project == self.project else 0

    def checks(self, project: Project, since: datetime) -> Iterable[PastCheck]:
        return iter(self.checks_kept) if project == self.project else iter(())

    def named(self, project: Project, ids: Sequence[str]) -> Mapping[str, Named]:
        found = [self.checks_kept[int(id)] for id in ids]
        return {one.id: Named(one.at, _words(one)) for one in found}


def _words(check: PastCheck) -> str:
    action = check.request.action
    given = action.get("tool_input") if isinstance(action, Mapping) else None
    return str(given.get("command", "")) if isinstance(given, Mapping) else str(action)
