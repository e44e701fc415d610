"""What the database asks of a signature, and what it never lets happen to an outcome, its dissents and its promises.

`domain/completeness.py` says the same in sentences before it comes to this. Conditions compare columns with columns;
the database's own clock is not asked.
"""

from __future__ import annotations

from django.db import models

from accounts.guards import AppendOnly, Refuse, register
from deliberation.guards.columns import changed, differs
from deliberation.models import (
    AgentInstruction,
    Commitment,
    CommitmentReport,
    Deliberation,
    Dissent,
    DissentAnswer,
    DissentJoin,
    Framework,
    Hearing,
    ListAuthor,
    Outcome,
    OutcomeVersion,
    Publication,
    QuoteChoice,
    Remainder,
    ReviewTrigger,
    Seat,
    StakeholderList,
    WeighedValue,
)


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


OUTCOME, VERSION, DISSENT = _table(Outcome), _table(OutcomeVersion), _table(Dissent)
SITS = f"SELECT 1 FROM accounts_seatuser u JOIN {_table(Seat)} s ON s.id = u.seat_id"
MAY_DECIDE = (
    "SELECT 1 FROM accounts_membership m JOIN accounts_membershiprole r ON r.membership_id = m.id "
    "WHERE m.organisation_id = NEW.organisation_id AND m.user_id = NEW.signed_by_id AND m.ended_at IS NULL "
    "AND r.role = 'decision_holder'"
)
SIGNING = "NEW.state = 'signed' AND OLD.state <> 'signed'"
OF_SIGNED = "x.version_id = NEW.signed_version_id"


def declare() -> None:
    register(*_outcome(), *_signature(), *_versions(), *_commitments(), *_dissents(), *_deliberation())
    register(*_publication(), *_agents())


def _outcome() -> list[Refuse]:
    moves = (
        "(OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'circulated')) "
        "OR (OLD.state = 'circulated' AND NEW.state NOT IN ('circulated', 'signed')) "
        "OR (OLD.state = 'signed' AND NEW.state NOT IN ('signed', 'superseded')) "
        "OR (OLD.state = 'superseded' AND NEW.state <> 'superseded')"
    )
    final = f"OLD.state IN ('signed', 'superseded') AND {changed(Outcome, 'state')}"
    unseen = (
        "NEW.state = 'circulated' AND OLD.state = 'draft' AND NOT EXISTS "
        f"(SELECT 1 FROM {VERSION} v WHERE v.outcome_id = NEW.id AND v.circulated_at IS NOT NULL)"
    )
    return [
        Refuse(
            OUTCOME, "outcome_begins_as_draft", ("insert",), "NEW.state <> 'draft'", "an outcome begins as a draft."
        ),
        Refuse(OUTCOME, "outcome_moves", ("update",), moves, "an outcome does not move that way."),
        Refuse(OUTCOME, "outcome_signed_is_final", ("update",), final, "signed is final; a change makes a successor."),
        Refuse(OUTCOME, "outcome_circulated_was_seen", ("update",), unseen, "no version of it has been circulated."),
        Refuse(OUTCOME, "outcome_never_deleted", ("delete",), "TRUE", "an outcome is never removed.", truncate=True),
    ]


def _signature() -> list[Refuse]:
    def refuse(name: str, unless: str, says: str) -> Refuse:
        return Refuse(OUTCOME, f"outcome_signed_{name}", ("update",), f"{SIGNING} AND NOT ({unless})", says)

    def has(model: type[models.Model], condition: str) -> str:
        return f"EXISTS (SELECT 1 FROM {_table(model)} x WHERE {OF_SIGNED} AND {condition})"

    def version(condition: str) -> str:
        return f"EXISTS (SELECT 1 FROM {VERSION} v WHERE v.id = NEW.signed_version_id AND {condition})"

    later = f"SELECT 1 FROM {VERSION} l WHERE l.outcome_id = NEW.id AND l.number > v.number AND l.set_aside_at IS NULL"
    drafted = f"SELECT 1 FROM {_table(ListAuthor)} a WHERE a.list_id = l.id AND a.user_id = l.decided_by_id"
    answered = f"SELECT 1 FROM {_table(DissentAnswer)} a WHERE a.dissent_id = d.id"
    said = f"SELECT 1 FROM {_table(Hearing)} x WHERE {OF_SIGNED} AND x.framework_id = f.id"
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
            f"EXISTS (SELECT 1 FROM {_table(StakeholderList)} l WHERE l.deliberation_id = NEW.deliberation_id "
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
            f"NOT EXISTS (SELECT 1 FROM {DISSENT} d WHERE d.outcome_id = NEW.id AND d.withdrawn_at IS NULL "
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
            f"NOT EXISTS (SELECT 1 FROM {_table(Framework)} f WHERE f.deliberation_id = NEW.deliberation_id "
            f"AND f.status IN ('kept', 'changed', 'written') AND NOT EXISTS ({said}))",
            "it does not say of every framework whether it was heard.",
        ),
    ]


