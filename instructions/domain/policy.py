"""How an organisation has the framework work for it: set by an administrator, kept version by version, read here.

What holds is the newest version of each part. The services that are built from it are kept by what they were built
from, so that the same setting is never built twice in a process and another one is never mistaken for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Organisation, Project, User
from accounts.refusals import Invalid, Stale
from instructions.domain import policy_parts as parts
from instructions.domain.act import perform
from instructions.domain.policy_parts import Content, Part, canonical, checked, default_of
from instructions.models import Policy
from tractatus import (
    AdaptiveCommunicationOrchestrator,
    Boundary,
    BoundaryEnforcer,
    PluralisticDeliberationOrchestrator,
    Register,
    Thresholds,
    Verbosity,
)

Instead = Mapping[str, Content]
"""Parts as they would be: their content, checked, by the name of the part."""

NOTHING: Instead = MappingProxyType({})
MOST_KEPT = 32
"""Services of each kind that a process keeps; the one asked of longest ago goes first."""


def current(organisation: Organisation, part: str, project: Project | None = None) -> Policy | None:
    """The version of a part that holds now; None where the organisation never set it."""
    return Policy.objects.filter(organisation=organisation, part=part, project=project).order_by("-number").first()


def content_of(organisation: Organisation, part: str, project: Project | None = None) -> Content:
    """What holds of a part now: what was set last, or what ships."""
    found = current(organisation, part, project)
    return default_of(part) if found is None else dict(found.content)


# --- The verbs


def set_policy(
    organisation: Organisation,
    part: str,
    content: Mapping[str, Any],
    *,
    by: User,
    why: str,
    project: Project | None = None,
    after: int | None = None,
) -> Policy:
    """Have a part hold as `content` says from now on, as its next version.

    `after` is the number of the version that was looked at, 0 for what ships. Raises `Stale` where there
    is a newer one by now, and `Invalid` by field.
    """
    with perform("set_policy", organisation, by=by, project=project) as act:
        _same_house(organisation, part, project)
        return _next(act, part, checked(part, content), why, project, after, "set")


def restore_policy(
    organisation: Organisation,
    part: str,
    number: int,
    *,
    by: User,
    why: str,
    project: Project | None = None,
    after: int | None = None,
) -> Policy:
    """Have a part hold again as its version `number` said, 0 for what ships. It is a new version: history stays.

    Raises `Invalid` for a number that is none, and where the framework would not take that version any more.
    """
    with perform("restore_policy", organisation, by=by, project=project) as act:
        _same_house(organisation, part, project)
        earlier = Policy.objects.filter(organisation=organisation, part=part, project=project, number=number).first()
        if earlier is None and number != 0:
            raise Invalid(_("There is no version %(number)s.") % {"number": number})
        content = default_of(part) if earlier is None else earlier.content
        return _next(act, part, checked(part, content), why, project, after, "restored")


def _same_house(organisation: Organisation, part: str, project: Project | None) -> None:
    if part not in Part.values:
        raise Invalid(_("There is no such setting."), "part")
    if (part == Part.VERBOSITY) != (project is not None):
        raise Invalid(_("Only how much is explained is set for a project; all else for the organisation."), "project")
    if project is not None and project.organisation_id != organisation.pk:
        raise Invalid(_("This project is not of this organisation."), "project")
    if project is not None and project.archived_at is not None:
        raise Invalid(_("This project is closed to new things."), "project")


def _next(
    act: Any, part: str, content: Content, why: str, project: Project | None, after: int | None, decision: str
) -> Policy:
    newest = current(act.organisation, part, project)
    number = newest.number if newest is not None else 0
    if after is not None and after != number:
        raise Stale(_("Somebody changed this while you were looking at it. What holds now is shown here."))
    if canonical(content) == canonical(newest.content if newest is not None else default_of(part)):
        raise Invalid(_("That is how it is already."))
    made = Policy(
        organisation=act.organisation, project=project, part=part, number=number + 1, content=content, set_by=act.user,
        set_at=act.now, why=act.keep("why", why), entry_id=act.entry_id,
    )  # fmt: skip
    made.save(force_insert=True)
    act.subject, act.decision, act.binds = ("policy", made.pk), decision, True
    act.policy = hashlib.sha256(canonical(content).encode()).hexdigest()
    return made


# --- What the framework is given


def thresholds_of(organisation: Organisation, instead: Instead = NOTHING) -> Thresholds:
    """The organisation's thresholds, those of core concepts where it set none."""
    part = Part.THRESHOLDS
    return parts.thresholds_in(instead[part] if part in instead else content_of(organisation, part))


def boundaries_of(organisation: Organisation) -> tuple[Boundary, ...]:
    """The organisation's own boundaries, then those of the packs it adopted."""
    own = parts.boundaries_in(content_of(organisation, Part.BOUNDARIES)["boundaries"])
    adopted = parts.packs_in(content_of(organisation, Part.PACKS))
    return (*own, *(boundary for pack in adopted.values() for boundary in pack))


def enforcer_of(
    organisation: Organisation, instead: Instead = NOTHING, *, suspended: frozenset[str] = frozenset()
) -> BoundaryEnforcer:
    """What looks for the organisation's boundaries, and for those that ship. `instead` holds for what it names.

    `suspended` are sections and names of boundaries because of which nobody is asked.
    """
    own, packs = (
        canonical(instead[part] if part in instead else content_of(organisation, part))
        for part in (Part.BOUNDARIES, Part.PACKS)
    )
    return _enforcer(own, packs, suspended)


def orchestrator_of(organisation: Organisation, instead: Instead = NOTHING) -> PluralisticDeliberationOrchestrator:
    """What suggests frameworks and voices: the catalogue that ships, and the organisation's own after it."""
    part = Part.FRAMEWORKS
    return _orchestrator(canonical(instead[part] if part in instead else content_of(organisation, part)))


def registers_of(organisation: Organisation) -> tuple[Register, ...]:
    """The organisation's own registers."""
    return parts.registers_in(content_of(organisation, Part.REGISTERS))


def communication_of(organisation: Organisation) -> AdaptiveCommunicationOrchestrator:
    """What words messages, in the registers that ship and the organisation's own."""
    return _communication(canonical(content_of(organisation, Part.REGISTERS)))


def verbosity_of(project: Project) -> Verbosity:
    """How much the gate explains in a project."""
    return parts.verbosity_in(content_of(project.organisation, Part.VERBOSITY, project))


@lru_cache(MOST_KEPT)
def _enforcer(boundaries: str, packs: str, suspended: frozenset[str]) -> BoundaryEnforcer:
    own = parts.boundaries_in(json.loads(boundaries)["boundaries"])
    return BoundaryEnforcer(own, list(parts.packs_in(json.loads(packs)).values()), suspended=suspended)


@lru_cache(MOST_KEPT)
def _orchestrator(frameworks: str) -> PluralisticDeliberationOrchestrator:
    own, voices = parts.frameworks_in(json.loads(frameworks))
    return PluralisticDeliberationOrchestrator(frameworks=own, stakeholders=voices)


@lru_cache(MOST_KEPT)
def _communication(registers: str) -> AdaptiveCommunicationOrchestrator:
    return AdaptiveCommunicationOrchestrator(registers=parts.registers_in(json.loads(registers)))
