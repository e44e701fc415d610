"""`manage.py create_api_key ORGANISATION PROJECT --name NAME [--observe]`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.domain.keys import create_api_key
from accounts.permissions import SYSTEM
from accounts.queries.named import project_named
from accounts.refusals import Refused


class Command(BaseCommand):
    help = "Make an API key of a project and print it, alone, on standard output. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organisation", help="short name of the organisation")
        parser.add_argument("project", help="short name of the project")
        parser.add_argument("--name", required=True, help="what will use the key")
        parser.add_argument("--observe", action="store_true", help="judge and record, stop nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        _organisation, project = project_named(options["organisation"], options["project"])
        try:
            _key, secret = create_api_key(project, options["name"], by=SYSTEM, enforces=not options["observe"])
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(secret)
