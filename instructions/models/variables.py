"""Variables `${NAME}` of a project: one row each time a value is set or taken away."""

from django.db import models

from instructions.models.tenancy import Owned, person, project

LONGEST_NAME, LONGEST_VALUE = 80, 500


class Variable(Owned):
    """What a name meant from one moment on.

    The highest `number` of a name is what it means now; an empty value takes the name away.
    """

    project = project()
    name = models.CharField(max_length=LONGEST_NAME)
    number = models.PositiveIntegerField()
    value = models.CharField(max_length=LONGEST_VALUE, blank=True, default="")
    set_by = person()
    set_at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["name", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "number"], name="one_setting_of_a_variable_a_number")
        ]

    def __str__(self) -> str:
        return self.name
