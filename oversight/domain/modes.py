"""Observe, then enforce: what would have been stopped is marked right or wrong by people, before a key enforces."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import WrongState
from oversight.domain.act import perform
from oversight.models import Check, Mark
from oversight.models.words import Mode, Told

STOPS = (Told.ASK, Told.DENY)


def mark_stop(check: Check, *, by: User, right: bool, why: str = "") -> Mark:
    """Mark what would have been stopped as right or wrong. The newest mark of a check holds.

    Raises `WrongState` for a check that was not observed, or would not have been stopped.
    """
    with perform("mark_stop", check.organisation, by=by, project=check.project) as act:
        if check.mode != Mode.OBSERVED or check.would_have not in STOPS:
            raise WrongState(_("Only what was observed and would have been stopped is marked."))
        mark = Mark.objects.create(
            organisation_id=check.organisation_id,
            of_check=check,
            right=right,
            why=act.keep("why", why, optional=True),
            by=by,
            at=act.now,
            entry_id=act.entry_id,
        )
        act.subject, act.decision, act.cause = ("check", check.pk), "right" if right else "wrong", check.entry_id
    return mark
