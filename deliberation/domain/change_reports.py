"""Reports that something changed on which a decision relied: made by anybody who may read it, decided by a person."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid
from deliberation.domain.act import Act, perform
from deliberation.domain.review import fall_due
from deliberation.domain.reviewers import reviewers, watchers
from deliberation.models import ChangeReport, Precedent, Review, ReviewTrigger, Seat


def report_change(
    precedent: Precedent, *, by: User | Seat, text: str, trigger: ReviewTrigger | None = None
) -> ChangeReport:
    """Report that a trigger came about (`trigger`), or that something the decision relied on no longer holds."""
    with perform("report_change", precedent.deliberation, by=by, thing=precedent) as act:
        if trigger is not None and trigger.deliberation_id != precedent.deliberation_id:
            raise Invalid(_("This is a trigger of another decision."), "trigger")
        report = ChangeReport.objects.create(
            organisation_id=precedent.organisation_id,
            deliberation_id=precedent.deliberation_id,
            precedent=precedent,
            trigger=trigger,
            text=act.keep("text", text),
            by_user=act.user,
            by_seat=act.seat,
            at=act.now,
        )
        act.subject = ("change_report", report.pk)
        act.decision = "reported"
        told = [user for user in reviewers() if user != by]
        act.notify("change_reported", f"report:{report.pk}", users=told)
    return report


def accept_report(report: ChangeReport, *, by: User, reason: str) -> ChangeReport:
    """Accept a report: the review falls due at once, or the one that is going on takes it up."""
    with perform("accept_report", report.deliberation, by=by, thing=report) as act:
        _decide(report, ChangeReport.State.ACCEPTED, act, reason)
        review = Review.objects.filter(precedent=report.precedent_id, state__in=Review.OPEN).first()
        if review is not None:
            review.triggered_by = review.triggered_by or report
            if review.state == Review.State.SCHEDULED:
                fall_due(review, act)
                act.notify("review_due", f"review:{review.pk}", users=watchers(review))
            else:
                review.save(update_fields=["triggered_by"])
    return report


def dismiss_report(report: ChangeReport, *, by: User, reason: str) -> ChangeReport:
    """Dismiss a report. The reason stands beside it, and whoever reported is told."""
    with perform("dismiss_report", report.deliberation, by=by, thing=report) as act:
        _decide(report, ChangeReport.State.DISMISSED, act, reason)
    return report


def _decide(report: ChangeReport, state: str, act: Act, reason: str) -> None:
    report.reason = act.keep("reason", reason)
    report.state = state
    report.decided_by = act.user
    report.decided_at = act.now
    report.save()
    act.subject = ("change_report", report.pk)
    act.decision = state
    act.notify(
        "report_decided",
        f"report:{report.pk}",
        users=[report.by_user] if report.by_user else [],
        seats=[report.by_seat] if report.by_seat else [],
    )
