"""Seats: a part in one deliberation. What a participant writes belongs to the seat, not to the user on it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Part
from deliberation.models.tenancy import OfDeliberation, Owned, one_of, words


class Seat(OfDeliberation):
    """A part in one deliberation. Who sits on it, and who sat before, stands in `accounts.SeatUser`."""

    class Relation(models.TextChoices):
        AFFECTED = "affected", _("affected by it")
        RIGHTS_HOLDER = "rights_holder", _("a rights-holder")
        RESPONSIBLE = "responsible", _("responsible for it")
        EXPERT = "expert", _("somebody who knows the matter")

    class Quoting(models.TextChoices):
        NAME = "name", _("Under the name shown here")
        ROLE = "role", _("By what I am here, without my name")
        ASK = "ask", _("Ask me each time")

    part = models.CharField(max_length=16, choices=Part)
    name = models.CharField(max_length=200, help_text=_("as shown to those who take part"))
    relation = models.CharField(max_length=16, choices=Relation, blank=True, default="")
    speaks_for = models.CharField(
        max_length=200, blank=True, default="", help_text=_("the body spoken for; empty: for themselves")
    )
    mandate = words(optional=True)
    language = models.CharField(max_length=12, blank=True, default="")
    quoting = models.CharField(
        max_length=4, choices=Quoting, default=Quoting.ASK, help_text=_("how they wish to be quoted; asked again then")
    )
    model_consent = models.BooleanField(default=False, help_text=_("their words may be read by a model"))
    created_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            one_of("part", "facilitator approver decision_holder participant reader", "seat_part_known"),
            models.UniqueConstraint(fields=["organisation", "id"], name="seat_of_organisation"),
            models.UniqueConstraint(
                fields=["deliberation"], condition=models.Q(part="facilitator"), name="seat_one_facilitator"
            ),
            models.UniqueConstraint(
                fields=["deliberation"], condition=models.Q(part="decision_holder"), name="seat_one_holder"
            ),
        ]
        # What one person's places are read from, who may have thousands.
        indexes = [models.Index(fields=["organisation", "part", "id"], include=["deliberation"], name="seat_of_part")]

    def __str__(self) -> str:
        return self.name


class Draft(Owned):
    """What somebody is writing and has not sent. Kept through time-outs, closed rounds and lost connections."""

    deliberation = models.ForeignKey("deliberation.Deliberation", on_delete=models.CASCADE, null=True, blank=True)
    form = models.CharField(max_length=120, help_text=_("which form, and of which thing: position, stance:<id>"))
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "form", "seat"],
                condition=models.Q(seat__isnull=False),
                name="draft_once_a_seat",
            ),
            models.UniqueConstraint(
                fields=["organisation", "form", "user"],
                condition=models.Q(user__isnull=False),
                name="draft_once_a_user",
            ),
            models.CheckConstraint(
                condition=models.Q(seat__isnull=False, user__isnull=True)
                | models.Q(seat__isnull=True, user__isnull=False),
                name="draft_of_one",
            ),
        ]
