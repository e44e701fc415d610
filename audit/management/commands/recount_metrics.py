"""Count an organisation's figures anew and say whether they agree with those that are shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Organisation
from accounts.scope import open_organisation
from audit.domain import metrics
from audit.models import Counted

SHOWN = 20
"""Differences that are printed one by one."""


class Command(BaseCommand):
    help = "Count the figures of an organisation, hours and days, anew, from its log or from a file, and compare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="its short name")
        parser.add_argument(
            "--from", dest="file", type=Path, help="entries.jsonl of an export, or the file the viewer gives"
        )
        parser.add_argument(
            "--write", action="store_true", help="put what the log gives in the place of what is stored"
        )

    def handle(self, *args: Any, organisation: str, file: Path | None, write: bool, **options: Any) -> None:
        house = Organisation.objects.filter(slug=organisation).first()
        if house is None:
            raise CommandError(f"There is no organisation {organisation}.")
        if file is not None and write:
            raise CommandError("Figures are written from the log alone, not from a file.")
        with open_organisation(house):
            row = Counted.objects.filter(organisation=house).first()
            if row is None:
                raise CommandError(f"Nothing of {house} has been counted yet.")
            until = metrics.hour_of(row.until)
            if file is None:
                counted = metrics.count(metrics.envelopes_of(house, until=until))
            else:
                counted, until = self._of_file(file, str(house.pk), until)
            found = _said(house, counted, until)
            if write and found:
                with transaction.atomic():
                    metrics.write(house, counted)
                    row.until = until
                    row.save(update_fields=["until"])
        entries = sum(number for (_hour, what, *_rest), number in counted.items() if what == "decision")
        where = f"{entries} entries in the hours before {until:%Y-%m-%d %H:%M} UTC"
        if not found and not entries:
            self.stdout.write(f"Nothing to compare yet: no entries in the hours before {until:%Y-%m-%d %H:%M} UTC.")
            return
        if not found:
            self.stdout.write(f"The figures agree: {where}.")
            return
        for line in found[:SHOWN]:
            self.stdout.write(line)
        if write:
            self.stdout.write(f"{len(found)} figures were wrong and are right now: {where}.")
            return
        raise CommandError(f"{len(found)} figures differ: {where}.")

    def _of_file(self, file: Path, organisation: str, until: datetime) -> tuple[Any, datetime]:
        """The tallies of a file, and before which hour it holds all: an export ends somewhere within an hour."""
        last = ""
        stopped: list[str] = []

        def read() -> Iterator[dict[str, Any]]:
            nonlocal last
            with file.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    try:
                        envelope = json.loads(line)
                        if envelope["organisation"] != organisation:
                            raise CommandError(f"Line {number} is of another organisation.")
                        last = max(last, envelope["timestamp"])
                    except (ValueError, KeyError, TypeError):
                        stopped.append(f"Line {number} is no envelope.")
                        return
                    yield envelope

        try:
            counted = metrics.count(read())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from None
        if stopped:
            raise CommandError(stopped[0])
        if not last:
            raise CommandError(f"{file} holds no envelope.")
        end = min(until, metrics.hour_of(datetime.fromisoformat(last)))
        return metrics.before(counted, end), end


def _said(house: Organisation, counted: Counter[metrics.Key], until: datetime) -> list[str]:
    """Where the stored figures differ from what was counted, a line each: the hours, and the days that are over."""
    hours = metrics.differences(counted, metrics.tallies(house, until))
    days = metrics.differences(metrics.by_day(counted, until), metrics.day_tallies(house, until))
    return [
        *(_line(f"{hour:%Y-%m-%d %H}", rest, *numbers) for (hour, *rest), *numbers in hours),
        *(_line(f"{day:%Y-%m-%d}, the day,", rest, *numbers) for (day, *rest), *numbers in days),
    ]


def _line(when: str, what: list[str], now: int, stored: int) -> str:
    return f"{when} {' '.join(filter(None, what))}: counted {now}, stored {stored}"
