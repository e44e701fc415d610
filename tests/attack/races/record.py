"""The record: who ends a log ends it once."""

from __future__ import annotations

from accounts.permissions import SYSTEM
from audit.domain.exports import start_export
from audit.domain.logs import start_new_log
from audit.logs import current_log
from tests.attack.arena import Arena, act, stage


@stage("start_new_log")
def the_log(arena: Arena) -> None:
    log = current_log(arena.cast.organisation)
    arena.race(*[act(start_new_log, log, by=SYSTEM, reason=reason) for reason in ("A restore.", "Another restore.")])


@stage("start_export")
def an_export(arena: Arena) -> None:
    by = arena.cast.administrator
    arena.race(*[act(start_export, arena.cast.organisation, by=by)] * 2)
