"""The words of the framework that columns hold, as the database keeps and people read them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Told(models.TextChoices):
    """What the gate says of an act, and what the agent is told."""

    ALLOW = "allow", _("allowed")
    WARN = "warn", _("allowed, with care")
    ASK = "ask", _("asked a person")
    DENY = "deny", _("denied")


class Mode(models.TextChoices):
    """How it was judged, as the envelope of the record has it."""

    ENFORCED = "enforced", _("enforced")
    OBSERVED = "observed", _("observed")
    DEGRADED = "degraded", _("decided without the service")
    BREAK_GLASS = "break_glass", _("under break glass")


class Level(models.TextChoices):
    """The levels of context pressure (core concepts, section 4)."""

    NORMAL = "NORMAL", _("normal")
    ELEVATED = "ELEVATED", _("elevated")
    HIGH = "HIGH", _("high")
    CRITICAL = "CRITICAL", _("critical")
    DANGEROUS = "DANGEROUS", _("dangerous")
