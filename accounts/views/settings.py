"""An organisation's settings: members and roles, projects, API keys, mail."""

from typing import Any
from uuid import UUID

from django.conf import settings as site
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import MemberRequest, for_members, kept_post
from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.domain.links import make_sign_in_link, open_to_a_link
from accounts.domain.members import add_member, end_membership, set_roles
from accounts.domain.projects import archive_project, create_project
from accounts.domain.start import choose_mail
from accounts.forms.settings import KeyForm, MemberForm, ProjectForm, RolesForm
from accounts.forms.start import MailForm
from accounts.models import APIKey, Installation, Project
from accounts.notifications import mail_is_sent, mail_leaves, send_test_mail, tell_new_member
from accounts.queries.organisations import api_keys, members, projects
from accounts.refusals import Refused
from accounts.views.acting import sent, tries

READ = "read_settings"


@require_safe
@for_members(read=READ)
def settings(request: MemberRequest, slug: str) -> HttpResponse:
    """The list of what can be set."""
    return render(request, "accounts/settings.html", {"installation": Installation.current()})


@for_members(read=READ)
def settings_members(request: MemberRequest, slug: str) -> HttpResponse:
    """Everybody, and the form to take somebody in."""
    form = MemberForm(request.POST if request.method == "POST" else None, initial=_kept(request))
    membership = sent(form, lambda data: add_member(request.organisation, by=request.user, **data))
    if membership is not None:
        tell_new_member(membership, by=request.user)
        messages.success(request, _("%(name)s is a member now.") % {"name": membership.user})
        return redirect("settings_members", slug=slug)
    found = list(members())
    links = set() if mail_is_sent() else open_to_a_link(found)
    return _page(request, "members", form, {"members": found, "links": links})


@for_members(read=READ)
def settings_member_roles(request: MemberRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """One member's roles."""
    membership = _one(members(), membership_id)
    form = RolesForm(
        request.POST if request.method == "POST" else None, initial={"roles": [str(role) for role in membership.roles]}
    )
    if sent(form, lambda data: set_roles(membership, data["roles"], by=request.user)) is not None:
        messages.success(request, _("The roles of %(name)s are changed.") % {"name": membership.user})
        return redirect("settings_members", slug=slug)
    return _page(request, "member_roles", form, {"member": membership})


@for_members(read=READ)
def settings_member_end(request: MemberRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Asked once more, then a membership ends."""
    membership = _one(members(), membership_id)
    problem = ""
    if request.method == "POST":
        try:
            end_membership(membership, by=request.user)
        except Refused as refused:
            problem = refused.sentence
        else:
            messages.success(request, _("%(name)s is no member any more.") % {"name": membership.user})
            return redirect("settings_members", slug=slug)
    return render(
        request,
        "accounts/member_end.html",
        {"member": membership, "problem": problem},
        status=422 if problem else 200,
    )


@never_cache
@for_members(read=READ)
def settings_member_link(request: MemberRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Make a sign-in link for a member, and show it this once, to be passed on."""
    membership = _one(members(), membership_id)
    link = problem = ""
    if request.method == "POST":
        try:
            user_id, token = make_sign_in_link(membership, by=request.user)
            link = site.SITE_URL + reverse("sign_in_by_link", args=[user_id, token])
        except Refused as refused:
            problem = refused.sentence
    return render(
        request,
        "accounts/member_link.html",
        {"member": membership, "link": link, "problem": problem},
        status=422 if problem else 200,
    )


@for_members(read=READ)
def settings_projects(request: MemberRequest, slug: str) -> HttpResponse:
    """All projects, and the form to make one."""
    form = ProjectForm(request.POST if request.method == "POST" else None, initial=_kept(request))
    project = sent(form, lambda data: create_project(request.organisation, by=request.user, **data))
    if project is not None:
        messages.success(request, _("The project %(name)s is made.") % {"name": project})
        return redirect("settings_projects", slug=slug)
    return _page(request, "projects", form, {"projects": projects()})


@require_POST
@for_members(read=READ)
def settings_project_archive(request: MemberRequest, slug: str, project_id: UUID) -> HttpResponse:
    """Close a project."""
    project: Project = _one(projects(), project_id)
    done = _("The project %(name)s is closed.") % {"name": project}
    tries(request, lambda: archive_project(project, by=request.user), done=done)
    return redirect("settings_projects", slug=slug)


@never_cache
@for_members(read=READ)
def settings_keys(request: MemberRequest, slug: str) -> HttpResponse:
    """All keys, and the form to make one. The answer to making one shows its secret, this once."""
    form = KeyForm(request.POST if request.method == "POST" else None, initial=_kept(request))
    made = sent(
        form,
        lambda data: create_api_key(
            data["project"],
            data["name"],
            by=request.user,
            enforces=bool(data["enforces"]),
            attended=data["attended"],
        ),
    )
    if made is not None:
        form = KeyForm()
    site = request.build_absolute_uri("/").rstrip("/")
    told = {"keys": api_keys(), "made": made, "has_projects": projects().exists(), "site": site}
    return _page(request, "keys", form, told)


@require_POST
@for_members(read=READ)
def settings_key_revoke(request: MemberRequest, slug: str, key_id: UUID) -> HttpResponse:
    """End a key at once."""
    key: APIKey = _one(api_keys(), key_id)
    done = _("The key %(name)s is revoked.") % {"name": key}
    tries(request, lambda: revoke_api_key(key, by=request.user), done=done)
    return redirect("settings_keys", slug=slug)


@for_members(read=READ)
def settings_mail(request: MemberRequest, slug: str) -> HttpResponse:
    """How mail leaves this installation, and a test of it."""
    installation = Installation.current()
    choice = installation.mail_choice or ("mail" if mail_leaves() else "links")
    form = MailForm(request.POST if request.method == "POST" else None, initial={"mail_choice": choice})
    if sent(form, lambda data: choose_mail(request.organisation, data["mail_choice"], by=request.user)) is not None:
        messages.success(request, _("Kept."))
        return redirect("settings_members", slug=slug)
    return _page(request, "mail", form, {"installation": installation})


@require_POST
@for_members(read=READ)
def settings_mail_test(request: MemberRequest, slug: str) -> HttpResponse:
    """Send the person who asks a mail."""
    problem = send_test_mail(request.user)
    if problem:
        messages.error(request, _("The mail could not be sent. The mail server said: %(said)s") % {"said": problem})
    elif not mail_leaves():
        messages.warning(
            request,
            _("Mail does not leave this machine yet: each is kept in a file here. EMAIL_URL names a mail server."),
        )
    else:
        messages.success(
            request,
            _("A test was sent to %(address)s. If it does not arrive, look where unwanted mail goes.")
            % {"address": request.user.email},
        )
    return redirect("settings_mail", slug=slug)


def _page(request: HttpRequest, name: str, form: Any, facts: dict[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"accounts/{name}.html", {"form": form, **facts}, status=status)


def _one(rows: Any, pk: UUID) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept = kept_post(request)
    return {} if kept is None else kept.dict() | {"roles": kept.getlist("roles")}