def quoted(value: str) -> str:
    return f"'{value}'"


def _versions() -> list[Refuse]:
    over = f"EXISTS (SELECT 1 FROM {OUTCOME} o WHERE o.id = NEW.outcome_id AND o.state IN ('signed', 'superseded'))"
    free = ("dissent_closes_at", "returned_at", "returned_by_id", "returned_reason_id")
    fixed = f"OLD.circulated_at IS NOT NULL AND {changed(OutcomeVersion, *free)}"
    shorter = (
        "OLD.circulated_at IS NOT NULL "
        "AND (NEW.dissent_closes_at IS NULL OR NEW.dissent_closes_at < OLD.dissent_closes_at)"
    )
    again = f"OLD.returned_at IS NOT NULL AND {differs('returned_at', 'returned_by_id', 'returned_reason_id')}"
    found = [
        Refuse(
            VERSION,
            "version_begins_unseen",
            ("insert",),
            "NEW.circulated_at IS NOT NULL OR NEW.set_aside_at IS NOT NULL OR NEW.returned_at IS NOT NULL",
            "a version begins as a draft nobody has seen.",
        ),
        Refuse(VERSION, "version_after_signature", ("insert", "update"), over, "it is signed; nothing of it changes."),
        Refuse(VERSION, "version_circulated_stays", ("update",), fixed, "a circulated version never changes."),
        Refuse(
            VERSION, "version_window_only_grows", ("update",), shorter, "the time for dissent is never made shorter."
        ),
        Refuse(VERSION, "version_returned_once", ("update",), again, "why it was given back stays as it was said."),
        Refuse(
            VERSION,
            "version_set_aside_stays",
            ("update",),
            "OLD.set_aside_at IS NOT NULL",
            "a draft set aside stays as it was.",
        ),
        Refuse(
            VERSION,
            "version_stays_where_it_is",
            ("update",),
            differs("outcome_id", "deliberation_id", "number", "drafted_by_id", "drafted_at"),
            "a version keeps its number and its drafter.",
        ),
        Refuse(VERSION, "version_never_deleted", ("delete",), "TRUE", "a version is never removed.", truncate=True),
    ]
    for model in (WeighedValue, Remainder, ReviewTrigger, Hearing):
        found += _of_open_version(model, ("insert", "update", "delete"))
    return found


def _of_open_version(model: type[models.Model], events: tuple[str, ...]) -> list[Refuse]:
    """A row of a version is written and removed while nobody has seen that version, and never after."""
    name, table = model._meta.model_name, _table(model)
    says = "a circulated version never changes, nor what belongs to it."

    def closed(row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {VERSION} v WHERE v.id = {row}.version_id "
            "AND (v.circulated_at IS NOT NULL OR v.set_aside_at IS NOT NULL))"
        )

    when = {"insert": closed("NEW"), "update": f"{closed('OLD')} OR {closed('NEW')}", "delete": closed("OLD")}
    return [Refuse(table, f"{name}_{event}_unseen", (event,), when[event], says) for event in events]  # type: ignore[arg-type]


