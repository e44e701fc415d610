"""The forms of phases, sessions and tasks, and of variables."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from accounts.queries.organisations import open_projects
from instructions.models import Period
from instructions.models.variables import LONGEST_NAME, LONGEST_VALUE


class OfProject(forms.Form):
    """What belongs to one project."""

    project: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Project"), queryset=Project.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = open_projects()  # type: ignore[attr-defined]


class PeriodForm(OfProject):
    """A phase, session or task to begin."""

    kind = forms.ChoiceField(
        label=_("What it is"), choices=[(value, capfirst(label)) for value, label in Period.Kind.choices]
    )
    name = forms.CharField(label=_("Name"), max_length=200)


class VariableForm(OfProject):
    """What a name is to mean."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_(
            "Capital letters, digits and _, beginning with a letter: API_PORT. In an instruction: ${API_PORT}."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}),
    )
    value = forms.CharField(
        label=_("What it means"),
        max_length=LONGEST_VALUE,
        help_text=_("Everybody here and every agent reads it, and its history stays. Never a password or a key."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
