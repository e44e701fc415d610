"""A document of an outcome in the shapes of the components: facing pages, debts, facts, status."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation
from audit.models import Text
from deliberation.domain.completeness import today_for
from deliberation.domain.dates import in_words
from deliberation.models import Commitment, Dissent, Outcome, OutcomeVersion
from deliberation.queries.abreast import how_given
from deliberation.queries.outcome import Document, PrintedDissent, PrintedLoss

ORDINALS = (
    gettext_lazy("Dissent"),
    gettext_lazy("Second dissent"),
    gettext_lazy("Third dissent"),
    gettext_lazy("Fourth dissent"),
    gettext_lazy("Fifth dissent"),
    gettext_lazy("Sixth dissent"),
)


def opinions(document: Document, *, answering: bool = False) -> list[dict[str, Any]]:
    """The facing pages for `components/facing.html`: the decision first, then each dissent, all of one shape.

    `answering` prints the place of an answer that is still missing.
    """
    found = [decision(document)]
    for number, dissent in enumerate(document.dissents):
        found.append(_opinion_of(document, dissent, number, answering))
    if not document.dissents:
        found.append(nobody_dissented(document))
    return found


def decision(document: Document) -> dict[str, Any]:
    """The decision's page."""
    version = document.version
    signed = document.is_signed
    unsigned = _("Decision holder: %(name)s. Not signed.") % {"name": document.holder}
    word = document.outcome.signed_reason if signed else None
    return {
        "key": "decision",
        "title": _("Legitimate disagreement") if document.is_disagreement else _("Decision"),
        "lead": version.decision or _("Not written yet."),
        "language": document.deliberation.language,
        "rows": [
            {"heading": _("Because"), "text": version.justification},
            {"heading": _("Relies on"), "text": version.assumptions},
            {"heading": _("Expects"), "text": version.expects},
            *([{"heading": _("A word at the signature"), "text": word}] if word else []),
        ],
        "name": document.outcome.signed_name if signed else "",
        "by": signed_by(document) if signed else unsigned,
    }


def signed_by(document: Document) -> str:
    """Who signed, when, and that they did neither facilitate nor draft the list."""
    outcome = document.outcome
    assert outcome.signed_at is not None
    says = _("Decision holder. Signed %(when)s. Did not facilitate, and did not draft the list of who was asked.") % {
        "when": in_words(outcome.signed_at, document.deliberation.organisation)
    }
    if document.holder_is_voice:
        says += " " + _("Also spoke as a voice.")
    return says


def _opinion_of(document: Document, printed: PrintedDissent, number: int, answering: bool) -> dict[str, Any]:
    dissent = printed.dissent
    title = ORDINALS[number] if number < len(ORDINALS) else _("Dissent %(number)s") % {"number": number + 1}
    if printed.left_out:
        return {
            "key": f"dissent-{number + 1}",
            "title": title,
            "lead": _("A dissent was written, and is not printed here: its author asked to be left out."),
            "rows": [],
            "name": "",
            "by": "",
        }
    answer = None
    if printed.answer is not None:
        answer = {
            "text": printed.answer,
            "by": _("%(name)s, %(when)s")
            % {"name": document.holder, "when": _day(printed.answered_at, document.deliberation.organisation)},
        }
    elif answering:
        answer = {"text": None}
    return {
        "key": f"dissent-{number + 1}",
        "title": title,
        "lead": dissent.lead,
        "language": dissent.language,
        "rows": [
            {"heading": _("Because"), "text": dissent.objection, "language": dissent.language},
            {"heading": _("Would be removed by"), "text": dissent.removed_by, "language": dissent.language},
            {"heading": _("Predicts"), "text": dissent.predicts, "language": dissent.language},
        ],
        "name": "; ".join([printed.author, *printed.joined]),
        "by": written_how(dissent, document),
        "answer": answer,
        "id": dissent.pk,
        "seat_id": dissent.seat_id,
    }


def written_how(dissent: Dissent, document: Document) -> str:
    """Framework, what it is against, which draft, when."""
    parts = []
    if dissent.framework is not None:
        parts.append(_("In the framework %(title)s.") % {"title": dissent.framework.title})
    if dissent.against == Dissent.Against.PROCESS:
        parts.append(_("Against how it was made."))
    parts.append(
        _("Written against draft %(number)s, %(day)s.")
        % {
            "number": dissent.written_against.number,
            "day": _day(dissent.at, document.deliberation.organisation),
        }
    )
    return " ".join([*parts, how_given(dissent)]).strip()


