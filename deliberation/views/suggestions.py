"""What became of the software's suggestions, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import MemberRequest, for_members
from deliberation.queries import suggestions

LATELY = timedelta(days=90)


@require_safe
@for_members(read="read_suggestions")
def settings_suggestions(request: MemberRequest, slug: str) -> HttpResponse:
    """Counts by kind, ever and in the last ninety days."""
    here, since = request.organisation, clock.now() - LATELY
    parts: list[dict[str, Any]] = [
        {
            "key": "intake",
            "title": _("What may be in tension, and whom to hear"),
            "heads": [_("Suggested"), _("Kept"), _("Changed"), _("Dropped"), _("Not decided")],
            "lines": suggestions.suggestions(here, since),
        },
        {
            "key": "classification",
            "title": _("How instructions are read"),
            "heads": [_("Read"), _("Left as read"), _("Overruled")],
            "lines": suggestions.classifications(here, since),
        },
        {
            "key": "conflicts",
            "title": _("Conflicts shown"),
            "heads": [_("Shown"), _("One superseded"), _("Both, apart"), _("New one given up"), _("No conflict")],
            "lines": suggestions.conflicts(here, since),
        },
        {
            "key": "drafts",
            "title": _("What drafts of outcomes go against"),
            "heads": [_("Shown"), _("Draft changed"), _("Kept as it was"), _("Not circulated yet")],
            "lines": suggestions.draft_warnings(here, since),
        },
    ]
    for part in parts:
        part["rows"] = [(line.title, zip(part["heads"], line.ever, line.lately, strict=True)) for line in part["lines"]]
    return render(request, "deliberation/suggestions.html", {"parts": parts})
