"""An outcome as PDF: typst sets it from data, so no person's words are ever read as markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.utils import formats
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from audit.models import Text
from deliberation.queries import outcome_page as page
from deliberation.queries.outcome import Document

SHEET = Path(__file__).parent.parent / "data" / "outcome.typ"


def typeset(document: Document) -> bytes:
    """The PDF. Decision and dissent are set by one function, side by side, at the same size."""
    return typst.compile(SHEET.read_bytes(), sys_inputs={"document": json.dumps(data_of(document))}, format="pdf")


def data_of(document: Document) -> dict[str, Any]:
    """Everything printed, as plain strings, with the labels in the reader's language."""
    deliberation = document.deliberation
    return {
        "language": (get_language() or "en")[:2],
        "rtl": get_language_bidi(),
        "house": deliberation.organisation.name,
        "kicker": f"{_('Outcome')} {deliberation.reference}",
        "question": str(deliberation.question),
        "lede": page.lede(document),  # the sentence of the decision stands right below it
        "status": [_plain(one) for one in page.status(document)],
        "terms_title": _("Terms"),
        "terms": _terms(document),
        "opinions": [_opinion(one) for one in page.opinions(document, answering=not document.is_signed)],
        "sections": _sections(document),
        "foot": _("Reasons are heard here. They are not counted."),
    }


def _opinion(opinion: dict[str, Any]) -> dict[str, Any]:
    answer = opinion.get("answer")
    return {
        "title": str(opinion["title"]),
        "lead": str(opinion["lead"]),
        "rows": [[str(r["heading"]), _text(r["text"]) or _("Nothing was written.")] for r in opinion["rows"]],
        "name": opinion["name"],
        "by": str(opinion["by"]),
        "answer": None
        if answer is None
        else [
            _("Answer of the decision holder"),
            _text(answer["text"]) or _("Not answered yet. It cannot be signed before it is."),
            str(answer.get("by", "")),
        ],
    }


def _sections(document: Document) -> list[dict[str, Any]]:
    version = document.version
    found: list[dict[str, Any]] = []
    if version.meanwhile is not None:
        found.append({"title": _("What stands meanwhile"), "text": [_text(version.meanwhile)]})
    found.append(
        {
            "title": _("Values"),
            "pair": [
                [_("Given weight here"), [str(text) for text in document.prioritized]],
                [_("Given less weight here"), [str(text) for text in document.deprioritized]],
            ],
        }
    )
    found.append(
        {
            "title": _("Moral remainder"),
            "text": [_("What this decision costs someone, and who owes them what.")],
            "facts": [
                [f"2.{loss.number}", f"{loss.loss} {_('Borne by')}: {loss.bearer}. {loss.owed_in_words}: {loss.debt}"]
                for loss in document.losses
            ],
        }
    )
    done = [
        [
            _date(one["due"]),
            f"{one['what']} ({one['to_whom']}). {one['owner']}. {one['state']}.",
        ]
        for one in page.commitments(document)
    ]
    found.append(
        {
            "title": _("Commitments"),
            "facts": done,
            "text": [_("Nothing is to be done: %(why)s") % {"why": version.nothing_to_do}]
            if version.nothing_to_do
            else [],
        }
    )
    if document.agents is not None:
        told = document.agents
        found.append({"title": _("What the agents are told"), "facts": [[told.instruction.key, str(told.text)]]})
    found.append(
        {
            "title": _("Scope and review"),
            "facts": [
                [_("Applies to"), _text(version.applies_to)],
                [_("Does not apply to"), _text(version.does_not_apply_to)],
                [_("Review by"), _date(version.review_date)],
                [_("Or sooner, if"), "; ".join(str(text) for text in document.triggers)],
            ],
        }
    )
    found.append({"title": _("Who was heard"), **_heard(document)})
    if document.unanswered:
        found.append(
            {"title": _("Questions nobody answered"), "facts": [[by, str(text)] for text, by in document.unanswered]}
        )
    if document.entry is not None:
        found.append(
            {
                "title": _("Proof"),
                "text": [
                    _("Nothing here was altered after signing. It does not show that what was said is true."),
                ],
                "facts": [[_("Entry"), str(document.entry.pk)], [_("Leaf hash"), document.entry.leaf_hex]],
            }
        )
    return found


def _heard(document: Document) -> dict[str, Any]:
    none = _("nobody")
    rows = [
        [
            row.title,
            "; ".join(row.heard) or none,
            "; ".join(row.no_answer) or none,
            "; ".join(row.not_reached) or none,
        ]
        for row in document.heard
    ]
    gaps = [f"{title}: {why}" for title, why in document.gaps]
    because = [f"{row.title}: {row.because}" for row in document.heard if row.because is not None]
    return {
        "text": [_("Silence is not agreement. The frameworks stand in an order that was drawn."), *because, *gaps],
        "table": [[_("Framework"), _("Heard"), _("Asked, no answer"), _("Not reached")], *rows],
    }


def _terms(document: Document) -> list[list[str]]:
    terms = document.terms
    if terms is None:
        return []
    return [
        [_("What this can change"), str(terms.can_change)],
        [_("Not on the table"), str(terms.off_table)],
        [_("Who decides"), str(terms.decided_by)],
        [_("Until then"), str(terms.meanwhile)],
        [_("After disagreement"), str(terms.after_disagreement)],
        [_("Who asked"), str(terms.asked_by)],
        [_("Who pays"), str(terms.paid_by)],
        [_("What participants get"), str(terms.compensation)],
    ]


def _plain(one: dict[str, object] | str) -> str:
    return str(one["says"]) if isinstance(one, dict) else str(one)


def _text(text: Text | str | None) -> str:
    return "" if text is None else str(text)


def _date(day: Any) -> str:
    return formats.date_format(day, "DATE_FORMAT") if day else ""
