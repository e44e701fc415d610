"""What every page of the customisation has in common: what holds now, its versions, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import MemberRequest
from accounts.models import Project
from accounts.permissions import may, require
from accounts.refusals import Refused, Stale
from accounts.views.acting import sent
from instructions.domain.changes import of_policy
from instructions.domain.policy import current, restore_policy, set_policy
from instructions.domain.policy_parts import Content, default_of
from instructions.domain.rejudging import WouldHaveChanged, would_have_changed
from instructions.forms.customisation import RestoreForm, SettingForm
from instructions.queries.customisation import versions

CHANGED = "changed"
"""What is asked for where nothing is set yet: what the change would have changed."""

PAGES = {
    "settings_thresholds": gettext_lazy("Thresholds"),
    "settings_boundaries": gettext_lazy("Boundaries"),
    "settings_packs": gettext_lazy("Domain packs"),
    "settings_frameworks": gettext_lazy("Frameworks"),
    "settings_registers": gettext_lazy("Registers"),
    "settings_verbosity": gettext_lazy("Verbosity"),
}


class Setting:
    """One part as one request finds it."""

    def __init__(self, request: MemberRequest, part: str, project: Project | None = None) -> None:
        self.request, self.part, self.project = request, part, project
        self.route = f"settings_{part}"
        now = current(request.organisation, part, project)
        self.number = now.number if now is not None else 0
        self.content: Content = dict(now.content) if now is not None else default_of(part)
        self.may = may(request.caller, "set_policy")
        self.refused: forms.Form | None = None
        self.changed: WouldHaveChanged | None = None

    @property
    def address(self) -> str:
        here = reverse(self.route, args=[self.request.organisation.slug])
        return f"{here}?project={self.project.pk}" if self.project is not None else here

    def sent(self) -> str:
        """What was asked for, empty where the page is only read. Raises `NotAllowed` for whoever may not."""
        if self.request.method != "POST":
            return ""
        require(self.request.caller, "set_policy")
        return str(self.request.POST.get("do", "set"))

    def form(self, kind: type[SettingForm], do: str, initial: dict[str, Any] | None = None, **options: Any) -> Any:
        """The form `kind`: as it was sent where that is what is done, else from `initial`."""
        options["auto_id"] = f"{do}-%s"
        if self.sent() in (do, CHANGED) and (do in self.request.POST.getlist("do") or self.sent() == do):
            form = kind(self.request.POST, **options)
            if self.sent() == CHANGED:
                form.fields["why"].required = False
            return form
        return kind(initial={**(initial or {}), "after": self.number}, **options)

    def sets(self, form: SettingForm, content: Callable[[], Content], done: str) -> bool:
        """Whether the form was taken and the part holds as `content` says. If not, errors stand at its fields."""

        def verb(given: dict[str, Any]) -> object:
            return set_policy(
                self.request.organisation, self.part, content(), by=self.request.user, why=given["why"],
                project=self.project, after=given["after"],
            )  # fmt: skip

        return self._sends(form, verb, done)

    def tries(self, form: SettingForm, content: Callable[[], Content]) -> None:
        """Find what the change would have changed of past checks. If the form cannot be taken, errors stand at it."""

        def verb(_given: dict[str, Any]) -> object:
            change = of_policy(self.part, content())
            self.changed = would_have_changed(change, self.request.organisation, by=self.request.user)
            return change

        self._sends(form, verb)

    def restores(self) -> bool:
        """Whether an earlier version was asked for, and holds again."""
        form = RestoreForm(self.request.POST, auto_id="restore-%s")

        def verb(given: dict[str, Any]) -> object:
            return restore_policy(
                self.request.organisation, self.part, given["number"], by=self.request.user, why=given["why"],
                project=self.project, after=given["after"],
            )  # fmt: skip

        return self._sends(form, verb, _("Version %(number)s holds again.") % {"number": form["number"].value()})

    def _sends(self, form: Any, verb: Callable[[dict[str, Any]], object], done: str = "") -> bool:
        def hears(refused: Refused) -> None:
            if isinstance(refused, Stale):
                # To send it once more is a decision then, and no accident.
                newest = current(self.request.organisation, self.part, self.project)
                form.data = {**form.data.dict(), "after": str(newest.number if newest is not None else 0)}

        self.refused = form
        if sent(form, verb, hears=hears) is None:
            return False
        if done:
            messages.success(self.request, done)
        return True

    def done(self) -> HttpResponse:
        return redirect(self.address)

    def page(self, **facts: Any) -> HttpResponse:
        """The page of this part, 422 where something was refused."""
        refused = self.refused if self.refused is not None and self.refused.errors else None
        organisation = self.request.organisation
        found = versions(organisation, self.part, self.project)
        return render(
            self.request,
            f"instructions/settings_{self.part}.html",
            {
                "setting": self,
                "refused": refused,
                "may": self.may,
                "changed": self.changed,
                "versions": found,
                "restore": self._restore(found, refused),
                "others": [(name, title, name == self.route) for name, title in PAGES.items()],
                **facts,
            },
            status=422 if refused is not None else 200,
        )

    def _restore(self, found: list[Any], refused: forms.Form | None) -> Any:
        """The form to go back to the version that the address names, if it names one."""
        if isinstance(refused, RestoreForm):
            return refused
        wanted = self.request.GET.get("version")
        if wanted is None or not self.may:
            return None
        if wanted not in [str(one.number) for one in found if not one.holds]:
            raise Http404
        return RestoreForm(initial={"number": wanted, "after": self.number}, auto_id="restore-%s")
