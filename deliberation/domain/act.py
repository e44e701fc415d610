"""The one way a verb runs: who and when are checked, state changes, the entry is written, notices are queued.

    with perform("approve_stakeholders", deliberation, by=holder, thing=the_list) as act:
        reason = act.keep("reason", reason)
        ...

All of it is one transaction that holds the deliberation's row, so that of two people acting at once one is first
and the other is told what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, overload
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import clock
from accounts.ids import uuid7
from accounts.models import APIKey, User
from accounts.permissions import SYSTEM, Rule, System, rule
from accounts.refusals import NotAllowed, WrongState
from audit.models import Text
from audit.record import Actor, record
from audit.texts import keep_written
from deliberation import signals
from deliberation.domain.standing import Standing, standing_of
from deliberation.models import Deliberation, Notice, Outcome, Seat, State

LONGEST_TEXT = 30_000
"""Characters of one text: about 5,000 words, more than any answer these forms ask for."""

By = User | Seat | APIKey | System


@dataclass
class Act:
    """A verb while it runs. `entry_id` is the id its audit entry will have."""

    rule: Rule
    deliberation: Deliberation
    by: By
    standing: Standing
    now: datetime
    entry_id: UUID = field(default_factory=uuid7)
    decision: str = "done"
    subject: tuple[str, UUID] | None = None
    outcome: str | None = None
    cause: UUID | None = None
    texts: dict[str, Text] = field(default_factory=dict)
    _moved: bool = False

    @property
    def user(self) -> User | None:
        """The member of staff who acts, else None."""
        return self.by if isinstance(self.by, User) else None

    @property
    def seat(self) -> Seat | None:
        """The seat that speaks: the participant's, else None."""
        return self.by if isinstance(self.by, Seat) else None

    @overload
    def keep(self, name: str, body: str | None, *, optional: Literal[False] = False) -> Text: ...

    @overload
    def keep(self, name: str, body: str | None, *, optional: bool) -> Text | None: ...

    def keep(self, name: str, body: str | None, *, optional: bool = False) -> Text | None:
        """Store a person's words once and commit to them in the entry under `name`.

        Returns the text, or None for an empty optional one. Raises `Invalid` on an empty or overlong text.
        """
        text = keep_written(self.deliberation.organisation, body, name, optional=optional, most=LONGEST_TEXT)
        if text is None:
            return None
        unique, n = name, 2
        while unique in self.texts:
            unique, n = f"{name}_{n}", n + 1
        self.texts[unique] = text
        return text

    def move(self, to: str | None = None) -> None:
        """Move the deliberation to `to`, or to the rule's next state."""
        target = to or self.rule.to
        if target is None:
            raise ValueError(f"{self.rule.verb} moves nowhere")
        self._moved = True
        self.deliberation.state = target
        self.deliberation.state_since = self.now
        self.deliberation.save(update_fields=["state", "state_since"])

    def end(self) -> None:
        """Move the deliberation to the rule's last state, without an outcome."""
        self.move()
        self.tell_ended(None)

    def tell_ended(self, outcome: Outcome | None) -> None:
        """Tell the floors above that the deliberation has ended, in this transaction."""
        signals.ended.send(sender=None, deliberation=self.deliberation, outcome=outcome, cause=self.entry_id)

    def notify(
        self,
        kind: str,
        about: str,
        *,
        seats: Iterable[Seat] = (),
        users: Iterable[User] = (),
        due_at: datetime | None = None,
    ) -> None:
        """Queue one notice a person about one thing (`kind:id`). A second one about the same is not made."""
        rows = [
            Notice(
                organisation_id=self.deliberation.organisation_id,
                deliberation=self.deliberation,
                kind=kind,
                about=about,
                seat=seat,
                user=user,
                due_at=due_at or self.now,
                created_at=self.now,
            )
            for seat, user in [(s, None) for s in seats] + [(None, u) for u in users]
        ]
        Notice.objects.bulk_create(rows, ignore_conflicts=True)


@contextmanager
def perform(verb: str, deliberation: Deliberation, *, by: By, thing: Any = None, new: bool = False) -> Iterator[Act]:
    """Run `verb` of the table in one transaction and record it.

    `thing` is the list, amendment, review, precedent or report it is about, where the rule has another machine than
    the deliberation's or a gate compares who made it. `new` says that the deliberation was made in this very
    transaction. Raises `WrongState`, `NotAllowed`, and what the body raises; then nothing is changed.
    """
    the_rule = rule(verb)
    with transaction.atomic():
        if not new:
            # The row is the queue: whoever comes second waits here, then sees what the first one did.
            Deliberation.objects.select_for_update(of=("self",)).get(pk=deliberation.pk)
            deliberation.refresh_from_db()
            if thing is not None:
                thing.refresh_from_db()
        standing = standing_of(by, deliberation)
        check_state(the_rule, deliberation, thing)
        why_not = standing.why_not(the_rule, thing)
        if why_not:
            raise NotAllowed(why_not)
        act = Act(rule=the_rule, deliberation=deliberation, by=by, standing=standing, now=clock.now())
        yield act
        if the_rule.machine == "deliberation" and the_rule.to and not act._moved and not new:
            act.move()
        record(
            the_rule.event,
            id=act.entry_id,
            actor=actor_of(act),
            organisation=deliberation.organisation,
            project=deliberation.project,
            subject=act.subject or ("deliberation", deliberation.pk),
            decision=act.decision,
            outcome=act.outcome,
            cause=act.cause,
            texts=act.texts,
        )


def check_state(the_rule: Rule, deliberation: Deliberation, thing: Any) -> None:
    """Raise `WrongState` in words unless the rule's machine stands in one of its states."""
    if "*" in the_rule.states:
        return
    machine = deliberation if the_rule.machine == "deliberation" else thing
    if machine.state in the_rule.states:
        return
    label = machine.get_state_display()
    raise WrongState(
        _("This cannot be done now: it stands at “%(state)s”. %(rule)s") % {"state": label, "rule": the_rule.says}
    )


def actor_of(act: Act) -> Actor:
    """The opaque actor of the entry: staff by membership, a participant by seat, a key by its id."""
    by = act.by
    if isinstance(by, User):
        ref = act.standing.membership.pk if act.standing.membership else act.standing.seat_id
        return Actor("human", ref.hex if ref else None, act.standing.acts_as(act.rule))
    if isinstance(by, Seat):
        return Actor("human", by.pk.hex, by.part)
    if isinstance(by, APIKey):
        return Actor("agent", by.pk.hex, "key")
    return Actor("system", None, None)


__all__ = ["SYSTEM", "Act", "By", "State", "perform"]
