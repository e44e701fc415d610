from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    name = "oversight"
    verbose_name = _("Oversight of agents")

    def ready(self) -> None:
        from audit.queries.entry import lead_to
        from deliberation import demo as deliberation_demo
        from oversight import demo, guards, notices, permissions, receivers  # noqa: F401  (notices register their kinds)
        from oversight.domain import convening
        from oversight.queries import asked, in_record, origins, past

        permissions.declare()
        lead_to("check", "agent_check", "read_agents")
        lead_to("session", "agent_session", "read_agents")
        lead_to("judgment_request", "judgment_request", "read_requests")
        lead_to("broken_glass", "glass", "read_agents")
        lead_to("stop", "freezes", "read_agents", alone=False)
        lead_to("api_key", "agent_key", "read_agents")
        guards.declare()
        convening.connect()
        receivers.connect()
        origins.declare()
        asked.declare()
        past.declare()
        in_record.declare()
        deliberation_demo.ALSO.append(demo.tell)
