"""Examples in the description of the JSON interface to the instruction history."""

from __future__ import annotations

from typing import Any

CLASSIFIED: dict[str, Any] = {
    "text": "MongoDB runs on port 27017",
    "quadrant": "SYSTEM",
    "persistence": "HIGH",
    "persistence_score": 0.93,
    "temporal_scope": "PROJECT",
    "verification_required": "MANDATORY",
    "explicitness": 0.95,
    "parameters": {"port": "27017"},
    "stored": True,
    "reasons": ["“MongoDB”: it speaks of configuration."],
    "source": "user",
}
INSTRUCTION: dict[str, Any] = {
    "id": "inst_001",
    "text": "MongoDB runs on port 27017",
    "timestamp": "2025-10-06T14:00:00Z",
    "quadrant": "SYSTEM",
    "persistence": "HIGH",
    "temporal_scope": "PROJECT",
    "verification_required": "MANDATORY",
    "explicitness": 0.95,
    "active": True,
    "parameters": {"port": "27017"},
    "environment": None,
    "expires_at": None,
    "supersedes": None,
    "state": "active",
    "state_since": "2025-10-06T14:00:00Z",
    "revision": 1,
    "universal": False,
    "overruled": [],
    "url": "https://tractatus.example/o/care/instructions/0199b9a0-6c1f-7d22-9a38-2f6a55ce7a10/",
    "source": "user",
}
ACTION = {
    "type": "database_connect",
    "description": "Connect to the database",
    "parameters": {"database": "mongodb", "port": 27017},
}
REASON = "inst_001 says “Check MongoDB at port 27027”. It asks for “27027”; the action has “27017”."
REJECTED: dict[str, Any] = {
    "status": "REJECTED",
    "confidence": 0.95,
    "reason": REASON,
    "conflicts": [
        {
            "instruction_id": "inst_001",
            "instruction": "Check MongoDB at port 27027",
            "status": "REJECTED",
            "conflict_type": "training_pattern_override",
            "reason": REASON,
            "expected": "27027",
            "actual": "27017",
            "confidence": 0.95,
            "requires_human_approval": False,
        }
    ],
    "conflicts_in_all": 1,
    "instruction_violated": "inst_001",
    "expected": "27027",
    "actual": "27017",
    "conflict_type": "training_pattern_override",
    "requires_human_approval": False,
    "corrected_action": {"port": 27027},
    "corrected_input": None,
    "would_pass_if": [{"change": "parameter", "parameter": "port", "value": 27027}],
    "unchecked": [],
    "reasons": [REASON],
    "cited": ["inst_001"],
}
