"""The forms of the terms: what is promised before anyone is invited, and the name under which it is accepted."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from accounts.refusals import Sentence
from deliberation.forms.fields import ComingDateField, WordsField
from deliberation.models import Terms


def _words(label: Sentence, hint: Sentence = "", *, short: bool = True) -> WordsField:
    return WordsField(
        label=label,
        help_text=hint,
        short=short,
        error_messages={"required": gettext_lazy("Please write something here.")},
    )


class TermsForm(forms.Form):
    """Every part is printed on each card and on the outcome, what is “nothing” too."""

    question = _words(
        gettext_lazy("The question, put neutrally"),
        gettext_lazy("As everyone who is invited will read it."),
    )
    can_change = _words(
        gettext_lazy("What this can change"),
        gettext_lazy("What may come out differently because of what people say here."),
    )
    off_table = _words(
        gettext_lazy("What is not on the table"),
        gettext_lazy("What stays as it is whatever is said. Write “nothing” if that is so."),
    )
    reach = forms.ChoiceField(
        label=gettext_lazy("Does this decide, or advise?"),
        choices=Terms.Reach,
        widget=forms.RadioSelect,
        initial=Terms.Reach.DECIDES,
        error_messages={"required": gettext_lazy("Say whether the decision holder decides, or whom it advises.")},
    )
    decided_by = _words(
        gettext_lazy("Who decides, or whom it advises"),
        gettext_lazy("By name, and in which office: whoever holds it answers for the decision."),
    )
    answer_by = ComingDateField(
        label=gettext_lazy("By when they answer"),
        help_text=gettext_lazy("The day by which those who take part hear what was decided."),
        error_messages={
            "required": gettext_lazy("Choose the day by which they answer."),
            "invalid": gettext_lazy("Write the day as year, month and day, such as 2027-11-12."),
        },
    )
    meanwhile = _words(
        gettext_lazy("What happens to the act meanwhile"),
        gettext_lazy("Whether it goes ahead, is paused, or is limited until there is an answer."),
    )
    after_disagreement = _words(
        gettext_lazy("What holds after legitimate disagreement"),
        gettext_lazy("People may end with good reasons on both sides. Say now what then stands."),
    )
    asked_by = _words(gettext_lazy("Who asked for this"))
    paid_by = _words(gettext_lazy("Who pays for it"))
    compensation = _words(
        gettext_lazy("What participants get for their time"),
        gettext_lazy("If it is nothing, write “nothing”. It is printed too."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AcceptForm(forms.Form):
    """The decision holder's name, typed by themselves under exactly this version."""

    name = forms.CharField(
        label=gettext_lazy("Your name, as it is printed with the terms"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": gettext_lazy("Please type your name. It is printed with the terms."),
            "max_length": gettext_lazy("A name has at most 200 characters."),
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
