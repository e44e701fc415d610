"""The four rounds: who is asked what until when, and what they said. Every version of every answer is kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliberation.models.conflict import Framework, Option
from deliberation.models.seats import Seat
from deliberation.models.tenancy import OfDeliberation, one_of, person, words


class Round(OfDeliberation):
    """One of the four rounds: positions, accommodations, agreement and difference, outcome."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Not yet open")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.SCHEDULED)
    opens_at = models.DateTimeField(null=True, blank=True, help_text=_("when the tick opens it"))
    closes_at = models.DateTimeField(null=True, blank=True, help_text=_("the latest due date of its asks"))
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    opened_by = person()
    closed_by = person()

    class Meta(OfDeliberation.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "number"], name="round_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1, number__lte=4), name="round_one_to_four"),
            one_of("state", "scheduled open closed", "round_state_known"),
        ]
        indexes = [models.Index(fields=["organisation", "state", "closes_at"], name="round_due")]


class Ask(OfDeliberation):
    """What one seat is asked in one round. The due date belongs to the ask, not to the round."""

    class State(models.TextChoices):
        OPEN = "open", _("Asked")
        ANSWERED = "answered", _("Answered")
        PASSED = "passed", _("Nothing to add")
        LAPSED = "lapsed", _("No answer in time")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="asks")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="asks")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    passed_words = words(optional=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "seat"], name="ask_once_a_seat"),
            one_of("state", "open answered passed lapsed", "ask_state_known"),
        ]
        indexes = [models.Index(fields=["organisation", "state", "due_at"], name="ask_due")]


class MoreTime(OfDeliberation):
    """A wish for more time, an answer as good as any. It is answered within two working days."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="more_time")
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    until = models.DateTimeField()
    why = words(optional=True)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_by = person()
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = words(optional=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ask"], condition=models.Q(state="asked"), name="more_time_one_open"),
        ]


class Voice(OfDeliberation):
    """A framework a participant chose to speak in. Chosen by them, never assigned."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="voices")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="voices")
    chosen_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "framework"], condition=models.Q(dropped_at__isnull=True), name="voice_once"
            ),
        ]


class Spoken(OfDeliberation):
    """What a seat said, and how it was given. Rows are never rewritten: a change is the next version."""

    class Given(models.TextChoices):
        TYPED = "typed", _("typed by the speaker")
        SPOKEN = "spoken", _("spoken, written down")
        PAPER = "paper", _("on paper")
        TRANSLATED = "translated", _("translated")

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="%(class)ss")
    version = models.PositiveSmallIntegerField(default=1)
    given = models.CharField(max_length=10, choices=Given, default=Given.TYPED)
    entered_by = person()
    language = models.CharField(max_length=12, blank=True, default="")
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text=_("when its speaker confirmed it"))
    entry_id = models.UUIDField(help_text=_("the audit entry that records it; its leaf hash is on the receipt"))

    class Meta(OfDeliberation.Meta):
        abstract = True
        ordering = ["id"]


class Position(Spoken):
    """Round 1: what they think is right here and why, what would be lost by it and for whom, what they would need."""

    right = words()
    why = words(optional=True)
    lost = words(optional=True)
    need = words(optional=True)

    class Meta(Spoken.Meta):
        constraints = [models.UniqueConstraint(fields=["seat", "version"], name="position_version_once")]


class SharedValue(Spoken):
    """Round 2: something this voice believes all could share."""

    text = words()


class ProposalCost(OfDeliberation):
    """Round 2: what a proposal would cost one framework, as the facilitator sums it up; the last one stands."""

    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="costs")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="+")
    cost = words()
    by_user = person()
    by_seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]


class Stance(Spoken):
    """Round 2: one voice's answer to one proposal. A named value, never a number, and never added up."""

    class Answer(models.TextChoices):
        ACCEPT = "can_accept", _("Can accept")
        ACCEPT_IF = "can_accept_if", _("Can accept if…")
        CANNOT = "cannot_accept", _("Cannot accept because…")

    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="stances")
    answer = models.CharField(max_length=13, choices=Answer)
    reason = words(optional=True)

    class Meta(Spoken.Meta):
        constraints = [
            models.UniqueConstraint(fields=["option", "seat", "version"], name="stance_version_once"),
            models.CheckConstraint(
                condition=models.Q(answer="can_accept")
                | models.Q(answer__in=["can_accept_if", "cannot_accept"], reason__isnull=False),
                name="stance_with_reason",
            ),
        ]


class Question(OfDeliberation):
    """A question anyone may put. One that nobody answered is printed as unanswered."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="questions")
    option = models.ForeignKey(Option, on_delete=models.PROTECT, null=True, blank=True, related_name="questions")
    by_seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    to_seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="questions_put")
    text = words()
    at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]


class Reply(OfDeliberation):
    """An answer to a question."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="replies")
    by_seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    text = words()
    at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]


class Agreement(OfDeliberation):
    """Round 3: a sentence that seems agreed, put by the facilitator for voices of every framework to confirm.

    To reword it is to strike it and to put another that `replaces` it; what was answered stays with what it answered.
    """

    number = models.PositiveSmallIntegerField()
    text = words()
    by_user = person()
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta(OfDeliberation.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "number"], name="agreement_number_once"),
            models.UniqueConstraint(
                fields=["replaces"], condition=models.Q(replaces__isnull=False), name="agreement_reworded_once"
            ),
        ]


class AgreementAnswer(Spoken):
    """Whether a voice confirms an agreement. Only a confirmation by voices of every framework makes it one."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="answers")
    confirms = models.BooleanField()
    comment = words(optional=True)

    class Meta(Spoken.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agreement", "seat", "version"], name="agreement_answer_version_once")
        ]


class Difference(OfDeliberation):
    """Round 3: what cannot be resolved, with its sides. It is reworded as a sentence that seems agreed is."""

    number = models.PositiveSmallIntegerField()
    text = words()
    by_user = person()
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta(OfDeliberation.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "number"], name="difference_number_once"),
            models.UniqueConstraint(
                fields=["replaces"], condition=models.Q(replaces__isnull=False), name="difference_reworded_once"
            ),
        ]


class Side(OfDeliberation):
    """One side of a difference, stated so that its holders can confirm it."""

    difference = models.ForeignKey(Difference, on_delete=models.PROTECT, related_name="sides")
    text = words()
    by_user = person()
    at = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]


class SideAnswer(Spoken):
    """Whether a voice holds a side as it is stated, or how it should be stated instead."""

    side = models.ForeignKey(Side, on_delete=models.PROTECT, related_name="answers")
    holds = models.BooleanField()
    comment = words(optional=True)

    class Meta(Spoken.Meta):
        constraints = [models.UniqueConstraint(fields=["side", "seat", "version"], name="side_answer_version_once")]


class Shift(Spoken):
    """Round 3: whether something changed in how a voice sees it, and what changed it."""

    changed = models.BooleanField()
    text = words(optional=True)

    class Meta(Spoken.Meta):
        constraints = [models.UniqueConstraint(fields=["seat", "version"], name="shift_version_once")]
