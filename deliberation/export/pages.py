"""The static pages of a deliberation: its outcome and its rounds, as one who may read them would see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from audit.archive import File
from audit.export_pages import Pages, Place
from deliberation.export.reading import Reader
from deliberation.models import OutcomeVersion, Review, Round
from deliberation.queries import outcome_page, rounds, stakeholders
from deliberation.queries.abreast import Abreast
from deliberation.queries.accommodations import proposals, questions, shared_values
from deliberation.queries.agreement import agreements, differences, shifts
from deliberation.queries.outcome import Document
from deliberation.queries.positions import positions_abreast
from deliberation.queries.precedent import place_of
from deliberation.queries.review import packet, reviews_of
from deliberation.queries.review_page import packet_words, status_of_review

SAID_IN = (1, 2, 3)
"""The rounds that have a page; what was said in the fourth stands on the outcome."""


@dataclass(frozen=True)
class Folder:
    """The pages of one deliberation, as one reader sees them; `path` is where they lie in the export."""

    pages: Pages
    reader: Reader
    places: Sequence[Place]
    path: str = ""

    def page(self, name: str, template: str, **facts: Any) -> File:
        """One page as a file."""
        facts["deliberation"] = self.reader.deliberation
        return self.pages.page(self.path + name, f"deliberation/export/{template}", self.places, **facts)


def outcome(folder: Folder, document: Document) -> File:
    """The outcome, the same component for decision and dissent as on the site."""
    return folder.page(
        "outcome.html",
        "outcome.html",
        document=document,
        version=document.version,
        opinions=outcome_page.opinions(document, answering=not document.is_signed),
        losses=outcome_page.losses(document),
        commitments=outcome_page.commitments(document),
        status=outcome_page.status(document),
        lede=outcome_page.lede(document),
    )


def rounds_to_show(reader: Reader) -> list[Round]:
    """The rounds that were opened and that this reader may read something of."""
    if not reader.takes_part:
        return []
    opened = [row for row in rounds.rounds_of(reader.deliberation) if row.number in SAID_IN and row.opened_at]
    if reader.reads_rounds:
        return opened
    return [row for row in opened if row.number == 1 and reader.seat is not None]


def of_rounds(folder: Folder, shown: list[Round]) -> Iterator[File]:
    """A page a round."""
    reader = folder.reader
    for row in shown:
        number = row.number
        facts = _said_in(number, reader)
        if reader.reads_rounds:
            asked = [one for one in questions(reader.deliberation) if one.question.round_id == row.pk]
            abreast = Abreast.of(reader.deliberation, None)
            heard = rounds.heard(row, abreast.frameworks, abreast.speaks, rounds.spoke_in(row))
            facts |= {"questions": asked, "heard": heard}
        yield folder.page(
            f"round-{number}.html",
            "round.html",
            round=row,
            number=number,
            round_title=rounds.TITLES[number],
            purpose=rounds.PURPOSES[number],
            visible=reader.reads_rounds,
            **facts,
        )


def _said_in(number: int, reader: Reader) -> dict[str, Any]:
    deliberation, seat = reader.deliberation, reader.seat
    abreast = Abreast.of(deliberation, None)
    if number == 1:
        columns = positions_abreast(deliberation, standing=reader.standing, seat=seat, abreast=abreast)
        return {"columns": columns}
    if number == 2:
        return {
            "shared": shared_values(deliberation),
            "proposals": proposals(deliberation, seat=None, abreast=abreast, put=questions(deliberation)),
        }
    return {
        "agreements": agreements(deliberation, seat=None, abreast=abreast),
        "differences": differences(deliberation, seat=None),
        "shifts": shifts(deliberation),
    }


def of_the_list(folder: Folder) -> File:
    """Who must be heard, with the gaps and how the list was made; how to reach anybody is not in it."""
    deliberation = folder.reader.deliberation
    page = stakeholders.list_page(deliberation, None)
    return folder.page(
        "stakeholders.html",
        "stakeholders.html",
        page=page,
        titles=[framework.title for framework in page.frameworks],
        version=page.version,
        status=stakeholders.status(page, deliberation, None),
        history=stakeholders.history(page, stakeholders.versions_of(deliberation)),
        holder_listed=stakeholders.holder_listed(deliberation, page),
    )


def reviews_to_show(reader: Reader) -> list[Review]:
    """The reviews of its precedent, the first one first, for those who read reviews."""
    return list(reviews_of(reader.deliberation.number).order_by("pk")) if reader.reads_reviews else []


def of_reviews(folder: Folder, shown: list[Review]) -> Iterator[File]:
    """A page a review, with the packet it is or was held over."""
    for number, review in enumerate(shown, 1):
        held_over = packet(review)
        yield folder.page(
            f"review-{number}.html",
            "review.html",
            review=review,
            packet=held_over,
            words=packet_words(held_over),
            status=status_of_review(held_over, place_of(review.precedent)),
        )


def places_of(document: Document | None, shown: list[Round], reviews: list[Review], *, lists: bool) -> list[Place]:
    """What the pages lead to."""
    found = [(_("Deliberation"), "index.html")]
    if document is not None:
        found.append((_("Outcome"), "outcome.html"))
    if lists:
        found.append((_("Who must be heard"), "stakeholders.html"))
    found += [(_("Round %(n)d") % {"n": row.number}, f"round-{row.number}.html") for row in shown]
    return found + [
        (_("Review %(n)d") % {"n": number}, f"review-{number}.html") for number, _review in enumerate(reviews, 1)
    ]


def is_shown(version: OutcomeVersion | None, reader: Reader) -> bool:
    """Whether there is an outcome this reader may take along; a draft nobody has seen is nobody's to take."""
    return version is not None and reader.reads_outcome and version.circulated_at is not None
