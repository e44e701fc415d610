"""What an outcome needs before it is circulated and signed, each missing thing in a sentence and at its field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _

from accounts import clock
from deliberation.domain.hearing import standing_frameworks
from deliberation.models import (
    Commitment,
    Dissent,
    Hearing,
    Outcome,
    OutcomeVersion,
    Remainder,
    ReviewTrigger,
    StakeholderList,
    WeighedValue,
)


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: the field of the drafting form it is about, and the sentence."""

    field: str
    sentence: str | Lazy


def missing_in(version: OutcomeVersion) -> list[Missing]:
    """What `version` still needs to be circulated, in the order of the page; empty when it is complete."""
    return list(_missing_in(version))


def _missing_in(version: OutcomeVersion) -> Iterator[Missing]:
    disagreement = version.kind == OutcomeVersion.Kind.DISAGREEMENT
    if disagreement:
        if version.decision_id is None:
            yield Missing("decision", _("Say in one sentence what stays in disagreement."))
        if version.meanwhile_id is None:
            yield Missing("meanwhile", _("Say what stands meanwhile."))
    else:
        if version.option_id is None:
            yield Missing("option", _("Choose the option that is decided."))
        if version.decision_id is None:
            yield Missing("decision", _("Say the decision in one sentence."))
        yield from _missing_values(version)
    if version.justification_id is None:
        yield Missing("justification", _("Say why."))
    if not Remainder.objects.filter(version=version).exists():
        yield Missing("remainders-0-loss", _("Name at least one loss: what is lost, who bears it, and what is owed."))
    if version.applies_to_id is None:
        yield Missing("applies_to", _("Say what it applies to."))
    if version.does_not_apply_to_id is None:
        yield Missing("does_not_apply_to", _("Name at least one case that somebody might think it covers."))
    yield from _missing_review(version)
    promised = Commitment.objects.filter(version=version, kind=Commitment.Kind.CARRY_OUT).exists()
    if version.nothing_to_do_id is None and not promised:
        yield Missing(
            "commitments-0-what",
            _("Say what carries it out, who does it and until when, or write that nothing is to be done."),
        )
    yield from _missing_hearings(version)


def _missing_values(version: OutcomeVersion) -> Iterator[Missing]:
    sides = set(WeighedValue.objects.filter(version=version).values_list("side", flat=True))
    if WeighedValue.Side.PRIORITIZED not in sides:
        yield Missing("prioritized-0-text", _("Name at least one value that was given weight."))
    if WeighedValue.Side.DEPRIORITIZED not in sides:
        yield Missing("deprioritized-0-text", _("Name at least one value that was given less weight."))


def _missing_review(version: OutcomeVersion) -> Iterator[Missing]:
    today = today_for(version)
    if version.review_date is None:
        yield Missing("review_date", _("Choose a review date after today."))
    elif version.review_date <= today:
        yield Missing(
            "review_date",
            _("%(past)s has passed or is today. Choose a review date after today.")
            % {"past": formats.date_format(version.review_date, "j F Y")},
        )
    if not ReviewTrigger.objects.filter(version=version).exists():
        yield Missing("triggers-0-text", _("Name at least one change that would bring it back sooner."))


def _missing_hearings(version: OutcomeVersion) -> Iterator[Missing]:
    said = set(Hearing.objects.filter(version=version).values_list("framework_id", flat=True))
    for number, framework in enumerate(standing_frameworks(version.deliberation)):
        if framework.pk not in said:
            yield Missing(
                f"hearings-{number}-heard",
                _("Say whether %(framework)s was heard, and if not, why not.") % {"framework": framework.title},
            )


def today_for(version: OutcomeVersion) -> date:
    """The date the verbs' clock shows where the organisation is."""
    return clock.now().astimezone(ZoneInfo(version.deliberation.organisation.time_zone)).date()


def latest_version(outcome: Outcome) -> OutcomeVersion | None:
    """The newest version that was not set aside, circulated or still open."""
    return (
        OutcomeVersion.objects.filter(outcome=outcome, set_aside_at__isnull=True)
        .select_related("deliberation__organisation")
        .order_by("-number")
        .first()
    )


def standing_dissents(outcome: Outcome) -> list[Dissent]:
    """The dissents that are neither withdrawn nor replaced by their author's later one, first written first."""
    return list(
        Dissent.objects.filter(outcome=outcome, withdrawn_at__isnull=True, replaced_by__isnull=True)
        .select_related("seat", "framework", "lead", "objection", "removed_by", "predicts", "written_against")
        .prefetch_related("answers__text", "joins__seat")
    )


def missing_to_sign(version: OutcomeVersion, *, now: datetime, signer_id: UUID | None = None) -> list[Missing]:
    """What stands between `version` and a signature, person aside; the fields name places on the signing page."""
    return list(_missing_to_sign(version, now, signer_id))


def _missing_to_sign(version: OutcomeVersion, now: datetime, signer_id: UUID | None) -> Iterator[Missing]:
    deliberation = version.deliberation
    approved = StakeholderList.objects.filter(deliberation=deliberation, state=StakeholderList.State.APPROVED).first()
    if approved is None or approved.authors.filter(user=approved.decided_by).exists():
        yield Missing("list", _("The list of who is heard needs the approval of somebody who did not draft it."))
    if version.circulated_at is None or version.dissent_closes_at is None:
        yield Missing("window", _("It has not been circulated yet: nobody could dissent."))
    elif now < version.dissent_closes_at:
        yield Missing("window", _("The time for dissent is not over yet."))
    unanswered = [dissent for dissent in standing_dissents(version.outcome) if not dissent.answers.all()]
    for dissent in unanswered:
        yield Missing(f"dissent-{dissent.pk.hex}", _("Answer the dissent of %(name)s.") % {"name": dissent.seat.name})
    yield from _missing_in(version)
