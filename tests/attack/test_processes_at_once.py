"""The same as `test_at_once.py`, between processes: nothing that two callers share is in one process's memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Model

from accounts.permissions import TABLE
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain.approval import approve_stakeholders, return_stakeholders
from deliberation.domain.outcome import return_outcome, sign_outcome
from deliberation.domain.positions import submit_position
from deliberation.domain.rounds import close_round, open_round
from deliberation.domain.stakeholder_list import current_list
from deliberation.domain.taking_part import accept_invitation, decline_invitation
from deliberation.models import Framework, OutcomeVersion
from instructions.domain.classification import Wording
from instructions.domain.instruction import (
    propose_instruction,
    publish_instruction,
    reject_instruction,
    retire_instruction,
)
from instructions.domain.variables import set_variable
from oversight.domain.glass import break_glass, mend_glass
from oversight.domain.requests import grant_request
from oversight.domain.stops import freeze, lift_freeze
from oversight.models import BrokenGlass, JudgmentRequest, Stop
from tests.attack.arena import Act, act
from tests.cast import Cast
from tests.deliberation import stages
from tests.oversight.house import DROP, LOOK, WRONG_PORT, ask, in_force, key_of
from tests.site.site_process import environment

pytestmark = pytest.mark.django_db(transaction=True)


def written(value: Any) -> Any:
    if isinstance(value, Model):
        return {"row": value._meta.label, "pk": str(value.pk)}
    return {"uuid": str(value)} if isinstance(value, UUID) else value


class Caller:
    """A process that calls verbs when told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def say(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def prepare(self, cast: Cast, one: Act) -> None:
        asked = {
            "verb": f"{one.call.__module__}.{one.verb}",
            "organisation": str(cast.organisation.pk),
            "things": [written(thing) for thing in one.things],
            "facts": {name: written(value) for name, value in one.facts.items()},
        }
        assert self.say(json.dumps(asked)) == "ready"

    def go(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.say("go"))
        return found


@pytest.fixture
def callers() -> Iterator[list[Caller]]:
    kept = {name: os.environ[name] for name in ("DATABASE_URL",) if name in os.environ}
    command = [sys.executable, "-m", "tests.attack.one_caller", str(connection.settings_dict["NAME"])]
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    command, cwd=settings.BASE_DIR, env=environment(settings.DATA_DIR, **kept), text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                )
            )
            for _ in range(2)
        ]  # fmt: skip
        yield [Caller(process) for process in started]
        for process in started:
            assert process.stdin is not None
            process.stdin.close()


def race(cast: Cast, callers: list[Caller], *acts: Act, wins: int = 1) -> None:
    """Both at once; so many are done, the other is told in words, and each act done has its entry."""
    entries = Entry.objects.count()
    for caller, one in zip(callers, acts, strict=True):
        caller.prepare(cast, one)
    with ThreadPoolExecutor(len(callers)) as pool:
        answers = list(pool.map(Caller.go, callers))
    assert sum(one["done"] for one in answers) == wins, answers
    assert all(one["said"] for one in answers if not one["done"])
    new = Entry.objects.order_by("-pk")[: Entry.objects.count() - entries]
    done = [TABLE[one.verb].event for one, answer in zip(acts, answers, strict=True) if answer["done"]]
    assert sorted(one.event for one in new) == sorted(done)


def test_two_processes_at_once(callers: list[Caller]) -> None:
    """Of two processes at once one is first, and the other is refused in words."""
    cast = Cast()
    with open_organisation(cast.organisation):
        listed = stages.at_stakeholders(cast)
        found = current_list(listed)
        assert found is not None
        race(
            cast,
            callers,
            act(approve_stakeholders, listed, by=cast.holder, digest=found.digest, reason="Everybody is on it."),
            act(return_stakeholders, listed, by=cast.holder, reason="One is missing."),
        )
        asked = stages.invited(cast, accept=False)
        seat = stages.seat_of(asked, "Stakeholder one")
        framework = Framework.objects.filter(deliberation=asked, status="written")[0]
        words = {"name": "One", "relation": "affected", "own_framework": framework.title}
        race(
            cast,
            callers,
            act(accept_invitation, asked, by=seat, **words),
            act(decline_invitation, asked, by=seat),
        )
        running = stages.invited(cast)
        by = cast.facilitator
        race(cast, callers, *[act(open_round, running, by=by, number=1)] * 2)
        one = stages.seat_of(running, "Stakeholder one")
        race(cast, callers, *[act(submit_position, running, by=one, right=w, based_on=0) for w in ("Left.", "Right.")])
        for voice in stages.voices(cast, running)[1:]:
            submit_position(running, by=voice, right="So.")
        race(cast, callers, *[act(close_round, running, by=by, number=1)] * 2)
        signing = stages.at_signing(cast)
        version = OutcomeVersion.objects.get(deliberation=signing).pk
        race(
            cast,
            callers,
            act(sign_outcome, signing, by=cast.holder, version_id=version, name="Holder"),
            act(return_outcome, signing, by=cast.holder, reason="Who pays?"),
        )


def test_two_processes_at_once_at_the_history(callers: list[Caller]) -> None:
    """Of two processes that decide about one instruction, or say what one name means, one is first."""
    cast = Cast()
    with open_organisation(cast.organisation):
        by = cast.editor
        first, second = (
            propose_instruction(cast.organisation, Wording(text), by=by, project=cast.project)
            for text in ("Always use MongoDB on port 27017.", "Always run pytest before every commit.")
        )
        race(cast, callers, *[act(publish_instruction, first, by=by)] * 2)
        publish = act(publish_instruction, second, by=by)
        race(cast, callers, publish, act(reject_instruction, second, by=by, why="It is said elsewhere."))
        race(cast, callers, *[act(retire_instruction, first, by=by, why="It is not used any more.")] * 2)
        race(cast, callers, *[act(set_variable, cast.project, "PORT", "27017", by=by)] * 2)


def test_what_people_stop_and_suspend_holds_in_every_process(callers: list[Caller]) -> None:
    """A freeze, its end, broken glass and its mending in one process hold for the next act asked about in another."""
    cast = Cast()
    with open_organisation(cast.organisation):
        in_force(cast)
        key = key_of(cast.project, cast)

        def elsewhere(one: Act) -> None:
            callers[0].prepare(cast, one)
            assert callers[0].go() == {"done": True, "said": ""}

        def told() -> tuple[str, str]:
            return ask(key, LOOK).decision, ask(key, WRONG_PORT).decision

        assert told() == ("allow", "deny")
        elsewhere(act(freeze, cast.project, by=cast.holder))
        assert told() == ("deny", "deny")
        elsewhere(act(lift_freeze, Stop.objects.get(), by=cast.holder, why="Looked at."))
        assert told() == ("allow", "deny")
        elsewhere(act(break_glass, cast.project, by=cast.holder, why="The port moved.", minutes=30))
        assert told() == ("allow", "allow")
        elsewhere(act(mend_glass, BrokenGlass.objects.get(), by=cast.holder))
        assert told() == ("allow", "deny")
        asked = ask(key, DROP).judgment_request
        assert asked is not None
        facts = {"reason": "It may.", "unticked_why": "Nobody is there to check."}
        elsewhere(act(grant_request, JudgmentRequest.objects.get(pk=asked["id"]), by=cast.holder, **facts))
        assert [ask(key, DROP).decision, ask(key, DROP).decision] == ["allow", "ask"]
