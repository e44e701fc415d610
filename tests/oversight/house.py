"""An organisation with agents at work, for tests: keys, what is in force, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.domain.keys import create_api_key
from accounts.models import APIKey, Project
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.models import Instruction
from oversight.domain.answers import Answer, Question
from oversight.domain.checking import check_action
from tests.cast import Cast

PORT = "MongoDB listens on port 27027 in this project, always."
WRONG_PORT = {"tool_name": "Bash", "tool_input": {"command": "mongosh --port 27017 shop"}}
RIGHT_PORT = {"tool_name": "Bash", "tool_input": {"command": "mongosh --port 27027 shop"}}
LOOK = {"tool_name": "Bash", "tool_input": {"command": "ls -la"}}
DROP = {"tool_name": "Bash", "tool_input": {"command": "psql -h prod.internal -c 'DROP TABLE customers'"}}
REASONED = {
    "goal": "Remove the customers table that the contract of 3 May tells us to delete",
    "steps": ["Take a backup and restore it on another machine", "Drop the table", "Tell the owners it is done"],
    "evidence": ["The contract of 3 May, section 4", "The restore of this morning gave every row"],
    "alternatives": ["Rename the table and wait a week", "Leave it as it is"],
    "risks": ["A report still reads the table"],
    "edge_cases": ["The backup is older than the last orders"],
}


def key_of(project: Project, cast: Cast, name: str = "An agent", **facts: Any) -> APIKey:
    """A key that enforces, unless told otherwise."""
    facts = {"enforces": True} | facts
    return create_api_key(project, name, by=cast.administrator, **facts).key


def in_force(cast: Cast, text: str = PORT, project: Project | None = None) -> Instruction:
    """An instruction, proposed and published by the editor."""
    made = propose_instruction(cast.organisation, Wording(text), by=cast.editor, project=project or cast.project)
    publish_instruction(made, by=cast.editor)
    return made


def ask(key: APIKey, action: str | Mapping[str, Any] = LOOK, *, dry_run: bool = False, **said: Any) -> Answer:
    """What a key is told of an act."""
    return check_action(key, Question(action, **said), dry_run=dry_run)
