"""The living style page: every component in every state, with neutral words. Development only."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

NOON = dt.datetime(2027, 4, 30, 5, 0, tzinfo=dt.UTC)

SHORT = "The reading room stays open until ten on weekdays, and a person sits at the desk."
LONG = (
    "Those who come after work told us that a room which closes at six is closed to them altogether.\n\n"
    "But each evening hour takes a person away from the morning, when the school classes come. We judge that to be the "
    "price of a room that is open to those who cannot choose their hours.\nIt is a price, and it is named below."
)
ARABIC = "تبقى قاعة القراءة مفتوحة حتى العاشرة في أيام الأسبوع."


class SampleForm(forms.Form):
    """One field of each kind."""

    what = forms.CharField(
        label="What do you think is right here?",
        help_text="In your own words and in any language. Spelling does not matter.",
        widget=forms.Textarea,
    )
    lost = forms.CharField(
        label="What would be lost by it, and for whom? (if you wish)",
        required=False,
        widget=forms.Textarea(attrs={"class": "short"}),
    )
    owner = forms.CharField(label="Who owes it", help_text="A role that someone holds today.")
    mail = forms.EmailField(label="E-mail address", required=False)
    by = forms.DateField(label="Review by")
    owed = forms.ChoiceField(
        label="What is owed for it",
        choices=[
            ("acknowledge", "Acknowledge\nSay to those who bear it that it is a loss."),
            ("mitigate", "Mitigate\nMake it smaller."),
            ("repair", "Repair\nMake it good."),
        ],
        widget=forms.RadioSelect,
        initial="mitigate",
    )
    groups = forms.MultipleChoiceField(
        label="Affected groups",
        required=False,
        choices=[("day", "People who come by day"), ("evening", "People who come in the evening")],
        widget=forms.CheckboxSelectMultiple,
    )
    tier = forms.ChoiceField(label="Urgency", choices=[("routine", "Routine"), ("urgent", "Urgent")])
    quote = forms.BooleanField(label="You may quote me in the outcome", help_text="Under the name you chose.")

    def clean_by(self) -> dt.date:
        by: dt.date = self.cleaned_data["by"]
        if by < dt.date(2027, 5, 12):
            raise forms.ValidationError("12 November 2026 has passed. Did you mean 12 November 2027?")
        return by


def _voice(title: str, *stances: str, note: str = "") -> dict[str, Any]:
    return {
        "title": title,
        "note": note,
        "answers": [{"stance": stance, "text": SHORT, "by": "Evening reader"} for stance in stances],
    }


def _opinions() -> list[dict[str, Any]]:
    decision: dict[str, Any] = {
        "key": "decision",
        "title": "Decision",
        "lead": SHORT,
        "rows": [
            {"heading": "Because", "text": LONG},
            {"heading": "Relies on", "text": "Two people at the desk; at least six readers on an evening."},
            {"heading": "Expects", "text": "By November the evening is used by people who never came by day."},
        ],
        "name": "Head of the library",
        "by": "Decision holder. Signed Wednesday 12 May 2027, 16:42. Did not facilitate.",
    }
    dissent: dict[str, Any] = {
        "key": "dissent-1",
        "title": "Dissent",
        "lead": "The morning should not pay for the evening.",
        "rows": [
            {"heading": "Because", "text": "A class that finds the desk empty goes home without a book."},
            {"heading": "Would be removed by", "text": "A count, within six months, of the classes turned away."},
            {"heading": "Predicts", "text": LONG},
        ],
        "name": "Teacher of the lower school",
        "by": "Written against the draft of 10 May 2027. One other joined.",
        "answer": {
            "text": "The count will be made and printed. If one class in ten is turned away, this returns for review.",
            "by": "Head of the library, 12 May 2027.",
        },
    }
    second = dissent | {
        "key": "dissent-2",
        "title": "Second dissent",
        "rows": [*dissent["rows"][:2], {"heading": "Predicts", "text": ""}],
        "answer": {"text": "", "by": ""},
    }
    return [decision, dissent, second]


def _coverage() -> list[dict[str, Any]]:
    return [
        {"title": "Fairness", "heard": 2, "asked": 1, "unreached": 0},
        {"title": "Care", "heard": 2, "asked": 1, "unreached": 1},
        {"title": "Consequentialist", "heard": 12, "asked": 3, "unreached": 1},
        {"title": "To be stated by its own people", "heard": 0, "asked": 0, "unreached": 0},
    ]


def _context() -> dict[str, Any]:
    voices = [
        _voice("Fairness", "Can accept if…", "Can accept", note="Would cost: nothing we can name."),
        _voice("Care", "Cannot accept because…"),
        _voice("Rights-based"),
    ]
    more = [*voices, _voice("Consequentialist", "Can accept"), _voice("Relational", "Can accept if…")]
    wrong = SampleForm({"what": SHORT, "by": "2026-11-12", "owed": "nothing", "tier": "urgent"}, prefix="wrong")
    erased = SimpleNamespace(body="", erased_at=NOON, salt="")
    coverage = _coverage()
    return {
        "moment": NOON,
        "date": NOON.date(),
        "short": SHORT,
        "long": LONG,
        "arabic": ARABIC,
        "hostile": '<script>alert("no")</script> & 🙂 a^b',
        "erased": erased,
        "fine": SampleForm(prefix="fine", initial={"what": LONG}),
        "wrong": wrong,
        "opinions": _opinions(),
        "nobody": [
            _opinions()[0] | {"key": "decision-alone"},
            {
                "key": "no-dissent",
                "title": "Dissent",
                "lead": "Nobody wrote a dissent. Taking part is not agreement. Not heard: people who work at night.",
                "rows": [],
                "name": "",
                "by": "It stood open from 10 May to 12 May 2027.",
            },
        ],
        "losses": [
            {
                "what": "The morning has one person less at the desk.",
                "bearer": "School classes",
                "kind": "Mitigate",
                "owed": "Classes may book the desk a week ahead",
                "owner": "Head of the library",
                "due": dt.date(2027, 6, 30),
            },
            {
                "what": erased,
                "bearer": "Readers of the old hours",
                "kind": "Acknowledge",
                "owed": "A letter that says so",
                "owner": "",
                "due": dt.date(2027, 5, 31),
                "settled": dt.date(2027, 5, 28),
            },
        ],
        "steps": [
            {"title": "Positions", "says": "Closed 16 April."},
            {"title": "Accommodations", "says": "Now. Answers are seen by everyone taking part.", "current": True},
            {"title": "Agreement and difference", "says": "From 3 May."},
            {"title": "Outcome", "says": "From 6 May. Dissent is written before it is final."},
        ],
        "three": voices,
        "two": voices[:2],
        "four": more[:4],
        "five": more,
        "six": [*more, _voice("Of its own people", "Can accept")],
        "receipt": {
            "stance": "I can accept it if…",
            "text": LONG,
            "received": NOON,
            "until": NOON + dt.timedelta(days=3),
            "facts": [{"label": "To", "says": "“The desk is staffed until ten.”"}],
            "hash": "9f4c1be27a60d85e3b17c9024f6ad8815ce3470b92fd16a8e05b7c34d1926fa0",
        },
        "facts": [
            {"label": "Who asks", "says": "The facilitator, who does not decide."},
            {"label": "Until", "says": "Friday 30 April 2027, 17:00"},
            {"label": "Who will see it", "says": "Everyone taking part, once the round has closed."},
        ],
        "more": [
            {"label": "What it can change", "says": "The hours of the reading room. Not the budget."},
            {"label": "Who decides", "says": "The head of the library, who answers by 12 May."},
            {"label": "Who asked", "says": "The head of the library. Nobody is paid for the answer."},
        ],
        "standing": [
            {"says": "Informs, does not bind", "strong": True},
            {"says": "Review by 12 November 2027"},
            {"says": "3 days overdue", "late": True},
            "2 triggers",
        ],
        "ways": [
            {"url": "#ways", "title": "Not my question", "says": "You will not be asked about it again."},
            {"url": "#ways", "title": "I speak for someone else", "says": "Say for whom, and how they asked you to."},
            {"url": "#ways", "title": "I need more time", "says": "Say until when. A person answers within two days."},
            {"url": "#ways", "title": "Someone is missing", "says": "Name who should have been asked."},
        ],
        "rows": [
            {
                "when": "3 days overdue",
                "late": True,
                "more": ["Was due Friday 12 November", "Decision holder: Head of the library"],
                "title": "May the reading room close at six?",
                "url": "#rows",
                "coverage": coverage,
                "held": "nobody speaks for people who work at night.",
                "next": {"url": "#rows", "title": "Fill or explain the gap", "first": True},
            },
            {
                "when": "Round 2 of 4",
                "more": ["Closes Wednesday 5 May, 17:00"],
                "title": ARABIC,
                "url": "#rows",
                "text": SHORT,
                "next": {"says": "Waits for the decision holder"},
            },
            {"when": "Decided 29 April", "title": "Who may borrow the map?", "says": ["You were heard."]},
        ],
        "coverage": coverage,
        "frameworks": ["Fairness", "Care", "Rights-based"],
        "matrix": [
            {
                "group": "People who come in the evening",
                "cells": [[{"name": "Evening reader"}, {"name": "Night nurse", "suggested": True}], [], []],
                "covered": "Yes",
            },
            {"group": "People who work at night", "gap": "Nobody speaks for them.", "covered": "No"},
        ],
        "values": [
            {"label": "You had said", "value": "22:00", "says": "on 3 March"},
            {"label": "Proposed", "value": "18:00", "says": "in the draft of 10 May"},
            {"label": "Stands", "value": "22:00", "says": "until it is decided"},
        ],
        "page": Paginator(range(60), 20).page(2),
    }


def style(request: HttpRequest, page: str = "style") -> HttpResponse:
    """The page, or the example of a card. `?lang=ar` shows it from right to left; 404 outside development."""
    if not settings.DEBUG:
        raise Http404
    language = request.GET.get("lang", "")
    if language not in {"en", "ar"}:
        return render(request, f"{page}.html", _context())
    with translation.override(language):
        return render(request, f"{page}.html", _context())


def card(request: HttpRequest) -> HttpResponse:
    """How a page that asks one person is built: templates/style_card.html."""
    return style(request, "style_card")