def _commitments() -> list[Refuse]:
    table, reports = _table(Commitment), _table(CommitmentReport)
    in_force = "o.state IN ('signed', 'superseded')"
    reported = f"SELECT 1 FROM {reports} r WHERE r.commitment_id = NEW.id AND r.state = NEW.state"
    signed = f"SELECT 1 FROM {OUTCOME} o WHERE o.signed_version_id = NEW.version_id AND {in_force}"
    ended = "OLD.state = 'done' OR NEW.state = 'open' OR (OLD.state = 'not_done' AND NEW.state = 'not_done')"
    circulated = f"EXISTS (SELECT 1 FROM {VERSION} v WHERE v.id = OLD.version_id AND v.circulated_at IS NOT NULL)"
    return [
        *_of_open_version(Commitment, ("insert", "delete")),
        Refuse(table, "commitment_begins_open", ("insert",), "NEW.state <> 'open'", "a commitment begins open."),
        Refuse(
            table,
            "commitment_only_its_state",
            ("update",),
            f"{circulated} AND {changed(Commitment, 'state')}",
            "of a commitment only its state changes.",
        ),
        Refuse(
            table,
            "commitment_state_is_reported",
            ("update",),
            f"NEW.state <> OLD.state AND (({ended}) OR NOT EXISTS ({signed}) OR NOT EXISTS ({reported}))",
            "what became of a commitment is reported, in words, after the signature.",
        ),
        Refuse(
            reports,
            "report_after_signature",
            ("insert",),
            f"NOT EXISTS (SELECT 1 FROM {table} c JOIN {OUTCOME} o ON o.signed_version_id = c.version_id "
            f"WHERE c.id = NEW.commitment_id AND {in_force})",
            "a commitment is reported on once the outcome is signed.",
        ),
    ]


def _dissents() -> list[Refuse]:
    joins, answers = _table(DissentJoin), _table(DissentAnswer)
    later = (
        f"SELECT 1 FROM {VERSION} l WHERE l.outcome_id = v.outcome_id "
        "AND l.number > v.number AND l.circulated_at IS NOT NULL"
    )
    in_time = (
        f"SELECT 1 FROM {VERSION} v JOIN {OUTCOME} o ON o.id = v.outcome_id "
        f"JOIN {_table(Deliberation)} d ON d.id = o.deliberation_id "
        "WHERE o.state = 'circulated' AND d.state = 'round_4' AND v.circulated_at <= {moment} "
        f"AND {{moment}} < v.dissent_closes_at AND NOT EXISTS ({later})"
    )
    written = in_time.format(moment="NEW.at") + " AND v.id = NEW.written_against_id AND v.outcome_id = NEW.outcome_id"
    withdrawn = in_time.format(moment="NEW.withdrawn_at") + " AND o.id = NEW.outcome_id"
    of_dissent = f" AND o.id = (SELECT d2.outcome_id FROM {DISSENT} d2 WHERE d2.id = NEW.dissent_id)"
    joined = in_time.format(moment="NEW.at") + of_dissent
    own = (
        f"SELECT 1 FROM {DISSENT} n WHERE n.id = NEW.replaced_by_id AND n.seat_id = NEW.seat_id "
        "AND n.outcome_id = NEW.outcome_id AND n.id <> NEW.id"
    )
    over = f"EXISTS (SELECT 1 FROM {OUTCOME} o WHERE o.id = NEW.outcome_id AND o.state <> 'circulated')"
    answerable = (
        f"SELECT 1 FROM {DISSENT} d JOIN {OUTCOME} o ON o.id = d.outcome_id "
        "WHERE d.id = NEW.dissent_id AND o.state = 'circulated'"
    )
    return [
        Refuse(
            DISSENT,
            "dissent_in_its_time",
            ("insert",),
            f"NOT EXISTS ({written}) OR NEW.withdrawn_at IS NOT NULL OR NEW.replaced_by_id IS NOT NULL",
            "a dissent is written against the latest circulated version, in the time for dissent.",
        ),
        Refuse(DISSENT, "dissent_after_signature", ("update",), over, "it is signed; its dissents stay as they are."),
        Refuse(
            DISSENT,
            "dissent_withdrawn_in_time",
            ("update",),
            f"NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL AND NOT EXISTS ({withdrawn})",
            "a dissent is taken back in the time for dissent.",
        ),
        Refuse(
            DISSENT,
            "dissent_replaced_by_own",
            ("update",),
            f"NEW.replaced_by_id IS NOT NULL AND OLD.replaced_by_id IS NULL AND NOT EXISTS ({own})",
            "a dissent is changed by who wrote it.",
        ),
        Refuse(joins, "dissent_joined_in_time", ("insert",), f"NOT EXISTS ({joined})", "the time for dissent is over."),
        Refuse(
            answers,
            "dissent_answered_in_time",
            ("insert",),
            f"NOT EXISTS ({answerable})",
            "it is signed; its answers stay as they are.",
        ),
    ]


