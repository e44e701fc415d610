"""Making an outcome public: everybody quoted sees the exact page and chooses; everything is private until then."""

from __future__ import annotations

import secrets

from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from deliberation.domain.act import perform
from deliberation.models import Deliberation, Outcome, Publication, QuoteChoice, Seat
from deliberation.queries.publication import current_publication, page_digest, quoted_seats


def propose_publication(deliberation: Deliberation, *, by: User) -> Publication:
    """Ask everybody quoted about the exact page. Nothing is public yet. One proposal at a time."""
    with perform("propose_publication", deliberation, by=by) as act:
        outcome = Outcome.objects.get(deliberation=deliberation)
        if current_publication(outcome) is not None:
            raise Stale(_("It is public already, or those quoted are being asked."))
        publication = Publication.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            outcome=outcome,
            page_digest=page_digest(outcome),
            slug=_slug(deliberation),
            proposed_by=by,
            proposed_at=act.now,
        )
        seats = quoted_seats(outcome)
        QuoteChoice.objects.bulk_create(
            QuoteChoice(
                organisation_id=deliberation.organisation_id,
                deliberation=deliberation,
                publication=publication,
                seat=seat,
            )
            for seat in seats
        )
        asked = [seat for seat in seats if seat.left_at is None]
        act.notify("publication_asked", f"publication:{publication.pk}", seats=asked)
        act.subject = ("publication", publication.pk)
        act.decision = "proposed"
        return publication


def choose_quote(deliberation: Deliberation, *, by: Seat, choice: str, digest: str, pseudonym: str = "") -> QuoteChoice:
    """Choose to appear under one's name, under another name, or to be left out; may be changed while it is public.

    `digest` is that of the page they saw. Raises `Stale` where the proposal was another one.
    """
    with perform("choose_quote", deliberation, by=by) as act:
        publication = _current(deliberation)
        row = QuoteChoice.objects.filter(publication=publication, seat=by).first()
        if row is None:
            raise NotAllowed(_("You are not quoted on this page."))
        if digest != publication.page_digest:
            raise Stale(_("The page was proposed anew since you opened it. Please look at it again."))
        if choice not in QuoteChoice.Choice.values:
            raise Invalid(_("Choose your name, another name, or to be left out."), "choice")
        name = " ".join(pseudonym.split())
        if choice == QuoteChoice.Choice.PSEUDONYM and not name:
            raise Invalid(_("Write the name you wish to appear under."), "pseudonym")
        if len(name) > 100:
            raise Invalid(_("This name is too long; at most 100 characters fit."), "pseudonym")
        row.choice = choice
        row.pseudonym = name if choice == QuoteChoice.Choice.PSEUDONYM else ""
        row.seen_digest, row.at = digest, act.now
        row.save(update_fields=["choice", "pseudonym", "seen_digest", "at"])
        act.subject = ("quote_choice", row.pk)
        act.decision = choice
        return row


def publish(deliberation: Deliberation, *, by: User, reason: str, leave_out_silent: bool = False) -> Publication:
    """Make the page public, with a reason, once everybody quoted has chosen.

    `leave_out_silent` leaves out whoever has not: silence is never a yes. Raises `WrongState` while somebody has not
    chosen, and `Stale` where the page is no longer the one they saw.
    """
    with perform("publish", deliberation, by=by) as act:
        publication = _current(deliberation)
        if publication.state == Publication.State.PUBLISHED:
            raise Stale(_("It is public already."))
        if page_digest(publication.outcome) != publication.page_digest:
            raise Stale(_("The page has changed since those quoted saw it. Take the proposal back and ask again."))
        silent = QuoteChoice.objects.filter(publication=publication, choice="")
        if leave_out_silent:
            silent.update(choice=QuoteChoice.Choice.LEAVE_OUT, at=act.now)
        elif silent.exists():
            raise WrongState(_("Not everybody quoted has chosen yet. Wait, or leave out whoever has not."))
        publication.state = Publication.State.PUBLISHED
        publication.reason = act.keep("reason", reason)
        publication.published_by, publication.published_at = act.user, act.now
        publication.save(update_fields=["state", "reason", "published_by", "published_at"])
        act.subject = ("publication", publication.pk)
        act.decision = "published"
        return publication


def unpublish(deliberation: Deliberation, *, by: User, reason: str) -> Publication:
    """Take a publication back, or a proposal of one, with a reason."""
    with perform("unpublish", deliberation, by=by) as act:
        publication = _current(deliberation)
        public = publication.state == Publication.State.PUBLISHED
        publication.state = Publication.State.UNPUBLISHED if public else Publication.State.DROPPED
        publication.ended_reason = act.keep("reason", reason)
        publication.ended_by, publication.ended_at = act.user, act.now
        publication.save(update_fields=["state", "ended_reason", "ended_by", "ended_at"])
        act.subject = ("publication", publication.pk)
        act.decision = "unpublished" if public else "dropped"
        return publication


def _current(deliberation: Deliberation) -> Publication:
    outcome = Outcome.objects.filter(deliberation=deliberation).first()
    publication = current_publication(outcome) if outcome else None
    if publication is None:
        raise WrongState(_("Nobody is being asked about publishing this, and it is not public."))
    return publication


def _slug(deliberation: Deliberation) -> str:
    words = slugify(str(deliberation.question))[:28].strip("-")
    return f"{words}-{secrets.token_hex(4)}".strip("-")
