"""A verb that dies when its entry is to be written has written nothing, and can be done again."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest
from django.apps import apps

from accounts.permissions import TABLE
from accounts.scope import open_organisation
from deliberation.domain import act as acting
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db
FLOORS = ("accounts", "audit", "deliberation")


class Killed(BaseException):
    """The process is gone; nothing catches it."""


def everything() -> dict[str, list[str]]:
    """Every row of every table, column by column."""
    found = {}
    for floor in FLOORS:
        for model in apps.get_app_config(floor).get_models():
            found[model._meta.db_table] = sorted(map(repr, model._base_manager.values_list()))
    return found


def modules() -> list[Any]:
    named = ("deliberation.", "tests.deliberation.")
    return [module for name, module in list(sys.modules.items()) if name.startswith(named)]


def dies_first(name: str, verb: Callable[..., Any], died: set[str]) -> Callable[..., Any]:
    """The verb, killed the first time it is called and done the second time."""

    @functools.wraps(verb)
    def killed_once(*args: Any, **kwargs: Any) -> Any:
        if name not in died:
            died.add(name)
            before = everything()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(acting, "record", _dies)
                with pytest.raises(Killed):
                    verb(*args, **kwargs)
            after = everything()
            assert {t for t in before if before[t] != after[t]} == set(), name
            for thing in (*args, *kwargs.values()):
                if hasattr(thing, "refresh_from_db"):
                    thing.refresh_from_db()
        return verb(*args, **kwargs)

    return killed_once


def _dies(*args: Any, **kwargs: Any) -> None:
    raise Killed


def test_whatever_verb_is_killed_nothing_is_half_written_and_it_can_be_done_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever verb is killed, nothing is half written and it can be done again."""
    cast, died = Cast(), set[str]()
    for module in modules():
        for name in TABLE:
            verb = getattr(module, name, None)
            if isinstance(verb, FunctionType) and verb.__module__.startswith("deliberation.domain."):
                monkeypatch.setattr(module, name, dies_first(name, verb, died))
    with open_organisation(cast.organisation):
        deliberation = stages.at_round(cast, 1)
        stages.positions_given(cast, deliberation)
        stages.at_review_prepared(cast)
    assert {"submit", "approve_stakeholders", "accept_invitation", "submit_position", "sign_outcome"} <= died
