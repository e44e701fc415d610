"""What people wrote, where a search by words finds it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliberation.models.tenancy import OfDeliberation, one_of


class Searchable(OfDeliberation):
    """The words by which a row of a signed outcome is found (migration 0011 holds the index).

    It is derived: written with the signature, after which no text changes. When one of the texts is erased, the
    database removes everything of that deliberation, and it is written again from those that are left. `row` is the id
    of what is found, as `kind` says.
    """

    class Kind(models.TextChoices):
        PRECEDENT = "precedent", _("a precedent, by what was asked and decided")
        LOSS = "loss", _("a loss, by what is said of it")
        BEARER = "bearer", _("a loss, by who bears it")
        PROMISE = "promise", _("a promise, by what is said of it")
        PROMISED_TO = "promised_to", _("a promise, by whom it is for")
        LESS_WEIGHT = "less_weight", _("a version, by a value it gives less weight")

    kind = models.CharField(max_length=11, choices=Kind)
    row = models.UUIDField()
    words = models.TextField(help_text=_("each once, as `deliberation.domain.findable` takes texts apart"))

    class Meta(OfDeliberation.Meta):
        constraints = [
            one_of("kind", "precedent loss bearer promise promised_to less_weight", "searchable_kind_known"),
            models.UniqueConstraint(fields=["organisation", "kind", "row"], name="searchable_once"),
        ]

    def __str__(self) -> str:
        return self.words
