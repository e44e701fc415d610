"""The outcome: its versions, its dissents with their answers, what it costs whom, and what is promised for that."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliberation.models.conflict import Framework, Option
from deliberation.models.rounds import Spoken
from deliberation.models.seats import Seat
from deliberation.models.tenancy import OfDeliberation, one_of, person, words


class Outcome(OfDeliberation):
    """One a deliberation. Signed is final: a change makes a successor."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CIRCULATED = "circulated", _("Circulated")
        SIGNED = "signed", _("Signed")
        SUPERSEDED = "superseded", _("Superseded")

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField()
    signed_version = models.OneToOneField(
        "deliberation.OutcomeVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signed_outcome",
    )
    signed_by = person()
    signed_name = models.CharField(max_length=200, blank=True, default="")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_entry_id = models.UUIDField(null=True, blank=True)
    signed_reason = words(optional=True, help_text=_("what the decision holder said when signing, if anything"))

    class Meta(OfDeliberation.Meta):
        constraints = [
            models.UniqueConstraint(fields=["deliberation"], name="outcome_one_a_deliberation"),
            one_of("state", "draft circulated signed superseded", "outcome_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "circulated"], signed_at__isnull=True, signed_by__isnull=True)
                | (
                    models.Q(
                        state__in=["signed", "superseded"],
                        signed_at__isnull=False,
                        signed_by__isnull=False,
                        signed_version__isnull=False,
                    )
                    & ~models.Q(signed_name="")
                ),
                name="outcome_signed_by_a_person",
            ),
        ]


class OutcomeVersion(OfDeliberation):
    """One version of the draft. Once circulated it never changes; the next change is the next version."""

    class Kind(models.TextChoices):
        DECISION = "decision", _("A decision")
        DISAGREEMENT = "legitimate_disagreement", _("Legitimate disagreement")

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=23, choices=Kind, default=Kind.DECISION)
    option = models.ForeignKey(Option, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision = words(optional=True, help_text=_("the decision in one sentence, or what is agreed to disagree on"))
    meanwhile = words(optional=True, help_text=_("what stands meanwhile, after legitimate disagreement"))
    justification = words(optional=True)
    assumptions = words(optional=True, help_text=_("what it relies on"))
    expects = words(optional=True, help_text=_("what it expects to happen"))
    applies_to = words(optional=True)
    does_not_apply_to = words(optional=True)
    review_date = models.DateField(null=True, blank=True)
    nothing_to_do = words(optional=True, help_text=_("the words that nothing is to be done, and why"))
    drafted_by = person(null=False)
    drafted_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    change_note = words(optional=True, help_text=_("what changed against the version before"))
    circulated_at = models.DateTimeField(null=True, blank=True)
    dissent_closes_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(null=True, blank=True, help_text=_("given up before anybody saw it"))
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = person()
    returned_reason = words(optional=True, help_text=_("why the decision holder gave it back"))

    class Meta(OfDeliberation.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["outcome", "number"], name="outcome_version_once"),
            models.UniqueConstraint(
                fields=["outcome"],
                condition=models.Q(circulated_at__isnull=True, set_aside_at__isnull=True),
                name="outcome_one_open_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(circulated_at__isnull=True) | models.Q(set_aside_at__isnull=True),
                name="outcome_circulated_is_not_set_aside",
            ),
            models.CheckConstraint(
                condition=models.Q(returned_at__isnull=True)
                | models.Q(circulated_at__isnull=False, returned_by__isnull=False, returned_reason__isnull=False),
                name="outcome_returned_with_reason",
            ),
            one_of("kind", "decision legitimate_disagreement", "outcome_kind_known"),
            models.CheckConstraint(
                condition=models.Q(circulated_at__isnull=True, dissent_closes_at__isnull=True)
                | models.Q(
                    circulated_at__isnull=False,
                    dissent_closes_at__isnull=False,  # a comparison with nothing would let it pass
                    dissent_closes_at__gt=models.F("circulated_at"),
                ),
                name="outcome_window_after_circulation",
            ),
        ]


class OfVersion(OfDeliberation):
    """A row of one version of the draft."""

    number = models.PositiveSmallIntegerField(default=0)

    class Meta(OfDeliberation.Meta):
        abstract = True
        ordering = ["number", "id"]


class WeighedValue(OfVersion):
    """A value given weight here, or given less."""

    class Side(models.TextChoices):
        PRIORITIZED = "prioritized", _("Given weight here")
        DEPRIORITIZED = "deprioritized", _("Given less weight here")

    version = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="values")
    side = models.CharField(max_length=13, choices=Side)
    text = words()

    class Meta(OfVersion.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(side__in=["prioritized", "deprioritized"]), name="value_side_known"
            )
        ]


class Remainder(OfVersion):
    """A loss: what, who bears it, and what is owed for it."""

    class Owed(models.TextChoices):
        ACKNOWLEDGE = "acknowledge", _("Acknowledge")
        MITIGATE = "mitigate", _("Mitigate")
        REPAIR = "repair", _("Repair")

    version = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="remainders")
    loss = words()
    bearer = words()
    owed = models.CharField(max_length=11, choices=Owed)
    debt = words(help_text=_("what exactly is owed"))


