"""`manage.py import_instructions FILE --organisation --project [--accept-as EMAIL]`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.permissions import SYSTEM
from accounts.queries.named import project_named
from accounts.refusals import Refused
from accounts.scope import open_organisation
from instructions.domain.deciding import accept_proposals
from instructions.domain.history_file import LARGEST_FILE
from instructions.domain.importing import NotReadable, import_instructions
from instructions.models import Instruction


class Command(BaseCommand):
    help = (
        "Propose every instruction of a file: an instruction history in JSON, or a rules file such as CLAUDE.md. "
        "With --accept-as they are accepted as that editor, those too that go against what stands."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="short name of the organisation")
        parser.add_argument("--project", required=True, help="short name of the project")
        parser.add_argument("--accept-as", metavar="EMAIL", help="accept them all as this editor")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        organisation, project = project_named(options["organisation"], options["project"])
        editor = None
        if options["accept_as"]:
            editor = User.objects.filter(email__iexact=options["accept_as"]).first()
            if editor is None:
                raise CommandError(f"Nobody signs in as {options['accept_as']}.")
        with open_organisation(organisation), transaction.atomic():
            try:
                made = import_instructions(organisation, project, options["file"].name, data, by=editor or SYSTEM)
                proposals = list(Instruction.objects.filter(brought_by=made.row).select_related("project"))
                if editor is not None and proposals:
                    accept_proposals(proposals, by=editor, why=f"Imported from {made.row.name}.", apart=True)
            except NotReadable as refused:
                lines = [f"line {one.line}: {one.says}" if one.line else one.says for one in refused.problems]
                if refused.more:
                    lines.append(f"and {refused.more} more")
                raise CommandError("Nothing was imported.\n" + "\n".join(lines)) from None
            except Refused as refused:
                raise CommandError(refused.sentence) from None
        for left in made.left_out:
            self.stderr.write(f"line {left.line}: {left.says}")
        what = "accepted" if editor else "proposed"
        self.stdout.write(
            f"{made.row.proposed} {what}, {made.row.unchanged} unchanged, {len(made.left_out)} not stored."
        )
