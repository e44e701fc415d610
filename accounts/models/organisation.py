"""Where people act: organisations and their projects."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import uuid7
from accounts.scope import ScopedManager


class Organisation(models.Model):
    """A tenant. Everything of it carries it; nothing of it is seen from outside."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("short name in addresses"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=16, default="en")
    is_demo = models.BooleanField(_("demo"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None


class Project(models.Model):
    """What deliberations, instructions and API keys belong to inside an organisation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(_("short name"), max_length=50)
    name = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["organisation", "slug"], name="project_slug_once_an_organisation"),
        ]

    def __str__(self) -> str:
        return self.name
