"""What one person wrote, as they find it again: entry by entry, with the words that are kept or the day they went."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation
from audit.models import Entry, Text
from audit.queries.wording import event_in_words, name_in_words
from audit.speakers import events_with_speakers

PAGE = 25
AT_ONCE = timedelta(minutes=1)
"""Words and the entry they came with are kept within this. Who may erase them is asked exactly when they do."""


@dataclass(frozen=True)
class Word:
    """Words under the name the entry commits to them by; `url` leads to where they are erased."""

    name: str
    text: Text
    url: str

    @property
    def label(self) -> str:
        return name_in_words(self.name)


@dataclass(frozen=True)
class Written:
    """One entry with what its author wrote in it."""

    entry: Entry
    says: str
    words: list[Word]


def written_by(
    organisation: Organisation,
    actor: UUID,
    erase: Callable[[UUID, str], str],
    *,
    after: UUID | None = None,
    only: UUID | None = None,
    entered: QuerySet[Entry] | None = None,
) -> tuple[list[Written], UUID | None]:
    """A page of the entries in which `actor` (a membership or a seat) wrote something, the newest first.

    `entered` are the entries in which somebody else recorded what they said; what they recorded for others is not
    theirs. `erase` gives the address at which the words of an entry under a name are erased. Gives also where the
    next page begins. A page looks through so many entries and may show fewer, in a fixed number of queries. Words that
    an entry only repeats, as a signature does those of dissents, are not its author's, and the reason of an erasure
    stays.
    """
    acted = Entry.objects.filter(organisation=organisation, actor_ref=actor.hex)
    page: list[Entry] = []
    for rows in (acted.exclude(event__in=["erasure", *events_with_speakers()]), entered):
        if rows is None:
            continue
        if only is not None:
            rows = rows.filter(pk=only)
        if after is not None:
            rows = rows.filter(pk__lt=after)
        page += rows.order_by("-id")[: PAGE + 1]
    page.sort(key=lambda entry: entry.pk, reverse=True)
    page = page[: PAGE + 1]
    entries = page[:PAGE]
    named = {entry.pk: json.loads(bytes(entry.canonical))["commitments"] for entry in entries}
    digests = [digest for commitments in named.values() for digest in commitments.values()]
    kept = {text.commitment: text for text in Text.objects.filter(organisation=organisation, commitment__in=digests)}
    found = [
        Written(
            entry,
            event_in_words(entry.event, _("You")),
            [
                Word(name, kept[digest], erase(entry.pk, name))
                for name, digest in named[entry.pk].items()
                if digest in kept and _came_with(kept[digest], entry)
            ],
        )
        for entry in entries
    ]
    return [one for one in found if one.words], entries[-1].pk if len(page) > PAGE else None


def _came_with(text: Text, entry: Entry) -> bool:
    """Whether the words were kept as the entry was recorded, by the time that is in the ids of both."""
    return (entry.pk.int >> 80) - (text.pk.int >> 80) < AT_ONCE // timedelta(milliseconds=1)


def kept_as(entry: Entry, name: str) -> Text | None:
    """The words that the entry commits to under this name, or None where none are kept."""
    commitment = json.loads(bytes(entry.canonical))["commitments"].get(name)
    return Text.objects.filter(commitment=commitment).first() if commitment else None
