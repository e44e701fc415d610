"""The pages on which an administrator sets how the framework works, and every member reads it."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import MemberRequest, for_members
from accounts.models import Organisation, Project
from accounts.queries.organisations import open_projects
from accounts.refusals import Invalid
from instructions.domain.policy_parts import Content, as_text, registers_in, rows_of_text, verbosity_in
from instructions.forms.customisation import (
    EXPLAINS,
    FIGURES,
    MEANS,
    BoundaryForm,
    FrameworkForm,
    NamedForm,
    RegisterForm,
    TextForm,
    ThresholdsForm,
    VerbosityForm,
)
from instructions.models import Policy
from instructions.views.setting import CHANGED, Setting
from tractatus import (
    AdaptiveCommunicationOrchestrator,
    Gate,
    GateRequest,
    Instruction,
    InstructionPersistenceClassifier,
    Register,
    Verbosity,
    packs,
)
from tractatus.boundaries import Pack, pack_of
from tractatus.datafiles import FOLDER
from tractatus.pluralism.frameworks import Catalogue

READ = "read_policy"


@require_http_methods(["GET", "POST"])
@for_members(read=READ)
def settings_thresholds(request: MemberRequest, slug: str) -> HttpResponse:
    """Every figure that decides, with what it means and what ships."""
    setting = Setting(request, Policy.Part.THRESHOLDS)
    form = setting.form(ThresholdsForm, "set", ThresholdsForm.initial_of(setting.content))
    do = setting.sent()
    if do == "set" and setting.sets(form, form.content, _("These thresholds hold from the next check.")):
        return setting.done()
    if do == CHANGED:
        setting.tries(form, form.content)
    if do == "restore" and setting.restores():
        return setting.done()
    figures = ThresholdsForm.initial_of(setting.content)
    shown = [
        {
            "key": group,
            "title": title,
            "says": says,
            "facts": [
                {"label": label, "says": f"{figures[name]:.2f}"}
                for name, label in FIGURES.items()
                if name.startswith(f"{group}_")
            ],
        }
        for group, (title, says) in MEANS.items()
    ]
    return setting.page(form=form, shown=shown)


# --- Boundaries and packs


@require_http_methods(["GET", "POST"])
@for_members(read=READ)
def settings_boundaries(request: MemberRequest, slug: str) -> HttpResponse:
    """The organisation's own boundaries: one by a form, or all as a text."""
    setting = Setting(request, Policy.Part.BOUNDARIES)
    rows: list[Content] = setting.content["boundaries"]
    if request.GET.get("format") == "toml":
        return HttpResponse(
            as_text(setting.part, setting.content),
            content_type="application/toml; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="boundaries.toml"'},
        )
    chosen = _named(rows, "name", request.GET.get("boundary"))
    form = setting.form(BoundaryForm, "set", {**chosen, "was": chosen["name"]} if chosen else None)
    text = setting.form(TextForm, "text", {"toml": as_text(setting.part, setting.content)})
    remove = _removing(setting, rows, "name")
    do = setting.sent()

    def written() -> Content:
        return {"boundaries": _put(rows, "name", form.cleaned_data["was"], form.row())}

    if do == "set" and setting.sets(form, written, _("It holds now.")):
        return setting.done()
    if do == CHANGED:
        setting.tries(form, written)
    if do == "text" and setting.sets(
        text, lambda: {"boundaries": rows_of_text(text.cleaned_data["toml"])}, _("These boundaries hold now.")
    ):
        return setting.done()
    if do == "remove" and setting.sets(
        remove, lambda: {"boundaries": _without(rows, "name", remove.cleaned_data["name"])}, _("It is taken away.")
    ):
        return setting.done()
    if do == "restore" and setting.restores():
        return setting.done()
    return setting.page(rows=rows, form=form, text=text, remove=remove)


