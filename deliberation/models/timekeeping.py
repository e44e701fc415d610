"""Clocks: what is to be told to whom, when the tick last came, and how long each step takes here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliberation.models.conflict import Urgency
from deliberation.models.seats import Seat
from deliberation.models.tenancy import Owned


class Notice(Owned):
    """One message to one person about one thing. Unique per thing and person, so nobody is told twice.

    It is claimed by a committed update before it is handed to the mail server. A notice that was claimed and never
    marked sent (the process died in between) is not sent again by itself; the board shows it and a person decides.
    """

    deliberation = models.ForeignKey("deliberation.Deliberation", on_delete=models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=120, help_text=_("the thing, as kind:id, with a version where it has one"))
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True, help_text=_("no longer needed, or no way to send it"))
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "about", "seat"],
                condition=models.Q(seat__isnull=False),
                name="notice_once_a_seat",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "about", "user"],
                condition=models.Q(user__isnull=False),
                name="notice_once_a_user",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_at"],
                condition=models.Q(claimed_at__isnull=True, dropped_at__isnull=True),
                name="notice_due",
            )
        ]


class Timetable(Owned):
    """An organisation's own durations for one tier, over those that `tractatus` ships."""

    urgency = models.CharField(max_length=9, choices=Urgency)
    durations = models.JSONField()
    set_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "urgency"], name="timetable_once_a_tier")]


class Heartbeat(models.Model):
    """When the tick last came, one row for the installation. A gap is shown on the board, with what it delayed."""

    name = models.CharField(primary_key=True, max_length=20, default="tick")
    at = models.DateTimeField()
    silent_from = models.DateTimeField(null=True, blank=True, help_text=_("begin of the last silence of over 10 min"))
    silent_until = models.DateTimeField(null=True, blank=True)
