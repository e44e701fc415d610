"""A session of an agent, its pressure over time, and what it hands on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from instructions.models.tenancy import Owned, project, words
from oversight.models.words import Level

LONGEST_NAME = 200
LONGEST_AGENT = 100
"""Characters of what an agent says of itself: its name, its version, its model."""


class Session(Owned):
    """An agent at work, from its first word to its end. `name` is what the agent calls it, once in a project.

    `counts` are the fields of the framework's `SessionState` as last told. `level` and `score` (0 to 1) are of the last
    reading; `warned` is the highest level the agent was warned of, so that each is warned of once.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("at work")
        HANDOFF_DUE = "handoff_due", _("to be handed over")
        ENDED = "ended", _("ended")
        ARCHIVED = "archived", _("archived")

    OPEN = (State.ACTIVE, State.HANDOFF_DUE)
    FULL = (Level.CRITICAL, Level.DANGEROUS)
    MOVES = {
        State.ACTIVE: (State.HANDOFF_DUE, State.ENDED),
        State.HANDOFF_DUE: (State.ENDED,),
        State.ENDED: (State.ARCHIVED,),
    }

    project = project()
    key = models.ForeignKey("accounts.APIKey", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=LONGEST_NAME)
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    state_since = models.DateTimeField()
    agent_name = models.CharField(max_length=LONGEST_AGENT, blank=True, default="")
    agent_version = models.CharField(max_length=LONGEST_AGENT, blank=True, default="")
    agent_model = models.CharField(max_length=LONGEST_AGENT, blank=True, default="")
    continues = models.ForeignKey("self", on_delete=models.PROTECT, related_name="continued_by", null=True)
    counts = models.JSONField(default=dict)
    level = models.CharField(max_length=10, choices=Level, default=Level.NORMAL)
    score = models.FloatField(default=0)
    warned = models.CharField(max_length=10, choices=Level, default=Level.NORMAL)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="session_once_a_project"),
            models.CheckConstraint(
                condition=Q(state__in=["active", "handoff_due", "ended", "archived"]), name="session_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "handoff_due"]) | Q(ended_at__isnull=False),
                name="session_ended_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="session_newest"),
            models.Index(fields=["organisation", "state", "seen_at"], name="session_silent"),
            models.Index(fields=["key", "state", "-id"], name="session_of_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_full(self) -> bool:
        """Whether it is at a level at which it is to be handed over."""
        return self.level in self.FULL


class Reading(Owned):
    """The pressure of a session at one moment. `factors` are the framework's, each with score and contribution."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="readings")
    at = models.DateTimeField()
    level = models.CharField(max_length=10, choices=Level)
    score = models.FloatField()
    factors = models.JSONField()
    counts = models.JSONField()

    class Meta(Owned.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["session", "id"], name="reading_of_session")]


class Handoff(Owned):
    """What a session leaves to the next. `body` is JSON in the text store: the agent's part and the server's.

    Several may be written; the newest holds. `by_agent` is false where the agent gave none and the server wrote its own
    part alone.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="handoffs")
    body = words()
    by_agent = models.BooleanField()
    written_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+", null=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-id"]