@require_http_methods(["GET", "POST"])
@for_members(read=READ)
def settings_packs(request: MemberRequest, slug: str) -> HttpResponse:
    """The packs that ship, and one of them to be read before it is adopted."""
    setting = Setting(request, Policy.Part.PACKS)
    adopted: dict[str, Any] = setting.content["packs"]
    found = [_pack_row(pack_of(name), adopted.get(name)) for name in packs()]
    wanted = request.GET.get("pack")
    pack = next((one for one in found if one["pack"].name == wanted), None)
    if wanted is not None and pack is None:
        raise Http404
    do = setting.sent()
    form: Any = None
    if pack is not None:
        form = setting.form(NamedForm, do if do in ("adopt", "leave") else "adopt", {"name": pack["pack"].name})
        rest = {name: rows for name, rows in adopted.items() if name != pack["pack"].name}
        whole = {"packs": {**rest, pack["pack"].name: pack["rows"]}}
        if do == "adopt" and setting.sets(
            form, lambda: whole, _("The pack is adopted. Its boundaries hold from the next check.")
        ):
            return setting.done()
        if do == CHANGED:
            setting.tries(form, lambda: whole)
        if do == "leave" and setting.sets(form, lambda: {"packs": rest}, _("The pack is left.")):
            return setting.done()
    if do == "restore" and setting.restores():
        return setting.done()
    return setting.page(packs=found, pack=pack, form=form)


def _pack_row(pack: Pack, adopted: list[Content] | None) -> dict[str, Any]:
    rows = [one.to_dict() for one in pack.boundaries]
    return {
        "pack": pack,
        "rows": rows,
        "adopted": adopted is not None,
        "has_changed": adopted is not None and adopted != rows,
        "review": _("Reviewed by %(who)s.") % {"who": pack.reviewed_by}
        if pack.reviewed_by
        else _("Nobody of the field has reviewed it: read each boundary before you rely on it."),
    }


# --- Frameworks


@require_http_methods(["GET", "POST"])
@for_members(read=READ)
def settings_frameworks(request: MemberRequest, slug: str) -> HttpResponse:
    """The organisation's own frameworks, beside those that ship."""
    setting = Setting(request, Policy.Part.FRAMEWORKS)
    rows: list[Content] = setting.content["frameworks"]
    chosen = _named(rows, "key", request.GET.get("framework"))
    form = setting.form(FrameworkForm, "set", {**chosen, "was": chosen["key"]} if chosen else None)
    remove = _removing(setting, rows, "key")
    do = setting.sent()
    if do == "set" and setting.sets(form, lambda: _with_framework(request.organisation, rows, form), _("It is kept.")):
        return setting.done()
    if do == "remove" and setting.sets(
        remove, lambda: {"frameworks": _without(rows, "key", remove.cleaned_data["name"])}, _("It is taken away.")
    ):
        return setting.done()
    if do == "restore" and setting.restores():
        return setting.done()
    return setting.page(rows=rows, form=form, remove=remove, shipped=_catalogue().frameworks)


def _with_framework(organisation: Organisation, rows: list[Content], form: FrameworkForm) -> Content:
    was = form.cleaned_data["was"]
    key = was or _new_key(organisation, form.cleaned_data["title"])
    return {"frameworks": _put(rows, "key", was, {**form.row(), "key": key})}


def _new_key(organisation: Organisation, title: str) -> str:
    """A key that no version of the organisation's frameworks has used: what is stored in questions refers to it."""
    used = {
        row["key"]
        for policy in Policy.objects.filter(organisation=organisation, part=Policy.Part.FRAMEWORKS)
        for row in policy.content["frameworks"]
    }
    stem = "own_" + (slugify(title).replace("-", "_")[:40] or "framework")
    return next(key for number in range(1, len(used) + 2) if (key := f"{stem}_{number}") not in used)


@cache
def _catalogue() -> Catalogue:
    return Catalogue()


# --- Registers and verbosity


@require_http_methods(["GET", "POST"])
@for_members(read=READ)
def settings_registers(request: MemberRequest, slug: str) -> HttpResponse:
    """The organisation's own registers, each with a message in it."""
    setting = Setting(request, Policy.Part.REGISTERS)
    texts: list[str] = setting.content["registers"]
    own = registers_in(setting.content)
    rows = [
        {"name": _register_key(one), "key": _register_key(one), "register": one, "text": text, "sample": _sample(one)}
        for one, text in zip(own, texts, strict=True)
    ]
    do = setting.sent()
    form = setting.form(RegisterForm, do if do == "preview" else "set", preview=do == "preview")
    remove = _removing(setting, rows, "name")
    preview = None
    if do == "preview":
        setting.refused = form
        if form.is_valid():
            try:
                preview = _sample(registers_in(_with_register(rows, form.cleaned_data["toml"]))[-1])
            except (Invalid, ValueError) as wrong:
                form.add_error("toml", str(wrong))
    if do == "set" and setting.sets(
        form, lambda: _with_register(rows, form.cleaned_data["toml"]), _("The register is kept.")
    ):
        return setting.done()
    if do == "remove" and setting.sets(
        remove,
        lambda: {"registers": [row["text"] for row in _without(rows, "name", remove.cleaned_data["name"])]},
        _("It is taken away."),
    ):
        return setting.done()
    if do == "restore" and setting.restores():
        return setting.done()
    plain = (FOLDER / "registers" / "plain.toml").read_text(encoding="utf-8")
    return setting.page(rows=rows, form=form, remove=remove, preview=preview, plain=plain)


