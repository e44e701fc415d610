"""Reads of the conflict stage: frameworks in an order nobody chose, what holds a question up, and what comes next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import clock
from accounts.models import Membership, User
from accounts.roles import Part, Role
from deliberation.domain.completeness import latest_version, missing_in, missing_to_sign
from deliberation.domain.conflict import missing
from deliberation.domain.dates import in_words
from deliberation.domain.hearing import standing_frameworks
from deliberation.domain.rounds import why_not_open
from deliberation.domain.seats import LISTING, ever_facilitated, holder_has_left, sitter
from deliberation.domain.standing import Standing
from deliberation.domain.terms import latest_terms
from deliberation.models import (
    Amendment,
    Deliberation,
    Framework,
    Gap,
    Invitation,
    MaySpeakFrom,
    MoreTime,
    Outcome,
    OutcomeVersion,
    Request,
    Round,
    State,
    Voice,
)

# --- An order nobody chose


def drawn(frameworks: Iterable[Framework], seed: str) -> list[Framework]:
    """The frameworks in the order that `seed` draws: the same for the same seed, whatever is added or taken away."""
    return sorted(frameworks, key=lambda one: hashlib.sha256(f"{seed}:{one.pk.hex}".encode()).digest())


def frameworks_in_order(deliberation: Deliberation, viewer_id: UUID | None) -> list[Framework]:
    """The frameworks that stand, in the order drawn for this viewer (a user's or a seat's id), theirs for good."""
    return drawn(standing_frameworks(deliberation), f"{deliberation.pk.hex}:{viewer_id.hex if viewer_id else ''}")


def in_print_order(deliberation: Deliberation) -> list[Framework]:
    """The frameworks that stand, in the one order drawn for print, export and a sitting."""
    return drawn(standing_frameworks(deliberation), deliberation.draw)


# --- What holds it up

MOST_SAID = 3
"""So many of the things a draft lacks are said on the board; its own page says all."""


def blockers(deliberation: Deliberation) -> list[str]:
    """What holds it up, in sentences, the state's own first. Empty when it runs as it should."""
    return list(_blockers(deliberation))


def _blockers(deliberation: Deliberation) -> Iterator[str]:
    state = deliberation.state
    if state == State.PROPOSED:
        yield _("Nobody has taken it up.")
        return
    if not deliberation.is_open:
        return
    if state == State.DRAFT:
        lacks = missing(deliberation)
        yield from (lack.sentence for lack in lacks[:MOST_SAID])
        more = len(lacks) - MOST_SAID
        if more > 0:
            yield ngettext("One more thing is missing.", "%(n)d more things are missing.", more) % {"n": more}
    if state == State.STAKEHOLDERS:
        holder = sitter(deliberation, Part.HOLDER)
        yield _("The list waits for the approval of %(name)s since %(when)s.") % {
            "name": holder or _("a decision holder"),
            "when": in_words(deliberation.state_since, deliberation.organisation),
        }
    if state in {State.DRAFT, State.STAKEHOLDERS} and not second_person(deliberation):
        yield _(
            "A second person is needed: nobody but the facilitator could approve the list or sign. "
            "An administrator gives somebody the role of decision holder."
        )
    if state not in LISTING and holder_has_left(deliberation):
        yield _("The decision holder has left the organisation, so nobody can sign. Name another one under “Seats”.")
    if state != State.DRAFT:
        yield from _terms_block(deliberation)
    if state == State.INVITING:
        yield from _inviting_blocks(deliberation)
    if state.startswith("round_"):
        yield from _round_blocks(deliberation)
    if state == State.SIGNING:
        yield from _signing_blocks(deliberation)
    waiting = Amendment.objects.filter(deliberation=deliberation, state=Amendment.State.PROPOSED).exists()
    if waiting:
        yield _("A change of the list waits for approval.")


