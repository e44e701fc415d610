"""Many forms on one page: each filled from its draft, one of them perhaps sent and refused, none losing a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import kept_post
from accounts.models import User
from accounts.refusals import NotAllowed, Stale
from deliberation.models import Deliberation, Draft, Seat
from deliberation.views.acting import Writing

Page = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Shown:
    """A form as a page shows it: with its draft, its autosave address and where it is sent."""

    form: Form
    name: str
    draft: Draft | None
    autosave: str
    action: str = ""
    stale: bool = False


def auto_id(name: str) -> str:
    """A prefix of ids that is unique on the page: forms of one page have fields of the same name."""
    kind, _colon, key = name.partition(":")
    return f"{kind}-{key[-8:]}-%s" if key else f"{kind}-%s"


def key_of(name: str, deliberation: Deliberation, by: Seat | User) -> str:
    """Under which name a draft is kept. A seat is of one deliberation; a user writes the same form in several."""
    return name if isinstance(by, Seat) else f"{name}:{deliberation.pk.hex}"


def seat_of(request: HttpRequest) -> Seat:
    """The seat the person of this request speaks from. Raises `NotAllowed` where they have none."""
    seat: Seat | None = request.seat  # type: ignore[attr-defined]
    if seat is None:
        raise NotAllowed(_("This is for those who take part as a voice."))
    return seat


def user_of(request: HttpRequest) -> User:
    """The member of staff of this request. Raises `NotAllowed` where nobody is signed in."""
    if not isinstance(request.user, User):
        raise NotAllowed(_("Please sign in for this."))
    return request.user


def here(name: str, deliberation: Deliberation, *args: Any) -> str:
    """The address of a page of this deliberation."""
    return reverse(name, args=[deliberation.organisation.slug, deliberation.number, *args])


class Forms:
    """The forms of one page for one writer. `refused` is the one that this request sent and that was not taken."""

    def __init__(
        self, request: HttpRequest, deliberation: Deliberation, by: Seat | User, refused: Sent | None = None
    ) -> None:
        self.request, self.deliberation, self.by, self.refused = request, deliberation, by, refused
        owner = {"seat": by} if isinstance(by, Seat) else {"user": by}
        # What was sent before signing in names its form, for a page has several with fields of the same name.
        before = kept_post(request) if request.method == "GET" else None
        self.kept: dict[str, Any] = before.dict() if before else {}
        self.drafts = {draft.form: draft for draft in Draft.objects.filter(deliberation=deliberation, **owner)}

    def __call__(
        self,
        name: str,
        form_class: type[Form],
        *,
        action: str = "",
        initial: dict[str, Any] | None = None,
        **options: Any,
    ) -> Shown:
        key = key_of(name, self.deliberation, self.by)
        autosave = here("draft_save", self.deliberation, key)
        if self.refused is not None and self.refused.writing.name == key:
            writing = self.refused.writing
            return Shown(writing.form, key, writing.draft, autosave, action, self.refused.stale)
        draft = self.drafts.get(key)
        words: dict[str, Any] = dict(draft.fields) if draft else {}
        if self.kept.get("form") == key:
            words |= self.kept
        form = form_class(initial=(initial or {}) | words, auto_id=auto_id(name), **options)
        return Shown(form, key, draft, autosave, action)


@dataclass
class Sent:
    """A form that was sent: `writing` with its errors; `stale` where another version had been sent meanwhile."""

    writing: Writing
    stale: bool = False


def send(
    request: HttpRequest,
    deliberation: Deliberation,
    name: str,
    form_class: type[Form],
    verb: Callable[[dict[str, Any]], Any],
    *,
    by: Seat | User,
    page: Page,
    to: str | Callable[[Any], str],
    done: str = "",
    version: Callable[[], int] | None = None,
    **options: Any,
) -> HttpResponse:
    """Send one form: on to `to` with the sentence `done`, or back to `page` with its words and what is wrong.

    `page(request, deliberation, refused=…)` renders the page the form stands on. After a `Stale` refusal the form is
    told the present `version`, so that sending it once more is a decision and not an accident.
    """
    key = key_of(name, deliberation, by)
    sent = Sent(Writing(request, deliberation, form_class, name=key, by=by, auto_id=auto_id(name), **options))

    def run(data: dict[str, Any]) -> Any:
        try:
            return verb(data)
        except Stale:
            sent.stale = True
            raise

    if sent.writing.sends(run):
        if done:
            messages.success(request, done)
        return redirect(to(sent.writing.result) if callable(to) else to)
    if sent.stale and version is not None:
        data = sent.writing.form.data.copy()  # type: ignore[attr-defined]
        data["based_on"] = version()
        sent.writing.form.data = data
    response = page(request, deliberation, refused=sent)
    response.status_code = 422
    return response
