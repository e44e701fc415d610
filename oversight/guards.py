"""What the database itself refuses in the tables of this app: changing what was checked, moving another way."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import models

from accounts.guards import AppendOnly, Refuse, SameOrganisation, Stays, register
from oversight.models import JudgmentRequest, Session

_SESSION = "oversight_session"
_REQUEST = "oversight_judgmentrequest"


def declare() -> None:
    """Register every guard of this app; called once the models are loaded."""
    _same_organisation()
    register(
        AppendOnly(
            _SESSION,
            may_set=("state", "state_since", "counts", "level", "score", "warned", "seen_at"),
            once=("ended_at", "continues_id"),
        ),
        AppendOnly("oversight_reading"),
        AppendOnly("oversight_handoff", once=("acknowledged_by_id", "acknowledged_at")),
        AppendOnly("oversight_check", once=("became", "became_at", "approved_at")),
        AppendOnly("oversight_incident"),
        AppendOnly("oversight_mark"),
        AppendOnly(
            _REQUEST,
            may_set=(
                "state", "state_since", "lapses_at", "deliberation_id", "outcome_id", "convened_by_id", "convened_at",
                "convened_why_id",
            ),
            once=(
                "decided_by_id", "decided_at", "decided_entry_id", "opened_at", "reason_id", "expires_at", "ticked",
                "unticked_why_id",
            ),
        ),
        AppendOnly("oversight_stop", once=("lifted_by_id", "lifted_at", "why_lifted_id")),
        AppendOnly(
            "oversight_brokenglass",
            may_set=("reminded_at",),
            once=("ended_by_id", "ended_at", "lapsed_at", "reviewed_by_id", "reviewed_at", "finding_id"),
        ),
        Refuse(_SESSION, "session_moves", ("update",), _no_move(Session.MOVES), "a session does not move that way."),
        Refuse(
            _REQUEST, "request_moves", ("update",), _no_move(JudgmentRequest.MOVES), "a request does not move that way."
        ),
        Refuse(
            _REQUEST,
            "request_begins_pending",
            ("insert",),
            "NEW.state <> 'pending' OR NEW.decided_by_id IS NOT NULL",
            "a request begins by waiting for a person.",
        ),
        Refuse(
            "oversight_check",
            "grant_used_once_granted",
            ("insert",),
            "NOT EXISTS (SELECT 1 FROM oversight_judgmentrequest r WHERE r.id = NEW.grant_id AND r.state = 'used')",
            "a check uses a grant that a person gave.",
            given="NEW.grant_id IS NOT NULL",
        ),
    )  # fmt: skip


def _no_move(moves: Mapping[Any, tuple[str, ...]]) -> str:
    allowed = [
        f"(OLD.state = '{before!s}' AND NEW.state IN ({', '.join(repr(str(after)) for after in afters)}))"
        for before, afters in moves.items()
    ]
    return f"OLD.state <> NEW.state AND NOT ({' OR '.join(allowed)})"


def _same_organisation() -> None:
    for model in apps.get_app_config("oversight").get_models():
        register(Stays(model._meta.db_table))
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and any(
                one.name == "organisation" for one in field.remote_field.model._meta.concrete_fields
            ):
                table = field.remote_field.model._meta.db_table
                register(SameOrganisation(model._meta.db_table, field.column, table))
