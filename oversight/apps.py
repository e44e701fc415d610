from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    name = "oversight"
    verbose_name = _("Oversight of agents")

    def ready(self) -> None:
        from oversight import guards, permissions

        permissions.declare()
        guards.declare()
