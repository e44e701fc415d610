"""The three answers to a judgement request: grant once, refuse, have it deliberated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.durations import how_long
from deliberation.forms.conflict import TIERS
from deliberation.forms.fields import WordsField
from deliberation.models import Urgency
from instructions.domain.act import LONGEST_REASON
from instructions.forms.choosing import ChoosingForm
from oversight.domain.convening import LONGEST_ACT
from oversight.domain.waits import waits


class GrantForm(ChoosingForm):
    """`checks` are the safety checks to tick; `irreversible` says that a reason is needed."""

    ticked = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Checked, by you or by somebody you asked"),
        widget=forms.CheckboxSelectMultiple,
        coerce=int,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose among these checks.")},
    )
    unticked_why = WordsField(
        label=gettext_lazy("Why one need not be checked (if you leave one out)"),
        max_length=LONGEST_REASON,
        required=False,
        short=True,
    )
    reason = WordsField(
        label=gettext_lazy("Why it may be done"),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("It cannot be undone. Say in a sentence why it may be done.")},
        short=True,
    )
    lasts = forms.ChoiceField(
        label=gettext_lazy("How long the agent may use it"),
        help_text=gettext_lazy("Once, for exactly this act. Whatever is not used by then has to be asked again."),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, checks: Sequence[str], irreversible: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"lasts": _hours(waits().grant)} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.offer("lasts", [(_hours(one), how_long(one)) for one in waits().grants])
        if checks:
            self.offer("ticked", [(str(place), sentence) for place, sentence in enumerate(checks)])
        else:
            del self.fields["ticked"], self.fields["unticked_why"]
        if not irreversible:
            self.fields["reason"].required = False
            self.fields["reason"].label = _("Why it may be done (if you wish)")

    def clean_lasts(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["lasts"]))


def _hours(time: timedelta) -> str:
    return str(int(time.total_seconds() // 3600))


class RefuseForm(forms.Form):
    """A reason, which the agent is told."""

    reason = WordsField(
        label=gettext_lazy("Why not"),
        help_text=gettext_lazy("The agent is told this."),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say why not. The agent is told this.")},
        short=True,
    )


class ConveneForm(forms.Form):
    """A reason, and the question as it is put to a facilitator."""

    reason = WordsField(
        label=gettext_lazy("Why it has to be deliberated"),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say why it has to be deliberated.")},
        short=True,
    )
    question = WordsField(
        label=gettext_lazy("The question"),
        help_text=gettext_lazy("The facilitator who takes it up puts it in neutral words."),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Write the question.")},
        short=True,
    )
    decision_asked = WordsField(
        label=gettext_lazy("The act in question"),
        max_length=LONGEST_ACT,
        error_messages={"required": gettext_lazy("Say what would be done.")},
        short=True,
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("How soon"),
        widget=forms.RadioSelect,
        choices=[(urgency.value, TIERS[urgency]) for urgency in Urgency],
    )
