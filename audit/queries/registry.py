"""What the apps say of their own entries: who reads the words, where an entry leads, and what act it was about.

An app above says so when it is ready. What stands here from the start is of this app and of the floor below, which
knows of no record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from accounts.models import Organisation
from accounts.permissions import Caller, may
from audit.models import Entry

Find = Callable[[Organisation, str, str, Caller], str]
"""Gives the address of the page of what an entry is about, by its kind and id; nothing where it is not the caller's."""
Acts = Callable[[Sequence[Entry]], Mapping[UUID, str]]
"""Gives the acts that entries were about, each in a line, by the id of the entry."""

_words_of: dict[str, str] = {"milestone.": "read_record"}
_pages: dict[str, tuple[str, str, bool]] = {
    "milestone": ("evolution", "read_record", False),
    "export": ("settings_export", "start_export", False),
    "surface": ("settings_public", "switch_surface", False),
    "dataset": ("settings_public", "switch_surface", False),
    "membership": ("settings_members", "add_member", False),
    "project": ("settings_projects", "create_project", False),
    "api_key": ("settings_keys", "create_api_key", False),
    "organisation": ("settings", "add_member", False),
}
_finders: dict[str, Find] = {}
_acts: dict[str, tuple[str, Acts]] = {}


# --- What an app says


def let_read(events: str, verb: str) -> None:
    """The words of events that begin so may be read here by whom the row `verb` admits, others on their pages only."""
    _words_of[events] = verb


def lead_to(kind: str, route: str, verb: str, *, alone: bool = True) -> None:
    """What an entry is about has a page: `route` with the organisation's slug and the id, for whom `verb` admits.

    Without `alone` it stands on a page with others, which takes the slug alone.
    """
    _pages[kind] = (route, verb, alone)


def lead_by(kinds: Iterable[str], find: Find) -> None:
    """The same where more than the id is needed to know the page, or who may read it: `find` is asked."""
    _finders.update(dict.fromkeys(kinds, find))


def tell_acts(event: str, verb: str, acts: Acts) -> None:
    """Entries of this event have a line of their own for whom the row `verb` admits: what was to be done.

    It takes the place of the sentence that all such entries share.
    """
    _acts[event] = (verb, acts)


# --- What a reader is shown of it


def may_read_words(entry: Entry, caller: Caller) -> bool:
    """Whether the words that an entry commits to may be read with it."""
    verb = next((verb for events, verb in _words_of.items() if entry.event.startswith(events)), "")
    return bool(verb) and may(caller, verb)


def page_of_subject(organisation: Organisation, entry: Entry, caller: Caller) -> str:
    """The address of the page of what an entry is about; nothing where there is none, or this reader may not see it.

    Nothing either where its id is none that a page has: an entry opens whatever it says of its subject.
    """
    find = _finders.get(entry.subject_kind)
    if find is not None:
        return find(organisation, entry.subject_kind, entry.subject_id, caller)
    route, verb, alone = _pages.get(entry.subject_kind, ("", "", False))
    if not verb or not may(caller, verb):
        return ""
    try:
        return reverse(route, args=[organisation.slug, entry.subject_id] if alone else [organisation.slug])
    except NoReverseMatch:
        return ""


def acts_in_words(entries: Sequence[Entry], caller: Caller) -> dict[UUID, str]:
    """The lines of those entries that have one and whose acts this reader may see, read at once for each event."""
    found: dict[UUID, str] = {}
    for event, (verb, acts) in _acts.items():
        mine = [entry for entry in entries if entry.event == event]
        if mine and may(caller, verb):
            found.update(acts(mine))
    return found
