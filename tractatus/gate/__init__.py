"""The gate: what an agent is told before it acts, from all the services together (core concepts, integration points).

`rules.py` is the table of what leads to what, and the first thing to read; `service.py` asks the services and the
table; `request.py` is what is asked, `decision.py` what is answered, `explanation.py` the answer in words.
"""

from tractatus.gate.decision import Check, Decision, Finding
from tractatus.gate.explanation import explain
from tractatus.gate.request import GateRequest
from tractatus.gate.rules import RULES, SEVERITY, Rule, Seen
from tractatus.gate.service import Gate

__all__ = ["RULES", "SEVERITY", "Check", "Decision", "Finding", "Gate", "GateRequest", "Rule", "Seen", "explain"]
