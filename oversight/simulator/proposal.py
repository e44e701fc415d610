"""An act as somebody types it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tractatus import PressureLevel


class Kind(StrEnum):
    """In which form an act is typed."""

    TOLD = "told"
    COMMAND = "command"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class Proposal:
    """An act that somebody typed: `words` are what is told, the command, or what is written to the file at `path`."""

    kind: str
    words: str = ""
    path: str = ""
    pressure: str = PressureLevel.NORMAL
    environment: str = ""
    reasoning: str = ""
    instruction: str = ""

    @property
    def action(self) -> str | dict[str, Any]:
        """The act as an agent would send it."""
        if self.kind == Kind.COMMAND:
            return {"tool_name": "Bash", "tool_input": {"command": self.words}}
        if self.kind == Kind.READ:
            return {"tool_name": "Read", "tool_input": {"file_path": self.path}}
        if self.kind == Kind.WRITE:
            return {"tool_name": "Write", "tool_input": {"file_path": self.path, "content": self.words}}
        return self.words
