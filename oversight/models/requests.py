"""What an agent may not do without a person, put to people."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deliberation.models import Urgency
from instructions.models.tenancy import Owned, person, project, words
from oversight.models.sessions import Session


class JudgmentRequest(Owned):
    """One act that waits for a decision holder. A grant is for exactly this act, once, until `expires_at`.

    `fingerprint` is the framework's (`tractatus.grants.grant_for`): project, action, and the revision of every
    instruction cited. `text` is that of the check that asked, JSON: the action, what was said of it, the whole answer.
    `safety_checks` are the sentences to tick before an irreversible act is granted, `ticked` those that were.
    `opened_at` is when whoever decided first saw it. `decided_entry_id` is the entry of the grant or the refusal.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waits for a decision holder")
        GRANTED = "granted", _("granted, not yet used")
        USED = "used", _("granted and used")
        EXPIRED = "expired", _("granted, and never used")
        REFUSED = "refused", _("refused")
        LAPSED = "lapsed", _("nobody answered in time")
        DELIBERATING = "deliberating", _("deliberated")

    OPEN = (State.PENDING, State.GRANTED, State.DELIBERATING)
    MOVES = {
        State.PENDING: (State.GRANTED, State.REFUSED, State.LAPSED, State.DELIBERATING),
        State.DELIBERATING: (State.PENDING,),
        State.GRANTED: (State.USED, State.EXPIRED),
    }

    project = project()
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="requests", null=True)
    key = models.ForeignKey("accounts.APIKey", on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    state_since = models.DateTimeField()
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.IMPORTANT)
    rule = models.CharField(max_length=60)
    boundary = models.CharField(max_length=60, blank=True, default="")
    irreversible = models.BooleanField(default=False)
    text = words()
    safety_checks = models.JSONField(default=list)
    ticked = models.JSONField(null=True)
    unticked_why = words(optional=True)
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    decided_by = person()
    decided_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    reason = words(optional=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    decided_entry_id = models.UUIDField(null=True)
    convened_by = person()
    convened_at = models.DateTimeField(null=True, blank=True)
    convened_why = words(optional=True)
    deliberation = models.ForeignKey(
        "deliberation.Deliberation", on_delete=models.PROTECT, related_name="judgment_requests", null=True
    )
    outcome = models.ForeignKey("deliberation.Outcome", on_delete=models.PROTECT, related_name="+", null=True)
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "fingerprint"],
                condition=Q(state__in=["pending", "granted", "deliberating"]),
                name="one_open_request_an_act",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "granted", "used", "expired", "refused", "lapsed", "deliberating"]),
                name="request_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "used", "expired"])
                | Q(decided_by__isnull=False, expires_at__isnull=False),
                name="request_granted_by_a_human",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | Q(decided_by__isnull=False, reason__isnull=False),
                name="request_refused_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "used", "expired"])
                | Q(irreversible=False)
                | Q(reason__isnull=False),
                name="request_irreversible_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="deliberating")
                | Q(convened_by__isnull=False, convened_why__isnull=False, deliberation__isnull=False),
                name="request_convened_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "lapses_at"], name="request_due"),
            models.Index(fields=["organisation", "-id"], name="request_newest"),
            models.Index(fields=["project", "state", "fingerprint"], name="request_granted"),
            models.Index(fields=["project", "rule", "boundary", "-id"], name="request_alike"),
            models.Index(
                fields=["organisation", "decided_at"], condition=Q(decided_at__isnull=False), name="request_decided"
            ),
            models.Index(
                fields=["organisation", "convened_at"], condition=Q(convened_at__isnull=False), name="request_convened"
            ),
        ]

    @property
    def is_irreversible_besides(self) -> bool:
        """Whether it cannot be undone and its boundary, which is another one, does not say so."""
        return self.irreversible and not self.boundary.startswith("12.3 ")
