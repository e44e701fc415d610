"""`manage.py create_api_key ORGANISATION PROJECT --name NAME [--observe]`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.domain.keys import create_api_key
from accounts.models import Organisation, Project
from accounts.permissions import SYSTEM
from accounts.refusals import Refused
from accounts.scope import open_organisation


class Command(BaseCommand):
    help = "Make an API key of a project and print it, alone, on standard output. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organisation", help="short name of the organisation")
        parser.add_argument("project", help="short name of the project")
        parser.add_argument("--name", required=True, help="what will use the key")
        parser.add_argument("--observe", action="store_true", help="judge and record, stop nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        with open_organisation(organisation):
            project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"{organisation} has no project {options['project']}.")
        try:
            _key, secret = create_api_key(project, options["name"], by=SYSTEM, enforces=not options["observe"])
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(secret)
