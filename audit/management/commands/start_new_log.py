"""End the logs that cannot be continued and begin others, the break recorded in each."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organisation
from accounts.permissions import SYSTEM
from accounts.refusals import Refused
from audit.domain.logs import start_new_log
from audit.logs import opened, rows
from audit.models import Log
from audit.sequencer import sequence


class Command(BaseCommand):
    help = "End every log of the record, or one, and begin new ones: after a backup was restored, or the key was lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why, in words that stay in the record")
        parser.add_argument("--organisation", metavar="SLUG", help="the log of this organisation alone")

    def handle(self, *args: Any, **options: Any) -> None:
        for organisation in self._whose(options["organisation"]):
            with opened(organisation):
                log = rows(Log, organisation).filter(ended_at__isnull=True).first()
            if log is None:
                continue  # it begins by itself
            try:
                begun = start_new_log(log, by=SYSTEM, reason=options["reason"])
            except Refused as why:
                raise CommandError(str(why)) from None
            sequence(organisation, wait=True)
            self.stdout.write(f"{organisation.slug if organisation else 'the installation'}: {begun.origin}")

    def _whose(self, slug: str | None) -> list[Organisation | None]:
        if slug is None:
            return [*Organisation.objects.order_by("slug"), None]
        found = Organisation.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no organisation {slug}.")
        return [found]
