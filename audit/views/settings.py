"""What of the record anybody may see."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import MemberRequest, for_members
from accounts.refusals import Stale
from audit.domain.surfaces import switch_surface
from audit.forms.public import SurfacesForm
from audit.models import Dataset, Surface


@for_members(read="switch_surface")
def settings_public(request: MemberRequest, slug: str) -> HttpResponse:
    """One box for each thing that may be public; what was changed is recorded, each by itself."""
    on = list(Surface.objects.filter(organisation=request.organisation, is_on=True).values_list("name", flat=True))
    posted = request.method == "POST"
    form = SurfacesForm(request.POST if posted else None, initial={"shown": on})
    if posted and form.is_valid():
        wanted = set(form.cleaned_data["shown"])
        for name in sorted(wanted ^ set(on)):
            try:
                switch_surface(request.organisation, name, name in wanted, by=request.user)
            except Stale:
                continue  # somebody else did the same in this moment
        messages.success(request, _("Nothing was changed.") if wanted == set(on) else _("Kept."))
        return redirect("settings_public", slug=slug)
    facts = {"form": form, "on": on, "dataset": Dataset.objects.filter(organisation=request.organisation).first()}
    return render(request, "audit/public.html", facts, status=422 if posted else 200)
