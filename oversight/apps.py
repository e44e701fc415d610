from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    name = "oversight"
    verbose_name = _("Oversight of agents")

    def ready(self) -> None:
        from deliberation import demo as deliberation_demo
        from oversight import demo, guards, notices, permissions, receivers, sentences  # noqa: F401  (notices register their kinds)
        from oversight.domain import convening
        from oversight.queries import asked, in_the_record, origins, past

        permissions.declare()
        sentences.declare()
        guards.declare()
        convening.connect()
        receivers.connect()
        origins.declare()
        asked.declare()
        past.declare()
        in_the_record.declare()
        deliberation_demo.ALSO.append(demo.tell)
