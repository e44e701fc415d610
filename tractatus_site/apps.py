"""The site as an app: what it changes in Django once everything is loaded."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "tractatus_site"
    verbose_name = "Tractatus"

    def ready(self) -> None:
        from django import forms

        from tractatus_site import checks, schema  # noqa: F401  (both register what they hold)

        # Django speaks of fields; people here are asked questions.
        forms.Field.default_error_messages["required"] = _("This has no answer yet.")
