"""Addresses of every named route, with arguments that lead to something that is there.

A route that cannot be filled fails the test that walks it; what it needs is added to `ROWS` or `VALUES` here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Membership
from accounts.permissions import ANY, TABLE, Rule
from audit import models as audit
from audit.models import Entry
from deliberation import models as of
from deliberation.models import Deliberation
from instructions import models as told
from oversight import models as watched
from tests.walls.world import World

ROWS: dict[str, Any] = {
    "agent_check": watched.Check,
    "agent_check_mark": watched.Check,
    "freeze_lift": watched.Stop,
    "freeze_session": watched.Session,
    "glass": watched.BrokenGlass,
    "glass_mend": watched.BrokenGlass,
    "glass_review": watched.BrokenGlass,
    "judgment_request": watched.JudgmentRequest,
    "judgment_request_convene": watched.JudgmentRequest,
    "judgment_request_grant": watched.JudgmentRequest,
    "judgment_request_refuse": watched.JudgmentRequest,
    "agent_handoff": watched.Handoff,
    "agent_session": watched.Session,
    "amendment_decide": of.Amendment,
    "agreement_answer": of.Agreement,
    "card_confirm": of.Position,
    "card_sent": of.Position,
    "change_decide": of.ChangeReport,
    "commitment_report": of.Commitment,
    "deliberation_finding_strike": of.Finding,
    "deliberation_harm_add": of.Option,
    "deliberation_harm_strike": of.Harm,
    "deliberation_option_edit": of.Option,
    "deliberation_option_strike": of.Option,
    "deliberation_tension_settle": of.Framework,
    "export_file": audit.Export,
    "dissent_answer": of.Dissent,
    "dissent_join": of.Dissent,
    "dissent_withdraw": of.Dissent,
    "instruction": told.Instruction,
    "instruction_changed": told.Reckoning,
    "instruction_import_decide": told.Import,
    "instruction_publish": told.Instruction,
    "instruction_reinstate": told.Instruction,
    "instruction_reject": told.Instruction,
    "instruction_retire": told.Instruction,
    "instruction_revise": told.Instruction,
    "instruction_supersede": told.Instruction,
    "instruction_withdraw": told.Instruction,
    "invitation_letter": of.Invitation,
    "invitation_not_reached": of.Invitation,
    "invitation_renew": of.Invitation,
    "invitation_send": of.Invitation,
    "more_time_answer": of.MoreTime,
    "notice_resend": of.Notice,
    "period_end": told.Period,
    "proposal_cost": of.Option,
    "public_dataset_card": audit.Dataset,
    "public_dataset_file": audit.Dataset,
    "question_reply": of.Question,
    "record_entry": Entry,
    "record_proof": Entry,
    "words_erase": Entry,
    "card_erase": Entry,
    "request_answer": of.Request,
    "side_answer": of.Side,
    "stakeholder_drop": of.Stakeholder,
    "stakeholder_edit": of.Stakeholder,
    "stakeholder_keep": of.Stakeholder,
    "stakeholders_gap": of.Framework,
    "stance_submit": of.Option,
    "variable_remove": told.Variable,
}
"""Of which model the row is whose id stands in the address."""

VALUES: dict[str, Any] = {
    "round_number": 1,
    "what": "position",
    "form": "position",
    "kind": "framework",
    "card_sent kind": "position",
    "card_confirm kind": "position",
    "card_otherwise kind": "format",
    "instruction_draft form": "new",
    "client_file name": "tractatus_client.py",
    "record_file form": "csv",
    "record_proof form": "receipt",
    "words_erase name": "why",
    "card_erase name": "right",
    "outbox_mail key": "20270101-000000-0",
}
"""What else stands in addresses, by the parameter, or by route and parameter."""

SHOWN_TO_READERS: dict[str, str] = {
    "amendment_decide": "read_deliberation",
    "change_decide": "read_reviews",
    "change_report": "read_outcome",
    "deliberation_settle": "read_deliberation",
    "deliberation_withdraw": "read_deliberation",
    "precedent_cite": "read_precedents",
    "review_give_back": "read_reviews",
    "review_successor": "read_reviews",
}
"""Pages of a verb that whoever reads the thing may open, by the row of that read. To send is for the verb's people."""

NARROWER: dict[str, str] = {
    "calendar_link": "a member who reads no reviews has no calendar of them",
    "card_erase": "only one's own words",
    "card_sent": "only one's own words",
    "card_words": "only who takes part as a voice: staff find theirs in own_words",
    "dissent_withdraw": "only one's own dissent",
    "freeze_key": "those in charge, and who made this key",
    "freeze_project": "those in charge: nobody made a project's key",
    "freeze_session": "those in charge, and who made its key",
    "invitation_letter": "the facilitator's: it holds the link",
    "invitations": "those who run it: it says who was reached, and where",
    "outbox": "only where mail is kept in files",
    "outbox_mail": "only where mail is kept in files",
}
"""Pages that open to fewer than their row names, and why."""


