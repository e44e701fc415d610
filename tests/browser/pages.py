"""Every page there is, found from the addresses: who opens it, in which state, and where it is.

A named route is a page once somebody who may read it is answered with HTML. One that nobody is answered on fails, and
says that it needs a row in `READERS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import SYSTEM
from audit.domain.surfaces import is_on, switch_surface
from deliberation import models as of
from deliberation.domain.agreement import put_agreement, put_difference
from deliberation.domain.invitations import renew_link
from deliberation.domain.links import token_of
from deliberation.domain.publication import publish
from deliberation.models import Deliberation
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.models import Instruction
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import by_link, signed_in
from tests.walls.addresses import Route, arguments, routes, subject_of
from tests.walls.world import World

NOBODY = "nobody"
"""Somebody signed out."""
A_VOICE = "Stakeholder four"
TRY = ("facilitator", "holder", "reviewer", "administrator", "editor", A_VOICE)
"""Who tries a page of the organisation that has no row, in turn, until somebody is answered."""


@dataclass(frozen=True)
class Seen:
    """One page as one person sees it: the state of what it is about belongs to it."""

    what: str
    who: str
    path: str
    here: Any = None
    """The deliberation, for a voice: they come by the link of their seat."""
    session: str = ""
    """Of a browser in which they are signed in, or came by their link."""

    @property
    def key(self) -> tuple[str, Any]:
        """Who they are: a voice is somebody else in each deliberation."""
        return self.who, self.here if self.who.startswith("Stakeholder") else None


READERS = {
    "own_sessions": "facilitator",
    "calendar_link": "reviewer",
    "card_confirm": "Stakeholder two",
    "card_sent": "Stakeholder one",
    "change_decide": "holder",
    "dissent_withdraw": "Stakeholder one",
    "quote_choose": "Stakeholder one",
    "evolution": "auditor",
    "metrics": "auditor",
    "record": "auditor",
    "record_entry": "auditor",
    "words_erase": "administrator",
    "card_words": A_VOICE,
    "review_speak": "Stakeholder one",
}
"""Who opens a page that only one of them may, or that shows them most."""

NO_PAGES = {
    "api_docs": "reads the schema by script; its own test looks at it",
    "demo": "only where there is a demo: looked at in test_accounts.py",
    "demo_sign_in": "an act",
    "hook_claude_code": "for agents' tools",
    "hook_claude_code_status": "for agents' tools",
    "litellm_guardrail": "for agents' tools",
    "evolution_markdown": "a document",
    "outbox": "only where mail is kept in files: looked at in test_screens.py",
    "outbox_mail": "only where mail is kept in files",
    "export_file": "a file",
    "card_erase": "only of words of one's own: looked at in tests/deliberation/test_own_words.py",
    "instruction_changed": "only of what an instruction would have changed: test_instructions.py",
    "instruction_draft": "keeps what is typed",
    "instruction_import_decide": "only of a file that was read: test_files_pages.py",
    "instruction_reinstate": "only of one that is retired",
    "period_end": "an act",
    "public_dataset_card": "a document",
    "public_dataset_file": "a file",
    "public_evolution_markdown": "a document",
    "public_metrics_file": "a file",
    "record_file": "a file",
    "record_proof": "a file",
    "reviews_ics": "for calendars",
    "security_txt": "plain text",
    "client_file": "a file",
    "set_language": "an act of Django's",
    "start": "only where there is a demo: looked at in test_public_pages.py",
    "style": "only in development: test_style.py",
    "style_card": "only in development: test_style.py",
    "variable_remove": "an act",
}
"""Routes that answer nobody here with a page, and why."""

SURFACES = {
    "framework_card": "dataset",
    "public_datasets": "dataset",
    "public_evidence": "evidence",
    "public_evolution": "evolution",
    "public_metrics": "metrics",
    "public_simulator": "simulator",
    "public_simulator_walk": "simulator",
}
"""Pages that an administrator has to switch on."""

OF_THE_PERSON = (
    "/accounts/email/", "/accounts/password/set/", "/accounts/2fa/", "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/accounts/logout/",
)  # fmt: skip
OF_NOBODY = (
    "/accounts/login/", "/accounts/login/code/", "/accounts/signup/", "/accounts/password/reset/", "/no-such-page/",
)  # fmt: skip
"""Pages of the sign-in library that ours have dressed."""

IN_EVERY_STATE = {
    "deliberation": ("facilitator", A_VOICE),
    "card": (A_VOICE,),
    "stakeholders": ("facilitator",),
    "outcome": ("holder",),
    "review": ("reviewer", "second_holder"),
    "precedent": ("holder",),
    "instruction": ("editor",),
    "agent_session": ("holder",),
    "judgment_request": ("holder", "auditor"),
}
"""Pages that say something else in each state of what they are about, and to whom."""

MACHINE = {"review": "review", "precedent": "precedent", "instruction": "instruction", "agent_session": "session",
           "judgment_request": "request"}  # fmt: skip
"""Whose states these are, where they are not the deliberation's."""


