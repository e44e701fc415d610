"""The instructions of the demo, told from `data/demo.json` day by day by the verbs that people use."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from accounts import clock
from accounts.models import Project, User
from instructions.domain.classification import Overruled, Wording
from instructions.domain.instruction import (
    propose_instruction,
    publish_instruction,
    reject_instruction,
    retire_instruction,
    revise_instruction,
)
from instructions.domain.periods import open_period
from instructions.domain.variables import set_variable
from instructions.models import Instruction, Period

STORY = Path(__file__).parent / "data" / "demo.json"


def tell(project: Project, editor: User, now: datetime) -> None:
    """Tell the story of a project of the demo, so that it has come to its end at `now`."""
    telling = _Telling(project, editor)
    for one in json.loads(STORY.read_text(encoding="utf-8")):
        with clock.at(now - timedelta(days=one["days"]), project.organisation):
            getattr(telling, f"_{one['do']}")(one)


class _Telling:
    def __init__(self, project: Project, editor: User) -> None:
        self.project, self.editor = project, editor
        self.told: dict[str, Instruction] = {}
        self.periods: dict[str, Period] = {}

    def _set(self, one: dict[str, Any]) -> None:
        set_variable(self.project, one["name"], one["value"], by=self.editor)

    def _begin(self, one: dict[str, Any]) -> None:
        self.periods[one["name"]] = open_period(self.project, one["kind"], one["name"], by=self.editor)

    def _propose(self, one: dict[str, Any], *, supersedes: Instruction | None = None) -> Instruction:
        made = propose_instruction(
            self.project.organisation,
            self._wording(one),
            by=self.editor,
            project=None if one.get("universal") else self.project,
            why=one.get("why", ""),
            supersedes=supersedes,
        )
        self.told[one.get("by", one["as"])] = made
        return made

    def _tell(self, one: dict[str, Any]) -> None:
        publish_instruction(self._propose(one), by=self.editor)

    def _replace(self, one: dict[str, Any]) -> None:
        publish_instruction(self._propose(one, supersedes=self.told[one["as"]]), by=self.editor)

    def _revise(self, one: dict[str, Any]) -> None:
        revise_instruction(self.told[one["as"]], self._wording(one), by=self.editor, why=one["why"])

    def _retire(self, one: dict[str, Any]) -> None:
        retire_instruction(self.told[one["as"]], by=self.editor, why=one["why"])

    def _reject(self, one: dict[str, Any]) -> None:
        reject_instruction(self.told[one["as"]], by=self.editor, why=one["why"])

    def _wording(self, one: dict[str, Any]) -> Wording:
        return Wording(
            one["text"],
            environment=one.get("environment", ""),
            period=self.periods.get(one.get("period", "")),
            overrules={name: Overruled(*said) for name, said in one.get("overrules", {}).items()},
        )
