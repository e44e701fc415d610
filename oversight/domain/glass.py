"""Break glass: a named person suspends one rule for at most an hour, all staff are told, and somebody else reviews it.

It lapses by itself: whoever judges compares `until` with the present. The tick only writes that down.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, Project, User
from accounts.permissions import SYSTEM, System
from accounts.queries.organisations import users_with
from accounts.refusals import Invalid, NotAllowed, Refused, WrongState
from instructions.domain.policy import enforcer_of
from instructions.models import Instruction
from oversight.domain.act import perform
from oversight.domain.telling import tell
from oversight.domain.waits import waits
from oversight.models import BrokenGlass
from oversight.permissions import REVIEW
from tractatus.boundaries.catalogue import catalogue
from tractatus.vocabulary import Domain

REMIND_EVERY = timedelta(days=1)
APART = timedelta(minutes=1)
"""The clocks of two machines are taken to be no further apart."""


def break_glass(
    project: Project,
    *,
    by: User,
    why: str,
    minutes: int,
    instruction: Instruction | None = None,
    boundary: str = "",
) -> BrokenGlass:
    """Suspend one instruction, one boundary (a section, "12.3", or the name of an own one), or with neither the
    project's enforcement, for `minutes` from now, 60 at most. All staff are told at once.

    Raises `Invalid` by field.
    """
    with perform("break_glass", project.organisation, by=by, project=project) as act:
        wrong = _wrong(project, minutes, instruction, boundary)
        if wrong:
            raise Invalid(errors=wrong)
        glass = BrokenGlass.objects.create(
            organisation_id=project.organisation_id,
            project=project,
            instruction=instruction,
            boundary=boundary,
            by=by,
            at=act.now,
            minutes=minutes,
            until=act.now + timedelta(minutes=minutes),
            why=act.keep("why", why),
            review_due_at=act.now + waits().review,
            entry_id=act.entry_id,
        )
        act.subject, act.decision, act.mode = ("broken_glass", glass.pk), "suspended", "break_glass"
        sections = sections_of_people()
        act.boundary = f"{boundary} {sections[boundary]}" if boundary in sections else None
        everybody = users_with()
        tell("glass_broken", f"broken_glass:{glass.pk}", everybody, organisation=project.organisation, now=act.now)
    return glass


def _wrong(project: Project, minutes: int, instruction: Instruction | None, boundary: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 1 <= minutes <= BrokenGlass.LONGEST_MINUTES:
        wrong["minutes"] = _("From 1 to %(most)d minutes.") % {"most": BrokenGlass.LONGEST_MINUTES}
    if instruction is not None and boundary:
        wrong["boundary"] = _("Suspend one thing: the instruction or the boundary.")
    if instruction is not None:
        here = instruction.project_id in (None, project.pk) and instruction.organisation_id == project.organisation_id
        if not here or not instruction.is_in_force:
            wrong["instruction"] = _("Choose an instruction that is in force in this project.")
    if boundary and boundary not in boundaries_of(project.organisation):
        wrong["boundary"] = _("There is no such boundary here.")
    return wrong


def sections_of_people() -> dict[str, Domain]:
    """The sections of what people decide themselves ("12.3"), each with its domain, as the framework has them."""
    return {told.section: domain for domain, told in catalogue().domains.items()}


def boundaries_of(organisation: Organisation) -> list[str]:
    """What can be suspended: the sections, then the organisation's own boundaries by name."""
    return [*sections_of_people(), *sorted({boundary.name for boundary in enforcer_of(organisation).boundaries})]


def standing_glass(now: datetime) -> QuerySet[BrokenGlass]:
    """What is suspended now. Nothing is for longer than an hour, whatever a row says.

    It may have been suspended on a machine whose clock is a little ahead: that holds here at once all the same.
    """
    longest = timedelta(minutes=BrokenGlass.LONGEST_MINUTES)
    return BrokenGlass.objects.filter(
        ended_at__isnull=True,
        until__gt=now,
        until__lte=now + longest + APART,
        at__gt=now - longest,
    )


