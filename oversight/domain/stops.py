"""Freeze: a person stops a session, a key or a project. It holds for the next check in every process.

The check reads the stops that stand; nothing here tells the processes anything.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import APIKey, Project, User
from accounts.queries.organisations import users_with
from accounts.refusals import Invalid, NotAllowed, WrongState
from accounts.roles import Role
from oversight.domain.act import perform
from oversight.domain.telling import tell
from oversight.models import Session, Stop
from oversight.permissions import CHARGE


def freeze(
    project: Project, *, by: User, key: APIKey | None = None, session: Session | None = None, why: str = ""
) -> Stop:
    """Stop one session, one key, or with neither all of a project: nothing more is let through until it is lifted.

    Decision holders and administrators may stop anything; who made a key may stop it and its sessions, `NotAllowed`
    otherwise. Raises `Invalid` for a key or session of another project, `WrongState` where it is stopped already.
    """
    if key is not None and session is not None:
        raise ValueError("A freeze names one thing.")
    named = session or key
    if named is not None and named.project_id != project.pk:
        raise Invalid(_("This is of another project."))
    with perform("freeze", project.organisation, by=by, project=project) as act:
        if not may_freeze(act.caller.roles, by, key or (session.key if session else None)):  # type: ignore[union-attr]
            raise NotAllowed(act.rule.says)
        stop = Stop(
            organisation_id=project.organisation_id, project=project, key=key, session=session, by=by, at=act.now,
            why=act.keep("why", why, optional=True), entry_id=act.entry_id,
        )  # fmt: skip
        try:
            with transaction.atomic():
                stop.save(force_insert=True)
        except IntegrityError:
            raise WrongState(_("It is stopped already.")) from None
        act.subject, act.decision = ("stop", stop.pk), "frozen"
        act.session = str(session.pk) if session else None
        others = users_with(*CHARGE).exclude(pk=by.pk)
        tell("frozen", f"stop:{stop.pk}", others, organisation=project.organisation, now=act.now)
    return stop


def may_freeze(roles: frozenset[Role], user: User, key: APIKey | None) -> bool:
    """Whether somebody may stop what this key does; without one, the project."""
    return not roles.isdisjoint(CHARGE) or (key is not None and key.created_by_id == user.pk)


def lift_freeze(stop: Stop, *, by: User, why: str) -> None:
    """Let it go on, with a reason. Raises `WrongState` where it was lifted already."""
    with perform("lift_freeze", stop.organisation, by=by, thing=stop) as act:
        if stop.lifted_at is not None:
            raise WrongState(_("This freeze was lifted already."))
        stop.lifted_by, stop.lifted_at = by, act.now
        stop.why_lifted = act.keep("why", why)
        stop.save(update_fields=["lifted_by", "lifted_at", "why_lifted"])
        act.decision, act.cause = "lifted", stop.entry_id
        act.session = str(stop.session_id) if stop.session_id else None


def stops_on(thing: APIKey | Session) -> QuerySet[Stop]:
    """The freezes that stand and hold for a key, its project's with them; for a session those of its key too.

    The check reads the same in a statement of its own (`stands.WHAT_STANDS`).
    """
    holds = Q(key__isnull=True, session__isnull=True)
    holds |= Q(session=thing) | Q(key=thing.key_id) if isinstance(thing, Session) else Q(key=thing)
    return Stop.objects.filter(holds, project=thing.project_id, lifted_at__isnull=True)
