"""Writing an instruction: a new one, one in the place of another, the next revision of one.

One page does all three. As somebody types, htmx sends the form to the same address and gets the page's part `reading`
back; without script a button does that. Neither stores anything but the draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MemberRequest, for_members, kept_post
from accounts.models import Project
from accounts.queries.organisations import open_projects
from accounts.refusals import Invalid, NotAllowed, Refused, Stale, WrongState
from accounts.views.acting import sent
from instructions.domain.changes import of_wording
from instructions.domain.classification import LONGEST_INSTRUCTION, classify
from instructions.domain.conflicts import Clash, Unanswered, clashes_before
from instructions.domain.drafts import draft_of, drop_draft, save_draft
from instructions.domain.instruction import propose_instruction, publish_instruction, revise_instruction
from instructions.domain.periods import open_period
from instructions.domain.rejudging import WouldHaveChanged, would_have_changed
from instructions.forms.wording import CHOICES, WordingForm, last_day, seen_in
from instructions.models import Draft, Instruction, Period, Revision
from instructions.models.instruction import TemporalScope
from instructions.queries.instruction import said_a_moment_ago
from instructions.queries.listing import UNIVERSAL
from instructions.queries.reading import Reading, reading
from instructions.views.clashes import shown
from instructions.views.listing import found_or_404

PUBLISH, PROPOSE, CHANGED = "publish", "propose", "changed"
NOT_WORDS = frozenset({"csrfmiddlewaretoken", "do"})
NAME = re.compile(r"new|(revise|supersede):[0-9a-f]{32}")


class Writing:
    """The page on which a wording is written. `revised` is what gets its next revision, `replaced` what goes."""

    def __init__(
        self, request: MemberRequest, *, revised: Instruction | None = None, replaced: Instruction | None = None
    ) -> None:
        self.request = request
        self.revised, self.replaced = revised, replaced
        old = revised or replaced
        kind = "revise" if revised else "supersede"
        self.name = f"{kind}:{old.pk.hex}" if old is not None else "new"
        self.draft: Draft | None = None
        if request.method == "GET":
            self.draft = draft_of(request.organisation, by=request.user, form=self.name)
        self.reads = bool(request.headers.get("HX-Request")) or request.POST.get("do") not in (PUBLISH, PROPOSE)
        posted = request.POST if request.method == "POST" else None
        self.given: Mapping[str, Any] = posted.dict() if posted is not None else self._filled(old)
        projects = (
            [old.project] if old is not None and old.project else [] if old is not None else list(open_projects())
        )
        self.form = WordingForm(
            None if self.reads else posted,
            initial=self.given,
            projects=projects,
            periods=_open_periods(projects),
            instruction=old,
            needs_why=revised is not None,
        )
        self.clashes: list[Clash] = []
        self.problems: Mapping[str, str] = {}

    def _filled(self, old: Instruction | None) -> dict[str, Any]:
        """What the form begins with: what was being written, else what was sent before signing in, else what stands."""
        if self.draft is not None:
            return dict(self.draft.fields)
        kept = kept_post(self.request)
        if kept is not None:
            return kept.dict()
        if old is not None and old.current is not None:
            return _as_it_stands(old, old.current)
        only = list(open_projects()[:2])
        return {"project": str(only[0].pk)} if len(only) == 1 else {}

    @property
    def project(self) -> Project | None:
        """The project it is to hold for, as far as that is chosen; None for the whole organisation."""
        old = self.revised or self.replaced
        return old.project if old is not None else self.form.projects.get(str(self.given.get("project", "")))

    @property
    def knows_where(self) -> bool:
        """Whether it is said where it holds, so that one can see what it goes against there."""
        given = self.given.get("project")
        return self.revised is not None or self.replaced is not None or given == UNIVERSAL or self.project is not None

    def send(self, verb: Callable[[], Instruction]) -> Instruction | None:
        """Call the verb; None where it refused, with what is wrong at the fields."""

        def run(_given: dict[str, Any]) -> Instruction:
            with transaction.atomic():
                return verb()

        def hears(refused: Refused) -> None:
            if isinstance(refused, NotAllowed | WrongState):
                raise refused
            self.clashes = refused.clashes if isinstance(refused, Unanswered) else []
            self.problems = refused.errors

        made = sent(self.form, run, hears=hears)
        if made is not None:
            drop_draft(self.request.organisation, by=self.request.user, form=self.name)
        return made

    def period(self) -> Period | None:
        """The phase, session or task that is begun for it, if one is named."""
        name = self.form.cleaned_data["new_period"].strip()
        if not name:
            return None
        scope = self.form.cleaned_data["temporal_scope"] or str(
            classify(self.form.cleaned_data["text"], self.request.organisation).temporal_scope
        )
        if scope not in Period.Kind.values:
            raise Invalid(_("It holds for none: overrule its temporal scope, or leave this empty."), "new_period")
        project = self.revised.project if self.revised else self.chosen_project()
        if project is None:
            raise Invalid(_("A phase, session or task is a project’s."), "new_period")
        return open_period(project, scope, name, by=self.request.user)

    def chosen_project(self) -> Project | None:
        """The project of a valid form."""
        return self.replaced.project if self.replaced is not None else self.form.chosen_project()

    def page(self) -> HttpResponse:
        """The page, or for htmx the part of it that says how the text is read."""
        fragment = bool(self.request.headers.get("HX-Request"))
        refused = self.form.is_bound and bool(self.form.errors)
        part = "#reading" if fragment else ""
        return render(self.request, f"instructions/write.html{part}", self.context(), status=422 if refused else 200)

    def context(self) -> dict[str, Any]:
        """What the page shows."""
        text = str(self.given.get("text", ""))[:LONGEST_INSTRUCTION]
        found = reading(text, self.request.organisation)
        clashes = self.clashes or (self._clashes(text, found) if found and found.is_stored else [])
        old = self.revised or self.replaced
        return {
            "form": self.form,
            "writing": self,
            "draft": self.draft,
            "reading": found,
            "readings": [self._overrulable(field) for field in found.fields] if found else [],
            "clashes": [
                shown(clash, self.given, self.problems, may_give_way=self.revised is None) for clash in clashes
            ],
            "text": text,
            "old": old,
            "revised": self.revised,
            "replaced": self.replaced,
            "changed": self._would_have_changed(text) if found and found.is_stored else None,
            "may_ask": bool(found and found.is_stored and self.knows_where),
            "revised_meanwhile": self._revised_meanwhile(),
        }

    def seen(self) -> int | None:
        """The revision that stood when its writer began on the next one, as the form says."""
        return seen_in(self.given)

    def _revised_meanwhile(self) -> bool:
        if self.revised is None or self.revised.current is None:
            return False
        return self.seen() not in (None, self.revised.current.number)

    def _clashes(self, text: str, read: Reading) -> list[Clash]:
        if not self.knows_where:
            return []
        scope = str(self.given.get("temporal_scope") or "")
        if scope not in TemporalScope.values:
            scope = str(read.classification.temporal_scope)
        environment = str(self.given.get("environment", ""))
        found = clashes_before(text, self.project, besides=self.revised, environment=environment, temporal_scope=scope)
        return [clash for clash in found if self.replaced is None or clash.against.pk != self.replaced.pk]

    def _would_have_changed(self, text: str) -> WouldHaveChanged | None:
        """What the wording would have changed of past checks, where the button for that was pressed."""
        if self.given.get("do") != CHANGED or not self.knows_where:
            return None
        overruled = {
            name: str(self.given[name]) for name, choices in CHOICES.items() if self.given.get(name) in dict(choices)
        }
        change = of_wording(
            text, self.request.organisation, self.project, revised=self.revised, replaced=self.replaced,
            environment=str(self.given.get("environment", "")), overruled=overruled,
        )  # fmt: skip
        return would_have_changed(change, self.request.organisation, by=self.request.user)

    def _overrulable(self, field: Any) -> dict[str, Any]:
        chosen, why = str(self.given.get(field.name, "")), str(self.given.get(f"{field.name}_why", ""))
        errors = [*self.form.errors.get(field.name, []), *self.form.errors.get(f"{field.name}_why", [])]
        return {
            "read": field,
            "choices": [(value, label) for value, label in CHOICES[field.name] if value != field.value],
            "chosen": chosen if chosen != field.value else "",
            "why": why,
            "errors": errors,
            "open": bool(errors) or bool(chosen and chosen != field.value),
            "ends_by_hand": field.name == "temporal_scope"
            and (chosen or field.value) in Period.Kind.values
            and not self.given.get("period")
            and not self.given.get("new_period"),
        }


def _open_periods(projects: list[Project]) -> list[Period]:
    rows = Period.objects.filter(ended_at__isnull=True, project__in=projects)
    return list(rows.select_related("project").order_by("project__name", "kind", "name"))


def _as_it_stands(old: Instruction, revision: Revision) -> dict[str, Any]:
    overruled: dict[str, Any] = {}
    for one in revision.overrules.select_related("why"):
        overruled |= {one.field: one.chosen, f"{one.field}_why": one.why.body or ""}
    return {
        "seen": revision.number,
        "text": revision.text.body or "",
        "environment": old.environment,
        "ends_on": last_day(old.expires_at) if old.expires_at else None,
        "period": str(old.period_id) if old.period_id else "",
        **overruled,
    }


@require_http_methods(["GET", "POST"])
@for_members(read="propose_instruction")
def instruction_new(request: MemberRequest, slug: str) -> HttpResponse:
    """Write an instruction, and put it in force or keep it as a proposal."""
    return _new(request, Writing(request))


@require_http_methods(["GET", "POST"])
@for_members(read="propose_instruction")
def instruction_supersede(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Write what takes the place of an instruction in force."""
    old = found_or_404(request, pk)
    if not old.is_in_force:
        raise WrongState(_("%(key)s is not in force, so nothing takes its place.") % {"key": old.key})
    return _new(request, Writing(request, replaced=old))


