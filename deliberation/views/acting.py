"""From a form to a verb and back: what was refused is said at the field, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.access import kept_post
from accounts.models import Organisation, User
from accounts.refusals import Refused
from deliberation.domain.drafts import draft_of, drop_draft, save_draft
from deliberation.models import Deliberation, Draft, Seat

NOT_WORDS = {"csrfmiddlewaretoken", "do", "next"}


class Writing:
    """One form in one request: filled from the draft, kept when it cannot be taken, cleared once it is sent.

    `writing = Writing(request, deliberation, PositionForm, name="position", by=request.seat)`; then on POST
    `if writing.sends(lambda data: submit_position(deliberation, by=seat, **data)): return redirect(...)`; the page
    shows `writing.form`, and `writing.draft` with the moment it was kept. A form that makes a deliberation has none
    yet. `name` is also the autosave address's key.
    """

    def __init__(
        self,
        request: HttpRequest,
        deliberation: Deliberation | None,
        form_class: type[Form],
        *,
        name: str,
        by: User | Seat,
        initial: dict[str, Any] | None = None,
        **form_options: Any,
    ) -> None:
        self.request, self.deliberation, self.name, self.by = request, deliberation, name, by
        self.organisation: Organisation = deliberation.organisation if deliberation else request.organisation  # type: ignore[attr-defined]
        self.draft: Draft | None = draft_of(self.organisation, by=by, form=name)
        self.result: Any = None
        if request.method == "POST":
            self.form = form_class(request.POST, **form_options)
        else:
            kept = (self.draft.fields if self.draft else {}) | _kept(request)
            self.form = form_class(initial=(initial or {}) | kept, **form_options)

    def sends(self, verb: Callable[[dict[str, Any]], Any]) -> bool:
        """Whether the form was taken and the verb ran. If not, errors stand at the fields and the words are kept."""
        if self.form.is_valid():
            try:
                self.result = verb(dict(self.form.cleaned_data))
            except Refused as refused:
                for field, sentence in refused.errors.items():
                    self.form.add_error(field if field in self.form.fields else None, sentence)
            except IntegrityError as error:
                self.form.add_error(None, sentence_of(error))
            else:
                drop_draft(self.organisation, by=self.by, form=self.name)
                return True
        fields = {k: v for k, v in self.request.POST.items() if k not in NOT_WORDS and isinstance(v, str)}
        save_draft(self.organisation, by=self.by, form=self.name, fields=fields, deliberation=self.deliberation)
        self.draft = draft_of(self.organisation, by=self.by, form=self.name)
        return False


def _kept(request: HttpRequest) -> dict[str, str]:
    """What was sent before signing in. The session's lists become the single values that a form begins with."""
    kept = kept_post(request)
    return {name: str(kept[name]) for name in kept} if kept else {}


def tries(request: HttpRequest, verb: Callable[[], Any], *, done: str = "") -> bool:
    """Run a verb behind a plain button: say `done`, or say as a message why it was refused. Gives whether it ran."""
    try:
        verb()
    except Refused as refused:
        for sentence in refused.errors.values():
            messages.error(request, sentence)
        return False
    except IntegrityError as error:
        messages.error(request, sentence_of(error))
        return False
    if done:
        messages.success(request, done)
    return True


def sentence_of(error: IntegrityError) -> str:
    """What a database guard or a unique constraint refused, in a sentence for people."""
    text = str(error).split("\n")[0]
    name, colon, says = text.partition(": ")
    if colon and " " not in name:
        return says[:1].upper() + says[1:]
    return _("Somebody else changed this at the same moment. Please look again; what you wrote is kept.")
