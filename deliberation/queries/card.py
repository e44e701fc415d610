"""What the card of somebody who takes part says: what is asked, until when, who will see it, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Part
from deliberation.domain.dates import in_words
from deliberation.domain.review import dissenting_seats
from deliberation.domain.seats import seat_of
from deliberation.domain.terms import accepted_terms
from deliberation.models import (
    Ask,
    Deliberation,
    Invitation,
    MoreTime,
    Request,
    Review,
    ReviewVoice,
    Round,
    Seat,
    State,
)
from deliberation.queries import rounds as reads
from deliberation.queries.positions import WORDS

HOW_LONG = {
    1: gettext_lazy("About twenty minutes"),
    2: gettext_lazy("About ten minutes a proposal"),
    3: gettext_lazy("About ten minutes"),
    4: gettext_lazy("About fifteen minutes"),
}


def filled(position: Any) -> dict[str, Any]:
    """The words of a position, as the form to change it begins with them."""
    return {name: str(getattr(position, name) or "") for name in WORDS} | {"based_on": position.version}


def wish_of(ask: Ask | None) -> MoreTime | None:
    """The last wish for more time on this ask."""
    if ask is None:
        return None
    return MoreTime.objects.filter(ask=ask).select_related("reason").order_by("-id").first()


def may_ask_time(deliberation: Deliberation, ask: Ask | None, wish: MoreTime | None) -> bool:
    """Whether they may wish for more time: unanswered in a round that goes on, and no wish waits."""
    if ask is None or ask.state not in {Ask.State.OPEN, Ask.State.LAPSED} or deliberation.round_number is None:
        return False
    if wish is not None and wish.state == MoreTime.State.ASKED:
        return False
    return ask.round.number in {1, deliberation.round_number}


def why_not(deliberation: Deliberation, ask: Ask) -> str:
    """Why an ask is not open any more, where its time ended without an answer; else nothing."""
    if deliberation.round_number is None or ask.round.number not in {1, deliberation.round_number}:
        return ""
    if ask.state in {Ask.State.ANSWERED, Ask.State.PASSED}:
        return ""
    return _("Your time for this ended on %(when)s.") % {"when": in_words(ask.due_at, deliberation.organisation)}


def what_is_asked(ask: Ask | None, open_: bool) -> str:
    """In one sentence; `open_` where an answer is taken now."""
    if ask is None:
        return _("You take part. The first round has not opened yet; what is asked of you will stand here.")
    if not open_:
        return _("Nothing is asked of you now.")
    if ask.state != Ask.State.OPEN:
        return _("Nothing more is asked of you in this round. Until it closes you may change your mind.")
    return {
        1: _("Say what you think is right here, in your own words. Nobody reads it before the round closes."),
        2: _("Read what others propose, and say to each whether you could live with it."),
        3: _("Read what seems agreed and what does not, and say whether it states you rightly."),
        4: _("Read the draft of the outcome. If you cannot stand behind it, write your dissent."),
    }[ask.round.number]


def facts_of(deliberation: Deliberation, invitation: Invitation, ask: Ask | None, open_: bool) -> list[dict[str, Any]]:
    """Who asks, why, until when, who will see it and who decides, for the component of facts."""
    facilitator = seat_of(deliberation, Part.FACILITATOR)
    holder = seat_of(deliberation, Part.HOLDER)
    names = {"who": facilitator.name if facilitator else "", "house": deliberation.organisation.name}
    facts: list[dict[str, Any]] = [
        {"label": _("Who asks"), "says": _("%(who)s, %(house)s, who facilitates and does not decide.") % names},
        {"label": _("Why you"), "says": invitation.stakeholder.why},
    ]
    if ask is not None and open_:
        facts.append({"label": _("Until"), "when": ask.due_at})
        facts.append({"label": _("Who will see it"), "says": _who_sees(ask, invitation)})
    if holder is not None:
        facts.append({"label": _("Who decides"), "says": holder.name})
    return facts


def _who_sees(ask: Ask, invitation: Invitation) -> str:
    name = {"name": invitation.seat.name}
    if ask.round.number == 1 and ask.round.state == Round.State.OPEN:
        return _("Only you, until the round closes. Then everyone taking part, under the name %(name)s.") % name
    return _("Everyone taking part, under the name %(name)s, once you send it.") % name


def terms_of(deliberation: Deliberation) -> list[dict[str, Any]]:
    """The terms as they were accepted, for the component of facts; nothing before that."""
    terms = accepted_terms(deliberation)
    if terms is None:
        return []
    return [
        {"label": _("What can change"), "says": terms.can_change},
        {"label": _("Not on the table"), "says": terms.off_table},
        {"label": _("Who decides"), "says": terms.decided_by},
        {"label": _("Until then"), "says": terms.meanwhile},
        {"label": _("If people still disagree"), "says": terms.after_disagreement},
        {"label": _("Who asked for this"), "says": terms.asked_by},
        {"label": _("Who pays"), "says": terms.paid_by},
        {"label": _("For your time"), "says": terms.compensation},
    ]


@dataclass(frozen=True)
class UnderReview:
    """The review that goes on. `waits`: it asks them first, because they dissented, and they have not spoken yet."""

    dissented: bool
    spoken: bool

    @property
    def waits(self) -> bool:
        return self.dissented and not self.spoken


def review_of(deliberation: Deliberation, seat: Seat) -> UnderReview | None:
    """The review that is in somebody's hands, as it concerns `seat`; without mail nothing else leads a guest there."""
    if deliberation.state != State.DECIDED:
        return None
    taken = Review.objects.filter(deliberation=deliberation, state=Review.State.IN_REVIEW, signed_at__isnull=True)
    review = taken.annotate(spoken=Exists(ReviewVoice.objects.filter(review=OuterRef("pk"), seat=seat))).first()
    if review is None or seat.left_at is not None:
        return None
    return UnderReview(dissented=seat in dissenting_seats(deliberation), spoken=review.spoken)


