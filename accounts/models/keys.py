"""Keys with which systems call the HTTP interface."""

from django.db import models

from accounts import clock
from accounts.ids import uuid7
from accounts.models.organisation import Organisation, Project
from accounts.models.user import User
from accounts.scope import ScopedManager


class APIKey(models.Model):
    """A key of one organisation and project. Its secret is known to its holder alone; here stands the hash.

    `enforces`: what it is told holds; otherwise it observes. `attended`: a person sits beside the agent.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)
    enforces = models.BooleanField(default=False)
    attended = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_current(self) -> bool:
        return self.revoked_at is None

    # The HTTP framework asks its `request.user`.
    is_authenticated = True
    is_anonymous = False
    is_active = True
