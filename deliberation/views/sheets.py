"""Several forms on one page: each keeps its own draft, and the one that was refused comes back with its errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import kept_post
from accounts.models import User
from accounts.refusals import NotAllowed
from deliberation.models import Deliberation, Draft, Seat
from deliberation.views.acting import Writing


@dataclass(frozen=True)
class Sheet:
    """A form as the page shows it. `begun` says that something was written and not sent, so that it stands open."""

    form: Form
    name: str
    autosave: str
    saved_at: datetime | None = None
    begun: bool = False


class Sheets:
    """The forms of one page of a deliberation for one author; `writing` is the one just sent, if it was refused."""

    def __init__(
        self,
        request: HttpRequest,
        deliberation: Deliberation,
        *,
        by: User | Seat | None,
        writing: Writing | None = None,
    ) -> None:
        self.deliberation, self.writing = deliberation, writing
        # What was sent before signing in names its form in a hidden field: a page has several that ask for `text`.
        before = kept_post(request) if request.method == "GET" else None
        self.kept: dict[str, Any] = before.dict() if before else {}
        self.drafts: dict[str, Draft] = {}
        if by is not None:
            owner = {"seat": by} if isinstance(by, Seat) else {"user": by}
            self.drafts = {row.form: row for row in Draft.objects.filter(deliberation=deliberation, **owner)}

    def sheet(
        self,
        name: str,
        form_class: type[Form],
        *,
        of: UUID | None = None,
        initial: dict[str, Any] | None = None,
        **options: Any,
    ) -> Sheet:
        """The form `name` (of one row, `of`): as it was refused, else from its draft, else from `initial`."""
        key = key_of(self.deliberation, name, of)
        autosave = reverse("draft_save", args=[self.deliberation.organisation.slug, self.deliberation.number, key])
        draft = self.drafts.get(key)
        if self.writing is not None and self.writing.name == key:
            saved_at = self.writing.draft.saved_at if self.writing.draft else None
            return Sheet(self.writing.form, key, autosave, saved_at, begun=True)
        kept: dict[str, Any] = dict(draft.fields) if draft else {}
        if self.kept.get("form") == key:
            kept |= self.kept
        form = form_class(initial=(initial or {}) | kept, auto_id=ids_of(name, of), **options)
        return Sheet(form, key, autosave, draft.saved_at if draft else None, begun=bool(kept))

    @property
    def refused(self) -> Form | None:
        """The form whose errors the page sums up."""
        return self.writing.form if self.writing is not None and self.writing.form.is_bound else None


def key_of(deliberation: Deliberation, name: str, of: UUID | None = None) -> str:
    """Under which name a draft is kept: one for each form, deliberation and row."""
    return f"{name}:{deliberation.pk.hex}" + (f":{of.hex}" if of else "")


def ids_of(name: str, of: UUID | None = None) -> str:
    """How the fields of this form are called on the page, where several forms have fields of one name."""
    return f"{name}-{of.hex}-%s" if of else f"{name}-%s"


def write(
    request: HttpRequest,
    deliberation: Deliberation,
    form_class: type[Form],
    name: str,
    *,
    by: User | Seat,
    of: UUID | None = None,
    **options: Any,
) -> Writing:
    """What was sent with the form called `name`, under the ids it has on its page."""
    key = key_of(deliberation, name, of)
    return Writing(request, deliberation, form_class, name=key, by=by, auto_id=ids_of(name, of), **options)


def signed_in(request: HttpRequest) -> User:
    """The user who acts. Raises `NotAllowed` for a guest on a seat: what staff do needs an account."""
    if not isinstance(request.user, User):
        raise NotAllowed(_("This is for those who run the deliberation. Sign in if that is you."))
    return request.user
