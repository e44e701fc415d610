"""What an outcome needs before it is circulated and signed, each missing thing in a sentence and at its field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import formats
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _

from accounts import clock
from deliberation.domain.gathering import gathered, with_texts
from deliberation.models import (
    Commitment,
    Dissent,
    DissentAnswer,
    DissentJoin,
    Framework,
    Hearing,
    ListAuthor,
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


@dataclass(frozen=True)
class Written:
    """What is written of one version beside its own words, as far as it may be missing."""

    version: OutcomeVersion
    sides: set[str]
    has_loss: bool
    has_trigger: bool
    is_carried_out: bool
    frameworks: list[Framework]
    said: set[UUID]


def _written(versions: Iterable[OutcomeVersion]) -> list[Written]:
    """What is written of each of several versions, in six queries however many."""
    rows = list(versions)
    sides: dict[UUID, set[str]] = defaultdict(set)
    for key, side in WeighedValue.objects.filter(version__in=rows).values_list("version_id", "side"):
        sides[key].add(side)
    said: dict[UUID, set[UUID]] = defaultdict(set)
    for key, framework_id in Hearing.objects.filter(version__in=rows).values_list("version_id", "framework_id"):
        said[key].add(framework_id)
    frameworks: dict[UUID, list[Framework]] = defaultdict(list)
    here = [row.deliberation_id for row in rows]
    for framework in Framework.objects.filter(deliberation__in=here, status__in=Framework.STANDING):
        frameworks[framework.deliberation_id].append(framework)
    losses = set(Remainder.objects.filter(version__in=rows).values_list("version_id", flat=True))
    triggers = set(ReviewTrigger.objects.filter(version__in=rows).values_list("version_id", flat=True))
    promised = Commitment.objects.filter(version__in=rows, kind=Commitment.Kind.CARRY_OUT)
    carried_out = set(promised.values_list("version_id", flat=True))
    return [
        Written(
            version=row,
            sides=sides[row.pk],
            has_loss=row.pk in losses,
            has_trigger=row.pk in triggers,
            is_carried_out=row.pk in carried_out,
            frameworks=frameworks[row.deliberation_id],
            said=said[row.pk],
        )
        for row in rows
    ]


def missing_in(version: OutcomeVersion) -> list[Missing]:
    """What `version` still needs to be circulated, in the order of the page; empty when it is complete."""
    return missing_in_each([version])[version.pk]


def missing_in_each(
    drafts: Iterable[OutcomeVersion], *, to_sign: Iterable[OutcomeVersion] = (), now: datetime | None = None
) -> dict[UUID, list[Missing]]:
    """`missing_in` of drafts and `missing_to_sign` of others, by their ids, in a fixed number of queries."""
    open_ones, last = list(drafts), list(to_sign)
    if not open_ones and not last:
        return {}
    waits = _waiting_for(last)
    return {
        written.version.pk: [
            *(_missing_to_sign(written.version, waits, now or clock.now()) if written.version in last else ()),
            *_missing_in(written),
        ]
        for written in _written([*open_ones, *last])
    }


def _missing_in(written: Written) -> Iterator[Missing]:
    version = written.version
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
        yield from _missing_values(written)
    if version.justification_id is None:
        yield Missing("justification", _("Say why."))
    if not written.has_loss:
        yield Missing("remainders-0-loss", _("Name at least one loss: what is lost, who bears it, and what is owed."))
    if version.applies_to_id is None:
        yield Missing("applies_to", _("Say what it applies to."))
    if version.does_not_apply_to_id is None:
        yield Missing("does_not_apply_to", _("Name at least one case that somebody might think it covers."))
    yield from _missing_review(written)
    if version.nothing_to_do_id is None and not written.is_carried_out:
        yield Missing(
            "commitments-0-what",
            _("Say what carries it out, who does it and until when, or write that nothing is to be done."),
        )
    for number, framework in enumerate(written.frameworks):
        if framework.pk not in written.said:
            yield Missing(
                f"hearings-{number}-heard",
                _("Say whether %(framework)s was heard, and if not, why not.") % {"framework": framework.title},
            )


def _missing_values(written: Written) -> Iterator[Missing]:
    if WeighedValue.Side.PRIORITIZED not in written.sides:
        yield Missing("prioritized-0-text", _("Name at least one value that was given weight."))
    if WeighedValue.Side.DEPRIORITIZED not in written.sides:
        yield Missing("deprioritized-0-text", _("Name at least one value that was given less weight."))


def _missing_review(written: Written) -> Iterator[Missing]:
    version = written.version
    if version.review_date is None:
        yield Missing("review_date", _("Choose a review date after today."))
    elif version.review_date <= today_for(version):
        yield Missing(
            "review_date",
            _("%(past)s has passed or is today. Choose a review date after today.")
            % {"past": formats.date_format(version.review_date, "j F Y")},
        )
    if not written.has_trigger:
        yield Missing("triggers-0-text", _("Name at least one change that would bring it back sooner."))


def today_for(version: OutcomeVersion) -> date:
    """The date the verbs' clock shows where the organisation is."""
    return clock.now().astimezone(ZoneInfo(version.deliberation.organisation.time_zone)).date()


