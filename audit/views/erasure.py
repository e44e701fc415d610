"""Words are erased on their author's request: asked once more, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import MemberRequest, for_members
from accounts.ids import uuid_or_none
from accounts.permissions import may
from accounts.refusals import Invalid
from audit.domain.erasure import By, erase_text
from audit.forms.erasure import ErasureForm
from audit.models import Entry
from audit.queries.own_words import kept_as, written_by
from audit.queries.wording import event_in_words, name_in_words
from audit.speakers import author_of


@require_safe
@for_members(read="erase_text")
def own_words(request: MemberRequest, slug: str) -> HttpResponse:
    """What a member has written here as staff, wherever it stands, with the way to have it erased."""
    return own_words_page(
        request,
        request.membership.pk,
        lambda entry, name: reverse("words_erase", args=[slug, entry, name]),
        here=reverse("own_words", args=[slug]),
    )


def own_words_page(
    request: Any,
    actor: UUID,
    erase: Callable[[UUID, str], str],
    *,
    here: str,
    entered: QuerySet[Entry] | None = None,
) -> HttpResponse:
    """The page of what `actor` has written, or somebody `entered` for them; `?entry=` shows that of one entry alone."""
    only, after = uuid_or_none(request.GET.get("entry", "")), uuid_or_none(request.GET.get("after", ""))
    rows, older = written_by(request.organisation, actor, erase, after=after, only=only, entered=entered)
    facts = {"rows": rows, "older": older, "narrow": only is not None, "here": here}
    return render(request, "audit/own_words.html", facts)


@require_http_methods(["GET", "POST"])
@for_members(read="erase_text")
def words_erase(request: MemberRequest, slug: str, pk: UUID, name: str) -> HttpResponse:
    """The words that an entry commits to under a name."""
    entry = Entry.objects.filter(organisation=request.organisation, pk=pk).first()
    if entry is None:
        raise Http404
    is_own = author_of(entry) == request.membership.pk.hex
    if may(request.caller, "read_record") and not is_own:
        where = reverse("record_entry", args=[slug, pk])
    else:
        where = reverse("own_words", args=[slug])
    return erasing(request, entry, name, by=request.user, where=where, own=is_own)


def erasing(request: HttpRequest, entry: Entry, name: str, *, by: By, where: str, own: bool) -> HttpResponse:
    """Ask once more, with the reason, then erase and go back to `where`.

    It says which words they are, and shows them to whom they are their `own`.
    """
    form = ErasureForm(request.POST or None)
    if own:
        form.fields["reason"].label = _("Why")
    if form.is_valid():
        try:
            erase_text(entry, name, by=by, reason=form.cleaned_data["reason"])
        except Invalid as invalid:
            form.add_error("reason", invalid.sentence)
        else:
            messages.success(
                request, _("The words are erased. What refers to them says so, and every proof still holds.")
            )
            return redirect(where)
    return render(
        request,
        "audit/erase.html",
        {
            "heading": _("Erase these words?"),
            "entry": entry,
            "label": name_in_words(name),
            "what": event_in_words(entry.event),
            "text": kept_as(entry, name) if own else None,
            "says": _(
                "They are gone for good, and every page says “erased on request” in their place. That they were "
                "written, when and by whom stays in the record, as does your reason."
            )
            if own
            else _(
                "They are gone for good, and every page says “erased on request” in their place. That they were "
                "written, when and by whom stays in the record, as does your reason. Whoever wrote them may do this, "
                "and an administrator on their request."
            ),
            "form": form,
            "title": _("Erase them"),
            "back": where,
        },
        status=422 if form.errors else 200,
    )
