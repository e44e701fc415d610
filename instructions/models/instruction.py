"""An instruction, its revisions, and the fields of its classification that a human overruled."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from instructions.models.importing import Import
from instructions.models.periods import Period
from instructions.models.tenancy import Owned, person, project, words

LONGEST_KEY = 100


class Quadrant(models.TextChoices):
    STRATEGIC = "STRATEGIC", _("strategic")
    OPERATIONAL = "OPERATIONAL", _("operational")
    TACTICAL = "TACTICAL", _("tactical")
    SYSTEM = "SYSTEM", _("system")
    STOCHASTIC = "STOCHASTIC", _("stochastic")


class Persistence(models.TextChoices):
    HIGH = "HIGH", _("high")
    MEDIUM = "MEDIUM", _("medium")
    LOW = "LOW", _("low")
    VARIABLE = "VARIABLE", _("variable")


class TemporalScope(models.TextChoices):
    PERMANENT = "PERMANENT", _("permanent")
    PROJECT = "PROJECT", _("project")
    PHASE = "PHASE", _("phase")
    SESSION = "SESSION", _("session")
    TASK = "TASK", _("task")


class Verification(models.TextChoices):
    MANDATORY = "MANDATORY", _("mandatory")
    REQUIRED = "REQUIRED", _("required")
    OPTIONAL = "OPTIONAL", _("optional")
    NONE = "NONE", _("none")


MIRRORED = (
    "quadrant",
    "persistence",
    "temporal_scope",
    "verification_required",
    "environment",
    "expires_at",
    "period",
)
"""What an instruction repeats of its current revision, so that a list can be filtered. A guard compares them."""


class Classified(models.Model):
    """The classification (core concepts, section 1), and where and how long it holds."""

    quadrant = models.CharField(max_length=12, choices=Quadrant)
    persistence = models.CharField(max_length=10, choices=Persistence)
    temporal_scope = models.CharField(max_length=10, choices=TemporalScope)
    verification_required = models.CharField(max_length=10, choices=Verification)
    environment = models.CharField(max_length=60, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        abstract = True


class Instruction(Owned, Classified):
    """One thing a human told the AI. What it says stands in its revisions; its id, `key`, stays through all of them.

    Without a project it is universal: every project of the organisation is under it. `source` is who it came from:
    `user`, `framework`, `deliberation`, or what an imported history says. `given` is the form of an imported row: its
    keys in their order, and the values that we would write otherwise; `extra` holds, as JSON, the keys that are not
    ours. So it can be exported as it came.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACTIVE = "active", _("in force")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        SUPERSEDED = "superseded", _("superseded")
        RETIRED = "retired", _("retired")
        EXPIRED = "expired", _("expired")

    MOVES = {
        State.PROPOSED: (State.ACTIVE, State.REJECTED, State.WITHDRAWN),
        State.ACTIVE: (State.SUPERSEDED, State.RETIRED, State.EXPIRED),
        State.SUPERSEDED: (State.ACTIVE,),
        State.RETIRED: (State.ACTIVE,),
        State.EXPIRED: (State.ACTIVE,),
    }
    """Every move there is; the last three are reinstating, which is a new revision."""

    project = project(optional=True)
    key = models.CharField(max_length=LONGEST_KEY, db_index=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.PROPOSED)
    state_since = models.DateTimeField()
    current = models.ForeignKey("instructions.Revision", on_delete=models.PROTECT, related_name="+", null=True)
    source = models.CharField(max_length=50, default="user")
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, related_name="superseded_by", null=True)
    brought_by = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="instructions", null=True)
    place = models.CharField(max_length=300, blank=True, default="")
    given = models.JSONField(null=True, blank=True)
    extra = words(optional=True)
    published_by = person()
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "key"], condition=Q(project__isnull=False), name="instruction_key_once_a_project"
            ),
            models.UniqueConstraint(
                fields=["organisation", "key"],
                condition=Q(project__isnull=True),
                name="instruction_key_once_an_organisation",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["proposed", "active", "rejected", "withdrawn", "superseded", "retired", "expired"]
                ),
                name="instruction_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "rejected", "withdrawn"])
                | Q(published_by__isnull=False, published_at__isnull=False),
                name="instruction_in_force_by_a_human",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="instruction_newest"),
            models.Index(fields=["organisation", "state", "-id"], name="instruction_by_state"),
            models.Index(fields=["organisation", "environment", "-id"], name="instruction_by_environment"),
            models.Index(fields=["project", "state", "-id"], name="instruction_by_project"),
            models.Index(fields=["state", "expires_at"], name="instruction_due"),
            models.Index(fields=["organisation", "quadrant", "-id"], name="instruction_by_quadrant"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_universal(self) -> bool:
        return self.project_id is None

    @property
    def is_in_force(self) -> bool:
        return self.state == self.State.ACTIVE


class Revision(Owned, Classified):
    """What an instruction said from one moment on. Never changed, never removed.

    `proposed` is what the library made of the text, by field; where `overrules` names a field, a human decided
    otherwise. `explicitness` is a share, 0 to 1. `parameters` are the values the text fixes, by name.
    """

    class Kind(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        REVISED = "revised", _("revised")
        REINSTATED = "reinstated", _("reinstated")

    instruction = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    text = words()
    explicitness = models.FloatField()
    parameters = models.JSONField(default=dict)
    proposed = models.JSONField(null=True, blank=True)
    why = words(optional=True)
    made_by = person()
    made_by_key = models.ForeignKey("accounts.APIKey", on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["instruction", "number"], name="one_revision_a_number"),
            models.CheckConstraint(
                condition=Q(explicitness__gte=0, explicitness__lte=1), name="explicitness_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["proposed", "revised", "reinstated"]), name="revision_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(quadrant__in=["STRATEGIC", "OPERATIONAL", "TACTICAL", "SYSTEM", "STOCHASTIC"])
                & Q(persistence__in=["HIGH", "MEDIUM", "LOW", "VARIABLE"])
                & Q(temporal_scope__in=["PERMANENT", "PROJECT", "PHASE", "SESSION", "TASK"])
                & Q(verification_required__in=["MANDATORY", "REQUIRED", "OPTIONAL", "NONE"]),
                name="revision_classified",
            ),
        ]

    @property
    def fixes(self) -> dict[str, Any]:
        """Its parameters, as long as its words are there: whoever erases a text erases what was read in it."""
        return {} if self.text.erased_at is not None else self.parameters


class Overrule(Owned):
    """That a human decided one field of the classification otherwise than the library, and why. Both are kept."""

    class Field(models.TextChoices):
        QUADRANT = "quadrant", _("quadrant")
        PERSISTENCE = "persistence", _("persistence")
        TEMPORAL_SCOPE = "temporal_scope", _("temporal scope")
        VERIFICATION = "verification_required", _("verification")

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="overrules")
    field = models.CharField(max_length=24, choices=Field)
    proposed = models.CharField(max_length=12)
    chosen = models.CharField(max_length=12)
    why = words()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["revision", "field"], name="one_overrule_a_field"),
            models.CheckConstraint(
                condition=Q(field__in=["quadrant", "persistence", "temporal_scope", "verification_required"]),
                name="overruled_field_known",
            ),
        ]


class Change(Owned):
    """That an instruction came to another state: who, when, why, and the instruction that took its place, if one did.

    The software makes no reason up: what ends at its date or with its phase has none but that.
    """

    instruction = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="changes")
    state = models.CharField(max_length=12, choices=Instruction.State)
    changed_by = person()
    changed_at = models.DateTimeField()
    why = words(optional=True)
    because_of = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="+", null=True)
    entry_id = models.UUIDField()

    class Meta(Owned.Meta):
        ordering = ["changed_at", "id"]
