"""What somebody says is a new version each time: none is rewritten, and nothing is added up.

Words typed by their speaker are confirmed by being sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Stale, WrongState
from deliberation.domain.act import Act
from deliberation.domain.rounds import round_of
from deliberation.models import (
    Ask,
    Deliberation,
    Option,
    Round,
    Seat,
)
from deliberation.models.rounds import Spoken

S = TypeVar("S", bound=Spoken)


@dataclass(frozen=True)
class How:
    """How words came: from whom, who entered them, in which way and language. Typed by the speaker unless said."""

    entered_by: User | None = None
    given: str = Spoken.Given.TYPED
    language: str = ""


TYPED = How()


def say(
    act: Act,
    model: type[S],
    seat: Seat,
    how: How,
    *,
    chain: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    words: dict[str, tuple[str, bool]],
    based_on: int | None,
) -> S:
    """Add the next version of what `seat` says on `chain`. The same once more (a second click) adds nothing.

    `words` are bodies by field, and whether each must be there. Raises `Stale` where `based_on` is not the last
    version: the person sent another text from another page, and decides which one stands.
    """
    chain, facts = chain or {}, facts or {}
    last = model.objects.filter(seat=seat, **chain).select_related(*words).order_by("-version").first()
    if last is not None:
        same = all(getattr(last, name) == value for name, value in facts.items()) and all(
            str(getattr(last, name) or "") == cleaned(body) for name, (body, _needed) in words.items()
        )
        if same:
            act.decision = "unchanged"
            act.subject = (model._meta.model_name or "contribution", last.pk)
            return last
        if based_on is not None and based_on != last.version:
            raise Stale(
                _(
                    "You sent another version meanwhile, from another page or device. It is shown below; what you "
                    "wrote here is still in the form. Send it once more if it is to stand instead. Both are kept."
                )
            )
    texts = {name: act.keep(name, body, optional=not needed) for name, (body, needed) in words.items()}
    version = last.version + 1 if last is not None else 1
    row = model.objects.create(**spoken(act, seat, how), version=version, **chain, **facts, **texts)
    act.subject = (model._meta.model_name or "contribution", row.pk)
    return row


def spoken(act: Act, seat: Seat, how: How) -> dict[str, Any]:
    return {
        "organisation_id": act.deliberation.organisation_id,
        "deliberation": act.deliberation,
        "seat": seat,
        "given": how.given,
        "entered_by": how.entered_by,
        "language": how.language or seat.language,
        "at": act.now,
        "confirmed_at": None if how.entered_by else act.now,
        "entry_id": act.entry_id,
    }


def cleaned(body: str) -> str:
    return (body or "").replace("\r\n", "\n").replace("\x00", "").strip()


# --- Who may say something, and where


def must_be_open(deliberation: Deliberation, number: int) -> Round:
    round_ = round_of(deliberation, number)
    if round_.state != Round.State.OPEN:
        raise WrongState(_("Round %(n)d is not open.") % {"n": number})
    return round_


def must_be_proposal(deliberation: Deliberation, option: Option) -> None:
    option.refresh_from_db()
    if option.deliberation_id != deliberation.pk or option.kind != Option.Kind.PROPOSAL or option.struck_at:
        raise WrongState(_("This is not a proposal that stands here."))


def must_take_part(deliberation: Deliberation, seat: Seat) -> None:
    if not Ask.objects.filter(deliberation=deliberation, seat=seat).exists():
        raise WrongState(_("You have not been asked in a round yet."))
