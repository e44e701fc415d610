"""What the record tells of agents' acts, and where its entries lead, for those who may see what agents do."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from accounts.ids import uuid_or_none
from audit.models import Entry
from audit.queries.registry import lead_to, tell_acts
from oversight.models import Check
from oversight.queries.checks import act_in


def acts_of(entries: Sequence[Entry]) -> dict[UUID, str]:
    """The act that each check was about, in one line, by the id of the check's entry."""
    about = [pk for entry in entries if (pk := uuid_or_none(entry.subject_id)) is not None]
    checks = Check.objects.filter(pk__in=about).select_related("text")
    return {check.entry_id: act_in(check.text).line for check in checks}


def declare() -> None:
    tell_acts("oversight.check", "read_agents", acts_of)
    lead_to("check", "agent_check", "read_agents")
    lead_to("session", "agent_session", "read_agents")
    lead_to("judgment_request", "judgment_request", "read_requests")
    lead_to("broken_glass", "glass", "read_agents")
    lead_to("stop", "freezes", "read_agents", alone=False)
    lead_to("api_key", "agent_key", "read_agents")
