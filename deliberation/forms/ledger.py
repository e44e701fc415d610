"""What somebody looks for in the ledger of losses and promises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from deliberation.models import Commitment, Remainder
from deliberation.queries.ledger import LOSSES, PROMISES, STANDINGS, Wanted


class LedgerForm(forms.Form):
    """Every field may stay empty, and a value nobody knows is passed over."""

    show = forms.CharField(widget=forms.HiddenInput, required=False)
    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    standing = forms.ChoiceField(label=_("How it stands"), required=False)
    bearer = forms.CharField(label=_("Borne by"), required=False, max_length=200)
    value = forms.CharField(label=_("Value given less weight"), required=False, max_length=200)
    group = forms.ChoiceField(label=_("Affected group"), required=False)
    owed = forms.ChoiceField(label=_("Owed"), required=False)
    project = forms.ChoiceField(label=_("Project"), required=False)
    since = forms.DateField(label=_("Signed from"), required=False)
    until = forms.DateField(label=_("Signed until"), required=False)

    def __init__(
        self, *args: Any, show: str = LOSSES, groups: Iterable[str], projects: Iterable[Project], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.showing = show
        stands = STANDINGS.items() if show == LOSSES else [("late", STANDINGS["late"]), *Commitment.State.choices]
        self._choose("standing", stands)
        self._choose("group", ((one, one) for one in groups))
        self._choose("owed", Remainder.Owed.choices)
        self._choose("project", ((one.slug, one.name) for one in projects))
        if show == PROMISES:
            del self.fields["owed"]
            self.fields["bearer"].label = _("Promised to, or borne by")

    def _choose(self, name: str, choices: Iterable[Any]) -> None:
        self.fields[name].choices = [("", _("Any")), *choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What is looked for, from the fields that can be taken."""
        self.is_valid()
        given = self.cleaned_data
        stands = given.get("standing", "")
        return Wanted(
            show=self.showing,
            text=given.get("q", ""),
            standing=stands if self.showing == LOSSES else "",
            state=stands if self.showing == PROMISES else "",
            bearer=given.get("bearer", ""),
            value=given.get("value", ""),
            group=given.get("group", ""),
            owed=given.get("owed", ""),
            project=given.get("project", ""),
            since=given.get("since"),
            until=given.get("until"),
        )
