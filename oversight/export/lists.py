"""The rows of the lists in the export on agents: what each is about, its facts, and what people said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation
from audit.models import Text
from oversight.models import BrokenGlass, Check, Incident, JudgmentRequest, Mark, Session, Stop
from oversight.queries import stops as of_stops
from oversight.queries.checks import act_in
from oversight.queries.requests import says_of
from oversight.queries.showing import Act, one_line
from oversight.queries.wording import boundary_says, verdict_of


def session_page(session: UUID) -> str:
    """Where the first page of a session stands, beside the lists."""
    return f"sessions/{session}.html"


@dataclass(frozen=True)
class Words:
    """What somebody wrote, under what it is."""

    label: str
    text: Text | str
    by: object = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """A row of a list: what it is about, its facts, and the words in it."""

    title: str = ""
    act: Act | None = None
    at: datetime | None = None
    session: Session | None = None
    facts: list[dict[str, Any]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    @property
    def url(self) -> str:
        return session_page(self.session.pk) if self.session else ""

    @property
    def session_name(self) -> str:
        return one_line(self.session.name, 60) if self.session else ""


def _fact(label: str, says: object) -> dict[str, Any]:
    return {"label": label, "says": says}


def _words(*found: tuple[str, Text | None, object, datetime | None]) -> list[Words]:
    return [Words(label, text, by or "", at) for label, text, by, at in found if text is not None]


def _request(row: JudgmentRequest, made_at: datetime) -> Shown:
    ticked = set(row.ticked or ())
    checks = "; ".join(
        f"{sentence} ({_('confirmed') if place in ticked else _('not confirmed')})"
        for place, sentence in enumerate(row.safety_checks)
    )
    deliberation = row.deliberation
    return Shown(
        act=act_in(row.text),
        at=row.asked_at,
        session=row.session,
        facts=[
            _fact(_("State"), says_of(row, made_at)),
            _fact(_("Boundary"), boundary_says(row.boundary) if row.boundary else ""),
            _fact(_("How soon"), row.get_urgency_display()),
            _fact(_("Cannot be undone"), _("Yes") if row.irreversible else ""),
            _fact(_("Checked before it was granted"), checks),
            _fact(_("Project"), row.project.name),
            _fact(_("Key"), row.key.name),
            _fact(_("Its deliberation"), f"{deliberation.reference}: {deliberation.question}" if deliberation else ""),
        ],
        words=_words(
            (_("Why"), row.reason, row.decided_by, row.decided_at),
            (_("Why not all was confirmed"), row.unticked_why, row.decided_by, row.decided_at),
            (_("Why it was put to a deliberation"), row.convened_why, row.convened_by, row.convened_at),
        ),
    )


def _check(row: Check, made_at: datetime) -> Shown:
    return Shown(
        act=act_in(row.text),
        at=row.at,
        facts=[
            _fact(_("Told"), verdict_of(row)),
            _fact(_("Boundary"), boundary_says(row.boundary) if row.boundary else ""),
            _fact(_("Key"), row.key.name),
            _fact(_("Project"), row.project.name),
        ],
    )


def _apart(organisation: Organisation) -> QuerySet[Any]:
    alone = Check.objects.filter(organisation=organisation, session__isnull=True)
    return alone.select_related("text", "key", "project")


def _requests(organisation: Organisation) -> QuerySet[Any]:
    return JudgmentRequest.objects.filter(organisation=organisation).select_related(
        "text", "project", "key", "session", "decided_by", "reason", "unticked_why", "convened_by", "convened_why",
        "deliberation__question", "deliberation__organisation",
    )  # fmt: skip


def _stop(row: Stop, made_at: datetime) -> Shown:
    what = _("The project %(name)s") % {"name": row.project.name}
    if row.session is not None:
        what = _("The session %(name)s") % {"name": one_line(row.session.name, 60)}
    elif row.key is not None:
        what = _("The key %(name)s") % {"name": row.key.name}
    return Shown(
        title=what,
        at=row.at,
        session=row.session,
        facts=[_fact(_("By"), str(row.by or "")), _fact(_("State"), _("lifted") if row.lifted_at else _("stands"))],
        words=_words(
            (_("Why"), row.why, row.by, row.at), (_("Why it was lifted"), row.why_lifted, row.lifted_by, row.lifted_at)
        ),
    )


def _glass(row: BrokenGlass, made_at: datetime) -> Shown:
    what = _("All enforcement of %(name)s") % {"name": row.project.name}
    if row.instruction is not None:
        what = _("The instruction %(key)s") % {"key": row.instruction.key}
    elif row.boundary:
        what = boundary_says(row.boundary)
    return Shown(
        title=what,
        at=row.at,
        facts=[
            _fact(_("By"), str(row.by)),
            _fact(_("Minutes"), row.minutes),
            _fact(_("Project"), row.project.name),
            _fact(_("Ended before by"), str(row.ended_by or "")),
            _fact(_("Review"), "" if row.reviewed_at else _("owed")),
        ],
        words=_words(
            (_("Why"), row.why, row.by, row.at), (_("What was found"), row.finding, row.reviewed_by, row.reviewed_at)
        ),
    )


def _incident(row: Incident, made_at: datetime) -> Shown:
    return Shown(
        act=act_in(row.of_check.text),
        at=row.at,
        session=row.session,
        facts=[_fact(_("Incident"), row.get_kind_display()), _fact(_("Project"), row.project.name)],
    )


def _mark(row: Mark, made_at: datetime) -> Shown:
    check = row.of_check
    right = _("Right: it should be stopped") if row.right else _("Wrong: it should not be stopped")
    return Shown(
        act=act_in(check.text),
        at=row.at,
        session=check.session,
        facts=[_fact(_("Marked"), right), _fact(_("By"), str(row.by or ""))],
        words=_words((_("Why"), row.why, row.by, row.at)),
    )


def _of_checks(model: type[Model], *also: str) -> Callable[[Organisation], QuerySet[Any]]:
    def rows(organisation: Organisation) -> QuerySet[Any]:
        return model._default_manager.filter(organisation=organisation).select_related("of_check__text", *also)

    return rows


ROWS: dict[str, tuple[Callable[[Organisation], QuerySet[Any]], Callable[[Any, datetime], Shown]]] = {
    "apart": (_apart, _check),
    "requests": (_requests, _request),
    "stops": (of_stops.stops, _stop),
    "glass": (of_stops.glasses, _glass),
    "incidents": (_of_checks(Incident, "session", "project"), _incident),
    "marks": (_of_checks(Mark, "of_check__session", "why", "by"), _mark),
}
"""By the name of the list: its rows, and how one of them is shown at the moment the export is made."""
