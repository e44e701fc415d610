"""What takes a while to work out over a whole history: what is asked, how far it is, and what was found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from instructions.models.tenancy import Owned, person, project


class Reckoning(Owned):
    """One question over the history: what a change would have changed, or what the findings over all instructions are.

    It is no part of the record and is thrown away after some days. `digest` tells the same question of the same
    history from every other. `asks` may hold the wording that is tried, and is emptied when it was tried; `result`
    holds counts and ids, no words of anybody.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", _("what a change would have changed")
        FINDINGS = "findings", _("findings over all instructions")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=10, choices=Kind)
    project = project(optional=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asks = models.JSONField(default=dict)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True, blank=True)
    asked_by = person()
    asked_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "digest"], name="one_reckoning_a_question"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["changed", "findings"])
                & models.Q(state__in=["waiting", "running", "done", "failed"]),
                name="reckoning_known",
            ),
        ]
        indexes = [models.Index(fields=["state", "worked_at"], name="reckoning_due")]
