from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The record: what was done, by whom, in which role, in a form that others can check."""

    name = "audit"
    verbose_name = _("Record")

    def ready(self) -> None:
        from audit import guards, permissions, receivers, sentences

        permissions.declare()
        sentences.declare()
        guards.declare()
        receivers.connect()
