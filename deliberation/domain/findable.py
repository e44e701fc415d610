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


Row = tuple[str, UUID, list[UUID | None]]
"""A kind of what is found, the id of the row, and those of its texts."""


def hold_what_finds(precedent: Precedent) -> None:
    """Let nobody erase a text by which the precedent will be found before the transaction ends.

    Whoever erases one sees no words that are not committed yet, and would leave them there; where they came first, what
    is read from here on is what they left.
    """
    texts = {text for _kind, _row, texts in _rows_of(precedent) for text in texts if text}
    texts |= {text for text in [precedent.deliberation.decision_asked_id] if text}
    list(Text.objects.select_for_update().filter(pk__in=texts).order_by("pk").values_list("pk"))


def make_findable(precedent: Precedent) -> None:
    """Keep what a signed outcome and its losses and promises are found by, in the transaction of the signature.

    Doing it again puts what its texts say now in the place of what was kept.
    """
    rows = _rows_of(precedent)
    said = Text.objects.filter(pk__in={text for _kind, _row, texts in rows for text in texts if text})
    bodies = dict(said.values_list("pk", "body"))
    Searchable.objects.filter(deliberation=precedent.deliberation_id).delete()
    Searchable.objects.bulk_create(
        Searchable(
            organisation_id=precedent.organisation_id,
            deliberation_id=precedent.deliberation_id,
            kind=of,
            row=row,
            words=" ".join(words_of(bodies[text] for text in texts if text)),
        )
        for of, row, texts in rows
    )


def _rows_of(precedent: Precedent) -> list[Row]:
    kind = Searchable.Kind
    version = precedent.outcome.signed_version
    assert version is not None
    question = precedent.deliberation.question_id
    rows: list[Row] = [
        (kind.PRECEDENT, precedent.pk, [question, version.decision_id, version.justification_id, version.applies_to_id])
    ]
    given_less = version.values.filter(side=WeighedValue.Side.DEPRIORITIZED)
    rows.append((kind.LESS_WEIGHT, version.pk, list(given_less.values_list("text", flat=True))))
    for loss in version.remainders.all():
        rows.append((kind.LOSS, loss.pk, [question, loss.loss_id, loss.bearer_id, loss.debt_id]))
        rows.append((kind.BEARER, loss.pk, [loss.bearer_id]))
    for promise in version.commitments.select_related("remainder"):
        bearer = promise.remainder.bearer_id if promise.remainder else None
        rows.append((kind.PROMISE, promise.pk, [question, promise.what_id, promise.to_whom_id, promise.owner_id]))
        rows.append((kind.PROMISED_TO, promise.pk, [promise.to_whom_id, bearer]))
    return rows


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
