"""The handoff that an agent writes as a file: read from the call that wrote it, so that it needs no tool of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from oversight.domain.handoffs import LONGEST_TEXT, MOST_TEXTS, TEXTS

FILE = re.compile(r"(?:^|[\\/])\.claude[\\/]sessions[\\/]handoff[\w.-]{0,100}\.(?:md|markdown)$")
_HEADING = re.compile(r"^#{1,6}\s+(.{1,200})$")
_ITEM = re.compile(r"^\s{0,6}(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$")
WORDS = {
    "state": "state", "current": "state", "completed": "completed", "done": "completed", "progress": "in_progress",
    "issues": "known_issues", "problems": "known_issues", "next": "next_priorities", "priorities": "next_priorities",
}  # fmt: skip
"""Which word of a heading says which part stands under it; the later word of a heading goes first."""


def handoff_in(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """The handoff that an event's call wrote; None where it wrote none."""
    given = event.get("tool_input")
    if event.get("tool_name") != "Write" or not isinstance(given, Mapping):
        return None
    path, content = given.get("file_path"), given.get("content")
    if not isinstance(path, str) or not isinstance(content, str) or not FILE.search(path[-400:]):
        return None
    return handoff_of(content)


def handoff_of(text: str) -> dict[str, Any] | None:
    """The agent's part of a handoff, from a document with headings. What stands under none is the state of the work."""
    parts: dict[str, list[str]] = {name: [] for name in ("state", *TEXTS)}
    part = "state"
    for line in text[:200_000].splitlines():
        heading = _HEADING.match(line)
        if heading is not None:
            words = re.findall(r"[a-z]+", heading[1].lower())
            part = next((WORDS[word] for word in reversed(words) if word in WORDS), "state")
        elif line.strip():
            item = _ITEM.match(line)
            parts[part].append((item[1] if item else line).strip())
    if not any(parts.values()):
        return None
    lists = {name: [one[:LONGEST_TEXT] for one in parts[name] if one][:MOST_TEXTS] for name in TEXTS}
    return {"state": "\n".join(parts["state"])[:LONGEST_TEXT], **lists}
