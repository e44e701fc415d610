"""Words are erased on their author's request: asked once more, with the reason."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import MemberRequest, for_members
from accounts.permissions import may
from accounts.refusals import Invalid
from audit.domain.erasure import erase_text
from audit.forms.erasure import ErasureForm
from audit.models import Entry


@require_http_methods(["GET", "POST"])
@for_members(read="erase_text")
def words_erase(request: MemberRequest, slug: str, pk: UUID, name: str) -> HttpResponse:
    """The words that an entry commits to under a name."""
    entry = Entry.objects.filter(organisation=request.organisation, pk=pk).first()
    if entry is None:
        raise Http404
    back = "record_entry" if may(request.caller, "read_record") else ""
    where = reverse(back, args=[slug, pk]) if back else reverse("asked", args=[slug])
    form = ErasureForm(request.POST or None)
    if form.is_valid():
        try:
            erase_text(entry, name, by=request.user, reason=form.cleaned_data["reason"])
        except Invalid as invalid:
            form.add_error("reason", invalid.sentence)
        else:
            messages.success(
                request, _("The words are erased. What refers to them says so, and every proof still holds.")
            )
            return redirect(where)
    return render(
        request,
        "confirm.html",
        {
            "heading": _("Erase these words?"),
            "kicker": _("The record"),
            "says": _(
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
