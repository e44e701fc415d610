"""What the intake page shows: findings, options with their harms, what is in tension, and who stands behind each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from deliberation.domain.suggesting import orchestrator
from deliberation.domain.tensions import Tension, text_of
from deliberation.models import Deliberation, Finding, Framework, Group, Harm, Option, TradeOff
from deliberation.queries.conflict import drawn


@dataclass
class Findings:
    """What is known, or disputed, or unknown."""

    kind: str
    title: str
    nothing: str
    rows: list[Finding] = field(default_factory=list)


@dataclass
class OptionShown:
    """An option with who would bear what."""

    option: Option
    harms: list[Harm] = field(default_factory=list)

    @property
    def is_do_not(self) -> bool:
        return self.option.kind == Option.Kind.DO_NOT


@dataclass
class TensionShown:
    """A framework, trade-off or group: what stands, where it comes from, and who settled it."""

    row: Tension
    origin: str
    concern: Any = None
    position: str = ""
    to_be_stated: bool = False

    @property
    def open(self) -> bool:
        return self.row.status == self.row.Status.SUGGESTED


@dataclass
class Tensions:
    """One of the three kinds of what is in tension."""

    kind: str
    key: str
    title: str
    says: str
    nothing: str
    entries: list[TensionShown] = field(default_factory=list)
    dropped: list[TensionShown] = field(default_factory=list)


def findings(deliberation: Deliberation) -> list[Findings]:
    """What is known, disputed and unknown, in this order; what was struck is left out."""
    groups = {
        Finding.Kind.KNOWN: Findings("known", _("Known"), _("Nothing is said to be known yet.")),
        Finding.Kind.DISPUTED: Findings("disputed", _("Disputed"), _("Nothing is said to be disputed yet.")),
        Finding.Kind.UNKNOWN: Findings("unknown", _("Unknown"), _("Nothing is said to be unknown yet.")),
    }
    rows = Finding.objects.filter(deliberation=deliberation, struck_at__isnull=True)
    for row in rows.select_related("text", "source", "by_user", "by_seat"):
        groups[Finding.Kind(row.kind)].rows.append(row)
    return list(groups.values())


def options(deliberation: Deliberation, *, proposals: bool = False) -> list[OptionShown]:
    """The options that stand, by number, each with its harms; those of round 2 only where asked for."""
    rows = Option.objects.filter(deliberation=deliberation, struck_at__isnull=True).select_related(
        "text", "detail", "by_user", "by_seat"
    )
    if not proposals:
        rows = rows.exclude(kind=Option.Kind.PROPOSAL)
    shown = {row.pk: OptionShown(row) for row in rows}
    harms = Harm.objects.filter(deliberation=deliberation, option__in=shown, struck_at__isnull=True)
    for harm in harms.select_related("bearer", "harm", "by_user", "by_seat"):
        shown[harm.option_id].harms.append(harm)
    return list(shown.values())


def tensions(deliberation: Deliberation, viewer_id: UUID | None) -> list[Tensions]:
    """Frameworks (in the viewer's own order), trade-offs and groups, with what was dropped apart."""
    kinds = [
        Tensions(
            "framework",
            "frameworks",
            _("Frameworks in tension"),
            _("Moral outlooks that pull apart here. None ranks above another; their order was drawn for you alone."),
            _("No framework is named yet."),
        ),
        Tensions(
            "trade_off",
            "trade-offs",
            _("Values traded off"),
            _("Two values of which one can have more only if the other has less."),
            _("No trade-off is named yet."),
        ),
        Tensions(
            "group",
            "groups",
            _("Who bears it"),
            _("Groups of people who live with the decision, whether they are asked or not."),
            _("Nobody is named yet who bears the decision."),
        ),
    ]
    rows: dict[str, list[Tension]] = {
        "framework": list(_rows(Framework, deliberation, "concern")),
        "trade_off": list(_rows(TradeOff, deliberation)),
        "group": list(_rows(Group, deliberation)),
    }
    rows["framework"] = list(
        drawn(rows["framework"], f"{deliberation.pk.hex}:{viewer_id.hex if viewer_id else ''}")  # type: ignore[arg-type]
    )
    because = _because(deliberation) if any(row.status == "suggested" for kind in rows.values() for row in kind) else {}
    for kind in kinds:
        for row in rows[kind.kind]:
            shown = TensionShown(row, _origin(row, because))
            if isinstance(row, Framework):
                shown.concern = row.concern
                shown.to_be_stated = row.of_a_people
                shown.position = "" if row.of_a_people else row.suggested_position
            (kind.dropped if row.status == row.Status.DROPPED else kind.entries).append(shown)
    return kinds


def _rows(model: type[Tension], deliberation: Deliberation, *more: str) -> Iterable[Tension]:
    return model._default_manager.filter(deliberation=deliberation).select_related(
        "settled_by", "dropped_reason", *more
    )


def _because(deliberation: Deliberation) -> dict[str, tuple[str, ...]]:
    """The words of the text that led to a suggestion, by the suggestion's title."""
    found = orchestrator(deliberation.organisation).analyze_conflict(
        text_of(deliberation), deliberation.proposed_context
    )
    return {one.title: one.cues for one in found.evidence}


def _origin(row: Tension, because: dict[str, tuple[str, ...]]) -> str:
    name = row.settled_by or ""
    if row.status == row.Status.SUGGESTED:
        cues = because.get(row.suggested, ())[:4]
        if cues:
            words = ", ".join(f"“{cue}”" for cue in cues)
            return _("Suggested by the software, because the text says %(words)s. Nobody has confirmed it.") % {
                "words": words
            }
        return _("Suggested by the software. Nobody has confirmed it.")
    if row.origin == row.Origin.HUMAN:
        return _("Written by %(name)s.") % {"name": name}
    if row.status == row.Status.CHANGED:
        return _("Suggested by the software as “%(suggested)s”, changed by %(name)s.") % {
            "suggested": row.suggested,
            "name": name,
        }
    if row.status == row.Status.DROPPED:
        return _("Suggested by the software, dropped by %(name)s.") % {"name": name}
    return _("Suggested by the software, kept by %(name)s.") % {"name": name}
