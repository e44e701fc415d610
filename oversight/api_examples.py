"""What the description of the interface shows of checks, sessions and handoffs."""

QUESTION = {
    "session_id": "shop-7",
    "tool_call_id": "call_01",
    "action": {"tool_name": "Bash", "tool_input": {"command": "mongosh --port 27017 shop"}},
    "session_state": {"messages": 12, "tokens_used": 41000, "tokens_budget": 200000},
}
SESSION = {
    "id": "shop-7",
    "state": "active",
    "pressure_level": "NORMAL",
    "pressure_score": 0.1415,
    "required_actions": [],
    "handoff_due": False,
}
REASON = "Denied: inst_001 says “Check MongoDB at port 27027”. It asks for “27027”; the action has “27017”."
DENIED = {
    "check_id": "0199b9a0-6c1f-7d22-9a38-2f6a55ce7a10",
    "decision": "deny",
    "enforced": True,
    "would_have": "deny",
    "mode": "enforced",
    "explanation": REASON,
    "reasons": [REASON],
    "checks": [
        {
            "service": "CrossReferenceValidator",
            "decision": "deny",
            "result": {"status": "REJECTED", "instruction_violated": "inst_001", "expected": "27027"},
            "microseconds": 182,
        }
    ],
    "corrected_action": {"port": "27027"},
    "corrected_input": {"command": "mongosh --port 27027 shop"},
    "would_pass_if": [{"change": "parameter", "parameter": "port", "value": "27027"}],
    "boundary": None,
    "at_keyboard": False,
    "judgment_request": None,
    "grant_used": None,
    "session": SESSION,
    "receipt": "tractatus-receipt/v1\ntractatus.example/o/0199b9a0-0000-7000-8000-000000000001\n"
    "0199b9a4-0c11-7a90-8d0e-66ce1f2b7a00\nq3VvM0o2vE1m0dJ3b0v1mJx9b0Q1w2Z8yq7nK6m5l4o=\n"
    "2027-04-19T00:31:02.120000Z\n3600\n\n"
    "— tractatus.example/o/0199b9a0-0000-7000-8000-000000000001 kD3xWQ…\n",
    "replayed": False,
}
REQUEST = {
    "id": "0199b9a4-0c11-7a90-8d0e-66ce1f2b7a01",
    "url": "https://tractatus.example/o/care/agents/requests/0199b9a4-0c11-7a90-8d0e-66ce1f2b7a01/",
    "state": "granted",
    "session_id": "shop-7",
    "rule": "people_decide",
    "boundary": "12.3 irreversible",
    "urgency": "IMPORTANT",
    "irreversible": True,
    "asked_at": "2025-10-06T14:00:00Z",
    "lapses_at": "2025-10-13T14:00:00Z",
    "decided_at": "2025-10-06T14:12:00Z",
    "expires_at": "2025-10-06T15:12:00Z",
    "reason": "The backup of this morning was restored and looked at.",
    "deliberation": None,
    "outcome": None,
}
REPORT = {"event": "executed", "tool_call_id": "call_01"}
REPORTED = {
    "check_id": DENIED["check_id"],
    "decision": "deny",
    "would_have": "deny",
    "mode": "enforced",
    "became": "executed",
    "approved_at": None,
    "incident": {
        "id": "0199b9a1-52aa-7b10-9d8e-0b6f3f0c2d11",
        "kind": "denied_done",
        "at": "2025-10-06T14:00:02Z",
    },
    "repeated": False,
}
OPENING = {
    "session_id": "shop-8",
    "continues": "shop-7",
    "agent": {"name": "coder", "version": "2.1", "model": "model-1"},
}
OPENED = {
    "id": "shop-8",
    "state": "active",
    "pressure_level": "NORMAL",
    "pressure_score": 0.0,
    "required_actions": [],
    "handoff_due": False,
    "opened_at": "2025-10-06T15:00:00Z",
    "ended_at": None,
    "agent": OPENING["agent"],
    "continues": "shop-7",
    "url": "https://tractatus.example/o/care/agents/sessions/0199b9a6-77f0-7c3e-a1b4-5d0c9e8f1a22/",
}
ENDED = OPENED | {"state": "ended", "ended_at": "2025-10-06T17:00:00Z"}
HANDING_OVER = {
    "state": "The order list reads from MongoDB again.",
    "completed": ["Found why the connection was refused"],
    "in_progress": ["A test of the order list"],
    "known_issues": ["The report of May is still empty"],
    "next_priorities": ["Finish the test"],
}
HANDOFF = {
    "session_id": "shop-7",
    "written_at": "2025-10-06T14:55:00Z",
    "by_agent": True,
    "acknowledged_at": None,
    **HANDING_OVER,
    "active_instructions": [{"id": "inst_001", "text": "Check MongoDB at port 27027"}],
    "active_instructions_in_all": 1,
    "checks": {"counts": {"allow": 41, "warn": 1, "ask": 0, "deny": 1}, "stopped": []},
    "incidents": [],
    "pressure": {"level": "CRITICAL", "score": 0.71, "counts": {"messages": 58}, "factors": []},
}
BEGUN = OPENED | {"handoff": HANDOFF | {"acknowledged_at": "2025-10-06T15:00:00Z"}}
COUNTS = {"messages": 58, "compactions": 2, "tokens_used": 151000, "tokens_budget": 200000}
PRESSURE = {
    "session": SESSION
    | {
        "state": "handoff_due",
        "pressure_level": "CRITICAL",
        "pressure_score": 0.6632,
        "required_actions": ["Create the session handoff document.", "Verify before every major action."],
        "handoff_due": True,
    },
    "level": "CRITICAL",
    "score": 0.6632,
    "factors": [
        {"name": "conversation", "score": 0.9667, "weight": 0.4, "contribution": 0.3867, "label": "HIGH"},
    ],
    "recommendations": ["Begin no new complex operation.", "Keep what stands stable."],
    "required_actions": ["Create the session handoff document.", "Verify before every major action."],
    "reasons": ["The session has been compacted 2 times: at least CRITICAL."],
}
