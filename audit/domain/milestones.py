"""The evolution log: an administrator adds what happened, with its evidence. Nothing in it is changed later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.domain.acting import acting_in, role_in
from accounts.ids import uuid7
from accounts.models import Organisation, User
from accounts.refusals import Invalid
from audit.models import Milestone
from audit.receivers import actor_of
from audit.record import record
from audit.texts import keep_written

FARTHEST_EAST = timedelta(hours=14)
"""Where the day begins first."""
LONGEST_TITLE = 200
LONGEST = 5_000


def add_milestone(
    organisation: Organisation, *, by: User, kind: str, day: date, title: str, story: str, evidence: str
) -> Milestone:
    """Add an incident, a change or a version. Raises Invalid by field: a day to come, an empty or too long text."""
    with acting_in("add_milestone", organisation, by=by) as act:
        if kind not in Milestone.Kind.values:
            raise Invalid(_("Choose what it was."), "kind")
        if day > (datetime.now(UTC) + FARTHEST_EAST).date():
            raise Invalid(_("This day has not come yet."), "day")
        texts = {
            "title": keep_written(organisation, title, "title", most=LONGEST_TITLE),
            "story": keep_written(organisation, story, "story", most=LONGEST),
            "evidence": keep_written(organisation, evidence, "evidence", most=LONGEST),
        }
        made = Milestone(organisation=organisation, kind=kind, day=day, by=by, at=datetime.now(UTC), entry_id=uuid7())
        for name, text in texts.items():
            setattr(made, name, text)
        made.save(force_insert=True)
        record(
            act.rule.event,
            id=made.entry_id,
            actor=actor_of(by, organisation, role_in(act.caller, act.rule)),
            organisation=organisation,
            subject=("milestone", made.pk),
            decision="added",
            texts={name: text for name, text in texts.items() if text is not None},
        )
        act.recorded = True
    return made
