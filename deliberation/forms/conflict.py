"""The forms of the conflict stage: the question, what is known, options and harms, what is in tension, its ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.durations import how_long
from accounts.models import Organisation, Project, User
from deliberation.domain.suggesting import orchestrator
from deliberation.domain.tensions import LONGEST_TITLE
from deliberation.domain.timetable import durations_by_urgency
from deliberation.forms.fields import WordsField
from deliberation.models import Finding, Precedent, Urgency
from tractatus.pluralism.rounds import Durations

NEUTRAL = gettext_lazy("Neutral: somebody who wants it and somebody who does not should both find it fairly put.")
DECISION = gettext_lazy("The act or decision in question, in a few sentences: what would be done, to whom, by whom.")


TIERS = {
    Urgency.CRITICAL: gettext_lazy("Somebody would be harmed within hours."),
    Urgency.URGENT: gettext_lazy("It cannot wait for weeks."),
    Urgency.IMPORTANT: gettext_lazy("The full process, with time to think."),
    Urgency.ROUTINE: gettext_lazy("Asked before: begins with what was decided in like cases."),
}


def tiers(organisation: Organisation) -> list[tuple[str, str]]:
    """Each tier with what it means in time here, as choices whose second line is the explanation."""
    times = durations_by_urgency(organisation)
    return [(urgency.value, f"{urgency.label}\n{TIERS[urgency]} {_in_words(times[urgency])}") for urgency in Urgency]


def _in_words(times: Durations) -> str:
    rounds = [how_long(timedelta(hours=hours)) for hours in times.rounds]
    if len(set(rounds)) == 1:
        said = _("%(time)s for each of the first three rounds") % {"time": rounds[0]}
    else:
        said = _("%(first)s, %(second)s and %(third)s for the first three rounds") % {
            "first": rounds[0],
            "second": rounds[1],
            "third": rounds[2],
        }
    return _("%(answer)s to answer the invitation; %(rounds)s; %(dissent)s for dissent.") % {
        "answer": how_long(timedelta(hours=times.answer_invitation)),
        "rounds": said,
        "dissent": how_long(timedelta(hours=times.dissent_window)),
    }


class UrgencyField(forms.ChoiceField):
    """The four tiers, all equal in look; the organisation's own times stand under each."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__(
            label=_("How soon must it be answered?"),
            choices=tiers(organisation),
            widget=forms.RadioSelect,
            error_messages={"required": _("Say how urgent it is.")},
        )


class QuestionForm(forms.Form):
    """The question, what is being decided, and how urgent it is."""

    question = WordsField(
        label=gettext_lazy("The question"),
        help_text=NEUTRAL,
        short=True,
        error_messages={"required": gettext_lazy("Put the question.")},
    )
    decision_asked = WordsField(
        label=gettext_lazy("What is being decided"),
        help_text=DECISION,
        error_messages={"required": gettext_lazy("Say what is being decided.")},
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["urgency"] = UrgencyField(organisation)


class ConveneForm(QuestionForm):
    """A new question, in one of the organisation's open projects."""

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, organisation=organisation, **kwargs)
        projects = Project.objects.filter(archived_at__isnull=True)
        field: forms.ModelChoiceField = forms.ModelChoiceField(
            projects,
            label=_("Which project does it belong to?"),
            empty_label=None,
            error_messages={"required": _("Choose a project."), "invalid_choice": _("Choose a project of this list.")},
        )
        self.fields["project"] = field
        only = list(projects[:2])
        if len(only) == 1:
            field.initial = only[0].pk


