"""A page with three rows, or with three hundred, asks the database as often as a page with one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, resolve, reverse
from drf_spectacular.generators import SchemaGenerator

from accounts import clock, guards
from accounts.domain.keys import create_api_key
from accounts.domain.members import add_member
from accounts.domain.seats import sit
from accounts.models import APIKey, Organisation, Project, SeatUser
from accounts.permissions import SYSTEM
from accounts.roles import Role
from audit.dataset.publishing import publish
from audit.domain.metrics import count_new
from audit.domain.milestones import add_milestone
from audit.domain.surfaces import switch_surface
from audit.models import Entry, Export
from audit.sequencer import sequence
from audit.texts import keep
from deliberation import models as of
from deliberation.domain import calendar, publication
from deliberation.domain.accommodations import state_cost
from deliberation.domain.agreement import tell_shift
from deliberation.domain.amendments import propose_amendment
from deliberation.domain.change_reports import report_change
from deliberation.domain.commitments import report_commitment
from deliberation.domain.conflict import propose_conflict
from deliberation.domain.dissent import write_dissent
from deliberation.domain.invitations import mark_not_reached
from deliberation.domain.more_time import ask_more_time
from deliberation.domain.outcome import circulate_outcome
from deliberation.domain.precedent import cite_precedent
from deliberation.domain.questions import put_question, reply
from deliberation.domain.requests import ask_otherwise
from deliberation.domain.review import speak_to_review, start_review
from deliberation.models import Deliberation, Seat
from instructions.domain.classification import Overruled, Wording
from instructions.domain.conflicts import Answered
from instructions.domain.importing import import_instructions
from instructions.domain.instruction import (
    clashes_of,
    propose_instruction,
    publish_instruction,
    revise_instruction,
)
from instructions.domain.periods import end_period, open_period
from instructions.domain.policy import set_policy
from instructions.domain.policy_parts import MOST_REGISTERS
from instructions.domain.variables import set_variable
from instructions.models import Import, Instruction, Period, Policy, Variable
from oversight.domain.convening import convene_for_request
from oversight.domain.glass import break_glass, mend_glass, review_glass
from oversight.domain.handoffs import write_handoff
from oversight.domain.modes import mark_stop
from oversight.domain.reports import Report, report_act
from oversight.domain.requests import grant_request, refuse_request
from oversight.domain.sessions import end_session_of_agent
from oversight.domain.stops import freeze, lift_freeze
from oversight.models import Check, JudgmentRequest, Session
from tests.audit.recorded import check
from tests.cast import Cast, make_member, make_organisation, make_project
from tests.copies import copy_rows, past_the_guards
from tests.deliberation import stages
from tests.deliberation.pages import by_link, signed_in
from tests.oversight.house import WRONG_PORT, ask, in_force, key_of
from tractatus.datafiles import FOLDER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside"), pytest.mark.alone]


@dataclass
class Rows:
    """A page that stands with one row of a kind: who reads it, where it is, and how more of them are made."""

    reader: Client
    more: Callable[[int], object]
    args: list[Any] = field(default_factory=list)
    query: dict[str, str] = field(default_factory=dict)
    all_shown: bool = True


Stage = Callable[[Cast], Deliberation]

Make = Callable[[Cast], Rows]

LISTS: dict[str, dict[str, Make]] = defaultdict(dict)
"""By the name of a route that lists rows, the kinds of rows it lists."""

STANDS: dict[Make, tuple[tuple[Stage, ...], Hashable]] = {}
"""Where a page stands, and what is copied for it: pages with the same of both are read from the same copies."""

built: dict[Stage, Deliberation] = {}
"""The stages of the pages that are being tried, each gone to once."""


def at(stage: Stage, cast: Cast) -> Deliberation:
    """A deliberation at this stage."""
    if stage not in built:
        built[stage] = stage(cast)
    return Deliberation.objects.get(pk=built[stage].pk)


def standing(make: Make, *stages: Stage, copied: Hashable = None) -> Make:
    """The same, known to stand at these stages. Without `copied`, what is copied is its own."""
    STANDS[make] = (stages, make if copied is None else copied)
    return make


# fmt: off
NO_LISTS = {
    # Forms and words, and pages of a single thing.
    "about", "amendment_decide", "api_deliberation", "api_docs", "calendar_link", "card_accept", "card_confirm",
    "card_decline", "card_leave", "card_more_time", "card_otherwise", "card_pass", "change_decide",
    "commitment_report", "deliberation_dismiss", "deliberation_withdraw", "instruction_changed", "invitation_letter",
    "invitation_not_reached", "invitation_send", "outbox_mail", "outcome_return", "participate", "precedent",
    "request_answer", "review_give_back", "review_successor", "schema", "set_language", "settings",
    "settings_mail", "settings_member_end", "settings_member_link", "settings_member_roles", "sign_in_by_link",
    "stakeholder_drop", "stakeholders_gap", "stakeholders_reopen", "start", "style", "style_card",
    "agent_check", "agent_check_mark", "agent_handoff", "agent_key_mode", "freeze_key", "freeze_lift",
    "freeze_project", "freeze_session", "glass_mend", "glass_review", "judgment_request_convene",
    "judgment_request_grant", "judgment_request_refuse",
    "instruction_new", "instruction_publish", "instruction_reinstate", "instruction_reject", "instruction_retire",
    "instruction_revise", "instruction_supersede", "instruction_withdraw", "instruction_draft", "variable_remove",
    "api_classifications", "api_instruction", "api_validations", "settings_suggestions",
    "api_check", "api_checks", "api_judgment_request", "api_reports", "api_sessions", "api_session_end",
    "api_session_handoff", "api_session_pressure",
    "milestone_add", "record_proof", "settings_public", "public_metrics", "public_metrics_file", "public_evidence",
    "public_simulator", "public_simulator_walk",
    "api_public_framework_metrics", "words_erase", "card_erase", "api_entry_proof", "api_checkpoint", "api_consistency",
    "api_log_checkpoint", "api_log_entries", "api_log_tile",
    # Files made on the way: as many questions as there are tables, and three for five hundred proofs.
    "deliberation_export", "export_file", "framework_card", "public_dataset_card", "public_dataset_file",
    # Mails of the demo, which are files.
    "outbox",
    # Acts: they are sent, and lead to a page.
    "agreement_answer", "agreement_put", "api_conflicts", "deliberation_finding_add",
    "deliberation_finding_strike", "deliberation_hand_over", "deliberation_harm_add", "deliberation_harm_strike",
    "deliberation_option_add", "deliberation_option_edit", "deliberation_option_strike", "deliberation_submit",
    "deliberation_suggest", "deliberation_take_up", "deliberation_tension_add", "deliberation_tension_settle",
    "deliberation_terms_accept", "demo_sign_in", "difference_put", "dissent_answer", "dissent_join",
    "dissent_withdraw", "draft_save", "invitation_renew", "more_time_answer", "notice_resend", "outcome_circulate",
    "outcome_send_to_sign", "outcome_set_aside",
    "own_session_end", "own_sessions_end_others", "security_txt", "client_file",
    "hook_claude_code", "hook_claude_code_status", "litellm_guardrail",
    "proposal_add", "proposal_cost", "publication_publish",
    "publication_unpublish", "question_put", "question_reply", "review_open", "review_prepare", "review_sign",
    "review_start", "round_close", "round_open", "settings_key_revoke", "settings_mail_test",
    "settings_project_archive", "shared_value_add", "shift_tell", "side_answer", "stakeholder_keep",
    "stakeholders_approve", "stakeholders_suggest", "stance_submit",
}
# fmt: on


# --- The front door, and the settings of an organisation


def _organisations(cast: Cast) -> Rows:
    def more(times: int) -> None:
        for _ in range(times):
            other = make_organisation(f"house-{Organisation.objects.count()}", f"House {Organisation.objects.count()}")
            add_member(other, by=SYSTEM, email=cast.facilitator.email, name="Facilitator", roles=[Role.FACILITATOR])

    more(1)  # whoever belongs to one alone is led straight into it
    return Rows(signed_in(cast.facilitator), more)


def _members(cast: Cast, times: int, *, domain: str = "care.example") -> None:
    for _ in range(times):
        cast.stakeholders.append(
            make_member(cast.organisation, "Member", *Role, email=f"member-{len(cast.stakeholders)}@{domain}")
        )


def _demo_people(cast: Cast) -> Rows:
    Organisation.objects.filter(pk=cast.organisation.pk).update(is_demo=True)
    return Rows(Client(), partial(_members, cast, domain="demo.example"))


def _projects(cast: Cast, times: int) -> None:
    for _ in range(times):
        make_project(cast.organisation, f"project-{Project.objects.count()}", f"Project {Project.objects.count()}")


def _keys(cast: Cast, times: int) -> None:
    for _ in range(times):
        create_api_key(cast.project, "Screening", by=cast.administrator, enforces=True)


def _settings(more: Callable[[Cast, int], None], *, all_shown: bool = True) -> Callable[[Cast], Rows]:
    def make(cast: Cast) -> Rows:
        more(cast, 1)
        return Rows(signed_in(cast.administrator), partial(more, cast), ["care"], all_shown=all_shown)

    return make


def _sessions(cast: Cast) -> Rows:
    return Rows(signed_in(cast.facilitator), lambda times: [signed_in(cast.facilitator) for _ in range(times)])


def _exports(cast: Cast, times: int) -> None:
    for _ in range(times):
        Export.objects.create(organisation=cast.organisation, state="ended", asked_by=cast.holder, asked_at=clock.now())


def _told_by_the_administrator(cast: Cast, times: int) -> None:
    for _ in range(times):
        told = {"title": "It failed.", "story": "It did.", "evidence": "Look."}
        add_milestone(cast.organisation, by=cast.administrator, kind="incident", day=date(2026, 1, 2), **told)


def _datasets(cast: Cast) -> Rows:
    def more(times: int) -> None:
        for _ in range(times):
            other = make_organisation(f"open-{Organisation.objects.count()}", f"Open {Organisation.objects.count()}")
            switch_surface(other, "dataset", True, by=SYSTEM)
            publish(other)

    more(1)
    return Rows(Client(), more)


LISTS["public_datasets"]["datasets"] = _datasets
LISTS["home"]["organisations"] = _organisations
LISTS["own_sessions"]["sessions"] = _sessions
LISTS["demo"]["people"] = _demo_people
LISTS["settings_members"]["members"] = _settings(_members)
LISTS["settings_projects"]["projects"] = _settings(_projects)
LISTS["settings_keys"]["keys"] = _settings(_keys)
LISTS["own_words"]["what one wrote"] = _settings(_told_by_the_administrator, all_shown=False)
LISTS["settings_export"]["exports"] = _settings(_exports, all_shown=False)


# --- Instructions


def _told(cast: Cast, times: int) -> None:
    for _ in range(times):
        number = 20000 + Instruction.objects.count()
        wording = Wording(f"Always use port {number}.")
        propose_instruction(cast.organisation, wording, by=cast.editor, project=cast.project)


def _instructions(cast: Cast) -> Rows:
    _told(cast, 1)
    return Rows(signed_in(cast.auditor), partial(_told, cast), ["care"], {"show": "proposed"})


def _revised(cast: Cast) -> Rows:
    _told(cast, 1)
    made = Instruction.objects.get()

    def more(times: int) -> None:
        for _ in range(times):
            port = 21000 + made.revisions.count()
            wording = Wording(
                f"Always use port {port}.", overrules={"quadrant": Overruled("STRATEGIC", "It is who we are.")}
            )
            revise_instruction(made, wording, by=cast.editor, why="It moved.")

    more(1)
    return Rows(signed_in(cast.auditor), more, ["care", made.pk])


LISTS["instructions"]["instructions"] = _instructions


def _periods(cast: Cast) -> Rows:
    def more(times: int) -> None:
        for _ in range(times):
            open_period(cast.project, "PHASE", f"Phase {Period.objects.count()}", by=cast.editor)
            ended = open_period(cast.project, "TASK", f"Task {Period.objects.count()}", by=cast.editor)
            end_period(ended, by=cast.editor)

    more(1)
    return Rows(signed_in(cast.editor), more, ["care"])


def _ends_with_a_period(cast: Cast) -> Rows:
    period = open_period(cast.project, "PHASE", "Beta", by=cast.editor)
    phase = {"temporal_scope": Overruled("PHASE", "Only for the beta.")}

    def more(times: int) -> None:
        for _ in range(times):
            text = f"Always use port {22000 + Instruction.objects.count()}."
            wording = Wording(text, period=period, overrules=phase)
            made = propose_instruction(cast.organisation, wording, by=cast.editor, project=cast.project)
            said = {clash.name: Answered("no_conflict", "They are two.") for clash in clashes_of(made)}
            publish_instruction(made, by=cast.editor, answers=said)

    more(1)
    return Rows(signed_in(cast.editor), more, ["care", period.pk])


def _variables(cast: Cast) -> Rows:
    def more(times: int) -> None:
        for _ in range(times):
            set_variable(cast.project, f"PORT_{Variable.objects.count()}", "27027", by=cast.editor)
            set_variable(cast.project, "MODE", str(Variable.objects.count()), by=cast.editor)

    more(1)
    return Rows(signed_in(cast.editor), more, ["care"])


def _contradicting(cast: Cast) -> Rows:
    def more(times: int) -> None:
        for _ in range(times):
            number = Instruction.objects.count()
            for port in (23000, 24000):
                text = f"The service unit{number} listens on port {port + number}."
                made = propose_instruction(cast.organisation, Wording(text), by=cast.editor, project=cast.project)
                said = {clash.name: Answered("no_conflict", "They are two.") for clash in clashes_of(made)}
                publish_instruction(made, by=cast.editor, answers=said)

        clashes_of(made)  # what a process keeps of a project is up to date, however many rows there are

    more(1)
    return Rows(signed_in(cast.auditor), more, ["care"])


def _bring(cast: Cast, times: int) -> None:
    for _ in range(times):
        said = f"- Always use port {25000 + Instruction.objects.count()}.\n".encode()
        import_instructions(cast.organisation, cast.project, f"rules{len(said)}.md", said, by=cast.editor)


def _files(cast: Cast) -> Rows:
    _bring(cast, 1)
    return Rows(signed_in(cast.editor), partial(_bring, cast), ["care"])


def _proposals_of_a_file(cast: Cast) -> Rows:
    _bring(cast, 1)
    brought_by = Import.objects.get()

    def more(times: int) -> None:
        _told(cast, times)
        with past_the_guards():
            Instruction.objects.update(brought_by=brought_by)

    return Rows(signed_in(cast.editor), more, ["care", brought_by.pk])


def _instructions_by_key(cast: Cast) -> Rows:
    _told(cast, 1)
    secret = create_api_key(cast.project, "Screening", by=SYSTEM).secret
    return Rows(Client(headers={"Authorization": f"Bearer {secret}"}), partial(_told, cast))


def _policy(part: str) -> Make:
    """Versions of one part of the customisation, each with a row more than the one before."""

    def make(cast: Cast) -> Rows:
        project = cast.project if part == "verbosity" else None

        def more(times: int) -> None:
            for _ in range(times):
                number = Policy.objects.count() + 1
                content = _CONTENT[part](number)
                set_policy(cast.organisation, part, content, by=cast.administrator, why="We agreed.", project=project)

        more(1)
        return Rows(signed_in(cast.administrator), more, ["care"])

    return make


def _own_boundary(number: int) -> dict[str, Any]:
    return {"name": f"Prices {number}", "domain": "values", "reason": "The board decides.", "cues": ["price list"]}


def _own_framework(number: int) -> dict[str, Any]:
    return {
        "key": f"own_{number}", "title": f"Ethics {number}", "of_a_people": True, "cues": ["river"],
        "speakers": [f"Whoever {number} names"],
    }  # fmt: skip


def _own_register(number: int) -> str:
    plain = (FOLDER / "registers" / "plain.toml").read_text(encoding="utf-8")
    return plain.replace('name = "plain"', f'name = "own{number}"\nauthor = "Somebody"', 1)


_CONTENT: dict[str, Callable[[int], dict[str, Any]]] = {
    "thresholds": lambda n: {"pressure": {"normal": 0.3 - n / 10_000}},
    "boundaries": lambda n: {"boundaries": [_own_boundary(one) for one in range(n)]},
    "packs": lambda n: {"packs": {"health": [_own_boundary(one) for one in range(n)]}},
    "frameworks": lambda n: {"frameworks": [_own_framework(one) for one in range(n)]},
    "registers": lambda n: {"registers": [_own_register(one) for one in range(n)[-MOST_REGISTERS:]]},
    "verbosity": lambda n: {"verbosity": ("DETAILED", "DEBUG")[n % 2]},
}
LISTS |= {f"settings_{part}": {"versions": _policy(part)} for part in _CONTENT}
LISTS["settings_verbosity"]["projects"] = _settings(_projects)
LISTS["instruction"]["revisions"] = _revised
LISTS["instruction_findings"]["findings"] = _contradicting
LISTS["instruction_export"]["projects"] = _settings(_projects)
LISTS["instruction_import"]["files"] = _files
LISTS["instruction_import_decide"]["proposals"] = _proposals_of_a_file
LISTS["api_instructions"]["instructions"] = _instructions_by_key
LISTS["periods"]["periods"] = _periods
LISTS["period_end"]["what ends with it"] = _ends_with_a_period
LISTS["variables"]["variables"] = _variables


# --- The record


def _checks(cast: Cast) -> Rows:
    def more(times: int) -> None:
        for _ in range(times):
            check(cast.organisation, "deny", session="0711")

    more(1)
    return Rows(signed_in(cast.auditor), more, ["care"], {"session": "0711"})


def _caused(cast: Cast) -> Rows:
    """An entry at the end of a chain of causes, that others answer, and that commits to words."""
    first = check(cast.organisation)
    with transaction.atomic():
        told = {"reason": keep(cast.organisation, "Because.")}
        here = check(cast.organisation, cause=first, texts=told)

    def more(times: int) -> None:
        for _ in range(times):
            check(cast.organisation, cause=here)

    more(1)
    return Rows(signed_in(cast.auditor), more, ["care", here.pk])


def _found(cast: Cast) -> Rows:
    rows = _checks(cast)
    rows.args.append("jsonl")
    return rows


def _recorded_by_key(cast: Cast) -> Rows:
    secret = create_api_key(cast.project, "Screening", by=SYSTEM).secret

    def more(times: int) -> None:
        for _ in range(times):
            check(cast.organisation)
        sequence(cast.organisation)

    more(1)
    return Rows(Client(headers={"Authorization": f"Bearer {secret}"}), more, all_shown=False)


def _milestones(route: str) -> Make:
    def make(cast: Cast) -> Rows:
        def more(times: int) -> None:
            for _ in range(times):
                told = {"title": "It failed.", "story": "It did.", "evidence": "Look."}
                add_milestone(cast.organisation, by=cast.administrator, kind="incident", day=date(2026, 1, 2), **told)

        more(1)
        if route.startswith("public"):
            switch_surface(cast.organisation, "evolution", True, by=SYSTEM)
            return Rows(Client(), more)
        return Rows(signed_in(cast.auditor), more, ["care"])

    return make


def _counted(cast: Cast) -> Rows:
    def more(times: int) -> None:
        for number in range(times):
            check(cast.organisation, "deny", boundary=f"Own {Entry.objects.count()} {number}")
        count_new(cast.organisation, datetime.now(UTC) + timedelta(minutes=1))

    more(1)
    return Rows(signed_in(cast.auditor), more, ["care"])


LISTS["metrics"]["boundaries"] = _counted
for _route in ("evolution", "evolution_markdown", "public_evolution", "public_evolution_markdown"):
    LISTS[_route]["milestones"] = _milestones(_route)
LISTS["record"]["entries"] = _checks
for _route in ("api_entries", "api_record_export"):
    LISTS[_route]["entries"] = _recorded_by_key
LISTS["record_entry"]["answers"] = _caused
LISTS["record_file"]["entries"] = _found


# --- Stages that the pages stand at


def _text(cast: Cast, body: str) -> Any:
    return keep(cast.organisation, body)


def proposed(cast: Cast) -> Deliberation:
    key = create_api_key(cast.project, "Screening", by=SYSTEM, enforces=True).key
    return propose_conflict(cast.project, by=key, decision="May it disclose user data for the public good?")


def with_terms_to_accept(cast: Cast) -> Deliberation:
    deliberation = stages.at_draft(cast)
    stages.with_terms(cast, deliberation, off_table="The number of posts, and pay.")
    return deliberation


def draft(cast: Cast) -> Deliberation:
    """A draft of which much is only suggested, with a gap that is explained."""
    deliberation = stages.at_draft(cast)
    stages.with_stakeholders(cast, deliberation)
    of.TradeOff.objects.filter(deliberation=deliberation).update(status="suggested")
    gap(cast, deliberation)
    return deliberation


def gap(cast: Cast, deliberation: Deliberation) -> None:
    of.Gap.objects.create(
        organisation=cast.organisation,
        deliberation=deliberation,
        framework=of.Framework.objects.filter(deliberation=deliberation).first(),
        explanation=_text(cast, "Nobody could be found."),
        by_user=cast.facilitator,
        at=deliberation.created_at,
    )


def unanswered(cast: Cast) -> Deliberation:
    """Invited; one was not reached, one needs something else, and a voice is proposed."""
    deliberation = stages.invited(cast, accept=False)
    row = of.Invitation.objects.get(deliberation=deliberation, stakeholder__title="Stakeholder three")
    mark_not_reached(deliberation, row, by=cast.facilitator, note="The mail came back.")
    ask_otherwise(deliberation, by=stages.seat_of(deliberation, "Stakeholder one"), kind="format", text="On paper.")
    propose_amendment(
        deliberation,
        by=cast.facilitator,
        reason="Nights are worked too.",
        title="Night staff",
        why="You work at night.",
    )
    return deliberation


def round_1(cast: Cast) -> Deliberation:
    """Open, with a question and its reply."""
    deliberation = stages.at_round(cast, 1)
    one, two, *_others = stages.voices(cast, deliberation)
    asked = put_question(deliberation, by=one, text="Who reads them today?", to=two)
    reply(deliberation, by=two, question=asked, text="Two people.")
    return deliberation


def waiting_for_time(cast: Cast) -> Deliberation:
    """Round 1 open; somebody waits for more time."""
    deliberation = stages.at_round(cast, 1)
    seat = stages.seat_of(deliberation, "Stakeholder two")
    ask = of.Ask.objects.get(round__number=1, seat=seat)
    ask_more_time(deliberation, by=seat, number=1, until=ask.due_at + timedelta(days=9), why="I work nights.")
    return deliberation


def round_2(cast: Cast) -> Deliberation:
    """Open, with a proposal and everything that is said to one."""
    deliberation = stages.at_round(cast, 2)
    stages.accommodations_given(cast, deliberation)
    one, two, *_others = stages.voices(cast, deliberation)
    proposal = of.Option.objects.get(deliberation=deliberation, kind="proposal")
    framework = of.Framework.objects.filter(deliberation=deliberation).first()
    assert framework is not None
    state_cost(deliberation, by=cast.facilitator, option=proposal, framework=framework, cost="Five weeks.")
    asked = put_question(deliberation, by=two, text="How many readers?", option=proposal)
    reply(deliberation, by=one, question=asked, text="Two.")
    put_question(deliberation, by=two, text="Who trains them?", to=one)
    return deliberation


def round_3(cast: Cast) -> Deliberation:
    """Open, with an agreement, a difference, a shift and a question."""
    deliberation = stages.at_round(cast, 3)
    stages.agreements_given(cast, deliberation)
    one, two, *_others = stages.voices(cast, deliberation)
    tell_shift(deliberation, by=one, changed=True, text="What the second reader said.")
    put_question(deliberation, by=two, text="Does that hold for nurses?", to=one)
    return deliberation


def circulated(cast: Cast) -> Deliberation:
    """Round 4: a second draft goes round, with a dissent."""
    deliberation = stages.at_drafted(cast)
    gap(cast, deliberation)
    version = circulate_outcome(deliberation, by=cast.facilitator)
    write_dissent(
        deliberation,
        by=stages.seat_of(deliberation, "Stakeholder one"),
        version_id=version.pk,
        lead="The reading should go.",
        objection="One rule treats applicants more alike than tired readers do.",
    )
    return deliberation


def signing(cast: Cast) -> Deliberation:
    return stages.at_signing(cast, answered=False)


def decided(cast: Cast) -> Deliberation:
    """Signed, with all that comes after: a report on a promise, a change reported, cited elsewhere, a question open."""
    deliberation = stages.at_decided(cast)
    _after_the_signature(cast, deliberation)
    return deliberation


def under_review(cast: Cast) -> Deliberation:
    """Overdue and taken up, with somebody who spoke to it."""
    deliberation = stages.at_review_due(cast)
    _after_the_signature(cast, deliberation)
    review = start_review(stages.review_of(deliberation), by=cast.reviewer)
    speak_to_review(review, by=stages.seat_of(deliberation, "Stakeholder one"), text="Nine in ten, as I said.")
    return deliberation


def _after_the_signature(cast: Cast, deliberation: Deliberation) -> None:
    promise = of.Commitment.objects.filter(deliberation=deliberation).first()
    assert promise is not None
    report_commitment(
        deliberation, promise, by=cast.holder, state="handed_on", account="Somebody else does.", new_owner="The deputy"
    )
    precedent = stages.precedent_of(deliberation)
    report_change(precedent, by=cast.facilitator, text="The supplier changed the model.")
    elsewhere = stages.at_conflict(cast)
    cite_precedent(elsewhere, precedent, by=cast.facilitator, alike="The same tool.", differs="Another post.")
    gap(cast, deliberation)
    seat = stages.seat_of(deliberation, "Stakeholder two")
    round_ = of.Round.objects.get(deliberation=deliberation, number=4)
    of.Question.objects.create(
        organisation=cast.organisation,
        deliberation=deliberation,
        round=round_,
        by_seat=seat,
        text=_text(cast, "Who pays?"),
        at=deliberation.created_at,
        entry_id=seat.pk,
    )


def asked_about_publishing(cast: Cast) -> Deliberation:
    deliberation = decided(cast)
    publication.propose_publication(deliberation, by=cast.holder)
    return deliberation


def with_a_seated_voice(stage: Stage) -> Stage:
    """The first stakeholder reads with an account, and not by a link."""

    def make(cast: Cast) -> Deliberation:
        deliberation = stage(cast)
        seat = stages.seat_of(deliberation, cast.first.name)
        if not _is_taken(seat):
            sit(cast.organisation, deliberation.pk, seat.pk, cast.first)
        return deliberation

    return make


def _is_taken(seat: Seat) -> bool:
    return SeatUser.objects.filter(seat_id=seat.pk, until__isnull=True).exists()


# --- Many deliberations


def _many(who: str, *stages_: Stage, query: dict[str, str] | None = None) -> Callable[[Cast], Rows]:
    """A page of the organisation that shows deliberations at these stages."""

    def make(cast: Cast) -> Rows:
        groups: list[list[Model]] = [[at(stage, cast)] for stage in stages_]
        return Rows(signed_in(getattr(cast, who)), lambda times: copy_rows(times, *groups), ["care"], query or {})

    return standing(make, *stages_, copied="whole")


ON_THE_BOARD: list[tuple[str, Stage, str, dict[str, str]]] = [
    ("proposed", proposed, "facilitator", {}),
    ("conflicts", stages.at_conflict, "facilitator", {}),
    ("drafts", draft, "facilitator", {}),
    ("lists to approve", stages.at_stakeholders, "holder", {"show": "mine"}),
    ("to invite", stages.at_inviting, "facilitator", {}),
    ("unanswered", unanswered, "facilitator", {"show": "gap"}),
    ("amendments", unanswered, "holder", {}),
    ("in round 1", waiting_for_time, "facilitator", {}),
    ("in round 2", round_2, "facilitator", {"show": "week"}),
    ("in round 3", round_3, "administrator", {}),
    ("drafted", stages.at_drafted, "facilitator", {}),
    ("circulated", circulated, "facilitator", {}),
    ("to sign", signing, "holder", {}),
    ("decided", decided, "facilitator", {"show": "ended"}),
]
for what, stage, who, query in ON_THE_BOARD:
    LISTS["board"][f"{what}, as {who}"] = _many(who, stage, query=query)
LISTS["board_csv"]["questions"] = _many("facilitator", draft, round_2, stages.at_drafted)


def _reviewed_again(cast: Cast) -> Deliberation:
    deliberation = stages.at_review_due(cast)
    start_review(stages.review_of(deliberation), by=cast.reviewer)
    return deliberation


def _prepared(cast: Cast) -> Deliberation:
    return stages.at_review_prepared(cast).deliberation


LISTS["asked"] = {
    "of the facilitator": _many(
        "facilitator", proposed, stages.at_conflict, stages.at_inviting, stages.at_outcome, waiting_for_time
    ),
    "of the holder": _many(
        "holder", with_terms_to_accept, stages.at_stakeholders, unanswered, circulated, stages.at_signing
    ),
    "of a second holder": _many("second_holder", _prepared, decided),
    "of the reviewer": _many("reviewer", stages.at_review_due, _reviewed_again, decided),
    "of a voice": _many(
        "first",
        *map(with_a_seated_voice, (unanswered, round_2, asked_about_publishing, _reviewed_again)),
    ),
}
for what, query in [("all", {}), ("found", {"q": "tool"}), ("like words", {"like": "May a tool sort applications?"})]:
    LISTS["precedents"][what] = _many("reviewer", decided, under_review, query=query)
for show in ("losses", "promises"):
    LISTS["ledger"][show] = _many("reviewer", decided, query={"show": show})
    LISTS["ledger_csv"][show] = _many("reviewer", decided, query={"show": show})
LISTS["reviews"]["of every section"] = _many(
    "reviewer", partial(stages.at_review_due, overdue=-20), under_review, decided
)


def _feed(cast: Cast) -> Rows:
    deliberation = at(stages.at_review_due, cast)
    link = calendar.make_calendar_link(cast.membership(cast.reviewer), by=cast.reviewer)
    return Rows(Client(), lambda times: copy_rows(times, [deliberation]), [], {"token": calendar.token_of(link)})


LISTS["reviews_ics"]["reviews"] = standing(_feed, stages.at_review_due)


def _by_key(stage: Stage, query: dict[str, str] | None = None) -> Callable[[Cast], Rows]:
    def make(cast: Cast) -> Rows:
        deliberation = at(stage, cast)
        secret = create_api_key(cast.project, "Screening", by=SYSTEM).secret
        reader = Client(headers={"Authorization": f"Bearer {secret}"})
        return Rows(reader, lambda times: copy_rows(times, [deliberation]), [], query or {})

    return standing(make, stage, copied="whole")


LISTS["api_deliberations"]["in round 2"] = _by_key(round_2)
LISTS["api_deliberations"]["decided"] = _by_key(decided)
LISTS["api_outcomes"]["outcomes"] = _by_key(decided)
LISTS["api_precedents"]["all"] = _by_key(under_review)
LISTS["api_precedents"]["alike"] = _by_key(decided, {"similar_to": "May a tool sort applications?"})


def _one_outcome(cast: Cast) -> Rows:
    rows = _by_key(decided)(cast)
    outcome = of.Outcome.objects.get()
    rows.args = [outcome.pk]
    copied: list[list[Model]] = [roots(outcome.deliberation) for roots in PRINTED.values()]
    rows.more = lambda times: copy_rows(times, *copied)
    return rows


LISTS["api_outcome"]["what is printed"] = standing(_one_outcome, decided)


# --- Many rows of one deliberation


Roots = Callable[[Deliberation], list[Model]]


def a(model: type[Model], **which: Any) -> Roots:
    """One row of this model, to be copied with all that hangs on it."""

    def roots(deliberation: Deliberation) -> list[Model]:
        row = model._default_manager.filter(deliberation=deliberation, **which).order_by("pk").first()
        assert row is not None, f"{model.__name__} {which}"
        return [row]

    return roots


def a_voice(deliberation: Deliberation) -> list[Model]:
    """Somebody asked, with their seat and all they said."""
    row = of.Invitation.objects.select_related("stakeholder", "seat").get(
        deliberation=deliberation, stakeholder__title="Stakeholder two"
    )
    return [row.stakeholder, row.seat]


def _within(stage: Stage, who: str, rows: list[Roots], *args: object, all_shown: bool = True) -> Callable[[Cast], Rows]:
    """A page of one deliberation that shows rows of these kinds."""

    def make(cast: Cast) -> Rows:
        deliberation = at(stage, cast)
        groups = [roots(deliberation) for roots in rows]
        if who == "voice":
            reader = by_link(stages.seat_of(deliberation, "Stakeholder one"))
        else:
            reader = signed_in(getattr(cast, who))
        here = ["care", deliberation.number, *args]
        return Rows(reader, lambda times: copy_rows(times, *groups), here, all_shown=all_shown)

    return standing(make, stage, copied=tuple(rows))


def enter(
    routes: str, stage: Stage, who: str, *rows: Roots, args: tuple[object, ...] = (), all_shown: bool = True
) -> None:
    """Enter pages of one deliberation with the kinds of rows they show."""
    for route in routes.split():
        what = " ".join(map(str, (getattr(stage, "__name__", ""), *args)))
        LISTS[route][f"{what}, as {who}"] = _within(stage, who, list(rows), *args, all_shown=all_shown)


CONFLICT = [a(of.Finding), a(of.Option, kind="option"), a(of.Framework), a(of.TradeOff), a(of.Group)]
enter("deliberation_intake", draft, "facilitator", *CONFLICT)
enter("deliberation_intake", round_2, "voice", *CONFLICT)
# The page says three of the things that are missing, and how many seats there are nowhere.
enter("deliberation", draft, "facilitator", *CONFLICT, a(of.Stakeholder), a(of.Terms), all_shown=False)
enter("deliberation", round_2, "facilitator", *CONFLICT, a_voice, all_shown=False)
enter("deliberation_terms", stages.at_draft, "facilitator", a(of.Terms))
LISTS["deliberation_seats"]["members"] = standing(
    lambda cast: Rows(signed_in(cast.facilitator), partial(_members, cast), ["care", at(stages.at_draft, cast).number]),
    stages.at_draft,
)
LISTS["deliberation_new"]["projects"] = lambda cast: Rows(
    signed_in(cast.facilitator), partial(_projects, cast), ["care"]
)


def _beside_precedents(routes: str, who: str = "facilitator") -> None:
    def make(cast: Cast) -> Rows:
        before = at(decided, cast)
        here = stages.at_conflict(cast, urgency="ROUTINE")
        # No more than three or five are shown as alike.
        return Rows(
            signed_in(cast.facilitator),
            lambda times: copy_rows(times, [before]),
            ["care", here.number],
            all_shown=False,
        )

    for route in routes.split():
        LISTS[route]["precedents like it"] = standing(make, decided)


_beside_precedents("deliberation_intake deliberation_settle")

LISTED = [a(of.Stakeholder), a(of.Group), a(of.Framework)]


def who_can_be_replaced(deliberation: Deliberation) -> list[Model]:
    row = of.Invitation.objects.get(deliberation=deliberation, state="not_reached")
    return [row.stakeholder, row.seat]


AMENDMENTS = a(of.Stakeholder, title="Night staff")
enter("stakeholders", draft, "facilitator", *LISTED, a(of.Gap))
enter("stakeholders", stages.at_stakeholders, "holder", *LISTED, a(of.StakeholderList))
enter("stakeholders", unanswered, "holder", AMENDMENTS)
enter("stakeholder_add", draft, "facilitator", a(of.Group), a(of.Framework))
enter("amendment_new", unanswered, "facilitator", who_can_be_replaced)
enter("invitations", stages.at_inviting, "facilitator", a_voice)
enter("invitations", unanswered, "facilitator", a_voice, a(of.Request), AMENDMENTS)


def _of_one_row(
    stage: Stage, who: str, roots: Roots, model: type[Model], *args: object, all_shown: bool = True
) -> Callable[[Cast], Rows]:
    """A page of one row of a deliberation, whose key is the last of its arguments."""

    within = _within(stage, who, [roots], *args, all_shown=all_shown)

    def make(cast: Cast) -> Rows:
        rows = within(cast)
        first = model._default_manager.order_by("pk").first()
        assert first is not None
        rows.args.append(first.pk)
        return rows

    return standing(make, stage, copied=(roots,))


LISTS["stakeholder_edit"]["frameworks"] = _of_one_row(draft, "facilitator", a(of.Framework), of.Stakeholder)
for who in ("facilitator", "voice"):
    enter("round", round_1, who, a_voice, a(of.Question), args=(1,))
    enter("round", round_2, who, a_voice, a(of.Framework), args=(1,))
    enter(
        "accommodations",
        round_2,
        who,
        a(of.Option, kind="proposal"),
        a(of.SharedValue),
        a_voice,
        a(of.Question, option__isnull=True),
        a(of.Question, option__isnull=False),
        a(of.ProposalCost),
        a(of.Framework),
    )
    enter(
        "agreement",
        round_3,
        who,
        a(of.Agreement),
        a(of.Difference),
        a(of.Side),
        a(of.Question),
        a_voice,
        a(of.Framework),
    )
    enter("round", circulated, who, a(of.Dissent), a_voice, args=(4,), all_shown=False)
enter("round", waiting_for_time, "facilitator", a_voice, args=(1,))
enter("enter_for", round_2, "facilitator", a_voice, a(of.Option, kind="proposal"), args=(2, "stance"))
enter("enter_for", round_3, "facilitator", a_voice, a(of.Agreement), args=(3, "agreement"))
enter("enter_for", round_3, "facilitator", a_voice, a(of.Side), args=(3, "side"))
enter("card", round_2, "voice", a(of.SharedValue))
enter("card_frameworks", round_2, "voice", a(of.Framework))
enter("card_words", round_2, "voice", a(of.SharedValue), all_shown=False)
LISTS["card_sent"]["what was said"] = _of_one_row(
    round_2, "voice", a(of.SharedValue), of.SharedValue, "shared_value", all_shown=False
)

PRINTED = {
    "dissents": a(of.Dissent),
    "losses": a(of.Remainder),
    "commitments": a(of.Commitment),
    "triggers": a(of.ReviewTrigger),
    "values": a(of.WeighedValue),
    "frameworks": a(of.Framework),
    "voices": a_voice,
    "gaps": a(of.Gap),
    "terms": a(of.Terms),
}
AFTERWARDS = (a(of.Question, replies__isnull=True), a(of.CommitmentReport))
for who in ("facilitator", "holder", "voice"):
    enter("outcome", decided, who, *PRINTED.values(), *AFTERWARDS)
    enter("outcome", circulated, who, *PRINTED.values())
enter("outcome_json outcome_markdown outcome_pdf", decided, "facilitator", *PRINTED.values(), *AFTERWARDS)
DRAFTED = [a(of.Remainder), a(of.Commitment), a(of.ReviewTrigger), a(of.WeighedValue), a(of.Framework)]
enter("outcome_draft", stages.at_drafted, "facilitator", *DRAFTED)
enter("dissent_write", circulated, "voice", a(of.Dissent), a(of.Framework))
enter("outcome_sign", signing, "holder", a(of.Dissent), a_voice, *DRAFTED)
enter("publication_propose", asked_about_publishing, "holder", *PRINTED.values(), *AFTERWARDS)
enter("quote_choose", asked_about_publishing, "voice", *PRINTED.values(), *AFTERWARDS)


def _published(cast: Cast) -> Rows:
    deliberation = at(asked_about_publishing, cast)
    of.QuoteChoice.objects.update(choice="name")
    made = publication.publish(deliberation, by=cast.holder, reason="So that others learn.")
    groups = [roots(deliberation) for roots in (*PRINTED.values(), *AFTERWARDS)]
    return Rows(Client(), lambda times: copy_rows(times, *groups), [made.slug])


LISTS["published"]["what is printed"] = standing(_published, asked_about_publishing)


def _to_cite(cast: Cast) -> Rows:
    mine = stages.at_conflict(cast)
    number = at(stages.at_decided, cast).number
    return Rows(signed_in(cast.facilitator), lambda times: copy_rows(times, [mine]), ["care", number])


LISTS["precedent_cite"]["one's own deliberations"] = standing(_to_cite, stages.at_decided)
enter("change_report", decided, "facilitator", a(of.ReviewTrigger))
enter("review_speak", under_review, "voice", a(of.Dissent), a(of.ReviewVoice), all_shown=False)
enter(
    "review",
    under_review,
    "reviewer",
    *(PRINTED[key] for key in ("dissents", "losses", "commitments", "triggers")),
    a(of.ChangeReport),
    a(of.ReviewVoice),
    lambda deliberation: [of.Citation.objects.get()],
)


# --- Agents at work


def _agents_at_work(cast: Cast) -> Rows:
    key = key_of(cast.project, cast)

    def more(times: int) -> None:
        for _ in range(times):
            number = Session.objects.count()
            ask(key, session=f"open {number}")
            ask(key, session=f"ended {number}")
            end_session_of_agent(Session.objects.get(name=f"ended {number}"), by=key)

    more(1)
    return Rows(signed_in(cast.auditor), more, ["care"])


def _watched(cast: Cast) -> Rows:
    """A session whose checks are denied, asked, reported and told again, and whose pressure and handoffs follow."""
    in_force(cast)
    key = key_of(cast.project, cast)
    ask(key, session="watched")
    session = Session.objects.get()

    def more(times: int) -> None:
        for _ in range(times):
            number = Check.objects.count()
            denied = ask(key, WRONG_PORT, session="watched", session_state={"messages": number % 50})
            report_act(key, Report(event="executed", check_id=UUID(denied.check_id)))
            drop = {"tool_name": "Bash", "tool_input": {"command": f"psql -h prod.internal -c 'DROP TABLE t{number}'"}}
            ask(key, drop, session="watched")
            write_handoff(session, {"state": "Half done."}, by=key)

    more(1)
    return Rows(signed_in(cast.auditor), more, ["care", session.pk])


def _dropping(table: object) -> dict[str, object]:
    return {"tool_name": "Bash", "tool_input": {"command": f"psql -h prod.internal -c 'DROP TABLE {table}'"}}


def _decided(cast: Cast, times: int) -> None:
    """Requests that wait, that are deliberated, and that each decision holder has answered."""
    key = APIKey.objects.first() or key_of(cast.project, cast)
    for _ in range(times):
        number = JudgmentRequest.objects.count()
        for act in ("waits", "deliberated", "granted", "refused"):
            ask(key, _dropping(f"{act}{number}"), session=f"s{number}")
            request = JudgmentRequest.objects.latest("id")
            holder = make_member(cast.organisation, f"Holder {act}{number}", Role.DECISION_HOLDER)
            if act == "deliberated":
                convene_for_request(request, by=holder, reason="r", question="q", decision_asked="d", urgency="URGENT")
            elif act == "granted":
                grant_request(request, by=holder, reason="It may.", ticked=range(9))
            elif act == "refused":
                refuse_request(request, by=holder, reason="It stays.")


def _requests(cast: Cast) -> Rows:
    _decided(cast, 1)
    return Rows(signed_in(cast.holder), partial(_decided, cast), ["care"])


def _request(cast: Cast) -> Rows:
    """One that waits, with earlier ones like it."""
    _decided(cast, 1)
    ask(APIKey.objects.get(), _dropping("last"))
    return Rows(signed_in(cast.holder), partial(_decided, cast), ["care", JudgmentRequest.objects.latest("id").pk],
                all_shown=False)  # fmt: skip


def _freezes(cast: Cast) -> Rows:
    def more(times: int) -> None:
        for _ in range(times):
            key = key_of(make_project(cast.organisation, f"p{Project.objects.count()}"), cast)
            ask(key, session="s")
            freeze(key.project, by=cast.holder, key=key, why="It loops.")
            freeze(key.project, by=cast.holder, session=Session.objects.latest("id"))
            lift_freeze(freeze(key.project, by=cast.administrator), by=cast.holder, why="Looked at.")

    more(1)
    return Rows(signed_in(cast.holder), more, ["care"])


def _glass(cast: Cast) -> Rows:
    rule = in_force(cast)

    def more(times: int) -> None:
        for _ in range(times):
            break_glass(cast.project, by=cast.holder, why="Now.", minutes=30, instruction=rule)
            mend_glass(break_glass(cast.project, by=cast.holder, why="Now.", minutes=30), by=cast.administrator)
            held = break_glass(cast.project, by=cast.holder, why="Now.", minutes=30, boundary="12.3")
            mend_glass(held, by=cast.administrator)
            review_glass(held, by=cast.auditor, finding="Needed.")

    more(1)
    return Rows(signed_in(cast.auditor), more, ["care"])


def _meanwhile(cast: Cast) -> Rows:
    glass = break_glass(cast.project, by=cast.holder, why="Now.", minutes=30, instruction=in_force(cast))
    key = key_of(cast.project, cast)
    return Rows(signed_in(cast.auditor), _after_one(lambda: ask(key, WRONG_PORT)), ["care", glass.pk])


def _after_one(make: Callable[[], object]) -> Callable[[int], None]:
    make()
    return lambda times: [make() for _ in range(times)] and None


def _observed(cast: Cast) -> Rows:
    in_force(cast)
    key = key_of(cast.project, cast, enforces=False)

    def make() -> None:
        ask(key, WRONG_PORT)
        mark_stop(Check.objects.latest("id"), by=cast.editor, right=True, why="Yes.")

    return Rows(signed_in(cast.editor), _after_one(make), ["care", key.pk], {"show": "all"})


LISTS["judgment_requests"]["requests"] = _requests
LISTS["judgment_request"]["earlier ones"] = _request
LISTS["asked"]["requests"] = _requests
LISTS["freezes"]["freezes"] = _freezes
LISTS["glass_list"]["what is suspended"] = _glass
LISTS["asked"]["reviews of broken glass"] = _glass
LISTS["glass"]["what was let through"] = _meanwhile
LISTS["glass_break"]["projects"] = _settings(_projects)
LISTS["agent_key"]["what would have been stopped"] = _observed
LISTS["agents"]["sessions"] = _agents_at_work
LISTS["agent_session"]["checks"] = _watched


# --- What is asserted


Named = list[tuple[str, str, Make]]


def _groups() -> dict[str, tuple[tuple[Stage, ...], dict[Hashable, Named]]]:
    """By the names of the stages: the pages that stand there, by what is copied for them."""
    groups: dict[tuple[Stage, ...], dict[Hashable, Named]] = defaultdict(lambda: defaultdict(list))
    for route, kinds in LISTS.items():
        for what, make in kinds.items():
            stages_, copied = STANDS.get(make, ((), make))
            groups[stages_][copied].append((route, what, make))
    return {
        f"{number} " + " ".join(getattr(stage, "__name__", "made") for stage in stages_): (stages_, pages)
        for number, (stages_, pages) in enumerate(groups.items(), 1)
    }


GROUPS = _groups()


@pytest.mark.parametrize("group", GROUPS)
def test_pages_ask_as_often_for_three_rows_as_for_one(group: str, cast: Cast) -> None:
    _compare(group, cast, 3)


@pytest.mark.long
@pytest.mark.parametrize("group", GROUPS)
def test_pages_ask_as_often_for_three_hundred_rows_as_for_one(group: str, cast: Cast) -> None:
    _compare(group, cast, 3, 300)


def _compare(group: str, cast: Cast, *totals: int) -> None:
    """Read every page of the group with one row, then with so many; what differs is said of all of them together."""
    stages_, pages = GROUPS[group]
    built.clear()
    for stage in stages_:
        at(stage, cast)
    connection.check_constraints()
    guards.remove()  # until the test is rolled back: taking them down for each copy takes longer than all the rest
    faults = []
    for named in pages.values():
        with transaction.atomic():
            faults += _faults(named, [make(cast) for _route, _what, make in named], totals)
            transaction.set_rollback(True)
    assert not faults, "\n\n".join(faults)


A_PAGE = 25


def _faults(named: Named, pages: list[Rows], totals: tuple[int, ...]) -> list[str]:
    for (route, _what, _make), page in zip(named, pages, strict=True):
        _read(page, route)  # what is done once a session or once an hour is done now
    before = [_asked(page, route) for (route, _what, _make), page in zip(named, pages, strict=True)]
    faults = []
    there = 1
    for total in totals:
        pages[0].more(total - there)
        there = total
        for index, (route, what, _make) in enumerate(named):
            asked, size = _asked(pages[index], route)
            fewer, smaller = before[index]
            # A list that goes on may leave out what stands below its end, and ask less.
            if len(asked) > len(fewer) or (len(asked) < len(fewer) and total <= A_PAGE):
                faults.append(f"{route}, {what}: {len(fewer)}, with {total} rows {len(asked)}\n{_more(asked, fewer)}")
            if pages[index].all_shown and size <= smaller:
                faults.append(f"{route}, {what}: does not show what was added: {smaller}, with {total} rows {size}")
            before[index] = asked, size
    return faults


def _asked(page: Rows, route: str) -> tuple[list[str], int]:
    """The statements of one reading, and how long the page is."""
    with CaptureQueriesContext(connection) as queries:
        size = len(_read(page, route))
    return [one["sql"] for one in queries.captured_queries], size


def _read(rows: Rows, route: str) -> bytes:
    address = reverse(route, args=rows.args)
    response = rows.reader.get(address, rows.query)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return b"".join(response.streaming_content) if response.streaming else response.content


def _more(many: list[str], few: list[str]) -> str:
    """The statements that more rows ask more often than fewer, without their values."""
    more = Counter(map(_shape, many)) - Counter(map(_shape, few))
    return "\n".join(f"{times} more: {shape[:1000]}" for shape, times in more.most_common(5))


def _shape(sql: str) -> str:
    sql = re.sub(r"SELECT .*? FROM", "SELECT … FROM", sql, count=1)
    return re.sub(r"\([^()]*'[^()]*\)", "(…)", re.sub(r"'[^']*'|\b\d+\b", "…", sql))


def test_every_route_lists_rows_here_or_is_known_to_list_none() -> None:
    names = set(_names(get_resolver().url_patterns))
    both = LISTS.keys() & NO_LISTS
    assert not both
    missing = names - LISTS.keys() - NO_LISTS
    assert not missing, f"say in LISTS what these list, or in NO_LISTS that they list nothing: {sorted(missing)}"
    assert names == LISTS.keys() | NO_LISTS


def _names(patterns: list[Any]) -> Iterator[str]:
    """The named routes that are ours: those of the operator's admin and of sign-in are others' pages."""
    for one in patterns:
        if isinstance(one, URLResolver):
            if one.app_name != "admin" and not str(one.pattern).startswith("accounts/"):
                yield from _names(one.url_patterns)
        elif one.name:
            yield one.name


def test_every_list_of_the_interface_is_here() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    lists = set()
    for address, acts in schema["paths"].items():
        for act in acts.values():
            answer = act["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
            shape = schema["components"]["schemas"].get(answer.get("$ref", "").rpartition("/")[2], {})
            if "results" in shape.get("properties", {}):
                lists.add(resolve(re.sub(r"\{\w+\}", "0" * 32, address)).url_name)
    assert lists
    assert lists <= LISTS.keys()
