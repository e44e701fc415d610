"""The forms of an organisation's settings. They ask; the verbs decide."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from accounts.queries.organisations import open_projects
from accounts.roles import ROLE_MAY, Role


def _role_choices() -> list[tuple[str, str]]:
    # The second line of a choice is printed as its hint.
    return [(role.value, f"{capfirst(role.label)}\n{capfirst(ROLE_MAY[role])}.") for role in Role]


class RolesForm(forms.Form):
    """The roles of one member."""

    roles = forms.MultipleChoiceField(
        label=_("Roles (if you wish)"),
        choices=_role_choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("A member without a role may read what the organisation decided."),
    )


class MemberForm(RolesForm):
    """Somebody to be taken in."""

    field_order = ("email", "name", "roles")

    email = forms.EmailField(
        label=_("Mail address"),
        help_text=_("They sign in with it, by a code that is sent there, or by a link that you make."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Name (if you wish)"),
        max_length=200,
        required=False,
        help_text=_("As it shall stand on pages and where they sign."),
    )


class ProjectForm(forms.Form):
    """A project to be made."""

    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.CharField(
        label=_("Short name (if you wish)"),
        max_length=50,
        required=False,
        help_text=_(
            "Letters, digits and hyphens; for commands and the interface. Made from the name if you leave it empty."
        ),
    )


class KeyForm(forms.Form):
    """An API key to be made."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What will use the key."))
    project: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Project"), queryset=Project.objects.none(), empty_label=None
    )
    enforces = forms.ChoiceField(
        label=_("What its checks do"),
        choices=[
            ("", _("Observe\nEvery check is judged and recorded, and nothing is stopped. Begin with this.")),
            ("1", _("Enforce\nWhat is denied does not happen.")),
        ],
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )
    attended = forms.BooleanField(label=_("A person sits beside the agent that uses it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = open_projects()  # type: ignore[attr-defined]