def second_person(deliberation: Deliberation) -> bool:
    """Whether somebody could approve and sign who never facilitated here: named already, or a member with the role."""
    holder = sitter(deliberation, Part.HOLDER)
    if holder is not None and not ever_facilitated(deliberation, holder):
        return True
    return any(not ever_facilitated(deliberation, user) for user in members_with(Role.DECISION_HOLDER))


def members_with(role: Role) -> list[User]:
    """The members of the open organisation who carry `role` now, by name."""
    rows = (
        Membership.objects.filter(ended_at__isnull=True, role_rows__role=role, user__is_active=True)
        .select_related("user")
        .order_by("user__name", "user__email")
    )
    return [row.user for row in rows]


def _terms_block(deliberation: Deliberation) -> Iterator[str]:
    terms = latest_terms(deliberation)
    if terms is not None and terms.accepted_at is None:
        holder = sitter(deliberation, Part.HOLDER)
        yield _("Version %(version)d of the terms waits to be accepted by %(name)s.") % {
            "version": terms.version,
            "name": holder or _("a decision holder"),
        }


def _inviting_blocks(deliberation: Deliberation) -> Iterator[str]:
    rows = Invitation.objects.filter(deliberation=deliberation)
    unsent = rows.filter(state=Invitation.State.LISTED).select_related("stakeholder")[:2]
    if unsent:
        yield _("Not everybody on the list has been invited.")
    elif why_not_open(deliberation):
        yield _("Nobody has accepted yet.")
    yield from _silent_frameworks(deliberation)


def _silent_frameworks(deliberation: Deliberation) -> Iterator[str]:
    """A framework in which nobody speaks any more: all who might were not reached, declined or left."""
    gone = (
        Invitation.State.DECLINED,
        Invitation.State.NOT_REACHED,
        Invitation.State.NO_ANSWER,
        Invitation.State.LEFT,
    )
    here = Invitation.objects.filter(deliberation=deliberation).exclude(state__in=gone)
    chosen = Voice.objects.filter(framework=OuterRef("pk"), dropped_at__isnull=True, seat__in=here.values("seat"))
    may = MaySpeakFrom.objects.filter(framework=OuterRef("pk"), stakeholder__in=here.values("stakeholder"))
    explained = Gap.objects.filter(framework=OuterRef("pk"), struck_at__isnull=True)
    silent = (
        Framework.objects.filter(deliberation=deliberation)
        .filter(status__in=Framework.STANDING)
        .filter(~Exists(chosen), ~Exists(may), ~Exists(explained))
    )
    for framework in silent:
        yield _("Nobody speaks for “%(framework)s”.") % {"framework": framework.title}


def _round_blocks(deliberation: Deliberation) -> Iterator[str]:
    now = clock.now()
    if MoreTime.objects.filter(deliberation=deliberation, state=MoreTime.State.ASKED).exists():
        yield _("Somebody asked for more time and waits for an answer.")
    if Request.objects.filter(deliberation=deliberation, answered_at__isnull=True).exists():
        yield _("Somebody asked for something else than the form and waits for an answer.")
    yield from _silent_frameworks(deliberation)
    overdue = Round.objects.filter(deliberation=deliberation, state=Round.State.OPEN, closes_at__lte=now).first()
    if overdue and overdue.closes_at and overdue.number < 4:
        yield _("Round %(n)d should have closed on %(when)s.") % {
            "n": overdue.number,
            "when": in_words(overdue.closes_at, deliberation.organisation),
        }
    if deliberation.state != State.ROUND_4:
        return
    version = _version(deliberation)
    if version is None:
        yield _("The outcome is not drafted.")
    elif version.circulated_at is None:
        lacks = missing_in(version)
        yield str(lacks[0].sentence) if lacks else _("The draft has not been circulated.")


def _signing_blocks(deliberation: Deliberation) -> Iterator[str]:
    version = _version(deliberation)
    if version is not None:
        yield from (str(lack.sentence) for lack in missing_to_sign(version, now=clock.now())[:MOST_SAID])


