"""Write `docs/states.md` from the one table in the code: states, verbs, who may, and who is kept out."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from accounts.permissions import ANY, TABLE, Rule
from accounts.roles import Part, Role

STATES = {
    "deliberation": "deliberation.Deliberation",
    "review": "deliberation.Review",
    "precedent": "deliberation.Precedent",
    "report": "deliberation.ChangeReport",
    "round": "deliberation.Round",
    "outcome": "deliberation.Outcome",
}
"""The machines whose states are choices of a model's `state`."""

HEAD = """# States, verbs and who may

Written by `manage.py write_tables` from the table in the code (`accounts/permissions.py` and each app's rows). A test
compares the two. *Seat* is a part held in one deliberation; *role* is a role of the membership. Whoever is *kept out*
is kept out as a person, whatever their roles. “stays” means that the verb does not change the state by itself, or
chooses among several next states.
"""


class Command(BaseCommand):
    help = "Write docs/states.md from the table of permissions."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--print", action="store_true", help="print it instead")

    def handle(self, *args: Any, **options: Any) -> None:
        text = as_markdown()
        if options["print"]:
            self.stdout.write(text, ending="")
            return
        path = Path(settings.BASE_DIR) / "docs" / "states.md"
        path.write_text(text, encoding="utf-8")
        self.stdout.write(f"{path.name}: {len(TABLE)} rows")


def as_markdown() -> str:
    """The whole page, the same for the same code."""
    with translation.override("en"):
        parts = [HEAD]
        for machine in sorted({row.machine for row in TABLE.values()}, key=_machine_order):
            parts.append(_machine(machine, [row for row in TABLE.values() if row.machine == machine]))
        return "\n".join(parts)


def _machine_order(machine: str) -> tuple[int, str]:
    first = ["deliberation", "review", "precedent", "report"]
    last = ["read"]
    if machine in first:
        return first.index(machine), machine
    return (99 if machine in last else 50), machine


def _machine(machine: str, rows: list[Rule]) -> str:
    title = "What may be seen" if machine == "read" else f"{machine.capitalize()}"
    lines = [f"## {title}", ""]
    if machine in STATES:
        model = apps.get_model(STATES[machine])
        names = ", ".join(f"`{value}` ({label})" for value, label in model._meta.get_field("state").flatchoices)
        lines += [f"States: {names}.", ""]
    if machine == "read":
        lines += ["| read | who | what |", "| --- | --- | --- |"]
        lines += [f"| `{r.verb}` | {_who(r)} | {r.says} |" for r in rows]
    else:
        lines += ["| from | verb | to | who | kept out | what |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [
            f"| {_states(r)} | `{r.verb}` | {f'`{r.to}`' if r.to else 'stays'} | {_who(r)} "
            f"| {', '.join(r.barred) or '–'} | {r.says} |"
            for r in rows
        ]
    return "\n".join([*lines, ""])


def _states(row: Rule) -> str:
    return "any" if ANY in row.states else ", ".join(f"`{state}`" for state in row.states)


def _who(row: Rule) -> str:
    names = {Role: "role", Part: "seat"}
    return ", ".join(f"{names[type(w)]} {w.label.lower()}" if isinstance(w, Role | Part) else w for w in row.who)
