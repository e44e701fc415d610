"""What the review queue says, as the components take it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Role
from deliberation.models import ChangeReport, Citation, Review
from deliberation.queries.review import Queue, QueueRow


def day_of(moment: date | datetime | None, *, weekday: bool = False) -> str:
    """A date in words, in the time zone that is active."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment).date()
    written = formats.date_format(moment, "DATE_FORMAT")
    return f"{formats.date_format(moment, 'l')} {written}" if weekday else written


def queue_sections(queue: Queue, slug: str, *, roles: Collection[Role], show: str = "") -> list[dict[str, Any]]:
    """The sections in the order in which they press, each `{key, title, rows, empty, more}`; or the one to `show`.

    `more` is a list of `{title, query}`: what a section holds beside what is shown.
    """
    reviewer = Role.REVIEWER in roles
    decides = bool({Role.REVIEWER, Role.DECISION_HOLDER} & set(roles))
    overdue = [_row(row, slug, reviewer=reviewer) for row in queue.overdue]
    if overdue and overdue[0]["next"].get("url"):
        overdue[0]["next"]["first"] = True
    sections: list[dict[str, Any]] = [
        {
            "key": "overdue",
            "title": _("Overdue"),
            "rows": overdue,
            "empty": _("Nothing is overdue."),
            "more": _more_of(queue, overdue=_("More that are overdue")),
        },
        {
            "key": "due",
            "title": _("Due in 30 days"),
            "rows": [_row(row, slug, reviewer=reviewer) for row in queue.soon],
            "empty": _("Nothing falls due in the next 30 days. The next review is due on %(day)s.")
            % {"day": day_of(queue.next_after)}
            if queue.next_after
            else _("Nothing falls due in the next 30 days."),
            "more": _more_of(queue, due=_("More that fall due")),
        },
        {
            "key": "triggered",
            "title": _("Triggered"),
            "rows": [_report(one, slug, decides=decides) for one in queue.reports]
            + [_row(row, slug, reviewer=reviewer) for row in queue.triggered],
            "empty": _("Nobody has reported that anything these decisions relied on has changed."),
            "more": _more_of(
                queue, reported=_("More reports to decide on"), triggered=_("More reviews that were triggered")
            ),
        },
        {
            "key": "cited",
            "title": _("Cited while overdue"),
            "rows": [_citation(one, slug) for one in queue.cited],
            "empty": _("No decision was cited while its review was overdue."),
            "more": _more_of(queue, cited=_("More citations")),
        },
        {
            "key": "waiting",
            "title": _("With a new deliberation"),
            "rows": [_waiting(one, slug) for one in queue.waiting],
            "empty": "",
            "more": _more_of(queue, waiting=_("More of these")),
        },
    ]
    shown = "triggered" if show == "reported" else show
    return [section for section in sections if shown in ("", section["key"])]


def _more_of(queue: Queue, **titles: str) -> list[dict[str, str]]:
    """Where a section goes on, shown by itself."""
    return [
        {"title": title, "query": urlencode({"show": key, "after": queue.following[key]})}
        for key, title in titles.items()
        if key in queue.following
    ]


def _row(row: QueueRow, slug: str, *, reviewer: bool) -> dict[str, Any]:
    review = row.review
    says = []
    if row.predicted is not None:
        says.append(_("The dissent predicted: %(text)s") % {"text": row.predicted.predicts})
    if row.holder is None:
        says.append(
            _("Nobody holds this decision: the person who did has left. Any decision holder may sign its review.")
        )
    if review.state == Review.State.IN_REVIEW and review.started_by:
        taken = _("Taken by %(name)s, %(day)s.") % {"name": review.started_by, "day": day_of(review.started_at)}
        says.append(
            _("Prepared by %(name)s. It waits for a signature.") % {"name": review.prepared_by}
            if review.prepared_at
            else taken
        )
    return {
        "when": _when(row),
        "late": bool(row.days_overdue),
        "more": _more(row),
        "title": review.deliberation.question,
        "url": reverse("outcome", args=[slug, review.deliberation.number]),
        "text": review.triggered_by.text if review.triggered_by else None,
        "says": says,
        "soft": _owed(row),
        "next": {
            "url": reverse("review", args=[slug, review.deliberation.number]),
            "title": _next(review, reviewer=reviewer),
        },
    }


