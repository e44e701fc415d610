"""The forms of the first page."""

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.installation import MailChoice


def _zones() -> list[tuple[str, str]]:
    named = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
    )
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


class StartForm(forms.Form):
    """Organisation, name, address."""

    organisation_name = forms.CharField(label=_("Your organisation"), max_length=200)
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your address"),
        help_text=_("You sign in with it. Nobody else sees it but the administrators of your organisation."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Your organisation’s time zone"),
        choices=_zones,
        initial="UTC",
        help_text=_("Dates and hours are shown in it."),
    )


class MailForm(forms.Form):
    """How mail leaves."""

    mail_choice = forms.ChoiceField(
        label=_("How people hear from here"),
        choices=[
            (MailChoice.MAIL.value, _("By mail\nInvitations, reminders and sign-in codes are sent.")),
            (
                MailChoice.LINKS.value,
                _("No mail, I pass links on\nYou copy each link and hand it over, or print it as a letter."),
            ),
        ],
        widget=forms.RadioSelect,
    )
