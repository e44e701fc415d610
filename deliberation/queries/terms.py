"""The terms as people read them: part by part, and what changed from version to version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils import formats
from django.utils.translation import gettext_lazy

from deliberation.domain.terms import WORDS
from deliberation.models import Deliberation, Terms

LABELS = {
    "question": gettext_lazy("The question"),
    "can_change": gettext_lazy("What this can change"),
    "off_table": gettext_lazy("What is not on the table"),
    "reach": gettext_lazy("Decides or advises"),
    "decided_by": gettext_lazy("Who decides, or whom it advises"),
    "answer_by": gettext_lazy("They answer by"),
    "meanwhile": gettext_lazy("What happens to the act meanwhile"),
    "after_disagreement": gettext_lazy("After legitimate disagreement"),
    "asked_by": gettext_lazy("Who asked"),
    "paid_by": gettext_lazy("Who pays"),
    "compensation": gettext_lazy("What participants get for their time"),
}
"""The parts of the terms, in the order in which they are read on every card and on the outcome."""


def facts(terms: Terms) -> list[dict[str, Any]]:
    """Each part as label and what is said, for `components/facts.html`."""
    return [{"label": label, "says": _said(terms, name)} for name, label in LABELS.items()]


def _said(terms: Terms, name: str) -> Any:
    if name == "reach":
        return terms.get_reach_display()
    if name == "answer_by":
        return formats.date_format(terms.answer_by, "DATE_FORMAT")
    return getattr(terms, name)


@dataclass
class Version:
    """One version, and what it changed: per part what was said before and what is said now."""

    terms: Terms
    changed: list[dict[str, Any]] = field(default_factory=list)


def versions(deliberation: Deliberation) -> list[Version]:
    """Every version, newest first, each with what it changed in the one before."""
    rows = list(
        Terms.objects.filter(deliberation=deliberation)
        .select_related(*WORDS, "drafted_by", "accepted_by")
        .order_by("version")
    )
    found = []
    for before, now in zip([None, *rows], rows, strict=False):
        found.append(Version(now, _changed(before, now) if before else []))
    return list(reversed(found))


def _changed(before: Terms, now: Terms) -> list[dict[str, Any]]:
    return [
        {"label": label, "before": _said(before, name), "now": _said(now, name)}
        for name, label in LABELS.items()
        if _key(before, name) != _key(now, name)
    ]


def _key(terms: Terms, name: str) -> object:
    """What makes a part the same: the text's id for words, else the value."""
    return getattr(terms, f"{name}_id" if name in WORDS else name)
