"""How an organisation has the framework work for it: every setting as a version that stays."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from instructions.models.tenancy import Owned, person, project, words


class Policy(Owned):
    """One part of the customisation from one moment on. The highest `number` of a part holds.

    `content` is data in the form of its part (`domain/policy.py`). Only verbosity is a project's; the others are the
    organisation's.
    """

    class Part(models.TextChoices):
        THRESHOLDS = "thresholds", _("thresholds")
        BOUNDARIES = "boundaries", _("boundaries of its own")
        PACKS = "packs", _("domain packs")
        FRAMEWORKS = "frameworks", _("frameworks of its own")
        REGISTERS = "registers", _("registers of its own")
        VERBOSITY = "verbosity", _("verbosity")

    project = project(optional=True)
    part = models.CharField(max_length=12, choices=Part)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    set_by = person()
    set_at = models.DateTimeField()
    why = words(optional=True)
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["part", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "part", "number"],
                condition=models.Q(project__isnull=False),
                name="one_project_policy_a_number",
            ),
            models.UniqueConstraint(
                fields=["organisation", "part", "number"],
                condition=models.Q(project__isnull=True),
                name="one_policy_a_number",
            ),
            models.CheckConstraint(
                condition=models.Q(part="verbosity", project__isnull=False)
                | (~models.Q(part="verbosity") & models.Q(project__isnull=True)),
                name="only_verbosity_is_a_projects",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    part__in=["thresholds", "boundaries", "packs", "frameworks", "registers", "verbosity"]
                ),
                name="policy_part_known",
            ),
        ]
