"""Told about precedents and their reviews. Each is dropped once what it asks for was done."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from deliberation.models import ChangeReport, Deliberation, Notice, Precedent, Review, ReviewVoice, Seat
from deliberation.notices.rounds import id_in, link_of_seat
from deliberation.notifications import Facts, notice


def _link(name: str, *arguments: object) -> str:
    return settings.SITE_URL + reverse(name, args=arguments)


def _review_page(deliberation: Deliberation) -> str:
    return _link("review", deliberation.organisation.slug, deliberation.number)


def _facts(row: Notice, deliberation: Deliberation, link: str) -> Facts:
    return {
        "name": row.user.name if row.user else row.seat.name if row.seat else "",
        "reference": deliberation.reference,
        "question": deliberation.question,
        "link": link,
    }


def _review(row: Notice) -> Review | None:
    return (
        Review.objects.select_related(
            "deliberation__question", "deliberation__organisation", "started_by", "prepared_by"
        )
        .filter(pk=id_in(row.about))
        .first()
    )


@notice("review_due")
def review_due(row: Notice) -> Facts | None:
    """To reviewers and the decision holder: it waits in the queue, until somebody has taken it."""
    review = _review(row)
    if review is None or review.state != Review.State.DUE:
        return None
    return _facts(row, review.deliberation, _review_page(review.deliberation)) | {"review": review}


@notice("review_given_back")
def review_given_back(row: Notice) -> Facts | None:
    return review_due(row)


@notice("review_asked")
def review_asked(row: Notice) -> Facts | None:
    """To a seat that dissented, before anybody prepares the review; not once they have spoken or it has ended."""
    review = _review(row)
    if review is None or row.seat is None or review.state not in (Review.State.DUE, Review.State.IN_REVIEW):
        return None
    if ReviewVoice.objects.filter(review=review, seat=row.seat).exists():
        return None
    return _facts(row, review.deliberation, _participation(row.seat, review.deliberation)) | {"review": review}


def _participation(seat: Seat, deliberation: Deliberation) -> str:
    if getattr(seat, "invitation", None) is not None:
        return link_of_seat(seat)
    return _link("review_speak", deliberation.organisation.slug, deliberation.number)


@notice("review_prepared")
def review_prepared(row: Notice) -> Facts | None:
    """To the decision holders who may sign it."""
    review = _review(row)
    if review is None or review.state != Review.State.IN_REVIEW or review.prepared_at is None:
        return None
    return _facts(row, review.deliberation, _review_page(review.deliberation)) | {"review": review}


@notice("review_closed")
def review_closed(row: Notice) -> Facts | None:
    """To whoever cited it, and to whoever spoke to the review."""
    review = _review(row)
    if review is None or review.is_open:
        return None
    slug, number = review.deliberation.organisation.slug, review.deliberation.number
    link = _participation(row.seat, review.deliberation) if row.seat else _link("outcome", slug, number)
    return _facts(row, review.deliberation, link) | {"review": review}


@notice("precedent_replaced")
def precedent_replaced(row: Notice) -> Facts | None:
    """To whoever cited a precedent that a later decision has replaced."""
    found = Precedent.objects.select_related(
        "deliberation__question", "deliberation__organisation", "superseded_by__deliberation__organisation"
    ).filter(pk=id_in(row.about))
    precedent = found.first()
    if precedent is None or precedent.superseded_by is None:
        return None
    later = precedent.superseded_by.deliberation
    link = _link("outcome", later.organisation.slug, later.number)
    return _facts(row, precedent.deliberation, link) | {"later": later.reference}


def _report(row: Notice) -> ChangeReport | None:
    return (
        ChangeReport.objects.select_related("deliberation__question", "deliberation__organisation", "decided_by")
        .filter(pk=id_in(row.about))
        .first()
    )


@notice("change_reported")
def change_reported(row: Notice) -> Facts | None:
    """To reviewers, until somebody has decided on the report."""
    report = _report(row)
    if report is None or report.state != ChangeReport.State.REPORTED:
        return None
    return _facts(row, report.deliberation, _link("change_decide", report.deliberation.organisation.slug, report.pk))


@notice("report_decided")
def report_decided(row: Notice) -> Facts | None:
    """To whoever reported."""
    report = _report(row)
    if report is None or report.state == ChangeReport.State.REPORTED:
        return None
    slug, number = report.deliberation.organisation.slug, report.deliberation.number
    link = _participation(row.seat, report.deliberation) if row.seat else _link("outcome", slug, number)
    return _facts(row, report.deliberation, link) | {"report": report}
