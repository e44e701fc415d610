"""What can be said against the instructions in force by looking at them alone: no action is needed to find it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.models import Organisation, Project, User
from accounts.queries.organisations import open_projects
from instructions.domain.reckoning import ask
from instructions.domain.standing import contradictions_of, standing_rows
from instructions.models import Instruction, Reckoning
from tractatus import VerificationRequired
from tractatus.actions.environments import canonical, known_environments
from tractatus.contradictions.figures import stricter
from tractatus.directives import Directive, Force
from tractatus.directives.constraints import Limit, Value
from tractatus.directives.language import LONGEST

AT_ONCE = 300
"""Instructions that are looked through while the page is made; more are by a job."""

MOST_KEPT = 5_000
_STEP = 500
_BARELY = 0.7
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,79})\}")
_WORD = re.compile(r"[^\W_]+")
_POLITE = frozenset({"please", "kindly", "always", "just", "the", "a", "an"})
Progress = Callable[[int], None]


class Kind(models.TextChoices):
    """What kind of finding it is, as the page filters."""

    CONTRADICTION = "contradiction", gettext_lazy("contradictions")
    DUPLICATE = "duplicate", gettext_lazy("duplicates")
    IDLE = "idle", gettext_lazy("can never apply")
    VAGUE = "vague", gettext_lazy("vague")


@dataclass(frozen=True)
class Finding:
    """One finding: of which row, with which other one, if any. `code` says what was found, `about` a name or figure of
    it: never words of anybody."""

    kind: str
    code: str
    instruction: str
    other: str = ""
    about: str = ""

    @property
    def says(self) -> str:
        """What was found, and what to do."""
        found, todo = _sayings()[self.code]
        return f"{found % {'about': self.about}} {todo}"


def _sayings() -> dict[str, tuple[str, str]]:
    decide = _("Retire one of them, or revise it so that both can be kept.")
    return {
        "contradiction": (_("They contradict each other (%(about)s)."), decide),
        "same": (_("Both ask for the same."), _("Retire one of them.")),
        "stricter": (
            _("The other one asks for the same more strictly, so that this one never decides anything."),
            _("Retire it, or say where the other does not hold."),
        ),
        "expired": (_("Its end was on %(about)s."), _("It ends by itself within a minute; else retire it.")),
        "period": (
            _("The phase, session or task for which it holds has ended."),
            _("Retire it, or revise it without."),
        ),
        "environment": (
            _("It is for the environment “%(about)s”, which no action is recognised to be in."),
            _("Revise it for production, staging, development or test."),
        ),
        "variable": (
            _("It names ${%(about)s}, which has no value."),
            _("Set the variable, or revise the instruction."),
        ),
        "unread": (
            _("Nothing in it can be compared with an action."),
            _("Agents are shown it, and nothing is stopped by it: say what exactly is to be done or not done."),
        ),
        "long": (
            _("Only its first %(about)s characters are read."),
            _("Divide it into several instructions."),
        ),
        "unchecked": (
            _("It says “must” or “never”, and is set to be checked by nobody (verification: none)."),
            _("Revise it, and overrule its verification."),
        ),
        "barely": (
            _("Its explicitness is %(about)s of 1, little more than is kept."),
            _("Say what exactly is to be done or not done, with which value."),
        ),
        "hedged": (
            _("It only wishes (“try to”, “ideally”, “if possible”), so that nothing goes against it for sure."),
            _("Say it as it is to be kept, or leave it a wish and set its verification to none."),
        ),
    }


@dataclass(frozen=True)
class Findings:
    """The findings of a project as far as they are known; `pk` is the row of the job while it runs."""

    found: tuple[Finding, ...] = ()
    total: int = 0
    done: int = 0
    running: bool = False
    failed: bool = False
    pk: Any = None

    def count(self, kind: str) -> int:
        return sum(one.kind == kind for one in self.found)


def findings_of(organisation: Organisation, project: Project | None, *, by: User | None) -> Findings:
    """The findings over what is in force for a project, or without one for every project: at once for few instructions,
    else by a job, as far as it is."""
    projects = [project] if project is not None else list(open_projects())
    total = sum(standing_rows(one).count() for one in projects)
    if total <= AT_ONCE:
        return Findings(tuple(_all(projects)), total=total, done=total)
    today = clock.now().date().isoformat()  # what has expired depends on the day
    digest = f"findings:{project.pk if project else ''}:{today}"
    row = ask(organisation, Reckoning.Kind.FINDINGS, digest, asks={}, total=total, project=project, by=by)
    if row.state == Reckoning.State.DONE and row.result is not None:
        found = tuple(Finding(*one) for one in row.result["findings"])
        return Findings(found, total=row.total, done=row.total)
    failed = row.state == Reckoning.State.FAILED
    return Findings(total=row.total, done=row.done, running=not failed, failed=failed, pk=row.pk)


def work(row: Reckoning, progress: Progress) -> dict[str, Any]:
    """Do the job of a row; gives its result."""
    projects = [row.project] if row.project is not None else list(open_projects())
    found = list(_all(projects, progress))[:MOST_KEPT]
    return {"findings": [[one.kind, one.code, one.instruction, one.other, one.about] for one in found]}


def _all(projects: list[Project], progress: Progress = lambda done: None) -> Iterator[Finding]:
    """The findings of several projects, each once: universal instructions stand in all of them."""
    seen: set[Finding] = set()
    done = 0
    for project in projects:
        for finding in look_through(project, lambda more, before=done: progress(before + more)):  # type: ignore[misc]
            if finding not in seen:
                seen.add(finding)
                yield finding
        done += standing_rows(project).count()


def look_through(project: Project, progress: Progress = lambda done: None) -> Iterator[Finding]:
    """Every finding over what is in force for one project."""
    rows = list(standing_rows(project).select_related("current__text", "period").order_by("id"))
    with contradictions_of(project) as (filed, variables):
        directives = {row.pk: filed.directive(str(row.pk)) for row in rows}
        contradicting = list(islice(filed.pairs(now=clock.now()), MOST_KEPT))
    for id, found in contradicting:
        yield Finding(Kind.CONTRADICTION, "contradiction", id, found.instruction_id, str(found.kind))
    yield from _alike(rows, directives)
    for number, row in enumerate(rows, start=1):
        yield from _alone(row, directives[row.pk], variables)
        if number % _STEP == 0:
            progress(number)


def _alike(rows: list[Instruction], directives: dict[UUID, Directive]) -> Iterator[Finding]:
    """What asks for the same as an earlier one, in the same words or read the same, and what asks for less."""
    by_words: dict[Any, Instruction] = {}
    by_reading: dict[Any, Instruction] = {}
    limits: dict[Any, list[tuple[Instruction, Value | Limit]]] = {}
    for row in rows:
        directive = directives[row.pk]
        where = (row.environment, row.temporal_scope, row.period_id)
        words = tuple(sorted(w for w in _WORD.findall(directive.text.casefold()) if w not in _POLITE))
        read = frozenset(directive.constraints) if directive.constraints and not directive.unread else None
        first = by_words.setdefault((where, words), row) if words else row
        if first is row and read is not None:
            first = by_reading.setdefault((where, read), row)
        if first is not row:
            yield Finding(Kind.DUPLICATE, "same", str(row.pk), str(first.pk))
            continue
        if len(directive.constraints) == 1 and isinstance(directive.constraints[0], Value | Limit):
            one = directive.constraints[0]
            limits.setdefault((where, _topic(one)), []).append((row, one))
    for same in limits.values():
        for row, one in same[:50]:
            other = next((other for other, against in same[:50] if stricter(against, one)), None)
            if other is not None:
                yield Finding(Kind.IDLE, "stricter", str(row.pk), str(other.pk))


def _topic(of: Value | Limit) -> Any:
    if isinstance(of, Limit):
        return ("limit", of.measure, of.of, of.relation, of.unit, of.scope)
    return ("value", of.parameter, of.subject, of.relation, of.unit, of.scope)


def _alone(row: Instruction, directive: Directive, variables: dict[str, str]) -> Iterator[Finding]:
    """What can be said of one instruction by itself."""
    id, text = str(row.pk), row.current.text.body if row.current is not None else ""
    now = clock.now()
    if row.expires_at is not None and row.expires_at <= now:
        yield Finding(Kind.IDLE, "expired", id, about=row.expires_at.date().isoformat())
    if row.period is not None and row.period.ended_at is not None:
        yield Finding(Kind.IDLE, "period", id)
    if row.environment and canonical(row.environment) not in known_environments():
        yield Finding(Kind.IDLE, "environment", id, about=row.environment)
    unknown = sorted(set(_VARIABLE.findall(text)) - variables.keys())
    for name in unknown:
        yield Finding(Kind.IDLE, "variable", id, about=name)
    if not directive.constraints and not unknown:
        yield Finding(Kind.IDLE, "unread", id)
    if len(text) > LONGEST:
        yield Finding(Kind.IDLE, "long", id, about=f"{LONGEST:,}")
    if directive.force is Force.MUST and row.verification_required == VerificationRequired.NONE:
        yield Finding(Kind.IDLE, "unchecked", id)
    if row.current is not None and row.current.explicitness < _BARELY:
        yield Finding(Kind.VAGUE, "barely", id, about=f"{row.current.explicitness:.2f}")
    if directive.force is Force.WISH:
        yield Finding(Kind.VAGUE, "hedged", id)
