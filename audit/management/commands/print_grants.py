"""What a role of PostgreSQL is granted that runs the site and owns nothing: it cannot rewrite the record."""

import re
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.guards import AppendOnly, registered


class Command(BaseCommand):
    help = "Print the SQL by which a role may run the site without being able to change the record, or its guards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", help="a role that is there; the tables belong to another, who migrates")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Roles are PostgreSQL's: with SQLite whoever has the file may do everything with it.")
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", options["role"]):
            raise CommandError("A role's name has small letters, digits and _.")
        self.stdout.write("\n".join(grants(options["role"])))


def grants(role: str) -> list[str]:
    """The statements, to be run by the owner of the tables after each migrate."""
    return [
        f"GRANT USAGE ON SCHEMA public TO {role};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};",
        *(line for guard in _of_the_record() for line in _added_to_only(guard, role)),
    ]


def _of_the_record() -> list[AppendOnly]:
    tables = {model._meta.db_table for model in apps.get_app_config("audit").get_models()}
    return [guard for guard in registered() if isinstance(guard, AppendOnly) and guard.table in tables]


def _added_to_only(guard: AppendOnly, role: str) -> list[str]:
    lines = [f"REVOKE UPDATE, DELETE ON {guard.table} FROM {role};"]
    if columns := (*guard.may_set, *guard.once):
        lines.append(f"GRANT UPDATE ({', '.join(columns)}) ON {guard.table} TO {role};")
    return lines