def _version(deliberation: Deliberation) -> OutcomeVersion | None:
    outcome = Outcome.objects.filter(deliberation=deliberation).first()
    return latest_version(outcome) if outcome else None


# --- What comes next


def next_action(deliberation: Deliberation, standing: Standing) -> tuple[str, str] | None:
    """The one next act of this person, as label and address; None when it waits for somebody else, or for time."""
    found = None
    if deliberation.state == State.PROPOSED and Role.FACILITATOR in standing.roles:
        found = (_("Take it up or dismiss it"), "deliberation")
    elif Part.FACILITATOR in standing.parts:
        found = _for_facilitator(deliberation)
    elif Part.HOLDER in standing.parts or Part.APPROVER in standing.parts:
        found = _for_holder(deliberation, standing)
    if found is None and Part.PARTICIPANT in standing.parts and deliberation.is_open:
        found = (_("See what is asked of you"), "card")
    if found is None and deliberation.state == State.DECIDED:
        found = (_("Read the outcome"), "outcome")
    if found is None:
        return None
    label, name = found
    more = {"round_number": deliberation.round_number or 1} if name == "round" else {}
    return label, page(deliberation, name, **more)


def page(deliberation: Deliberation, name: str, **more: object) -> str:
    """The address of a page of this deliberation; its first page where that one does not exist."""
    where, _hash, anchor = name.partition("#")
    given = {"slug": deliberation.organisation.slug, "number": deliberation.number}
    try:
        address = reverse(where, kwargs=given | more)
    except NoReverseMatch:
        address = reverse("deliberation", kwargs=given)
    return f"{address}#{anchor}" if anchor else address


def _for_facilitator(deliberation: Deliberation) -> tuple[str, str] | None:
    if deliberation.state == State.DRAFT:
        return _complete_the_draft(deliberation)
    if deliberation.state == State.INVITING:
        rows = Invitation.objects.filter(deliberation=deliberation)
        terms = latest_terms(deliberation)
        if terms is None or terms.accepted_at is None:
            return None
        if rows.filter(state=Invitation.State.LISTED).exists():
            return (_("Send the invitations"), "invitations")
        if rows.filter(state=Invitation.State.SENT).exists():
            return (_("See who has answered"), "invitations")
        return (_("Go to round %(n)d") % {"n": 1}, "round")
    if deliberation.state == State.ROUND_4:
        version = _version(deliberation)
        if version is not None and version.circulated_at is not None and version.returned_at is None:
            return (_("See the draft and its dissents"), "outcome")
        return (_("Draft the outcome"), "outcome_draft")
    if deliberation.round_number:
        return (_("Go to round %(n)d") % {"n": deliberation.round_number}, "round")
    return None


def _complete_the_draft(deliberation: Deliberation) -> tuple[str, str]:
    lacks = missing(deliberation)
    if not lacks:
        return (_("Put the list up for approval"), "deliberation#submit")
    where = lacks[0].where
    if where == "seats":
        return (_("Name who decides"), "deliberation_seats")
    if where == "terms":
        return (_("Draft the terms"), "deliberation_terms")
    if where == "stakeholders":
        return (_("Say who must be heard"), "stakeholders")
    return (_("Complete the draft"), f"deliberation_intake#{where}")


def _for_holder(deliberation: Deliberation, standing: Standing) -> tuple[str, str] | None:
    terms = latest_terms(deliberation)
    if Part.HOLDER in standing.parts and deliberation.is_open and terms is not None and terms.accepted_at is None:
        return (_("Read and accept the terms"), "deliberation_terms")
    if deliberation.state == State.STAKEHOLDERS:
        return (_("Approve or return the list"), "stakeholders")
    if Amendment.objects.filter(deliberation=deliberation, state=Amendment.State.PROPOSED).exists():
        return (_("Decide on a change of the list"), "stakeholders")
    if deliberation.state == State.SIGNING and Part.HOLDER in standing.parts:
        return (_("Answer and sign, or return it"), "outcome")
    return None
