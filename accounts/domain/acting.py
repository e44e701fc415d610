"""How a verb of `accounts` runs: who and when are checked, one transaction, one entry in the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import signals
from accounts.models import Membership, Organisation, User
from accounts.permissions import Caller, Rule, System, require
from accounts.scope import open_organisation

By = User | System


@dataclass
class Act:
    """A verb while it runs. `done` says what came of it, once."""

    rule: Rule
    by: By
    organisation: Organisation | None
    caller: Caller | System
    recorded: bool = False

    def done(self, subject: tuple[str, UUID | str], decision: str, **facts: Any) -> None:
        """Tell the floors above; the record is written here, in this transaction."""
        self.recorded = True
        signals.acted.send(
            sender=self.rule.verb,
            event=self.rule.event,
            by=self.by,
            organisation=self.organisation,
            subject=subject,
            decision=decision,
            role=role_in(self.caller, self.rule),
            **facts,
        )


def role_in(caller: Caller | System, row: Rule) -> str:
    """The first word of the row that is true of the caller: in which role they act."""
    if isinstance(caller, System):
        return ""
    standing = {(type(one), str(one)) for one in caller.standing}
    return next((str(one) for one in row.who if (type(one), str(one)) in standing), "")


def caller_for(by: By, organisation: Organisation | None) -> Caller | System:
    """How `by` stands in the organisation now, read from the database and not from a request."""
    if isinstance(by, System):
        return by
    if organisation is None:
        return Caller(user=by)
    membership = Membership.objects.filter(user=by, ended_at__isnull=True).first()
    return Caller(user=by, organisation=organisation, membership=membership)


@contextmanager
def acting_in(verb: str, organisation: Organisation, *, by: By) -> Iterator[Act]:
    """Run a verb inside an organisation. Raises NotAllowed, or WrongState where it has been deactivated.

    The organisation's row is held, so that of two people who change its settings at once one is first.
    """
    with transaction.atomic(), open_organisation(organisation):
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        caller = caller_for(by, organisation)
        row = require(caller, verb, "active" if locked.is_active else "deactivated")
        act = Act(row, by, organisation, caller)
        yield act
        _must_be_recorded(act)


@contextmanager
def acting_on_installation(verb: str, state: str = "*", *, by: By) -> Iterator[Act]:
    """Run a verb about the whole installation; its entry goes into the installation's own log."""
    with transaction.atomic():
        caller = caller_for(by, None)
        act = Act(require(caller, verb, state), by, None, caller)
        yield act
        _must_be_recorded(act)


def _must_be_recorded(act: Act) -> None:
    if not act.recorded:
        raise RuntimeError(f"{act.rule.verb} ended without saying what came of it.")
