"""Freezing and lifting, breaking glass and reviewing it, marking what would have been stopped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.durations import how_long
from accounts.models import Project
from deliberation.forms.fields import WordsField
from instructions.domain.act import LONGEST_REASON
from instructions.forms.choosing import ChoosingForm
from instructions.models import Instruction
from oversight.domain.waits import waits


class FreezeForm(forms.Form):
    why = WordsField(
        label=gettext_lazy("Why (if you wish; it can wait, the freeze should not)"),
        max_length=LONGEST_REASON,
        required=False,
        short=True,
    )


class LiftForm(forms.Form):
    why = WordsField(
        label=gettext_lazy("Why it may go on"),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say why it may go on.")},
        short=True,
    )


PROJECT, INSTRUCTION, BOUNDARY = "project", "instruction", "boundary"


class GlassForm(ChoosingForm):
    """What is suspended, for how long, and why. `instructions` are those that can be chosen."""

    project = forms.ChoiceField(label=gettext_lazy("In which project"))
    what = forms.ChoiceField(
        label=gettext_lazy("What is suspended"),
        widget=forms.RadioSelect,
        choices=[
            (INSTRUCTION, gettext_lazy("One instruction\nEverything else is judged as before.")),
            (BOUNDARY, gettext_lazy("One boundary\nActs that only it would have put to a person are let through.")),
            (PROJECT, gettext_lazy("All enforcement of a project\nAll is judged and recorded; nothing is stopped.")),
        ],
        error_messages={"required": gettext_lazy("Say what is suspended.")},
    )  # fmt: skip
    instruction = forms.CharField(
        label=gettext_lazy("Which instruction (if you chose one)"),
        help_text=gettext_lazy("Its key, such as inst_042."),
        max_length=80,
        required=False,
    )
    boundary = forms.ChoiceField(label=gettext_lazy("Which boundary (if you chose one)"), required=False)
    minutes = forms.TypedChoiceField(label=gettext_lazy("For how long"), coerce=int, widget=forms.RadioSelect)
    why = WordsField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("All members are mailed this page’s address now. Somebody else reviews what you did."),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say why. All members are told, and somebody else reviews it.")},
        short=True,
    )

    def __init__(
        self, *args: Any, projects: Iterable[Project], boundaries: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        default = str(int(waits().glass.total_seconds() // 60))
        kwargs["initial"] = {"minutes": default} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.projects = {str(one.pk): one for one in projects}
        self.offer("project", [(pk, one.name) for pk, one in self.projects.items()])
        self.offer("boundary", [("", _("None")), *boundaries])
        self.offer("minutes", [(str(int(one.total_seconds() // 60)), how_long(one)) for one in waits().glasses])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        what, project = said.get("what"), self.projects.get(said.get("project", ""))
        if what == INSTRUCTION:
            key = said.get("instruction", "").strip()
            found = _instruction(key, project) if project is not None else None
            if not key:
                self.add_error("instruction", _("Write its key."))
            elif project is not None and found is None:
                self.add_error("instruction", _("There is no instruction %(key)s in force here.") % {"key": key})
            said["instruction"] = found
        elif what == BOUNDARY and not said.get("boundary"):
            self.add_error("boundary", _("Choose a boundary."))
        return said

    def breaks(self) -> dict[str, Any]:
        """What the verb is called with, for a form that is valid."""
        said, what = self.cleaned_data, self.cleaned_data["what"]
        return {
            "project": self.projects[said["project"]],
            "instruction": said["instruction"] if what == INSTRUCTION else None,
            "boundary": said["boundary"] if what == BOUNDARY else "",
            "minutes": said["minutes"],
            "why": said["why"],
        }


def _instruction(key: str, project: Project) -> Instruction | None:
    rows = Instruction.objects.filter(key=key, state=Instruction.State.ACTIVE, organisation_id=project.organisation_id)
    mine = [row for row in rows if row.project_id in (None, project.pk)]
    # A project's own comes before the organisation's of the same key.
    return max(mine, key=lambda row: row.project_id is not None, default=None)


class ReviewForm(forms.Form):
    finding = WordsField(
        label=gettext_lazy("What you found"),
        help_text=gettext_lazy("Whether it was needed, what was done meanwhile, and what follows from it."),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say what you found.")},
    )


RIGHT, WRONG = "right", "wrong"


class MarkForm(forms.Form):
    """Which button was pressed, and why if somebody wishes to say."""

    mark = forms.ChoiceField(choices=[(RIGHT, RIGHT), (WRONG, WRONG)], required=True)
    why = forms.CharField(max_length=LONGEST_REASON, required=False)
