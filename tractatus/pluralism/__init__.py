"""What the orchestrator of deliberation among people goes by: frameworks, people to hear, rounds, precedents."""
