"""What the software guarantees, read from `guarantees.toml`: by which guards and code, and which tests prove it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "guarantees.md"


@dataclass(frozen=True)
class Mutation:
    """A guard in the code taken out: `old` in `file` becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Guarantee:
    part: str
    says: str
    guards: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    without: tuple[Mutation, ...] = ()
    later: str = ""
    """What it waits for, where the present software does not give it yet."""

    def holds(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.guards)


def _read() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "guarantees.toml").read_text())


def guarantees() -> list[Guarantee]:
    found = []
    for row in _read()["guarantee"]:
        without = tuple(Mutation(**one) for one in row.pop("without", []))
        facts = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
        found.append(Guarantee(**facts, without=without))
    return found


def for_good() -> dict[str, str]:
    """The guards of rows that are never changed or never removed, and the table of each."""
    found = {f"{table}_append_only": table for table in _read()["said"]}
    found |= {f"{table}_never_deleted": table for table in _read()["said"]}
    return found | dict(_read()["kept"])


def page() -> str:
    """The page of the documentation."""
    lines = [
        "# What is guaranteed, by what, and which test proves it",
        "",
        "Every promise of this software to the people who use it. A guard in *italics* is a trigger in the database",
        "([why](decisions/0001-guards-as-data.md)): it refuses whoever writes, scripts and administrators included.",
        "What stands beside it is the place in the code that says the same in words, or holds what no database can.",
        "The tests stand in `tests/`. Each guard is left out once, and each place in the code changed once, by",
        "`bin/test --long tests/guarantees`: a test named here must then fail.",
        "",
        "Written from `tests/guarantees/guarantees.toml` by `python -m tests.guarantees.held`; a test compares both.",
    ]
    part = ""
    for one in guarantees():
        if one.part != part:
            part = one.part
            lines += ["", f"## {part}", "", "| guaranteed | held by | proved by |", "| --- | --- | --- |"]
        held = [f"*{name.replace('*', chr(92) + '*')}*" for name in one.guards] + [f"`{name}`" for name in one.code]
        proved = [f"`{name}`" for name in one.tests]
        if one.later:
            held, proved = [f"not yet: {one.later}"], ["–"]
        lines.append(f"| {one.says} | {', '.join(held)} | {', '.join(proved)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