def _with_register(rows: list[dict[str, Any]], text: str) -> Content:
    """The registers with this one, in the place of one with the same name and language."""
    try:
        (new,) = registers_in({"registers": [text]})
    except ValueError as wrong:
        raise Invalid(str(wrong), "toml") from wrong
    return {"registers": [*(row["text"] for row in rows if row["key"] != _register_key(new)), text]}


def _register_key(register: Register) -> str:
    return f"{register.name} {register.language}"


def _sample(register: Register) -> Any:
    """One message as a register says it: of the first kind that it has."""
    kind = next(iter(register.wordings), "invitation")
    facts = {
        "name": _("Somebody"),
        "question": _("May keystrokes be recorded?"),
        "sender": _("The facilitator"),
        "link": "https://example.org/",
    }
    return AdaptiveCommunicationOrchestrator(registers=[register]).compose(
        {"kind": kind, "facts": facts}, {"register": register.name, "language": register.language}
    )


@require_http_methods(["GET", "POST"])
@for_members(read=READ)
def settings_verbosity(request: MemberRequest, slug: str) -> HttpResponse:
    """How much is explained to the agents of each project, with an example of each."""
    projects = list(open_projects())
    setting = Setting(request, Policy.Part.VERBOSITY, _chosen(projects, request.GET.get("project")))
    form: Any = None
    do = setting.sent()
    if setting.project is not None:
        form = setting.form(VerbosityForm, "set", setting.content)
        if do == "set" and setting.sets(
            form, lambda: {"verbosity": form.cleaned_data["verbosity"]}, _("It holds from the next check.")
        ):
            return setting.done()
        if do == "restore" and setting.restores():
            return setting.done()
    newest: dict[UUID | None, Content] = {}
    for row in Policy.objects.filter(part=Policy.Part.VERBOSITY).order_by("number"):
        newest[row.project_id] = row.content
    says = [
        (one, EXPLAINS[verbosity_in(newest.get(one.pk, {"verbosity": str(Verbosity.SUMMARY)}))]) for one in projects
    ]
    examples = [(title, _example(verbosity)) for verbosity, title in EXPLAINS.items()]
    return setting.page(projects=says, form=form, examples=examples)


def _chosen(projects: list[Project], wanted: str | None) -> Project | None:
    """The project that the address names, else the first. Raises `Http404` for one that is none."""
    if wanted is None:
        return projects[0] if projects else None
    found = next((one for one in projects if str(one.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


@cache
def _example(verbosity: Verbosity) -> str:
    """What the gate says of one act, at each verbosity."""
    read = InstructionPersistenceClassifier().classify("MongoDB runs on port 27027")
    told = Instruction.from_classification(read, id="inst_001")
    act = GateRequest({"tool_name": "Bash", "tool_input": {"command": "mongosh shop"}})
    return Gate([told], verbosity=verbosity).check(act).explanation


# --- Lists of rows


def _named(rows: list[Any], key: str, wanted: str | None) -> Any:
    """The row that the address names, None where it names none. Raises `Http404`."""
    if wanted is None:
        return None
    found = next((row for row in rows if row[key] == wanted), None)
    if found is None:
        raise Http404
    return found


def _removing(setting: Setting, rows: list[Any], key: str) -> Any:
    """The form to take a row away: as it was sent, or of the row that the address names."""
    if setting.sent() == "remove":
        return setting.form(NamedForm, "remove")
    row = _named(rows, key, setting.request.GET.get("remove")) if setting.may else None
    return setting.form(NamedForm, "remove", {"name": row[key]}) if row else None


def _put(rows: list[Content], key: str, was: str, row: Content) -> list[Content]:
    """The rows with this one in the place of the one that was, or at their end."""
    if not was:
        return [*rows, row]
    if all(one[key] != was for one in rows):
        raise Invalid(_("It is not there any more. Somebody took it away."))
    return [row if one[key] == was else one for one in rows]


def _without(rows: list[Any], key: str, name: str) -> list[Any]:
    if all(one[key] != name for one in rows):
        raise Invalid(_("It is not there any more. Somebody took it away."))
    return [one for one in rows if one[key] != name]
