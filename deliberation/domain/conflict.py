"""The conflict, from a flag raised by a system or a person to a question ready for its list, and its early ends."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import APIKey, Organisation, Project, User
from accounts.refusals import Invalid, NotAllowed
from accounts.roles import Part
from audit.models import Text
from deliberation.domain.act import Act, perform
from deliberation.domain.lacking import missing
from deliberation.domain.precedent import cite
from deliberation.domain.seats import ever_facilitated, seat_person, sitter
from deliberation.domain.stakeholder_list import submit_list
from deliberation.domain.terms import anyone_invited, invited_seats
from deliberation.models import (
    Citation,
    Deliberation,
    Option,
    Precedent,
    State,
    Urgency,
)

MOST_CONTEXT = 20_000
"""Characters of JSON that a system may send along with a conflict."""


def next_number(organisation: Organisation) -> int:
    """The next free number in `organisation`. To be called in a transaction: it holds the organisation's row."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    highest = Deliberation.objects.filter(organisation=organisation).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def propose_conflict(
    project: Project,
    *,
    by: APIKey,
    decision: str,
    context: dict[str, Any] | None = None,
    urgency: str | None = None,
    language: str | None = None,
) -> Deliberation:
    """Keep a values conflict that a system ran into. It is inert until a facilitator takes it up.

    `context` is kept as sent. Raises `NotAllowed` for a key of another project, `Invalid` by field.
    """
    context = context or {}
    urgency = urgency or context.get("urgency") or Urgency.IMPORTANT
    if urgency not in Urgency.values:
        raise Invalid(
            _("Urgency is one of %(known)s.") % {"known": ", ".join(Urgency.values)},
            "urgency",
        )
    if len(json.dumps(context)) > MOST_CONTEXT:
        raise Invalid(_("The context is longer than %(most)d characters.") % {"most": MOST_CONTEXT}, "context")
    deliberation = _unsaved(project, Deliberation.Origin.KEY, State.PROPOSED, urgency, language)
    deliberation.proposed_by_key, deliberation.proposed_context = by, context
    with perform("propose_conflict", deliberation, by=by, new=True) as act:
        asked = act.keep("decision", decision)
        _save_new(act, question=asked, decision_asked=asked)
        act.decision = "proposed"
    return deliberation


def propose_successor(
    act: Act,
    *,
    project: Project,
    question: Text,
    decision_asked: Text | None,
    succeeds: Any,
    urgency: str,
    language: str,
) -> Deliberation:
    """Inside the verb that ends a review: a proposed deliberation that may change what a precedent says.

    A facilitator takes it up like any other.
    """
    deliberation = _unsaved(project, Deliberation.Origin.REVIEW, State.PROPOSED, urgency, language)
    deliberation.succeeds, deliberation.created_by = succeeds, act.user
    deliberation.created_at = deliberation.state_since = act.now
    deliberation.number = next_number(project.organisation)
    deliberation.question, deliberation.decision_asked = question, decision_asked
    deliberation.save(force_insert=True)
    return deliberation


def propose_for_agent(
    project: Project,
    *,
    by: User,
    question: Text,
    decision_asked: Text,
    urgency: str,
    context: dict[str, Any],
    now: datetime,
) -> Deliberation:
    """Inside the verb by which a decision holder has an agent's act deliberated: a proposed deliberation about it.

    A facilitator takes it up like any other. `context` is kept as given. Raises `Invalid` by field.
    """
    _must_be_urgency(urgency)
    deliberation = _unsaved(project, Deliberation.Origin.AGENT, State.PROPOSED, urgency, None)
    deliberation.created_by, deliberation.proposed_context = by, context
    deliberation.created_at = deliberation.state_since = now
    deliberation.number = next_number(project.organisation)
    deliberation.question, deliberation.decision_asked = question, decision_asked
    deliberation.save(force_insert=True)
    return deliberation


def convene(
    organisation: Organisation,
    project: Project,
    *,
    by: User,
    question: str,
    decision_asked: str,
    urgency: str,
    language: str | None = None,
) -> Deliberation:
    """Open a deliberation. Who convenes sits on the facilitator's seat; “do not do it” is an option from the start.

    Raises `NotAllowed` for who is no facilitator of the organisation, `Invalid` by field.
    """
    if project.organisation_id != organisation.pk or project.archived_at is not None:
        raise Invalid(_("Choose a project that is open in this organisation."), "project")
    _must_be_urgency(urgency)
    deliberation = _unsaved(project, Deliberation.Origin.PERSON, State.DRAFT, urgency, language)
    deliberation.created_by = by
    with perform("convene", deliberation, by=by, new=True) as act:
        _save_new(
            act,
            question=act.keep("question", question),
            decision_asked=act.keep("decision_asked", decision_asked, optional=True),
        )
        _set_up(act, by)
        act.decision = "convened"
    return deliberation


def take_up(deliberation: Deliberation, *, by: User) -> Deliberation:
    """Take a proposed conflict up. Who takes it up sits on the facilitator's seat."""
    with perform("take_up", deliberation, by=by) as act:
        _set_up(act, by)
        act.decision = "taken_up"
        act.move()
    return deliberation


