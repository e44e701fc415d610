"""Who may read the record and what is shown of it: this app's rows of the one table in `accounts.permissions`."""

from django.utils.translation import gettext_lazy as _

from accounts.permissions import ANY, Rule, add
from accounts.roles import Part, Role

READERS = (Role.AUDITOR, Role.ADMINISTRATOR)


def declare() -> None:
    """Put them into the table."""
    add(*rows())


# A table reads best as rows.
# fmt: off


def rows() -> tuple[Rule, ...]:
    """The verbs of this app, then its reads."""
    return (
        Rule("switch_surface", "organisation", ("active",), None, (Role.ADMINISTRATOR, "system"),
             event="surface.switch", routes=("settings_public",),
             says=_("An administrator says what of the organisation’s figures anybody may see.")),
        Rule("add_milestone", "organisation", ("active",), None, (Role.ADMINISTRATOR,), event="milestone.add",
             routes=("milestone_add",),
             says=_("An administrator adds an incident, a change or a version to the evolution log.")),
        Rule("start_export", "organisation", ("active",), None, (Role.ADMINISTRATOR,), event="export.start",
             routes=("settings_export",),
             says=_("An administrator has everything taken out that members and administrators may read.")),
        Rule("erase_text", "text", ("kept",), "erased", (Role.ADMINISTRATOR, "member", Part.PARTICIPANT),
             event="erasure", routes=("words_erase", "own_words"),
             says=_("Whoever wrote words may have them erased, by themselves or by an administrator.")),
        Rule("start_new_log", "log", ("current",), "ended", ("system",), event="log.start",
             says=_("Whoever runs the site ends a log and begins another, after a restored backup, and says why.")),
        Rule("read_record", "read", (ANY,), None, READERS,
             routes=("record", "record_entry", "record_proof", "record_file", "metrics", "evolution",
                     "evolution_markdown"),
             says=_("The record is for auditors and administrators.")),
        Rule("read_export", "read", (ANY,), None, (Role.ADMINISTRATOR,), routes=("export_file",),
             says=_("The file of an export is for the administrators.")),
        Rule("read_record_by_key", "read", (ANY,), None, ("key",),
             routes=("api_entries", "api_entry_proof", "api_checkpoint", "api_consistency", "api_record_export",
                     "api_log_checkpoint", "api_log_entries", "api_log_tile"),
             says=_("A key reads the log of its organisation, and its proofs.")),
        Rule("read_public_figures", "read", (ANY,), None, ("anyone",),
             routes=("public_datasets", "public_dataset_file", "public_dataset_card", "framework_card",
                     "public_metrics", "public_metrics_file", "public_evidence", "public_evolution",
                     "public_evolution_markdown", "api_public_framework_metrics"),
             says=_("What an administrator has switched on is for anybody.")),
    )
