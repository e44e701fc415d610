"""Who must be heard: the list, its approval by a second person, its gaps, amendments and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliberation.models.conflict import Framework, Group
from deliberation.models.seats import Seat
from deliberation.models.tenancy import OfDeliberation, Suggestible, one_of, person, words


class Stakeholder(Suggestible):
    """A person or body to hear. `title` is their name or role; a suggestion is inert until the list is approved."""

    class Dropped(models.TextChoices):
        COVERED = "covered_by", _("Covered by somebody else on the list")
        NOT_AFFECTED = "not_affected", _("Not affected")
        OTHER = "other", _("Another reason, in words")

    relation = models.CharField(max_length=16, choices=Seat.Relation, default=Seat.Relation.AFFECTED)
    suggested_why = models.TextField(blank=True, default="")
    why = words(optional=True, help_text=_("why they are asked, as they will read it"))
    groups = models.ManyToManyField(Group, through="deliberation.CoversGroup", blank=True, related_name="stakeholders")
    frameworks = models.ManyToManyField(
        Framework,
        through="deliberation.MaySpeakFrom",
        blank=True,
        related_name="stakeholders",
        help_text=_("may speak from; they choose for themselves"),
    )
    email = models.EmailField(blank=True, default="")
    address = models.TextField(blank=True, default="", help_text=_("postal address for a letter"))
    language = models.CharField(max_length=12, blank=True, default="")
    drop_kind = models.CharField(max_length=12, choices=Dropped, blank=True, default="")
    covered_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    covers: Sequence[Any]
    """What `groups` and `frameworks` name, where many rows are read: see `queries.stakeholders.fetch_places`."""
    speaks_from: Sequence[Any]

    class Meta(Suggestible.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="dropped")
                | models.Q(drop_kind="covered_by", covered_by__isnull=False)
                | models.Q(drop_kind="not_affected")
                | models.Q(drop_kind="other", dropped_reason__isnull=False),
                name="stakeholder_dropped_with_reason",
            ),
        ]


class CoversGroup(OfDeliberation):
    """A stakeholder belongs to an affected group, or speaks for it."""

    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")

    class Meta(OfDeliberation.Meta):
        constraints = [models.UniqueConstraint(fields=["stakeholder", "group"], name="covers_group_once")]


class MaySpeakFrom(OfDeliberation):
    """A framework a stakeholder is expected to speak from. They choose for themselves; this is why they are asked."""

    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="+")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="+")

    class Meta(OfDeliberation.Meta):
        constraints = [models.UniqueConstraint(fields=["stakeholder", "framework"], name="may_speak_from_once")]


class StakeholderList(OfDeliberation):
    """One version of the list. Approval is of the exact list: `digest` is the SHA-256 of its canonical JSON."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")
        VOIDED = "voided", _("Voided by a later change")

    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    digest = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    submitted_by = person()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = person()
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = words(optional=True, help_text=_("why it was approved or returned"))

    class Meta(OfDeliberation.Meta):
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "version"], name="list_version_once"),
            models.UniqueConstraint(
                fields=["deliberation"], condition=models.Q(state="approved"), name="list_one_approved"
            ),
            one_of("state", "draft submitted approved returned voided", "list_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | (
                    models.Q(decided_by__isnull=False, decided_at__isnull=False, reason__isnull=False)
                    & ~models.Q(digest="")
                ),
                name="list_approved_by_a_person_with_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | ~models.Q(decided_by=models.F("submitted_by")),
                name="list_approver_is_not_submitter",
            ),
        ]


class ListAuthor(OfDeliberation):
    """Everybody who ever put a hand to a version of the list. None of them may approve it."""

    list = models.ForeignKey(StakeholderList, on_delete=models.PROTECT, related_name="authors")
    user = person(null=False)
    since = models.DateTimeField()

    class Meta(OfDeliberation.Meta):
        constraints = [models.UniqueConstraint(fields=["list", "user"], name="list_author_once")]


