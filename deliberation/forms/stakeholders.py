"""Forms of the list: who is heard, why somebody is dropped, why a gap stands, and the decision over the whole."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from deliberation.domain.amendments import replaceable
from deliberation.domain.stakeholder_list import affected_groups, in_tension, standing_stakeholders
from deliberation.forms.fields import WordsField
from deliberation.models import Deliberation, Seat, Stakeholder


def _languages() -> list[tuple[str, Any]]:
    names = sorted((info["name_local"], code) for code, info in LANG_INFO.items() if "name_local" in info)
    return [("", _("No preference known")), *((code, name[:1].upper() + name[1:]) for name, code in names)]


class LanguageField(forms.ChoiceField):
    """A language by its own name, or none."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(choices=_languages, **options)


class Several(forms.ModelMultipleChoiceField):
    """Some of what stands here, to tick."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(queryset=Stakeholder.objects.none(), widget=forms.CheckboxSelectMultiple, **options)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class StakeholderForm(forms.Form):
    """Somebody to hear: who, why, for whom, and how they are reached."""

    title = forms.CharField(
        label=_("Who is it?"),
        help_text=_("A name, or what they are: “Residents’ council”, “a night nurse”."),
        max_length=200,
        error_messages={"required": _("Please write who it is: a name, or what they are.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    why = WordsField(
        label=_("Why are they asked?"),
        help_text=_("They will read these words on the page that asks them."),
        short=True,
    )
    relation = forms.ChoiceField(
        label=_("How are they concerned?"),
        choices=[(relation.value, capfirst(relation.label)) for relation in Seat.Relation],
        widget=forms.RadioSelect,
        initial=Seat.Relation.AFFECTED,
        error_messages={"required": _("Say how they are concerned.")},
    )
    groups = Several(label=_("Which affected groups do they belong to, or speak for?"))
    frameworks = Several(
        label=_("Which frameworks may they speak from?"),
        help_text=_("Your expectation, so that gaps can be seen. They choose for themselves."),
    )
    email = forms.EmailField(
        label=_("Mail address (if known)"),
        required=False,
        error_messages={"invalid": _("This is no mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    address = forms.CharField(
        label=_("Postal address (if they are asked by letter)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "short", "autocomplete": "off", "dir": "auto"}),
    )
    language = LanguageField(label=_("The language they are best asked in"))

    def __init__(self, *args: Any, of: Deliberation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["groups"].queryset = affected_groups(of)  # type: ignore[attr-defined]
        self.fields["frameworks"].queryset = in_tension(of)  # type: ignore[attr-defined]
        for name in ("groups", "frameworks"):
            if not self.fields[name].queryset.exists():  # type: ignore[attr-defined]
                self.fields[name].help_text = _("None is named yet. Name them on the page of the conflict first.")


class Named(forms.ModelChoiceField):
    """One of those on the list, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class DropForm(forms.Form):
    """Why somebody is not heard: printed with the history of the list."""

    drop_kind = forms.ChoiceField(
        label=_("Why are they dropped?"),
        choices=Stakeholder.Dropped,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why: covered by somebody, not affected, or another reason in words.")},
    )
    covered_by = Named(
        label=_("Covered by whom? (if that is the reason)"),
        queryset=Stakeholder.objects.none(),
        required=False,
        empty_label=_("Nobody chosen"),
    )
    reason = WordsField(
        label=_("In words (needed for another reason)"),
        help_text=_("Kept with the list, and shown to whoever approves it."),
        required=False,
        short=True,
    )

    def __init__(self, *args: Any, stakeholder: Stakeholder, **options: Any) -> None:
        super().__init__(*args, **options)
        others = standing_stakeholders(stakeholder.deliberation).exclude(pk=stakeholder.pk)
        self.fields["covered_by"].queryset = others  # type: ignore[attr-defined]


class GapForm(forms.Form):
    explanation = WordsField(
        label=_("Why may this go ahead without them?"),
        help_text=_("Printed in the outcome."),
        short=True,
        error_messages={"required": _("Please say why, or find somebody to ask.")},
    )


class DecisionForm(forms.Form):
    """Approve or return: two acts of one weight, each with a reason."""

    reason = WordsField(
        label=_("Your reason"),
        help_text=_("Kept with the list, whichever you choose."),
        short=True,
        error_messages={"required": _("Please give your reason, whichever you choose.")},
    )


class ReasonForm(forms.Form):
    reason = WordsField(label=_("Your reason"), short=True)


class AmendmentForm(StakeholderForm):
    """A voice to add after invitations, or one in place of another."""

    replaces = Named(
        label=_("In whose place? (if in somebody’s)"),
        help_text=_("Only somebody who declined, did not answer or was not reached. Nobody is ever removed."),
        queryset=Stakeholder.objects.none(),
        required=False,
        empty_label=_("In nobody’s place: a further voice"),
    )
    reason = WordsField(label=_("Why does the list need this voice now?"), short=True)

    field_order = ("title", "replaces", "reason", "why")

    def __init__(self, *args: Any, of: Deliberation, **options: Any) -> None:
        super().__init__(*args, of=of, **options)
        keys = [row.pk for row in replaceable(of)]
        self.fields["replaces"].queryset = Stakeholder.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
