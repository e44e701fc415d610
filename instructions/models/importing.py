"""A file whose instructions were proposed: what it was and what became of its rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from instructions.models.tenancy import Owned, person, project


class Import(Owned):
    """One file that was read. The words in it stand in the instructions it proposed, and nowhere else.

    `left_out` are the lines of what was not proposed, because it is vague or asks nothing. `wrapper` is what stood
    around the list of a history: pairs of key and value in their order, the list itself as None; empty for a bare list.
    """

    class Form(models.TextChoices):
        HISTORY = "history", _("instruction history (JSON)")
        RULES = "rules", _("rules file")

    project = project(optional=True)
    name = models.CharField(max_length=255)
    form = models.CharField(max_length=10, choices=Form)
    sha256 = models.CharField(max_length=64)
    proposed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list)
    wrapper = models.JSONField(null=True, blank=True)
    imported_by = person()
    imported_at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-imported_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(form__in=["history", "rules"]), name="import_form_known")
        ]

    def __str__(self) -> str:
        return self.name
