"""`manage.py replay_session FILE [--organisation SLUG --project SLUG --observe --pace SECONDS]`"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts import clock
from accounts.domain.keys import create_api_key
from accounts.keys import note_use
from accounts.models import APIKey, Project
from accounts.permissions import SYSTEM
from accounts.queries.named import project_named
from accounts.refusals import Refused
from accounts.scope import open_organisation
from oversight.adapters.replay import BadRecording, act_in_words, read_recording, replay, said_in_words
from oversight.models import Session

KEY = "Replay"
SHOWN = {"UserPromptSubmit": 2, "SessionStart": 4}
"""Of what an event gives the model to read, how many lines are printed."""
SHIPPED = Path(__file__).resolve().parents[2] / "data" / "demo_session.jsonl"


class Command(BaseCommand):
    help = (
        "Tell a recording of Claude Code's hook events again, through the code that answers the hooks: prints what "
        "each was told, and where its sessions are read. Without FILE it is the recording that ships."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default=str(SHIPPED), help="events as JSON, one a line")
        parser.add_argument("--organisation", default="demo", help="short name of the organisation")
        parser.add_argument("--project", default="hiring", help="short name of the project")
        parser.add_argument("--observe", action="store_true", help="judge and record, stop nothing")
        parser.add_argument("--pace", type=float, default=0.0, help="seconds to wait before each event")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["pace"] <= 3600:
            raise CommandError("--pace: 0 to 3600 seconds are expected.")
        try:
            with open(options["file"], encoding="utf-8") as lines:
                recording = read_recording(lines)
        except BadRecording as bad:
            raise CommandError(f"{options['file']}: {bad}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from None
        organisation, project = project_named(options["organisation"], options["project"])
        mark = clock.now().strftime("%y%m%d%H%M%S%f")
        with open_organisation(organisation):
            key = _key(project, enforces=not options["observe"])
            note_use(key)
            sessions = Session.objects.filter(key=key, name__contains=f"-{mark}").order_by("id")
            begun: set[UUID] = set()
            for told in replay(key, recording, mark=mark):
                if options["pace"]:
                    time.sleep(options["pace"])
                self._say(told)
                for session in sessions.exclude(pk__in=begun):
                    begun.add(session.pk)
                    self.stdout.write(f"        Watch it: {_address(session)}")
                self.stdout.flush()
            for session in sessions:
                said = f"{session.name}: {session.get_state_display()}, {session.level}"
                self.stdout.write(f"\n{said}\n{_address(session)}")

    def _say(self, told: Any) -> None:
        recorded = told.recorded
        self.stdout.write(f"{recorded.line:>4}  {recorded.name:<18} {act_in_words(recorded.event)}")
        said = f"not taken: {told.refused}" if told.refused else said_in_words(told.answer)
        lines = said.splitlines()
        most = SHOWN.get(recorded.name, len(lines))
        for line in lines[:most]:
            self.stdout.write(f"        {line}")
        if len(lines) > most:
            self.stdout.write(f"        … {len(lines) - most} more lines")


def _address(session: Session) -> str:
    return settings.SITE_URL + reverse("agent_session", args=[session.organisation.slug, session.pk])


def _key(project: Project, *, enforces: bool) -> APIKey:
    """The key that replays use in a project, made where there is none."""
    found = APIKey.objects.filter(project=project, name=KEY, enforces=enforces, revoked_at__isnull=True).first()
    if found is not None:
        return found
    try:
        return create_api_key(project, KEY, by=SYSTEM, enforces=enforces).key
    except Refused as refused:
        raise CommandError(refused.sentence) from None
