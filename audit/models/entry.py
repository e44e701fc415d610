"""One entry a verb, one a check, one an hour for refused foreign access."""

from django.db import models

from accounts.ids import uuid7
from accounts.scope import ScopedManager


class Entry(models.Model):
    """An envelope as it was written, its leaf hash, and columns to search by.

    `canonical` is the truth: the exact RFC 8785 bytes, never serialised again for hashing. The columns repeat
    what they say. Without an organisation it belongs to the installation's own log (operators' verbs).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Every index below begins with it; one of its own would be kept up with every check and read by nothing.
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    canonical = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    timestamp = models.DateTimeField()
    event = models.CharField(max_length=100)
    decision = models.CharField(max_length=50)
    service = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_ref = models.CharField(max_length=64, null=True)  # noqa: DJ001 (null where the envelope says null)
    actor_role = models.CharField(max_length=30, null=True)  # noqa: DJ001
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    project_id = models.UUIDField(null=True)
    session = models.CharField(max_length=64, null=True)  # noqa: DJ001
    boundary = models.CharField(max_length=60, null=True)  # noqa: DJ001
    context_pressure = models.CharField(max_length=20, null=True)  # noqa: DJ001
    outcome = models.CharField(max_length=60, null=True)  # noqa: DJ001
    mode = models.CharField(max_length=20, null=True)  # noqa: DJ001
    cause_id = models.UUIDField(null=True)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-id"], name="entry_newest"),
            models.Index(fields=["organisation", "event", "-id"], name="entry_event"),
            models.Index(fields=["organisation", "subject_id", "id"], name="entry_about"),
            models.Index(fields=["organisation", "session", "id"], name="entry_session"),
            # Most entries answer none. With the organisation and the order in it, no other index looks better.
            models.Index(
                fields=["organisation", "cause_id", "id"],
                name="entry_answers",
                condition=models.Q(cause_id__isnull=False),
            ),
            # What people look for by itself: each gives the newest first without reading the others.
            models.Index(fields=["organisation", "service", "-id"], name="entry_of_service"),
            models.Index(fields=["organisation", "decision", "-id"], name="entry_decision"),
            models.Index(
                fields=["organisation", "context_pressure", "-id"],
                name="entry_pressure",
                condition=models.Q(context_pressure__isnull=False),
            ),
            models.Index(
                fields=["organisation", "project_id", "-id"],
                name="entry_project",
                condition=models.Q(project_id__isnull=False),
            ),
            models.Index(
                fields=["organisation", "actor_ref", "-id"],
                name="entry_actor",
                condition=models.Q(actor_ref__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.id}"

    @property
    def leaf_hex(self) -> str:
        """The leaf hash as it stands on a receipt."""
        return bytes(self.leaf_hash).hex()


class Pending(models.Model):
    """An entry that has no place in the tree yet. The sequencer empties this table."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    objects = ScopedManager(organisation="organisation")

    class Meta:
        # Which of each organisation has waited longest, and the next batch of one, without reading all that waits.
        indexes = [models.Index(fields=["organisation", "entry"], name="pending_oldest")]


class Refusal(models.Model):
    """That a refused access was recorded this hour, so that a stubborn visitor does not fill the log."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    actor_ref = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    hour = models.DateTimeField()

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "actor_ref", "kind", "hour"], name="refusal_once_an_hour"),
        ]
