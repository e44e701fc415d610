from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliberationConfig(AppConfig):
    name = "deliberation"
    verbose_name = _("Deliberation")

    def ready(self) -> None:
        from deliberation import guards, notices, permissions, receivers, sentences  # noqa: F401  (two register their rows)
        from deliberation.queries import agents, entered, in_the_record

        guards.declare()
        sentences.declare()
        receivers.connect()
        agents.declare()
        entered.declare()
        in_the_record.declare()
