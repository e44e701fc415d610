"""The forms around a circulated draft: dissent, its answer, the signature, the return, reports and publishing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deliberation.domain.commitments import MOVES
from deliberation.domain.hearing import standing_frameworks
from deliberation.forms.fields import WordsField
from deliberation.forms.rounds import EnterForm
from deliberation.models import Commitment, Deliberation, Dissent, Framework, QuoteChoice


class DissentForm(forms.Form):
    """A dissent, with the same parts as the decision it stands beside."""

    against = forms.ChoiceField(
        label=gettext_lazy("What is it against?"),
        choices=[
            (Dissent.Against.DECISION, gettext_lazy("The decision")),
            (
                Dissent.Against.PROCESS,
                gettext_lazy("How it was made\nWho was asked, how, in what time."),
            ),
        ],
        widget=forms.RadioSelect,
        initial=Dissent.Against.DECISION,
    )
    lead = WordsField(
        label=gettext_lazy("In one sentence: what would you have decided?"),
        help_text=gettext_lazy("It is printed as large as the decision."),
        short=True,
    )
    objection = WordsField(label=gettext_lazy("Because"))
    removed_by = WordsField(
        label=gettext_lazy("What would have removed your objection? (if you wish)"), required=False, short=True
    )
    predicts = WordsField(
        label=gettext_lazy("What do you think will happen? (if you wish)"),
        help_text=gettext_lazy("At the review it is compared with what did."),
        required=False,
        short=True,
    )
    framework = forms.ChoiceField(
        label=gettext_lazy("In which framework do you write? (if you wish)"), required=False, widget=forms.Select
    )
    version_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, of: Deliberation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.frameworks = {str(one.pk): one for one in standing_frameworks(of)}
        field = self.fields["framework"]
        field.choices = [("", _("In none of them"))] + [(k, one.title) for k, one in self.frameworks.items()]  # type: ignore[attr-defined]

    def clean_framework(self) -> Framework | None:
        return self.frameworks.get(self.cleaned_data["framework"])


class EnterDissentForm(EnterForm, DissentForm):
    """A dissent that somebody spoke or wrote on paper, entered for them."""

    against = forms.ChoiceField(
        label=gettext_lazy("What is it against?"), choices=Dissent.Against.choices, widget=forms.RadioSelect
    )
    lead = WordsField(label=gettext_lazy("In one sentence: what they would have decided"), short=True)
    objection = WordsField(label=gettext_lazy("Because"))
    removed_by = WordsField(
        label=gettext_lazy("What would have removed their objection (if said)"), required=False, short=True
    )
    predicts = WordsField(label=gettext_lazy("What they think will happen (if said)"), required=False, short=True)
    framework = forms.ChoiceField(label=gettext_lazy("In which framework they speak (if said)"), required=False)

    field_order = ("seat", "given", "language", "lead")


class AnswerForm(forms.Form):
    """The decision holder's answer to a dissent."""

    text = WordsField(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy("It is printed under the dissent, at the same size. The last answer stands."),
    )


class SignForm(forms.Form):
    """The signature over one version."""

    name = forms.CharField(
        label=gettext_lazy("Your name and office, as they stand under the decision"),
        max_length=200,
        error_messages={"required": gettext_lazy("Type your name. It stands under the decision.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    reason = WordsField(
        label=gettext_lazy("A word of your own (if you wish)"),
        help_text=gettext_lazy("Kept in the record with your signature, and printed beside it."),
        required=False,
        short=True,
    )
    agents = WordsField(
        label=gettext_lazy("What the agents are told (if you wish)"),
        help_text=gettext_lazy(
            "An instruction that binds every AI agent of this project from your signature on, until the precedent is "
            "retired. Say what exactly they do or never do. Nothing is made of the decision by itself."
        ),
        required=False,
        short=True,
    )
    version_id = forms.UUIDField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """A reason, where an act needs one and nothing else."""

    reason = WordsField(label=gettext_lazy("Your reason"), short=True)


class CommitmentForm(forms.Form):
    """What became of a commitment."""

    state = forms.ChoiceField(label=gettext_lazy("What became of it?"), widget=forms.RadioSelect)
    account = WordsField(label=gettext_lazy("What happened, in your words"), short=True)
    new_owner = WordsField(
        label=gettext_lazy("If it was handed on: the role that owes it now"), required=False, short=True
    )

    def __init__(self, *args: Any, commitment: Commitment, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["state"]
        field.choices = [(s, Commitment.State(s).label) for s in MOVES[commitment.state]]  # type: ignore[attr-defined]


class ChoiceForm(forms.Form):
    """How somebody quoted wishes to appear on the public page."""

    choice = forms.ChoiceField(
        label=gettext_lazy("How do you wish to appear?"),
        choices=[
            (QuoteChoice.Choice.NAME, gettext_lazy("Under my name")),
            (QuoteChoice.Choice.PSEUDONYM, gettext_lazy("Under another name")),
            (
                QuoteChoice.Choice.LEAVE_OUT,
                gettext_lazy("Leave me out\nMy words are not printed, and the page says that some were left out."),
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose your name, another name, or to be left out.")},
    )
    pseudonym = forms.CharField(label=gettext_lazy("The other name"), max_length=100, required=False)
    digest = forms.CharField(widget=forms.HiddenInput)


class PublishForm(forms.Form):
    """Why it is made public, and whether to wait for those who have not chosen."""

    reason = WordsField(label=gettext_lazy("Why is it made public?"), short=True)
    leave_out_silent = forms.BooleanField(
        label=gettext_lazy("Leave out whoever has not chosen"),
        help_text=gettext_lazy("Silence is not a yes."),
        required=False,
    )
