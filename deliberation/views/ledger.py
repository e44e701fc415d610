"""The ledger: every loss and every promise of signed outcomes, searched, filtered, and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.csv_lines import csv_file
from accounts.ids import uuid_or_none
from accounts.models import Project
from deliberation.domain.precedent import today_in
from deliberation.forms.ledger import LedgerForm
from deliberation.models import Group, Remainder
from deliberation.queries import ledger as reads
from deliberation.queries.ledger import LOSSES, PROMISES, STANDINGS, Line, Wanted
from deliberation.queries.titles import titles_decided
from deliberation.views.home import AT_A_TIME

READ = "read_ledger"


@require_safe
@for_members(read=READ)
def ledger(request: MemberRequest, slug: str) -> HttpResponse:
    """Losses or promises, the newest first, with who bears most of what was looked for."""
    form, wanted = _asked_for(request)
    today = today_in(request.organisation)
    page = reads.page_of(wanted, uuid_or_none(request.GET.get("after", "")), today=today)
    found = _lines(wanted, page.rows, today)
    query = {key: value for key, value in request.GET.items() if key not in {"after", "sums"} and value}
    shows_losses = wanted.show == LOSSES
    begun = bool(request.GET.get("after"))
    summed = page.whole
    if shows_losses and not begun and request.GET.get("sums"):
        summed = reads.losses(wanted, today=today)
    return render(
        request,
        "deliberation/ledger.html",
        {
            "form": form,
            "wanted": wanted,
            "shows_losses": shows_losses,
            "lines": [_row(line, slug) for line in found],
            "sums": _sums(summed) if shows_losses and found and summed is not None else [],
            "sum_up": "" if begun or not shows_losses or summed is not None else urlencode(query | {"sums": "all"}),
            "shown": [
                {"key": key, "title": title, "url": "?" + urlencode({"show": key}), "current": wanted.show == key}
                for key, title in ((LOSSES, _("Losses")), (PROMISES, _("Promises")))
            ],
            "more": urlencode(query | {"after": str(page.following)}) if page.following else "",
            "csv": reverse("ledger_csv", args=[slug]) + ("?" + urlencode(query) if query else ""),
            "any": bool(found) or begun or not wanted.is_empty,
        },
    )


@require_safe
@for_members(read=READ)
def ledger_csv(request: MemberRequest, slug: str) -> StreamingHttpResponse:
    """The same as CSV: one line a promise, and one for a loss for which nobody has promised anything."""
    _form, wanted = _asked_for(request)
    today = today_in(request.organisation)

    def lines() -> Iterator[Iterable[object]]:
        yield HEADS
        after: UUID | None = None
        while True:
            page = reads.page_of(wanted, after, AT_A_TIME, today=today)
            after = page.following
            for line in _lines(wanted, page.rows, today):
                yield from _cells(request, line, slug)
            if after is None:
                return

    return csv_file(f"ledger-{slug}.csv", lines())


HEADS = (
    "Reference", "Question", "Signed", "Loss", "Borne by", "Owed", "What is owed", "Promise", "To whom", "Owner",
    "Due", "State", "Settled", "Overdue", "Address",
)  # fmt: skip
"""The columns of the CSV, in one language, so that programs find them."""


def _asked_for(request: MemberRequest) -> tuple[LedgerForm, Wanted]:
    show = PROMISES if request.GET.get("show") == PROMISES else LOSSES
    groups, projects = titles_decided(Group), list(Project.objects.all())
    form = LedgerForm(request.GET or {"show": show}, show=show, groups=groups, projects=projects)
    return form, form.wanted()


def _lines(wanted: Wanted, rows: list[Any], today: date) -> list[Line]:
    if wanted.show == PROMISES:
        return reads.lines_of_promises(rows, today=today)
    return reads.lines_of_losses(rows, today=today)


def _row(line: Line, slug: str) -> dict[str, Any]:
    row, deliberation = line.row, line.row.deliberation
    at = f"#loss-{row.number}" if isinstance(row, Remainder) else "#commitments-h"
    shown: dict[str, Any] = {
        "row": row,
        "language": deliberation.language,
        "promises": line.promises,
        "replaced": line.replaced,
        "url": reverse("outcome", args=[slug, deliberation.number]) + at,
        "reference": deliberation.reference,
        "question": deliberation.question,
        "signed_at": line.outcome.signed_at,
    }
    if isinstance(row, Remainder):
        standing = reads.standing_of_loss(row)
        shown |= {"standing": STANDINGS[standing], "is_late": standing in {"late", "not_kept", "nobody"}}
    return shown


def _sums(rows: QuerySet[Remainder]) -> list[dict[str, Any]]:
    """Who bears most, what was given less weight, and when: each leads to its losses."""

    def row(one: reads.Sum, query: dict[str, str]) -> dict[str, Any]:
        return {"sum": one, "kept": one.losses - one.open, "url": "?" + urlencode({"show": LOSSES} | query)}

    return [
        {
            "key": "bearers",
            "title": _("Borne by"),
            "rows": [row(one, {"bearer": one.name}) for one in reads.by_bearer(rows)],
        },
        {
            "key": "values",
            "title": _("Where this was given less weight"),
            "rows": [row(one, {"value": one.name}) for one in reads.by_value(rows)],
        },
        {
            "key": "years",
            "title": _("Signed in"),
            "rows": [
                row(one, {"since": f"{one.name}-01-01", "until": f"{one.name}-12-31"}) for one in reads.by_year(rows)
            ],
        },
    ]


def _cells(request: MemberRequest, line: Line, slug: str) -> Iterator[list[object]]:
    row, deliberation, signed = line.row, line.row.deliberation, line.outcome.signed_at
    about = [deliberation.reference, deliberation.question, signed.date().isoformat() if signed else ""]
    loss = row if isinstance(row, Remainder) else row.remainder
    lost = [loss.loss, loss.bearer, loss.owed] if loss else ["", "", ""]
    debt = row.debt if isinstance(row, Remainder) else ""
    address = request.build_absolute_uri(reverse("outcome", args=[slug, deliberation.number]))
    if not line.promises:
        yield [*about, *lost, debt, "", "", "", "", "nobody", "", "", address]
    for one in line.promises:
        promise = one.commitment
        settled = one.settled_at.date().isoformat() if one.settled_at else ""
        late = "yes" if one.is_late else ""
        yield [
            *about, *lost, debt, promise.what, promise.to_whom, one.owner, promise.due.isoformat(), promise.state,
            settled, late, address,
        ]  # fmt: skip
