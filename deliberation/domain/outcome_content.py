"""What a version of the outcome says: its parts as data, and how they become rows of an open draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.refusals import Invalid
from audit.models import Text
from deliberation.domain.act import Act
from deliberation.domain.hearing import frameworks_heard, standing_frameworks
from deliberation.models import (
    Commitment,
    Framework,
    Hearing,
    Option,
    OutcomeVersion,
    Remainder,
    ReviewTrigger,
    WeighedValue,
)

WORDS = (
    "decision",
    "meanwhile",
    "justification",
    "assumptions",
    "expects",
    "applies_to",
    "does_not_apply_to",
    "nothing_to_do",
    "change_note",
)


@dataclass(frozen=True)
class Loss:
    """A loss: what, who bears it, whether it is owed to acknowledge, mitigate or repair, and what exactly is owed."""

    loss: str
    bearer: str
    owed: str
    debt: str


@dataclass(frozen=True)
class Promised:
    """A commitment. `for_loss` is the place of the loss it is owed for, from 1; None carries the decision out."""

    what: str
    to_whom: str
    owner: str
    due: date
    for_loss: int | None = None


@dataclass(frozen=True)
class Heard:
    """Whether a framework was heard, and if not, why not."""

    framework: Framework
    heard: bool
    because: str = ""


@dataclass(frozen=True)
class Content:
    """Everything a draft says. What is empty is missing, and must be there before it is circulated.

    `hearings` None takes them from who contributed.
    """

    kind: str = OutcomeVersion.Kind.DECISION
    option: Option | None = None
    decision: str = ""
    meanwhile: str = ""
    justification: str = ""
    assumptions: str = ""
    expects: str = ""
    applies_to: str = ""
    does_not_apply_to: str = ""
    review_date: date | None = None
    nothing_to_do: str = ""
    change_note: str = ""
    prioritized: Sequence[str] = ()
    deprioritized: Sequence[str] = ()
    remainders: Sequence[Loss] = ()
    triggers: Sequence[str] = ()
    commitments: Sequence[Promised] = ()
    hearings: Sequence[Heard] | None = field(default=None)


def texts_of(version: OutcomeVersion) -> dict[str, Text]:
    """Every text of a version by a name of its own: what the entry of its signature commits to."""
    found = {name: getattr(version, name) for name in WORDS}
    for value in version.values.select_related("text"):
        found[f"{value.side}-{value.number}"] = value.text
    for loss in version.remainders.select_related("loss", "bearer", "debt"):
        found |= {f"loss-{loss.number}-{name}": getattr(loss, name) for name in ("loss", "bearer", "debt")}
    for trigger in version.triggers.select_related("text"):
        found[f"trigger-{trigger.number}"] = trigger.text
    for hearing in version.hearings.select_related("not_heard_because"):
        found[f"not-heard-{hearing.number}"] = hearing.not_heard_because
    for promise in version.commitments.select_related("what", "to_whom", "owner"):
        found |= {
            f"commitment-{promise.number}-{name}": getattr(promise, name) for name in ("what", "to_whom", "owner")
        }
    return {name: text for name, text in found.items() if text is not None}


class Words:
    """Keeps words once: a text that stood in the version before, letter for letter, is pointed to again."""

    def __init__(self, act: Act, before: OutcomeVersion | None) -> None:
        self.act = act
        self.known = {text.body: text for text in texts_of(before).values()} if before is not None else {}

    def keep(self, name: str, body: str | None, *, optional: bool = False) -> Any:
        """The `Text` of these words, or None for empty optional ones. Raises `Invalid` as `Act.keep` does."""
        same = self.known.get((body or "").replace("\r\n", "\n").strip())
        return same if same is not None else self.act.keep(name, body, optional=optional)


def write_content(version: OutcomeVersion, content: Content, words: Words, act: Act) -> None:
    """Write `content` into an open draft, in place of what it said. Raises `Invalid` at the field."""
    if content.kind not in OutcomeVersion.Kind.values:
        raise Invalid(_("Say whether it is a decision or a legitimate disagreement."), "kind")
    if content.option is not None and (
        content.option.deliberation_id != version.deliberation_id or content.option.struck_at is not None
    ):
        raise Invalid(_("This option is no longer there. Please choose another one."), "option")
    version.kind = content.kind
    version.option = content.option if content.kind == OutcomeVersion.Kind.DECISION else None
    for name in WORDS:
        setattr(version, name, words.keep(name, getattr(content, name), optional=True))
    version.review_date = content.review_date
    version.edited_at = act.now
    version.save()
    for model in (Commitment, Remainder, WeighedValue, ReviewTrigger, Hearing):
        model.objects.filter(version=version).delete()
    _write_rows(version, content, words)
    _write_hearings(version, content.hearings, words)


def _write_rows(version: OutcomeVersion, content: Content, words: Words) -> None:
    of = {"organisation_id": version.organisation_id, "deliberation": version.deliberation, "version": version}
    for side, values in (("prioritized", content.prioritized), ("deprioritized", content.deprioritized)):
        for number, value in enumerate(values, start=1):
            text = words.keep(f"{side}-{number - 1}-text", value)
            WeighedValue.objects.create(**of, number=number, side=side, text=text)
    losses: list[Remainder] = []
    for number, loss in enumerate(content.remainders, start=1):
        if loss.owed not in Remainder.Owed.values:
            raise Invalid(_("Say what is owed: acknowledge, mitigate or repair."), f"remainders-{number - 1}-owed")
        texts = {n: words.keep(f"remainders-{number - 1}-{n}", getattr(loss, n)) for n in ("loss", "bearer", "debt")}
        losses.append(Remainder.objects.create(**of, number=number, owed=loss.owed, **texts))
    for number, trigger in enumerate(content.triggers, start=1):
        ReviewTrigger.objects.create(**of, number=number, text=words.keep(f"triggers-{number - 1}-text", trigger))
    for number, promise in enumerate(content.commitments, start=1):
        if promise.for_loss is not None and not 1 <= promise.for_loss <= len(losses):
            raise Invalid(_("There is no such loss. Choose one of those above."), f"commitments-{number - 1}-for_loss")
        names = ("what", "to_whom", "owner")
        texts = {n: words.keep(f"commitments-{number - 1}-{n}", getattr(promise, n)) for n in names}
        Commitment.objects.create(
            **of,
            number=number,
            kind=Commitment.Kind.CARRY_OUT if promise.for_loss is None else Commitment.Kind.OWED,
            remainder=None if promise.for_loss is None else losses[promise.for_loss - 1],
            due=promise.due,
            **texts,
        )


def _write_hearings(version: OutcomeVersion, given: Iterable[Heard] | None, words: Words) -> None:
    frameworks = standing_frameworks(version.deliberation)
    if given is None:
        heard = frameworks_heard(version.deliberation)
        given = [Heard(framework, True) for framework in frameworks if framework.pk in heard]
    said = {each.framework.pk: each for each in given}
    for number, framework in enumerate(frameworks):
        hearing = said.get(framework.pk)
        if hearing is None or (not hearing.heard and not hearing.because.strip()):
            continue  # said to be missing when it is circulated
        Hearing.objects.create(
            organisation_id=version.organisation_id,
            deliberation=version.deliberation,
            version=version,
            number=number,
            framework=framework,
            heard=hearing.heard,
            not_heard_because=None if hearing.heard else words.keep(f"hearings-{number}-because", hearing.because),
        )
