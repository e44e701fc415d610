"""Somebody's words are erased on their request: the row is emptied, and every entry and proof stands."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import clock
from accounts.domain.acting import caller_for, role_in
from accounts.models import Membership, Organisation, User
from accounts.permissions import Caller, System, require
from accounts.refusals import Invalid, NotAllowed
from accounts.roles import Part, Role
from accounts.scope import open_organisation
from audit.envelope import Actor
from audit.models import Entry, Text
from audit.receivers import actor_of
from audit.record import record
from audit.signals import text_erased
from audit.speakers import author_of
from audit.texts import keep_written

LONGEST_REASON = 5_000
AROUND = timedelta(minutes=10)
"""No longer than this lies between words and the entry that is recorded with them."""

By = User | UUID | System
"""Who erases: a member, or by its id the seat of somebody who takes part, which the page has seen to be theirs."""


def erase_text(entry: Entry, name: str, *, by: By, reason: str) -> Entry:
    """Erase the words that `entry` commits to as `name`, with their salt; gives the entry that says so.

    Their author may, and an administrator on the author's request. The author is whoever acted in the first entry that
    commits to them, or whose words somebody entered there: whoever signs an outcome commits to others' dissents, and
    whoever writes down what another said records it, and neither may erase them. What is left is the
    digest in the entry, which without the salt tells nothing of the words. The reason stays. Raises Invalid for a name
    of which nothing is kept, and WrongState for words that are gone already.
    """
    organisation = entry.organisation
    if organisation is None:
        raise Invalid(_("The installation’s own log holds nobody’s words."), "name")
    with transaction.atomic(), open_organisation(organisation):
        text = _held(entry, name)
        caller = _caller(by, organisation)
        row = require(caller, "erase_text", "erased" if text.is_erased else "kept")
        if not _is_author(_first_with(text, entry), by) and (
            isinstance(caller, System) or Role.ADMINISTRATOR not in caller.roles
        ):
            raise NotAllowed(_("These are somebody else’s words: they or an administrator for them may erase them."))
        why = keep_written(organisation, reason, "reason", most=LONGEST_REASON)
        assert why is not None
        Text.objects.filter(pk=text.pk, erased_at__isnull=True).update(body="", salt=b"", erased_at=clock.now())
        text.refresh_from_db()
        text_erased.send(sender=erase_text, organisation=organisation, text=text)
        if isinstance(by, UUID):
            actor = Actor("human", by.hex, str(Part.PARTICIPANT))
        else:
            actor = actor_of(by, organisation, role_in(caller, row))
        return record(
            row.event,
            actor=actor,
            organisation=organisation,
            project=entry.project_id,
            subject=("commitment", text.commitment),
            decision="erased",
            cause=entry,
            texts={"reason": why},
        )


def _held(entry: Entry, name: str) -> Text:
    """The words, held until the transaction ends: of two who erase them one is first."""
    commitment = json.loads(bytes(entry.canonical))["commitments"].get(name)
    found = Text.objects.select_for_update().filter(commitment=commitment).first() if commitment else None
    if found is None:
        raise Invalid(_("No words are kept under this name."), "name")
    return found


def _caller(by: By, organisation: Organisation) -> Caller | System:
    if isinstance(by, UUID):
        return Caller(organisation=organisation, parts=frozenset({Part.PARTICIPANT}))
    return caller_for(by, organisation)


def _first_with(text: Text, entry: Entry) -> Entry:
    """The first entry that commits to the words: it was recorded as they were kept, so it is near them by its id."""
    begin = max((text.pk.int >> 80) - AROUND // timedelta(milliseconds=1), 0)
    near = Entry.objects.filter(organisation=entry.organisation_id, pk__gte=UUID(int=begin << 80), pk__lt=entry.pk)
    for pk, canonical in near.order_by("pk").values_list("pk", "canonical").iterator():
        if text.commitment.encode() in bytes(canonical):
            return Entry.objects.get(pk=pk)
    return entry


def _is_author(entry: Entry, by: By) -> bool:
    """Whether `by` said what the entry came with."""
    if isinstance(by, UUID):
        return author_of(entry) == by.hex
    if not isinstance(by, User):
        return False
    mine = Membership.objects.filter(user=by).values_list("pk", flat=True)
    return author_of(entry) in {pk.hex for pk in mine}