def nobody_dissented(document: Document) -> dict[str, Any]:
    """The page that faces the decision where nobody dissented: it says so, and who was not heard."""
    version, organisation = document.version, document.deliberation.organisation
    over = document.is_signed or (document.deliberation.state != "round_4" and version.circulated_at is not None)
    if over:
        names = "; ".join(document.not_heard) or _("nobody who was asked")
        lead = _("Nobody wrote a dissent. Taking part is not agreement. Not heard: %(names)s.") % {"names": names}
    else:
        lead = _("Nobody has written a dissent yet. Taking part is not agreement.")
    if version.circulated_at is None or version.dissent_closes_at is None:
        by = _("It can be written once the draft is circulated.")
    else:
        by = _("Open from %(from)s until %(until)s.") % {
            "from": in_words(version.circulated_at, organisation),
            "until": in_words(version.dissent_closes_at, organisation),
        }
    return {"key": "dissent-1", "title": _("Dissent"), "lead": lead, "rows": [], "name": "", "by": by}


def losses(document: Document) -> list[dict[str, Any]]:
    """The moral remainder for `components/debt.html`."""
    return [_loss(document, loss) for loss in document.losses]


def _loss(document: Document, loss: PrintedLoss) -> dict[str, Any]:
    promise = loss.commitments[0] if loss.commitments else None
    return {
        "key": f"loss-{loss.number}",
        "what": loss.loss,
        "bearer": loss.bearer,
        "kind": loss.owed_in_words,
        "owed": loss.debt,
        "owner": owner_of(document, promise) if promise else None,
        "due": promise.due if promise else None,
        "settled": settled_on(document, promise) if promise else None,
        "state": _state(document, promise),
        "is_late": promise is not None and is_late(document, promise),
        "language": document.deliberation.language,
    }


def _state(document: Document, promise: Commitment | None) -> str | None:
    """What became of a promise, where something did: overdue is something too."""
    if promise is None:
        return None
    if is_late(document, promise):
        return _("Overdue")
    return None if promise.state == Commitment.State.OPEN else promise.get_state_display()


def is_late(document: Document, promise: Commitment) -> bool:
    """Whether a signed promise is past its day and nobody has said what became of it."""
    waits = promise.state in {Commitment.State.OPEN, Commitment.State.HANDED_ON}
    return document.is_signed and waits and promise.due < today_for(document.version)


def owner_of(document: Document, commitment: Commitment) -> Text:
    """Who owes it now: the owner named, or whom it was handed on to last."""
    for report in reversed(document.reports.get(commitment.pk, [])):
        if report.new_owner is not None:
            return report.new_owner
    return commitment.owner


def settled_on(document: Document, commitment: Commitment) -> datetime | None:
    """When it was reported done."""
    if commitment.state != Commitment.State.DONE:
        return None
    reports = [r for r in document.reports.get(commitment.pk, []) if r.state == Commitment.State.DONE]
    return reports[-1].at if reports else None


def commitments(document: Document) -> list[dict[str, Any]]:
    """Every promise with what became of it, those that carry the decision out first."""
    found = []
    numbers = {c.pk: loss.number for loss in document.losses for c in loss.commitments}
    for each in (*document.commitments, *(c for loss in document.losses for c in loss.commitments)):
        found.append(
            {
                "id": each.pk,
                "what": each.what,
                "to_whom": each.to_whom,
                "owner": owner_of(document, each),
                "due": each.due,
                "state": each.get_state_display(),
                "is_open": each.state != Commitment.State.DONE,
                "is_late": is_late(document, each),
                "for_loss": numbers.get(each.pk),
                "reports": document.reports.get(each.pk, []),
            }
        )
    return found


