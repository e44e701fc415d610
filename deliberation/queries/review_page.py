"""What the packet of a review says, as the components take it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deliberation.domain.precedent import today_in
from deliberation.models import Commitment, OutcomeVersion
from deliberation.queries.precedent import Place
from deliberation.queries.review import Packet
from deliberation.queries.review_queue import day_of


def status_of_review(packet: Packet, place: Place) -> list[dict[str, Any]]:
    """The line of standing facts under the question."""
    review = packet.review
    facts: list[dict[str, Any]] = [{"says": review.get_state_display(), "strong": True}]
    if review.is_open and place.review is not None and place.review.pk == review.pk:
        facts += [fact for fact in place.sentences if fact.get("late")]
        if not place.is_overdue:
            facts.append({"says": _("Due %(day)s") % {"day": day_of(review.due_on, weekday=True)}})
    if review.opened_at and (review.opened_at - review.due_at).days >= 1:
        days = (review.opened_at - review.due_at).days
        facts.append({"says": ngettext("Found %(n)s day late", "Found %(n)s days late", days) % {"n": days}})
    if review.started_by and review.is_open:
        facts.append({"says": _("Taken by %(name)s") % {"name": review.started_by}})
    facts.append(
        {"says": _("Decision holder: %(name)s") % {"name": packet.holder}}
        if packet.holder
        else {"says": _("Nobody holds this decision any more"), "late": True}
    )
    return facts


def packet_words(packet: Packet) -> dict[str, Any]:
    """The packet as components take it: opinions, losses, commitments. The rest of it the page prints as it is."""
    return {
        "opinions": _opinions(packet),
        "losses": _losses(packet),
        "commitments": [_commitment(one, packet) for one in packet.commitments],
    }


def _opinions(packet: Packet) -> list[dict[str, Any]]:
    version = packet.outcome.signed_version
    if version is None:
        return []
    decision: dict[str, Any] = {
        "key": "decision",
        "title": _("Decision") if version.kind == OutcomeVersion.Kind.DECISION else _("Legitimate disagreement"),
        "lead": version.decision or version.meanwhile,
        "rows": [
            {"heading": _("Because"), "text": version.justification},
            {"heading": _("Relies on"), "text": version.assumptions},
            {"heading": _("Expects"), "text": version.expects},
        ],
        "name": packet.outcome.signed_name,
        "by": _("Signed %(day)s") % {"day": day_of(packet.outcome.signed_at)},
        "language": packet.review.deliberation.language,
    }
    dissents = [
        {
            "key": f"dissent-{number}",
            "title": _("Dissent"),
            "lead": dissent.lead,
            "rows": [
                {"heading": _("Because"), "text": dissent.objection, "language": dissent.language},
                {"heading": _("Would be removed by"), "text": dissent.removed_by, "language": dissent.language},
                {"heading": _("Predicts"), "text": dissent.predicts, "language": dissent.language},
            ],
            "name": dissent.seat.name,
            "by": dissent.framework.title if dissent.framework else "",
            "language": dissent.language,
        }
        for number, dissent in enumerate(packet.dissents, 1)
    ]
    if not dissents:
        nobody = _("Nobody wrote a dissent. Taking part is not agreement.")
        dissents = [{"key": "dissent", "title": _("Dissent"), "lead": nobody, "rows": [], "name": "", "by": ""}]
    return [decision, *dissents]


def _losses(packet: Packet) -> list[dict[str, Any]]:
    owed = {one.remainder_id: one for one in packet.commitments if one.remainder_id}
    rows = []
    for loss in packet.remainders:
        promise = owed.get(loss.pk)
        done = packet.account.get(promise.pk) if promise else None
        rows.append(
            {
                "key": f"loss-{loss.pk.hex}",
                "what": loss.loss,
                "bearer": loss.bearer,
                "kind": loss.get_owed_display(),
                "owed": loss.debt,
                "owner": promise.owner if promise else "",
                "due": promise.due if promise else None,
                "settled": done.at if done and promise and promise.state == Commitment.State.DONE else None,
                "state": promise.get_state_display() if promise and promise.state != Commitment.State.OPEN else "",
            }
        )
    return rows


def _commitment(commitment: Commitment, packet: Packet) -> dict[str, Any]:
    said = packet.account.get(commitment.pk)
    late = commitment.state in {Commitment.State.OPEN, Commitment.State.HANDED_ON} and commitment.due < today_in(
        packet.review.deliberation.organisation
    )
    return {
        "what": commitment.what,
        "to_whom": commitment.to_whom,
        "owner": commitment.owner,
        "due": commitment.due,
        "state": commitment.get_state_display(),
        "open": commitment.state == Commitment.State.OPEN,
        "late": late,
        "account": said.account if said else None,
    }