def _deliberation() -> list[Refuse]:
    table = _table(Deliberation)
    signed = f"SELECT 1 FROM {OUTCOME} o WHERE o.deliberation_id = NEW.id AND o.state = 'signed'"
    return [
        Refuse(table, "decided_from_the_start", ("insert",), "NEW.state = 'decided'", "nothing begins decided."),
        Refuse(
            table,
            "decided_is_signed",
            ("update",),
            f"NEW.state = 'decided' AND OLD.state <> 'decided' AND NOT EXISTS ({signed})",
            "it is decided only by a signed outcome.",
        ),
        Refuse(
            table,
            "decided_stays",
            ("update",),
            "OLD.state = 'decided' AND NEW.state <> 'decided'",
            "decided is final; a change opens a successor.",
        ),
        Refuse(
            _table(Seat),
            "seat_keeps_its_part",
            ("update",),
            differs("part", "deliberation_id"),
            "a seat keeps its part: gates go by who ever sat on it.",
        ),
    ]


def _publication() -> list[Refuse]:
    table, choices = _table(Publication), _table(QuoteChoice)
    moves = (
        "(OLD.state = 'proposed' AND NEW.state NOT IN ('proposed', 'published', 'dropped')) "
        "OR (OLD.state = 'published' AND NEW.state NOT IN ('published', 'unpublished')) "
        "OR (OLD.state IN ('unpublished', 'dropped') AND NEW.state <> OLD.state)"
    )
    undecided = f"SELECT 1 FROM {choices} q WHERE q.publication_id = NEW.id AND q.choice = ''"
    signed = f"SELECT 1 FROM {OUTCOME} o WHERE o.id = NEW.outcome_id AND o.state IN ('signed', 'superseded')"
    return [
        Refuse(
            table,
            "publication_begins_proposed",
            ("insert",),
            f"NEW.state <> 'proposed' OR NOT EXISTS ({signed})",
            "a signed outcome is proposed for publication first.",
        ),
        Refuse(table, "publication_moves", ("update",), moves, "a publication does not move that way."),
        Refuse(
            table,
            "publication_all_have_chosen",
            ("update",),
            f"NEW.state = 'published' AND OLD.state = 'proposed' AND (NEW.reason_id IS NULL "
            f"OR NEW.published_by_id IS NULL OR EXISTS ({undecided}))",
            "everybody quoted chooses first, and it is published with a reason.",
        ),
        Refuse(
            table,
            "publication_exact_page",
            ("update",),
            differs("outcome_id", "page_digest", "slug", "proposed_by_id", "proposed_at"),
            "what is published is the page that was proposed.",
        ),
        Refuse(
            table, "publication_never_deleted", ("delete",), "TRUE", "a publication is never removed.", truncate=True
        ),
        Refuse(
            choices,
            "quote_choice_stands",
            ("update",),
            f"(OLD.choice <> '' AND NEW.choice = '') OR {differs('publication_id', 'seat_id')}",
            "a choice is changed by another choice.",
        ),
        Refuse(choices, "quote_choice_never_deleted", ("delete",), "TRUE", "a choice is never removed.", truncate=True),
    ]


def _agents() -> list[AppendOnly | Refuse]:
    table = _table(AgentInstruction)
    return [
        AppendOnly(table),
        Refuse(
            table,
            "agents_told_by_signature",
            ("insert",),
            f"NOT EXISTS (SELECT 1 FROM {OUTCOME} o WHERE o.id = NEW.outcome_id AND o.state = 'signed') "
            "OR NOT EXISTS (SELECT 1 FROM instructions_instruction i WHERE i.id = NEW.instruction_id "
            f"AND i.published_by_id = (SELECT o.signed_by_id FROM {OUTCOME} o WHERE o.id = NEW.outcome_id))",
            "only the signer of an outcome tells the agents something in it.",
        ),
    ]
