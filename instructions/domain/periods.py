"""Phases, sessions and tasks of a project, and what their end ends."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Project
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, Stale
from instructions.domain.act import By, perform
from instructions.domain.instruction import State, move
from instructions.models import Instruction, Period


def open_period(project: Project, kind: str, name: str, *, by: By) -> Period:
    """Begin a phase, session or task. Raises `Invalid` where one of this name is open already."""
    name = name.strip()
    if kind not in Period.Kind.values:
        raise Invalid(_("This is none of the values there are."), "kind")
    if not name or len(name) > 200:
        raise Invalid(_("A name of at most 200 characters is needed."), "name")
    if project.archived_at is not None:
        raise Invalid(_("This project is closed to new things."), "project")
    with perform("open_period", project.organisation, by=by, project=project) as act:
        period = Period(
            organisation=project.organisation, project=project, kind=kind, name=name, started_by=act.user,
            started_at=act.now,
        )  # fmt: skip
        try:
            with transaction.atomic():
                period.save(force_insert=True)
        except IntegrityError:
            raise Invalid(_("One of this name is open already."), "name") from None
        act.subject, act.decision = ("period", period.pk), "opened"
    return period


def end_period(period: Period, *, by: By, why: str = "") -> int:
    """End a phase, session or task. The instructions in force for it expire with it; gives how many."""
    with perform("end_period", period.organisation, by=by, project=period.project) as act:
        period.refresh_from_db()
        if not period.is_open:
            raise Stale(_("This has ended already."))
        period.ended_at, period.ended_by = act.now, act.user
        period.why_ended = act.keep("why", why, optional=True)
        period.save(update_fields=["ended_at", "ended_by", "why_ended"])
        act.subject, act.decision = ("period", period.pk), "ended"
        held = list(Instruction.objects.filter(period=period, state=State.ACTIVE))
        for instruction in held:
            with perform("expire_instruction", period.organisation, by=SYSTEM, thing=instruction,
                         cause=act.entry_id) as expiry:  # fmt: skip
                move(expiry, instruction, State.EXPIRED, None)
    return len(held)
