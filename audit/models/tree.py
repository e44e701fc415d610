"""The tree over the entries: RFC 6962 hashes, one log an organisation and one for the installation."""

from uuid import UUID

from django.db import models
from django.db.models.functions import Coalesce

from accounts.ids import uuid7
from accounts.scope import ScopedManager


def _organisation(*, checked: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=checked,
        db_constraint=checked,
    )


# A leaf and its nodes are compared with their log and their entry by guards (audit/guards.py), and no log nor entry is
# ever deleted: a second look at each, and at its organisation, would take as long as all the rest of writing them.


class Log(models.Model):
    """One run of indices from 0. Its id is the opaque part of the origin; `ended_at` is set when a new log begins.

    `vkey` is the public key its checkpoints and receipts are signed by, under the origin as its name. Both were fixed
    when it began: the site may move to another host, and another key begins another log.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = _organisation()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    vkey = models.CharField(max_length=400)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        # The installation's log has no organisation, and nothing is unique among nothings: its guard says it in words,
        # the second constraint holds where two begin it at once.
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(ended_at__isnull=True),
                name="log_one_at_a_time",
            ),
            models.UniqueConstraint(
                Coalesce("organisation", models.Value(UUID(int=0), output_field=models.UUIDField())),
                condition=models.Q(organisation__isnull=True, ended_at__isnull=True),
                name="log_of_installation_one_at_a_time",
            ),
        ]

    @property
    def origin(self) -> str:
        return self.vkey.partition("+")[0]


class Leaf(models.Model):
    """The place of an entry in a log."""

    pk = models.CompositePrimaryKey("log_id", "index")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    index = models.BigIntegerField()
    entry = models.OneToOneField("audit.Entry", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    organisation = _organisation(checked=False)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(index__gte=0), name="leaf_index_from_0")]


class Node(models.Model):
    """The hash of a complete subtree: 2 ** `level` leaves beginning at leaf `index` * 2 ** `level`."""

    pk = models.CompositePrimaryKey("log_id", "level", "index")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    organisation = _organisation(checked=False)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(index__gte=0), name="node_index_from_0")]


class Checkpoint(models.Model):
    """A signed statement of a log's size and root, as C2SP's signed note."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = _organisation()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    signed_at = models.DateTimeField()

    objects = ScopedManager(organisation="organisation")

    class Meta:
        indexes = [models.Index(fields=["log", "-size", "-signed_at"], name="checkpoint_latest")]
        constraints = [models.CheckConstraint(condition=models.Q(size__gte=0), name="checkpoint_size_from_0")]
