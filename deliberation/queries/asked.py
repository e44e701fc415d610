"""What is asked of one person now, most urgent first: never a feed, and nothing once they have acted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, User
from accounts.roles import Part, Role
from audit.models import Text
from deliberation.domain.gathering import with_texts
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
    State,
    Terms,
)
from deliberation.models.conflict import ENDED, Urgency
from deliberation.queries.places import Places

PAGE = 25
FAR = datetime.max.replace(tzinfo=UTC)
LAST = 9_999_999
"""The number of what belongs to no question: more than any of an organisation, and short enough for an address."""


class Order(NamedTuple):
    """Where something stands among what is asked: earliest due first, then by tier, then the older question.

    Equals of one question stand by what they are and by their row, so that one page ends where the next begins.
    """

    due: datetime
    tier: int
    number: int
    kind: str
    row: UUID

    def __str__(self) -> str:
        """For an address."""
        return "~".join([self.due.isoformat(), str(self.tier), str(self.number), self.kind, self.row.hex])

    @classmethod
    def read(cls, written: str) -> Order | None:
        """What an address says, or None where it says nothing we wrote."""
        try:
            due, tier, number, kind, row = written.split("~")
            found = cls(datetime.fromisoformat(due), int(tier[:2]), int(number[:8]), kind, UUID(row))
        except ValueError:
            return None
        return found if found.due.tzinfo else None


@dataclass(frozen=True)
class Asked:
    """One thing asked of one person: what, of which question, until when, and where it is done."""

    deliberation: Deliberation
    what: str
    url: str
    button: str
    due_at: datetime | None = None
    says: str = ""
    order: Order | None = None

    @property
    def question(self) -> Text:
        return self.deliberation.question

    @property
    def reference(self) -> str:
        return self.deliberation.reference


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
    order: Order | None = None


AnyAsked = Asked | AskedElsewhere


@dataclass(frozen=True)
class Source:
    """One kind of thing that may be asked: the rows that ask it, and what each row asks.

    `due` is the field of a row that says until when, `here` leads from a row to its deliberation; None where it has
    none, and is then told after the questions that are as urgent. `urgency` is the field that says how urgent it is.
    """

    kind: str
    rows: QuerySet[Any]
    asks: Callable[[Any], AnyAsked]
    due: str = ""
    here: str | None = "deliberation__"
    urgency: str = "urgency"

    def read(self, after: Order | None, most: int) -> Iterator[AnyAsked]:
        """The first `most` after that place. No more rows are read."""
        # A date that the model wants is left as it is, so that its index can give the order.
        wanted = self.due and not self.rows.model._meta.get_field(self.due).null
        due = (F(self.due) if wanted else Coalesce(self.due, Value(FAR))) if self.due else Value(FAR)
        number = Value(LAST) if self.here is None else F(f"{self.here}number")
        rows = self.rows.annotate(asked_due=due, asked_tier=self._tier(), asked_number=number)
        if after is not None:
            rows = rows.filter(self._behind(after))
        begin = ["asked_due"] if self.due else []
        for row in rows.order_by(*begin, "asked_tier", "asked_number", "pk")[:most]:
            one = self.asks(row)
            place = Order(one.due_at or FAR, row.asked_tier, row.asked_number, self.kind, row.pk)
            yield replace(one, order=place)

    def _tier(self) -> Any:
        if not self.urgency:
            return Value(Urgency.values.index(Urgency.IMPORTANT))
        return Urgency.tier(f"{self.here or ''}{self.urgency}")

    def _behind(self, after: Order) -> Q:
        same_question = Q(asked_tier=after.tier, asked_number=after.number)
        if self.kind > after.kind:
            rest = same_question
        elif self.kind == after.kind:
            rest = same_question & Q(pk__gt=after.row)
        else:
            rest = Q(pk=None)
        rest |= Q(asked_tier__gt=after.tier) | Q(asked_tier=after.tier, asked_number__gt=after.number)
        return Q(asked_due__gt=after.due) | (Q(asked_due=after.due) & rest)


Asker = Callable[[Organisation, User, frozenset[Role]], Iterator[Source]]

ASKERS: list[Asker] = []
"""What other apps ask of a member."""


def register(asker: Asker) -> None:
    """Have `asker` say what it asks of a member of an organisation, in some roles."""
    if asker not in ASKERS:
        ASKERS.append(asker)


def asked_of(
    organisation: Organisation,
    *,
    user: User | None,
    roles: frozenset[Role],
    places: Places,
    after: Order | None = None,
    most: int = PAGE + 1,
) -> list[AnyAsked]:
    """What is asked of one person in `organisation`, most urgent first: at most `most` things, those after a place.

    The number of queries is constant, and no more rows are read than can be among them.
    """
    waiting = [asked for source in _sources(organisation, user, roles, places) for asked in source.read(after, most)]
    found = sorted(waiting, key=lambda asked: asked.order or ())[:most]
    with_texts((asked.deliberation for asked in found if isinstance(asked, Asked)), "question")
    return found


def _sources(organisation: Organisation, user: User | None, roles: frozenset[Role], places: Places) -> Iterator[Source]:
    if Part.PARTICIPANT in places.parts:
        yield from _of_voice(places)
    if Role.FACILITATOR in roles:
        yield _of_who_may_take_up()
    if Part.FACILITATOR in places.parts:
        yield from _of_facilitator(places)
    if places.parts.keys() & {Part.HOLDER, Part.APPROVER}:
        yield from _of_holder(user, places)
    yield from _of_reviewer(organisation, user, roles)
    if user is not None and roles:
        for asker in ASKERS:
            yield from asker(organisation, user, roles)


def followed_by(places: Places, asked: list[AnyAsked]) -> list[Deliberation]:
    """The deliberations a person has a part in and is not asked about now, the latest first."""
    busy = {one.deliberation.pk for one in asked if isinstance(one, Asked)}
    rows = Deliberation.objects.filter(places.takes_part("pk")).exclude(pk__in=busy)
    return list(rows.select_related("question", "organisation").order_by("-state_since")[:20])


def next_expected(places: Places) -> datetime | None:
    """When the next step of anything this person follows is expected, if a date stands."""
    now = clock.now()
    moments = Round.objects.filter(places.takes_part("deliberation"))
    opens = moments.filter(state=Round.State.SCHEDULED, opens_at__gt=now).order_by("opens_at").first()
    closes = moments.filter(state=Round.State.OPEN, closes_at__gt=now).order_by("closes_at").first()
    dates = [m for m in (opens and opens.opens_at, closes and closes.closes_at) if m]
    return min(dates, default=None)


def _url(name: str, deliberation: Deliberation, **extra: object) -> str:
    return reverse(name, kwargs={"slug": deliberation.organisation.slug, "number": deliberation.number} | extra)


HERE = ("deliberation__organisation",)
"""With each row. The question is read of those alone that are shown: what waits may be thousands, and a page is few."""


def _of_voice(places: Places) -> Iterator[Source]:
    def invited(row: Invitation) -> Asked:
        here = row.deliberation
        what, button = _("You are invited to take part"), _("Read what is asked")
        return Asked(here, what, _url("card", here), button, row.answer_by)

    sent = Invitation.objects.filter(places.speaks("seat"), state=Invitation.State.SENT)
    yield Source("invitation", _going_on(sent.select_related(*HERE)), invited, due="answer_by")

    def asked(row: Ask) -> Asked:
        here = row.deliberation
        what = {
            1: _("State your position"),
            2: _("Answer the proposals"),
            3: _("Say what is agreed and what is not"),
            4: _("Read the draft; write a dissent if you hold one"),
        }[row.round.number]
        return Asked(here, what, _url("card", here), _("Answer"), row.due_at)

    asks = Ask.objects.filter(places.speaks("seat"), state=Ask.State.OPEN, seat__left_at__isnull=True)
    asks = asks.filter(due_at__gt=clock.now()).select_related("round", *HERE)
    yield Source("round", _going_on(asks), asked, due="due_at")

    def quoted(row: QuoteChoice) -> Asked:
        here = row.deliberation
        what = _("Say how you wish to be named if this is published")
        return Asked(here, what, _url("quote_choose", here), _("Choose"))

    choices = QuoteChoice.objects.filter(
        places.speaks("seat"), choice="", publication__state=Publication.State.PROPOSED
    )
    yield Source("quote", choices.select_related(*HERE), quoted)

    def heard(row: Review) -> Asked:
        here = row.deliberation
        what = _("You dissented. It is under review: what has happened since?")
        return Asked(here, what, _url("review_speak", here), _("Say it"))

    spoken = ReviewVoice.objects.filter(places.speaks("seat"), review=OuterRef("pk"))
    dissented = Dissent.objects.filter(places.speaks("seat"), deliberation=OuterRef("deliberation"))
    reviews = Review.objects.filter(state=Review.State.IN_REVIEW, signed_at__isnull=True)
    reviews = reviews.filter(Exists(dissented), ~Exists(spoken))
    yield Source("review_voice", reviews.select_related(*HERE), heard)


def _going_on(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.exclude(deliberation__state__in=ENDED)


def _of_who_may_take_up() -> Source:
    def proposed(here: Deliberation) -> Asked:
        what, button = _("A system proposed a conflict"), _("Take it up or dismiss it")
        return Asked(here, what, _url("deliberation", here), button)

    rows = Deliberation.objects.filter(state=State.PROPOSED)
    return Source("proposed", rows.select_related("organisation"), proposed, here="")


def _of_facilitator(places: Places) -> Iterator[Source]:
    steps = {
        State.DRAFT: (_("Finish the draft and its list"), "deliberation", _("Go on")),
        State.INVITING: (_("Send the invitations"), "invitations", _("Invite")),
        State.ROUND_4: (_("Draft the outcome"), "outcome_draft", _("Draft it")),
    }

    def next_step(here: Deliberation) -> Asked:
        what, name, button = steps[State(here.state)]
        return Asked(here, what, _url(name, here), button)

    listed = Invitation.objects.filter(deliberation=OuterRef("pk"), state=Invitation.State.LISTED)
    mine = Deliberation.objects.filter(places.facilitates("pk"), state__in=steps)
    goes_round = OutcomeVersion.objects.filter(
        deliberation=OuterRef("pk"), circulated_at__isnull=False, returned_at__isnull=True
    )
    waits = Q(state=State.DRAFT) | Q(Exists(listed), state=State.INVITING) | Q(~Exists(goes_round), state=State.ROUND_4)
    yield Source("step", mine.filter(waits).select_related("organisation"), next_step, here="")

    def wished(row: MoreTime) -> Asked:
        here = row.deliberation
        url = _url("round", here, round_number=row.ask.round.number)
        return Asked(here, _("Somebody asks for more time"), url, _("Answer"), row.answer_by)

    waiting = MoreTime.objects.filter(places.facilitates("deliberation"), state=MoreTime.State.ASKED)
    yield Source("more_time", waiting.select_related("ask__round", *HERE), wished, due="answer_by")


def _of_holder(user: User | None, places: Places) -> Iterator[Source]:
    def promised(row: Terms) -> Asked:
        here = row.deliberation
        what = _("Accept the terms, or have them changed")
        return Asked(here, what, _url("deliberation_terms", here), _("Read them"))

    newer = Terms.objects.filter(deliberation=OuterRef("deliberation"), version__gt=OuterRef("version"))
    terms = Terms.objects.filter(places.holds("deliberation"), accepted_at__isnull=True).exclude(Exists(newer))
    yield Source("terms", _going_on(terms.select_related(*HERE)), promised)

    def listed(here: Deliberation) -> Asked:
        what = _("Approve the list of who is heard, or return it")
        return Asked(here, what, _url("stakeholders", here), _("Read the list"))

    lists = Deliberation.objects.filter(places.approves("pk"), state=State.STAKEHOLDERS)
    lists = lists.exclude(places.facilitates("pk"))
    yield Source("list", lists.select_related("organisation"), listed, here="")

    def changed(row: Amendment) -> Asked:
        here = row.deliberation
        return Asked(here, _("Decide on a change of the list"), _url("stakeholders", here), _("Decide"))

    amendments = Amendment.objects.filter(places.approves("deliberation"), state=Amendment.State.PROPOSED)
    amendments = amendments.exclude(places.facilitates("deliberation")).exclude(drafted_by=user)
    yield Source("amendment", amendments.select_related(*HERE), changed)

    def dissented(here: Deliberation) -> Asked:
        return Asked(here, _("A dissent waits for your answer"), _url("outcome", here), _("Answer it"))

    def to_sign(here: Deliberation) -> Asked:
        return Asked(here, _("Sign the outcome, or return it"), _url("outcome_sign", here), _("Read it"))

    answered = DissentAnswer.objects.filter(dissent=OuterRef("pk"))
    unanswered = Dissent.objects.filter(
        deliberation=OuterRef("pk"), withdrawn_at__isnull=True, replaced_by__isnull=True
    ).exclude(Exists(answered))
    held = Deliberation.objects.filter(places.holds("pk")).exclude(places.facilitates("pk"))
    open_dissents = held.filter(Exists(unanswered), state__in=[State.ROUND_4, State.SIGNING])
    yield Source("dissent", open_dissents.select_related("organisation"), dissented, here="")
    signing = held.filter(~Exists(unanswered), state=State.SIGNING)
    yield Source("signature", signing.select_related("organisation"), to_sign, here="")


def _of_reviewer(organisation: Organisation, user: User | None, roles: frozenset[Role]) -> Iterator[Source]:
    queue = reverse("reviews", kwargs={"slug": organisation.slug})

    def leads_to_the_queue(what: str, button: str) -> Callable[[Any], Asked]:
        return lambda row: Asked(row.deliberation, what, queue, button, getattr(row, "due_at", None))

    if Role.REVIEWER in roles:
        due = Review.objects.filter(state=Review.State.DUE).select_related(*HERE)
        yield Source("review", due, leads_to_the_queue(_("A review is due"), _("Open the queue")), due="due_at")
        mine = Review.objects.filter(state=Review.State.IN_REVIEW, started_by=user, prepared_at__isnull=True)
        says = leads_to_the_queue(_("Prepare the review you took"), _("Go on"))
        yield Source("preparation", mine.select_related(*HERE), says, due="due_at")
    if Role.DECISION_HOLDER in roles:
        ready = Review.objects.filter(state=Review.State.IN_REVIEW, prepared_at__isnull=False).exclude(prepared_by=user)
        says = leads_to_the_queue(_("A prepared review waits for a signature"), _("Read it"))
        yield Source("review_signature", ready.select_related(*HERE), says, due="due_at")
    if roles & {Role.REVIEWER, Role.DECISION_HOLDER}:
        reports = ChangeReport.objects.filter(state=ChangeReport.State.REPORTED).select_related(*HERE)
        says = leads_to_the_queue(_("Somebody reports that something changed"), _("Read the report"))
        yield Source("report", reports, says)
