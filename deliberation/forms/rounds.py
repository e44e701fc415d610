"""What people write in the rounds."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deliberation.forms.fields import ComingDateField, WordsField
from deliberation.models import Framework, Seat, Stance
from deliberation.models.rounds import Spoken


class Versioned(forms.Form):
    """A form that knows from which version of an answer it was filled, so that no page overwrites another."""

    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PositionForm(Versioned):
    """Round 1, in four questions."""

    right = WordsField(label=_("What do you think is right here?"), help_text=_("In your own words, in any language."))
    why = WordsField(label=_("Why? (if you wish)"), required=False)
    lost = WordsField(
        label=_("What would be lost by it, and for whom? (if you wish)"),
        help_text=_("Something is lost either way. Say what you see."),
        required=False,
    )
    need = WordsField(label=_("What would you need? (if you wish)"), required=False)


class StanceForm(Versioned):
    """Round 2: one answer to one proposal."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=Stance.Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three answers.")},
    )
    reason = WordsField(
        short=True,
        required=False,
        label=_("If what, or because of what?"),
        help_text=_("Say it so that someone who disagrees could repeat it."),
    )


class SharedValueForm(forms.Form):
    text = WordsField(short=True, label=_("What could everybody here share?"))


class ProposalForm(forms.Form):
    text = WordsField(
        short=True, label=_("Your proposal, in one sentence"), help_text=_("Something that could be done.")
    )
    detail = WordsField(short=True, required=False, label=_("In more words (if you wish)"))


class CostForm(forms.Form):
    """What a proposal would cost one framework."""

    framework: Any = forms.ModelChoiceField(label=_("For which framework?"), queryset=None)
    cost = WordsField(short=True, label=_("What would it cost?"))

    def __init__(self, *args: Any, frameworks: list[Framework], **options: Any) -> None:
        super().__init__(*args, **options)
        rows = Framework.objects.filter(pk__in=[f.pk for f in frameworks])
        self.fields["framework"].queryset = rows  # type: ignore[attr-defined]
        self.fields["framework"].label_from_instance = lambda f: f.title  # type: ignore[attr-defined]
        self.fields["framework"].choices = [(f.pk, f.title) for f in frameworks]  # type: ignore[attr-defined]


