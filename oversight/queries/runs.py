"""Checks in a row of which there is nothing to say, told as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from oversight.models import Check
from oversight.queries.checks import Seen
from oversight.queries.showing import one_line

LEAST_OF_A_RUN = 4


@dataclass
class Run:
    """Several plain acts in a row, told as one."""

    seen: list[Seen]
    says: str

    @property
    def first(self) -> Check:
        return self.seen[0].check

    @property
    def last(self) -> Check:
        return self.seen[-1].check


def in_runs(shown: Sequence[Seen]) -> list[Seen | Run]:
    """The same in order, where several plain acts that follow each other are one run."""
    rows: list[Seen | Run] = []
    plain: list[Seen] = []
    for one in [*shown, None]:
        if one is not None and one.is_plain:
            plain.append(one)
            continue
        rows += [Run(plain, _tools(plain))] if len(plain) >= LEAST_OF_A_RUN else plain
        plain = []
        if one is not None:
            rows.append(one)
    return rows


def _tools(plain: Sequence[Seen]) -> str:
    counted: dict[str, int] = {}
    for one in plain:
        name = one_line(one.check.tool, 40) or _("other acts")
        counted[name] = counted.get(name, 0) + 1
    ordered = sorted(counted.items(), key=lambda item: -item[1])
    return ", ".join(name if times == 1 else f"{name} × {times}" for name, times in ordered[:6]) + (
        "…" if len(ordered) > 6 else ""
    )
