"""What is asked of one person now, most urgent first: never a feed, and nothing once they have acted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Membership, Organisation, SeatUser, User
from accounts.roles import Part, Role
from audit.models import Text
from deliberation.models import (
    Amendment,
    Ask,
    ChangeReport,
    Deliberation,
    Dissent,
    DissentAnswer,
    Invitation,
    MoreTime,
    OutcomeVersion,
    Publication,
    QuoteChoice,
    Review,
    ReviewVoice,
    Round,
    Seat,
    State,
    Terms,
)
from deliberation.models.conflict import Urgency

FAR = datetime.max.replace(tzinfo=UTC)
URGENCY_ORDER = {urgency: n for n, urgency in enumerate(Urgency.values)}


@dataclass(frozen=True)
class Asked:
    """One thing asked of one person: what, of which question, until when, and where it is done."""

    deliberation: Deliberation
    what: str
    url: str
    button: str
    due_at: datetime | None = None
    says: str = ""

    @property
    def question(self) -> Text:
        return self.deliberation.question

    @property
    def reference(self) -> str:
        return self.deliberation.reference

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Earliest due first, then by tier, then the older question."""
        return (self.due_at or FAR, URGENCY_ORDER[self.deliberation.urgency], self.deliberation.number)


@dataclass(frozen=True)
class AskedElsewhere:
    """One thing asked of one person by an app above this one: `question` is what it is about, in words."""

    what: str
    question: str | Text
    url: str
    button: str
    reference: str = ""
    due_at: datetime | None = None
    says: str = ""
    urgency: str = Urgency.IMPORTANT

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Among the others as they are among themselves; of two alike, after those of deliberations."""
        return (self.due_at or FAR, URGENCY_ORDER[self.urgency], LAST)


LAST = 2**31
Asker = Callable[[Organisation, User, frozenset[Role]], Iterator[AskedElsewhere]]

ASKERS: list[Asker] = []
"""What other apps ask of a person; each asks the database a fixed number of times."""


def register(asker: Asker) -> None:
    """Have `asker` say what it asks of a member of an organisation, in some roles."""
    if asker not in ASKERS:
        ASKERS.append(asker)


@dataclass(frozen=True)
class Places:
    """The seats one person holds in an organisation, by part, as deliberation ids; and their participant's seats."""

    facilitates: frozenset[UUID] = frozenset()
    holds: frozenset[UUID] = frozenset()
    approves: frozenset[UUID] = frozenset()
    speaks: frozenset[UUID] = frozenset()
    seats: dict[UUID, UUID] = field(default_factory=dict)

    @property
    def deliberations(self) -> frozenset[UUID]:
        return self.facilitates | self.holds | self.approves | frozenset(self.seats.values())


def places_of(user: User | None, seat_ids: frozenset[UUID] = frozenset()) -> Places:
    """The seats of `user`, and those whose mailed links are open in this browser (`seat_ids`).

    Whoever is no member any more keeps what a guest may have: a voice, or a reader's seat.
    """
    by_part: dict[str, set[UUID]] = {part: set() for part in Part.values}
    seats: dict[UUID, UUID] = {}
    held = SeatUser.objects.filter(user=user, until__isnull=True).values_list("seat_id", flat=True)
    found = Seat.objects.filter(pk__in=held) if user else Seat.objects.none()
    if not Membership.objects.filter(user=user, ended_at__isnull=True).exists():
        found = found.filter(part__in=[Part.PARTICIPANT, Part.READER])
    for seat in [*found, *Seat.objects.filter(pk__in=seat_ids, part=Part.PARTICIPANT)]:
        by_part[seat.part].add(seat.deliberation_id)
        if seat.part == Part.PARTICIPANT:
            seats[seat.pk] = seat.deliberation_id
    return Places(
        facilitates=frozenset(by_part[Part.FACILITATOR]),
        holds=frozenset(by_part[Part.HOLDER]),
        approves=frozenset(by_part[Part.HOLDER] | by_part[Part.APPROVER]),
        speaks=frozenset(seats),
        seats=seats,
    )


def asked_of(
    organisation: Organisation, *, user: User | None, roles: frozenset[Role], places: Places
) -> list[Asked | AskedElsewhere]:
    """Everything asked of one person in `organisation`, most urgent first. The number of queries is constant."""
    found: list[Asked | AskedElsewhere] = [
        *_of_voice(organisation, places),
        *_of_facilitator(organisation, roles, places),
        *_of_holder(organisation, user, places),
        *_of_reviewer(organisation, user, roles),
        *(one for asker in ASKERS if user is not None and roles for one in asker(organisation, user, roles)),
    ]
    return sorted(found, key=lambda asked: asked.order)


