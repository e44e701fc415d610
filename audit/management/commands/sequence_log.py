"""Give every waiting entry its place and sign, waiting for whoever is at it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organisation
from accounts.scope import oldest_of_each
from audit.models import Pending
from audit.sequencer import Refusing, sequence


class Command(BaseCommand):
    help = "Give every entry of the record that waits its place, and sign. Waits where another process is at it."

    def handle(self, *args: Any, **options: Any) -> None:
        placed, refused = 0, []
        for organisation_id in oldest_of_each(Pending):
            organisation = None if organisation_id is None else Organisation.objects.get(pk=organisation_id)
            try:
                placed += sequence(organisation, wait=True)
            except Refusing as why:
                refused.append(f"{organisation.slug if organisation else 'the installation'}: {why}")
        self.stdout.write(f"{placed} entries placed.")
        if refused:
            raise CommandError(
                "Not signed, because the record is not what was signed before:\n"
                + "\n".join(refused)
                + '\nAfter a backup was restored: .venv/bin/python manage.py start_new_log --reason "…"'
            )
