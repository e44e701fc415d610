"""Every route, by everybody, read and sent: who has no business there changes nothing and is told nothing.

Generated from the addresses and the table. A new route is walked by itself; one that no row of the table names, or
whose address cannot be filled, fails and says where to add it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.roles import Part
from accounts.scope import open_organisation
from deliberation.models import Deliberation
from tests.deliberation import stages
from tests.deliberation.pages import by_link, signed_in
from tests.walls.addresses import NARROWER, Route, arguments, deliberation_of, made_up, routes, subject_of
from tests.walls.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.alone]

ALL = routes()
OURS = [route for route in ALL if route.of_organisation]
OPEN_TO_ALL = {"schema", "api_docs", "set_language", "style", "style_card", "about", "security_txt", "client_file"}
ALLOWED_TO_WRITE = ("django_session", "audit_", "deliberation_draft", "instructions_draft")
"""What a refusal may leave: the session's message, an entry that says so, and what was typed, for who typed it."""
SAID = ("thinks is right", "Nobody should wait five weeks", "The reading should go", "The tool ranks applicants")
"""Words from inside a deliberation: a position, a shared value, a dissent, what is asked."""


@dataclass
class Visitor:
    name: str
    words: tuple[Any, ...]
    browser: Client
    stranger: bool = False
    seated: bool = False


ALWAYS = {"the facilitator", "the decision holder", "a reader", "the operator", "all roles of another organisation"}
IN_TURN = ("a reviewer who prepared", "an editor", "an auditor", "an administrator", "a member without a role")
"""Members without a seat: two of them try each route, besides those whom its rows name."""
SEATED = {"the facilitator", "the decision holder", "a reader"}


def visitors(route: Route, world: World, here: Deliberation) -> Iterator[Visitor]:
    """Who tries this route, each with a browser; the signed-out one is tried apart."""
    turn = sum(map(ord, route.name)) % len(IN_TURN)
    others = {IN_TURN[turn], IN_TURN[turn - 2]}
    for actor in world.actors:
        named = actor.name in IN_TURN and any(row.admits(actor.words[1:]) for row in route.rows)
        if actor.name in ALWAYS | others or named:
            browser = signed_in(actor.by)  # type: ignore[arg-type]
            yield Visitor(actor.name, actor.words, browser, actor.stranger, actor.name in SEATED)
    link = by_link(stages.seat_of(here, "Stakeholder four"))
    yield Visitor("a voice by their link", (Part.PARTICIPANT,), link, seated=True)


def test_every_route_is_named_in_a_row_of_the_table() -> None:
    missing = [route.name for route in ALL if not route.rows and route.name not in OPEN_TO_ALL]
    assert not missing, f"add them to `routes` of a row in their app's permissions.py: {missing}"


@pytest.mark.parametrize("route", OURS, ids=lambda route: route.name)
def test_it_opens_to_whom_the_table_names_and_to_nobody_else(route: Route, world: World) -> None:
    with open_organisation(world.cast.organisation):
        given = arguments(route, world)
        here = deliberation_of(subject_of(route, world), world)
        everybody = list(visitors(route, world, here))
    there = reverse(route.name, kwargs=given)
    nowhere = reverse(route.name, kwargs=made_up(route, given))
    differences = [*_signed_out(there, nowhere)]
    for visitor in everybody:
        admitted = any(row.admits(visitor.words) for row in route.rows)
        for method in ("get", "post"):
            status, body, written = _try(visitor.browser, method, there)
            what = f"{visitor.name}, {method}: {status}"
            if status >= 500:
                differences.append(what)
            elif visitor.stranger:
                gone, empty = (status, body)
                if visitor.words == ():
                    gone, empty, _ = _try(visitor.browser, method, nowhere)
                if {status, gone} - {404, 405} or status != gone or body != empty:
                    differences.append(f"{what}, and {gone} for what does not exist")
            elif method == "get" and status == 200 and not route.shows_to(visitor.words):
                differences.append(f"{what}, which no row lets them read")
            elif method == "get" and status in {403, 404} and admitted and route.name not in NARROWER:
                differences.append(f"{what}, and the table names them")
            if written and not admitted:
                differences.append(f"{what}, but wrote: {written[0][:150]}")
            if not visitor.seated and here.state != "decided":
                differences += [f"{what}, and reads “{words}”" for words in SAID if words in body]
    assert not differences, "\n".join([f"{route.name} {there}", *differences])


def _signed_out(there: str, nowhere: str) -> Iterator[str]:
    """Signed-out people go to sign-in and back, whether the thing exists or not; a page that takes no GET says so."""
    for method in ("get", "post"):
        answers = []
        for address in (there, nowhere):
            response = getattr(Client(), method)(address)
            answers.append((response.status_code, response.headers.get("Location", "").partition("?")[0]))
        if answers[0] != answers[1]:
            yield f"signed out, {method}: {answers[0]}, and {answers[1]} for what does not exist"
        elif answers[0] not in {(302, "/accounts/login/"), (405, "")}:
            yield f"signed out, {method}: {answers[0]}"


def _try(browser: Client, method: str, address: str) -> tuple[int, str, list[str]]:
    """The status, the page without what differs each time, and what was written; all of it is undone."""
    with transaction.atomic(), _written() as written:
        response = getattr(browser, method)(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    text = body.decode("utf-8", "replace") if "pdf" not in response.headers.get("Content-Type", "") else ""
    return response.status_code, _same(text, address), written


def _same(text: str, address: str) -> str:
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", text)
    return text.replace(address, "")


@contextmanager
def _written() -> Iterator[list[str]]:
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        match = re.match(r"\s*(?:INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM) \"(\w+)\"", sql)
        if match and not match[1].startswith(ALLOWED_TO_WRITE):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
