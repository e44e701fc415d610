"""What the record was counted to hold, hour by hour and day by day. All of it can be counted again from the entries."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.scope import ScopedManager


class Tally(models.Model):
    """How many entries of one hour (UTC, by the envelope's timestamp) say the same of one thing.

    What `first` and `second` are, depends on `what`: see `audit.domain.metrics.count`.
    """

    class What(models.TextChoices):
        DECISION = "decision", _("service and decision")
        STEP = "step", _("service and its result within a check")
        BOUNDARY = "boundary", _("boundary and decision")
        PRESSURE = "pressure", _("level of context pressure")
        EVENT = "event", _("event")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    what = models.CharField(max_length=10, choices=What.choices)
    hour = models.DateTimeField()
    first = models.CharField(max_length=100)
    second = models.CharField(max_length=50, blank=True)
    count = models.PositiveBigIntegerField()

    objects = ScopedManager(organisation="organisation")

    class Meta:
        # The second is read alone, whatever is added up: every figure and every chart.
        constraints = [
            models.UniqueConstraint(fields=["organisation", "what", "hour", "first", "second"], name="tally_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "what", "hour", "first", "second", "count"], name="tally_sums"),
        ]


class DayTally(models.Model):
    """The tallies of the hours of one day (UTC), added up: written with them, so that many days are few rows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    what = models.CharField(max_length=10, choices=Tally.What.choices)
    day = models.DateField()
    first = models.CharField(max_length=100)
    second = models.CharField(max_length=50, blank=True)
    count = models.PositiveBigIntegerField()

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "what", "day", "first", "second"], name="day_tally_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "what", "day", "first", "second", "count"], name="day_tally_sums"),
        ]


class Counted(models.Model):
    """How far the entries of an organisation have been counted: all hours before `until` are in its tallies."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()
    at = models.DateTimeField()

    objects = ScopedManager(organisation="organisation")
