"""Whom one might hear about a conflict: suggested from the catalogue, approved by a person.

Core concepts, section 6: affected parties, not just experts.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from tractatus.pluralism.frameworks import Catalogue, Framework, Group, Voice
from tractatus.pluralism.listed import Listed
from tractatus.results import Result

BEARING = ("affected", "rights_holder")
"""How those are concerned who bear a decision, and do not only know of it or answer for it."""


@dataclass(frozen=True)
class SuggestedStakeholder(Result):
    """Somebody to hear. `affected` says whether they bear the decision, `relation` how they are concerned.

    `frameworks` are keys, `groups` titles, both only of those asked about.
    """

    key: str
    title: str
    why: str
    relation: str
    affected: bool
    frameworks: tuple[str, ...]
    groups: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class StakeholderList(Listed[SuggestedStakeholder], Result):
    """Whom one might hear: can be gone through as a tuple. A person approves it before anybody is asked."""

    stakeholders: tuple[SuggestedStakeholder, ...]
    requires_human_approval: bool
    reasons: tuple[str, ...]


class Speaking(NamedTuple):
    """A voice, and for which of the frameworks (keys) and groups (titles) asked about."""

    voice: Voice
    frameworks: tuple[str, ...]
    groups: tuple[str, ...]


def suggested(catalogue: Catalogue, keys: set[str], titles: set[str]) -> StakeholderList:
    """Whom one might hear about these frameworks (keys) and groups (titles). What is not known is passed over."""
    found = speakers(catalogue, keys, {one.key: one.title for one in catalogue.groups if one.title in titles})
    known = {voice.key for voice in catalogue.voices}
    reasons = (
        "A person approves this list before anybody is asked, and may add, change or drop anybody.",
        "Those who bear the decision are asked as affected, not only those who know about it.",
        "The list stands in the order of the catalogue, which says nothing.",
    )
    return StakeholderList(tuple(_in_words(one, catalogue, known) for one in found), True, reasons)


def speakers(catalogue: Catalogue, keys: set[str], groups: Mapping[str, str]) -> list[Speaking]:
    """Somebody for each framework (`keys`) and group (title by key) of the catalogue."""
    found: dict[str, Speaking] = {}
    spoken_for: set[str] = set()
    covered: set[str] = set()
    for voice in catalogue.voices:
        titles = tuple([groups[key] for key in voice.groups if key in groups])
        frameworks = tuple([key for key in voice.frameworks if key in keys])
        if titles or (frameworks and not groups):
            found[voice.key] = Speaking(voice, frameworks, titles)
            spoken_for.update(frameworks)
            covered.update(titles)
    for voice in catalogue.voices:
        frameworks = tuple([key for key in voice.frameworks if key in keys and key not in spoken_for])
        if frameworks and voice.key not in found:
            found[voice.key] = Speaking(voice, frameworks, ())
            spoken_for.update(frameworks)
    unspoken = [one for one in catalogue.frameworks if one.key in keys and one.key not in spoken_for]
    uncovered = [one for one in catalogue.groups if one.key in groups and one.title not in covered]
    return [*found.values(), *map(_holder, unspoken), *map(_member, uncovered)]


def _in_words(one: Speaking, catalogue: Catalogue, known: Set[str]) -> SuggestedStakeholder:
    reasons = [f"Concerned as one of: {title}." for title in one.groups]
    reasons += [f"May speak from: {other.title}." for other in catalogue.frameworks if other.key in one.frameworks]
    if one.voice.key not in known:
        reasons.append("The catalogue knows nobody in particular to ask.")
    return SuggestedStakeholder(
        one.voice.key,
        one.voice.title,
        one.voice.why,
        one.voice.relation,
        one.voice.relation in BEARING,
        one.frameworks,
        one.groups,
        tuple(reasons),
    )


def _holder(one: Framework) -> Speaking:
    """For a framework for which the catalogue knows nobody."""
    if one.of_a_people:
        title, relation = f"Those whom the people itself sends: {one.title}", "rights_holder"
        why = "Their position is stated by them alone. How they wish to be asked is theirs to say."
    else:
        title, relation = f"Somebody who holds this framework: {one.title}", "expert"
        why = "They can say in their own words what it asks here."
    voice = Voice(f"framework_{one.key}", title, why, relation, (one.key,), (), one.row)
    return Speaking(voice, (one.key,), ())


def _member(one: Group) -> Speaking:
    """For a group for which the catalogue knows nobody: one of the group itself."""
    why = "They bear what is decided, and nobody else can say how it is for them."
    voice = Voice(f"group_{one.key}", f"One of: {one.title}", why, "affected", (), (one.key,), one.row)
    return Speaking(voice, (), (one.title,))
