"""What the database asks of a signature, and who tells the agents something by it.

`domain/completeness.py` says the same in sentences before it comes to this. Conditions compare columns with columns;
the database's own clock is not asked.
"""

from __future__ import annotations

from django.db import models

from accounts.guards import AppendOnly, Refuse, register
from deliberation.guards.columns import table
from deliberation.guards.outcome import OUTCOME, VERSION
from deliberation.models import (
    AgentInstruction,
    Commitment,
    Dissent,
    DissentAnswer,
    Framework,
    Hearing,
    ListAuthor,
    Remainder,
    ReviewTrigger,
    Seat,
    StakeholderList,
    WeighedValue,
)

SITS = f"SELECT 1 FROM accounts_seatuser u JOIN {table(Seat)} s ON s.id = u.seat_id"
MAY_DECIDE = (
    "SELECT 1 FROM accounts_membership m JOIN accounts_membershiprole r ON r.membership_id = m.id "
    "WHERE m.organisation_id = NEW.organisation_id AND m.user_id = NEW.signed_by_id AND m.ended_at IS NULL "
    "AND r.role = 'decision_holder'"
)
SIGNING = "NEW.state = 'signed' AND OLD.state <> 'signed'"
OF_SIGNED = "x.version_id = NEW.signed_version_id"


def declare() -> None:
    register(*_signature(), *_agents())


def _signature() -> list[Refuse]:
    def refuse(name: str, unless: str, says: str) -> Refuse:
        return Refuse(OUTCOME, f"outcome_signed_{name}", ("update",), f"{SIGNING} AND NOT ({unless})", says)

    def has(model: type[models.Model], condition: str) -> str:
        return f"EXISTS (SELECT 1 FROM {table(model)} x WHERE {OF_SIGNED} AND {condition})"

    def version(condition: str) -> str:
        return f"EXISTS (SELECT 1 FROM {VERSION} v WHERE v.id = NEW.signed_version_id AND {condition})"

    later = f"SELECT 1 FROM {VERSION} l WHERE l.outcome_id = NEW.id AND l.number > v.number AND l.set_aside_at IS NULL"
    drafted = f"SELECT 1 FROM {table(ListAuthor)} a WHERE a.list_id = l.id AND a.user_id = l.decided_by_id"
    answered = f"SELECT 1 FROM {table(DissentAnswer)} a WHERE a.dissent_id = d.id"
    said = f"SELECT 1 FROM {table(Hearing)} x WHERE {OF_SIGNED} AND x.framework_id = f.id"
    prioritized = has(WeighedValue, "x.side = 'prioritized'")
    deprioritized = has(WeighedValue, "x.side = 'deprioritized'")
    return [
        refuse(
            "not_by_facilitator",
            f"NOT EXISTS ({SITS} WHERE s.deliberation_id = NEW.deliberation_id AND s.part = 'facilitator' "
            "AND u.user_id = NEW.signed_by_id)",
            "whoever ever facilitated it does not sign it.",
        ),
        refuse(
            "by_holder",
            f"EXISTS ({SITS} WHERE s.deliberation_id = NEW.deliberation_id AND s.part = 'decision_holder' "
            f"AND u.user_id = NEW.signed_by_id AND u.until IS NULL) AND EXISTS ({MAY_DECIDE})",
            "only who sits on the decision holder's seat signs it, a member with that role.",
        ),
        refuse(
            "list_approved",
            f"EXISTS (SELECT 1 FROM {table(StakeholderList)} l WHERE l.deliberation_id = NEW.deliberation_id "
            f"AND l.state = 'approved' AND l.decided_by_id IS NOT NULL AND NOT EXISTS ({drafted}))",
            "the list of who is heard needs the approval of somebody who did not draft it.",
        ),
        refuse(
            "latest_version",
            version(f"v.outcome_id = NEW.id AND v.circulated_at IS NOT NULL AND NOT EXISTS ({later})"),
            "what is signed is the latest version, and it was circulated.",
        ),
        refuse("after_window", version("NEW.signed_at >= v.dissent_closes_at"), "the time for dissent is not over."),
        refuse(
            "dissents_answered",
            f"NOT EXISTS (SELECT 1 FROM {table(Dissent)} d WHERE d.outcome_id = NEW.id AND d.withdrawn_at IS NULL "
            f"AND d.replaced_by_id IS NULL AND NOT EXISTS ({answered}))",
            "every dissent needs an answer.",
        ),
        refuse("has_remainder", has(Remainder, "TRUE"), "it names no loss."),
        refuse(
            "has_values",
            f"{version('v.kind = ' + quoted('legitimate_disagreement') + ' AND v.meanwhile_id IS NOT NULL')} "
            f"OR ({version('v.kind = ' + quoted('decision'))} AND {prioritized} AND {deprioritized})",
            "it needs a value on each side, or what stands meanwhile.",
        ),
        refuse(
            "says_what",
            version("v.decision_id IS NOT NULL AND (v.option_id IS NOT NULL OR v.kind = 'legitimate_disagreement')"),
            "it does not say what is decided.",
        ),
        refuse("has_justification", version("v.justification_id IS NOT NULL"), "it does not say why."),
        refuse("has_scope", version("v.applies_to_id IS NOT NULL"), "it does not say what it applies to."),
        refuse(
            "has_limits", version("v.does_not_apply_to_id IS NOT NULL"), "it does not say what it does not apply to."
        ),
        refuse(
            "review_after_signature",
            version("v.review_date > NEW.signed_at"),
            "it needs a review date after the day of the signature.",
        ),
        refuse("has_trigger", has(ReviewTrigger, "TRUE"), "it names no change that brings it back sooner."),
        refuse(
            "carried_out",
            f"{version('v.nothing_to_do_id IS NOT NULL')} OR {has(Commitment, 'x.kind = ' + quoted('carry_out'))}",
            "it needs a commitment that carries it out, or the words that nothing is to be done.",
        ),
        refuse(
            "frameworks_heard",
            f"NOT EXISTS (SELECT 1 FROM {table(Framework)} f WHERE f.deliberation_id = NEW.deliberation_id "
            f"AND f.status IN ('kept', 'changed', 'written') AND NOT EXISTS ({said}))",
            "it does not say of every framework whether it was heard.",
        ),
    ]


def quoted(value: str) -> str:
    return f"'{value}'"


def _agents() -> list[AppendOnly | Refuse]:
    name = table(AgentInstruction)
    return [
        AppendOnly(name),
        Refuse(
            name,
            "agents_told_by_signature",
            ("insert",),
            f"NOT EXISTS (SELECT 1 FROM {OUTCOME} o WHERE o.id = NEW.outcome_id AND o.state = 'signed') "
            "OR NOT EXISTS (SELECT 1 FROM instructions_instruction i WHERE i.id = NEW.instruction_id "
            f"AND i.published_by_id = (SELECT o.signed_by_id FROM {OUTCOME} o WHERE o.id = NEW.outcome_id))",
            "only the signer of an outcome tells the agents something in it.",
        ),
    ]