def followed_by(places: Places, asked: list[Asked | AskedElsewhere]) -> list[Deliberation]:
    """The deliberations a person has a part in and is not asked about now, the latest first."""
    busy = {one.deliberation.pk for one in asked if isinstance(one, Asked)}
    return list(
        _with_question(Deliberation.objects.filter(pk__in=places.deliberations - busy)).order_by("-state_since")[:20]
    )


def next_expected(places: Places) -> datetime | None:
    """When the next step of anything this person follows is expected, if a date stands."""
    now = clock.now()
    moments = Round.objects.filter(deliberation_id__in=places.deliberations)
    opens = moments.filter(state=Round.State.SCHEDULED, opens_at__gt=now).order_by("opens_at").first()
    closes = moments.filter(state=Round.State.OPEN, closes_at__gt=now).order_by("closes_at").first()
    dates = [m for m in (opens and opens.opens_at, closes and closes.closes_at) if m]
    return min(dates, default=None)


def _with_question(rows: QuerySet[Deliberation]) -> QuerySet[Deliberation]:
    return rows.select_related("question", "organisation")


def _url(name: str, deliberation: Deliberation, **extra: object) -> str:
    return reverse(name, kwargs={"slug": deliberation.organisation.slug, "number": deliberation.number} | extra)


WHOLE = ("deliberation__question", "deliberation__organisation")


def _of_voice(organisation: Organisation, places: Places) -> Iterator[Asked]:
    sent = Invitation.objects.filter(seat__in=places.speaks, state=Invitation.State.SENT)
    for invitation in sent.select_related(*WHOLE):
        here = invitation.deliberation
        if here.is_open:
            what, button = _("You are invited to take part"), _("Read what is asked")
            yield Asked(here, what, _url("card", here), button, invitation.answer_by)
    asks = Ask.objects.filter(seat__in=places.speaks, state=Ask.State.OPEN, seat__left_at__isnull=True)
    for ask in asks.filter(due_at__gt=clock.now()).select_related("round", *WHOLE):
        here = ask.deliberation
        if here.is_open:
            what = {
                1: _("State your position"),
                2: _("Answer the proposals"),
                3: _("Say what is agreed and what is not"),
                4: _("Read the draft; write a dissent if you hold one"),
            }[ask.round.number]
            yield Asked(here, what, _url("card", here), _("Answer"), ask.due_at)
    choices = QuoteChoice.objects.filter(
        seat__in=places.speaks, choice="", publication__state=Publication.State.PROPOSED
    )
    for choice in choices.select_related(*WHOLE):
        here = choice.deliberation
        what = _("Say how you wish to be named if this is published")
        yield Asked(here, what, _url("quote_choose", here), _("Choose"))
    spoken = ReviewVoice.objects.filter(review=OuterRef("pk"), seat__in=places.speaks)
    dissented = Dissent.objects.filter(deliberation=OuterRef("deliberation"), seat__in=places.speaks)
    reviews = Review.objects.filter(state=Review.State.IN_REVIEW, signed_at__isnull=True)
    for review in reviews.filter(Exists(dissented), ~Exists(spoken)).select_related(*WHOLE):
        here = review.deliberation
        yield Asked(
            here,
            _("You dissented. It is under review: what has happened since?"),
            _url("review_speak", here),
            _("Say it"),
        )