def _new(request: MemberRequest, writing: Writing) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "forget":
        return _forget(request, writing)
    if writing.reads:
        return writing.page()

    def write() -> Instruction:
        made = propose_instruction(
            request.organisation,
            writing.form.wording(writing.period()),
            by=request.user,
            project=writing.chosen_project(),
            why=writing.form.cleaned_data["why"],
            supersedes=writing.replaced,
            place=writing.form.cleaned_data["place"],
        )
        twin = said_a_moment_ago(made)
        if twin is not None:
            raise Stale(_("%(key)s says the same; you sent it a moment ago.") % {"key": twin.key})
        return publish_instruction(made, by=request.user, answers=writing.form.answers()) if do == PUBLISH else made

    made = writing.send(write)
    if made is None:
        return writing.page()
    _tell(request, made)
    return redirect("instruction", slug=request.organisation.slug, pk=made.pk)


@require_http_methods(["GET", "POST"])
@for_members(read="revise_instruction")
def instruction_revise(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Write the next revision of an instruction."""
    old = found_or_404(request, pk)
    if old.state not in (Instruction.State.PROPOSED, Instruction.State.ACTIVE):
        raise WrongState(_("%(key)s has ended. Put it in force again before you revise it.") % {"key": old.key})
    writing = Writing(request, revised=old)
    if request.POST.get("do") == "forget":
        return _forget(request, writing)
    if writing.reads:
        return writing.page()

    def write() -> Instruction:
        revise_instruction(
            old,
            writing.form.wording(writing.period()),
            by=request.user,
            why=writing.form.cleaned_data["why"],
            answers=writing.form.answers(),
            seen=writing.seen(),
        )
        return old

    if writing.send(write) is None:
        return writing.page()
    messages.success(request, _("%(key)s has its next revision.") % {"key": old.key})
    return redirect("instruction", slug=slug, pk=old.pk)


def _forget(request: MemberRequest, writing: Writing) -> HttpResponse:
    drop_draft(request.organisation, by=request.user, form=writing.name)
    return redirect(request.path)


def _tell(request: MemberRequest, made: Instruction) -> None:
    said = {
        Instruction.State.ACTIVE: _("%(key)s is in force."),
        Instruction.State.PROPOSED: _("%(key)s is kept as a proposal. It binds nobody yet."),
        Instruction.State.WITHDRAWN: _("%(key)s is not in force: the other one holds."),
    }
    messages.success(request, said[Instruction.State(made.state)] % {"key": made.key})


@require_POST
@for_members(read="propose_instruction")
def instruction_draft(request: MemberRequest, slug: str, form: str) -> JsonResponse:
    """Keep what is in a form: {"saved_at": …}."""
    if not NAME.fullmatch(form):
        raise Http404
    if form != "new":
        found_or_404(request, UUID(form.partition(":")[2]))
    fields = {k: v for k, v in request.POST.items() if k not in NOT_WORDS and isinstance(v, str)}
    at = save_draft(request.organisation, by=request.user, form=form, fields=fields)
    return JsonResponse({"saved_at": timezone.localtime(at).isoformat(timespec="seconds")})
