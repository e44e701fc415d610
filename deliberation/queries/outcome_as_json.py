"""A signed outcome as JSON, for the interface, exports and whoever takes it along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.models import Text
from deliberation.models import Commitment, Outcome, OutcomeVersion
from deliberation.queries.outcome import Document, PrintedDissent, documents_of, printable


def outcome_as_json(outcome: Outcome, *, document: Document | None = None) -> dict[str, Any]:
    """A signed outcome with the keys of core concepts, section 6, and structured twins (api.md).

    `precedent_binding` is false and nothing could make it true. Raises ValueError for an outcome that is not signed.
    """
    if document is None:
        return outcomes_as_json([outcome])[0]
    version = document.version
    return {
        "id": str(outcome.pk),
        "deliberation": str(outcome.deliberation_id),
        "reference": document.deliberation.reference,
        "question": str(document.deliberation.question),
        "state": outcome.state,
        "kind": version.kind,
        "decision_made": _str(version.decision),
        "option": _str(version.option.text) if version.option else None,
        "meanwhile": _str(version.meanwhile),
        "values_prioritized": [str(text) for text in document.prioritized],
        "values_deprioritized": [str(text) for text in document.deprioritized],
        "moral_remainder": "\n".join(
            f"{loss.loss} {_('Borne by')}: {loss.bearer}. {loss.owed_in_words}: {loss.debt}" for loss in document.losses
        ),
        "remainders": [
            {"loss": str(loss.loss), "bearer": str(loss.bearer), "owed": loss.owed, "debt": str(loss.debt)}
            for loss in document.losses
        ],
        "dissenting_perspectives": [_dissent_as_json(each) for each in document.dissents if not each.left_out],
        "justification": _str(version.justification),
        "assumptions": _str(version.assumptions),
        "expects": _str(version.expects),
        "precedent_applicability": _applicability(version),
        "applies_to": _str(version.applies_to),
        "does_not_apply_to": _str(version.does_not_apply_to),
        "precedent_binding": False,
        "review_date": version.review_date.isoformat() if version.review_date else None,
        "review_trigger": "; ".join(str(trigger) for trigger in document.triggers),
        "review_triggers": [str(trigger) for trigger in document.triggers],
        "commitments": [
            _commitment_as_json(each)
            for each in (*document.commitments, *(c for loss in document.losses for c in loss.commitments))
        ],
        "nothing_to_do": _str(version.nothing_to_do),
        "agent_instruction": {"id": document.agents.instruction.key, "text": str(document.agents.text)}
        if document.agents
        else None,
        "heard": [
            {"framework": row.title, "heard": row.was_heard, "voices": row.heard, "because": _str(row.because)}
            for row in document.heard
            if row.framework is not None
        ],
        "not_heard": document.not_heard,
        "signed_by": outcome.signed_name,
        "signed_at": _moment(outcome.signed_at),
        "audit_entry": str(document.entry.pk) if document.entry else None,
        "leaf_hash": document.entry.leaf_hex if document.entry else None,
    }


def outcomes_as_json(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """`outcome_as_json` of several signed outcomes, in their order, in a fixed number of queries."""
    rows = list(outcomes)
    signed = printable(OutcomeVersion.objects.filter(signed_outcome__in=rows))
    versions = {version.outcome_id: version for version in signed}
    if any(row.pk not in versions or row.signed_at is None for row in rows):
        raise ValueError("only a signed outcome is given out")
    documents = documents_of([versions[row.pk] for row in rows])
    return [outcome_as_json(row, document=document) for row, document in zip(rows, documents, strict=True)]


def _dissent_as_json(printed: PrintedDissent) -> dict[str, Any]:
    dissent = printed.dissent
    return {
        "framework": dissent.framework.title if dissent.framework else None,
        "against": dissent.against,
        "lead": str(dissent.lead),
        "objection": str(dissent.objection),
        "would_be_removed_by": _str(dissent.removed_by),
        "predicts": _str(dissent.predicts),
        "stakeholders": [printed.author, *printed.joined],
        "answer": _str(printed.answer),
    }


def _commitment_as_json(commitment: Commitment) -> dict[str, Any]:
    return {
        "kind": commitment.kind,
        "what": str(commitment.what),
        "to_whom": str(commitment.to_whom),
        "owner": str(commitment.owner),
        "due": commitment.due.isoformat(),
        "state": commitment.state,
    }


def _applicability(version: OutcomeVersion) -> str | None:
    if version.applies_to is None or version.does_not_apply_to is None:
        return None
    return _("Applies to: %(yes)s Does not apply to: %(no)s") % {
        "yes": version.applies_to,
        "no": version.does_not_apply_to,
    }


def _str(text: Text | None) -> str | None:
    return None if text is None else str(text)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
