"""Calling a verb of the table by its name: the function that is named so, with arguments found by what they are called.

The door of a verb asks who and when before it looks at what was sent, so most arguments only have to be there.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import models

from accounts import clock
from accounts.ids import uuid7
from accounts.models import Project
from accounts.models.installation import MailChoice
from accounts.permissions import TABLE
from deliberation.models import Deliberation, Outcome, OutcomeVersion
from instructions.domain.classification import Wording
from oversight.domain.answers import Question
from oversight.domain.reports import Report
from tests.deliberation import stages
from tests.walls.decided import dropping
from tests.walls.history import PORT
from tests.walls.world import World
from tractatus import Gate, GateRequest

DOORS = {
    ("act.py", "perform"),
    ("act.py", "check_state"),
    ("permissions.py", "require"),
    # Whoever opens a new installation, or looks around in the demo, is nobody yet.
    ("start.py", "_require_start"),
    ("start.py", "sign_in_as_demo"),
}
"""The functions that ask the table. What refuses further inside is a rule of the verb itself."""

FILLS: dict[str, Any] = {
    "kind": "known",
    "do": "keep",
    "what": "position",
    "given": "spoken",
    "state": "done",
    "answer": "can_accept",
    "relation": "affected",
    "proposal": "reaffirm",
    "urgency": "IMPORTANT",
    "slug": "walls",
    "email": "somebody@people.example",
    "choice": "name",
    "sides": ["One.", "The other."],
    "roles": ["auditor"],
    "open_period kind": "TASK",
    "set_variable name": "WALLS",
    "check_action question": Question({"tool_name": "Bash", "tool_input": {"command": "ls"}}),
    "write_handoff body": {"state": "All is done."},
    "erase_text name": "why",
    "switch_surface name": "metrics",
    "add_milestone kind": "change",
    "add_milestone day": date(2026, 1, 2),
}
"""What is sent under a name where any words would not do, or to one verb under that name."""
WORDS = {"str", "Sequence[str]", "Iterable", "Role"}


def verbs() -> dict[str, Callable[..., Any]]:
    """The function of every verb of the table, from the `domain` of each app."""
    found: dict[str, Callable[..., Any]] = {}
    for module in _domains():
        for name, thing in vars(module).items():
            if inspect.isfunction(thing) and thing.__module__ == module.__name__ and name in TABLE:
                found[name] = thing
    return found


def _domains() -> Iterator[ModuleType]:
    for config in apps.get_app_configs():
        try:
            package = importlib.import_module(f"{config.name}.domain")
        except ModuleNotFoundError:
            continue
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def arguments(verb: Callable[..., Any], world: World, thing: Any) -> dict[str, Any]:
    """What the verb is called with about `thing`, by parameter, without `by`. Raises LookupError for an unknown one."""
    found: dict[str, Any] = {}
    for name, parameter in inspect.signature(verb).parameters.items():
        if name == "by" or parameter.kind is parameter.VAR_KEYWORD:
            continue
        needed = parameter.default is parameter.empty
        if needed or name in {"proposal", "group"}:
            kind = str(getattr(parameter.annotation, "__name__", parameter.annotation)).partition(" | ")[0]
            known = f"{verb.__name__} {name}"
            found[name] = FILLS.get(known) or _value(name, kind.rpartition(".")[2], world, thing)
    return found


def _value(name: str, kind: str, world: World, thing: Any) -> Any:
    here = thing if isinstance(thing, Deliberation) else getattr(thing, "deliberation", None)
    if name == "user_id":
        return world.plain.pk
    if name in FILLS and kind in WORDS:
        return FILLS[name]
    simple: dict[str, Callable[[], Any]] = {
        "str": lambda: "Words.",
        "int": lambda: 1,
        "bool": lambda: True,
        "date": lambda: (clock.now() + timedelta(days=400)).date(),
        "datetime": lambda: clock.now() + timedelta(days=400),
        "UUID": lambda: (
            OutcomeVersion.objects.filter(deliberation=here).values_list("pk", flat=True).first() or uuid7()
        ),
        "bytes": lambda: b"- Always run the linter before every commit.",
        "Wording": lambda: Wording(PORT),
        "Mapping[str, Answered]": dict,
        "Mapping[str, Any]": dict,
        "Sequence[Instruction]": lambda: [world.at["instruction"]["proposed"]],
        "Content": lambda: stages.content(here),
        "Organisation": lambda: world.cast.organisation,
        "Project": lambda: Project.objects.get(pk=world.cast.project.pk),
        "User": lambda: world.third_holder,
        "Membership": lambda: world.cast.membership(world.plain),
        "APIKey": lambda: world.key_elsewhere.key,
        "MailChoice": lambda: MailChoice.MAIL,
        "Check": lambda: world.at["check"]["observed"],
        "BrokenGlass": lambda: world.at["glass"]["broken"],
        "Stop": lambda: world.at["stop"]["standing"],
        "Text": lambda: world.at["check"]["observed"].text,
        "Report": lambda: Report("executed", check_id=str(world.at["check"]["observed"].pk)),
        "Decision": lambda: Gate().check(GateRequest(dropping("walls"))),
        "Spoken": lambda: _first("position", here),
        "Outcome": lambda: Outcome.objects.filter(deliberation__in=[here, world.whole]).order_by("pk").last(),
    }
    if isinstance(thing, models.Model) and kind == type(thing).__name__:
        return thing
    return simple[kind]() if kind in simple else _first(kind, here)


def _version_id(deliberation: Any) -> Any:
    return OutcomeVersion.objects.filter(deliberation=deliberation).values_list("pk", flat=True).first()


def _first(kind: str, deliberation: Any) -> Any:
    """A row of the model of this name, of this deliberation."""
    kind = {"tension": "framework"}.get(kind.lower(), kind.lower())
    for model in apps.get_models():
        if model._meta.model_name == kind:
            row = model._default_manager.filter(deliberation=deliberation).order_by("pk").first()
            if row is not None:
                return row
    raise LookupError(f"tests/walls/world.py prepares no {kind}")


def at_the_door(refusal: BaseException) -> bool:
    """Whether it was the table that refused, and not a rule within the verb."""
    last = refusal.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return False
    code = last.tb_frame.f_code
    return (code.co_filename.rpartition("/")[2], code.co_name) in DOORS
