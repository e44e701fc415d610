"""Reads of the conflict stage: frameworks in an order nobody chose, what holds a question up, and what comes next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Part, Role
from deliberation.addresses import address
from deliberation.domain.dates import in_words
from deliberation.domain.hearing import standing_frameworks
from deliberation.domain.seats import LISTING, sitters
from deliberation.domain.standing import Standing
from deliberation.models import Deliberation, Framework, Invitation, State
from deliberation.queries.situation import Situation, situation_of, with_second_person

# --- An order nobody chose


def drawn(frameworks: Iterable[Framework], seed: str) -> list[Framework]:
    """The frameworks in the order that `seed` draws: the same for the same seed, whatever is added or taken away."""
    return sorted(frameworks, key=lambda one: hashlib.sha256(f"{seed}:{one.pk.hex}".encode()).digest())


def frameworks_in_order(deliberation: Deliberation, viewer_id: UUID | None) -> list[Framework]:
    """The frameworks that stand, in the order drawn for this viewer (a user's or a seat's id), theirs for good.

    For nobody, which is print and export, in the one order drawn for that.
    """
    if viewer_id is None:
        return in_print_order(deliberation)
    return drawn(standing_frameworks(deliberation), f"{deliberation.pk.hex}:{viewer_id.hex}")


def in_print_order(deliberation: Deliberation, standing: Iterable[Framework] | None = None) -> list[Framework]:
    """The frameworks that stand, read unless given, in the one order drawn for print, export and a sitting."""
    return drawn(standing_frameworks(deliberation) if standing is None else standing, deliberation.draw)


# --- What holds it up

MOST_SAID = 3
"""So many of the things a draft lacks are said on the board; its own page says all."""


def blockers(deliberation: Deliberation) -> list[str]:
    """What holds it up, in sentences, the state's own first. Empty when it runs as it should."""
    return blockers_of(situation_of(deliberation))


def blockers_of(situation: Situation) -> list[str]:
    """`blockers` of a deliberation whose situation is known."""
    return list(_blockers(situation))


def _blockers(here: Situation) -> Iterator[str]:
    deliberation, state = here.deliberation, here.deliberation.state
    if state == State.PROPOSED:
        yield _("Nobody has taken it up.")
        return
    if not deliberation.is_open:
        return
    if state == State.DRAFT:
        yield from (lack.sentence for lack in here.lacks[:MOST_SAID])
        more = len(here.lacks) - MOST_SAID
        if more > 0:
            yield ngettext("One more thing is missing.", "%(n)d more things are missing.", more) % {"n": more}
    if state == State.STAKEHOLDERS:
        yield _("The list waits for the approval of %(name)s since %(when)s.") % {
            "name": here.holder or _("a decision holder"),
            "when": in_words(deliberation.state_since, deliberation.organisation),
        }
    if state in {State.DRAFT, State.STAKEHOLDERS} and not here.second_person:
        yield _(
            "A second person is needed: nobody but the facilitator could approve the list or sign. "
            "An administrator gives somebody the role of decision holder."
        )
    if state not in LISTING and here.holder_has_left:
        yield _(
            "The decision holder has left the organisation or lost the role, so nobody can sign. "
            "Name another one under “Seats”."
        )
    if state != State.DRAFT and here.terms is not None and here.terms.accepted_at is None:
        yield _("Version %(version)d of the terms waits to be accepted by %(name)s.") % {
            "version": here.terms.version,
            "name": here.holder or _("a decision holder"),
        }
    if state == State.INVITING:
        yield from _inviting_blocks(here)
    if state.startswith("round_"):
        yield from _round_blocks(here)
    if state == State.SIGNING:
        yield from (str(lack.sentence) for lack in here.missing[:MOST_SAID])
    if here.amendment_waits:
        yield _("A change of the list waits for approval.")


def second_person(deliberation: Deliberation) -> bool:
    """Whether somebody could approve and sign who never facilitated here: named already, or a member with the role."""
    return deliberation.pk in with_second_person([deliberation], sitters([deliberation], Part.HOLDER))


def _inviting_blocks(here: Situation) -> Iterator[str]:
    if Invitation.State.LISTED in here.invited:
        yield _("Not everybody on the list has been invited.")
    elif not here.may_begin:
        yield _("Nobody has accepted yet.")
    yield from _silent_frameworks(here)


