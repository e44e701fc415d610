"""Examples in the description of the JSON interface. Tests send and compare them."""

from __future__ import annotations

from typing import Any

CONFLICT: dict[str, Any] = {
    "decision": "Disclose user data to prevent imminent harm?",
    "context": {"urgency": "CRITICAL", "scale": "100+ affected", "harm_type": "physical"},
}

PROPOSED: dict[str, Any] = {
    "id": "01927b3e-6c1a-7f2b-9f57-3f1f5f0c8a10",
    "url": "https://tractatus.example/o/care/d/14/",
    "state": "proposed",
    "urgency": "CRITICAL",
    "created_at": "2027-04-27T02:32:07.120000Z",
    "moral_frameworks_in_tension": [
        {
            "framework": "Rights-based",
            "position": "Some things are owed to each person and are not traded against what others gain. Here, where "
            "it says “disclose” and “user data”, it would ask: Who has agreed to this, who has not, and what may not "
            "be done to them whatever others gain? Concerned are: People whose data is used; People who may be harmed "
            "if nothing is done; People who use the service.",
            "stakeholders": ["Somebody who looks after data protection", "Somebody whose data is used"],
        }
    ],
    "value_trade_offs": ["Privacy vs. Safety", "Individual rights vs. Collective welfare"],
    "affected_stakeholder_groups": ["People whose data is used", "People who may be harmed if nothing is done"],
    "suggested_stakeholders": ["Somebody who looks after data protection", "Somebody whose data is used"],
    "requires_human_approval": True,
}

DELIBERATION: dict[str, Any] = {
    "id": "01927b3e-6c1a-7f2b-9f57-3f1f5f0c8a10",
    "number": 14,
    "reference": "CARE 2027/14",
    "url": "https://tractatus.example/o/care/d/14/",
    "question": "May the screening tool turn an applicant away before a person has read the application?",
    "state": "round_2",
    "state_since": "2027-04-30T05:00:00Z",
    "urgency": "IMPORTANT",
    "origin": "key",
    "created_at": "2027-04-01T21:10:00Z",
    "rounds": [
        {
            "number": 1,
            "state": "closed",
            "opens_at": "2027-04-23T05:00:00Z",
            "closes_at": "2027-04-30T05:00:00Z",
            "closed_at": "2027-04-30T05:00:21Z",
        }
    ],
    "outcome": None,
    "succeeds": None,
    "requires_human_approval": True,
}

OUTCOME: dict[str, Any] = {
    "id": "01927b3e-9a44-7c0d-8b21-55a1c7d2f3e4",
    "deliberation": "01927b3e-6c1a-7f2b-9f57-3f1f5f0c8a10",
    "reference": "CARE 2027/14",
    "question": "May the screening tool turn an applicant away before a person has read the application?",
    "state": "signed",
    "kind": "decision",
    "decision_made": "The tool may sort; a person reads every borderline application before a reply is sent.",
    "option": "Sort, and read what is borderline",
    "meanwhile": None,
    "values_prioritized": ["A reply in days", "A pattern does not close the door on the next person"],
    "values_deprioritized": ["One rule for everyone"],
    "moral_remainder": "Whoever is read waits longer. Borne by: borderline applicants. Acknowledge: the reply says so",
    "remainders": [
        {
            "loss": "Whoever is read waits longer.",
            "bearer": "Borderline applicants",
            "owed": "acknowledge",
            "debt": "The reply says that a person is reading, and by when",
        }
    ],
    "dissenting_perspectives": [
        {
            "framework": "Fairness",
            "against": "decision",
            "lead": "The reading should go.",
            "objection": "One rule, audited in the open, treats applicants more alike than tired readers do.",
            "would_be_removed_by": "A published audit within six months.",
            "predicts": "Readers will have confirmed the tool more than nine times in ten.",
            "stakeholders": ["A hiring manager"],
            "answer": "The audit is promised, within six months.",
        }
    ],
    "justification": "Five weeks without a word is itself a harm.",
    "assumptions": "Fewer than a quarter of applications are borderline.",
    "expects": "Half of all replies go out within six days.",
    "precedent_applicability": "Applies to: care-worker posts. Does not apply to: registered nurses.",
    "applies_to": "Care-worker posts",
    "does_not_apply_to": "Registered nurses",
    "precedent_binding": False,
    "review_date": "2027-11-12",
    "review_trigger": "The supplier changes the model",
    "review_triggers": ["The supplier changes the model"],
    "commitments": [
        {
            "kind": "carry_out",
            "what": "Train two readers",
            "to_whom": "Everybody who applies",
            "owner": "Head of recruitment",
            "due": "2027-06-30",
            "state": "open",
        }
    ],
    "nothing_to_do": None,
    "heard": [{"framework": "Fairness", "heard": True, "voices": ["A hiring manager"], "because": None}],
    "agent_instruction": None,
    "not_heard": ["People who gave up applying"],
    "signed_by": "Chief People Officer",
    "signed_at": "2027-05-12T03:20:00Z",
    "audit_entry": "01927b3e-9a45-7d11-a0b3-0c2f4e6a8b90",
    "leaf_hash": "9f2c" * 16,
}

PRECEDENT: dict[str, Any] = {
    "id": "01927b3e-9a46-7aa2-9c3d-8e7f6a5b4c3d",
    "deliberation": OUTCOME["deliberation"],
    "outcome": OUTCOME["id"],
    "reference": "CARE 2027/14",
    "url": "https://tractatus.example/o/care/precedents/14/",
    "question": OUTCOME["question"],
    "decision_made": OUTCOME["decision_made"],
    "applies_to": OUTCOME["applies_to"],
    "does_not_apply_to": OUTCOME["does_not_apply_to"],
    "state": "in_force",
    "precedent_binding": False,
    "signed_at": OUTCOME["signed_at"],
    "review_date": "2027-11-12",
    "review_overdue": False,
    "shaken": False,
    "superseded_by": None,
    "alike": ["In tension in both: Fairness.", "Both speak of: applicant, screening, tool."],
    "differs": ["It says that it does not apply to: Registered nurses.", "Bears only here on: People on a ward."],
}
