"""What every row of a deliberation has in common: an owner, an id, and words kept in the text store."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.scope import ScopedManager


class Owned(models.Model):
    """A row of one organisation. Reading it outside that organisation's scope raises."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager(organisation="organisation")

    class Meta:
        abstract = True


class OfDeliberation(Owned):
    """A row of one deliberation. A guard refuses a deliberation of another organisation."""

    deliberation = models.ForeignKey(
        "deliberation.Deliberation", on_delete=models.PROTECT, related_name="%(class)s_set"
    )

    class Meta(Owned.Meta):
        abstract = True


def words(**options: Any) -> Any:
    """A field for a person's words: a reference to the erasable text store (`audit.Text`), never the words."""
    if options.pop("optional", False):
        options |= {"null": True, "blank": True}
    return models.ForeignKey("audit.Text", on_delete=models.PROTECT, related_name="+", **options)


def person(**options: Any) -> Any:
    """A field for a member of staff who did something; gates compare these."""
    options = {"null": True, "blank": True} | options
    return models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", **options)


def one_of(field: str, values: str, name: str) -> models.CheckConstraint:
    """A constraint that `field` holds one of the `values`, named in one string, so that raw SQL invents no state.

    A nested `Meta` cannot see its model's enumerations; a test compares the two.
    """
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values.split()}), name=name)


class Suggestible(OfDeliberation):
    """Something the software may suggest and a person keeps, changes or drops.

    `suggested` holds the software's words and is never rewritten; `title` holds what stands. A row a person wrote
    has `origin` human and an empty `suggested`. So both stay distinguishable for ever.
    """

    class Origin(models.TextChoices):
        SOFTWARE = "software", _("suggested by the software")
        HUMAN = "human", _("written by a person")

    class Status(models.TextChoices):
        SUGGESTED = "suggested", _("suggested, nobody has confirmed it")
        KEPT = "kept", _("kept as suggested")
        CHANGED = "changed", _("changed by a person")
        WRITTEN = "written", _("written by a person")
        DROPPED = "dropped", _("dropped")

    STANDING = (Status.KEPT, Status.CHANGED, Status.WRITTEN)
    """Where a person stands behind it."""

    origin = models.CharField(max_length=10, choices=Origin)
    status = models.CharField(max_length=10, choices=Status)
    suggested = models.TextField(blank=True, default="")
    title = models.CharField(max_length=300)
    settled_by = person()
    settled_at = models.DateTimeField(null=True, blank=True)
    dropped_reason = words(optional=True)
    position_no = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        abstract = True
        ordering = ["position_no", "id"]

    @property
    def stands(self) -> bool:
        """Whether a person stands behind it: kept, changed or written."""
        return self.status in self.STANDING
