"""Phases, sessions and tasks: what ends the instructions that were only for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from instructions.models.tenancy import Owned, person, project, words


class Period(Owned):
    """A phase, session or task of a project. Its end ends the instructions that hold for it."""

    class Kind(models.TextChoices):
        PHASE = "PHASE", _("phase")
        SESSION = "SESSION", _("session")
        TASK = "TASK", _("task")

    project = project()
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    started_by = person()
    started_at = models.DateTimeField()
    ended_by = person()
    ended_at = models.DateTimeField(null=True, blank=True)
    why_ended = words(optional=True)

    class Meta(Owned.Meta):
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "name"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_period_of_a_name",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=["PHASE", "SESSION", "TASK"]), name="period_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.ended_at is None
