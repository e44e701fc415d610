"""What is promised before anyone is invited: drafted by the facilitator, accepted by the decision holder by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, Stale
from accounts.roles import Part
from deliberation.domain.act import perform
from deliberation.domain.gathering import with_texts
from deliberation.domain.seats import sitter
from deliberation.models import Deliberation, Invitation, Seat
from deliberation.models.conflict import Terms

WORDS = (
    "question",
    "can_change",
    "off_table",
    "decided_by",
    "meanwhile",
    "after_disagreement",
    "asked_by",
    "paid_by",
    "compensation",
)
"""The parts of the terms that are people's words, in the order in which they are read."""


def latest_terms_of(deliberations: Iterable[Deliberation]) -> dict[UUID, Terms]:
    """The newest version of each, accepted or not, without its words; by deliberation."""
    newer = Terms.objects.filter(deliberation=OuterRef("deliberation"), version__gt=OuterRef("version"))
    rows = Terms.objects.filter(~Exists(newer), deliberation__in=deliberations)
    return {row.deliberation_id: row for row in rows}


def latest_terms(deliberation: Deliberation) -> Terms | None:
    """The newest version, accepted or not, with its words and its people fetched."""
    rows = Terms.objects.filter(deliberation=deliberation).select_related("accepted_by", "drafted_by")
    return next(iter(with_texts(rows.order_by("-version")[:1], *WORDS)), None)


def accepted_terms(deliberation: Deliberation) -> Terms | None:
    """The newest version if the decision holder has accepted it, else None: then nobody may be invited."""
    latest = latest_terms(deliberation)
    return latest if latest and latest.accepted_at else None


def invited_seats(deliberation: Deliberation) -> list[Seat]:
    """The seats that were invited and have neither declined nor left."""
    return list(
        Seat.objects.filter(
            deliberation=deliberation,
            left_at__isnull=True,
            invitation__sent_at__isnull=False,
            invitation__state__in=[Invitation.State.SENT, Invitation.State.ACCEPTED, Invitation.State.NO_ANSWER],
        )
    )


def anyone_invited(deliberation: Deliberation) -> bool:
    """Whether any invitation was sent yet."""
    return Invitation.objects.filter(deliberation=deliberation, sent_at__isnull=False).exists()


def draft_terms(
    deliberation: Deliberation,
    *,
    by: User,
    question: str,
    can_change: str,
    off_table: str,
    decided_by: str,
    answer_by: date,
    meanwhile: str,
    after_disagreement: str,
    asked_by: str,
    paid_by: str,
    compensation: str,
    reach: str = Terms.Reach.DECIDES,
    seen: int | None = None,
) -> Terms:
    """Write the next version of the terms. Everyone invited is told, and may leave.

    `seen` is the version the writer had before them; raises `Stale` where there is a newer one. Raises `Invalid` by
    field for what is empty, for a day that has passed, and where nothing differs from the version before.
    """
    given: dict[str, str] = {
        "question": question,
        "can_change": can_change,
        "off_table": off_table,
        "decided_by": decided_by,
        "meanwhile": meanwhile,
        "after_disagreement": after_disagreement,
        "asked_by": asked_by,
        "paid_by": paid_by,
        "compensation": compensation,
    }
    with perform("draft_terms", deliberation, by=by) as act:
        if reach not in Terms.Reach.values:
            raise Invalid(_("Say whether the decision holder decides, or whom it advises."), "reach")
        if answer_by <= act.now.astimezone(ZoneInfo(deliberation.organisation.time_zone)).date():
            raise Invalid(_("This day has passed. Please choose a day to come."), "answer_by")
        before = latest_terms(deliberation)
        if seen is not None and seen != (before.version if before else 0):
            raise Stale(
                _("A newer version of the terms was written meanwhile. Yours is kept; please look at the other first.")
            )
        texts: dict[str, Any] = {}
        for name in WORDS:
            body = given[name].replace("\r\n", "\n").strip()
            old = getattr(before, name) if before else None
            if old is not None and old.erased_at is None and old.body == body:
                act.texts[name] = texts[name] = old
            else:
                texts[name] = act.keep(name, body)
        if (
            before
            and (before.reach, before.answer_by) == (reach, answer_by)
            and all(getattr(before, f"{name}_id") == texts[name].pk for name in WORDS)
        ):
            raise Invalid(_("Nothing differs from version %(version)s.") % {"version": before.version})
        terms = Terms(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            version=before.version + 1 if before else 1,
            reach=reach,
            answer_by=answer_by,
            drafted_by=by,
            drafted_at=act.now,
            **texts,
        )
        terms.save(force_insert=True)
        act.subject, act.decision = ("terms", terms.pk), "drafted"
        holder = sitter(deliberation, Part.HOLDER)
        if holder:
            act.notify("terms_to_accept", f"terms:{terms.pk}", users=[holder])
        if before and anyone_invited(deliberation):
            act.notify("terms_changed", f"terms:{terms.pk}", seats=invited_seats(deliberation))
    return terms


def accept_terms(deliberation: Deliberation, *, by: User, version: int, name: str) -> Terms:
    """Accept exactly this version, by the name typed, which is printed with it.

    Raises `Stale` where a newer version stands or it was accepted already, `Invalid` without a name.
    """
    with perform("accept_terms", deliberation, by=by) as act:
        terms = latest_terms(deliberation)
        if terms is None or terms.version != version:
            raise Stale(_("The terms changed while you read them. Please read the newest version."))
        if terms.accepted_at is not None:
            raise Stale(_("These terms have been accepted already."))
        name = " ".join(name.replace("\x00", "").split())
        if not name:
            raise Invalid(_("Please type your name. It is printed with the terms."), "name")
        if len(name) > 200:
            raise Invalid(_("A name has at most 200 characters."), "name")
        terms.accepted_by, terms.accepted_name, terms.accepted_at = by, name, act.now
        terms.save(update_fields=["accepted_by", "accepted_name", "accepted_at"])
        act.keep("name", name)
        act.subject, act.decision = ("terms", terms.pk), "accepted"
    return terms
