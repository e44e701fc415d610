"""The outcome: drafted by the facilitator, circulated for dissent, signed by somebody who never facilitated it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, User
from accounts.permissions import SYSTEM, System
from accounts.refusals import Invalid, Refused, Stale, WrongState
from accounts.roles import Part
from audit.models import Text
from audit.texts import keep
from deliberation.domain.act import Act, perform
from deliberation.domain.agents import tell_agents
from deliberation.domain.asking_dissent import ask_for_dissent, close_asking
from deliberation.domain.asks import voices_of
from deliberation.domain.completeness import latest_version, missing_in, missing_to_sign, standing_dissents
from deliberation.domain.outcome_content import Content, Heard, Loss, Promised, Words, texts_of, write_content
from deliberation.domain.precedent import make_precedent
from deliberation.domain.seats import people_on
from deliberation.domain.timetable import durations_of
from deliberation.domain.warnings import note_warnings
from deliberation.models import (
    Deliberation,
    Outcome,
    OutcomeVersion,
    State,
)
from instructions.domain.conflicts import Answered


def draft_outcome(
    deliberation: Deliberation, *, by: User, content: Content, seen: datetime | None = None
) -> OutcomeVersion:
    """Write down the draft that is open, or open the next version.

    `seen` is `edited_at` of the draft as its author saw it; raises `Stale` where it was changed since. Raises
    `Invalid` where an option or a loss named is not there.
    """
    with perform("draft_outcome", deliberation, by=by) as act:
        outcome, _made = Outcome.objects.get_or_create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            defaults={"created_at": act.now},
        )
        before = latest_version(outcome)
        words = Words(act, before)
        if before is not None and before.circulated_at is None:
            version = before
            if seen is not None and version.edited_at != seen:
                raise Stale(
                    _("This draft was changed in another window since you opened it. Save again to replace it.")
                )
        else:
            version = OutcomeVersion(
                organisation_id=deliberation.organisation_id,
                deliberation=deliberation,
                outcome=outcome,
                number=_next_number(outcome),
                drafted_by=act.user,
                drafted_at=act.now,
            )
        write_content(version, content, words, act)
        note_warnings(act, version)
        act.subject = ("outcome_version", version.pk)
        act.decision = "drafted"
        return version


def set_aside_outcome_draft(deliberation: Deliberation, *, by: User) -> OutcomeVersion:
    """Give up the draft nobody has seen; the version circulated before it is the latest again."""
    with perform("set_aside_outcome_draft", deliberation, by=by) as act:
        outcome = _outcome_of(deliberation)
        version = latest_version(outcome)
        if version is None or version.circulated_at is not None:
            raise WrongState(_("There is no draft that nobody has seen."))
        if version.number == 1:
            raise WrongState(_("This is the first draft. Change it; there is none to go back to."))
        version.set_aside_at = act.now
        version.save(update_fields=["set_aside_at"])
        act.subject = ("outcome_version", version.pk)
        act.decision = "set_aside"
        return version


def circulate_outcome(deliberation: Deliberation, *, by: User) -> OutcomeVersion:
    """Show the open draft to everybody who takes part, and open the time for dissent.

    Raises `Invalid` with a sentence for each thing that is missing. A second or later version opens the whole time
    for dissent again, and says what changed.
    """
    with perform("circulate_outcome", deliberation, by=by) as act:
        outcome = _outcome_of(deliberation)
        version = latest_version(outcome)
        if version is None or version.circulated_at is not None:
            raise WrongState(_("There is no draft that has not been circulated. A change begins the next version."))
        missing = missing_in(version)
        if version.number > 1 and version.change_note_id is None:
            raise Invalid(_("Say what changed against the draft before."), "change_note")
        if missing:
            raise Invalid(errors={each.field: each.sentence for each in missing})
        window = durations_of(deliberation.organisation, deliberation.urgency).dissent_window
        version.circulated_at = act.now
        version.dissent_closes_at = act.now + timedelta(hours=window)
        version.save(update_fields=["circulated_at", "dissent_closes_at"])
        note_warnings(act, version, circulated=True)
        outcome.state = Outcome.State.CIRCULATED
        outcome.save(update_fields=["state"])
        ask_for_dissent(act, version)
        act.texts |= texts_of(version)
        act.subject = ("outcome_version", version.pk)
        act.decision = "circulated"
        return version


def send_to_sign(deliberation: Deliberation, *, by: User | System) -> OutcomeVersion:
    """Hand the circulated draft to the decision holder once the time for dissent is over.

    Raises `WrongState` while it is not, while a newer draft is open, and after a return until a new version was
    circulated.
    """
    with perform("send_to_sign", deliberation, by=by) as act:
        version = latest_version(_outcome_of(deliberation))
        if version is None or version.circulated_at is None or version.dissent_closes_at is None:
            raise WrongState(_("There is a draft that nobody has seen. Circulate it first, or set it aside."))
        if act.now < version.dissent_closes_at:
            raise WrongState(_("The time for dissent is not over yet."))
        if version.returned_at is not None:
            raise WrongState(_("It was given back. It takes a new version, circulated, before it is signed."))
        close_asking(act)
        holders = people_on(deliberation, Part.HOLDER)
        act.notify("outcome_to_sign", f"outcome_version:{version.pk}", users=holders)
        act.subject = ("outcome_version", version.pk)
        act.decision = "sent"
        return version


def send_due_to_sign(organisation: Organisation) -> int:
    """Hand over every draft whose time for dissent is over. Gives how many."""
    due = OutcomeVersion.objects.filter(
        organisation=organisation,
        deliberation__state=State.ROUND_4,
        circulated_at__isnull=False,
        dissent_closes_at__lte=clock.now(),
        returned_at__isnull=True,
    ).select_related("deliberation", "outcome")
    sent = 0
    for version in due:
        newest = latest_version(version.outcome)
        if newest is None or newest.pk != version.pk:
            continue
        try:
            send_to_sign(version.deliberation, by=SYSTEM)
        except Refused:
            continue  # another tick, or the facilitator, got there first
        sent += 1
    return sent


def return_outcome(deliberation: Deliberation, *, by: User, reason: str) -> OutcomeVersion:
    """Give the draft back to the facilitator, with a reason. It takes a new version to come again."""
    with perform("return_outcome", deliberation, by=by) as act:
        version = latest_version(_outcome_of(deliberation))
        assert version is not None
        version.returned_at, version.returned_by = act.now, act.user
        version.returned_reason = act.keep("reason", reason)
        version.save(update_fields=["returned_at", "returned_by", "returned_reason"])
        facilitators = people_on(deliberation, Part.FACILITATOR)
        act.notify("outcome_returned", f"outcome_version:{version.pk}", users=facilitators)
        act.subject = ("outcome_version", version.pk)
        act.decision = "returned"
        return version


def sign_outcome(
    deliberation: Deliberation,
    *,
    by: User,
    version_id: UUID,
    name: str,
    reason: str | None = None,
    agents: str = "",
    answers: Mapping[str, Answered] | None = None,
) -> Outcome:
    """Sign exactly the version `version_id`, with a typed name. It is final and becomes a precedent.

    `agents` is what the signer tells the agents, if anything; `answers` say what holds where that goes against other
    instructions. Raises `Stale` where that version is no longer the latest, `NotAllowed` for whoever ever facilitated,
    `Invalid` with a sentence for each thing that is missing, and `Unanswered` for conflicts without an answer.
    """
    with perform("sign_outcome", deliberation, by=by) as act:
        outcome = _outcome_of(deliberation)
        version = latest_version(outcome)
        if version is None or version.pk != version_id:
            raise Stale(_("There is a newer draft than the one you read. Please read it before you sign."))
        missing = missing_to_sign(version, now=act.now)
        errors = {each.field: each.sentence for each in missing}
        if not name.strip():
            errors["name"] = _("Type your name. It stands under the decision.")
        if errors:
            raise Invalid(errors=errors)
        outcome.state = Outcome.State.SIGNED
        outcome.signed_version, outcome.signed_by = version, act.user
        outcome.signed_name, outcome.signed_at = " ".join(name.split())[:200], act.now
        outcome.signed_reason = act.keep("reason", reason, optional=True)
        outcome.signed_entry_id = act.entry_id
        outcome.save()
        act.texts |= texts_of(version) | _texts_of_dissents(outcome)
        act.texts["manifest"] = keep(deliberation.organisation, manifest_of(outcome))
        act.move()
        make_precedent(act, outcome)
        tell_agents(act, outcome, agents, answers or {})
        _tell_signed(act, outcome)
        act.tell_ended(outcome)
        act.subject = ("outcome", outcome.pk)
        act.decision = act.outcome = "signed"
        return outcome


def manifest_of(outcome: Outcome) -> str:
    """What of a signed outcome is not words, as JSON: the signature commits to this too."""
    version = outcome.signed_version
    assert version is not None
    return json.dumps(
        {
            "version": str(version.pk),
            "kind": version.kind,
            "option": str(version.option_id) if version.option_id else None,
            "review_date": version.review_date.isoformat() if version.review_date else None,
            "remainders": [{"number": r.number, "owed": r.owed} for r in version.remainders.all()],
            "commitments": [
                {"number": c.number, "kind": c.kind, "due": c.due.isoformat()} for c in version.commitments.all()
            ],
            "hearings": [{"framework": str(h.framework_id), "heard": h.heard} for h in version.hearings.all()],
            "dissents": [str(d.pk) for d in standing_dissents(outcome)],
            "precedent_binding": False,
        },
        sort_keys=True,
    )


def _texts_of_dissents(outcome: Outcome) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for number, dissent in enumerate(standing_dissents(outcome), start=1):
        for name in ("lead", "objection", "removed_by", "predicts"):
            text = getattr(dissent, name)
            if text is not None:
                found[f"dissent-{number}-{name}"] = text
        found[f"dissent-{number}-answer"] = list(dissent.answers.all())[-1].text
    return found


def _tell_signed(act: Act, outcome: Outcome) -> None:
    about = f"outcome:{outcome.pk}"
    staff = {
        user for part in (Part.FACILITATOR, Part.APPROVER, Part.READER) for user in people_on(act.deliberation, part)
    }
    act.notify("outcome_signed", about, seats=voices_of(act.deliberation), users=staff)


def _outcome_of(deliberation: Deliberation) -> Outcome:
    outcome = Outcome.objects.filter(deliberation=deliberation).first()
    if outcome is None:
        raise WrongState(_("Nothing has been drafted yet."))
    return outcome


def _next_number(outcome: Outcome) -> int:
    last = OutcomeVersion.objects.filter(outcome=outcome).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


__all__ = [
    "Content",
    "Heard",
    "Loss",
    "Promised",
    "circulate_outcome",
    "draft_outcome",
    "manifest_of",
    "return_outcome",
    "send_due_to_sign",
    "send_to_sign",
    "set_aside_outcome_draft",
    "sign_outcome",
    "texts_of",
]
