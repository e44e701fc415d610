"""The gate of a project: what is in force for it, judged as its organisation has set the framework to work."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

import tractatus
from accounts.models import Organisation, Project
from instructions.domain.policy import (
    MOST_KEPT,
    NOTHING,
    Instead,
    content_of,
    enforcer_of,
    orchestrator_of,
    thresholds_of,
    verbosity_of,
)
from instructions.domain.policy_parts import Part
from instructions.domain.standing import Name, Standing, validating
from tractatus import ContextPressureMonitor, CrossReferenceValidator, Gate, MetacognitiveVerifier, Thresholds
from tractatus.grants import canonical_json

JUDGED_BY = (Part.THRESHOLDS, Part.BOUNDARIES, Part.PACKS, Part.FRAMEWORKS)
"""The parts of an organisation's setting that an answer of the gate depends on."""


def services_of(organisation: Organisation, instead: Instead = NOTHING) -> dict[str, Any]:
    """What a gate is built from beside the instructions, by the name of its argument.

    `instead` holds for the parts it names, in the place of what is set.
    """
    verifier, monitor = _by_thresholds(thresholds_of(organisation, instead))
    return {
        "verifier": verifier,
        "monitor": monitor,
        "enforcer": enforcer_of(organisation, instead),
        "orchestrator": orchestrator_of(organisation, instead),
    }


@dataclass(frozen=True)
class Suspended:
    """What people have suspended for a short while: ids of instructions' rows, sections or names of boundaries."""

    instructions: frozenset[str] = frozenset()
    boundaries: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.instructions or self.boundaries)


@dataclass(frozen=True)
class Binding:
    """What binds a project at one version of its organisation's history.

    `names` are the instructions by their rows' ids, `policy` the SHA-256 of all that is judged under: which revisions,
    variables, thresholds, boundaries and which release of the library.
    """

    gate: Gate
    version: int
    names: Mapping[str, Name]
    policy: str


@dataclass
class _Made:
    """The bindings of one project that were made at one version, as it is and with something suspended."""

    version: int
    of: Standing[CrossReferenceValidator]
    by: OrderedDict[Suspended, Binding]


MOST_SUSPENSIONS = 2
"""Bindings with something suspended that are kept for a project; each holds an index of its own."""

NOTHING_SUSPENDED = Suspended()
_made: dict[UUID, _Made] = {}


@contextmanager
def binding(project: Project, version: int, suspended: Suspended = NOTHING_SUSPENDED) -> Iterator[Binding]:
    """What binds a project now. `version` is the one of its organisation's history, just read (`version_of`).

    Each process keeps it and brings it up when the version is another one, so that whatever was published is in force
    with the next check in every process. Nobody changes it while it is judged by: threads of a process take turns, as
    they do on the interpreter in any case.
    """
    with validating(project, version) as standing:
        made = _made.get(project.pk)
        if made is None or made.version != version or made.of is not standing or connection.in_atomic_block:
            made = _Made(version, standing, OrderedDict())
            if not connection.in_atomic_block:
                _made[project.pk] = made
                _drop_others()
        if suspended not in made.by:
            made.by[suspended] = _bind(project, standing, version, suspended)
            while len(made.by) > MOST_SUSPENSIONS + 1:
                oldest = next(one for one in made.by if one not in (NOTHING_SUSPENDED, suspended))
                del made.by[oldest]
        yield made.by[suspended]


def _drop_others() -> None:
    while len(_made) > MOST_KEPT:
        _made.pop(next(iter(_made)), None)


def _bind(project: Project, standing: Standing[CrossReferenceValidator], version: int, suspended: Suspended) -> Binding:
    services = services_of(project.organisation)
    verbosity = verbosity_of(project)
    validator = standing.filed
    if suspended.instructions:
        validator = validator.changed(without=suspended.instructions & standing.names.keys())
    if suspended.boundaries:
        services["enforcer"] = enforcer_of(project.organisation, suspended=suspended.boundaries)
    told = {
        "library": _library(),
        "instructions": sorted([str(id), str(stamp[0])] for id, stamp in standing.stamps.items()),
        "variables": dict(sorted(standing.variables.items())),
        "services": {part: content_of(project.organisation, part) for part in JUDGED_BY},
        "suspended": sorted(suspended.instructions | suspended.boundaries),
    }
    policy = hashlib.sha256(canonical_json(told)).hexdigest()
    return Binding(Gate(validator=validator, verbosity=verbosity, **services), version, standing.names, policy)


@cache
def _library() -> str:
    """The SHA-256 over the framework library as it is installed, its code and its data."""
    folder = Path(tractatus.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(one for kind in ("*.py", "*.toml", "*.json", "*.npz") for one in folder.rglob(kind)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@lru_cache(MOST_KEPT)
def _by_thresholds(thresholds: Thresholds) -> tuple[MetacognitiveVerifier, ContextPressureMonitor]:
    return MetacognitiveVerifier(thresholds), ContextPressureMonitor(thresholds)