def every_page(world: World, *, in_every_state: bool) -> list[Seen]:
    """Every page of every route, those of rounds that are open, and, if wished, those that differ by state in each."""
    pages = [*_of_routes(world), *_in_open_rounds(world), *_of_sign_in()]
    if in_every_state:
        pages += _in_every_state(world)
    sessions: dict[tuple[str, Any], str] = {(NOBODY, None): ""}
    for seen in pages:
        if seen.key not in sessions:
            sessions[seen.key] = client_of(seen, world).cookies["sessionid"].value
    return [replace(seen, session=sessions[seen.key]) for seen in pages]


def client_of(seen: Seen, world: World) -> Client:
    """A browser of whoever sees this page."""
    if seen.who == NOBODY:
        return Client()
    user = getattr(world.cast, seen.who, None)
    if isinstance(user, User):
        return signed_in(user)
    return by_link(stages.seat_of(seen.here, seen.who))


def _of_routes(world: World) -> Iterator[Seen]:
    lost = []
    for route in routes():
        if route.name in NO_PAGES or route.pattern.startswith("api/"):
            continue
        found = _read_by_somebody(route, world)
        if isinstance(found, Seen):
            yield found
        elif not found:
            lost.append(route.name)
    assert lost == [], f"nobody is shown these pages: say who is, or why not, in tests/browser/pages.py: {lost}"


def _read_by_somebody(route: Route, world: World) -> Seen | bool:
    """The page, for the first who is shown it; without one, whether the route is known to be none."""
    given, here = _filled(route, world)
    path = reverse(route.name, kwargs=given)
    for who in (READERS[route.name],) if route.name in READERS else TRY if route.of_organisation else (NOBODY,):
        seen = Seen(route.name, who, path, here)
        if who == A_VOICE and not isinstance(here, Deliberation):
            continue
        answer = client_of(seen, world).get(path)
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED or _leads_back(answer):
            return True
        if answer.status_code == HTTPStatus.OK:
            return seen if answer.headers["Content-Type"].startswith("text/html") else True
    return False


def _leads_back(answer: Any) -> bool:
    """An act that is sent from another page: whoever opens its address is led there."""
    return answer.status_code == HTTPStatus.FOUND and not answer.headers["Location"].startswith("/accounts/")


