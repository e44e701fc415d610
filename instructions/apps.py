from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InstructionsConfig(AppConfig):
    name = "instructions"
    verbose_name = _("Instructions")

    def ready(self) -> None:
        from instructions import guards, permissions

        permissions.declare()
        guards.declare()
