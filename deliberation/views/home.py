"""Where a person arrives: what is asked of them now, and the board of those who carry deliberations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import MemberRequest, for_members, for_people
from accounts.csv_lines import csv_file
from accounts.durations import how_long
from accounts.models import Membership
from accounts.notifications import mail_is_sent
from accounts.roles import Role
from deliberation.models import Round
from deliberation.queries import asked as reads
from deliberation.queries import board as boards
from deliberation.queries.asked import AnyAsked, Order, asked_of, followed_by, next_expected
from deliberation.queries.places import places_of


@require_safe
@for_people(read="read_asked")
def asked(request: HttpRequest, slug: str) -> HttpResponse:
    """What is asked of the person who is signed in, a page at a time, and below it what they follow."""
    organisation, membership = request.organisation, request.membership  # type: ignore[attr-defined]
    roles = membership.roles if membership else frozenset()
    places = places_of(request.user, _open_links(request))  # type: ignore[arg-type]
    after = Order.read(request.GET.get("after", ""))
    found = asked_of(organisation, user=request.user, roles=roles, places=places, after=after)  # type: ignore[arg-type]
    more = str(found[reads.PAGE - 1].order) if len(found) > reads.PAGE else ""
    found = found[: reads.PAGE]
    # Only of a list that is whole can be said what is not in it.
    followed = [] if more or after else followed_by(places, found)
    return render(
        request,
        "deliberation/asked.html",
        {
            "asked": [_asked_row(one, first=n == 0) for n, one in enumerate(found)],
            "more": urlencode({"after": more}) if more else "",
            "later": after is not None,
            "followed": [
                {
                    "title": one.question,
                    "url": reverse("deliberation", kwargs={"slug": slug, "number": one.number}),
                    "when": one.get_state_display(),
                    "more": [_("since %(day)s") % {"day": _day(one.state_since)}],
                }
                for one in followed
            ],
            "expected": None if found else next_expected(places),
            "mails": mail_is_sent(),
            "may_convene": Role.FACILITATOR in roles,
            "alone": _alone(organisation) if roles & {Role.ADMINISTRATOR, Role.FACILITATOR} else False,
        },
    )


def _open_links(request: HttpRequest) -> frozenset[UUID]:
    held = request.session.get("participations", {})
    return frozenset(UUID(one["seat"]) for one in held.values())


def _asked_row(one: AnyAsked, *, first: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "title": one.question,
        "url": one.url,
        "when": one.what,
        "says": [one.says] if one.says else [],
        "next": {"url": one.url, "title": one.button, "first": first},
        "more": [one.reference] if one.reference else [],
    }
    if one.due_at:
        row["late"] = one.due_at <= clock.now()
        until = _("was due %(moment)s") if row["late"] else _("until %(moment)s")
        row["more"].insert(0, until % {"moment": _moment(one.due_at)})
    return row


def _alone(organisation: Any) -> bool:
    """Whether the organisation has fewer than two people, so that no gate can be passed yet."""
    return Membership.objects.filter(organisation=organisation, ended_at__isnull=True).count() < 2


@require_safe
@for_members(read="read_board")
def board(request: MemberRequest, slug: str) -> HttpResponse:
    """A row a deliberation: where it stands, who has been heard, what holds it up, one next action."""
    show = request.GET.get("show", "all")
    show = show if show in boards.FILTERS else "all"
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 9 else None
    rows = _board_rows(request, show, start, boards.PAGE + 1)
    more = rows[boards.PAGE - 1].deliberation.number if len(rows) > boards.PAGE else None
    rows = rows[: boards.PAGE]
    now = clock.now()
    return render(
        request,
        "deliberation/board.html",
        {
            "rows": [_board_row(row, slug, first=False) for row in rows],
            "waiting": any(row.next for row in rows),
            "show": show,
            "whole": start is None and more is None,
            "filters": [
                ("all", _("All open")),
                ("mine", _("Waiting for you")),
                ("week", _("Closing this week")),
                ("gap", _("With someone missing")),
                ("ended", _("Ended")),
            ],
            "more": more,
            "silence": boards.silence(now),
            "may_convene": Role.FACILITATOR in request.membership.roles,
        },
    )


def _board_rows(request: MemberRequest, show: str, after: int | None, most: int) -> list[boards.BoardRow]:
    user, roles = request.user, request.membership.roles
    return boards.board(user, places_of(user), roles=roles, show=show, after=after, most=most)


def _board_row(row: boards.BoardRow, slug: str, *, first: bool) -> dict[str, Any]:
    deliberation = row.deliberation
    made: dict[str, Any] = {
        "title": deliberation.question,
        "url": reverse("deliberation", kwargs={"slug": slug, "number": deliberation.number}),
        "when": deliberation.get_urgency_display(),
        "late": deliberation.urgency == "CRITICAL" and deliberation.is_open,
        "more": [_standing(row), deliberation.reference],
        "coverage": row.coverage,
        "held": " ".join(row.held),
    }
    if row.late_by:
        made["more"].insert(1, _("%(late)s late") % {"late": how_long(row.late_by)})
    if row.next:
        label, url = row.next
        made["next"] = {"title": label, "url": url, "first": first} if url else {"says": label}
    return made


def _standing(row: boards.BoardRow) -> str:
    where = boards.where_it_stands(row)
    one = row.round
    if one is not None and one.state == Round.State.OPEN and one.closes_at and row.deliberation.is_open:
        return _("%(where)s, closes %(moment)s") % {"where": where, "moment": _moment(one.closes_at)}
    return where


def _day(moment: Any) -> str:
    return formats.date_format(timezone.localtime(moment), "j F")


def _moment(moment: Any) -> str:
    return formats.date_format(timezone.localtime(moment), "l j F, H:i")


AT_A_TIME = 200
"""So many rows of the CSV are read at once."""


@require_safe
@for_members(read="read_board")
def board_csv(request: MemberRequest, slug: str) -> StreamingHttpResponse:
    """The board as CSV, with the filter that is chosen."""
    show = request.GET.get("show", "all")

    def lines() -> Iterator[list[object]]:
        yield [
            _("Reference"),
            _("Question"),
            _("Urgency"),
            _("State"),
            _("Since"),
            _("Closes"),
            _("Held up by"),
            _("Next"),
        ]
        after: int | None = None
        while True:
            rows = _board_rows(request, show if show in boards.FILTERS else "all", after, AT_A_TIME)
            for row in rows:
                here = row.deliberation
                closes = row.round.closes_at if row.round and row.round.state == Round.State.OPEN else None
                yield [
                    here.reference,
                    here.question,
                    here.get_urgency_display(),
                    here.get_state_display(),
                    here.state_since.isoformat(timespec="seconds"),
                    closes.isoformat(timespec="seconds") if closes else "",
                    " ".join(row.held),
                    row.next[0] if row.next else "",
                ]
            if len(rows) < AT_A_TIME:
                return
            after = rows[-1].deliberation.number

    return csv_file(f"board-{slug}.csv", lines())