def _of_facilitator(organisation: Organisation, roles: frozenset[Role], places: Places) -> Iterator[Asked]:
    if Role.FACILITATOR in roles:
        for here in _with_question(Deliberation.objects.filter(state=State.PROPOSED)):
            yield Asked(
                here, _("A system proposed a conflict"), _url("deliberation", here), _("Take it up or dismiss it")
            )
    steps = {
        State.DRAFT: (_("Finish the draft and its list"), "deliberation", _("Go on")),
        State.INVITING: (_("Send the invitations"), "invitations", _("Invite")),
        State.ROUND_4: (_("Draft the outcome"), "outcome_draft", _("Draft it")),
    }
    listed = Invitation.objects.filter(deliberation=OuterRef("pk"), state=Invitation.State.LISTED)
    mine = Deliberation.objects.filter(pk__in=places.facilitates, state__in=steps)
    goes_round = OutcomeVersion.objects.filter(
        deliberation=OuterRef("pk"), circulated_at__isnull=False, returned_at__isnull=True
    )
    waits = Q(state=State.DRAFT) | Q(Exists(listed), state=State.INVITING) | Q(~Exists(goes_round), state=State.ROUND_4)
    for here in _with_question(mine.filter(waits)):
        what, name, button = steps[State(here.state)]
        yield Asked(here, what, _url(name, here), button)
    waiting = MoreTime.objects.filter(deliberation_id__in=places.facilitates, state=MoreTime.State.ASKED)
    for wish in waiting.select_related("ask__round", *WHOLE):
        here = wish.deliberation
        url = _url("round", here, round_number=wish.ask.round.number)
        yield Asked(here, _("Somebody asks for more time"), url, _("Answer"), wish.answer_by)


def _of_holder(organisation: Organisation, user: User | None, places: Places) -> Iterator[Asked]:
    newer = Terms.objects.filter(deliberation=OuterRef("deliberation"), version__gt=OuterRef("version"))
    open_terms = Terms.objects.filter(deliberation_id__in=places.holds, accepted_at__isnull=True).exclude(Exists(newer))
    for terms in open_terms.select_related(*WHOLE):
        here = terms.deliberation
        if here.is_open:
            what = _("Accept the terms, or have them changed")
            yield Asked(here, what, _url("deliberation_terms", here), _("Read them"))
    for here in _with_question(
        Deliberation.objects.filter(pk__in=places.approves - places.facilitates, state=State.STAKEHOLDERS)
    ):
        yield Asked(
            here, _("Approve the list of who is heard, or return it"), _url("stakeholders", here), _("Read the list")
        )
    amendments = Amendment.objects.filter(
        deliberation_id__in=places.approves - places.facilitates, state=Amendment.State.PROPOSED
    ).exclude(drafted_by=user)
    for amendment in amendments.select_related(*WHOLE):
        here = amendment.deliberation
        yield Asked(here, _("Decide on a change of the list"), _url("stakeholders", here), _("Decide"))
    answered = DissentAnswer.objects.filter(dissent=OuterRef("pk"))
    open_dissents = Dissent.objects.filter(
        deliberation_id__in=places.holds - places.facilitates,
        deliberation__state__in=[State.ROUND_4, State.SIGNING],
        withdrawn_at__isnull=True,
        replaced_by__isnull=True,
    ).exclude(Exists(answered))
    told: set[UUID] = set()
    for dissent in open_dissents.select_related(*WHOLE):
        here = dissent.deliberation
        if here.pk not in told:
            told.add(here.pk)
            yield Asked(here, _("A dissent waits for your answer"), _url("outcome", here), _("Answer it"))
    signing = Deliberation.objects.filter(pk__in=places.holds - places.facilitates - told, state=State.SIGNING)
    for here in _with_question(signing):
        yield Asked(here, _("Sign the outcome, or return it"), _url("outcome_sign", here), _("Read it"))


def _of_reviewer(organisation: Organisation, user: User | None, roles: frozenset[Role]) -> Iterator[Asked]:
    queue = reverse("reviews", kwargs={"slug": organisation.slug})
    if Role.REVIEWER in roles:
        for review in Review.objects.filter(state=Review.State.DUE).select_related(*WHOLE):
            yield Asked(review.deliberation, _("A review is due"), queue, _("Open the queue"), review.due_at)
        mine = Review.objects.filter(state=Review.State.IN_REVIEW, started_by=user, prepared_at__isnull=True)
        for review in mine.select_related(*WHOLE):
            yield Asked(review.deliberation, _("Prepare the review you took"), queue, _("Go on"), review.due_at)
    if Role.DECISION_HOLDER in roles:
        ready = Review.objects.filter(state=Review.State.IN_REVIEW, prepared_at__isnull=False).exclude(prepared_by=user)
        for review in ready.select_related(*WHOLE):
            what = _("A prepared review waits for a signature")
            yield Asked(review.deliberation, what, queue, _("Read it"), review.due_at)
    if roles & {Role.REVIEWER, Role.DECISION_HOLDER}:
        for report in ChangeReport.objects.filter(state=ChangeReport.State.REPORTED).select_related(*WHOLE):
            yield Asked(report.deliberation, _("Somebody reports that something changed"), queue, _("Read the report"))
