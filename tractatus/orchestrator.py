"""PluralisticDeliberationOrchestrator: what may be in tension, whom to hear, in which rounds.

Core concepts, section 6. It suggests from a catalogue that is data, and people decide. It never picks a side, never
weighs and never orders: what it gives stands in the order of the catalogue, which says nothing. The position of a
people's own ethics is None: to be stated by its own people. The same text gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tractatus import arguments, cues
from tractatus.pluralism import rounds
from tractatus.pluralism.analysis import ConflictAnalysis, Evidence, FrameworkInTension
from tractatus.pluralism.frameworks import Case, Catalogue, Framework, Group, TradeOff, Voice
from tractatus.pluralism.precedents import PrecedentMatches, match
from tractatus.pluralism.rounds import RoundPlan
from tractatus.pluralism.stakeholders import Speaking, StakeholderList, speakers, suggested
from tractatus.vocabulary import Urgency

UNSAID_URGENCY = Urgency.IMPORTANT
"""What holds where nothing says how urgent it is: the full process."""

ORDER = (
    "All of it stands in the order of the catalogue, which says nothing: no framework or value stands above another."
)
SKETCHES = "Positions are the software's sketches of what a framework asks; nobody has stated them yet."
TO_BE_STATED = "{title}: its position is to be stated by its own people; the software suggests only that they be asked."


class PluralisticDeliberationOrchestrator:
    """Suggests how people may deliberate. An organisation adds rows of its own, as
    `tractatus.pluralism.frameworks` reads them.

    Raises `DataError` (a `ValueError`), naming file and line, where they do not fit what ships.
    """

    def __init__(
        self,
        *,
        frameworks: Iterable[Framework] = (),
        trade_offs: Iterable[TradeOff] = (),
        groups: Iterable[Group] = (),
        stakeholders: Iterable[Voice] = (),
        cases: Iterable[Case] = (),
    ) -> None:
        self.catalogue = Catalogue(
            frameworks=frameworks, trade_offs=trade_offs, groups=groups, stakeholders=stakeholders, cases=cases
        )

    def analyze_conflict(
        self, decision: str | Mapping[str, Any], context: Mapping[str, Any] | None = None
    ) -> ConflictAnalysis:
        """What may be in tension in `decision`: text, an action, or an object with the keys decision and context.

        `context` is any JSON object; its texts are read too, and its `urgency`, if it is a tier, holds. Raises
        `TypeError` naming the argument.
        """
        said, read, context = _read_arguments(decision, context)
        pieces, cut = cues.texts_of(read, context)
        found = self.catalogue.index.find(cues.words_of(" . ".join(pieces)))
        frameworks = self._frameworks(found)
        groups = [Evidence("group", one.key, one.title, words) for one in self.catalogue.groups
                  if (words := found.get(("group", one.key)))]  # fmt: skip
        trade_offs, sides = self._trade_offs(found)
        titles = tuple(one.title for one in groups)
        people = speakers(self.catalogue, {one.key for one, _, _ in frameworks}, {one.key: one.title for one in groups})
        in_tension = tuple(_in_tension(one, words, titles, people) for one, words, _ in frameworks)
        urgency, why_urgent = _urgency(found, context)
        reasons = [f"{one.title}: {why}" for one, _, why in frameworks]
        reasons += [TO_BE_STATED.format(title=one.title) for one, _, _ in frameworks if one.of_a_people]
        reasons += sides
        reasons += [f"{one.title}: it says {_quoted(one.cues)}." for one in groups]
        reasons.append(why_urgent)
        reasons += _overall(frameworks, cut)
        return ConflictAnalysis(
            decision=said,
            moral_frameworks_in_tension=in_tension,
            value_trade_offs=tuple(one.title for one in trade_offs),
            affected_stakeholder_groups=titles,
            urgency=urgency,
            requires_human_approval=True,
            evidence=(
                *(Evidence("framework", one.key, one.title, words) for one, words, _ in frameworks),
                *trade_offs,
                *groups,
            ),
            reasons=tuple(reasons),
        )

    def suggest_stakeholders(self, analysis: ConflictAnalysis) -> StakeholderList:
        """Whom one might hear in this conflict, somebody for each framework and group. Raises `TypeError`."""
        if not isinstance(analysis, ConflictAnalysis):
            raise TypeError(f"analysis: a ConflictAnalysis is expected, not {type(analysis).__name__}.")
        return self.stakeholders_for(
            frameworks=(one.key for one in analysis.moral_frameworks_in_tension),
            groups=analysis.affected_stakeholder_groups,
        )

    def stakeholders_for(self, *, frameworks: Iterable[str] = (), groups: Iterable[str] = ()) -> StakeholderList:
        """Whom one might hear about these frameworks (keys) and groups (titles). What is not known is passed over."""
        return suggested(self.catalogue, set(frameworks), set(groups))

    def plan_rounds(self, urgency: Urgency | str, now: datetime) -> RoundPlan:
        """The dated rounds of a deliberation that begins at `now`, a time with its zone. Raises naming the argument."""
        return rounds.plan(urgency, now)

    def match_precedents(
        self, case: str | Mapping[str, Any] | ConflictAnalysis, precedents: Iterable[Mapping[str, Any] | str]
    ) -> PrecedentMatches:
        """Of each precedent that shares something with `case`: what is alike and what differs, in words.

        A precedent is an object as core concepts, section 6, documents an outcome, or its text. They stand in the order
        given; none is scored, and none binds.
        """
        return match(case, precedents, analyze=self.analyze_conflict)

    def _frameworks(self, found: Mapping[Any, tuple[str, ...]]) -> list[tuple[Framework, tuple[str, ...], str]]:
        """The frameworks found, each with the words that led to it and why."""
        by_case: dict[str, list[tuple[Case, tuple[str, ...]]]] = {}
        for number, case in enumerate(self.catalogue.cases):
            first, second = found.get(("case", number, 0)), found.get(("case", number, 1))
            if first and second:
                for key in case.frameworks:
                    by_case.setdefault(key, []).append((case, _once(first + second)))
        suggested = []
        for one in self.catalogue.frameworks:
            words, cases = found.get(("framework", one.key), ()), by_case.get(one.key, [])
            if not words and not cases:
                continue
            why = f"it says {_quoted(words)}." if words else ""
            if not words:
                case, words = cases[0]
                why = f"it says {_quoted(words)}, and in cases where {case.title} it is asked too. {case.why}"
            suggested.append((one, words, why))
        return suggested

    def _trade_offs(self, found: Mapping[Any, tuple[str, ...]]) -> tuple[list[Evidence], list[str]]:
        """The trade-offs of which both sides were found, and why each."""
        trade_offs, reasons = [], []
        for one in self.catalogue.trade_offs:
            first, second = found.get(("side", one.key, 0)), found.get(("side", one.key, 1))
            if first and second:
                trade_offs.append(Evidence("trade_off", one.key, one.title, _once(first + second)))
                reasons.append(f"{one.title}: it says {_quoted(first)} on one side, {_quoted(second)} on the other.")
        return trade_offs, reasons


def _in_tension(
    one: Framework, words: tuple[str, ...], groups: tuple[str, ...], people: list[Speaking]
) -> FrameworkInTension:
    position = None
    if not one.of_a_people:
        position = f"{one.position} Here, where it says {_quoted(words)}, it would ask: {one.asks}"
        if groups:
            position += f" Concerned are: {'; '.join(groups)}."
    speakers = tuple([person.voice.title for person in people if one.key in person.frameworks])
    return FrameworkInTension(one.title, position, speakers, one.key, one.of_a_people, words)


def _urgency(found: Mapping[Any, tuple[str, ...]], context: Mapping[str, Any] | None) -> tuple[Urgency, str]:
    asked = (context or {}).get("urgency")
    if isinstance(asked, str) and asked.strip().upper() in Urgency.__members__:
        urgency = Urgency(asked.strip().upper())
        return urgency, f"{urgency}: the context says so."
    besides = " The urgency in the context is none of the four tiers and is passed over." if asked else ""
    for urgency in Urgency:
        if words := found.get(("urgency", urgency)):
            return urgency, f"{urgency}: it says {_quoted(words)}.{besides}"
    return UNSAID_URGENCY, f"{UNSAID_URGENCY}: nothing says how soon it must be answered.{besides}"


def _overall(frameworks: list[tuple[Framework, tuple[str, ...], str]], cut: bool) -> Iterator[str]:
    if not frameworks:
        yield "No word of the text leads to a framework. That does not mean that none is in tension: people name it."
    elif len(frameworks) == 1:
        yield "Words lead to one framework only. Who would see it otherwise is for people to say."
    if any(not one.of_a_people for one, _, _ in frameworks):
        yield SKETCHES
    if cut:
        yield f"Only the first {cues.MOST_READ:,} characters were read."
    yield ORDER


def _read_arguments(decision: Any, context: Any) -> tuple[str, str | Mapping[str, Any], Mapping[str, Any] | None]:
    """The decision in words, what of it is read, and the context."""
    if context is not None:
        arguments.mapping(context, "context")
    if isinstance(decision, str):
        return decision, decision, context
    if not isinstance(decision, Mapping):
        raise TypeError(f"decision: text or an object is expected, not {type(decision).__name__}.")
    inner = decision.get("decision")
    if isinstance(inner, str):
        own = decision.get("context")
        return inner, inner, context if context is not None else own if isinstance(own, Mapping) else None
    names = ("description", "tool_name", "type")
    said = next((decision[name] for name in names if isinstance(decision.get(name), str)), "")
    return said, decision, context


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _quoted(words: tuple[str, ...]) -> str:
    """The first words that led to a suggestion, in quotation marks."""
    quoted = [f"“{word}”" for word in words[:4]]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
