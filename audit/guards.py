"""What the database itself refuses in the tables of the record."""

from accounts.guards import AppendOnly, Refuse, SameOrganisation, Stays, register


def declare() -> None:
    register(
        AppendOnly("audit_entry"),
        AppendOnly("audit_leaf"),
        AppendOnly("audit_node"),
        AppendOnly("audit_checkpoint"),
        AppendOnly("audit_log", once=("ended_at",)),
        AppendOnly("audit_text", may_set=("body", "salt", "erased_at")),
        Refuse(
            "audit_text",
            "audit_text_only_erased",
            ("update",),
            "OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.body <> '' OR length(NEW.salt) <> 0",
            "words change in one way only: they are erased, once, with their salt.",
        ),
        Refuse(
            "audit_entry",
            "audit_entry_hash_is_whole",
            ("insert",),
            "length(NEW.leaf_hash) <> 32 OR length(NEW.canonical) = 0",
            "an entry needs its envelope and its 32-byte leaf hash.",
        ),
        Refuse(
            "audit_log",
            "audit_log_of_installation_is_one",
            ("insert",),
            "NEW.organisation_id IS NULL AND NEW.ended_at IS NULL AND EXISTS "
            "(SELECT 1 FROM audit_log l WHERE l.organisation_id IS NULL AND l.ended_at IS NULL)",
            "the installation keeps one log at a time.",
        ),
        SameOrganisation("audit_pending", "entry_id", "audit_entry"),
        SameOrganisation("audit_leaf", "entry_id", "audit_entry", by_the_thousand=True),
        SameOrganisation("audit_leaf", "log_id", "audit_log", by_the_thousand=True),
        SameOrganisation("audit_node", "log_id", "audit_log", by_the_thousand=True),
        SameOrganisation("audit_checkpoint", "log_id", "audit_log"),
        Stays("audit_refusal"),
        AppendOnly("audit_milestone"),
        SameOrganisation("audit_milestone", "title_id", "audit_text"),
        SameOrganisation("audit_milestone", "story_id", "audit_text"),
        SameOrganisation("audit_milestone", "evidence_id", "audit_text"),
        Stays("audit_surface"),
        Stays("audit_tally"),
        Stays("audit_daytally"),
        Stays("audit_counted"),
        Stays("audit_export"),
        Stays("audit_dataset"),
    )
