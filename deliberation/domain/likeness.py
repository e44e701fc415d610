"""What a question is about, as far as software can tell; and the terms by which a precedent like it is found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from uuid import UUID

from accounts.models import Organisation
from audit.models import Text
from deliberation.domain.suggesting import orchestrator
from deliberation.models import (
    Deliberation,
    Framework,
    Group,
    Outcome,
    Precedent,
    PrecedentTerm,
    TradeOff,
    WeighedValue,
)

LONGEST = 300
"""So many characters of a title or a word are compared."""


@dataclass(frozen=True)
class Features:
    """What a question is about: titles and values by what they are compared by, and its words."""

    frameworks: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    urgency: str = ""
    project: str = ""


def features_of(deliberation: Deliberation) -> Features:
    """What it is about. While nothing is named yet: what the words of the question suggest."""
    mine = features_of_each([deliberation])[deliberation.pk]
    if mine.frameworks or mine.groups:
        return mine
    guessed = features_of_text(
        "\n".join(str(text) for text in (deliberation.question, deliberation.decision_asked) if text),
        deliberation.organisation,
    )
    return Features(
        guessed.frameworks, mine.values or guessed.values, guessed.groups, mine.words, mine.urgency, mine.project
    )


def features_of_text(text: str, organisation: Organisation) -> Features:
    """What a question that somebody typed is about, as the software reads it."""
    found = orchestrator(organisation).analyze_conflict(text)
    return Features(
        frameworks={plain(one.framework): one.framework for one in found.moral_frameworks_in_tension},
        values={plain(title): title for title in found.value_trade_offs},
        groups={plain(title): title for title in found.affected_stakeholder_groups},
        words=words_in(text),
    )


def features_of_each(deliberations: Iterable[Deliberation]) -> dict[UUID, Features]:
    """What each is about, in six queries however many."""
    rows = list(deliberations)
    keys = [one.pk for one in rows]
    frameworks, groups, values = (_titles(model, keys) for model in (Framework, Group, TradeOff))
    for key, texts in _weighed(keys).items():
        values.setdefault(key, {}).update({plain(str(text)): str(text) for text in texts})
    said = _said(rows)
    return {
        one.pk: Features(
            frameworks.get(one.pk, {}),
            values.get(one.pk, {}),
            groups.get(one.pk, {}),
            frozenset().union(*(words_in(text.body) for text in said[one.pk])),
            one.urgency,
            one.project.name,
        )
        for one in rows
    }


def index_precedent(precedent: Precedent) -> None:
    """Keep the terms by which a precedent is found, in the transaction in which it is made.

    What stands after the signature never changes, so they are written once. Where two texts share a word, it is
    kept as the first one's: erasing that text takes it out.
    """
    deliberation, kind = precedent.deliberation, PrecedentTerm.Kind
    key = deliberation.pk
    found: dict[tuple[str, str], Text | None] = {}
    for model, of in ((Framework, kind.FRAMEWORK), (Group, kind.GROUP), (TradeOff, kind.VALUE)):
        for title in _titles(model, [key]).get(key, {}):
            found[of, title] = None
    for text in _weighed([key]).get(key, []):
        found.setdefault((kind.VALUE, plain(text.body)), text)
    for text in _said([deliberation])[key]:
        for word in words_in(text.body):
            found.setdefault((kind.WORD, word), text)
    PrecedentTerm.objects.bulk_create(
        PrecedentTerm(
            organisation_id=precedent.organisation_id,
            deliberation=deliberation,
            precedent=precedent,
            kind=of,
            term=term,
            text=text,
        )
        for (of, term), text in sorted(found.items(), key=lambda one: one[0])
        if term
    )


def forget_terms(precedent: Precedent) -> None:
    """It informs nothing any more, and is found by its likeness no more."""
    PrecedentTerm.objects.filter(precedent=precedent).delete()


def _titles(model: type[Framework] | type[TradeOff] | type[Group], keys: list[UUID]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {}
    rows = model.objects.filter(deliberation__in=keys, status__in=model.STANDING).values_list("deliberation", "title")
    for key, title in rows:
        found.setdefault(key, {})[plain(title)] = title
    return found


def _weighed(keys: list[UUID]) -> dict[UUID, list[Text]]:
    """The values that each signed outcome gives more weight, or less."""
    signed = Outcome.objects.filter(deliberation__in=keys, signed_version__isnull=False).values("signed_version")
    found: dict[UUID, list[Text]] = {}
    for value in WeighedValue.objects.filter(version__in=signed).select_related("text"):
        found.setdefault(value.deliberation_id, []).append(value.text)
    return found


def _said(deliberations: list[Deliberation]) -> dict[UUID, list[Text]]:
    """Of each the question, what was asked, and what was decided and to what it applies."""
    keys: dict[UUID, list[UUID | None]] = {one.pk: [one.question_id, one.decision_asked_id] for one in deliberations}
    signed = Outcome.objects.filter(deliberation__in=list(keys), signed_version__isnull=False)
    parts = ("deliberation", "signed_version__decision", "signed_version__applies_to")
    for key, *texts in signed.values_list(*parts):
        keys[key] += texts
    bodies = Text.objects.in_bulk([text for texts in keys.values() for text in texts if text])
    return {key: [bodies[text] for text in texts if text] for key, texts in keys.items()}


def plain(title: str) -> str:
    """What titles are compared by."""
    return " ".join(title.casefold().split()).strip(" .")[:LONGEST]


@cache
def _common() -> frozenset[str]:
    """Words that say nothing about what a question is about."""
    path = Path(__file__).parent.parent / "data" / "common_words.txt"
    return frozenset(path.read_text(encoding="utf-8").split())


def words_in(text: str) -> frozenset[str]:
    """The words of four letters and more, without the common ones; a plural is taken as its singular."""
    found = set()
    for word in re.findall(r"[^\W\d_]{4,}", text.casefold()):
        single = word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 4 else word
        if not {word, single} & _common():
            found.add(single[:LONGEST])
    return frozenset(found)
