"""What the database itself refuses in the tables of `accounts`."""

from accounts.guards import AppendOnly, Refuse, SameOrganisation, register

_OTHER_ADMINISTRATOR = """
    SELECT 1 FROM accounts_membershiprole r JOIN accounts_membership m ON m.id = r.membership_id
    WHERE r.role = 'administrator' AND m.ended_at IS NULL
      AND m.organisation_id = OLD.organisation_id AND m.id <> OLD.{membership}
"""
_LAST = "an organisation keeps one administrator."


def declare() -> None:
    register(
        SameOrganisation("accounts_membershiprole", "membership_id", "accounts_membership"),
        SameOrganisation("accounts_apikey", "project_id", "accounts_project"),
        SameOrganisation("accounts_keptanswer", "key_id", "accounts_apikey"),
        AppendOnly("accounts_seatuser", once=("until",)),
        Refuse(
            "accounts_membership",
            "operator_is_no_member",
            ("insert",),
            "EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = NEW.user_id AND u.is_operator = TRUE)",
            "the platform operator sees no organisation from inside.",
        ),
        Refuse(
            "accounts_user",
            "member_is_no_operator",
            ("update",),
            "NEW.is_operator = TRUE AND EXISTS (SELECT 1 FROM accounts_membership m "
            "WHERE m.user_id = NEW.id AND m.ended_at IS NULL)",
            "a member of an organisation cannot become the platform operator.",
        ),
        Refuse(
            "accounts_membership",
            "membership_ends_once",
            ("update",),
            "OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NULL OR NEW.ended_at <> OLD.ended_at)",
            "an ended membership stays ended.",
        ),
        Refuse(
            "accounts_membership",
            "last_administrator_stays",
            ("update",),
            "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND EXISTS "
            "(SELECT 1 FROM accounts_membershiprole mine WHERE mine.membership_id = OLD.id "
            "AND mine.role = 'administrator') "
            f"AND NOT EXISTS ({_OTHER_ADMINISTRATOR.format(membership='id')})",
            _LAST,
        ),
        Refuse(
            "accounts_membershiprole",
            "last_administrator_keeps_role",
            ("delete",),
            "OLD.role = 'administrator' AND EXISTS (SELECT 1 FROM accounts_membership mine "
            "WHERE mine.id = OLD.membership_id AND mine.ended_at IS NULL) "
            f"AND NOT EXISTS ({_OTHER_ADMINISTRATOR.format(membership='membership_id')})",
            _LAST,
        ),
        Refuse(
            "accounts_apikey",
            "revoked_key_stays_revoked",
            ("update",),
            "OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS NULL OR NEW.revoked_at <> OLD.revoked_at)",
            "a revoked key stays revoked.",
        ),
        Refuse(
            "accounts_installation",
            "demo_ends_once",
            ("update",),
            "(OLD.demo_ended_at IS NOT NULL AND NEW.demo_ended_at IS NULL) "
            "OR (OLD.started_at IS NOT NULL AND NEW.started_at IS NULL)",
            "once started for real, an installation does not go back.",
        ),
    )