def mend_glass(glass: BrokenGlass, *, by: User) -> None:
    """End it before its time. The review stays owed. Raises `WrongState` where it holds no longer."""
    with perform("mend_glass", glass.organisation, by=by, thing=glass) as act:
        if not glass.suspends_at(act.now):
            raise WrongState(_("It holds no longer: what was suspended is in force again."))
        glass.ended_by, glass.ended_at = by, act.now
        glass.save(update_fields=["ended_by", "ended_at"])
        act.decision, act.cause = "mended", glass.entry_id


def lapse_glass(glass: BrokenGlass, *, by: System = SYSTEM) -> None:
    """Write down that its time is over. Raises `WrongState` where it is not, or was written down."""
    with perform("lapse_glass", glass.organisation, by=by, thing=glass) as act:
        if glass.ended_at is not None or glass.lapsed_at is not None or glass.suspends_at(act.now):
            raise WrongState(_("There is nothing to lapse."))
        glass.lapsed_at = act.now
        glass.save(update_fields=["lapsed_at"])
        act.decision, act.cause = "lapsed", glass.entry_id


def review_glass(glass: BrokenGlass, *, by: User, finding: str) -> None:
    """Say what was found of it, as somebody other than who broke it, once it holds no longer.

    Raises `NotAllowed` for who broke it, `WrongState` while it holds or where it was reviewed, `Invalid` at `finding`.
    """
    with perform("review_glass", glass.organisation, by=by, thing=glass) as act:
        if glass.by_id == by.pk:
            raise NotAllowed(_("You broke this glass. It takes somebody else to review it."))
        if glass.reviewed_at is not None:
            raise WrongState(_("It was reviewed already."))
        if glass.suspends_at(act.now):
            raise WrongState(_("It still holds. It is reviewed once it is over, or mended."))
        glass.finding = act.keep("finding", finding)
        glass.reviewed_by, glass.reviewed_at = by, act.now
        glass.save(update_fields=["finding", "reviewed_by", "reviewed_at"])
        act.decision, act.cause = "reviewed", glass.entry_id


def owed(organisation: Organisation) -> QuerySet[BrokenGlass]:
    """What was suspended and nobody has reviewed yet, the first due first."""
    return BrokenGlass.objects.filter(organisation=organisation, reviewed_at__isnull=True).order_by("review_due_at")


def end_due_glass(organisation: Organisation) -> int:
    """Write down every suspension whose time is over. Gives how many."""
    now, ended = clock.now(), 0
    over = BrokenGlass.objects.filter(
        organisation=organisation, until__lte=now, ended_at__isnull=True, lapsed_at__isnull=True
    )
    for glass in over.select_related("organisation"):
        try:
            lapse_glass(glass)
        except Refused:
            continue  # another tick was first
        ended += 1
    return ended


def remind_of_reviews(organisation: Organisation) -> int:
    """Remind of each owed review, a day after it is over and every day until it is held. Gives how many."""
    now, reminded = clock.now(), 0
    before = Q(reminded_at__isnull=True, until__lte=now - REMIND_EVERY) | Q(reminded_at__lte=now - REMIND_EVERY)
    reviewers = list(users_with(*REVIEW))
    for glass in owed(organisation).filter(before):
        with transaction.atomic():
            # Where it was reminded of already this finds nothing: another tick was first.
            claimed = BrokenGlass.objects.filter(pk=glass.pk, reviewed_at__isnull=True, reminded_at=glass.reminded_at)
            if not claimed.update(reminded_at=now):
                continue
            about = f"broken_glass:{glass.pk}:{now:%Y-%m-%d}"
            others = [one for one in reviewers if one.pk != glass.by_id]
            tell("glass_review_owed", about, others, organisation=organisation, now=now)
        reminded += 1
    return reminded
