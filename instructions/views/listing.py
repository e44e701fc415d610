"""The list of a history, and the page of one instruction."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.ids import uuid_or_none
from accounts.permissions import may
from accounts.queries.organisations import projects
from audit.models import Text
from instructions.forms.listing import FilterForm
from instructions.models import Instruction
from instructions.queries import instruction as reading_of
from instructions.queries.instruction import first_words, get_instruction_for, page_of
from instructions.queries.listing import SHOWN, instructions, page_after, waiting
from instructions.queries.origins import Origin, origins_of
from instructions.queries.reading import MEANINGS, NOTES

READ = "read_instructions"
LONGEST_TITLE = 240


@require_safe
@for_members(read=READ)
def instruction_list(request: MemberRequest, slug: str) -> HttpResponse:
    """The instructions of the organisation and its projects, filtered and searched."""
    given = request.GET
    show = given.get("show", "") if given.get("show", "") in SHOWN else "in_force"
    form = FilterForm(given, projects=projects())
    wanted = form.wanted(show)
    rows, following = page_after(instructions(request.organisation, wanted), uuid_or_none(given.get("after", "")))
    origins = origins_of(rows)
    query = {key: value for key, value in given.items() if key != "after" and value}
    return render(
        request,
        "instructions/list.html",
        {
            "form": form,
            "show": show,
            "tabs": _tabs(waiting(request.organisation)),
            "narrow": wanted.is_narrow,
            "rows": [{"instruction": row, "origin": origins.get(row.pk)} for row in rows],
            "more": urlencode(query | {"after": str(following)}) if following else "",
            "any": bool(rows) or Instruction.objects.filter(current__isnull=False).exists(),
            "may_propose": may(request.caller, "propose_instruction"),
        },
    )


def _tabs(proposals: int) -> list[tuple[str, str]]:
    return [
        ("in_force", _("In force")),
        ("proposed", _("Proposals waiting (%(count)s)") % {"count": proposals}),
        ("ended", _("Ended")),
        ("all", _("All")),
    ]


@require_safe
@for_members(read=READ)
def instruction_page(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """One instruction: what it says, and all that became of it."""
    found = found_or_404(request, pk)
    page = page_of(found)
    origin = origins_of([found]).get(found.pk)
    title = title_of(found)
    return render(
        request,
        "instructions/instruction.html",
        {
            "instruction": found,
            "page": page,
            "title": title,
            "longer": title != " ".join((found.current.text.body or "").split()) if found.current else False,
            "says": SAYS.get(found.state, ""),
            "acts": acts(request, found, page),
            "readings": _readings(page),
            "facts": _facts(page, origin, slug),
            "origin": origin,
        },
    )


SAYS: dict[str, Any] = {
    Instruction.State.PROPOSED: gettext_lazy("A proposal. It binds nobody until an editor puts it in force."),
    Instruction.State.REJECTED: gettext_lazy("It was proposed and rejected. It never held."),
    Instruction.State.WITHDRAWN: gettext_lazy("It was proposed and taken back. It never held."),
    Instruction.State.SUPERSEDED: gettext_lazy("Another instruction has taken its place. It holds no longer."),
    Instruction.State.RETIRED: gettext_lazy("It was retired. It holds no longer."),
    Instruction.State.EXPIRED: gettext_lazy("Its time is over. It holds no longer."),
}
"""What the state of an instruction means, where it is not in force."""


def title_of(instruction: Instruction) -> Text | str:
    """The wording as a title: whole where it is short, else its first words; a text that was erased says so itself."""
    assert instruction.current is not None
    text = instruction.current.text
    return text if text.erased_at else first_words(text, LONGEST_TITLE)


def found_or_404(request: MemberRequest, pk: UUID) -> Instruction:
    """The instruction in the address, of the reader's organisation."""
    found = get_instruction_for(request.organisation, pk)
    if found is None:
        raise Http404
    return found


ACTS: tuple[tuple[str, str, Any], ...] = (
    ("publish_instruction", "instruction_publish", lambda: _("Put it in force")),
    ("revise_instruction", "instruction_revise", lambda: _("Revise it")),
    ("supersede_instruction", "instruction_supersede", lambda: _("Put another in its place")),
    ("reject_instruction", "instruction_reject", lambda: _("Reject it")),
    ("withdraw_instruction", "instruction_withdraw", lambda: _("Withdraw it")),
    ("retire_instruction", "instruction_retire", lambda: _("Retire it")),
    ("reinstate_instruction", "instruction_reinstate", lambda: _("Put it in force again")),
)
"""What can be done with an instruction: the verb, its page, and the button."""


def acts(request: MemberRequest, instruction: Instruction, page: reading_of.Page) -> list[dict[str, Any]]:
    """What this reader may do with an instruction as it stands."""
    proposer = page.steps[-1].revision.made_by_id if page.steps else None
    mine = proposer == request.user.pk
    left_out = {"withdraw_instruction"} if not mine else {"reject_instruction"}
    return [
        {
            "title": title(),
            "url": reverse(route, args=[request.organisation.slug, instruction.pk]),
            "first": verb == "publish_instruction",
        }
        for verb, route, title in ACTS
        if verb not in left_out and may(request.caller, verb, instruction.state)
    ]


def _readings(page: reading_of.Page) -> list[dict[str, Any]]:
    overruled = {one.field: one for one in page.overrules}
    return [
        {
            "title": reading_of.titles()[name],
            "note": note,
            "value": reading_of.said_of(page.instruction, name),
            "meaning": MEANINGS[getattr(page.instruction, name)],
            "overrule": overruled.get(name),
            "proposed": _label(page.instruction, name, overruled[name].proposed) if name in overruled else "",
        }
        for name, note in NOTES.items()
    ]


def _label(instruction: Instruction, name: str, value: str) -> str:
    choices = dict(Instruction._meta.get_field(name).choices or ())  # type: ignore[union-attr]
    return capfirst(str(choices.get(value, value)))


def _facts(page: reading_of.Page, origin: Origin | None, slug: str) -> list[dict[str, Any]]:
    one = page.instruction
    first = page.steps[-1].revision if page.steps else None
    ends = one.expires_at and reading_of.plain(one.expires_at)
    rows = [
        (_("Holds for"), one.project.name if one.project else _("the whole organisation: every project")),
        (_("Environment"), one.environment or _("everywhere")),
        (_("Phase, session or task"), _period(one)),
        (_("Ends"), ends or ""),
        (_("In the place of"), _link(one.supersedes, slug) if one.supersedes else ""),
        (_("In its place"), format_html_join(", ", "{}", ((_link(other, slug),) for other in page.superseded_by))),
        (_("Came from"), _origin(origin) if origin else _came_from(one)),
        (_("Proposed by"), reading_of.maker(first.made_by, first.made_by_key) if first is not None else ""),
        (_("Put in force by"), str(one.published_by) if one.published_by else ""),
    ]
    return [{"label": label, "says": says} for label, says in rows]


def _period(one: Instruction) -> str:
    if one.period is None:
        return ""
    named = {"kind": one.period.get_kind_display(), "name": one.period.name}
    return _("%(kind)s “%(name)s”") % named if one.period.is_open else _("%(kind)s “%(name)s”, which has ended") % named


def _link(one: Instruction, slug: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("instruction", args=[slug, one.pk]), one.key)


def _origin(origin: Origin) -> str:
    return format_html('<a href="{}">{}</a>', origin.url, origin.title) if origin.url else origin.title


def _came_from(one: Instruction) -> str:
    if one.brought_by is not None:
        return one.place or one.brought_by.name
    return one.place or ("" if one.source == "user" else one.source)
