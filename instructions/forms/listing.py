"""What somebody looks for in a history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from instructions.forms.choosing import ChoosingForm
from instructions.models import Instruction
from instructions.models.instruction import Persistence, Quadrant, TemporalScope
from instructions.queries.listing import SHOWN, UNIVERSAL, Wanted
from tractatus.actions.environments import known_environments


def any_of(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The choices with "any" before them."""
    return [("", _("Any")), *((value, capfirst(label)) for value, label in choices)]


def environment_choices() -> list[tuple[str, str]]:
    """The environments that everybody knows, by name."""
    return [(name, name) for name in sorted(known_environments())]


class FilterForm(ChoosingForm):
    """The filters of the list. What is not among the choices is as if it were not asked."""

    words = forms.CharField(
        label=_("Words"), required=False, max_length=200, widget=forms.TextInput({"type": "search"})
    )
    project = forms.ChoiceField(label=_("Project"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=any_of(Instruction.State.choices))
    quadrant = forms.ChoiceField(label=_("Quadrant"), required=False, choices=any_of(Quadrant.choices))
    persistence = forms.ChoiceField(label=_("Persistence"), required=False, choices=any_of(Persistence.choices))
    temporal_scope = forms.ChoiceField(label=_("Temporal scope"), required=False, choices=any_of(TemporalScope.choices))
    environment = forms.ChoiceField(label=_("Environment"), required=False)

    def __init__(self, *args: Any, projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(one.pk), one.name) for one in projects]
        self.offer("project", [("", _("Any")), (UNIVERSAL, _("Universal: every project")), *named])
        self.offer("environment", any_of(environment_choices()))

    def wanted(self, show: str) -> Wanted:
        """What is looked for; a value that cannot be is left out."""
        self.is_valid()
        return Wanted(
            show=show if show in SHOWN else "in_force", **{n: self.cleaned_data.get(n, "") for n in self.fields}
        )
