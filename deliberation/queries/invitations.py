"""Reads of being asked: where each invitation stands, what somebody is asked, and what waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.durations import how_long
from accounts.roles import Part
from deliberation.domain.dates import in_words
from deliberation.domain.links import token_of
from deliberation.domain.seats import sitter
from deliberation.domain.terms import accepted_terms
from deliberation.domain.timetable import durations_of
from deliberation.models import Deliberation, Invitation, Notice, Request, Terms
from deliberation.notifications import UNCERTAIN_AFTER


def link_to(invitation: Invitation) -> str:
    """The whole address of the link that opens this person's participation."""
    return settings.SITE_URL + reverse("participate", args=[token_of(invitation)])


@dataclass
class Asked:
    """One invitation with what the page says about it."""

    invitation: Invitation
    mails: list[Notice] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Where it stands, in words. Asked of the row, Django would put every other word of the kind too."""
        return str(Invitation.State(self.invitation.state).label)

    @property
    def channel(self) -> str:
        """How it was sent, in words; empty where it was not."""
        return str(Invitation.Channel(self.invitation.channel).label) if self.invitation.channel else ""

    @property
    def is_sent(self) -> bool:
        return self.invitation.state != Invitation.State.LISTED

    @property
    def link(self) -> str:
        """What the facilitator hands over; nothing where it was mailed to the person alone."""
        return link_to(self.invitation) if self.is_handed_over else ""

    @property
    def is_handed_over(self) -> bool:
        return self.is_sent and self.invitation.channel != Invitation.Channel.MAIL

    @property
    def uncertain(self) -> list[Notice]:
        """Mails that were claimed a while ago and are not known to have gone out."""
        before = clock.now() - UNCERTAIN_AFTER
        return [
            row
            for row in self.mails
            if row.claimed_at and row.claimed_at < before and row.sent_at is None and row.dropped_at is None
        ]

    @property
    def mailed_at(self) -> Any:
        return max((row.sent_at for row in self.mails if row.sent_at), default=None)


def invitations_page(deliberation: Deliberation) -> list[Asked]:
    """Every invitation, in the list's order, with the mails about it."""
    rows = list(
        Invitation.objects.filter(deliberation=deliberation)
        .select_related("stakeholder", "seat", "statement", "note")
        .order_by("stakeholder__position_no", "pk")
    )
    mails: dict[Any, list[Notice]] = {}
    for row in Notice.objects.filter(deliberation=deliberation, kind="invitation", seat__isnull=False):
        mails.setdefault(row.seat_id, []).append(row)
    return [Asked(row, mails.get(row.seat_id, [])) for row in rows]


def requests_of(deliberation: Deliberation) -> list[Request]:
    """What people asked for, the unanswered first."""
    rows = Request.objects.filter(deliberation=deliberation).select_related("seat", "text", "answer", "answered_by")
    return sorted(rows, key=lambda row: (row.answered_at is not None, row.pk))


@dataclass
class WhatIsAsked:
    """What somebody reads before they say whether they take part."""

    invitation: Invitation
    terms: Terms | None
    facilitator: str
    close: list[dict[str, Any]]
    promises: list[dict[str, Any]]
    requests: list[Request]


def what_is_asked(deliberation: Deliberation, invitation: Invitation) -> WhatIsAsked:
    terms = accepted_terms(deliberation) or invitation.terms
    facilitator = str(sitter(deliberation, Part.FACILITATOR) or "")
    return WhatIsAsked(
        invitation=invitation,
        terms=terms,
        facilitator=facilitator,
        close=_close(deliberation, invitation, facilitator),
        promises=promises_of(terms),
        requests=list(Request.objects.filter(seat=invitation.seat_id).select_related("text", "answer")),
    )


def _close(deliberation: Deliberation, invitation: Invitation, facilitator: str) -> list[dict[str, Any]]:
    """Who asks, until when, how long it takes, who will see it: what stands above the form."""
    durations = durations_of(deliberation.organisation, deliberation.urgency)
    until = _("The time to answer is over. A late yes is still a yes.")
    if invitation.answer_by and invitation.answer_by > clock.now():
        until = in_words(invitation.answer_by, deliberation.organisation)
    return [
        {
            "label": _("Who asks"),
            "says": _("%(who)s, for %(house)s") % {"who": facilitator, "house": deliberation.organisation.name},
        },
        {"label": _("Why you"), "says": invitation.stakeholder.why},
        {"label": _("Until when"), "says": until},
        {
            "label": _("How long it takes"),
            "says": _(
                "To say yes, two minutes. Then four rounds of about half an hour each; you have %(time)s for one."
            )
            % {"time": how_long(durations.of_round(1))},
        },
        {
            "label": _("Who will see it"),
            "says": _(
                "What you write in the first round nobody sees before it closes, the facilitator included; "
                "then by those who take part. Nothing is published before you have seen the exact page."
            ),
        },
    ]


def promises_of(terms: Terms | None) -> list[dict[str, Any]]:
    """The terms as label and fact, in the order in which they are read."""
    if terms is None:
        return []
    return [
        {"label": _("What your word can change"), "says": terms.can_change},
        {"label": _("What is not on the table"), "says": terms.off_table},
        {
            "label": _("Who decides") if terms.reach == Terms.Reach.DECIDES else _("Whom it advises"),
            "says": terms.decided_by,
        },
        {"label": _("What happens meanwhile"), "says": terms.meanwhile},
        {"label": _("If you cannot agree"), "says": terms.after_disagreement},
        {"label": _("Who asked for this"), "says": terms.asked_by},
        {"label": _("Who pays for it"), "says": terms.paid_by},
        {"label": _("What you get for your time"), "says": terms.compensation},
    ]
