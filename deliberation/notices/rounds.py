"""Mails of the rounds: asked, reminded, closed, more time, questions. Each is dropped once its person has acted."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts import clock
from deliberation.addresses import address
from deliberation.domain.links import token_of
from deliberation.models import Ask, Deliberation, MoreTime, Notice, Question, Reply, Round, Seat
from deliberation.notifications import Facts, notice


def link_of_seat(seat: Seat) -> str:
    """The address that opens this seat's participation: what a mail to a participant links to."""
    return settings.SITE_URL + reverse("participate", args=[token_of(seat.invitation)])


def link_of_page(deliberation: Deliberation, name: str, *extra: object) -> str:
    """The address of a page of this deliberation, for members."""
    return settings.SITE_URL + address(deliberation, name, *extra)


def id_in(about: str) -> UUID:
    """The id of what a notice is about: `ask:<id>@<due>`, or `round:<id>`."""
    return UUID(about.split(":")[1].split("@")[0])


def ask_in(row: Notice) -> Ask | None:
    """The ask a notice is about while it still runs and its due date is the one that was meant; else None."""
    ask = Ask.objects.select_related("round", "seat").filter(pk=id_in(row.about)).first()
    if ask is None or ask.state != Ask.State.OPEN or ask.due_at <= clock.now() or ask.seat.left_at is not None:
        return None
    if f"{ask.due_at:%Y%m%d%H%M}" != row.about.split("@")[1].split(":")[0]:
        return None
    if row.deliberation is None or not row.deliberation.is_open:
        return None
    return ask


def _to(row: Notice) -> Facts:
    if row.seat is not None:
        return {"name": row.seat.name, "url": link_of_seat(row.seat)}
    return {"name": str(row.user or ""), "url": ""}


@notice("round_asked")
def round_asked(row: Notice) -> Facts | None:
    """A round has opened, and this seat is asked in it."""
    ask = ask_in(row)
    return _to(row) | {"ask": ask, "round": ask.round} if ask else None


@notice("round_reminder")
def round_reminder(row: Notice) -> Facts | None:
    """Time is nearly over. Only for who has not acted, and was told early enough to need reminding."""
    ask = ask_in(row)
    if ask is None or ask.more_time.filter(state=MoreTime.State.ASKED).exists():
        return None
    told = (
        Notice.objects.filter(seat=row.seat, about=f"ask:{ask.pk}@{ask.due_at:%Y%m%d%H%M}").exclude(pk=row.pk).first()
    )
    if told is not None and (told.sent_at is None or told.sent_at >= row.due_at):
        return None
    return _to(row) | {"ask": ask, "round": ask.round}


@notice("round_to_draft")
def round_to_draft(row: Notice) -> Facts | None:
    """The facilitator is told that the fourth round has begun and a draft is expected."""
    here = row.deliberation
    if here is None or here.round_number != 4:
        return None
    return _to(row) | {"url": link_of_page(here, "round", 4)}


@notice("round_closed")
def round_closed(row: Notice) -> Facts | None:
    """A round has closed: what comes next. Not told once the next has opened, which is told by itself."""
    round_ = Round.objects.filter(pk=id_in(row.about), state=Round.State.CLOSED).first()
    if round_ is None or row.deliberation is None or not row.deliberation.is_open:
        return None
    coming = Round.objects.filter(deliberation=row.deliberation, number=round_.number + 1).first()
    if coming is not None and coming.state != Round.State.SCHEDULED:
        return None
    facts = _to(row)
    return facts | {
        "url": facts["url"] or link_of_page(row.deliberation, "round", round_.number),
        "round": round_,
        "next": coming,
    }


@notice("more_time_wished")
def more_time_wished(row: Notice) -> Facts | None:
    """The facilitator is told that somebody asks for more time."""
    wish = MoreTime.objects.select_related("ask__round", "ask__seat").filter(pk=id_in(row.about)).first()
    if wish is None or wish.state != MoreTime.State.ASKED or row.deliberation is None:
        return None
    return _to(row) | {"wish": wish, "url": link_of_page(row.deliberation, "round", wish.ask.round.number)}


@notice("more_time_answered")
def more_time_answered(row: Notice) -> Facts | None:
    """Somebody's wish for more time was answered."""
    wish = MoreTime.objects.select_related("ask__round", "reason").filter(pk=id_in(row.about)).first()
    if wish is None or wish.state == MoreTime.State.ASKED:
        return None
    return _to(row) | {"wish": wish, "granted": wish.state == MoreTime.State.GRANTED}


@notice("entered_for")
def entered_for(row: Notice) -> Facts | None:
    """What somebody said elsewhere was entered for them; they are asked to confirm it."""
    return _to(row)


@notice("question_put")
def question_put(row: Notice) -> Facts | None:
    """A question was put to this seat."""
    question = Question.objects.select_related("by_seat", "round").filter(pk=id_in(row.about)).first()
    if question is None or row.deliberation is None or question.replies.exists():
        return None
    facts = _to(row)
    url = facts["url"] or link_of_page(row.deliberation, "round", question.round.number)
    return facts | {"question": question, "url": url}


@notice("question_answered")
def question_answered(row: Notice) -> Facts | None:
    """The question this seat had put was answered."""
    answer = Reply.objects.select_related("question", "by_seat").filter(pk=id_in(row.about)).first()
    return _to(row) | {"reply": answer} if answer else None
