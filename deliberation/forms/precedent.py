"""What a person fills in about precedents: what they look for, how they cite one, what has changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from deliberation.forms.fields import WordsField
from deliberation.models import Deliberation, Precedent, ReviewTrigger, Urgency
from deliberation.queries.precedent import Wanted


class SearchForm(forms.Form):
    """What somebody looks for. Every field may stay empty, and a value nobody knows is passed over."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("Standing"), required=False)
    framework = forms.ChoiceField(label=_("Framework in tension"), required=False)
    project = forms.ChoiceField(label=_("Project"), required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), required=False)
    overdue = forms.BooleanField(label=_("Only those whose review is overdue"), required=False)

    def __init__(self, *args: Any, frameworks: Iterable[str], projects: Iterable[Project], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["state"].choices = [("", _("Any")), *Precedent.State.choices]  # type: ignore[attr-defined]
        self.fields["framework"].choices = [("", _("Any")), *((one, one) for one in frameworks)]  # type: ignore[attr-defined]
        self.fields["project"].choices = [("", _("Any")), *((one.slug, one.name) for one in projects)]  # type: ignore[attr-defined]
        self.fields["urgency"].choices = [("", _("Any")), *Urgency.choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What is looked for, from the fields that can be taken."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            text=given.get("q", ""),
            state=given.get("state", ""),
            framework=given.get("framework", ""),
            project=given.get("project", ""),
            urgency=given.get("urgency", ""),
            overdue=given.get("overdue", False),
        )


class CiteForm(forms.Form):
    """Both are asked: what is alike, and what differs."""

    deliberation = forms.ChoiceField(
        label=_("In which deliberation"),
        error_messages={
            "required": _("Choose the deliberation in which you cite it."),
            "invalid_choice": _("Choose a deliberation you have a part in."),
        },
    )
    alike = WordsField(
        label=_("What is alike"),
        help_text=_("Why this earlier decision says something about the question before you."),
        error_messages={"required": _("Say what is alike.")},
        short=True,
    )
    differs = WordsField(
        label=_("What differs"),
        help_text=_("No two cases are the same. What is different here, and what that may change."),
        error_messages={
            "required": _("Say what differs. If you see nothing, look once more: it informs, it does not bind.")
        },
        short=True,
    )

    def __init__(self, *args: Any, deliberations: Iterable[Deliberation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["deliberation"].choices = [("", _("Choose one"))] + [  # type: ignore[attr-defined]
            (str(one.number), f"{one.reference}: {one.question}") for one in deliberations
        ]


class ReportForm(forms.Form):
    """A trigger that came about, or something the decision relied on that no longer holds."""

    trigger = forms.ChoiceField(
        label=_("What changed"),
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": _("Choose one of these.")},
    )
    text = WordsField(
        label=_("What you saw"),
        help_text=_("What is different now, since when, and how it can be checked."),
        error_messages={"required": _("Say what you saw.")},
    )

    def __init__(self, *args: Any, triggers: Iterable[ReviewTrigger], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["trigger"].choices = [(str(one.pk), str(one.text)) for one in triggers] + [  # type: ignore[attr-defined]
            ("", _("Something else that the decision relied on"))
        ]
