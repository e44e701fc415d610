"""The record: who ends a log ends it once."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts.permissions import SYSTEM
from audit.domain.erasure import erase_text
from audit.domain.exports import start_export
from audit.domain.logs import start_new_log
from audit.domain.milestones import add_milestone
from audit.domain.surfaces import switch_surface
from audit.logs import current_log
from audit.receivers import actor_of
from audit.record import record
from audit.texts import keep
from tests.attack.arena import Arena, act, stage


@stage("start_new_log")
def the_log(arena: Arena) -> None:
    log = current_log(arena.cast.organisation)
    arena.race(*[act(start_new_log, log, by=SYSTEM, reason=reason) for reason in ("A restore.", "Another restore.")])


@stage("erase_text")
def words(arena: Arena) -> None:
    care, by = arena.cast.organisation, arena.cast.facilitator
    with transaction.atomic():
        entry = record(
            "x.y", actor=actor_of(by, care), organisation=care, subject=("x", "1"), decision="done",
            texts={"why": keep(care, "Because.")},
        )  # fmt: skip
    arena.race(*[act(erase_text, entry, "why", by=who, reason="Gone.") for who in (by, arena.cast.administrator)])


@stage("start_export")
def an_export(arena: Arena) -> None:
    by = arena.cast.administrator
    arena.race(*[act(start_export, arena.cast.organisation, by=by)] * 2)


@stage("switch_surface", "add_milestone")
def what_is_public(arena: Arena) -> None:
    care, by = arena.cast.organisation, arena.cast.administrator
    arena.race(*[act(switch_surface, care, "metrics", True, by=by)] * 2)
    arena.race(*[act(switch_surface, care, "metrics", False, by=by)] * 2)
    told = {"kind": "change", "day": date(2026, 1, 2), "title": "One", "story": "It was.", "evidence": "Look."}
    arena.race(*[act(add_milestone, care, by=by, **told)] * 2, wins=2)
