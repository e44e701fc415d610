"""Which sessions somebody looks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import APIKey, Project
from instructions.forms.choosing import ChoosingForm
from instructions.forms.listing import any_of
from oversight.models import Session
from oversight.queries.sessions import Wanted


class FilterForm(ChoosingForm):
    """The filters of the list. What is not among the choices is as if it were not asked."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=any_of(Session.State.choices),
    )
    key = forms.ChoiceField(label=_("Key"), required=False)
    project = forms.ChoiceField(label=_("Project"), required=False)

    def __init__(self, *args: Any, keys: Iterable[APIKey], projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("key", _any_of((str(one.pk), f"{one.name} (tr_{one.prefix})") for one in keys))
        self.offer("project", _any_of((str(one.pk), one.name) for one in projects))

    def wanted(self) -> Wanted:
        """What is looked for; a value that cannot be is left out."""
        self.is_valid()
        return Wanted(**{name: self.cleaned_data.get(name, "") for name in self.fields})


def _any_of(choices: Iterable[tuple[str, str]]) -> list[tuple[str, Any]]:
    return [("", _("Any")), *choices]
