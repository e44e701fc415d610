"""Many proposals are decided at once, under one reason: put in force, or rejected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, Stale
from audit.models import Text
from instructions.domain.act import Act, perform
from instructions.domain.conflicts import Answer, Unanswered, clashes_of_many
from instructions.domain.instruction import State, supersede_instruction
from instructions.models import Change, Instruction, ShownConflict

BATCH = 500


def accept_proposals(
    proposals: Sequence[Instruction], *, by: User, why: str, apart: bool = False, shown_at: datetime | None = None
) -> list[Instruction]:
    """Put many proposals of one organisation in force under one reason.

    Where some go against what stands, `apart` says that they hold beside it, and the reason is kept with each conflict;
    without it `Unanswered` is raised with them. What an imported history calls inactive is retired at once. Raises
    `Stale` where one of them is no proposal any more, was revised after `shown_at`, or has nothing left to hold for;
    then nothing is changed. What one of them takes the place of, and was in force before them, is superseded.
    """
    if not proposals:
        raise Invalid(_("Choose at least one."), "chosen")
    organisation = proposals[0].organisation
    projects = {one.project_id: one.project for one in proposals}
    project = next(iter(projects.values())) if len(projects) == 1 else None
    with perform("accept_proposals", organisation, by=by, project=project) as act:
        ids = [one.pk for one in proposals]
        rows = list(_in_batches(ids))
        if any(row.state != State.PROPOSED for row in rows):
            raise Stale(_("Some of these have been decided already. Look again."))
        _must_still_stand(rows, shown_at)
        kept = act.keep("why", why)
        _settle_clashes(act, rows, kept, apart=apart)
        _move_many(act, rows, State.ACTIVE, kept)
        ended = [row for row in rows if row.given and row.given["values"].get("active") is False]
        if ended:
            _move_many(act, ended, State.RETIRED, kept)
        for row in rows:
            if row not in ended and row.supersedes is not None and row.supersedes.is_in_force:
                supersede_instruction(row.supersedes, by=by, newer=row, cause=act.entry_id)
        act.subject, act.decision, act.binds = _about(rows), "active", True
    return rows


def _must_still_stand(rows: Sequence[Instruction], shown_at: datetime | None) -> None:
    for row in rows:
        assert row.current is not None
        if shown_at is not None and row.current.made_at > shown_at:
            raise Stale(_("%(key)s was revised since you looked. Look again.") % {"key": row.key})
        if row.current.text.erased_at is not None:
            raise Stale(_("The words of %(key)s were erased. Leave it out.") % {"key": row.key})
        if row.period is not None and not row.period.is_open:
            raise Stale(_("What %(key)s was to hold for has ended. Leave it out, or revise it.") % {"key": row.key})


def reject_proposals(proposals: Sequence[Instruction], *, by: User, why: str) -> list[Instruction]:
    """Say no to many proposals under one reason. Raises `Stale` where one of them is none any more."""
    if not proposals:
        raise Invalid(_("Choose at least one."), "chosen")
    with perform("reject_proposals", proposals[0].organisation, by=by, project=proposals[0].project) as act:
        rows = list(_in_batches([one.pk for one in proposals]))
        if any(row.state != State.PROPOSED for row in rows):
            raise Stale(_("Some of these have been decided already. Look again."))
        _move_many(act, rows, State.REJECTED, act.keep("why", why))
        act.subject, act.decision = _about(rows), "rejected"
    return rows


def _about(rows: Sequence[Instruction]) -> tuple[str, Any]:
    """What the entry is about: the file where all come from one, else the first of them."""
    files = {row.brought_by_id for row in rows}
    brought_by = files.pop() if len(files) == 1 else None
    return ("import", brought_by) if brought_by else ("instruction", rows[0].pk)


def _in_batches(ids: Sequence[Any]) -> Iterable[Instruction]:
    for start in range(0, len(ids), BATCH):
        yield from (
            Instruction.objects.filter(pk__in=ids[start : start + BATCH])
            .select_related("current__text", "project", "organisation", "supersedes", "period")
            .order_by("id")
        )


def _settle_clashes(act: Act, rows: Sequence[Instruction], why: Text, *, apart: bool) -> None:
    clashes = clashes_of_many(rows)
    if clashes and not apart:
        raise Unanswered([clash for _row, clash in clashes])
    ShownConflict.objects.bulk_create(
        [
            ShownConflict(
                organisation=act.organisation, revision=row.current, against=clash.against, kind=clash.kind,
                answer=Answer.SCOPE, answered_by=act.user, answered_at=act.now, why=why, entry_id=act.entry_id,
            )
            for row, clash in clashes
        ],
        batch_size=BATCH,
    )  # fmt: skip


def _move_many(act: Act, rows: Sequence[Instruction], to: State, why: Text) -> None:
    facts: dict[str, Any] = {"state": to, "state_since": act.now}
    if to == State.ACTIVE:
        facts |= {"published_by": act.user, "published_at": act.now}
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        Instruction.objects.filter(pk__in=[row.pk for row in batch]).update(**facts)
        Change.objects.bulk_create(
            Change(
                organisation=act.organisation, instruction=row, state=to, changed_by=act.user, changed_at=act.now,
                why=why, entry_id=act.entry_id,
            )
            for row in batch
        )  # fmt: skip
    for row in rows:
        for name, value in facts.items():
            setattr(row, name, value)
