"""What an organisation shows of its record to anybody, and the milestones it tells of."""

from django.db import models
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.scope import ScopedManager


class Surface(models.Model):
    """One thing that may be public, and whether an administrator has switched it on. Without a row it is off."""

    class Name(models.TextChoices):
        METRICS = "metrics", _("Metrics")
        EVIDENCE = "evidence", _("Evidence")
        EVOLUTION = "evolution", _("Evolution log")
        SIMULATOR = "simulator", _("Simulator")
        DATASET = "dataset", _("Dataset")

    PUBLIC = models.Q(is_on=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=20, choices=Name.choices)
    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="surface_once_an_organisation"),
            models.CheckConstraint(
                condition=models.Q(name__in=["metrics", "evidence", "evolution", "simulator", "dataset"]),
                name="surface_is_known",
            ),
        ]


def shown(name: Surface.Name) -> models.Q:
    """Of a row: its organisation shows this to anybody. No query joins from an organisation to its rows for it."""
    on = Surface._base_manager.filter(organisation=models.OuterRef("organisation"), name=name, is_on=True)
    return models.Q(models.Exists(on))


class Milestone(models.Model):
    """Something an administrator added to the evolution log: an incident, a change or a version, with its evidence."""

    class Kind(models.TextChoices):
        INCIDENT = "incident", _("incident")
        CHANGE = "change", _("change")
        VERSION = "version", _("version")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    day = models.DateField()
    title = models.ForeignKey("audit.Text", on_delete=models.PROTECT, related_name="+")
    story = models.ForeignKey("audit.Text", on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey("audit.Text", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["incident", "change", "version"]), name="milestone_kind_is_known"
            ),
        ]

    @classproperty
    def PUBLIC(cls) -> models.Q:  # not before the models are loaded
        return shown(Surface.Name.EVOLUTION)
