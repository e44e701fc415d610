"""Reviews: a precedent comes back when its date comes, or when somebody shows that what it relied on has changed."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliberation.models.precedent import Precedent
from deliberation.models.rounds import Spoken
from deliberation.models.seats import Seat
from deliberation.models.tenancy import OfDeliberation, Owned, one_of, person, words


class Review(OfDeliberation):
    """One review of one precedent. Overdue is derived: due, and not yet ended."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        DUE = "due", _("Due")
        IN_REVIEW = "in_review", _("In review")
        REAFFIRMED = "reaffirmed", _("Reaffirmed")
        RETIRED = "retired", _("Retired")
        TO_DELIBERATION = "to_deliberation", _("To a new deliberation")
        VOID = "void", _("Replaced")

    class Proposal(models.TextChoices):
        REAFFIRM = "reaffirm", _("Reaffirm it")
        RETIRE = "retire", _("Retire it")

    OPEN = (State.SCHEDULED, State.DUE, State.IN_REVIEW)
    ENDED = (State.REAFFIRMED, State.RETIRED, State.TO_DELIBERATION, State.VOID)

    precedent = models.ForeignKey(Precedent, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=15, choices=State, default=State.SCHEDULED)
    due_on = models.DateField()
    due_at = models.DateTimeField(help_text=_("start of that day in the organisation's time zone"))
    opened_at = models.DateTimeField(null=True, blank=True, help_text=_("when it was found due; shows how late"))
    triggered_by = models.ForeignKey(
        "deliberation.ChangeReport", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_by = person()
    started_at = models.DateTimeField(null=True, blank=True)
    given_back_reason = words(optional=True)
    since_then = words(optional=True, help_text=_("what has happened since, as the reviewer found it"))
    proposal = models.CharField(max_length=8, choices=Proposal, blank=True, default="")
    grounds = words(optional=True)
    new_date = models.DateField(null=True, blank=True)
    prepared_by = person()
    prepared_at = models.DateTimeField(null=True, blank=True)
    signed_by = person()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_reason = words(optional=True)
    signed_entry_id = models.UUIDField(null=True, blank=True)
    successor = models.ForeignKey(
        "deliberation.Deliberation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(OfDeliberation.Meta):
        ordering = ["due_at", "id"]
        constraints = [
            one_of(
                "state",
                "scheduled due in_review reaffirmed retired to_deliberation void",
                "review_state_known",
            ),
            models.UniqueConstraint(
                fields=["precedent"],
                condition=models.Q(state__in=["scheduled", "due", "in_review"]),
                name="review_one_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["reaffirmed", "retired"])
                | (
                    models.Q(
                        signed_by__isnull=False,
                        signed_at__isnull=False,
                        prepared_by__isnull=False,
                        grounds__isnull=False,
                    )
                    & ~models.Q(signed_by=models.F("prepared_by"))
                ),
                name="review_signer_is_not_preparer",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="reaffirmed")
                | models.Q(new_date__isnull=False, new_date__gt=models.F("due_on")),
                name="review_reaffirmed_with_a_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="to_deliberation") | models.Q(successor__isnull=False),
                name="review_has_successor",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "due_at"], name="review_due"),
            models.Index(
                fields=["organisation", "due_on", "id"],
                condition=models.Q(state__in=["scheduled", "due", "in_review"]),
                name="review_queue",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed and it has not ended. On the day itself it is due, not overdue."""
        return self.is_open and self.due_on < today

    def days_overdue(self, today: date) -> int:
        """How many days ago it was due; 0 where it is not overdue."""
        return (today - self.due_on).days if self.is_overdue(today) else 0


class ReviewAuthor(OfDeliberation):
    """Everybody who ever prepared a review, also where somebody else prepared it anew. None of them may sign it."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="authors")
    user = person(null=False)
    since = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        constraints = [models.UniqueConstraint(fields=["review", "user"], name="review_author_once")]


class ReviewVoice(Spoken):
    """What somebody says to a review. Those who dissented are asked first."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="voices")
    text = words()


class ChangeReport(OfDeliberation):
    """A report that a trigger came about or an assumption no longer holds."""

    class State(models.TextChoices):
        REPORTED = "reported", _("Reported")
        ACCEPTED = "accepted", _("Accepted")
        DISMISSED = "dismissed", _("Dismissed")

    precedent = models.ForeignKey(Precedent, on_delete=models.PROTECT, related_name="reports")
    trigger = models.ForeignKey(
        "deliberation.ReviewTrigger", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = words()
    by_user = person()
    by_seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.REPORTED)
    decided_by = person()
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = words(optional=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            one_of("state", "reported accepted dismissed", "report_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="reported")
                | models.Q(decided_by__isnull=False, decided_at__isnull=False, reason__isnull=False),
                name="report_decided_with_reason",
            ),
        ]


class CalendarLink(Owned):
    """A member's own address of the calendar of reviews. Ending it closes that address for good."""

    membership = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=models.Q(ended_at__isnull=True), name="calendar_link_one_current"
            ),
        ]