def latest_versions(outcomes: Iterable[Outcome]) -> dict[UUID, OutcomeVersion]:
    """The newest version of each that was not set aside, circulated or still open; by outcome."""
    rows = OutcomeVersion.objects.filter(outcome__in=outcomes, set_aside_at__isnull=True)
    return {row.outcome_id: row for row in rows.select_related("deliberation__organisation").order_by("number")}


def latest_version(outcome: Outcome) -> OutcomeVersion | None:
    """The newest version that was not set aside, circulated or still open."""
    return latest_versions([outcome]).get(outcome.pk)


def _standing_dissents(outcomes: Iterable[UUID]) -> QuerySet[Dissent]:
    return Dissent.objects.filter(outcome_id__in=outcomes, withdrawn_at__isnull=True, replaced_by__isnull=True)


def standing_dissents_of(outcomes: Iterable[UUID]) -> dict[UUID, list[Dissent]]:
    """The dissents that are neither withdrawn nor replaced by their author's later one, by outcome, oldest first."""
    rows = _standing_dissents(outcomes)
    answers = Prefetch("answers", DissentAnswer.objects.select_related("text", "by_user"))
    joins = Prefetch("joins", DissentJoin.objects.select_related("seat"))
    rows = rows.select_related("seat", "framework", "written_against").prefetch_related(answers, joins)
    return gathered(with_texts(rows, "lead", "objection", "removed_by", "predicts"), by="outcome_id")


def standing_dissents(outcome: Outcome) -> list[Dissent]:
    """The dissents that are neither withdrawn nor replaced by their author's later one, first written first."""
    return standing_dissents_of([outcome.pk])[outcome.pk]


def missing_to_sign(version: OutcomeVersion, *, now: datetime) -> list[Missing]:
    """What stands between `version` and a signature, person aside; the fields name places on the signing page."""
    return missing_in_each([], to_sign=[version], now=now)[version.pk]


@dataclass(frozen=True)
class _Waits:
    """What outcomes that are to be signed may still wait for, beside what is written of them."""

    approved: set[UUID]
    """The deliberations whose list was approved by somebody who did not draft it."""
    unanswered: dict[UUID, list[Dissent]]


def _waiting_for(versions: list[OutcomeVersion]) -> _Waits:
    own_work = ListAuthor.objects.filter(list=OuterRef("pk"), user=OuterRef("decided_by"))
    approved = StakeholderList.objects.filter(
        ~Exists(own_work),
        deliberation__in=[row.deliberation_id for row in versions],
        state=StakeholderList.State.APPROVED,
    )
    unanswered = _standing_dissents([row.outcome_id for row in versions]).filter(answers__isnull=True)
    return _Waits(
        approved=set(approved.values_list("deliberation_id", flat=True)),
        unanswered=gathered(unanswered.select_related("seat"), by="outcome_id"),
    )


def _missing_to_sign(version: OutcomeVersion, waits: _Waits, now: datetime) -> Iterator[Missing]:
    if version.deliberation_id not in waits.approved:
        yield Missing("list", _("The list of who is heard needs the approval of somebody who did not draft it."))
    if version.circulated_at is None or version.dissent_closes_at is None:
        yield Missing("window", _("It has not been circulated yet: nobody could dissent."))
    elif now < version.dissent_closes_at:
        yield Missing("window", _("The time for dissent is not over yet."))
    for dissent in waits.unanswered[version.outcome_id]:
        yield Missing(f"dissent-{dissent.pk.hex}", _("Answer the dissent of %(name)s.") % {"name": dissent.seat.name})
