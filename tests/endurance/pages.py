"""A browser without script, for people who work while their site is killed: pages, their forms, and what was told."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any

ALL = object()
"""Every box of a name is ticked."""


class Down(Exception):
    """No answer: whether it was done is not known."""


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def filled(self, words: Mapping[str, Any], button: str) -> list[tuple[str, str]]:
        """What is sent. A choice may be given by its value or by what a person reads."""
        sent = {name: list(values) for name, values in self.fields.items()}
        for name, value in words.items():
            offered = self.choices.get(name)
            if value is ALL:
                sent[name] = [one for one, _text in offered or []]
            elif offered and value not in [one for one, _text in offered]:
                sent[name] = [next(one for one, text in offered if value in text)]
            else:
                sent[name] = [value]
        pairs = [(name, value) for name, values in sent.items() for value in values]
        pressed = next((one for one in self.buttons if button in one[2]), None) if button else None
        return [*pairs, (pressed[0], pressed[1])] if pressed and pressed[0] else pairs


class Page(HTMLParser):
    """The forms and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._into: tuple[str, str] | None = None
        self._said = ""
        self.feed(text)

    def form(self, action: str, asking: str = "") -> Form | None:
        """The first form whose address ends so, and that asks for this field where one is named."""
        for one in self.forms:
            named = one.fields.keys() | one.choices.keys()
            if one.action.endswith(action) and (not asking or asking in named):
                return one
        return None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        name = facts.get("name", "")
        if tag == "a":
            self.links.append(facts.get("href", ""))
        if tag == "form":
            self._form = Form(facts.get("action", "")) if facts.get("method", "").lower() == "post" else None
            if self._form:
                self.forms.append(self._form)
        if self._form is None:
            return
        if tag == "input" and name:
            self._input(name, facts)
        elif tag == "textarea" and name:
            self._into, self._said = ("textarea", name), ""
        elif tag == "select":
            self._select = name
            self._form.choices.setdefault(name, [])
        elif tag == "option":
            self._into, self._said = ("option", facts.get("value", "")), ""
            if "selected" in facts:
                self._form.fields[self._select] = [facts.get("value", "")]
        elif tag == "button":
            self._into, self._said = ("button", f"{name}\n{facts.get('value', '')}"), ""

    def _input(self, name: str, facts: dict[str, str]) -> None:
        assert self._form is not None
        kind, value = facts.get("type", "text"), facts.get("value", "")
        if kind in {"checkbox", "radio"}:
            self._form.choices.setdefault(name, []).append((value or "on", ""))
            if "checked" in facts:
                self._form.fields.setdefault(name, []).append(value or "on")
        elif kind not in {"submit", "button", "file"}:
            self._form.fields[name] = [value]

    def handle_data(self, data: str) -> None:
        if self._into:
            self._said += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if self._into is None or self._form is None or tag != self._into[0]:
            return
        what, said = self._into[1], self._said
        if tag == "textarea":
            self._form.fields[what] = [said.removeprefix("\n")]
        elif tag == "option":
            self._form.choices[self._select].append((what, said.strip()))
        else:
            name, value = what.split("\n")
            self._form.buttons.append((name, value, " ".join(said.split())))
        self._into = None


class _Stay(urllib.request.HTTPRedirectHandler):
    """Where to go next is told, not gone to: with it a form was taken, and the next page may be out of reach."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass
class Answer:
    status: int
    location: str
    text: str

    @property
    def saved(self) -> bool:
        """Whether it says that it was taken: it leads on, and not to the door."""
        return 200 <= self.status < 400 and "login" not in self.location

    def json(self) -> Any:
        return json.loads(self.text)


class Browser:
    """Cookies, and one request at a time."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), _Stay).open

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(urllib.parse.urljoin(self.address, path)))

    def post(self, path: str, pairs: list[tuple[str, str]]) -> Answer:
        body = urllib.parse.urlencode(pairs).encode()
        return self._ask(urllib.request.Request(urllib.parse.urljoin(self.address, path), body))

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            try:
                with self.open(request, timeout=30) as got:
                    return Answer(got.status, "", got.read().decode())
            except urllib.error.HTTPError as other:
                with other:
                    return Answer(other.code, other.headers.get("Location", ""), other.read().decode())
        except (OSError, http.client.HTTPException) as gone:
            raise Down(str(gone)) from gone
