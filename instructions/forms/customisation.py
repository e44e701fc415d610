"""The forms of the customisation: each is a change of one part, with the reason for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from accounts.queries.organisations import open_projects
from instructions.domain.policy_parts import (
    GROUPS,
    LONGEST_NAME,
    LONGEST_REGISTER,
    LONGEST_SENTENCE,
    MOST_BYTES,
    Content,
)
from tractatus import Domain, Thresholds, Verbosity

LINES = _("One a line.")
WHY = {"required": _("Say in a sentence why.")}


class LinesField(forms.CharField):
    """Several short texts, one a line."""

    widget = forms.Textarea(attrs={"class": "short", "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class SettingForm(forms.Form):
    """A change: `after` is the version that was looked at. The reason stands last."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    why = forms.CharField(
        label=_("Why"), max_length=5_000, error_messages=WHY, widget=forms.Textarea(attrs={"class": "short"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "why"])


class NamedForm(SettingForm):
    """A change of one thing by its name: it is taken away, adopted or left."""

    name = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_NAME)


class RestoreForm(SettingForm):
    """An earlier version, to hold again."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


FIGURES = {
    "pressure_normal": _("Pressure is normal under"),
    "pressure_elevated": _("Pressure is elevated under"),
    "pressure_high": _("Pressure is high under"),
    "pressure_critical": _("Pressure is critical under, and dangerous from"),
    "verification_mandatory_confidence": _("Confidence from which an action may proceed"),
    "verification_proceed_with_caution": _("Confidence from which it may proceed with a warning"),
    "verification_require_review": _("Confidence from which a person reviews it; under it, it is blocked"),
    "persistence_high": _("Persistence is HIGH from"),
    "persistence_medium": _("Persistence is MEDIUM from"),
    "persistence_low": _("Persistence is LOW from; under it, it varies"),
}
"""What each figure means, by its field. The order is that of the page."""
MEANS = {
    "pressure": (
        _("Pressure of a session"),
        _("How worn a session may be. Lower figures: the agent is asked to stop and hand over earlier."),
    ),
    "verification": (
        _("Confidence in the reasoning"),
        _("How sound the reasoning behind an action must be. Higher figures: more actions wait for a person."),
    ),
    "persistence": (
        _("Persistence of instructions"),
        _(
            "How firmly a new instruction is taken to stand. Lower figures: more of them are HIGH. Instructions that "
            "were classified already stay as they are."
        ),
    ),
}


class ThresholdsForm(SettingForm):
    """Every figure, with what ships beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ships = Thresholds().to_dict()
        for name, label in FIGURES.items():
            group, _sep, figure = name.partition("_")
            self.fields[name] = forms.FloatField(
                label=label,
                min_value=0,
                max_value=1,
                help_text=_("Ships as %(figure)s.") % {"figure": f"{ships[group][figure]:.2f}"},
                widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
            )
        self.order_fields([*FIGURES])
        self.order_fields([name for name in self.fields if name != "why"])

    @staticmethod
    def initial_of(content: Content) -> dict[str, float]:
        return {f"{group}_{name}": value for group in GROUPS for name, value in content[group].items()}

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The fields as the page shows them: by what they are about."""
        return [
            {
                "key": group,
                "title": MEANS[group][0],
                "says": MEANS[group][1],
                "fields": [self[name] for name in FIGURES if name.startswith(f"{group}_")],
            }
            for group in GROUPS
        ]

    def content(self) -> Content:
        given = self.cleaned_data
        return {
            group: {name.partition("_")[2]: given[name] for name in FIGURES if name.startswith(f"{group}_")}
            for group in GROUPS
        }


DOMAINS = {
    Domain.VALUES: _("Values: what matters more is for people to say"),
    Domain.USER_AGENCY: _("Agency: what somebody else may choose"),
    Domain.IRREVERSIBLE: _("Irreversible: it cannot be undone"),
    Domain.CULTURAL_CONTEXT: _("Culture: what a people's own ways ask"),
    Domain.UNPRECEDENTED: _("Unprecedented: nobody has decided such a thing before"),
}


class BoundaryForm(SettingForm):
    """A boundary of the organisation's own. `was` is the name it has now, empty for a new one."""

    was = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_NAME, required=False)
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    domain = forms.ChoiceField(label=_("What kind of decision it is"), choices=[*DOMAINS.items()])
    reason = forms.CharField(
        label=_("Why a person decides it"), max_length=LONGEST_SENTENCE, help_text=_("Agents are told this sentence.")
    )
    cues = LinesField(
        label=_("Words that lead to it (if you wish)"),
        required=False,
        help_text=_("One a line, whole words. A * at a word's end takes any ending: discount* finds discounted."),
    )
    environments = LinesField(
        label=_("Environments (if you wish)"), required=False, help_text=_("One a line, such as production.")
    )
    paths = LinesField(
        label=_("Files (if you wish)"), required=False, help_text=_("One pattern a line, such as ledger/*.")
    )
    tools = LinesField(label=_("Tools (if you wish)"), required=False, help_text=LINES)
    reading = forms.BooleanField(
        label=_("It holds for what only reads, too"), required=False, help_text=_("Otherwise looking is let through.")
    )
    alternatives = LinesField(
        label=_("What the agent may do instead (if you wish)"), required=False, help_text=LINES
    )  # fmt: skip
    safety_checks = LinesField(
        label=_("What is to be checked before it is approved (if you wish)"), required=False, help_text=LINES
    )

    def row(self) -> Content:
        """The boundary as it is kept."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("after", "why", "was")}


class TextForm(SettingForm):
    """Something written in TOML."""

    toml = forms.CharField(
        label=_("The boundaries, in TOML"),
        max_length=MOST_BYTES,
        required=False,
        help_text=_("All of them: what is not in here any more no longer holds. The form of the packs that ship."),
        widget=forms.Textarea(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )


class FrameworkForm(SettingForm):
    """A framework of the organisation's own. `was` is its key, empty for a new one."""

    was = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_NAME, required=False)
    title = forms.CharField(label=_("Its name"), max_length=LONGEST_NAME)
    of_a_people = forms.BooleanField(
        label=_("It is a people's own ethics"),
        required=False,
        help_text=_("Its position is to be stated by its own people, so nothing is written about it below."),
    )
    speakers = LinesField(
        label=_("Who may speak for it"),
        required=False,
        help_text=_("One a line. Say who, not by name: “whoever the trust of the marae names”."),
    )
    cues = LinesField(
        label=_("Words that lead to it"),
        help_text=_("One a line, whole words. A * at a word's end takes any ending."),
        error_messages={"required": _("Without a word that leads to it, it is never suggested.")},
    )
    position = forms.CharField(
        label=_("What it holds (not of a people's own)"),
        required=False,
        max_length=LONGEST_SENTENCE,
        help_text=_("One sentence that those who hold it would accept."),
        widget=forms.Textarea(attrs={"class": "short"}),
    )
    asks = forms.CharField(
        label=_("What it would ask (not of a people's own)"),
        required=False,
        max_length=LONGEST_SENTENCE,
        help_text=_("One question."),
        widget=forms.Textarea(attrs={"class": "short"}),
    )

    def row(self) -> Content:
        """The framework as it is kept, without its key."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("after", "why", "was")}


class RegisterForm(SettingForm):
    """A register as a text. One with the same name and language is replaced."""

    toml = forms.CharField(
        label=_("The register, in TOML"),
        max_length=LONGEST_REGISTER,
        help_text=_("The form of those that ship. It names who wrote it (author), or it is refused."),
        widget=forms.Textarea(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, *args: Any, preview: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if preview:
            self.fields["why"].required = False


EXPLAINS = {
    Verbosity.SILENT: _("Silent: the decision alone"),
    Verbosity.SUMMARY: _("Summary: one sentence"),
    Verbosity.DETAILED: _("Detailed: every check with its reasons"),
    Verbosity.DEBUG: _("Debug: all results, as JSON"),
}


class VerbosityForm(SettingForm):
    """How much is explained to the agents of one project."""

    verbosity = forms.ChoiceField(
        label=_("How much is explained"), choices=[*EXPLAINS.items()], widget=forms.RadioSelect
    )


class ProjectForm(forms.Form):
    """Which project is looked at."""

    project: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Project"), queryset=Project.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = open_projects()  # type: ignore[attr-defined]
