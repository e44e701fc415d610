from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who acts and where: users, organisations, projects, memberships and roles, sign-in, API keys."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts import after_answer, guards, rules_of_guard, sessions, table

        rules_of_guard.declare()
        guards.connect()
        table.declare()
        after_answer.connect()
        sessions.connect()
