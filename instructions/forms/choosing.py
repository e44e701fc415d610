"""Forms whose choices are known only when they are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms


class ChoosingForm(forms.Form):
    """A form that says in its `__init__` what can be chosen."""

    def offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        """What can be chosen in the field of this name."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)
