"""Sessions of agents: opened, continued, ended, put away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import APIKey, Organisation
from accounts.permissions import SYSTEM, System
from accounts.refusals import Invalid, Refused, WrongState
from audit.receivers import actor_of
from audit.record import record
from instructions.domain.gate import services_of
from instructions.domain.standing import standing_rows
from oversight.domain import handoffs
from oversight.domain.act import perform
from oversight.domain.answers import AGENT, is_name, kept, needs_name
from oversight.domain.pressure import counts_now, counts_of, state_with, weigh
from oversight.models import Handoff, Session, Stop
from oversight.models.sessions import LONGEST_AGENT
from tractatus import Pressure

State = Session.State
SILENT_FOR = timedelta(days=3)
"""A session of which nothing was heard for this long has ended."""
ARCHIVED_AFTER = timedelta(days=30)
"""An ended session is put away after this long."""


def open_session(
    key: APIKey,
    name: str | None = None,
    *,
    agent: Mapping[str, str | None] | None = None,
    counts: Mapping[str, Any] | None = None,
    continues: str | None = None,
) -> tuple[Session, bool]:
    """Open a session of a key's project; without a name it is given one. Gives it and whether it is new.

    `continues` names the session it goes on from: that one's newest handoff is acknowledged, and it ends. A session
    that is open already is given back as it stands. Raises `Invalid` by field, and `WrongState` for one that has ended
    and for going on from one that people have stopped.
    """
    if name is not None and not is_name(name):
        raise needs_name("session_id")
    counts = counts_of(None, counts)
    name = name or str(uuid4())
    organisation = key.organisation
    try:
        with transaction.atomic():
            if (found := _in_project(key, name)) is not None:
                return _as_it_stands(found), False
            before = _before(key, continues) if continues is not None else None
            made = opened(key, name, now=clock.now(), agent=agent or {}, continues=before, must_be_new=True)
            if counts:
                tell_pressure(made, counts, by=key)
            if before is not None:
                _go_on(before, made, by=key)
    except IntegrityError:
        with transaction.atomic():
            found = _in_project(key, name)
        if found is None:
            raise
        return _as_it_stands(found), False
    made.organisation = organisation
    return made, True


def opened(
    key: APIKey,
    name: str,
    *,
    now: datetime,
    agent: Mapping[str, str | None],
    cause: UUID | None = None,
    continues: Session | None = None,
    must_be_new: bool = False,
) -> Session:
    """The session that goes by `name` in the key's project, made where there is none; inside a transaction.

    Of two that open it at once one makes it, and both have it; with `must_be_new` the other raises `IntegrityError`.
    """
    agent = {part: kept(text, LONGEST_AGENT) if text else text for part, text in agent.items()}
    made = Session(
        organisation_id=key.organisation_id,
        project_id=key.project_id,
        key=key,
        name=name,
        state_since=now,
        continues=continues,
        opened_at=now,
        seen_at=now,
        **declared(agent),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        if must_be_new:
            raise
        return Session.objects.get(project=key.project_id, name=name)
    record(
        "oversight.session.open",
        actor=actor_of(key, key.organisation),
        organisation=key.organisation,
        project=key.project_id,
        session=made.pk,
        subject=("session", made.pk),
        decision="active",
        agent=agent or None,
        cause=cause,
    )
    return made


def declared(agent: Mapping[str, str | None]) -> dict[str, str]:
    """What an agent says of itself, as a session keeps it."""
    return {f"agent_{name}": (agent.get(name) or "")[:LONGEST_AGENT] for name in AGENT}


def session_of(key: APIKey, name: str) -> Session | None:
    """The session of this name in the key's project."""
    return _in_project(key, name) if is_name(name) else None


def tell_pressure(session: Session, counts: Mapping[str, Any], *, by: APIKey, warns: bool = True) -> Pressure:
    """Take in how long and how full a session has become. `warns`: the agent is told what this gives.

    Raises `Invalid` by field, `WrongState` once it has ended.
    """
    with perform("tell_pressure", session.organisation, by=by, thing=session) as act:
        told = counts_of(session, counts)
        monitor = services_of(session.organisation)["monitor"]
        in_force = standing_rows(session.project).count()
        told = dict(counts_now(session, told, in_force, monitor))
        state = state_with(told, in_force)
        pressure: Pressure = monitor.assess(state)
        act.session, act.service = str(session.pk), "ContextPressureMonitor"
        act.decision = act.context_pressure = str(pressure.level)
        fields, reading = weigh(session, pressure, state, told, act.now, warns=warns)
        session.save(update_fields=fields)
        if reading is not None:
            reading.save(force_insert=True)
    return pressure


def end_session_of_agent(session: Session, *, by: APIKey | System) -> None:
    """End a session. At HIGH pressure or above, where the agent gave no handoff, the server writes its own part.

    Raises `WrongState` for one that has ended already.
    """
    with perform("end_session_of_agent", session.organisation, by=by, thing=session) as act:
        act.session, act.decision = str(session.pk), "ended"
        act.context_pressure = session.level
        if handoffs.is_owed(session):
            act.outcome = "handoff_by_server"
            handoffs.write_for(session)
        session.state, session.state_since, session.ended_at = State.ENDED, act.now, act.now
        session.save(update_fields=["state", "state_since", "ended_at"])


def archive_session(session: Session, *, by: System = SYSTEM) -> None:
    """Put an ended session away. Raises `WrongState` for one that is open."""
    with perform("archive_session", session.organisation, by=by, thing=session) as act:
        act.session, act.decision = str(session.pk), "archived"
        session.state, session.state_since = State.ARCHIVED, act.now
        session.save(update_fields=["state", "state_since"])


def end_silent_sessions(organisation: Organisation) -> int:
    """End every session of which nothing was heard for three days. Gives how many."""
    silent = Session.objects.filter(
        organisation=organisation, state__in=Session.OPEN, seen_at__lt=clock.now() - SILENT_FOR
    )
    return sum(_tried(end_session_of_agent, one) for one in silent.select_related("organisation", "project"))


def archive_old_sessions(organisation: Organisation) -> int:
    """Put away every session that ended thirty days ago. Gives how many."""
    old = Session.objects.filter(
        organisation=organisation, state=State.ENDED, ended_at__lt=clock.now() - ARCHIVED_AFTER
    )
    return sum(_tried(archive_session, one) for one in old.select_related("organisation", "project"))


def _tried(verb: Any, session: Session) -> bool:
    try:
        verb(session, by=SYSTEM)
    except Refused:
        return False  # its key was heard meanwhile, or another tick was first
    return True


def _in_project(key: APIKey, name: str) -> Session | None:
    rows = Session.objects.select_related("organisation", "project")
    return rows.filter(project=key.project_id, name=name).first()


def _as_it_stands(session: Session) -> Session:
    if not session.is_open:
        raise WrongState(_("A session of this name has ended. Open a new one that continues it, under another name."))
    return session


def _before(key: APIKey, name: str) -> Session:
    found = _in_project(key, name) if is_name(name) else None
    if found is None:
        raise Invalid(_("There is no session of this name in this project."), "continues")
    if Stop.objects.filter(Q(session=found), lifted_at__isnull=True).exists():
        raise WrongState(_("People have stopped the session it goes on from. A person lifts that first."))
    return found


def _go_on(before: Session, after: Session, *, by: APIKey) -> None:
    if before.is_open:
        end_session_of_agent(before, by=by)
    newest = Handoff.objects.filter(session=before).order_by("-id").first()
    if newest is not None and newest.acknowledged_at is None:
        handoffs.acknowledge(newest, by=after)
