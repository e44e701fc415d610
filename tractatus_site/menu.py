"""The main menu: what stands in the masthead and, for a phone, at the foot of the page.

An entry appears once its screen exists (its url name resolves) and the reader may go there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.permissions import rule
from accounts.queries.organisations import has_keys


@dataclass(frozen=True)
class Place:
    """One screen of the menu. `names` are tried in turn; without the verb `read` it is every member's.

    `holds` are the beginnings, after the organisation's own address, of the other pages that belong to it. `there`
    says whether the organisation has what it shows.
    """

    title: str | Promise
    names: tuple[str, ...]
    read: str = ""
    holds: tuple[str, ...] = ()
    there: Callable[[Organisation], bool] | None = None


@dataclass(frozen=True)
class Entry:
    title: str
    url: str
    current: bool


MEMBER_PLACES = (
    Place(_("Asked of you"), ("asked",)),
    Place(_("Deliberations"), ("board",), "read_board", holds=("d/",)),
    Place(_("Precedents"), ("precedents",), holds=("ledger/",)),
    Place(_("Review"), ("reviews",), "read_reviews"),
    Place(_("Instructions"), ("instructions",)),
    Place(_("Agents"), ("agents",), "read_agents", there=has_keys),
    Place(_("Record"), ("record",), "read_record"),
    Place(_("Settings"), ("settings",), "read_settings"),
)


def _url(names: tuple[str, ...], slug: str) -> str | None:
    for name in names:
        try:
            return reverse(name, kwargs={"slug": slug})
        except NoReverseMatch:
            continue
    return None


def _card_of_guest(request: HttpRequest, slug: str) -> list[Entry]:
    found = re.match(rf"/o/{re.escape(slug)}/d/\d+/", request.path)
    if found is None or not request.session.get("participations"):
        return []
    url = found[0] + "asked/"
    return [Entry(str(MEMBER_PLACES[0].title), url, request.path == url)]


def entries(request: HttpRequest | None) -> list[Entry]:
    """The places the reader of this page may go to, in order.

    A guest with an account has what is asked of them, and whoever came by a link alone the card of that deliberation:
    from its rounds and its outcome they must find back. Whoever is signed out has none.
    """
    organisation = getattr(request, "organisation", None)
    membership = getattr(request, "membership", None)
    if request is not None and organisation is not None and not request.user.is_authenticated:
        return _card_of_guest(request, organisation.slug)
    if request is None or organisation is None or not (membership or request.user.is_authenticated):
        return []
    roles = membership.roles if membership else frozenset()
    found = [
        (place, url)
        for place in (MEMBER_PLACES if membership else MEMBER_PLACES[:1])
        if (not place.read or roles & set(rule(place.read).who))
        and (place.there is None or place.there(organisation))
        and (url := _url(place.names, organisation.slug))
    ]
    root = f"/o/{organisation.slug}/"
    here = max((url for _place, url in found if request.path.startswith(url)), key=len, default=None) or next(
        (url for place, url in found if any(request.path.startswith(root + part) for part in place.holds)), None
    )
    return [Entry(str(place.title), url, url == here) for place, url in found]
