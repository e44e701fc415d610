"""What an agent may not do without a person: put to the decision holders, and answered by one of them.

A grant is for exactly this act, once, for a while. Nothing grants by itself: not silence, not an outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import APIKey, Organisation, User
from accounts.permissions import SYSTEM, System
from accounts.queries.organisations import users_with
from accounts.refusals import Invalid, Refused, WrongState
from accounts.roles import Role
from audit.models import Text
from deliberation.models import Urgency
from oversight.domain.act import Act, perform
from oversight.domain.telling import tell
from oversight.domain.waits import waits
from oversight.models import JudgmentRequest, Session
from tractatus import BoundaryCheck, ConflictAnalysis, Decision
from tractatus.vocabulary import Domain

State = JudgmentRequest.State


def ask_judgment(
    key: APIKey, decision: Decision, *, text: Text, session: Session | None = None, cause: UUID | None = None
) -> JudgmentRequest:
    """Put an act to the decision holders, inside the transaction of the check that asks; `cause` is the check's entry.

    `decision` is the gate's, which asks and so has a fingerprint (`grant`), and `text` that of the check. Who asks
    about the same act again joins the request that is open. Of two at once one opens it and the other joins. Raises
    `ValueError` for a decision without a fingerprint.
    """
    if decision.grant is None:
        raise ValueError("Only what the gate asks about is put to a person.")
    if (found := _open_one(key.project_id, decision.grant)) is not None:
        return found
    try:
        return _open(key, decision, decision.grant, text, session, cause)
    except IntegrityError:
        found = _open_one(key.project_id, decision.grant)
        if found is None:
            raise
        return found


def _open(
    key: APIKey, decision: Decision, fingerprint: str, text: Text, session: Session | None, cause: UUID | None
) -> JudgmentRequest:
    organisation, boundary, urgency = key.organisation, boundary_of(decision), urgency_of(decision)
    irreversible = _cannot_be_undone(decision, boundary)
    with perform("ask_judgment", organisation, by=key, project=key.project, cause=cause) as act:
        made = JudgmentRequest.objects.create(
            organisation=organisation,
            project_id=key.project_id,
            session=session,
            key=key,
            fingerprint=fingerprint,
            state_since=act.now,
            urgency=urgency,
            rule=decision.findings[0].rule,
            boundary=f"{boundary.section} {boundary.domain}" if boundary is not None else "",
            irreversible=irreversible,
            text=text,
            safety_checks=list(boundary.safety_checks) if boundary is not None and irreversible else [],
            asked_at=act.now,
            lapses_at=act.now + waits().lapses_after[urgency],
            entry_id=act.entry_id,
        )
        act.texts["act"] = text
        act.subject, act.decision, act.boundary = _subject(made), "pending", made.boundary or None
        act.session = str(session.pk) if session is not None else None
        holders = users_with(Role.DECISION_HOLDER)
        tell("judgment_asked", f"judgment_request:{made.pk}", holders, organisation=organisation, now=act.now)
    return made


def still_waiting(rows: QuerySet[JudgmentRequest], now: datetime) -> QuerySet[JudgmentRequest]:
    """Those that wait for a decision holder: one whose time is over does not, though no tick may have come by yet."""
    return rows.filter(state=State.PENDING, lapses_at__gt=now)


def live_grants(project_id: UUID, now: datetime) -> QuerySet[JudgmentRequest]:
    """The grants of a project that may still be used."""
    return JudgmentRequest.objects.filter(project_id=project_id, state=State.GRANTED, expires_at__gt=now)


def use_grant(request: JudgmentRequest, *, by: APIKey, cause: UUID | None = None) -> None:
    """Use a grant up, inside the transaction of the check that is let through by it; `cause` is the check's entry.

    Of two checks that would use it one is first; the other waits for it here and raises `WrongState`, as does one that
    comes too late: then the act is asked about again. The check names the request as its `grant` and is written after.
    """
    with perform("use_grant", request.organisation, by=by, thing=request, cause=cause) as act:
        if is_over(request, act.now):
            raise WrongState(_("The grant has expired: the act is asked about again."))
        move(act, request, State.USED)
        act.decision = "used"


def grant_request(
    request: JudgmentRequest,
    *,
    by: User,
    reason: str = "",
    lasts: timedelta | None = None,
    ticked: Sequence[int] = (),
    unticked_why: str = "",
    opened_at: datetime | None = None,
) -> None:
    """Grant exactly this act, once, for `lasts` (an hour unless said otherwise).

    `ticked` are the places, from 0, of the safety checks that were made; `opened_at` is when `by` first saw the
    request. Raises `Invalid` at `reason` where an irreversible act is granted without one, at `ticked` where a check
    was not made and it is not said why, at `lasts` for a time that is not offered; `WrongState` where it lapsed.
    """
    with perform("grant_request", request.organisation, by=by, thing=request) as act:
        must_wait(request, act.now)
        lasts = lasts or waits().grant
        checks = request.safety_checks
        made = sorted({place for place in ticked if 0 <= place < len(checks)})
        wrong: dict[str, str] = {}
        if lasts not in waits().grants:
            wrong["lasts"] = _("Choose one of the times offered.")
        if request.irreversible and not reason.strip():
            wrong["reason"] = _("It cannot be undone. Say in a sentence why it may be done.")
        if len(made) < len(checks) and not unticked_why.strip():
            wrong["ticked"] = _("Tick each check once it was made, or say why one need not be.")
        if wrong:
            raise Invalid(errors=wrong)
        request.ticked = made
        request.reason = act.keep("reason", reason, optional=True)
        if len(made) < len(checks):
            request.unticked_why = act.keep("unticked_why", unticked_why)
        request.expires_at = act.now + lasts
        _decide(act, request, State.GRANTED, opened_at)
        act.decision = act.outcome = "granted"
        act.cause = request.entry_id


def refuse_request(request: JudgmentRequest, *, by: User, reason: str, opened_at: datetime | None = None) -> None:
    """Refuse it. The agent is told the reason; it may ask again about another act, or later about this one.

    Raises `Invalid` at `reason`, `WrongState` where it lapsed.
    """
    with perform("refuse_request", request.organisation, by=by, thing=request) as act:
        must_wait(request, act.now)
        request.reason = act.keep("reason", reason)
        _decide(act, request, State.REFUSED, opened_at)
        act.decision = act.outcome = "refused"
        act.cause = request.entry_id


def expire_grant(request: JudgmentRequest, *, by: System = SYSTEM) -> None:
    """End a grant that was not used in time. Raises `WrongState` while there is still time."""
    with perform("expire_grant", request.organisation, by=by, thing=request) as act:
        _must_be_over(request, act.now)
        move(act, request, State.EXPIRED)
        act.decision, act.cause = "expired", request.decided_entry_id


def lapse_request(request: JudgmentRequest, *, by: System = SYSTEM) -> None:
    """End a request that nobody answered in time. Raises `WrongState` while there is still time."""
    with perform("lapse_request", request.organisation, by=by, thing=request) as act:
        _must_be_over(request, act.now)
        move(act, request, State.LAPSED)
        act.decision, act.cause = "lapsed", request.entry_id


def end_due_requests(organisation: Organisation) -> int:
    """End every request and every grant whose time is over. Gives how many."""
    now, ended = clock.now(), 0
    over = Q(state=State.PENDING, lapses_at__lte=now) | Q(state=State.GRANTED, expires_at__lte=now)
    for request in JudgmentRequest.objects.filter(over, organisation=organisation).select_related("organisation"):
        ended += _end(request)
    return ended


def _end(request: JudgmentRequest) -> bool:
    try:
        (lapse_request if request.state == State.PENDING else expire_grant)(request)
    except Refused:
        return False  # somebody answered it, or another tick was first
    return True


def is_over(request: JudgmentRequest, now: datetime) -> bool:
    """Whether its time is over, though no tick may have come by yet."""
    if request.state == State.PENDING:
        return request.lapses_at <= now
    return request.state == State.GRANTED and request.expires_at is not None and request.expires_at <= now


def move(act: Act, request: JudgmentRequest, to: State) -> None:
    """Move it, with everything else that was set on it."""
    request.state, request.state_since = to, act.now
    request.save()
    act.boundary = request.boundary or None
    act.session = str(request.session_id) if request.session_id else None


def boundary_of(decision: Decision) -> BoundaryCheck | None:
    """What the enforcer said, where it says that people decide."""
    found = decision.result_of(BoundaryCheck)
    return found if found is not None and found.requires_human else None


def urgency_of(decision: Decision) -> str:
    """How soon it must be answered, as the analysis of the conflict has it; the full process where nothing says so."""
    analysis = decision.result_of(ConflictAnalysis)
    return str(analysis.urgency if analysis is not None else Urgency.IMPORTANT)


def _cannot_be_undone(decision: Decision, boundary: BoundaryCheck | None) -> bool:
    if boundary is not None and boundary.domain is Domain.IRREVERSIBLE:
        return True
    return any(finding.rule == "no_reasoning_for_the_irreversible" for finding in decision.findings)


def _open_one(project_id: UUID, fingerprint: str) -> JudgmentRequest | None:
    """The request about this act that is still open; one whose time is over is ended first."""
    rows = JudgmentRequest.objects.filter(
        project_id=project_id, fingerprint=fingerprint, state__in=JudgmentRequest.OPEN
    )
    found = rows.select_related("organisation").first()
    if found is not None and is_over(found, clock.now()) and _end(found):
        return None
    return found


def _decide(act: Act, request: JudgmentRequest, to: State, opened_at: datetime | None) -> None:
    request.decided_by, request.decided_at, request.decided_entry_id = act.user, act.now, act.entry_id
    if opened_at is not None:
        request.opened_at = min(max(opened_at, request.asked_at), act.now)
    move(act, request, to)


def must_wait(request: JudgmentRequest, now: datetime) -> None:
    """Raise `WrongState` where its time is over, though no tick may have come by yet."""
    if is_over(request, now):
        raise WrongState(_("Its time is over: nobody answered it in time. The agent may ask again."))


def _must_be_over(request: JudgmentRequest, now: datetime) -> None:
    if not is_over(request, now):
        raise WrongState(_("There is still time."))


def _subject(request: JudgmentRequest) -> tuple[str, UUID]:
    return "judgment_request", request.pk
