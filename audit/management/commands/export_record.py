"""The record of an organisation in a file that anybody can check."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organisation
from audit.export import NothingSigned, write_export
from audit.logs import opened
from audit.sequencer import Refusing, sequence


class Command(BaseCommand):
    help = "Write the record of an organisation into a zip archive, with the verifier that checks it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", required=True)
        parser.add_argument("file", help="where to, which must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        path = Path(options["file"])
        if path.exists():
            raise CommandError(f"{path} is there already.")
        try:
            sequence(organisation, wait=True)
        except Refusing as why:
            self.stderr.write(f"Not signed any more, so this ends at the last checkpoint: {why}")
        half = path.with_name(f".{path.name}.{os.getpid()}.half")
        try:
            with half.open("wb") as out, opened(organisation):
                write_export(organisation, out)
                out.flush()
                os.fsync(out.fileno())
            os.link(half, path)  # it has its name only when it is whole
        except NothingSigned:
            raise CommandError("Nothing of this organisation has been signed yet.") from None
        except OSError as why:
            raise CommandError(f"It could not be written: {why}") from None
        finally:
            half.unlink(missing_ok=True)
        self.stdout.write(f"{path}: {path.stat().st_size:,} octets")
