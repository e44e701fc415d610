from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InstructionsConfig(AppConfig):
    name = "instructions"
    verbose_name = _("Instructions")

    def ready(self) -> None:
        from audit.queries.registry import lead_to, let_read
        from instructions import guards, permissions, receivers, sentences

        permissions.declare()
        sentences.declare()
        guards.declare()
        receivers.connect()
        let_read("instruction.", "read_instructions")
        lead_to("instruction", "instruction", "read_instructions")
        lead_to("period", "periods", "read_instructions", alone=False)
        lead_to("variable", "variables", "read_instructions", alone=False)
