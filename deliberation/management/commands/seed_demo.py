"""Make the demo organisation. Called again, it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand

from deliberation.demo import seed


class Command(BaseCommand):
    help = "Make the demo organisation, its people and its questions, unless it is there already."

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = seed()
        self.stdout.write("The demo is there already." if organisation is None else f"Made {organisation.name}.")