def _silent_frameworks(here: Situation) -> Iterator[str]:
    for framework in here.silent:
        yield _("Nobody speaks for “%(framework)s”.") % {"framework": framework.title}


def _round_blocks(here: Situation) -> Iterator[str]:
    if here.more_time_asked:
        yield _("Somebody asked for more time and waits for an answer.")
    if here.request_waits:
        yield _("Somebody asked for something else than the form and waits for an answer.")
    yield from _silent_frameworks(here)
    if here.overdue is not None and here.overdue.closes_at is not None:
        yield _("Round %(n)d should have closed on %(when)s.") % {
            "n": here.overdue.number,
            "when": in_words(here.overdue.closes_at, here.deliberation.organisation),
        }
    if here.deliberation.state != State.ROUND_4:
        return
    if here.version is None:
        yield _("The outcome is not drafted.")
    elif here.version.circulated_at is None:
        yield str(here.missing[0].sentence) if here.missing else _("The draft has not been circulated.")


# --- What comes next


def next_action(deliberation: Deliberation, standing: Standing) -> tuple[str, str] | None:
    """The one next act of this person, as label and address; None when it waits for somebody else, or for time."""
    return next_of(situation_of(deliberation), standing)


def next_of(situation: Situation, standing: Standing) -> tuple[str, str] | None:
    """`next_action` of a deliberation whose situation is known."""
    deliberation, found = situation.deliberation, None
    if deliberation.state == State.PROPOSED and Role.FACILITATOR in standing.roles:
        found = (_("Take it up or dismiss it"), "deliberation")
    elif Part.FACILITATOR in standing.parts:
        found = _for_facilitator(situation)
    elif Part.HOLDER in standing.parts or Part.APPROVER in standing.parts:
        found = _for_holder(situation, standing)
    if found is None and Part.PARTICIPANT in standing.parts and deliberation.is_open:
        found = (_("See what is asked of you"), "card")
    if found is None and deliberation.state == State.DECIDED:
        found = (_("Read the outcome"), "outcome")
    if found is None:
        return None
    label, name = found
    more = [deliberation.round_number or 1] if name == "round" else []
    return label, address(deliberation, name, *more)


def _for_facilitator(here: Situation) -> tuple[str, str] | None:
    state = here.deliberation.state
    if state == State.DRAFT:
        return _complete_the_draft(here)
    if state == State.INVITING:
        if here.terms is None or here.terms.accepted_at is None:
            return None
        if Invitation.State.LISTED in here.invited:
            return (_("Send the invitations"), "invitations")
        if Invitation.State.SENT in here.invited:
            return (_("See who has answered"), "invitations")
        return (_("Go to round %(n)d") % {"n": 1}, "round")
    if state == State.ROUND_4:
        version = here.version
        if version is not None and version.circulated_at is not None and version.returned_at is None:
            return (_("See the draft and its dissents"), "outcome")
        return (_("Draft the outcome"), "outcome_draft")
    if here.deliberation.round_number:
        return (_("Go to round %(n)d") % {"n": here.deliberation.round_number}, "round")
    return None


def _complete_the_draft(here: Situation) -> tuple[str, str]:
    if not here.lacks:
        return (_("Put the list up for approval"), "deliberation#submit")
    where = here.lacks[0].where
    if where == "seats":
        return (_("Name who decides"), "deliberation_seats")
    if where == "terms":
        return (_("Draft the terms"), "deliberation_terms")
    if where == "stakeholders":
        return (_("Say who must be heard"), "stakeholders")
    return (_("Complete the draft"), f"deliberation_intake#{where}")


def _for_holder(here: Situation, standing: Standing) -> tuple[str, str] | None:
    state, terms = here.deliberation.state, here.terms
    holds = Part.HOLDER in standing.parts
    if holds and here.deliberation.is_open and terms is not None and terms.accepted_at is None:
        return (_("Read and accept the terms"), "deliberation_terms")
    if state == State.STAKEHOLDERS:
        return (_("Approve or return the list"), "stakeholders")
    if here.amendment_waits:
        return (_("Decide on a change of the list"), "stakeholders")
    if state == State.SIGNING and holds:
        return (_("Answer and sign, or return it"), "outcome")
    return None
