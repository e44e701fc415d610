"""The dates of reviews as an iCalendar object (RFC 5545). Of people's words it carries the question and no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation
from deliberation.models import Review

LONGEST_LINE = 75
"""Octets of a content line without its line break (RFC 5545, 3.1)."""


def calendar(organisation: Organisation) -> str:
    """Every open review of `organisation` as an all-day event, with CRLF line ends. Call inside its scope."""
    return "".join(f"{part}\r\n" for line in _lines(organisation) for part in folded(line))


def _lines(organisation: Organisation) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Tractatus//Reviews//EN"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"X-WR-CALNAME:{escaped(_('Reviews, %(name)s') % {'name': organisation.name})}"
    yield "REFRESH-INTERVAL;VALUE=DURATION:PT12H"
    reviews = Review.objects.filter(state__in=Review.OPEN).select_related(
        "deliberation__question", "deliberation__organisation"
    )
    for review in reviews.iterator():
        yield from _event(review, organisation)
    yield "END:VCALENDAR"


def _event(review: Review, organisation: Organisation) -> Iterator[str]:
    host = settings.SITE_URL.split("//")[-1].split("/")[0].split(":")[0]
    address = settings.SITE_URL + reverse("review", args=[organisation.slug, review.deliberation.number])
    yield "BEGIN:VEVENT"
    yield f"UID:{review.pk}@{host}"
    yield f"DTSTAMP:{_moment(clock.now())}"
    yield f"DTSTART;VALUE=DATE:{_day(review.due_on)}"
    yield f"DTEND;VALUE=DATE:{_day(review.due_on + timedelta(days=1))}"
    question = " ".join(str(review.deliberation.question).split())
    yield f"SUMMARY:{escaped(_('Review: %(question)s') % {'question': question})}"
    yield f"DESCRIPTION:{escaped(f'{review.deliberation.reference}. {review.get_state_display()}.')}"
    yield f"URL:{address}"
    yield "TRANSP:TRANSPARENT"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line break escaped (3.3.11); other controls are left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or (c >= " " and c != "\x7f"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets; a character is never cut in two, and each further piece is indented."""
    piece, octets, first = "", 0, True
    for character in line:
        width = len(character.encode())
        if octets + width > LONGEST_LINE:
            yield piece if first else f" {piece}"
            # The space that marks a continuation is one octet of it.
            piece, octets, first = "", 1, False
        piece += character
        octets += width
    yield piece if first else f" {piece}"
