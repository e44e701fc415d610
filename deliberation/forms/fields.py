"""Fields that every form of a deliberation is made of: people's words, days to come, moments to come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from deliberation.domain.act import LONGEST_TEXT


class WordsField(forms.CharField):
    """A person's words: long, kept as written, with a sentence at the field when they are missing or too many."""

    def __init__(self, *, short: bool = False, **options: Any) -> None:
        options.setdefault("max_length", LONGEST_TEXT)
        options.setdefault("error_messages", {"required": gettext_lazy("Please write something here.")})
        attrs = {"class": "short"} if short else {}
        options.setdefault("widget", forms.Textarea(attrs=attrs | {"dir": "auto"}))
        super().__init__(**options)
        # The browser must not cut a pasted text short: the server says what does not fit, and keeps it.
        self.widget.attrs.pop("maxlength", None)

    def validate(self, value: str) -> None:
        if self.max_length is not None and len(value) > self.max_length:
            raise ValidationError(
                _("This is %(have)d characters long; at most %(most)d fit. Nothing you wrote is lost.")
                % {"have": len(value), "most": self.max_length}
            )
        super().validate(value)

    def run_validators(self, value: str) -> None:
        """Length is said by `validate`, in words; the other validators run as ever."""
        if len(value) <= (self.max_length or 0):
            super().run_validators(value)


class ComingDateField(forms.DateField):
    """A day after today. A past one is answered with the same day next year."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "date"}))
        super().__init__(**options)

    def validate(self, value: date | None) -> None:
        super().validate(value)
        today = clock.now().date()
        if value is None or value > today:
            return
        next_year = value
        while next_year <= today:
            day = 28 if (next_year.month, next_year.day) == (2, 29) else next_year.day
            next_year = next_year.replace(year=next_year.year + 1, day=day)
        raise ValidationError(
            _("%(past)s has passed. Did you mean %(next)s?")
            % {
                "past": formats.date_format(value, "j F Y"),
                "next": formats.date_format(next_year, "j F Y"),
            }
        )


class ComingMomentField(forms.DateTimeField):
    """A moment to come, in the time zone that is active."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget", forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "date"})
        )
        super().__init__(**options)

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is not None and value <= clock.now():
            raise ValidationError(
                _("%(past)s has passed. Please choose a moment to come.")
                % {"past": formats.date_format(value, "j F Y, H:i")}
            )
