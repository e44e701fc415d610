"""Which sessions somebody looks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import APIKey, Project
from oversight.models import Session
from oversight.queries.sessions import Wanted


class FilterForm(forms.Form):
    """The filters of the list. What is not among the choices is as if it were not asked."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((value, capfirst(label)) for value, label in Session.State.choices)],
    )
    key = forms.ChoiceField(label=_("Key"), required=False)
    project = forms.ChoiceField(label=_("Project"), required=False)

    def __init__(self, *args: Any, keys: Iterable[APIKey], projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("key", ((str(one.pk), f"{one.name} (tr_{one.prefix})") for one in keys))
        self._choices("project", ((str(one.pk), one.name) for one in projects))

    def _choices(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Any")), *choices]

    def wanted(self) -> Wanted:
        """What is looked for; a value that cannot be is left out."""
        self.is_valid()
        return Wanted(**{name: self.cleaned_data.get(name, "") for name in self.fields})
