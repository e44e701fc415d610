"""A body holds the fields that its shape knows. One that is misspelt is refused and not passed over in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.refusals import Invalid

LIKE = 0.75
"""How like two names are, from 0 to 1, of which one is taken for the other, misspelt."""
LONGEST_SAID = 80


class KnownFields(serializers.Serializer):
    """A shape that takes the fields it has, and refuses a body with another."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := unknown_in(data, self.fields.keys())):
            raise serializers.ValidationError({name: [said] for name, said in unknown.items()})
        return super().to_internal_value(data)


def must_be_known(given: Iterable[Any], known: Collection[str], place: str = "") -> None:
    """Raise `Invalid`, by field, where `given` holds a name that is not `known`. `place` is the path to it."""
    if unknown := unknown_in(given, known):
        raise Invalid(errors={f"{place}.{name}".strip("."): said for name, said in unknown.items()})


def unknown_in(given: Iterable[Any], known: Collection[str]) -> dict[str, str]:
    """The names in `given` that are not `known`, each with the sentence that says which one may have been meant."""
    return {shown(name): not_known(name, known) for name in given if name not in known}


def not_known(name: Any, known: Collection[str]) -> str:
    """What is said of a name that no shape has."""
    if near := nearest(name, known):
        return _("There is no such field. Is “%(near)s” meant?") % {"near": near}
    return _("There is no such field. These are known: %(known)s.") % {"known": ", ".join(sorted(known))}


def nearest(name: Any, known: Collection[str]) -> str | None:
    """The known name that a name is like, if it is like one."""
    return next(iter(get_close_matches(shown(name).lower(), known, n=1, cutoff=LIKE)), None)


def shown(name: Any) -> str:
    """A name as a sentence repeats it."""
    return str(name)[:LONGEST_SAID]
