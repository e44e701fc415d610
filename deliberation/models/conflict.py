"""The conflict: the question, its terms, what is known, the options with their harms, and what is in tension."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliberation.models.tenancy import OfDeliberation, Owned, Suggestible, one_of, person, words


class State(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    DRAFT = "draft", _("Draft")
    DISMISSED = "dismissed", _("Dismissed")
    STAKEHOLDERS = "stakeholders", _("Stakeholders, for approval")
    INVITING = "inviting", _("Inviting")
    ROUND_1 = "round_1", _("Round 1: positions")
    ROUND_2 = "round_2", _("Round 2: accommodations")
    ROUND_3 = "round_3", _("Round 3: agreement and difference")
    ROUND_4 = "round_4", _("Round 4: outcome")
    SIGNING = "signing", _("Signing")
    DECIDED = "decided", _("Decided")
    SETTLED = "settled", _("Settled by precedent")
    WITHDRAWN = "withdrawn", _("Withdrawn")


ENDED = (State.DISMISSED, State.DECIDED, State.SETTLED, State.WITHDRAWN)
"""The states in which nothing goes on any more."""

TO_GO_ON = (State.DRAFT, State.INVITING, State.ROUND_4)
"""The states in which the next step may be the facilitator's."""
TO_DECIDE = (State.STAKEHOLDERS, State.SIGNING)
"""The states in which it may be that of the decision holder or an approver."""


class Urgency(models.TextChoices):
    """The four tiers of core concepts, section 6."""

    CRITICAL = "CRITICAL", _("Critical")
    URGENT = "URGENT", _("Urgent")
    IMPORTANT = "IMPORTANT", _("Important")
    ROUTINE = "ROUTINE", _("Routine")

    @classmethod
    def tier(cls, field: str) -> models.Case:
        """The place of what that field says among the four, the most urgent first, to order by."""
        said = [models.When(**{field: urgency, "then": n}) for n, urgency in enumerate(cls.values)]
        return models.Case(*said, default=len(said))


class Deliberation(Owned):
    """One question put to people who hold different moral frameworks."""

    class Origin(models.TextChoices):
        PERSON = "person", _("a person")
        KEY = "key", _("a system, through the API")
        REVIEW = "review", _("a review of an earlier outcome")
        AGENT = "agent", _("an act that an agent asked about")

    project = models.ForeignKey("accounts.Project", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    state_since = models.DateTimeField()
    urgency = models.CharField(max_length=9, choices=Urgency, default=Urgency.IMPORTANT)
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.PERSON)
    created_at = models.DateTimeField()
    created_by = person()
    proposed_by_key = models.ForeignKey(
        "accounts.APIKey", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    question = words()
    decision_asked = words(optional=True, help_text=_("the act or decision in question, in a few sentences"))
    proposed_context = models.JSONField(default=dict, blank=True, help_text=_("what a system sent along, as sent"))
    language = models.CharField(max_length=12, default="en")
    succeeds = models.ForeignKey(
        "deliberation.Precedent", on_delete=models.PROTECT, related_name="successors", null=True, blank=True
    )
    draw = models.CharField(max_length=16, help_text=_("drawn once; orders frameworks in print and export"))
    ended_reason = words(optional=True, help_text=_("why it was dismissed, settled or withdrawn"))
    ended_meanwhile = words(optional=True, help_text=_("what now happens to the question"))

    class Meta(Owned.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="deliberation_number_once"),
            models.UniqueConstraint(fields=["organisation", "id"], name="deliberation_of_organisation"),
            one_of(
                "state",
                "proposed draft dismissed stakeholders inviting round_1 round_2 round_3 round_4 signing decided "
                "settled withdrawn",
                "deliberation_state_known",
            ),
            one_of("urgency", "CRITICAL URGENT IMPORTANT ROUTINE", "deliberation_urgency_known"),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "-number"], name="deliberation_board"),
            models.Index(fields=["organisation", "project", "-id"], name="deliberation_of_project"),
            # What may wait for somebody, in the order in which it is asked.
            models.Index(
                "organisation",
                Urgency.tier("urgency"),
                "number",
                "id",
                condition=models.Q(state__in=TO_GO_ON),
                name="deliberation_to_go_on",
            ),
            models.Index(
                "organisation",
                "state",
                Urgency.tier("urgency"),
                "number",
                "id",
                condition=models.Q(state__in=TO_DECIDE),
                name="deliberation_to_decide",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The reference people use, such as `DEMO 2027/14`."""
        return f"{self.organisation.slug.upper()} {self.created_at.year}/{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def round_number(self) -> int | None:
        """1 to 4 while a round's state stands, else None."""
        return int(self.state[-1]) if self.state.startswith("round_") else None


class Terms(OfDeliberation):
    """What is promised before anyone is invited. Each change is a new version; all invited are told."""

    class Reach(models.TextChoices):
        DECIDES = "decides", _("The decision holder decides")
        ADVISES = "advises", _("It advises somebody else, who answers")

    version = models.PositiveSmallIntegerField()
    question = words(help_text=_("put neutrally"))
    can_change = words()
    off_table = words()
    reach = models.CharField(max_length=8, choices=Reach, default=Reach.DECIDES)
    decided_by = words(help_text=_("who decides, or whom it advises"))
    answer_by = models.DateField()
    meanwhile = words(help_text=_("what happens to the act until then"))
    after_disagreement = words(help_text=_("what holds after legitimate disagreement"))
    asked_by = words()
    paid_by = words()
    compensation = words(help_text=_("what participants get for their time; nothing is printed too"))
    drafted_by = person(null=False)
    drafted_at = models.DateTimeField()
    accepted_by = person()
    accepted_name = models.CharField(max_length=200, blank=True, default="")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["deliberation", "version"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "version"], name="terms_version_once"),
            models.CheckConstraint(
                condition=models.Q(accepted_by__isnull=True, accepted_at__isnull=True)
                | (models.Q(accepted_by__isnull=False, accepted_at__isnull=False) & ~models.Q(accepted_name="")),
                name="terms_accepted_by_name",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "deliberation"],
                condition=models.Q(accepted_at__isnull=True),
                name="terms_to_accept",
            )
        ]


