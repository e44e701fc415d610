"""People's words, once. Entries commit to them, rows point to them, their author may have them erased."""

from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _

from accounts import clock
from accounts.ids import uuid7
from accounts.scope import ScopedManager


class Text(models.Model):
    """Somebody's words and the salt of the commitment to them.

    `commitment` is HMAC-SHA256(salt, JCS(body)) in hex, what the entry's envelope carries. It stays when the
    words are erased: without the salt it tells nothing of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True)
    salt = models.BinaryField(max_length=32)
    body = models.TextField()
    commitment = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(body=""), name="text_erased_is_empty"
            ),
        ]
        indexes = [
            # Few of very many: whatever keeps words in memory asks which of them it must let go of.
            models.Index(fields=["organisation"], condition=models.Q(erased_at__isnull=False), name="text_erased"),
        ]

    def __str__(self) -> str:
        if self.erased_at is None:
            return self.body
        return _("erased on request, %(date)s") % {"date": formats.date_format(self.erased_at, "j F Y")}

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None
