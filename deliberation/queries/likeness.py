"""Precedents like a question: what is alike and what differs, in words. No measure of it leaves this module."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Organisation, Project
from audit.models import Text
from deliberation.domain.precedent import STANDING
from deliberation.domain.suggesting import orchestrator
from deliberation.models import Deliberation, Framework, Group, Outcome, Precedent, TradeOff, Urgency, WeighedValue
from deliberation.queries.precedent import WHOLE, Place, places_of_precedents

MOST_COMPARED = 2000
"""How many precedents, the latest first, are compared with a question."""

COMPARED = ("urgency", "decision_asked_id", "question__body", "project__name")
"""What is read of the deliberation of each of them."""


@dataclass(frozen=True)
class Features:
    """What a question is about, as far as software can tell: titles by what they are compared by."""

    frameworks: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    urgency: str = ""
    project: str = ""


@dataclass(frozen=True)
class Likeness:
    """A precedent like a question: what is alike and what differs, in sentences. It carries no number."""

    precedent: Precedent
    alike: list[str]
    differs: list[str]
    place: Place


def order_in_words() -> str:
    """How `similar` orders what it finds."""
    return _(
        "First those that share a framework with this question, then those that share a group, a value or only words; "
        "among equals the latest first. The order says nothing about which is right."
    )


def similar(
    about: Deliberation | str, organisation: Organisation, *, project: Project | None = None, most: int = 5
) -> list[Likeness]:
    """The precedents that may inform a question, each with what is alike and what differs.

    Compared are frameworks, groups, values and words; the same question over the same precedents gives the same
    answer. Superseded and retired ones are left out, and the deliberation's own.
    """
    rows = Precedent.objects.filter(state__in=STANDING).order_by("-pk")
    if project is not None:
        rows = rows.filter(deliberation__project=project)
    if isinstance(about, Deliberation):
        rows = rows.exclude(deliberation=about)
    candidates = list(rows.values_list("pk", "deliberation_id")[:MOST_COMPARED])
    if not candidates:
        return []
    # Of the many that are compared only what they are compared by; of the few that are shown, all.
    about_them = Deliberation.objects.filter(pk__in=[deliberation for _pk, deliberation in candidates])
    described = _features(list(about_them.select_related("question", "project").only(*COMPARED)))
    mine = _features_of_text(about, organisation) if isinstance(about, str) else _features_of(about)
    ranked = sorted(
        ((_shared(mine, described[deliberation]), pk) for pk, deliberation in candidates),
        key=lambda pair: pair[0],
        reverse=True,
    )
    keys = [pk for shared, pk in ranked if any(shared[:3]) or shared[3] >= 3][:most]
    whole = Precedent.objects.select_related(*WHOLE).in_bulk(keys)
    chosen = [whole[pk] for pk in keys]
    places = places_of_precedents(chosen, organisation)
    return [
        Likeness(
            row,
            _alike(mine, described[row.deliberation_id]),
            _differs(mine, described[row.deliberation_id], row),
            places[row.pk],
        )
        for row in chosen
    ]


def _shared(mine: Features, theirs: Features) -> tuple[int, int, int, int]:
    """How much two questions share, to order by. It orders, is never shown, and leaves this module in no other form."""
    return (
        len(mine.frameworks.keys() & theirs.frameworks.keys()),
        len(mine.groups.keys() & theirs.groups.keys()),
        len(mine.values.keys() & theirs.values.keys()),
        len(mine.words & theirs.words),
    )


def _alike(mine: Features, theirs: Features) -> list[str]:
    said = []
    if both := _both(mine.frameworks, theirs.frameworks):
        said.append(_("In tension in both: %(titles)s.") % {"titles": both})
    if both := _both(mine.groups, theirs.groups):
        said.append(_("Both bear on: %(titles)s.") % {"titles": both})
    if both := _both(mine.values, theirs.values):
        said.append(_("Weighed in both: %(titles)s.") % {"titles": both})
    if words := sorted(mine.words & theirs.words):
        said.append(_("Both speak of: %(words)s.") % {"words": ", ".join(words[:8])})
    return said


def _differs(mine: Features, theirs: Features, precedent: Precedent) -> list[str]:
    said = []
    version = precedent.outcome.signed_version
    if version and version.does_not_apply_to and str(version.does_not_apply_to).strip():
        excluded = str(version.does_not_apply_to).strip().rstrip(".")
        said.append(_("It says that it does not apply to: %(text)s.") % {"text": excluded})
    for here, there, only_here, only_there in (
        (
            mine.frameworks,
            theirs.frameworks,
            _("In tension only here: %(titles)s."),
            _("In tension only there: %(titles)s."),
        ),
        (mine.groups, theirs.groups, _("Bears only here on: %(titles)s."), _("Bore only there on: %(titles)s.")),
    ):
        if here and (titles := _only(here, there)):
            said.append(only_here % {"titles": titles})
        if titles := _only(there, here):
            said.append(only_there % {"titles": titles})
    if mine.urgency and mine.urgency != theirs.urgency:
        said.append(
            _("It was %(there)s there and is %(here)s here.")
            % {"there": Urgency(theirs.urgency).label.lower(), "here": Urgency(mine.urgency).label.lower()}
        )
    if mine.project and mine.project != theirs.project:
        said.append(_("It belongs to another project: %(name)s.") % {"name": theirs.project})
    if not said:
        said.append(_("Software sees no difference. That does not mean there is none: please read it."))
    return said


def _both(mine: dict[str, str], theirs: dict[str, str]) -> str:
    return ", ".join(title for key, title in mine.items() if key in theirs)


def _only(these: dict[str, str], those: dict[str, str]) -> str:
    return ", ".join(title for key, title in these.items() if key not in those)


def _features_of(deliberation: Deliberation) -> Features:
    mine = _features([deliberation])[deliberation.pk]
    if mine.frameworks or mine.groups:
        return mine
    # Nothing is named yet: what the words of the question suggest is compared instead.
    guessed = _features_of_text(
        "\n".join(str(text) for text in (deliberation.question, deliberation.decision_asked) if text),
        deliberation.organisation,
    )
    return Features(
        guessed.frameworks, mine.values or guessed.values, guessed.groups, mine.words, mine.urgency, mine.project
    )


def _features_of_text(text: str, organisation: Organisation) -> Features:
    found = orchestrator(organisation).analyze_conflict(text)
    return Features(
        frameworks={_plain(one.framework): one.framework for one in found.moral_frameworks_in_tension},
        values={_plain(title): title for title in found.value_trade_offs},
        groups={_plain(title): title for title in found.affected_stakeholder_groups},
        words=_words(text),
    )


def _features(deliberations: list[Deliberation]) -> dict[UUID, Features]:
    """What each is about, in six queries however many."""
    keys = [one.pk for one in deliberations]
    frameworks = _titles(Framework, keys)
    groups = _titles(Group, keys)
    values = _titles(TradeOff, keys)
    signed = Outcome.objects.filter(deliberation__in=keys, signed_version__isnull=False)
    weighed = WeighedValue.objects.filter(version__in=signed.values("signed_version")).select_related("text")
    for value in weighed:
        title = str(value.text)
        values.setdefault(value.deliberation_id, {})[_plain(title)] = title
    texts: dict[UUID, list[str]] = {}
    for row in signed.values_list("deliberation", "signed_version__decision__body", "signed_version__applies_to__body"):
        texts[row[0]] = [part for part in row[1:] if part]
    wanted = [one.decision_asked_id for one in deliberations if one.decision_asked_id]
    bodies = dict(Text.objects.filter(pk__in=wanted).values_list("pk", "body"))
    asked = {one.pk: bodies[one.decision_asked_id] if one.decision_asked_id else "" for one in deliberations}
    return {
        one.pk: Features(
            frameworks.get(one.pk, {}),
            values.get(one.pk, {}),
            groups.get(one.pk, {}),
            _words(
                " ".join(
                    [
                        one.question.body,
                        asked[one.pk],
                        *texts.get(one.pk, []),
                    ]
                )
            ),
            one.urgency,
            one.project.name,
        )
        for one in deliberations
    }


def _titles(model: type[Framework] | type[TradeOff] | type[Group], keys: list[UUID]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {}
    rows = model.objects.filter(deliberation__in=keys, status__in=model.STANDING).values_list("deliberation", "title")
    for key, title in rows:
        found.setdefault(key, {})[_plain(title)] = title
    return found


def _plain(title: str) -> str:
    return " ".join(title.casefold().split()).strip(" .")


@cache
def _common() -> frozenset[str]:
    """Words that say nothing about what a question is about."""
    path = Path(__file__).parent.parent / "data" / "common_words.txt"
    return frozenset(path.read_text(encoding="utf-8").split())


def _words(text: str) -> frozenset[str]:
    """The words of four letters and more, without the common ones; a plural is taken as its singular."""
    found = set()
    for word in re.findall(r"[^\W\d_]{4,}", text.casefold()):
        single = word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 4 else word
        if not {word, single} & _common():
            found.add(single)
    return frozenset(found)