class Finding(OfDeliberation):
    """Something known, disputed or unknown, with its source. Open to additions from everyone who takes part."""

    class Kind(models.TextChoices):
        KNOWN = "known", _("Known")
        DISPUTED = "disputed", _("Disputed")
        UNKNOWN = "unknown", _("Unknown")

    kind = models.CharField(max_length=8, choices=Kind)
    text = words()
    source = words(optional=True)
    by_user = person()
    by_seat = models.ForeignKey("deliberation.Seat", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]


class Option(OfDeliberation):
    """A way to answer the question. One of them is *do not*. A proposal of round 2 is an option too."""

    class Kind(models.TextChoices):
        DO_NOT = "do_not", _("Do not")
        OPTION = "option", _("Option")
        PROPOSAL = "proposal", _("Proposal")

    kind = models.CharField(max_length=8, choices=Kind)
    number = models.PositiveSmallIntegerField()
    text = words()
    detail = words(optional=True)
    by_user = person()
    by_seat = models.ForeignKey("deliberation.Seat", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "number"], name="option_number_once"),
            models.UniqueConstraint(
                fields=["deliberation"],
                condition=models.Q(kind="do_not", struck_at__isnull=True),
                name="option_one_do_not",
            ),
        ]


class Harm(OfDeliberation):
    """Who would bear what if an option were taken."""

    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="harms")
    bearer = words()
    harm = words()
    by_user = person()
    by_seat = models.ForeignKey("deliberation.Seat", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]


class Framework(Suggestible):
    """A moral framework in tension here. Frameworks have no rank; the order on screen is drawn per viewer."""

    catalogue_key = models.CharField(max_length=60, blank=True, default="")
    suggested_position = models.TextField(
        blank=True,
        default="",
        help_text=_("the software's sketch of its position; empty for a people's own ethics"),
    )
    of_a_people = models.BooleanField(default=False, help_text=_("its position is stated by its own people alone"))
    concern = words(optional=True, help_text=_("what is at stake for it here, as the facilitator puts it"))


class TradeOff(Suggestible):
    """Two values that pull apart here, such as "privacy and safety"."""


class Group(Suggestible):
    """People who bear the decision."""
