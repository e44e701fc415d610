"""Reading what an agent is about to do: `read_action` turns an action or a tool call into typed facts."""

from tractatus.actions.facts import Act, Fact, Passage, Place, Reading
from tractatus.actions.reading import read_action, rewrite

__all__ = ["Act", "Fact", "Passage", "Place", "Reading", "read_action", "rewrite"]