class FindingForm(forms.Form):
    """Something known, disputed or unknown."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Is it known, disputed or unknown?"),
        choices=Finding.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it is known, disputed or unknown.")},
    )
    text = WordsField(label=gettext_lazy("What"), short=True)
    source = WordsField(
        label=gettext_lazy("Source"),
        help_text=gettext_lazy("Who says so, and where it can be looked up. What is known needs one."),
        short=True,
        required=False,
    )


class OptionForm(forms.Form):
    """One way to answer the question."""

    text = WordsField(
        label=gettext_lazy("The option, in one sentence"),
        short=True,
        error_messages={"required": gettext_lazy("Say what would be done.")},
    )
    detail = WordsField(label=gettext_lazy("More about it (if you wish)"), short=True, required=False)


class HarmForm(forms.Form):
    """Who would bear what if an option were chosen."""

    bearer = WordsField(
        label=gettext_lazy("Who would bear it"),
        short=True,
        error_messages={"required": gettext_lazy("Say who would bear it.")},
    )
    harm = WordsField(
        label=gettext_lazy("What they would bear"),
        short=True,
        error_messages={"required": gettext_lazy("Say what they would bear.")},
    )


class TitleForm(forms.Form):
    """A trade-off or a group, in a few words."""

    title = forms.CharField(
        label=gettext_lazy("In a few words"),
        max_length=LONGEST_TITLE,
        error_messages={
            "required": gettext_lazy("Please write something here."),
            "max_length": gettext_lazy("A title has at most 300 characters."),
        },
    )

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["title"].label = label


class FrameworkForm(forms.Form):
    """A framework: one of the catalogue, or in one's own words; and what is at stake for it here."""

    catalogue_key = forms.ChoiceField(label=gettext_lazy("From the catalogue"), required=False)
    title = forms.CharField(
        label=gettext_lazy("Or under a name of its own"),
        max_length=LONGEST_TITLE,
        required=False,
        error_messages={"max_length": gettext_lazy("A title has at most 300 characters.")},
    )
    of_a_people = forms.BooleanField(
        label=gettext_lazy("It is a people’s own ethics"),
        help_text=gettext_lazy("Its position is stated by its own people, by nobody else."),
        required=False,
    )
    concern = WordsField(
        label=gettext_lazy("What is at stake for it here (if you wish)"),
        short=True,
        required=False,
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.key, one.title) for one in orchestrator(organisation).catalogue.frameworks]
        self.fields["catalogue_key"].choices = [("", _("None of these")), *known]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("catalogue_key") and not (given.get("title") or "").strip():
            self.add_error("title", _("Choose one of the catalogue, or give it a name."))
        return given


class ChangeForm(forms.Form):
    """Other words for what was suggested or written; for a framework also what is at stake for it here."""

    title = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=LONGEST_TITLE,
        error_messages={
            "required": gettext_lazy("Please write something here."),
            "max_length": gettext_lazy("A title has at most 300 characters."),
        },
    )
    concern = WordsField(
        label=gettext_lazy("What is at stake for it here (if you wish)"),
        short=True,
        required=False,
    )

    def __init__(self, *args: Any, framework: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not framework:
            del self.fields["concern"]


class ReasonForm(forms.Form):
    """Why something is dropped, dismissed or handed over."""

    reason = WordsField(
        label=gettext_lazy("Why"),
        short=True,
        error_messages={"required": gettext_lazy("Please say why.")},
    )

    def __init__(self, *args: Any, label: str = "", hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label
        if hint:
            self.fields["reason"].help_text = hint


class WithdrawForm(ReasonForm):
    """Why it ends without an outcome, and what now happens to the question."""

    meanwhile = WordsField(
        label=gettext_lazy("What now happens to the question"),
        help_text=gettext_lazy("Everybody who was invited reads this: whether the act goes ahead, stops, or waits."),
        error_messages={"required": gettext_lazy("Say what now happens to the question.")},
    )


class SettleForm(forms.Form):
    """A routine question settled by what was decided before: what is alike, what differs, why that is enough."""

    precedent = forms.ModelChoiceField(
        Precedent._base_manager.none(),
        label=gettext_lazy("Which precedent"),
        empty_label=gettext_lazy("Choose one"),
        error_messages={
            "required": gettext_lazy("Choose the precedent."),
            "invalid_choice": gettext_lazy("Choose a precedent that is in force."),
        },
    )
    alike = WordsField(
        label=gettext_lazy("What is alike"),
        error_messages={"required": gettext_lazy("Say what is alike.")},
    )
    differs = WordsField(
        label=gettext_lazy("What differs"),
        help_text=gettext_lazy("There is always something: the people, the time, what is at stake."),
        error_messages={"required": gettext_lazy("Say what differs.")},
    )
    reason = WordsField(
        label=gettext_lazy("Why that settles it"),
        error_messages={"required": gettext_lazy("Say why that settles it.")},
    )

    def __init__(self, *args: Any, precedents: Iterable[Precedent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["precedent"]
        field.queryset = precedents  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: f"{one.deliberation.reference}: {one.deliberation.question}"  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """One member, chosen from those who may."""

    user = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Who"),
        empty_label=gettext_lazy("Choose somebody"),
        error_messages={
            "required": gettext_lazy("Choose somebody."),
            "invalid_choice": gettext_lazy("Choose somebody of this list."),
        },
    )

    def __init__(self, *args: Any, people: Iterable[User], label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(pk__in=[one.pk for one in people])  # type: ignore[attr-defined]
        if label:
            self.fields["user"].label = label


class HandOverForm(PersonForm):
    """To whom the facilitator's seat goes, and why."""

    reason = WordsField(label=gettext_lazy("Why (if you wish)"), short=True, required=False)
