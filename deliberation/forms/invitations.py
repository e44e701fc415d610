"""Forms of being asked: what the facilitator sends, and what the person invited answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deliberation.domain.stakeholder_list import in_tension
from deliberation.forms.fields import ComingMomentField, WordsField
from deliberation.forms.stakeholders import LanguageField, Several
from deliberation.models import Deliberation, Invitation, Request, Seat


class SendForm(forms.Form):
    """By which way, and until when an answer is asked."""

    channel = forms.ChoiceField(
        label=_("How do you ask them?"),
        choices=[
            (Invitation.Channel.MAIL, _("By mail\nThe software sends it now, and reminds them once.")),
            (Invitation.Channel.LINK, _("By a link you hand over\nIt is shown here once you choose this.")),
            (Invitation.Channel.LETTER, _("By letter\nOne page to print, with the address to type.")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose mail, a link, or a letter.")},
    )
    answer_by = ComingMomentField(
        label=_("Until when? (if not as usual)"),
        help_text=_("Left empty, it is the usual time for a question of this urgency."),
        required=False,
    )

    def __init__(self, *args: Any, mails: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        if not mails:
            field: Any = self.fields["channel"]
            field.choices = [choice for choice in field.choices if choice[0] != Invitation.Channel.MAIL]


class NotReachedForm(forms.Form):
    note = WordsField(
        label=_("How is it known that they were not reached?"),
        help_text=_("Printed in the outcome beside their name: “the letter came back”, “nobody there knew them”."),
        short=True,
    )


class AnswerForm(forms.Form):
    answer = WordsField(label=_("Your answer"), help_text=_("They are told, and read it on their page."), short=True)


class FrameworksForm(forms.Form):
    """What somebody speaks from, chosen by them."""

    frameworks = Several(
        label=_("Which of these do you speak from?"),
        help_text=_("One or several, and only if they fit you. Nobody assigns you one."),
    )
    own_framework = forms.CharField(
        label=_("Or in your own words (if none of them fits)"),
        help_text=_(
            "What matters most to you here, in a few words: “the word of our elders”, “what I owe my patients”."
        ),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def __init__(self, *args: Any, of: Deliberation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["frameworks"].queryset = in_tension(of)  # type: ignore[attr-defined]


class AcceptForm(FrameworksForm):
    """How somebody takes part: under which name, as whom, speaking from what."""

    name = forms.CharField(
        label=_("The name others here will see"),
        help_text=_(
            "Your own, or what you are: “a night nurse”. Those who take part see it, nobody else unless you agree."
        ),
        max_length=200,
        error_messages={"required": _("Please write the name others here will see.")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    relation = forms.ChoiceField(
        label=_("How are you asked?"),
        choices=[
            (Seat.Relation.AFFECTED, _("As somebody affected by it")),
            (Seat.Relation.RIGHTS_HOLDER, _("As a rights-holder")),
            (Seat.Relation.RESPONSIBLE, _("As somebody responsible for it")),
            (Seat.Relation.EXPERT, _("As somebody who knows the matter")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say how you are asked.")},
    )
    speaks_for = forms.CharField(
        label=_("The body you speak for (if for one)"),
        help_text=_("Left empty, you speak for yourself."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "dir": "auto"}),
    )
    mandate = WordsField(
        label=_("Who gave you the word for it? (if you speak for a body)"),
        help_text=_("For example: “the residents’ council, at its meeting of 3 May”."),
        required=False,
        short=True,
    )
    language = LanguageField(label=_("The language you write in"))
    quoting = forms.ChoiceField(
        label=_("If your words are quoted in the outcome"),
        choices=Seat.Quoting,
        widget=forms.RadioSelect,
        initial=Seat.Quoting.ASK,
        help_text=_("Nothing is published beyond those who take part before you have seen the exact page."),
    )

    field_order = (
        "name",
        "relation",
        "frameworks",
        "own_framework",
        "speaks_for",
        "mandate",
        "quoting",
        "language",
    )


class StatementForm(forms.Form):
    statement = WordsField(
        label=_("A word about it (if you wish)"),
        help_text=_(
            "Printed with your name as having declined or left, never as having been heard. You need not say why."
        ),
        required=False,
        short=True,
    )


class OtherwiseForm(forms.Form):
    kind = forms.ChoiceField(choices=Request.Kind, widget=forms.HiddenInput)
    text = WordsField(label=_("In your words"), short=True)
