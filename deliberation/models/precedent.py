"""A precedent informs and never binds. No field here could make it bind."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliberation.models.outcome import Outcome
from deliberation.models.tenancy import OfDeliberation, one_of, person, words


class Precedent(OfDeliberation):
    """A signed outcome, kept where later questions can find it."""

    class State(models.TextChoices):
        IN_FORCE = "in_force", _("In force")
        UNDER_REVIEW = "under_review", _("Under review")
        SUPERSEDED = "superseded", _("Superseded")
        RETIRED = "retired", _("Retired")

    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="precedent")
    state = models.CharField(max_length=12, choices=State, default=State.IN_FORCE)
    state_since = models.DateTimeField()
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        ordering = ["-id"]
        constraints = [
            one_of("state", "in_force under_review superseded retired", "precedent_state_known"),
            models.UniqueConstraint(fields=["organisation", "id"], name="precedent_of_organisation"),
            models.CheckConstraint(
                condition=models.Q(state="superseded", superseded_by__isnull=False)
                | (~models.Q(state="superseded") & models.Q(superseded_by__isnull=True)),
                name="precedent_superseded_by_one",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "-id"], name="precedent_list")]


class PrecedentTerm(OfDeliberation):
    """Something by which a precedent that stands is found by questions like it: a title, a value, or a word.

    It is derived: written once when the precedent is made, and gone when it no longer stands. What comes from
    somebody's words names their text; the database removes it when that text is erased.
    """

    class Kind(models.TextChoices):
        FRAMEWORK = "framework", _("a framework in tension")
        GROUP = "group", _("a group that bears it")
        VALUE = "value", _("a value traded off or weighed")
        WORD = "word", _("a word of the question or the decision")

    precedent = models.ForeignKey(Precedent, on_delete=models.CASCADE, related_name="terms", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind)
    term = models.CharField(max_length=300)
    text = models.ForeignKey("audit.Text", on_delete=models.CASCADE, related_name="+", null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        constraints = [
            one_of("kind", "framework group value word", "precedent_term_kind_known"),
            models.UniqueConstraint(fields=["precedent", "kind", "term"], name="precedent_term_once"),
        ]
        indexes = [models.Index(fields=["organisation", "kind", "term", "precedent"], name="precedent_term_find")]

    def __str__(self) -> str:
        return self.term


class Citation(OfDeliberation):
    """A precedent cited in a deliberation: whoever cites it says what is alike and what differs."""

    class Purpose(models.TextChoices):
        INFORMS = "informs", _("Informs")
        SETTLES = "settles", _("Settles a routine question")

    precedent = models.ForeignKey(Precedent, on_delete=models.PROTECT, related_name="citations")
    purpose = models.CharField(max_length=7, choices=Purpose, default=Purpose.INFORMS)
    alike = words()
    differs = words()
    by_user = person(null=False)
    at = models.DateTimeField()
    was_overdue = models.BooleanField(default=False, help_text=_("its review was overdue when it was cited"))
    was_under_review = models.BooleanField(default=False)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
