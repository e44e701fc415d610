"""What an instruction says now, where full-text search finds it."""

from django.db import models

from instructions.models.instruction import Instruction
from instructions.models.tenancy import Owned


class Searchable(Owned):
    """The present words of one instruction, indexed by the database's own full-text search (migration 0002).

    It is derived: replaced with each revision, and removed by the database when the words are erased.
    """

    id = models.BigAutoField(primary_key=True)
    instruction = models.OneToOneField(Instruction, on_delete=models.CASCADE, related_name="+")
    text = models.ForeignKey("audit.Text", on_delete=models.CASCADE, related_name="+")
    body = models.TextField()