def _filled(route: Route, world: World) -> tuple[dict[str, Any], Any]:
    """What stands in the address of the route, and the deliberation it is about, where it is about one."""
    whole = world.whole
    if route.name == "participate":
        return {"token": token_of(of.Invitation.objects.filter(deliberation=whole).order_by("pk")[0])}, whole
    if route.name == "published":
        page = publish(whole, by=world.cast.holder, reason="So that others learn.", leave_out_silent=True)
        return {"slug": page.slug}, whole
    if route.name in SURFACES and not is_on(world.cast.organisation, SURFACES[route.name]):
        switch_surface(world.cast.organisation, SURFACES[route.name], True, by=SYSTEM)
    if route.name == "own_session_end":
        return {"handle": "this"}, None
    if route.name == "sign_in_by_link":
        return {"user_id": world.plain.pk, "token": "any"}, None
    if route.pattern.startswith("o/<slug:slug>/instructions/<uuid:pk>/"):
        return {"slug": world.cast.organisation.slug, "pk": _instruction(route, world).pk}, None
    subject = subject_of(route, world)
    given, here = arguments(route, world), getattr(subject, "deliberation", subject)
    if route.name == "invitation_letter":
        renew_link(here, of.Invitation.objects.get(pk=given["key"]), by=world.cast.facilitator, by_hand=True)
    return given, here


def _instruction(route: Route, world: World) -> Instruction:
    """Proposed for the pages that decide on a proposal, in force for the others."""
    decides = route.name in {"instruction_publish", "instruction_reject", "instruction_withdraw"}
    state, words = ("proposed", "Never send names to a supplier.") if decides else ("active", "Always use port 27027.")
    known = Instruction.objects.filter(state=state).first()
    if known is not None:
        return known
    cast = world.cast
    made = propose_instruction(cast.organisation, Wording(words), by=cast.editor, project=cast.project)
    return made if decides else publish_instruction(made, by=cast.editor)


def _in_every_state(world: World) -> Iterator[Seen]:
    for name, readers in IN_EVERY_STATE.items():
        machine = MACHINE.get(name, "deliberation")
        for state, thing in world.at[machine].items():
            here = getattr(thing, "deliberation", thing)
            if machine in {"instruction", "session", "request"}:
                key = thing.pk
            else:
                key = getattr(thing if machine != "deliberation" else here, "number", here.number)
            path = reverse(name, args=[world.cast.organisation.slug, key])
            for who in readers:
                seen = Seen(f"{name}, {state}", who, path, here)
                if client_of(seen, world).get(path).status_code == HTTPStatus.OK:
                    yield seen


def _in_open_rounds(world: World) -> Iterator[Seen]:
    cast = world.cast
    for stage, args, pages in (
        (stages.invited, (False,), ("card", "invitations")),
        (stages.at_round, (1,), ("card", "round/1", "deliberation")),
        (reworded, (), ("card", "round/3")),
        (stages.at_circulated, (), ("card", "outcome", "outcome/dissent")),
    ):
        here = stage(cast, accept=False) if stage is stages.invited else stage(cast, *args)
        home = reverse("deliberation", args=[cast.organisation.slug, here.number])
        for page in pages:
            who = "facilitator" if page == "invitations" else "Stakeholder one"
            path = home + {"card": "asked/", "deliberation": ""}.get(page, f"{page}/")
            yield Seen(f"{page}, {here.state} and open", who, path, here)
            if page == "round/3":
                yield Seen(f"{page}, {here.state} and open", "facilitator", path, here)


def reworded(cast: Cast) -> Deliberation:
    """Round 3 with a sentence and a difference that were put in other words after everybody had answered them."""
    here = stages.at_round(cast, 3)
    stages.agreements_given(cast, here)
    sentence, difference = of.Agreement.objects.get(deliberation=here), of.Difference.objects.get(deliberation=here)
    sides = ["It can, for some.", "It cannot."]
    put_agreement(here, by=cast.facilitator, text="It must be explainable to them.", replaces=sentence)
    put_difference(here, by=cast.facilitator, text="Whether a line is fair.", sides=sides, replaces=difference)
    return here


def _of_sign_in() -> list[Seen]:
    return [
        *(Seen(path, "administrator", path) for path in OF_THE_PERSON),
        *(Seen(path, NOBODY, path) for path in OF_NOBODY),
    ]
