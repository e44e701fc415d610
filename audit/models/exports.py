"""What leaves an organisation as a whole: the export an administrator asked for, and the dataset that is public."""

from datetime import UTC, datetime

from django.db import models
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.scope import ScopedManager
from audit.models.public import Surface, shown


class Export(models.Model):
    """One export of a whole organisation: asked for, made by a job, kept for a while, deleted.

    `heard_at` is the last sign of life of the job that makes it. `digest` is the SHA-256 of the whole file.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be made")
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Not made")
        ENDED = "ended", _("Deleted")

    OPEN = (State.WAITING, State.MAKING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    part = models.CharField(max_length=200, blank=True, default="")
    files = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, default="")
    ready_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "ends_at"], name="export_due")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "making", "ready", "failed", "ended"]),
                name="export_state_known",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(state__in=["waiting", "making"]),
                name="export_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready")
                | (models.Q(ready_at__isnull=False, ends_at__isnull=False) & ~models.Q(digest="")),
                name="export_ready_is_whole",
            ),
        ]

    @property
    def is_kept(self) -> bool:
        """Whether the file is ready and its week not over: whatever deletes it may come later than that."""
        return self.state == self.State.READY and self.ends_at is not None and datetime.now(UTC) < self.ends_at


class Dataset(models.Model):
    """How far the public decision corpus of an organisation goes: all hours before `until` are in its file.

    `size` octets of the file are published; what stands behind them broke off and is written again. `refused_at` is
    set while something in what comes next looks personal: nothing is added until somebody has looked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    lines = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField()
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_what = models.CharField(max_length=200, blank=True, default="")

    objects = ScopedManager(organisation="organisation")

    @classproperty
    def PUBLIC(cls) -> models.Q:  # not before the models are loaded
        return shown(Surface.Name.DATASET)
