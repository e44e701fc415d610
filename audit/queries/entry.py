"""One entry: what it says, what it answers and what answered it, and the words it commits to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections, router

from accounts.models import Organisation
from accounts.permissions import Caller
from audit.envelope import NOT_RUN
from audit.models import Entry, Text
from audit.queries.registry import may_read_words
from audit.queries.search import COLUMNS
from audit.queries.wording import name_in_words

LONGEST_CHAIN = 20
MOST_ANSWERS = 20


@dataclass(frozen=True)
class Step:
    """What one service said within a check, and how long it took."""

    service: str
    result: str
    microseconds: int | None
    ran: bool


@dataclass(frozen=True)
class Words:
    """Words that the entry commits to. `text` is None where none are kept; `shown` says whether this reader may."""

    name: str
    commitment: str
    text: Text | None
    shown: bool

    @property
    def label(self) -> str:
        return name_in_words(self.name)


@dataclass(frozen=True)
class Page:
    entry: Entry
    envelope: dict[str, Any]
    steps: list[Step]
    chain: list[Entry]
    """What it answers, the first cause first, and the entry itself at the end; alone where it answers nothing."""
    answers: list[Entry]
    more_answers: bool
    words: list[Words]

    @property
    def hides_words(self) -> bool:
        return any(one.text is not None and not one.text.is_erased and not one.shown for one in self.words)

    @property
    def took(self) -> int:
        return sum(step.microseconds or 0 for step in self.steps)


def entry_page(organisation: Organisation, pk: UUID, caller: Caller) -> Page | None:
    """Everything about one entry of the organisation, or None where it has no such entry."""
    entry = Entry.objects.filter(organisation=organisation, pk=pk).first()
    if entry is None:
        return None
    envelope = json.loads(bytes(entry.canonical))
    answers = list(
        Entry.objects.filter(organisation=organisation, cause_id=pk).order_by("id").only(*COLUMNS)[: MOST_ANSWERS + 1]
    )
    return Page(
        entry=entry,
        envelope=envelope,
        steps=_steps(envelope),
        chain=_chain(organisation, entry),
        answers=answers[:MOST_ANSWERS],
        more_answers=len(answers) > MOST_ANSWERS,
        words=_words(entry, envelope, caller),
    )


def _steps(envelope: dict[str, Any]) -> list[Step]:
    return [
        Step(one["service"], one["result"], one["microseconds"], one["result"] not in NOT_RUN)
        for one in envelope["coordination"]
    ]


def _chain(organisation: Organisation, entry: Entry) -> list[Entry]:
    """Its causes, read at once however many they are."""
    if entry.cause_id is None:
        return [entry]
    connection = connections[router.db_for_read(Entry)]
    key = Entry._meta.get_field("id")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE chain (id, cause_id, depth) AS ("
            " SELECT id, cause_id, 1 FROM audit_entry WHERE id = %s AND organisation_id = %s"
            " UNION ALL SELECT e.id, e.cause_id, chain.depth + 1 FROM audit_entry e JOIN chain ON e.id = chain.cause_id"
            " WHERE e.organisation_id = %s AND chain.depth < %s"
            ") SELECT id FROM chain ORDER BY depth",
            [
                key.get_db_prep_value(entry.cause_id, connection),
                key.get_db_prep_value(organisation.pk, connection),
                key.get_db_prep_value(organisation.pk, connection),
                LONGEST_CHAIN,
            ],
        )
        order = [key.to_python(row[0]) for row in cursor.fetchall()]
    known = Entry.objects.filter(organisation=organisation).only(*COLUMNS).in_bulk(order)
    return [*(known[pk] for pk in reversed(order) if pk in known), entry]


def _words(entry: Entry, envelope: dict[str, Any], caller: Caller) -> list[Words]:
    commitments: dict[str, str] = envelope["commitments"]
    if not commitments:
        return []
    kept = {text.commitment: text for text in Text.objects.filter(commitment__in=commitments.values())}
    shown = may_read_words(entry, caller)
    return [Words(name, digest, kept.get(digest), shown) for name, digest in commitments.items()]