class ListEntry(OfDeliberation):
    """Who stands on a submitted version."""

    list = models.ForeignKey(StakeholderList, on_delete=models.PROTECT, related_name="entries")
    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.PROTECT, related_name="+")

    class Meta(OfDeliberation.Meta):
        constraints = [models.UniqueConstraint(fields=["list", "stakeholder"], name="list_entry_once")]


class Gap(OfDeliberation):
    """A framework without a voice or a group nobody covers, explained in words that are printed in the outcome."""

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, null=True, blank=True, related_name="gaps")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="gaps")
    explanation = words()
    by_user = person(null=False)
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(framework__isnull=False, group__isnull=True)
                | models.Q(framework__isnull=True, group__isnull=False),
                name="gap_of_one_thing",
            ),
        ]


class Amendment(OfDeliberation):
    """A change of the list after invitations: add a voice, or replace one that declined or was not reached."""

    class Kind(models.TextChoices):
        ADD = "add", _("Add a voice")
        REPLACE = "replace", _("Replace a voice that declined or was not reached")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    kind = models.CharField(max_length=7, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    stakeholder = models.OneToOneField(Stakeholder, on_delete=models.PROTECT, related_name="amendment")
    replaces = models.ForeignKey(Stakeholder, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    why = words()
    drafted_by = person(null=False)
    drafted_at = models.DateTimeField()
    decided_by = person()
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = words(optional=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="add", replaces__isnull=True)
                | models.Q(kind="replace", replaces__isnull=False),
                name="amendment_replaces_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed")
                | (
                    models.Q(decided_by__isnull=False, decided_at__isnull=False, reason__isnull=False)
                    & ~models.Q(decided_by=models.F("drafted_by"))
                ),
                name="amendment_approver_is_not_drafter",
            ),
        ]


class Invitation(OfDeliberation):
    """One ask to take part. Silence is *not heard*, never assent."""

    class State(models.TextChoices):
        LISTED = "listed", _("Not yet sent")
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        NOT_REACHED = "not_reached", _("Not reached")
        NO_ANSWER = "no_answer", _("No answer")
        LEFT = "left", _("Left")

    class Channel(models.TextChoices):
        MAIL = "mail", _("By mail")
        LINK = "link", _("By a link handed over")
        LETTER = "letter", _("By letter")

    stakeholder = models.OneToOneField(Stakeholder, on_delete=models.PROTECT, related_name="invitation")
    seat = models.OneToOneField(Seat, on_delete=models.PROTECT, related_name="invitation")
    state = models.CharField(max_length=11, choices=State, default=State.LISTED)
    channel = models.CharField(max_length=6, choices=Channel, blank=True, default="")
    link_series = models.PositiveSmallIntegerField(
        default=1, help_text=_("part of the signed link; raising it ends every earlier link")
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    terms = models.ForeignKey("deliberation.Terms", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    statement = words(optional=True, help_text=_("what they said when they declined or left, if they wished"))
    note = words(optional=True, help_text=_("how it is known that they were not reached"))

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            one_of("state", "listed sent accepted declined not_reached no_answer left", "invitation_state_known")
        ]


class Request(OfDeliberation):
    """What somebody invited asks for instead of, or beside, an answer. It waits for a person's reply on the board."""

    class Kind(models.TextChoices):
        FORMAT = "format", _("I need another format")
        SPEAKS_FOR = "speaks_for", _("I speak for someone else")
        MISSING = "missing", _("Someone is missing")

    kind = models.CharField(max_length=10, choices=Kind)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="requests")
    text = words()
    at = models.DateTimeField()
    answer = words(optional=True)
    answered_by = person()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfDeliberation.Meta):
        ordering = ["id"]
        constraints = [
            one_of("kind", "format speaks_for missing", "request_kind_known"),
            models.CheckConstraint(
                condition=models.Q(answer__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | models.Q(answer__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="request_answered_by_a_person",
            ),
        ]
