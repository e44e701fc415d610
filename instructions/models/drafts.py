"""What an editor is writing and has not sent."""

from django.db import models

from instructions.models.tenancy import Owned


class Draft(Owned):
    """The fields of one form as they stand in its writer's browser. Kept through time-outs and lost connections.

    It is nobody's but the writer's, no part of the record, and gone once its words were sent.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=80, help_text="which form, and of which instruction: new, revise:<id>")
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "form"], name="one_draft_of_an_instruction_a_form")
        ]
