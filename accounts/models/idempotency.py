"""Answers that were given to a key once and are given again to the same request."""

from django.db import models

from accounts import clock
from accounts.ids import uuid7
from accounts.models.keys import APIKey
from accounts.models.organisation import Organisation
from accounts.scope import ScopedManager


class KeptAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered. `digest` is of the request, not of the answer.

    The row is made before the request is carried out, in its transaction: of two at once one waits for the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(APIKey, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    location = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "idempotency_key"], name="kept_answer_once_a_key"),
        ]
        indexes = [models.Index(fields=["organisation", "created_at"], name="kept_answer_age")]
