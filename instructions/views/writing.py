"""Writing an instruction: a new one, one in the place of another, the next revision of one."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import MemberRequest, for_members, kept_post
from accounts.forms.refusals import refuse
from accounts.queries.organisations import open_projects
from accounts.refusals import Refused
from instructions.domain.conflicts import Unanswered
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.forms.wording import WordingForm
from instructions.models import Instruction, Period


@require_http_methods(["GET", "POST"])
@for_members(read="propose_instruction")
def instruction_new(request: MemberRequest, slug: str) -> HttpResponse:
    """Write an instruction, and put it in force or keep it as a proposal."""
    sent = request.POST if request.method == "POST" else None
    kept = kept_post(request)
    form = WordingForm(
        sent,
        initial=kept.dict() if kept else {},
        projects=open_projects(),
        periods=Period.objects.filter(ended_at__isnull=True).select_related("project"),
    )
    clashes = []
    if sent is not None and form.is_valid():
        try:
            made = _write_new(request, form, publish=sent.get("do") != "propose")
        except Unanswered as refused:
            clashes = refused.clashes
            refuse(form, refused)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("%(key)s is in force.") % {"key": made.key})
            return redirect("instruction", slug=slug, pk=made.pk)
    return render(
        request,
        "instructions/write.html",
        {"form": form, "clashes": clashes},
        status=422 if form.is_bound and form.errors else 200,
    )


def _write_new(request: MemberRequest, form: WordingForm, *, publish: bool) -> Instruction:
    with transaction.atomic():
        made = propose_instruction(
            request.organisation,
            form.wording(),
            by=request.user,
            project=form.chosen_project(),
            why=form.cleaned_data["why"],
        )
        if publish:
            publish_instruction(made, by=request.user, answers=form.answers())
    return made
