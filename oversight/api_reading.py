"""How the body of a check is read: by hand, because a check is asked before every act and must be fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.interface import must_be_kept
from accounts.known_fields import must_be_known
from accounts.refusals import Invalid
from instructions.api_action import must_be_read
from oversight.domain.answers import AGENT, Question
from oversight.models.sessions import LONGEST_AGENT

LONGEST_ENVIRONMENT = 60
MOST_NESTED = 40
FIELDS = frozenset(
    {"action", "session_id", "tool_call_id", "reasoning", "scores", "session_state", "environment", "context", "agent",
     "dry_run"}
)  # fmt: skip
"""What a check is asked with: the fields of `api_shapes.CheckIn`."""


def question_of(body: Any) -> tuple[Question, bool]:
    """The question in a body, and whether it is asked as a dry run. Raises `Invalid` by field."""
    if not isinstance(body, Mapping):
        raise Invalid(_("Send a JSON object."))
    if not body.keys() <= FIELDS:
        must_be_known(body, FIELDS)
    if body.get("action") is None:
        raise Invalid(_("Say what is to be done: a tool call, an object or a text."), "action")
    for name in ("action", "reasoning", "context"):
        try:
            must_be_kept(body.get(name), MOST_NESTED)
        except ValidationError as error:
            raise Invalid(str(error.detail[0]), name) from None  # type: ignore[index]
    must_be_read(body["action"])
    dry_run = body.get("dry_run", False)
    if not isinstance(dry_run, bool):
        raise Invalid(_("True or false is expected."), "dry_run")
    for name in ("session_state", "scores", "context"):
        if not isinstance(body.get(name), Mapping | None):
            raise Invalid(_("A JSON object is expected."), name)
    question = Question(
        action=body["action"],
        session=body.get("session_id"),
        tool_call=body.get("tool_call_id"),
        reasoning=body.get("reasoning"),
        scores=body.get("scores"),
        session_state=body.get("session_state"),
        environment=_environment(body.get("environment")),
        context=body.get("context"),
        agent=_agent(body.get("agent")),
    )
    return question, dry_run


def _environment(given: Any) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or len(given) > LONGEST_ENVIRONMENT or not _is_kept(given):
        raise Invalid(_("A text of at most %(most)d characters is expected.") % {"most": LONGEST_ENVIRONMENT},
                      "environment")  # fmt: skip
    return given or None


def _agent(given: Any) -> dict[str, str | None]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise Invalid(_("A JSON object with name, version and model is expected."), "agent")
    must_be_known(given, AGENT, "agent")
    said: dict[str, str | None] = {}
    for name in AGENT:
        text = given.get(name)
        if text is not None and not (isinstance(text, str) and len(text) <= LONGEST_AGENT and _is_kept(text)):
            raise Invalid(
                _("A text of at most %(most)d characters is expected.") % {"most": LONGEST_AGENT}, f"agent.{name}"
            )
        said[name] = text
    return said


def _is_kept(text: str) -> bool:
    try:
        must_be_kept(text)
    except ValidationError:
        return False
    return True
