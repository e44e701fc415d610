"""What a change would have changed: past checks judged again under it, before it is published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, Project, User
from accounts.queries.organisations import open_projects
from instructions.domain import past_checks
from instructions.domain.changes import Change, gates_of
from instructions.domain.reckoning import ask
from instructions.models import Reckoning
from tractatus import Rejudging

AT_ONCE = 2_000
"""Past checks that are judged while the page is made; more are judged by a job."""

MOST_KEPT, MOST_SHOWN = 500, 20
_STEP = 1_000
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Row:
    """One past check that would be decided otherwise."""

    at: datetime
    action: str
    was: str
    would_be: str
    url: str = ""

    @property
    def was_said(self) -> str:
        """What it was, in a word."""
        return _decided(self.was)

    @property
    def would_be_said(self) -> str:
        """What it would be, in a word."""
        return _decided(self.would_be)


@dataclass(frozen=True)
class WouldHaveChanged:
    """What is known so far. `none` where no action was ever checked, `running` while it is judged, `failed` where that
    could not be done; `moves` counts what was decided and would be (`allow`, `deny`)."""

    days: int = past_checks.DAYS
    total: int = 0
    done: int = 0
    running: bool = False
    failed: bool = False
    moves: tuple[tuple[str, str, int], ...] = ()
    rows: tuple[Row, ...] = ()
    pk: Any = None

    @property
    def none(self) -> bool:
        return self.total == 0

    @property
    def differ(self) -> int:
        """How many would have been decided otherwise."""
        return sum(count for _was, _would, count in self.moves)

    @property
    def sentences(self) -> list[str]:
        """Each move in words, the most frequent first: 12 that were allowed would be denied."""
        said = []
        for was, would, count in sorted(self.moves, key=lambda move: -move[2]):
            words = {"count": count, "was": _decided(was), "would": _decided(would)}
            one = _("One that was %(was)s would be %(would)s.")
            said.append((one if count == 1 else _("%(count)s that were %(was)s would be %(would)s.")) % words)
        return said


def _decided(decision: str) -> str:
    return {
        "allow": _("allowed"),
        "warn": _("allowed with a warning"),
        "ask": _("put to a person"),
        "deny": _("denied"),
    }[decision]


@dataclass
class _Found:
    moves: dict[tuple[str, str], int] = field(default_factory=dict)
    checks: list[tuple[str, str, str, str]] = field(default_factory=list)  # project, id, was, would be

    def as_json(self) -> dict[str, Any]:
        return {
            "moves": [[was, would_be, count] for (was, would_be), count in sorted(self.moves.items())],
            "checks": [list(check) for check in self.checks],
        }


def would_have_changed(change: Change, organisation: Organisation, *, by: User) -> WouldHaveChanged:
    """What a change would have changed of the last 90 days: found at once for few checks, else by a job, as far as it
    is. Asking again gives how far it is by now."""
    since = clock.now() - timedelta(days=past_checks.DAYS)
    projects = _projects(change)
    total = sum(past_checks.count(project, since) for project in projects)
    if not total:
        return WouldHaveChanged()
    if total <= AT_ONCE:
        return _shown(judge(change, projects, since).as_json(), total=total, done=total)
    said = json.dumps([total, str(change.project and change.project.pk), change.as_json()], sort_keys=True)
    return shown(
        ask(
            organisation,
            Reckoning.Kind.CHANGED,
            hashlib.sha256(said.encode()).hexdigest(),
            asks=change.as_json(),
            project=change.project,
            total=total,
            by=by,
        )
    )


def shown(row: Reckoning) -> WouldHaveChanged:
    """What a job has found, or how far it is."""
    if row.state == Reckoning.State.DONE and row.result is not None:
        return _shown(row.result, total=row.total, done=row.total)
    failed = row.state == Reckoning.State.FAILED
    return WouldHaveChanged(total=row.total, done=row.done, running=not failed, failed=failed, pk=row.pk)


def work(row: Reckoning, progress: Progress) -> dict[str, Any]:
    """Do the job of a row; gives its result."""
    change = Change.from_json(row.asks, row.project)
    since = row.asked_at - timedelta(days=past_checks.DAYS)
    return judge(change, _projects(change), since, progress).as_json()


def judge(
    change: Change, projects: Iterable[Project], since: datetime, progress: Progress = lambda done: None
) -> _Found:
    """Judge the past checks of some projects under a change. What asked the same is judged once."""
    found = _Found()
    done = 0
    for project in projects:
        judging = Rejudging(*gates_of(change, project))
        decided: dict[str, tuple[str, str] | None] = {}
        for check in past_checks.checks(project, since):
            if check.key not in decided:
                both = judging.decisions(check.request)
                decided[check.key] = (str(both[0]), str(both[1])) if both is not None else None
            move = decided[check.key]
            if move is not None:
                found.moves[move] = found.moves.get(move, 0) + 1
                if len(found.checks) < MOST_KEPT:
                    found.checks.append((str(project.pk), check.id, *move))
            done += 1
            if done % _STEP == 0:
                progress(done)
    return found


def _projects(change: Change) -> list[Project]:
    return [change.project] if change.project is not None else list(open_projects())


def _shown(result: dict[str, Any], *, total: int, done: int) -> WouldHaveChanged:
    checks = result["checks"][:MOST_SHOWN]
    names: dict[str, past_checks.Named] = {}
    for project in Project.objects.filter(pk__in={check[0] for check in checks}):
        names |= past_checks.named(project, [check[1] for check in checks if check[0] == str(project.pk)])
    rows = [
        Row(names[id].at, names[id].action, was, would_be, names[id].url)
        for _project, id, was, would_be in checks
        if id in names
    ]
    rows.sort(key=lambda row: row.at, reverse=True)
    return WouldHaveChanged(
        total=total, done=done, moves=tuple((was, would, count) for was, would, count in result["moves"]),
        rows=tuple(rows),
    )  # fmt: skip