def status(document: Document, sentences: list[dict[str, object]] | None = None) -> list[dict[str, object] | str]:
    """The line of standing facts under the title. It never binds, at any stage."""
    version = document.version
    found: list[dict[str, object] | str] = [{"says": _("Informs, does not bind"), "strong": True}]
    for sentence in sentences or []:
        if sentence.get("says") != _("Informs, does not bind"):
            found.append(sentence)
    if not sentences and version.review_date is not None:
        found.append(_("Review by %(day)s") % {"day": formats.date_format(version.review_date, "DATE_FORMAT")})
    triggers = len(document.triggers)
    if triggers:
        found.append(ngettext("%(n)s trigger", "%(n)s triggers", triggers) % {"n": triggers})
    debts = len(document.losses)
    if debts:
        settled = len([c for loss in document.losses for c in loss.commitments if c.state == Commitment.State.DONE])
        says = ngettext("%(n)s debt", "%(n)s debts", debts) % {"n": debts}
        if settled:
            says += ", " + ngettext("%(n)s settled", "%(n)s settled", settled) % {"n": settled}
        found.append(says)
    return found


def lede(document: Document) -> str:
    """What stands under the question: whether it is decided, and with dissent; the sentence of the decision follows."""
    outcome, version = document.outcome, document.version
    if outcome.state == Outcome.State.SUPERSEDED:
        return _("Replaced by a later decision.")
    if document.is_signed:
        if document.is_disagreement:
            return _("Legitimate disagreement.")
        if document.dissents:
            return _("Decided, with dissent.")
        return _("Decided.")
    if version.circulated_at is None:
        return _("Draft %(number)s, which nobody else has seen.") % {"number": version.number}
    return _("Draft %(number)s, circulated, not signed.") % {"number": version.number}


def changes(version: OutcomeVersion) -> list[dict[str, Any]]:
    """What differs from the version circulated before: label, before, now; empty for the first."""
    before = (
        OutcomeVersion.objects.filter(
            outcome_id=version.outcome_id, number__lt=version.number, circulated_at__isnull=False
        )
        .order_by("-number")
        .first()
    )
    if before is None:
        return []
    old, new = _said(before), _said(version)
    return [{"label": label, "before": old[label], "now": new[label]} for label in new if old[label] != new[label]]


def _said(version: OutcomeVersion) -> dict[str, str]:
    """Everything a version says, label by label, in plain text."""

    def text(value: Text | None) -> str:
        return "" if value is None else str(value)

    sides: dict[str, list[str]] = {"prioritized": [], "deprioritized": []}
    for value in version.values.select_related("text"):
        sides[value.side].append(str(value.text))
    losses_said = [
        f"{loss.loss} {_('Borne by')}: {loss.bearer} {loss.get_owed_display()}: {loss.debt}"
        for loss in version.remainders.select_related("loss", "bearer", "debt")
    ]
    promises = [
        f"{c.what} ({c.to_whom}; {c.owner}; {formats.date_format(c.due, 'DATE_FORMAT')})"
        for c in version.commitments.select_related("what", "to_whom", "owner")
    ]
    hearings = [
        f"{h.framework.title}: {_('heard') if h.heard else h.not_heard_because}"
        for h in version.hearings.select_related("framework", "not_heard_because")
    ]
    return {
        _("Outcome"): str(version.get_kind_display()),
        _("Option"): text(version.option.text) if version.option else "",
        _("Decision"): text(version.decision),
        _("Stands meanwhile"): text(version.meanwhile),
        _("Because"): text(version.justification),
        _("Relies on"): text(version.assumptions),
        _("Expects"): text(version.expects),
        _("Given weight here"): "\n".join(sides["prioritized"]),
        _("Given less weight here"): "\n".join(sides["deprioritized"]),
        _("Moral remainder"): "\n".join(losses_said),
        _("Commitments"): "\n".join(promises),
        _("Nothing is to be done"): text(version.nothing_to_do),
        _("Applies to"): text(version.applies_to),
        _("Does not apply to"): text(version.does_not_apply_to),
        _("Review by"): formats.date_format(version.review_date, "DATE_FORMAT") if version.review_date else "",
        _("Or sooner, if"): "\n".join(str(t.text) for t in version.triggers.select_related("text")),
        _("Who was heard"): "\n".join(hearings),
    }


def address(document: Document, name: str = "outcome", *extra: object) -> str:
    """The address of a page of this outcome."""
    deliberation = document.deliberation
    return reverse(name, args=[deliberation.organisation.slug, deliberation.number, *extra])


def _day(moment: datetime | date | None, organisation: Organisation) -> str:
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        moment = moment.astimezone(ZoneInfo(organisation.time_zone)).date()
    return formats.date_format(moment, "DATE_FORMAT")
