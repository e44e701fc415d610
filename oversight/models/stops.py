"""Two things people may do at once: stop an agent, and suspend a rule for a short while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from instructions.models.tenancy import Owned, person, project, words
from oversight.models.sessions import Session


class Stop(Owned):
    """A freeze: nothing of this session, key or project is let through until it is lifted."""

    project = project()
    key = models.ForeignKey("accounts.APIKey", on_delete=models.PROTECT, related_name="+", null=True)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="stops", null=True)
    by = person()
    at = models.DateTimeField()
    why = words(optional=True)
    lifted_by = person()
    lifted_at = models.DateTimeField(null=True, blank=True)
    why_lifted = words(optional=True)
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(key__isnull=True) | Q(session__isnull=True), name="stop_names_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_by__isnull=False, why_lifted__isnull=False),
                name="stop_lifted_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(key__isnull=True, session__isnull=True, lifted_at__isnull=True),
                name="one_stop_a_project",
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(key__isnull=False, lifted_at__isnull=True), name="one_stop_a_key"
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(session__isnull=False, lifted_at__isnull=True),
                name="one_stop_a_session",
            ),
        ]
        indexes = [models.Index(fields=["project", "lifted_at"], name="stop_standing")]


class BrokenGlass(Owned):
    """One instruction, one boundary, or a project's enforcement, suspended until `until`: at most 60 minutes.

    `boundary` is a section ("12.3") or the name of one of the organisation's own. It owes a review by somebody else,
    due at `review_due_at`; who broke it never holds it.
    """

    LONGEST_MINUTES = 60

    project = project()
    instruction = models.ForeignKey("instructions.Instruction", on_delete=models.PROTECT, related_name="+", null=True)
    boundary = models.CharField(max_length=100, blank=True, default="")
    by = person()
    at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    until = models.DateTimeField()
    why = words()
    ended_by = person()
    ended_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)
    review_due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = person()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    finding = words(optional=True)
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(instruction__isnull=True) | Q(boundary=""), name="glass_suspends_one_thing"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="glass_ends_after_it_began"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=60), name="glass_an_hour_at_most"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("by")), name="glass_reviewed_by_another"
            ),
            models.CheckConstraint(condition=Q(by__isnull=False), name="glass_broken_by_a_human"),
        ]
        indexes = [
            models.Index(fields=["project", "until"], name="glass_standing"),
            models.Index(fields=["organisation", "reviewed_at", "review_due_at"], name="glass_owed"),
        ]

    def suspends_at(self, moment: datetime) -> bool:
        """Whether what it names is suspended at `moment`: it lapses by itself, an hour after it began at the latest."""
        longest = timedelta(minutes=self.LONGEST_MINUTES)
        return self.ended_at is None and moment < min(self.until, self.at + longest)
