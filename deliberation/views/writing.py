"""One form for one author: filled from what they began, kept while it cannot be taken, cleared once it is sent.

A page with one form makes its `Writing`. A page with several makes a `Forms` and calls it once a form; the one that
was sent and refused is handed to it, and comes back with its errors:

    writing = Writing(request, deliberation, PositionForm, name="position", by=seat)
    if writing.sends(lambda data: submit_position(deliberation, by=seat, **data), done=_("It is in.")):
        return to(deliberation, "card")
    return show_card(request, deliberation, refused=writing)

`components/writing.html` renders it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.access import kept_post
from accounts.models import User
from accounts.refusals import Refused, Stale
from accounts.views.acting import sent
from deliberation.addresses import address
from deliberation.domain.drafts import draft_of, drafts_of, drop_draft, save_draft
from deliberation.models import Deliberation, Draft, Seat

NOT_WORDS = {"csrfmiddlewaretoken", "do", "form", "next"}
Words = dict[str, str | list[str]]


class Writing:
    """One form in one request. `form` is bound once it was sent; `result` is what the verb gave.

    `name` is which form it is, and `about` the row it is about. `stale` says that another version was sent meanwhile.
    """

    def __init__(
        self,
        request: HttpRequest,
        deliberation: Deliberation | None,
        form_class: type[Form],
        *,
        name: str,
        by: User | Seat,
        about: UUID | None = None,
        action: str = "",
        initial: Mapping[str, Any] | None = None,
        among: Forms | None = None,
        **form_options: Any,
    ) -> None:
        self.request, self.deliberation, self.by, self.action = request, deliberation, by, action
        self.organisation = deliberation.organisation if deliberation else request.organisation  # type: ignore[attr-defined]
        self.key = key_of(name, deliberation, by, about)
        self.draft: Draft | None
        self.result: Any = None
        self.stale = False
        form_options = {"auto_id": f"{name}-{about.hex}-%s" if about else f"{name}-%s"} | form_options
        if among is not None:
            self.draft, before = among.drafts.get(self.key), among.before
        else:
            self.draft, before = draft_of(self.organisation, by=by, form=self.key), kept_post(request)
        if among is None and request.method == "POST":
            self.form = form_class(request.POST, **form_options)
            self.begun = True
            return
        words: Words = dict(self.draft.fields) if self.draft else {}
        # What was sent before signing in names its form where a page has several, which ask for fields of one name.
        if before and before.get("form", None if among else self.key) == self.key:
            words |= words_of(before)
        self.begun = bool(words)
        self.form = form_class(initial={**(initial or {}), **_as_initial(form_class, words)}, **form_options)
        if self.begun:
            _untick(self.form, words)

    @property
    def autosave(self) -> str:
        """Where the page keeps what is typed; nowhere while there is no deliberation yet."""
        if self.deliberation is None:
            return ""
        as_whom = "" if isinstance(self.by, Seat) else "?as=user"
        return address(self.deliberation, "draft_save", self.key) + as_whom

    @property
    def saved_at(self) -> datetime | None:
        return self.draft.saved_at if self.draft else None

    @property
    def status(self) -> int:
        """Of the answer that shows this form."""
        return 422 if self.form.is_bound else 200

    @property
    def token(self) -> str:
        """Against forged requests, also where a template includes the form with `only`."""
        return get_token(self.request)

    def sends(
        self, verb: Callable[[dict[str, Any]], Any], *, done: str = "", version: Callable[[], int] | None = None
    ) -> bool:
        """Whether it was sent, the form was taken and the verb ran; then `done` is said to its author.

        If not, errors stand at the fields and the words are kept. After a `Stale` refusal the form is told the present
        `version`, so that sending it once more is a decision and not an accident.
        """
        if self.request.method != "POST":
            return False

        def run(data: dict[str, Any]) -> bool:
            self.result = verb(data)
            return True

        def hears(refused: Refused) -> None:
            self.stale = isinstance(refused, Stale)

        if sent(self.form, run, hears=hears):
            drop_draft(self.organisation, by=self.by, form=self.key)
            if done:
                messages.success(self.request, done)
            return True
        self.keep(words_of(self.request.POST))
        if self.stale and version is not None:
            self.put("based_on", str(version()))
        return False

    def act(
        self,
        verb: Callable[[dict[str, Any]], Any],
        *,
        heading: str,
        title: str,
        back: str,
        lede: str = "",
        label: str = "",
        text: Any = None,
    ) -> HttpResponse:
        """A page with this form alone; once the verb ran, on to the page `back`. `title` is what its button does.

        `text` is what it answers: something with a `text` and a `seat`.
        """
        assert self.deliberation is not None, "a page of a deliberation"
        leads_back = address(self.deliberation, back)
        if self.sends(verb):
            return redirect(leads_back)
        spoken = isinstance(self.by, Seat)
        return render(
            self.request,
            "deliberation/one_form.html",
            {
                "deliberation": self.deliberation,
                "writing": self,
                "form": self.form,
                "heading": heading,
                "lede": lede,
                "label": label or (_("Your words") if spoken else _("What is to be said")),
                "spoken": spoken,
                "title": title,
                "text": text,
                "back": leads_back,
            },
            status=self.status,
        )

    def keep(self, words: Mapping[str, str | list[str]]) -> None:
        """Keep `words` as what its author has begun."""
        save_draft(self.organisation, by=self.by, form=self.key, fields=words, deliberation=self.deliberation)
        self.draft = draft_of(self.organisation, by=self.by, form=self.key)

    def put(self, name: str, value: str) -> None:
        """Let a hidden field say `value`, whatever was sent or kept in it."""
        if self.form.is_bound:
            data: Any = self.form.data.copy()  # type: ignore[attr-defined]
            data[name] = value
            self.form.data = data
        else:
            self.form.initial[name] = value


class Forms:
    """The forms of one page for one author, whose drafts are read at once. `refused` is the one just sent.

    A page of no deliberation has None for it, and says in each form which row it is `about`.
    Without an author (`by`) there is nothing to write, and it must not be called. `shown` says whether the refused
    one had a place on the page.
    """

    def __init__(
        self,
        request: HttpRequest,
        deliberation: Deliberation | None,
        by: User | Seat | None,
        refused: Writing | None = None,
    ) -> None:
        self.request, self.deliberation, self.by, self.refused = request, deliberation, by, refused
        self.shown = False
        self.before = kept_post(request) if request.method == "GET" else None

    @cached_property
    def drafts(self) -> dict[str, Draft]:
        return drafts_of(self.deliberation, by=self.by) if self.by is not None else {}

    def __call__(
        self,
        name: str,
        form_class: type[Form],
        *,
        about: UUID | None = None,
        action: str = "",
        initial: Mapping[str, Any] | None = None,
        **form_options: Any,
    ) -> Writing:
        """The form `name` (`about` one row): as it was refused, else from its draft, else from `initial`."""
        if self.by is None:
            raise TypeError(f"nobody writes the form {name!r} here")
        if self.refused is not None and self.refused.key == key_of(name, self.deliberation, self.by, about):
            self.refused.action, self.shown = action, True
            return self.refused
        return Writing(
            self.request,
            self.deliberation,
            form_class,
            name=name,
            by=self.by,
            about=about,
            action=action,
            initial=initial,
            among=self,
            **form_options,
        )


def status_of(refused: Writing | None) -> int:
    """Of the answer that is a page of several forms, of which one may have been refused."""
    return refused.status if refused else 200


def key_of(name: str, deliberation: Deliberation | None, by: User | Seat, about: UUID | None = None) -> str:
    """Under which name a draft is kept. A seat is of one deliberation; a user writes the same form in several."""
    if about is not None:
        return f"{name}:{about.hex}"
    return f"{name}:{deliberation.pk.hex}" if deliberation and not isinstance(by, Seat) else name


def words_of(post: QueryDict) -> Words:
    """What was sent, field by field; a list where several were ticked."""
    return {name: rest[0] if len(rest) == 1 else rest for name, rest in post.lists() if name not in NOT_WORDS}


def _as_initial(form_class: type[Form], words: Words) -> dict[str, Any]:
    """The words as a form begins with them. Only a field that takes several is given a list."""

    def one(name: str, value: str | list[str]) -> Any:
        field = form_class.base_fields.get(name)
        several = field is not None and getattr(field.widget, "allow_multiple_selected", False)
        return value if several or not isinstance(value, list) else (value or [""])[-1]

    return {name: one(name, value) for name, value in words.items()}


def _untick(form: Form, words: Words) -> None:
    """A box that was not ticked is not sent: what is not among the words was taken out again."""
    for name, field in form.fields.items():
        if name not in words and not field.widget.value_omitted_from_data({}, {}, name):
            form.initial[name] = []
