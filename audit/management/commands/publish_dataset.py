"""Publish what is new of the decision corpus, of one organisation or of all that have switched it on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organisation
from audit.dataset.publishing import Refused, publish, withdraw


class Command(BaseCommand):
    help = "Add every whole hour since the last time to the public decision corpus. Goes on where it was stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="its short name; without it, all")
        parser.add_argument(
            "--leave-out", action="store_true", help="go on without the lines that are refused, and record that"
        )
        parser.add_argument("--anew", action="store_true", help="take the corpus away first and write it again")

    def handle(self, *args: Any, organisation: str | None, leave_out: bool, anew: bool, **options: Any) -> None:
        houses = Organisation.objects.filter(deactivated_at__isnull=True)
        if organisation is not None:
            houses = houses.filter(slug=organisation)
            if not houses:
                raise CommandError(f"There is no organisation {organisation}.")
        wrong = []
        for house in houses:
            if anew:
                withdraw(house)
            try:
                added = publish(house, leave_out=leave_out)
            except Refused as why:
                wrong.append(f"{house.slug}: {why}")
                continue
            self.stdout.write(f"{house.slug}: {added.lines} lines added, {added.left_out} left out.")
        if wrong:
            raise CommandError(
                "Refused, because something looks personal; nothing of it was published:\n"
                + "\n".join(wrong)
                + "\nLook at the record for it. --leave-out goes on without such lines."
            )
