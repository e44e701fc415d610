"""What is filled in while a decision is looked at again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from deliberation.forms.fields import ComingDateField, WordsField
from deliberation.models import Review, Urgency


class PrepareForm(forms.Form):
    """The reviewer's preparation: what has happened since, what is proposed, and why."""

    since_then = WordsField(
        label=_("What has happened since"),
        help_text=_("What was expected and what was predicted, and what came. Say where each fact is from."),
        error_messages={"required": _("Say what has happened since. “Nothing that we know of” is an answer too.")},
    )
    proposal = forms.ChoiceField(
        label=_("What you propose"),
        widget=forms.RadioSelect,
        choices=[
            (Review.Proposal.REAFFIRM, _("Reaffirm it\nIt stays as it is until the next review.")),
            (Review.Proposal.RETIRE, _("Retire it\nIt stays readable and is no longer cited.")),
        ],
        error_messages={"required": _("Please choose: reaffirm it, or retire it.")},
    )
    grounds = WordsField(
        label=_("Why"),
        help_text=_("To whoever dissented too: what of their prediction came about, and what follows from it."),
        error_messages={"required": _("Say why.")},
        short=True,
    )
    new_date = ComingDateField(
        label=_("Looked at again on"),
        help_text=_("Needed unless you propose to retire it. Nothing is reaffirmed for ever."),
        required=False,
        error_messages={"invalid": _("Write the day as year, month and day, such as 2027-11-12.")},
    )


class SignForm(forms.Form):
    reason = WordsField(label=_("A word of yours (if you wish)"), required=False, short=True)


class ReasonForm(forms.Form):
    reason = WordsField(label=_("Why"), error_messages={"required": _("Say why.")}, short=True)


class SuccessorForm(forms.Form):
    """A new deliberation that may change the decision."""

    question = WordsField(
        label=_("The question, put neutrally"),
        help_text=_("As those who are asked will read it. It may be the old one, or a better one."),
        error_messages={"required": _("Write the question.")},
        short=True,
    )
    reason = WordsField(
        label=_("Why it cannot stay as it was decided"),
        error_messages={"required": _("Say why.")},
        short=True,
    )
    urgency = forms.ChoiceField(label=_("How urgent it is"), choices=Urgency.choices)


class SpeakForm(forms.Form):
    text = WordsField(
        label=_("What do you see now?"),
        help_text=_("What came as you said, what did not, and what should be done about it."),
        error_messages={"required": _("Please write something here.")},
    )
