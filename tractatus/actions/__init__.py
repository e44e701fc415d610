"""Reading what an agent is about to do: `read_action` turns an action or a tool call into typed facts."""

from tractatus.actions.facts import Act, Fact, Passage, Place, Reading

__all__ = ["Act", "Fact", "Passage", "Place", "Reading"]
