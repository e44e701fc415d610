"""What an editor writes: the wording, what they overrule of its reading, where and how long it holds, and answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from instructions.domain.classification import FIELDS, LATEST, LONGEST_INSTRUCTION, Overruled, Wording
from instructions.domain.conflicts import Answered
from instructions.domain.instruction import LONGEST_PLACE
from instructions.forms.listing import environment_choices
from instructions.models import Instruction, Period
from instructions.models.instruction import Persistence, Quadrant, TemporalScope, Verification
from instructions.queries.listing import UNIVERSAL

CHOICES = {
    "quadrant": Quadrant.choices,
    "persistence": Persistence.choices,
    "temporal_scope": TemporalScope.choices,
    "verification_required": Verification.choices,
}
TITLES = {
    "quadrant": _("Quadrant"),
    "persistence": _("Persistence"),
    "temporal_scope": _("Temporal scope"),
    "verification_required": _("Verification"),
}
ANSWER, WHY, SEEN = "answer_", "why_", "seen_"


class WordingForm(forms.Form):
    """A wording and all that goes with it. Answers to conflicts are read from the data by the other's id."""

    text = forms.CharField(
        label=_("In one or two sentences"),
        max_length=LONGEST_INSTRUCTION,
        widget=forms.Textarea(attrs={"class": "short"}),
        error_messages={"required": _("Write what the agents should keep to.")},
    )
    project = forms.ChoiceField(label=_("Who it holds for"), required=False)
    environment = forms.ChoiceField(
        label=_("Environment (if you wish)"),
        required=False,
        help_text=_("Where it holds. Without one it holds everywhere."),
    )
    ends_on = forms.DateField(
        label=_("Last day (if you wish)"),
        required=False,
        widget=forms.DateInput(),
        help_text=_("It holds until the end of this day, and then ends by itself."),
    )
    period = forms.ChoiceField(
        label=_("Phase, session or task (if you wish)"),
        required=False,
        help_text=_("When it ends, the instruction ends with it."),
    )
    new_period = forms.CharField(
        label=_("Or begin one, named (if you wish)"),
        required=False,
        max_length=200,
        help_text=_("It is a phase, a session or a task, as the temporal scope above says."),
    )
    place = forms.CharField(
        label=_("Where it stands otherwise (if you wish)"),
        required=False,
        max_length=LONGEST_PLACE,
        help_text=_("A policy, a minute, a file: so that others find it."),
    )
    why = forms.CharField(
        label=_("Why (if you wish)"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"class": "short"})
    )

    def __init__(
        self,
        *args: Any,
        projects: Iterable[Project],
        periods: Iterable[Period],
        instruction: Instruction | None = None,
        needs_why: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.projects = {str(one.pk): one for one in projects}
        self.periods = {str(one.pk): one for one in periods}
        for name in FIELDS:
            self.fields[name] = forms.ChoiceField(
                label=TITLES[name], required=False, choices=[("", _("As it is read")), *CHOICES[name]]
            )
            self.fields[f"{name}_why"] = forms.CharField(label=_("Why"), required=False, max_length=5_000)
        self._offer("environment", [("", _("Everywhere")), *environment_choices()])
        self._offer("period", [("", _("None")), *((key, self.named(one)) for key, one in self.periods.items())])
        several = len(self.projects) > 1
        named = [(key, one.name) for key, one in self.projects.items()]
        self._offer(
            "project",
            [
                *([("", _("Choose"))] if several else []),
                *named,
                (UNIVERSAL, _("The whole organisation: every project")),
            ],
        )
        if instruction is not None:
            del self.fields["project"]
            if needs_why:
                del self.fields["place"]
            self._offer_kept(instruction)
        if needs_why:
            self.fields["why"].label = _("Why it changes")
            self.fields["why"].required = True
            self.fields["why"].error_messages["required"] = _("Say in a sentence why it changes.")

    @staticmethod
    def named(period: Period) -> str:
        """A period among others of all projects."""
        return f"{capfirst(period.get_kind_display())}: {period.name} ({period.project.name})"

    def clean_project(self) -> str:
        given: str = self.cleaned_data["project"]
        if not given:
            raise forms.ValidationError(_("Say for which project, or for the whole organisation."))
        return given

    def clean_ends_on(self) -> Any:
        day = self.cleaned_data["ends_on"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("This day is over. Choose one to come, or leave it empty."))
        if day is not None and day.year >= LATEST.year:
            raise forms.ValidationError(_("Choose a day before the year 9000, or leave it empty."))
        return day

    def chosen_project(self) -> Project | None:
        """The project that is chosen; None for the whole organisation. For a form that is valid."""
        return self.projects.get(self.cleaned_data.get("project", ""))

    def wording(self, period: Period | None = None) -> Wording:
        """What is to be said, for a form that is valid; `period` in place of the one chosen."""
        given = self.cleaned_data
        return Wording(
            text=given["text"],
            environment=given["environment"],
            expires_at=end_of(given["ends_on"]) if given["ends_on"] else None,
            period=period or self.periods.get(given["period"]),
            overrules={name: Overruled(given[name], given[f"{name}_why"]) for name in FIELDS if given.get(name)},
        )

    def answers(self) -> dict[str, Answered]:
        """What was said to each conflict, by the key of the other instruction."""
        return answers_in(self.data)

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _offer_kept(self, instruction: Instruction) -> None:
        """What an instruction has stays among the choices, also where nobody would offer it any more."""
        has = instruction.environment
        known = environment_choices()
        if has and (has, has) not in known:
            self._offer("environment", [("", _("Everywhere")), *known, (has, has)])


def answers_in(data: Any) -> dict[str, Answered]:
    """The answers to conflicts in what was sent."""
    to = [name.removeprefix(ANSWER) for name in data if name.startswith(ANSWER) and data[name]]
    return {
        name: Answered(str(data[ANSWER + name]), str(data.get(WHY + name, "")).strip(), seen_in(data, SEEN + name))
        for name in to
    }


def seen_in(data: Any, name: str = "seen") -> int | None:
    """The number of the revision that stood on the page, as what was sent says; None where it does not say."""
    given = str(data.get(name, ""))
    return int(given) if given.isdecimal() and len(given) < 9 else None


def end_of(day: Any) -> datetime:
    """The end of a day where the organisation is: the first moment of the next."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def last_day(moment: datetime) -> Any:
    """The last day on which something holds that ends at `moment`."""
    return (timezone.localtime(moment) - timedelta(microseconds=1)).date()


class ReasonForm(forms.Form):
    """A reason for one act."""

    why = forms.CharField(label=_("Why"), max_length=5_000, widget=forms.Textarea(attrs={"class": "short"}))

    def __init__(self, *args: Any, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if optional:
            self.fields["why"].required = False
            self.fields["why"].label = _("Why (if you wish)")
        else:
            self.fields["why"].error_messages["required"] = _("Say in a sentence why.")
