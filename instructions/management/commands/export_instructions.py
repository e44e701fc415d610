"""`manage.py export_instructions --organisation --project [--format json|markdown|csv]`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.queries.named import project_named
from accounts.scope import open_organisation
from instructions.domain.exporting import FORMATS, as_csv, as_json, as_markdown

WRITERS = {"json": as_json, "markdown": as_markdown, "csv": as_csv}
assert tuple(WRITERS) == FORMATS


class Command(BaseCommand):
    help = "Write the instructions of a project to standard output, by default as instruction-history.json has them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, help="short name of the organisation")
        parser.add_argument("--project", required=True, help="short name of the project")
        parser.add_argument("--format", choices=FORMATS, default="json")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation, project = project_named(options["organisation"], options["project"])
        with open_organisation(organisation):
            for piece in WRITERS[options["format"]](project):
                self.stdout.write(piece, ending="")
