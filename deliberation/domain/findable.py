"""How a text is taken apart into words, so that a search finds it; and what a signed outcome is found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import pairwise
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.models import Text
from deliberation.models import (
    Commitment,
    Deliberation,
    OutcomeVersion,
    Precedent,
    Remainder,
    Searchable,
    WeighedValue,
)
from deliberation.models.tenancy import OfDeliberation

LONGEST = 40
"""So many characters of a word are kept, and so many of what somebody looks for are compared."""

MOST = 200_000
"""So many characters of words find one row: PostgreSQL takes a million octets, and prose stays far below."""

_UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # Japanese
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese
    "]+"
)
"""Writing that puts no space between words: there any character may begin one."""


def words_of(texts: Iterable[str]) -> list[str]:
    """What these are found by, each once: their words, and of writing without spaces every two characters."""
    found: set[str] = set()
    for text in texts:
        for word, is_unspaced in _apart(text):
            found |= {*_pairs(word), word[-1]} if is_unspaced else {word}
    kept, room = [], MOST
    for word in sorted(found):
        room -= len(word) + 1
        if room < 0:
            break
        kept.append(word)
    return kept


def beginnings_in(phrase: str) -> list[str]:
    """What a text must have for the phrase to be in it: with each of these one of its words begins."""
    found: dict[str, None] = {}
    for word, is_unspaced in _apart(phrase):
        found |= dict.fromkeys(_pairs(word) if is_unspaced and len(word) > 1 else [word])
    return list(found)


def _apart(text: str) -> Iterator[tuple[str, bool]]:
    """Each run of letters, digits and the marks on them, in small ones; and whether its words end without a space."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    apart = "".join(one if one.isalnum() or unicodedata.category(one)[0] == "M" else " " for one in plain)
    for run in apart.split():
        end = 0
        for unspaced in _UNSPACED.finditer(run):
            if before := run[end : unspaced.start()]:
                yield before[:LONGEST], False
            yield unspaced[0], True
            end = unspaced.end()
        if rest := run[end:]:
            yield rest[:LONGEST], False


def _pairs(run: str) -> Iterator[str]:
    return (one + other for one, other in pairwise(run))


# --- What is found


def make_findable(precedent: Precedent) -> None:
    """Keep what a signed outcome and its losses and promises are found by, in the transaction of the signature.

    Doing it again puts what its texts say now in the place of what was kept.
    """
    kind = Searchable.Kind
    version = precedent.outcome.signed_version
    assert version is not None
    question = precedent.deliberation.question
    rows: list[tuple[str, UUID, Iterable[Text | None]]] = [
        (kind.PRECEDENT, precedent.pk, (question, version.decision, version.justification, version.applies_to)),
    ]
    given_less = version.values.filter(side=WeighedValue.Side.DEPRIORITIZED).select_related("text")
    rows.append((kind.LESS_WEIGHT, version.pk, [one.text for one in given_less]))
    for loss in version.remainders.select_related("loss", "bearer", "debt"):
        rows.append((kind.LOSS, loss.pk, (question, loss.loss, loss.bearer, loss.debt)))
        rows.append((kind.BEARER, loss.pk, (loss.bearer,)))
    for promise in version.commitments.select_related("what", "to_whom", "owner", "remainder__bearer"):
        bearer = promise.remainder.bearer if promise.remainder else None
        rows.append((kind.PROMISE, promise.pk, (question, promise.what, promise.to_whom, promise.owner)))
        rows.append((kind.PROMISED_TO, promise.pk, (promise.to_whom, bearer)))
    Searchable.objects.filter(deliberation=precedent.deliberation_id).delete()
    Searchable.objects.bulk_create(
        Searchable(
            organisation_id=precedent.organisation_id,
            deliberation_id=precedent.deliberation_id,
            kind=of,
            row=row,
            words=" ".join(words_of(text.body for text in texts if text)),
        )
        for of, row, texts in rows
    )


def those_that_name(text: Text) -> QuerySet[Precedent]:
    """The precedents that are found, or whose losses and promises are, by what this text says."""
    within: list[tuple[type[OfDeliberation], tuple[str, ...]]] = [
        (OutcomeVersion, ("decision", "justification", "applies_to")),
        (WeighedValue, ("text",)),
        (Remainder, ("loss", "bearer", "debt")),
        (Commitment, ("what", "to_whom", "owner")),
    ]
    there = set(Deliberation.objects.filter(question=text).values_list("pk", flat=True))
    for model, names in within:
        said = reduce(or_, (Q(**{name: text}) for name in names))
        there |= set(model._default_manager.filter(said).values_list("deliberation", flat=True))
    return Precedent.objects.filter(deliberation__in=there)
