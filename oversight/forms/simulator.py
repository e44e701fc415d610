"""The act that a visitor of the simulator types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.queries.wording import PRESSURES
from oversight.simulator.proposal import Kind, Proposal
from tractatus import PressureLevel

LONGEST = 2_000
"""Characters of the act and of its reasoning: what five judgements read in a moment, whatever is typed."""
LONGEST_LINE = 300

KINDS = [
    (Kind.COMMAND.value, _("runs a command")),
    (Kind.READ.value, _("reads a file")),
    (Kind.WRITE.value, _("writes a file")),
    (Kind.TOLD.value, _("says in words what it will do")),
]
ENVIRONMENTS = [
    ("", _("not said")),
    ("development", _("development")),
    ("test", _("test")),
    ("staging", _("staging")),
    ("production", _("production")),
]


class ProposalForm(forms.Form):
    """What an agent is about to do, and what surrounds it."""

    kind = forms.ChoiceField(label=_("The agent"), choices=KINDS, widget=forms.RadioSelect)
    path = forms.CharField(
        label=_("The file"),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    words = forms.CharField(
        label=_("The command, the sentence, or what is written"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"class": "short", "rows": 3, "spellcheck": "false"}),
    )
    instruction = forms.CharField(
        label=_("What you had told it before (if you wish)"),
        help_text=_("One instruction of your own, beside those below: “Always use port 6543 for Redis.”"),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reasoning = forms.CharField(
        label=_("What the agent gives as its reasoning (if you wish)"),
        help_text=_("Goal, steps, risks, alternatives. With it, the verifier has something to weigh."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"class": "short", "rows": 3}),
    )
    environment = forms.ChoiceField(label=_("Where it is done"), choices=ENVIRONMENTS, required=False)
    pressure = forms.ChoiceField(label=_("Context pressure"), choices=list(PRESSURES.items()), required=False)

    def clean(self) -> dict[str, Any]:
        """What is typed must be an act: a file for what reads or writes one, else words."""
        given = super().clean() or {}
        kind = given.get("kind")
        if kind in {Kind.READ, Kind.WRITE} and not given.get("path") and "path" not in self.errors:
            self.add_error("path", _("Which file? For example: src/import.py"))
        if kind in {Kind.TOLD, Kind.COMMAND} and not given.get("words") and "words" not in self.errors:
            self.add_error("words", _("Write what the agent is about to do. For example: npm install left-pad"))
        return given

    def proposal(self) -> Proposal:
        """The act, once the form is valid."""
        given = dict(self.cleaned_data)
        given["pressure"] = given["pressure"] or PressureLevel.NORMAL
        if given["kind"] == Kind.READ:
            given["words"] = ""
        elif given["kind"] != Kind.WRITE:
            given["path"] = ""
        return Proposal(**given)
