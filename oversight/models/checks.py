"""One act an agent asked about, what it was told, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from instructions.models.tenancy import Owned, person, project, words
from oversight.models.requests import JudgmentRequest
from oversight.models.sessions import LONGEST_NAME, Session
from oversight.models.words import Level, Mode, Told


class Check(Owned):
    """One check before one act. Never changed; what became of the act is set once.

    `text` is JSON: the action, what was said of it, and the whole answer. `digest` is the SHA-256 of what was asked, so
    that the same question can be known again; `tool_call` is what the agent calls it by, once a key. `decision` is what
    the agent was told, `would_have` what the gate said. `rule` is the gate's rule that decided, empty where none did;
    `microseconds` what the gate took.
    """

    class Became(models.TextChoices):
        EXECUTED = "executed", _("done")
        FAILED = "failed", _("tried, and failed")

    project = project()
    key = models.ForeignKey("accounts.APIKey", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="checks", null=True)
    tool_call = models.CharField(max_length=LONGEST_NAME, null=True)  # noqa: DJ001 (null is no name, so that it is unique)
    at = models.DateTimeField()
    text = words()
    tool = models.CharField(max_length=100, blank=True, default="")
    digest = models.CharField(max_length=64)
    decision = models.CharField(max_length=5, choices=Told)
    would_have = models.CharField(max_length=5, choices=Told)
    mode = models.CharField(max_length=12, choices=Mode)
    rule = models.CharField(max_length=60, blank=True, default="")
    boundary = models.CharField(max_length=60, blank=True, default="")
    level = models.CharField(max_length=10, choices=Level)
    at_keyboard = models.BooleanField(default=False)
    request = models.ForeignKey(JudgmentRequest, on_delete=models.PROTECT, related_name="checks", null=True)
    grant = models.OneToOneField(JudgmentRequest, on_delete=models.PROTECT, related_name="used_by", null=True)
    microseconds = models.PositiveIntegerField(default=0)
    became = models.CharField(max_length=10, choices=Became, null=True, blank=True)  # noqa: DJ001
    became_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "tool_call"], name="check_once_a_tool_call"),
            models.CheckConstraint(
                condition=Q(decision__in=["allow", "warn", "ask", "deny"])
                & Q(would_have__in=["allow", "warn", "ask", "deny"]),
                name="check_decision_known",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["enforced", "observed", "degraded", "break_glass"]), name="check_mode_known"
            ),
        ]
        indexes = [
            models.Index(fields=["session", "id"], name="check_of_session"),
            models.Index(fields=["project", "-id"], name="check_of_project"),
            models.Index(fields=["key", "would_have", "-id"], condition=Q(mode="observed"), name="check_observed"),
            models.Index(fields=["organisation", "decision", "-id"], name="check_by_decision"),
        ]


class Incident(Owned):
    """Something that was not to happen and did, as it was told afterwards. Counted, never removed."""

    class Kind(models.TextChoices):
        DENIED_DONE = "denied_done", _("denied, and done all the same")
        UNGRANTED_DONE = "ungranted_done", _("done before a person had answered")
        LET_THROUGH = "let_through", _("let through while the service was away")

    project = project()
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="incidents", null=True)
    of_check = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["of_check", "kind"], name="incident_once_a_check")]
        indexes = [models.Index(fields=["organisation", "-id"], name="incident_newest")]


class Mark(Owned):
    """That a person found an observed stop right or wrong. The newest of a check holds."""

    of_check = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="marks")
    right = models.BooleanField()
    why = words(optional=True)
    by = person()
    at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-id"]
