"""What an instruction says now, where full-text search finds it."""

from django.db import models

from accounts.scope import ScopedManager
from instructions.models.instruction import Instruction


class Searchable(models.Model):
    """The present words of one instruction, indexed by the database's own full-text search (migration 0002).

    It is derived: replaced with each revision, and removed by the database when the words are erased.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    instruction = models.OneToOneField(Instruction, on_delete=models.CASCADE, related_name="+")
    text = models.ForeignKey("audit.Text", on_delete=models.CASCADE, related_name="+")
    body = models.TextField()

    objects = ScopedManager(organisation="organisation")
