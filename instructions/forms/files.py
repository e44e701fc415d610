"""The forms by which files of instructions come in, and by which many proposals are decided at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from instructions.domain.history_file import LARGEST_FILE

UNIVERSAL = ""


class FileForm(forms.Form):
    """A file to be read."""

    project = forms.ChoiceField(label=_("Who its instructions hold for"), required=False)
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        max_length=255,
        help_text=_(
            "An instruction history in JSON (.claude/instruction-history.json, or an export from here), "
            "or a rules file: CLAUDE.md, AGENTS.md, .cursorrules and their like. At most %(most)d MB."
        ),
        error_messages={"required": _("Choose a file.")},
    )

    def __init__(self, *args: Any, projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = {str(project.pk): project for project in projects}
        choices = [(key, project.name) for key, project in self.projects.items()]
        self.fields["project"].choices = [*choices, (UNIVERSAL, _("The whole organisation"))]  # type: ignore[attr-defined]
        self.fields["project"].initial = next(iter(self.projects), UNIVERSAL)
        file = self.fields["file"]
        file.help_text = file.help_text % {"most": LARGEST_FILE // 1024**2}

    @property
    def chosen(self) -> Project | None:
        """The project that is chosen; None for the whole organisation. For a form that is valid."""
        return self.projects.get(self.cleaned_data.get("project", ""))


class DecideForm(forms.Form):
    """Many proposals, decided under one reason. `shown_at` is when they were on the page."""

    which = forms.ChoiceField(
        label=_("Which"),
        choices=[("ticked", _("Those that are ticked")), ("all", _("All that wait, also on the other pages"))],
        widget=forms.RadioSelect,
        initial="ticked",
    )
    why = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"class": "short"}),
        max_length=5_000,
        help_text=_("One reason for all of them. It stands at each."),
        error_messages={"required": _("Write a reason.")},
    )
    shown_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())
    apart = forms.BooleanField(
        label=_("They hold beside what they go against, for this reason"),
        required=False,
    )

    def clean_shown_at(self) -> datetime | None:
        try:
            found = datetime.fromisoformat(self.cleaned_data["shown_at"])
        except ValueError:
            return None
        return found if found.tzinfo else None