def what_comes(deliberation: Deliberation) -> list[dict[str, Any]]:
    """What happens next, a line a date."""
    rows = []
    for round_ in reads.rounds_of(deliberation):
        if round_.state == Round.State.OPEN and round_.closes_at:
            rows.append({"at": round_.closes_at, "says": _closes(round_.number)})
        elif round_.state == Round.State.SCHEDULED and round_.opens_at:
            title = reads.TITLES[round_.number]
            rows.append(
                {
                    "at": round_.opens_at,
                    "says": _("Round %(n)d is expected to open: %(title)s.") % {"n": round_.number, "title": title},
                }
            )
    return rows


def _closes(number: int) -> str:
    if number == 1:
        return _("Round 1 closes. Then you can read what everybody wrote, side by side.")
    return _("Round %(n)d closes.") % {"n": number}


def ways_out(deliberation: Deliberation, *, accepted: bool = False) -> list[dict[str, str]]:
    """The ways out that stand on every card, all equal. Those who take part also have *more time* from the round."""

    def url(name: str, *args: str) -> str:
        return reverse(name, args=[deliberation.organisation.slug, deliberation.number, *args])

    no = (
        {"url": url("card_leave"), "title": _("I leave"), "says": _("At any time. What you said stays.")}
        if accepted
        else {
            "url": url("card_decline"),
            "title": _("Not my question"),
            "says": _("You decline, with a word if you wish."),
        }
    )
    return [
        no,
        {
            "url": url("card_otherwise", Request.Kind.SPEAKS_FOR.value),
            "title": _("I speak for someone else"),
            "says": _("Say for whom, and who should be asked instead or beside you."),
        },
        {
            "url": url("card_otherwise", Request.Kind.FORMAT.value),
            "title": _("I need another format"),
            "says": _("A call, paper, another language, someone beside you."),
        },
        {
            "url": url("card_otherwise", Request.Kind.MISSING.value),
            "title": _("Someone is missing"),
            "says": _("Say who should be asked, too."),
        },
    ]
