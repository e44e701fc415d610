"""What an administrator shows to anybody, and adds to the evolution log."""

from __future__ import annotations

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.domain.milestones import LONGEST, LONGEST_TITLE
from audit.models import Milestone, Surface

WHAT = {
    Surface.Name.METRICS: _("How often each service was called and what it answered, by hour. No acts, no people."),
    Surface.Name.EVIDENCE: _("Which services run, counted from the record, and how anybody checks what is claimed."),
    Surface.Name.EVOLUTION: _("Incidents, changes and versions, with the words you added to them."),
    Surface.Name.SIMULATOR: _("A page on which anybody types an act and sees how it would be judged. Nothing is kept."),
    Surface.Name.DATASET: _("A file of decisions without people, texts, projects and sessions, times to the hour."),
}


def _surfaces() -> list[tuple[str, str]]:
    # The second line of a choice is printed as its hint.
    return [(name.value, f"{name.label}\n{WHAT[name]}") for name in Surface.Name]


class SurfacesForm(forms.Form):
    """What is shown. Nothing ticked means that nothing is."""

    shown = forms.MultipleChoiceField(
        label=_("Anybody may see"), choices=_surfaces, widget=forms.CheckboxSelectMultiple, required=False
    )


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, capfirst(str(kind.label))) for kind in Milestone.Kind]


class MilestoneForm(forms.Form):
    """An incident, a change or a version."""

    kind = forms.ChoiceField(label=_("What it was"), choices=_kinds, widget=forms.RadioSelect)
    day = forms.DateField(label=_("On which day"))
    title = forms.CharField(label=_("In one line"), max_length=LONGEST_TITLE)
    story = forms.CharField(
        label=_("What happened, and what was changed"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"class": "short"}),
        help_text=_("Name no person who has not agreed: it may be shown to anybody."),
    )
    evidence = forms.CharField(
        label=_("How anybody can see that it is so"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"class": "short"}),
        help_text=_("An address, an entry of the record, a test, a measurement."),
    )
