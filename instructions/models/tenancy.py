"""What every row of a history has in common, and the row that is its queue."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.ids import uuid7
from accounts.scope import ScopedManager


class Owned(models.Model):
    """A row of one organisation. Reading it outside that organisation's scope raises."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager(organisation="organisation")

    class Meta:
        abstract = True


class History(Owned):
    """One row an organisation. Verbs hold it, so that of two people who change the history at once one is first.

    `version` rises with every change of what binds: instructions, variables, customisation. What is cached of the
    history is stamped with it.
    """

    version = models.PositiveBigIntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="one_history_an_organisation")]


def words(**options: Any) -> Any:
    """A field for a person's words: a reference to the erasable text store (`audit.Text`), never the words."""
    if options.pop("optional", False):
        options |= {"null": True, "blank": True}
    return models.ForeignKey("audit.Text", on_delete=models.PROTECT, related_name="+", **options)


def person() -> Any:
    """A field for the member of staff who did something; empty where a key or the software did."""
    return models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)


def project(*, optional: bool = False) -> Any:
    """A field for the project something belongs to; where it is optional, empty means the whole organisation."""
    return models.ForeignKey(
        "accounts.Project", on_delete=models.PROTECT, related_name="+", null=optional, blank=optional
    )
