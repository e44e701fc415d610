"""The rows of `accounts` in the table of permissions."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import ANY, Rule, add
from accounts.roles import Role

ADMINISTRATOR = (Role.ADMINISTRATOR, "system")
OPERATOR = ("operator", "system")

# Pages of signing in and of one's own account. They show a person to themselves and nobody else.
SIGN_IN = (
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "account_password_reset_completed",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_trust",
)
OWN_ACCOUNT = (
    "own_sessions",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
)
# The admin makes its own names; they are all the operator's.
OPERATOR_PAGES = ("admin:*",)


def _organisation(verb: str, event: str, says: Promise, *routes: str, states: tuple[str, ...] = ("active",)) -> Rule:
    return Rule(verb, "organisation", states, None, ADMINISTRATOR, event=event, routes=routes, says=says)


def declare() -> None:
    """Put them into the table."""
    add(*rows())


def rows() -> tuple[Rule, ...]:
    """The verbs of `accounts`, then its reads."""
    return (
        Rule(
            "create_organisation",
            "installation",
            (ANY,),
            None,
            OPERATOR,
            event="organisation.create",
            routes=OPERATOR_PAGES,
            says=_("The platform operator makes organisations."),
        ),
        Rule(
            "deactivate_organisation",
            "organisation",
            ("active",),
            "deactivated",
            OPERATOR,
            event="organisation.deactivate",
            routes=OPERATOR_PAGES,
            says=_("The platform operator closes an organisation."),
        ),
        Rule(
            "reactivate_organisation",
            "organisation",
            ("deactivated",),
            "active",
            OPERATOR,
            event="organisation.reactivate",
            routes=OPERATOR_PAGES,
            says=_("The platform operator opens a closed organisation again."),
        ),
        Rule(
            "create_user",
            "installation",
            (ANY,),
            None,
            OPERATOR,
            event="user.create",
            routes=OPERATOR_PAGES,
            says=_("The platform operator makes users who belong nowhere yet."),
        ),
        Rule(
            "deactivate_user",
            "user",
            ("active",),
            "deactivated",
            OPERATOR,
            event="user.deactivate",
            routes=OPERATOR_PAGES,
            says=_("The platform operator stops a user from signing in."),
        ),
        Rule(
            "reactivate_user",
            "user",
            ("deactivated",),
            "active",
            OPERATOR,
            event="user.reactivate",
            routes=OPERATOR_PAGES,
            says=_("The platform operator lets a user sign in again."),
        ),
        Rule(
            "end_session",
            "user",
            ("active",),
            None,
            ("anyone",),
            event="session.end",
            routes=("own_session_end",),
            says=_("Whoever is signed in ends one of their own sessions."),
        ),
        Rule(
            "end_other_sessions",
            "user",
            ("active",),
            None,
            ("anyone",),
            event="session.end_others",
            routes=("own_sessions_end_others",),
            says=_("Whoever is signed in ends all their sessions but one; a changed password does so too."),
        ),
        _organisation(
            "add_member", "member.add", _("An administrator takes people into the organisation."), "settings_members"
        ),
        _organisation(
            "set_roles", "member.roles", _("An administrator gives and takes roles."), "settings_member_roles"
        ),
        _organisation("end_membership", "member.end", _("An administrator ends a membership."), "settings_member_end"),
        _organisation(
            "make_sign_in_link",
            "member.link",
            _("An administrator makes a sign-in link where no mail is sent."),
            "settings_member_link",
        ),
        Rule(
            "use_sign_in_link",
            "organisation",
            ("active",),
            None,
            ("anyone",),
            event="member.sign_in",
            routes=("sign_in_by_link",),
            says=_("Whoever holds a sign-in link is the person it was made for, once."),
        ),
        _organisation("create_project", "project.create", _("An administrator makes projects."), "settings_projects"),
        _organisation(
            "archive_project", "project.archive", _("An administrator closes a project."), "settings_project_archive"
        ),
        _organisation("create_api_key", "api_key.create", _("An administrator makes API keys."), "settings_keys"),
        _organisation(
            "revoke_api_key", "api_key.revoke", _("An administrator revokes API keys."), "settings_key_revoke"
        ),
        _organisation(
            "set_key_mode",
            "api_key.mode",
            _("An administrator has a key enforce, or observe again."),
            "agent_key_mode",
        ),
        _organisation(
            "choose_mail",
            "installation.mail",
            _("The first administrator says how mail leaves."),
            "settings_mail",
            "settings_mail_test",
        ),
        Rule(
            "start_for_real",
            "installation",
            ("new",),
            "started",
            ("anyone",),
            event="installation.start",
            routes=("start",),
            says=_("Whoever opens a new installation starts it, once."),
        ),
        Rule(
            "sign_in_as_demo",
            "installation",
            ("demo",),
            None,
            ("anyone",),
            event="demo.sign_in",
            routes=("demo_sign_in",),
            says=_("Anybody may look around as the demo's people until somebody starts for real."),
        ),
        Rule("read_home", "read", (ANY,), None, ("anyone",), routes=("home", "demo")),
        Rule("read_sign_in", "read", (ANY,), None, ("anyone",), routes=SIGN_IN),
        Rule("read_own_account", "read", (ANY,), None, ("anyone",), routes=OWN_ACCOUNT),
        Rule(
            "read_settings",
            "read",
            (ANY,),
            None,
            (Role.ADMINISTRATOR,),
            routes=("settings", "settings_members", "settings_projects", "settings_keys", "settings_mail"),
            says=_("The settings are for the organisation's administrators."),
        ),
        Rule("read_operator_pages", "read", (ANY,), None, ("operator",), routes=OPERATOR_PAGES),
    )