def _when(row: QueueRow) -> str:
    if row.days_overdue:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", row.days_overdue) % {"n": row.days_overdue}
    if row.days_to_come == 0:
        return _("Due today")
    return ngettext("In %(n)s day", "In %(n)s days", row.days_to_come) % {"n": row.days_to_come}


def _more(row: QueueRow) -> list[str]:
    review = row.review
    due = day_of(review.due_on, weekday=True)
    lines = [_("Was due %(day)s") % {"day": due} if row.days_overdue else due]
    if review.triggered_by:
        told = {"day": day_of(review.triggered_by.at), "who": _by(review.triggered_by)}
        lines.append(_("Reported %(day)s, by %(who)s") % told)
    if row.found_late >= 1:
        late = ngettext("Found %(n)s day late", "Found %(n)s days late", row.found_late)
        lines.append(late % {"n": row.found_late})
    lines.append(_("Decision holder: %(name)s") % {"name": row.holder} if row.holder else _("Decision holder: nobody"))
    lines.append(review.deliberation.reference)
    return lines


def _owed(row: QueueRow) -> str:
    if not row.owed:
        return _("Nothing is owed any more.")
    listed = "; ".join(f"{one.owner}: {one.what}" for one in row.owed[:4])
    return _("Still owed: %(list)s.") % {"list": listed.rstrip(".")}


def _next(review: Review, *, reviewer: bool) -> str:
    if review.state == Review.State.IN_REVIEW:
        return _("Read and sign") if review.prepared_at else _("Open the review")
    if not reviewer:
        return _("Open the packet")
    return _("Start early") if review.state == Review.State.SCHEDULED else _("Start the review")


def _by(report: ChangeReport) -> str:
    return str(report.by_user or report.by_seat or "")


def _report(report: ChangeReport, slug: str, *, decides: bool) -> dict[str, Any]:
    url = reverse("change_decide", args=[slug, report.pk])
    return {
        "when": _("Reported %(day)s") % {"day": day_of(report.at)},
        "more": [_("by %(who)s") % {"who": _by(report)}, report.deliberation.reference],
        "title": report.deliberation.question,
        "url": reverse("outcome", args=[slug, report.deliberation.number]),
        "text": report.text,
        "says": [_("The trigger: %(text)s") % {"text": report.trigger.text}] if report.trigger else [],
        "next": {"url": url, "title": _("Decide on the report")}
        if decides
        else {"says": _("A reviewer or decision holder decides on the report.")},
    }


def _citation(citation: Citation, slug: str) -> dict[str, Any]:
    cited = citation.precedent.deliberation
    where = {"reference": citation.deliberation.reference, "name": citation.by_user}
    return {
        "when": _("Cited %(day)s") % {"day": day_of(citation.at)},
        "more": [_("in %(reference)s, by %(name)s") % where],
        "title": f"{cited.reference}: {cited.question}",
        "url": reverse("outcome", args=[slug, cited.number]),
        "says": [
            _("The citation says that its review was overdue. Whoever wrote it is told when the review closes."),
        ],
        "next": {
            "url": reverse("review", args=[slug, cited.number]) + f"#citation-{citation.pk.hex}",
            "title": _("Read the citation"),
        },
    }


def _waiting(review: Review, slug: str) -> dict[str, Any]:
    successor = review.successor
    return {
        "when": _("Under review"),
        "more": [review.deliberation.reference],
        "title": review.deliberation.question,
        "url": reverse("review", args=[slug, review.deliberation.number]),
        "says": [
            _("%(reference)s is to change it. It stays under review until that is signed: %(state)s.")
            % {"reference": successor.reference, "state": successor.get_state_display().lower()}
        ]
        if successor
        else [],
        "next": None,
    }