def dismiss(deliberation: Deliberation, *, by: User, reason: str) -> None:
    """Dismiss a proposed conflict, with a reason that stays."""
    with perform("dismiss", deliberation, by=by) as act:
        deliberation.ended_reason = act.keep("reason", reason)
        deliberation.save(update_fields=["ended_reason"])
        act.decision = "dismissed"
        act.end()


def edit_question(
    deliberation: Deliberation, *, by: User, question: str, decision_asked: str = "", urgency: str | None = None
) -> None:
    """Reword the question, what is being decided, and how urgent it is. Raises `Invalid` by field."""
    urgency = urgency or deliberation.urgency
    _must_be_urgency(urgency)
    with perform("edit_question", deliberation, by=by) as act:
        deliberation.question = _same_or_kept(act, "question", deliberation.question, question)
        deliberation.decision_asked = _same_or_kept(
            act, "decision_asked", deliberation.decision_asked, decision_asked, optional=True
        )
        deliberation.urgency = urgency
        deliberation.save(update_fields=["question", "decision_asked", "urgency"])
        act.decision = "edited"


def submit(deliberation: Deliberation, *, by: User) -> None:
    """Put the question and its list up for approval. Raises `Invalid` with every sentence of `missing`."""
    with perform("submit", deliberation, by=by) as act:
        lacks = missing(deliberation)
        if lacks:
            raise Invalid(errors={f"{lack.where}:{number}": lack.sentence for number, lack in enumerate(lacks)})
        submit_list(act)
        act.decision = "submitted"
        act.move()


def settle_by_precedent(
    deliberation: Deliberation, *, by: User, precedent: Precedent, reason: str, alike: str, differs: str
) -> None:
    """Settle a routine question by a precedent: what is alike and what differs is said, and why that settles it.

    Raises `Invalid` where the question is not routine or the precedent is not in force.
    """
    with perform("settle_by_precedent", deliberation, by=by) as act:
        if deliberation.urgency != Urgency.ROUTINE:
            raise Invalid(_("Only a routine question is settled by a precedent. Others are deliberated."))
        precedent.refresh_from_db()
        if precedent.state != Precedent.State.IN_FORCE:
            raise Invalid(_("Choose a precedent that is in force and not under review."), "precedent")
        cite(act, precedent, alike=alike, differs=differs, purpose=Citation.Purpose.SETTLES)
        deliberation.ended_reason = act.keep("reason", reason)
        deliberation.save(update_fields=["ended_reason"])
        act.decision = "settled"
        act.end()


def withdraw(deliberation: Deliberation, *, by: User, reason: str, meanwhile: str) -> None:
    """End it without an outcome. Texts stay; everyone is told; `meanwhile` says what now happens to the question.

    Once anyone was invited only a decision holder who never facilitated may; else raises `NotAllowed`.
    """
    with perform("withdraw", deliberation, by=by) as act:
        if anyone_invited(deliberation) and (
            sitter(deliberation, Part.HOLDER) != by or ever_facilitated(deliberation, by)
        ):
            raise NotAllowed(
                _("People have been invited. Only a decision holder who is not the facilitator may withdraw it now.")
            )
        deliberation.ended_reason = act.keep("reason", reason)
        deliberation.ended_meanwhile = act.keep("meanwhile", meanwhile)
        deliberation.save(update_fields=["ended_reason", "ended_meanwhile"])
        act.decision = "withdrawn"
        staff = {sitter(deliberation, part) for part in (Part.FACILITATOR, Part.HOLDER, Part.APPROVER)}
        act.notify(
            "withdrawn",
            f"deliberation:{deliberation.pk}",
            seats=invited_seats(deliberation),
            users=sorted((user for user in staff if user and user != by), key=lambda user: user.pk),
        )
        act.end()


def _must_be_urgency(urgency: str) -> None:
    if urgency not in Urgency.values:
        raise Invalid(_("Say how urgent it is."), "urgency")


def _unsaved(project: Project, origin: str, state: str, urgency: str, language: str | None) -> Deliberation:
    organisation = project.organisation
    return Deliberation(
        organisation=organisation,
        project=project,
        origin=origin,
        state=state,
        urgency=urgency,
        language=language or organisation.language,
        draw=secrets.token_hex(8),
    )


def _save_new(act: Act, *, question: Text | None, decision_asked: Text | None) -> None:
    deliberation = act.deliberation
    deliberation.number = next_number(deliberation.organisation)
    deliberation.created_at = deliberation.state_since = act.now
    deliberation.question, deliberation.decision_asked = question, decision_asked
    deliberation.save(force_insert=True)


def _set_up(act: Act, facilitator: User) -> None:
    """The facilitator's seat, and the option that always exists."""
    deliberation = act.deliberation
    seat_person(act, Part.FACILITATOR, facilitator)
    Option(
        organisation=deliberation.organisation,
        deliberation=deliberation,
        kind=Option.Kind.DO_NOT,
        number=1,
        text=act.keep("option", _("Do not do it")),
        by_user=facilitator,
        at=act.now,
    ).save(force_insert=True)


def _same_or_kept(act: Act, name: str, old: Text | None, body: str, *, optional: bool = False) -> Text | None:
    """The text as it stands where nothing changed, else the new one: words are stored once."""
    body = (body or "").replace("\r\n", "\n").strip()
    if old is not None and old.erased_at is None and old.body == body:
        act.texts[name] = old
        return old
    return act.keep(name, body, optional=optional)
