"""The outcome page in a browser: decision and dissent have the same boxes, at every width, and in print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from accounts.scope import open_organisation
from deliberation.models import Deliberation, Dissent, OutcomeVersion
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db(transaction=True)

SHAPE = """(id) => {
  const it = document.getElementById(id);
  const style = (e) => {
    const s = getComputedStyle(e);
    return [s.fontSize, s.fontFamily, s.fontWeight, s.lineHeight, s.color, s.opacity, s.display];
  };
  const box = it.getBoundingClientRect();
  return {
    tag: it.tagName, of: it.className, width: Math.round(box.width), level: it.querySelector("h2").tagName,
    title: style(it.querySelector("h2")), lead: style(it.querySelector(".lead")),
    rows: [...it.querySelectorAll(":scope > div > h3")].filter((h) => !h.closest(".answered")).map(style),
    words: [...it.querySelectorAll(":scope > div > .words")].filter((w) => !w.closest(".answered")).map(style),
    name: style(it.querySelector(".signed .name")), by: style(it.querySelector(".signed .by")),
  };
}"""
INNER = """(id) => [...document.getElementById(id).children].slice(0, 5).map((e) => {
  const s = getComputedStyle(e), box = e.getBoundingClientRect();
  return [Math.round(box.top), Math.round(box.width - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight))];
})"""
ANSWER = """(id) => {
  const found = ["> div > .words", ".answered .words"].map((at) => document.querySelector(`#${id} ${at}`));
  return found.map((e) => [getComputedStyle(e).fontSize, getComputedStyle(e).fontFamily]);
}"""


def decided(**options: Any) -> tuple[Cast, str]:
    cast = Cast()
    with open_organisation(cast.organisation):
        stages.at_decided(cast, **options)
    return cast, reverse("outcome", args=["care", 1])


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1600])
@pytest.mark.parametrize("dark", [False, True])
def test_decision_and_dissent_have_the_same_boxes(
    live_server: Any,
    open_page: Callable[..., Page],
    login: Callable[[Page, str], Page],
    fits: Callable[[Page], None],
    width: int,
    dark: bool,
) -> None:
    cast, path = decided()
    page = login(open_page(width=width, dark=dark), cast.holder.email)
    page.goto(live_server.url + path)
    decision, dissent = page.evaluate(SHAPE, "decision"), page.evaluate(SHAPE, "dissent-1")
    assert decision == dissent
    assert len(decision["rows"]) == len(decision["words"]) == 3
    if width >= 768:
        # Abreast: every row of one stands level with the same row of the other, and is as wide.
        assert page.evaluate(INNER, "decision") == page.evaluate(INNER, "dissent-1")
    words, answer = page.evaluate(ANSWER, "dissent-1")
    assert words == answer
    fits(page)


def test_they_are_equal_in_print_too(
    live_server: Any, open_page: Callable[..., Page], login: Callable[[Page, str], Page]
) -> None:
    cast, path = decided()
    page = login(open_page(), cast.holder.email)
    page.goto(live_server.url + path + "?order=drawn")
    page.emulate_media(media="print")
    assert page.evaluate(SHAPE, "decision") == page.evaluate(SHAPE, "dissent-1")
    assert page.locator("#acts-h").count() == 0


def test_where_nobody_dissented_that_page_says_so_at_the_same_size(
    live_server: Any, open_page: Callable[..., Page], login: Callable[[Page, str], Page]
) -> None:
    cast, path = decided(dissent=False)
    page = login(open_page(), cast.reviewer.email)
    page.goto(live_server.url + path)
    assert "Nobody wrote a dissent" in page.locator("#dissent-1").inner_text()
    size = "(id) => getComputedStyle(document.querySelector(`#${id} .lead`)).fontSize"
    assert page.evaluate(size, "decision") == page.evaluate(size, "dissent-1")


def test_the_drafting_form_works_without_script(
    live_server: Any, open_page: Callable[..., Page], login: Callable[[Page, str], Page], axe: Callable[[Page], None]
) -> None:
    cast = Cast()
    with open_organisation(cast.organisation):
        stages.at_outcome(cast)
    page = login(open_page(java_script_enabled=False), cast.facilitator.email)
    page.goto(live_server.url + reverse("outcome_draft", args=["care", 1]))
    page.fill("[name=decision]", "The tool may sort.")
    page.fill("[name=remainders-0-loss]", "Time.")
    page.click("button[value=add-remainders]")
    assert page.input_value("[name=decision]") == "The tool may sort."
    page.fill("[name=remainders-1-loss]", "Trust.")
    page.click("button[value=remove-remainders-0]")
    assert page.input_value("[name=remainders-0-loss]") == "Trust."
    page.click("button[value=circulate] >> nth=0")
    assert "Say who bears it." in page.locator("#errors").inner_text()
    with open_organisation(cast.organisation):
        assert not OutcomeVersion.objects.exists()


def test_a_person_dissents_and_reads_it_beside_the_decision(
    live_server: Any, open_page: Callable[..., Page], login: Callable[[Page, str], Page], axe: Callable[[Page], None]
) -> None:
    cast = Cast()
    with open_organisation(cast.organisation):
        stages.at_circulated(cast)
    page = login(open_page(width=360), cast.first.email)
    page.goto(live_server.url + reverse("outcome", args=["care", 1]))
    page.click("text=Write a dissent")
    axe(page)
    page.click("text=Send my dissent")
    axe(page)
    assert page.locator("#errors a").count() == 2
    page.fill("[name=lead]", "The reading should go.")
    page.fill("[name=objection]", "One rule treats applicants more alike.")
    page.click("text=Send my dissent")
    assert "The reading should go." in page.locator("#dissent-1 .lead").inner_text()
    axe(page)
    with open_organisation(cast.organisation):
        assert Dissent.objects.get().written_against.deliberation == Deliberation.objects.get()
