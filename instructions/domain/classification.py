"""What the library makes of a text, and what a person decides otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.refusals import Invalid
from instructions.domain.policy import thresholds_of
from instructions.models import Period, Revision
from tractatus import Classification, InstructionPersistenceClassifier, Thresholds

LONGEST_INSTRUCTION = 30_000
"""Characters of one instruction. The framework reads the first 6,000 and says so of the rest."""

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Between these lies every moment of an instruction: what is told in another time zone stays a date there."""

FIELDS = ("quadrant", "persistence", "temporal_scope", "verification_required")


class TooVague(Invalid):
    """An instruction is less explicit than is kept (core concepts, section 1: 0.6). Carries what was read of it."""

    def __init__(self, classification: Classification) -> None:
        self.classification = classification
        super().__init__(
            _(
                "This is too vague to be kept: its explicitness is %(have).2f, and 0.60 is needed. "
                "Say what exactly is to be done or not done, with which value, and always or when."
            )
            % {"have": classification.explicitness},
            "text",
        )


@dataclass(frozen=True)
class Overruled:
    """What a person decided one field to be, and why."""

    value: str
    why: str


@dataclass(frozen=True)
class Wording:
    """What an instruction is to say, as somebody wrote it. `overrules` is by field of the classification."""

    text: str
    environment: str = ""
    expires_at: datetime | None = None
    period: Period | None = None
    overrules: Mapping[str, Overruled] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    """What a revision holds but its text: the classification as it stands, and what the library proposed."""

    values: Mapping[str, Any]
    proposed: Mapping[str, Any] | None
    overrules: tuple[tuple[str, str, str, str], ...] = ()


def classify(text: str, organisation: Organisation) -> Classification:
    """What the library reads in a text, by the organisation's thresholds. Stores nothing."""
    return _classifier(thresholds_of(organisation)).classify(text)


def classifier_of(organisation: Organisation) -> InstructionPersistenceClassifier:
    """The classifier with the organisation's thresholds."""
    return _classifier(thresholds_of(organisation))


@cache
def _classifier(thresholds: Thresholds) -> InstructionPersistenceClassifier:
    return InstructionPersistenceClassifier(thresholds)


def content_of(wording: Wording, organisation: Organisation) -> Content:
    """The classification of a wording with what its writer overruled.

    Raises `TooVague` under an explicitness of 0.6, and `Invalid` by field for an overruling without a reason, for a
    value that is not known, and for a phase, session or task that does not fit the temporal scope.
    """
    if wording.expires_at is not None and not EARLIEST <= wording.expires_at < LATEST:
        raise Invalid(_("Choose a day before the year 9000, or leave it empty."), "expires_at")
    read = classify(wording.text, organisation)
    if not read.stored:
        raise TooVague(read)
    values: dict[str, Any] = {name: str(getattr(read, name)) for name in FIELDS}
    overruled = []
    for name, decided in wording.overrules.items():
        if name not in FIELDS or not decided.value or decided.value == values[name]:
            continue
        if decided.value not in _choices(name):
            raise Invalid(_("This is none of the values there are."), name)
        if not decided.why.strip():
            raise Invalid(_("Say why you overrule the software here; both are kept."), f"{name}_why")
        overruled.append((name, values[name], decided.value, decided.why.strip()))
    values |= {name: chosen for name, _proposed, chosen, _why in overruled}
    period = wording.period
    if period is not None and period.kind != values["temporal_scope"]:
        raise Invalid(
            _("“%(name)s” is a %(kind)s, and this instruction does not hold for one.")
            % {"name": period.name, "kind": period.get_kind_display()},
            "period",
        )
    if period is not None and not period.is_open:
        raise Invalid(_("“%(name)s” has ended.") % {"name": period.name}, "period")
    return Content(
        values=values
        | {
            "explicitness": read.explicitness,
            "parameters": dict(read.parameters),
            "environment": wording.environment,
            "expires_at": wording.expires_at,
            "period": period,
        },
        proposed={name: str(getattr(read, name)) for name in FIELDS} | {"explicitness": read.explicitness},
        overrules=tuple(overruled),
    )


def _choices(name: str) -> list[str]:
    field = Revision._meta.get_field(name)
    return [str(value) for value, _label in getattr(field, "choices", None) or ()]
