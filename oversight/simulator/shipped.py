"""What the simulator judges by, from `data/simulator.toml`: instructions, a session for each pressure, examples."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from oversight.simulator.proposal import Proposal
from tractatus import Instruction, InstructionPersistenceClassifier, PressureLevel, SessionState
from tractatus.classifier import Classification

FILE = Path(__file__).parent.parent / "data" / "simulator.toml"


@dataclass(frozen=True)
class Example:
    """An act to start from, under the name by which a link leads to it."""

    name: str
    title: str
    about: str
    proposal: Proposal


@cache
def _said() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def classifier() -> InstructionPersistenceClassifier:
    """The classifier, as it ships."""
    return InstructionPersistenceClassifier()


@cache
def house() -> dict[str, Classification]:
    """The instructions of the invented house, classified, by their ids."""
    return {one["id"]: classifier().classify(one["text"]) for one in _said()["instruction"]}


@cache
def instructions() -> tuple[Instruction, ...]:
    """The same as the framework takes them."""
    return tuple(Instruction.from_classification(one, id=id) for id, one in house().items())


@cache
def sessions() -> dict[PressureLevel, SessionState]:
    """A session that stands at each level of pressure."""
    return {PressureLevel(level): SessionState(**counts) for level, counts in _said()["sessions"].items()}


def name_of(proposal: Proposal) -> str:
    """The example that this act is, whatever the pressure; nothing where it is one that somebody typed."""
    plain = replace(proposal, pressure=PressureLevel.NORMAL)
    return next((one.name for one in examples().values() if one.proposal == plain), "")


@cache
def examples() -> dict[str, Example]:
    """The acts to start from, by name, in order."""
    found = {}
    for one in _said()["example"]:
        act = {key: value for key, value in one.items() if key not in {"name", "title", "about"}}
        found[one["name"]] = Example(one["name"], one["title"], one["about"], Proposal(**act))
    return found
