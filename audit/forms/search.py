"""What somebody looks for in the record."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from audit.queries.search import Wanted
from audit.queries.wording import DECISIONS, PRESSURES, SERVICE_TITLES, decision_in_words, event_in_words, known_events

ANY = ("", gettext_lazy("Any"))
WITHIN = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31)))
SHORT = {"autocomplete": "off", "spellcheck": "false"}


class LongSelect(forms.Select):
    """A choice among many. Django's own renders a template for each of them, which takes longer than the search."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = str(value or "")
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if key == chosen else "", label) for key, label in self.choices),
        )
        attributes = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", attributes, options)


class SearchForm(forms.Form):
    """The filters. One that cannot be is said to be wrong, and finds nothing rather than everything."""

    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        help_text=gettext_lazy("Entries of its own, and checks in which it ran. Every check stands under the gate."),
        required=False,
        choices=[ANY, *SERVICE_TITLES.items()],
    )
    decision = forms.ChoiceField(label=gettext_lazy("Decision"), required=False)
    pressure = forms.ChoiceField(label=gettext_lazy("Pressure"), required=False, choices=[ANY, *PRESSURES.items()])
    since = forms.DateField(label=gettext_lazy("From"), required=False, validators=WITHIN)
    until = forms.DateField(label=gettext_lazy("To"), required=False, validators=WITHIN)
    event = forms.ChoiceField(label=gettext_lazy("What was done"), required=False, widget=LongSelect)
    project: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Project"), queryset=Project.objects.none(), required=False, empty_label=ANY[1]
    )
    session = forms.CharField(
        label=gettext_lazy("Session"), required=False, max_length=64, widget=forms.TextInput(SHORT)
    )
    actor = forms.CharField(
        label=gettext_lazy("Who, by reference"), required=False, max_length=64, widget=forms.TextInput(SHORT)
    )
    subject = forms.CharField(
        label=gettext_lazy("About, as kind:id"), required=False, max_length=110, widget=forms.TextInput(SHORT)
    )

    FURTHER = ("event", "project", "session", "actor", "subject")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.order_by("name")  # type: ignore[attr-defined]
        self._choices("decision", list(DECISIONS.items()), decision_in_words)
        self._choices("event", [(one, event_in_words(one)) for one in known_events()], event_in_words)
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("id", f"search-{name}")

    def _choices(self, name: str, known: list[tuple[str, Any]], words: Any) -> None:
        """The known words, and the one in the address where a link led here with another."""
        given = self.data.get(name, "")
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        is_word = given.replace(".", "").replace("_", "").isalnum() and len(given) <= 100
        others = [(given, words(given))] if is_word and given not in dict(known) else []
        field.choices = [ANY, *known, *others]

    def clean_subject(self) -> tuple[str, str] | None:
        given = self.cleaned_data["subject"].strip()
        if not given:
            return None
        kind, found, about = given.partition(":")
        if not (kind and found and about):
            raise ValidationError(_("Write it as on the page of an entry: kind:id."))
        return kind, about

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the day from which is looked."))
        return cleaned

    @property
    def further(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FURTHER]

    @property
    def asks_further(self) -> bool:
        return any(self.data.get(name) or name in self.errors for name in self.FURTHER)

    def wanted(self) -> Wanted | None:
        """What is looked for, or None where a filter cannot be."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        project = given["project"]
        return Wanted(
            service=given["service"],
            decision=given["decision"],
            pressure=given["pressure"],
            project=project.pk if project else None,
            session=given["session"],
            actor=given["actor"],
            event=given["event"],
            subject=given["subject"],
            since=midnight(given["since"]) if given["since"] else None,
            until=midnight(given["until"] + timedelta(days=1)) if given["until"] else None,
        )


def midnight(day: date) -> datetime:
    """When a day begins where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))