@dataclass(frozen=True)
class Route:
    """A named route, the text of its pattern, and its parameters with their converters."""

    name: str
    pattern: str
    parameters: dict[str, str]

    @property
    def rows(self) -> list[Rule]:
        return [row for row in TABLE.values() if self.name in row.routes]

    def shows_to(self, words: tuple[Any, ...]) -> bool:
        """Whether a row lets these words open the page."""
        read = SHOWN_TO_READERS.get(self.name)
        return any(row.admits(words) for row in [*self.rows, *([TABLE[read]] if read else [])])

    @property
    def of_organisation(self) -> bool:
        return self.pattern.startswith("o/<slug:slug>/")


def routes() -> list[Route]:
    """Every named route of ours: neither the operator's admin nor the pages of the sign-in library."""
    return sorted(_routes(get_resolver().url_patterns, ""), key=lambda route: route.name)


def _routes(patterns: list[Any], before: str) -> Iterator[Route]:
    for one in patterns:
        if isinstance(one, URLResolver):
            if one.app_name != "admin" and not str(one.pattern).startswith("accounts/"):
                yield from _routes(one.url_patterns, before + str(one.pattern))
        elif isinstance(one, URLPattern) and one.name:
            kinds = {name: type(kind).__name__ for name, kind in one.pattern.converters.items()}
            yield Route(one.name, before + str(one.pattern), kinds)


def subject_of(route: Route, world: World) -> Any:
    """What the address is about, in a state in which its verb may be called, or at the end of a read."""
    for row in sorted(route.rows, key=lambda row: row.is_read):
        things = world.at.get(row.machine)
        if row.is_read or not things or row.machine in {"installation", "organisation", "user"}:
            continue
        state = next((state for state in row.states if state in things), "")
        if ANY in row.states:
            state = "decided" if "decided" in things else next(iter(things))
        return things[state]
    if route.name in {"precedent", "precedents"}:
        return world.at["precedent"]["in_force"]
    if route.name in {"review", "reviews"}:
        return world.at["review"]["in_review"]
    reads = {row.verb for row in route.rows}
    return world.at["deliberation"]["decided" if reads & {"read_outcome", "read_overview"} else "round_2"]


def deliberation_of(subject: Any, world: World) -> Deliberation:
    """The deliberation an address is about; where it is about something else, one that is open."""
    here = getattr(subject, "deliberation", subject)
    if isinstance(subject, watched.JudgmentRequest):
        here = None  # the question it became has no seats yet
    return here if isinstance(here, Deliberation) else world.at["deliberation"]["round_2"]


def arguments(route: Route, world: World) -> dict[str, Any]:
    """The arguments of an address of the route. Raises LookupError that says where to add what is not known."""
    subject = subject_of(route, world)
    return {name: _argument(route, name, kind, subject, world) for name, kind in route.parameters.items()}


def _argument(route: Route, name: str, kind: str, subject: Any, world: World) -> Any:
    here = deliberation_of(subject, world)
    if name == "slug" and route.of_organisation:
        return world.cast.organisation.slug
    if name == "number" and kind == "IntConverter":
        return here.number
    known: dict[str, UUID] = {
        "membership_id": Membership.objects.values_list("pk", flat=True).get(user=world.plain),
        "project_id": world.elsewhere.pk,
        "key_id": world.key_elsewhere.key.pk,
    }
    of_agents: dict[str, UUID] = {
        "agent_key": world.key.key.pk,
        "agent_key_mode": world.key.key.pk,
        "freeze_key": world.key.key.pk,
        "freeze_project": world.cast.project.pk,
    }
    if name == "pk" and route.name in of_agents:
        return of_agents[route.name]
    if name in known:
        return known[name]
    if route.name in ROWS and kind == "UUIDConverter":
        if isinstance(subject, ROWS[route.name]):
            return subject.pk
        of_one = hasattr(ROWS[route.name], "deliberation") and ROWS[route.name] is not watched.JudgmentRequest
        inside = {"deliberation": here} if of_one else {}
        row = ROWS[route.name].objects.filter(**inside).order_by("pk").first()
        assert row is not None, (
            f"tests/walls/world.py makes no {ROWS[route.name].__name__}, which {route.name} is about"
        )
        return row.pk
    for known_as in (f"{route.name} {name}", name):
        if known_as in VALUES:
            return VALUES[known_as]
    raise LookupError(
        f"The route {route.name} has a parameter “{name}” that is not known: say in tests/walls/addresses.py, in ROWS, "
        "of which model the row is, or in VALUES what stands there."
    )


def made_up(route: Route, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments of the same shape that lead to nothing."""
    instead = {"IntConverter": 987_654, "UUIDConverter": uuid4(), "SlugConverter": "no-such-thing"}
    kept = {"slug"} if set(given) != {"slug"} else set()
    return {
        name: value if name in kept or name in VALUES else instead.get(route.parameters[name], value)
        for name, value in given.items()
    }