class ReviewTrigger(OfVersion):
    """A change that brings the outcome back before its date."""

    version = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="triggers")
    text = words()


class Hearing(OfVersion):
    """Whether a framework in tension was heard, and if not, why not."""

    version = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="hearings")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="+")
    heard = models.BooleanField()
    not_heard_because = words(optional=True)

    class Meta(OfVersion.Meta):
        constraints = [
            models.UniqueConstraint(fields=["version", "framework"], name="hearing_once"),
            models.CheckConstraint(
                condition=models.Q(heard=True) | models.Q(not_heard_because__isnull=False),
                name="hearing_not_heard_says_why",
            ),
        ]


class Commitment(OfVersion):
    """What is promised: to carry the decision out, or something owed for a loss."""

    class Kind(models.TextChoices):
        CARRY_OUT = "carry_out", _("Carries the decision out")
        OWED = "owed", _("Owed for a loss")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        NOT_DONE = "not_done", _("Not done")
        HANDED_ON = "handed_on", _("Handed on")

    version = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="commitments")
    kind = models.CharField(max_length=9, choices=Kind)
    remainder = models.ForeignKey(
        Remainder, on_delete=models.PROTECT, null=True, blank=True, related_name="commitments"
    )
    what = words()
    to_whom = words()
    owner = words(help_text=_("a role that somebody holds today"))
    due = models.DateField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)

    class Meta(OfVersion.Meta):
        constraints = [
            one_of("state", "open done not_done handed_on", "commitment_state_known"),
            models.CheckConstraint(
                condition=models.Q(kind="carry_out", remainder__isnull=True)
                | models.Q(kind="owed", remainder__isnull=False),
                name="commitment_owed_for_a_loss",
            ),
        ]


class CommitmentReport(OfDeliberation):
    """What became of a commitment, each change a row."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField(max_length=9, choices=Commitment.State)
    account = words()
    new_owner = words(optional=True)
    by_user = person(null=False)
    at = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]


class Dissent(Spoken):
    """Written by a person against a circulated version: against the decision, or against how it was made."""

    class Against(models.TextChoices):
        DECISION = "decision", _("the decision")
        PROCESS = "process", _("how it was made")

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="dissents")
    written_against = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="dissents")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    against = models.CharField(max_length=8, choices=Against, default=Against.DECISION)
    lead = words(help_text=_("what they would have decided, in one sentence"))
    objection = words()
    removed_by = words(optional=True, help_text=_("what would have removed it"))
    predicts = words(optional=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    @property
    def stands(self) -> bool:
        """Neither taken back nor replaced by a changed one."""
        return self.withdrawn_at is None and self.replaced_by_id is None


class DissentJoin(OfDeliberation):
    """Somebody else who joins a dissent."""

    dissent = models.ForeignKey(Dissent, on_delete=models.PROTECT, related_name="joins")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        constraints = [models.UniqueConstraint(fields=["dissent", "seat"], name="dissent_joined_once")]


class DissentAnswer(OfDeliberation):
    """The decision holder's answer to a dissent, printed with it at the same size. The last one stands."""

    dissent = models.ForeignKey(Dissent, on_delete=models.PROTECT, related_name="answers")
    text = words()
    by_user = person(null=False)
    at = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]


class Publication(OfDeliberation):
    """A signed outcome made public: proposed, shown to everybody quoted, then published with a reason, or undone."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Those quoted are asked")
        PUBLISHED = "published", _("Published")
        UNPUBLISHED = "unpublished", _("No longer public")
        DROPPED = "dropped", _("Not published")

    # The rows that `accounts.scope.public_rows` gives to anybody.
    PUBLIC = models.Q(state=State.PUBLISHED)

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="publications")
    state = models.CharField(max_length=11, choices=State, default=State.PROPOSED)
    page_digest = models.CharField(max_length=64, help_text=_("SHA-256 of the exact page everybody quoted saw"))
    slug = models.CharField(max_length=40, unique=True)
    proposed_by = person(null=False)
    proposed_at = models.DateTimeField()
    reason = words(optional=True)
    published_by = person()
    published_at = models.DateTimeField(null=True, blank=True)
    ended_by = person()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = words(optional=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            one_of("state", "proposed published unpublished dropped", "publication_state_known"),
            models.UniqueConstraint(
                fields=["outcome"],
                condition=models.Q(state__in=["proposed", "published"]),
                name="publication_one_current",
            ),
        ]


class QuoteChoice(OfDeliberation):
    """How a person quoted wishes to appear, chosen on the exact page."""

    class Choice(models.TextChoices):
        NAME = "name", _("Under my name")
        PSEUDONYM = "pseudonym", _("Under another name")
        LEAVE_OUT = "leave_out", _("Leave me out")

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="choices")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=9, choices=Choice, blank=True, default="", help_text=_("empty: not yet"))
    pseudonym = models.CharField(max_length=100, blank=True, default="")
    seen_digest = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        constraints = [models.UniqueConstraint(fields=["publication", "seat"], name="quote_choice_once")]
