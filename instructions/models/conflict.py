"""Conflicts that the software showed, and what a person said to each: the measure of how well it finds them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from instructions.models.instruction import Instruction, Revision
from instructions.models.tenancy import Owned, person, words


class ShownConflict(Owned):
    """That a new wording goes against an instruction that stands was shown to a person, who answered.

    `revision` is empty where the person did not go on with the new wording.
    """

    class Answer(models.TextChoices):
        SUPERSEDE = "supersede", _("the new one holds; the other is superseded")
        SCOPE = "scope", _("both hold, apart from each other")
        WITHDRAW = "withdraw", _("the other one holds; the new one is not kept")
        NO_CONFLICT = "no_conflict", _("they do not contradict each other")

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="shown_conflicts", null=True)
    against = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="shown_against")
    kind = models.CharField(max_length=40)
    answer = models.CharField(max_length=12, choices=Answer)
    answered_by = person()
    answered_at = models.DateTimeField()
    why = words(optional=True)
    entry_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        ordering = ["answered_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer__in=["supersede", "scope", "withdraw", "no_conflict"]),
                name="conflict_answer_known",
            )
        ]