class QuestionForm(forms.Form):
    text = WordsField(short=True, label=_("Your question"))
    to: Any = forms.ModelChoiceField(label=_("To whom?"), queryset=None, required=False, empty_label=_("Everybody"))
    option = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, seats: list[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        to: Any = self.fields["to"]
        to.queryset = Seat.objects.filter(pk__in=[s.pk for s in seats])
        to.choices = [("", _("Everybody")), *((s.pk, s.name) for s in seats)]


class ReplyForm(forms.Form):
    text = WordsField(short=True, label=_("Your reply"))


class SentenceForm(forms.Form):
    """An agreement, as the facilitator puts it."""

    text = WordsField(
        short=True,
        label=_("What seems agreed, in one sentence"),
        help_text=_("It counts as agreed only once voices of every framework have confirmed it."),
    )


class DifferenceForm(forms.Form):
    """A difference with its sides, as the facilitator puts it."""

    text = WordsField(short=True, label=_("What cannot be resolved"))
    side_1 = WordsField(short=True, required=False, label=_("One side"))
    side_2 = WordsField(short=True, required=False, label=_("Another side"))
    side_3 = WordsField(short=True, required=False, label=_("A further side (if there is one)"))
    side_4 = WordsField(short=True, required=False, label=_("A further side (if there is one)"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {"text": data.get("text", ""), "sides": [data.get(f"side_{n}", "") for n in (1, 2, 3, 4)]}


class YesOrNo(forms.TypedChoiceField):
    """One of two answers, of which neither is chosen before: True for the first, False for the second."""

    def __init__(self, *, yes: Any, no: Any, **options: Any) -> None:
        super().__init__(
            choices=[("yes", yes), ("no", no)],
            coerce=lambda value: value == "yes",
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose one of the two answers.")},
            **options,
        )


class HeldForm(forms.Form):
    """What three answers about a side mean: held as stated, held but said otherwise, not theirs."""

    unsaid: Any = _("Say how your side should be stated.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        answer, comment = data.get("holds"), data.get("comment", "")
        if answer == "otherwise" and not comment:
            self.add_error("comment", self.unsaid)
        return data | {"holds": answer != "not_mine", "comment": comment if answer == "otherwise" else ""}


class AgreementForm(Versioned):
    confirms = YesOrNo(label=_("Is this agreed, as you see it?"), yes=_("I confirm it"), no=_("I do not confirm it"))
    comment = WordsField(short=True, required=False, label=_("What should be said with it? (if you wish)"))


class SideForm(HeldForm, Versioned):
    holds = forms.ChoiceField(
        label=_("Is this your side?"),
        choices=[
            ("as_stated", _("I hold this side, as stated")),
            ("otherwise", _("I hold this side, but it should be said so:")),
            ("not_mine", _("This is not my side")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three answers.")},
    )
    comment = WordsField(short=True, required=False, label=_("How should it be said?"))


class ShiftForm(Versioned):
    changed = YesOrNo(
        label=_("Has something changed in how you see it?"),
        yes=_("Something changed in how I see it"),
        no=_("Nothing changed"),
    )
    text = WordsField(short=True, required=False, label=_("What changed, and what changed it?"))


class MoreTimeForm(forms.Form):
    """Until when, and why if they wish. The day counts to its end."""

    until = ComingDateField(label=_("Until when?"), error_messages={"required": _("Choose a day.")})
    why = WordsField(
        short=True, required=False, label=_("Why? (if you wish)"), help_text=_("Only the facilitator reads this.")
    )

    def clean_until(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59)))


class MoreTimeAnswerForm(forms.Form):
    reason = WordsField(
        short=True, required=False, label=_("Why?"), help_text=_("Needed to refuse. They will read it.")
    )


class PassForm(forms.Form):
    words = WordsField(short=True, required=False, label=_("A word with it (if you wish)"))


GIVEN = [(value, label) for value, label in Spoken.Given.choices if value != Spoken.Given.TYPED]


class EnterForm(forms.Form):
    """What the facilitator enters for a seat: who, how it was given, in which language. The words stand below."""

    seat: Any = forms.ModelChoiceField(label=_("Who said it?"), queryset=None)
    given = forms.ChoiceField(label=_("How was it given?"), choices=GIVEN, widget=forms.RadioSelect)
    language = forms.CharField(
        label=_("In which language? (if you wish)"),
        required=False,
        max_length=12,
        help_text=_("A code such as mi or ar."),
    )

    def __init__(self, *args: Any, seats: list[Seat], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["seat"]
        field.queryset = Seat.objects.filter(pk__in=[s.pk for s in seats])
        field.choices = [("", _("Choose")), *((s.pk, s.name) for s in seats)]


class EnterPositionForm(EnterForm):
    right = WordsField(label=_("What they think is right here"))
    why = WordsField(label=_("Why (if said)"), required=False)
    lost = WordsField(label=_("What would be lost, and for whom (if said)"), required=False)
    need = WordsField(label=_("What they would need (if said)"), required=False)


class ToWhat(forms.ModelChoiceField):
    """What an answer is about, by its words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=None, empty_label=None, **options)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.text)


class EnterAnswerForm(EnterForm):
    """An answer to something others said; `to` are those things, of which the field `about` takes one."""

    about: str

    def __init__(self, *args: Any, to: QuerySet[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields[self.about].queryset = to.select_related("text")  # type: ignore[attr-defined]


class EnterStanceForm(EnterAnswerForm):
    about = "option"
    option = ToWhat(label=_("To which proposal?"))
    answer = forms.ChoiceField(label=_("Their answer"), choices=Stance.Answer.choices, widget=forms.RadioSelect)
    reason = WordsField(short=True, required=False, label=_("If what, or because of what?"))


class EnterTextForm(EnterForm):
    text = WordsField(short=True, label=_("In their words"))


class EnterAgreementForm(EnterAnswerForm):
    about = "agreement"
    agreement = ToWhat(label=_("To which sentence?"))
    confirms = YesOrNo(label=_("Their answer"), yes=_("They confirm it"), no=_("They do not confirm it"))
    comment = WordsField(short=True, required=False, label=_("What they said with it (if anything)"))


class EnterSideForm(HeldForm, EnterAnswerForm):
    about = "side"
    unsaid = _("Say how they would state it.")
    side = ToWhat(label=_("Which side?"))
    holds = forms.ChoiceField(
        label=_("Their answer"),
        choices=[
            ("as_stated", _("They hold it, as stated")),
            ("otherwise", _("They hold it, but would say it so:")),
            ("not_mine", _("It is not their side")),
        ],
        widget=forms.RadioSelect,
    )
    comment = WordsField(short=True, required=False, label=_("How they would say it"))


class EnterShiftForm(EnterForm):
    changed = YesOrNo(
        label=_("Has something changed in how they see it?"), yes=_("Something changed"), no=_("Nothing changed")
    )
    text = WordsField(short=True, required=False, label=_("What changed, and what changed it"))
