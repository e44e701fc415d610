"""Mails in an organisation's own register: its words for what is told, and below them what any wording must tell.

An organisation that has no register of its own, or none in the language of who is told, has its mails worded as they
ship (`templates/notices`). A people's own register is for who asked for it; as nobody can say that here yet, it words
none. No fact given to a register is something that somebody said in a round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Organisation
from deliberation.domain.dates import in_words
from deliberation.models import Notice
from deliberation.queries.rounds import PURPOSES
from instructions.domain.policy import communication_of, registers_of
from tractatus.registers import Register


@dataclass(frozen=True)
class Letter:
    """A mail in a register. `must` are the sentences that stand below it, whatever the register says."""

    subject: str
    body: str
    must: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What a notice tells: the `kind` under which a register words it, its facts, and what must be said besides."""

    kind: str
    facts: Mapping[str, Any]
    must: tuple[str, ...] = ()


def _invitation(row: Notice, facts: Mapping[str, Any]) -> Told:
    terms, found = facts["terms"], facts["invitation"]
    told = {"question": str(terms.question), "can_change": str(terms.can_change), "paid": str(terms.compensation)}
    must = (
        _("This link replaces the one you had. The old one no longer opens anything.") if facts["renewed"] else "",
        _("If nothing is heard from you it is printed as “no answer”, never as agreement."),
        _("You need no account. The link is yours alone: whoever has it can speak in your place."),
    )
    if found.state == "sent":
        told["answer_by"] = in_words(found.answer_by, row.organisation)
    return Told("invitation", told | {"link": facts["link"]}, must)


def _invitation_reminder(row: Notice, facts: Mapping[str, Any]) -> Told:
    told = {
        "what": _("whether you take part"),
        "question": str(facts["terms"].question),
        "due": in_words(facts["invitation"].answer_by, row.organisation),
        "link": facts["link"],
    }
    return Told("reminder", told, (_("This is the only reminder. A late answer is still taken."),))


def _round_asked(row: Notice, facts: Mapping[str, Any]) -> Told:
    number = facts["round"].number
    told = {
        "round": number,
        "question": _question(row),
        "purpose": str(PURPOSES[number]),
        "closes_at": in_words(facts["ask"].due_at, row.organisation),
        "link": facts["url"],
    }
    return Told("round_opens", told, (_("You may also say that you have nothing to add, or ask for more time."),))


def _round_reminder(row: Notice, facts: Mapping[str, Any]) -> Told:
    told = {
        "what": _("round %(number)d") % {"number": facts["round"].number},
        "question": _question(row),
        "due": in_words(facts["ask"].due_at, row.organisation),
        "link": facts["url"],
    }
    must = _("This is the only reminder. To have nothing to add is an answer. Silence is not taken for agreement.")
    return Told("reminder", told, (must,))


def _outcome_circulated(row: Notice, facts: Mapping[str, Any]) -> Told:
    told = {
        "question": _question(row),
        "version": facts["version"].number if facts["version"] else "",
        "dissent_by": in_words(facts["until"], row.organisation),
        "link": facts["url"],
    }
    return Told("draft_circulates", told, (_("To say nothing is not taken for agreement."),))


def _outcome_signed(row: Notice, facts: Mapping[str, Any]) -> Told:
    must = _("It informs later decisions and does not bind them, and comes back for review.")
    return Told("outcome", {"question": _question(row), "link": facts["url"]}, (must,))


def _review_due(row: Notice, facts: Mapping[str, Any]) -> Told:
    told = {"question": str(facts["question"]), "review_on": facts["review"].due_on, "link": facts["link"]}
    must = _("A reviewer prepares it; a decision holder who neither prepared nor facilitated it signs.")
    return Told("review_due", told, (must,))


TOLD: dict[str, Callable[[Notice, Mapping[str, Any]], Told]] = {
    "invitation": _invitation,
    "invitation_reminder": _invitation_reminder,
    "round_asked": _round_asked,
    "round_reminder": _round_reminder,
    "outcome_circulated": _outcome_circulated,
    "outcome_signed": _outcome_signed,
    "review_due": _review_due,
}
"""The mails that a register words, by the kind of notice."""


def own_registers(organisation: Organisation) -> tuple[Register, ...]:
    """The registers that word its mails: its own, without those of a people."""
    return tuple(one for one in registers_of(organisation) if not one.of_a_people)


def in_register(row: Notice, facts: Mapping[str, Any], registers: Sequence[Register], language: str) -> Letter | None:
    """The mail as the newest of these registers in `language` words it; None where none does."""
    if row.kind not in TOLD or not registers:
        return None
    told = TOLD[row.kind](row, facts)
    spoken = language.partition("-")[0]
    words = [one for one in registers if one.language.partition("-")[0] == spoken and told.kind in one.wordings]
    if not words:
        return None
    given = {"name": facts["name"], "organisation": str(row.organisation), **told.facts}
    said = communication_of(row.organisation).compose(
        {"kind": told.kind, "facts": {name: value for name, value in given.items() if value not in ("", None)}},
        {"register": words[-1].name, "language": words[-1].language},
    )
    return Letter(said.subject, said.body.strip(), tuple(sentence for sentence in told.must if sentence))


def _question(row: Notice) -> str:
    assert row.deliberation is not None
    return str(row.deliberation.question)
