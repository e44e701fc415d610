"""The living style page: every component, judged by a browser."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _development(settings: Any) -> None:
    settings.DEBUG = True


def style(live_server: Any, page: Any, query: str = "") -> Any:
    page.goto(f"{live_server.url}/style/{query}")
    page.wait_for_load_state("networkidle")
    return page


def test_style_page_is_for_development_only(live_server: Any, page: Any, settings: Any) -> None:
    settings.DEBUG = False
    assert page.goto(f"{live_server.url}/style/").status == 404


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_component_passes_axe(live_server: Any, open_page: Any, axe: Any, width: int, dark: bool) -> None:
    axe(style(live_server, open_page(width, dark=dark)))


def test_every_component_passes_axe_from_right_to_left(live_server: Any, open_page: Any, axe: Any) -> None:
    page = style(live_server, open_page(1280), "?lang=ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    axe(page)


@pytest.mark.parametrize("query", ["", "?lang=ar"], ids=["ltr", "rtl"])
def test_no_component_scrolls_sideways(live_server: Any, open_page: Any, fits: Any, query: str) -> None:
    page = style(live_server, open_page(1440), query)
    for width in (1440, 1280, 1024, 992, 991, 768, 767, 576, 480, 400, 360, 320):
        page.set_viewport_size({"width": width, "height": 900})
        fits(page)


def test_text_of_double_size_fits(live_server: Any, open_page: Any, fits: Any) -> None:
    page = style(live_server, open_page(1280))
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    for width in (1280, 640):
        page.set_viewport_size({"width": width, "height": 900})
        fits(page)


@pytest.mark.parametrize("width", [1280, 768, 360])
def test_dissent_has_the_place_and_the_size_of_the_decision(live_server: Any, open_page: Any, width: int) -> None:
    page = style(live_server, open_page(width))
    boxes = page.evaluate(
        """["#decision", "#dissent-1"].map((id) => {
             const opinion = document.querySelector(id), box = opinion.getBoundingClientRect();
             const size = (part) => {
               const style = getComputedStyle(opinion.querySelector(part));
               return [style.fontSize, style.lineHeight, style.fontWeight, style.fontFamily, style.color];
             };
             const text = opinion.querySelector(".words").getBoundingClientRect();
             return {
               width: Math.round(box.width), top: Math.round(box.top), text: Math.round(text.width),
               parts: ["h2", ".lead", "h3", ".words", ".name", ".by"].map(size),
               rows: [...opinion.querySelectorAll(":scope > div > h3")].slice(0, 3)
                 .map((h) => Math.round(h.getBoundingClientRect().top)),
               names: [...opinion.children].slice(0, 6).map((e) => e.tagName + "." + e.className),
             };
           })"""
    )
    decision, dissent = boxes
    for alike in ("width", "text", "parts", "names"):
        assert decision[alike] == dissent[alike], alike
    if width >= 768:
        assert decision["top"] == dissent["top"]
        assert decision["rows"] == dissent["rows"]


def test_answer_to_a_dissent_is_set_like_the_dissent(live_server: Any, page: Any) -> None:
    style(live_server, page)
    sizes = page.evaluate(
        """[":scope > div > .words", ".answered .words"].map(
             (part) => getComputedStyle(document.querySelector("#dissent-1").querySelector(part)).fontSize)"""
    )
    assert sizes[0] == sizes[1]


def test_bars_have_one_length_however_many_speak(live_server: Any, page: Any) -> None:
    style(live_server, page)
    lengths = page.evaluate(
        """[...document.querySelectorAll(".bar")].map((bar) => {
             const pieces = [...bar.querySelectorAll("rect")].map((r) => r.getBBox());
             return Math.round(Math.max(...pieces.map((p) => p.x + p.width)) - pieces[0].x);
           })"""
    )
    assert set(lengths) == {136}


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_equals_are_all_abreast_or_all_stacked(live_server: Any, open_page: Any, width: int) -> None:
    page = style(live_server, open_page(width))
    for columns in page.evaluate(
        """[...document.querySelectorAll(".abreast")].map((frame) =>
             [...frame.children].map((voice) => {
               const box = voice.getBoundingClientRect(); return [Math.round(box.width), Math.round(box.top)];
             }))"""
    ):
        assert len({column[0] for column in columns}) == 1, columns
        tops = [column[1] for column in columns]
        assert len({tops.count(top) for top in tops}) == 1, columns


def test_what_can_be_pressed_is_large_enough(live_server: Any, open_page: Any) -> None:
    page = style(live_server, open_page(320))
    small = page.evaluate(
        """[...document.querySelectorAll(
                "button, .button, input, select, textarea, summary, .choice, .foot a, .ways a, .pages a")]
             .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
             .filter(([_, box]) => box.height && (box.height < 24 || box.width < 24)).map(([html]) => html)"""
    )
    assert small == []


def test_script_of_a_person_is_shown_and_not_run(live_server: Any, page: Any) -> None:
    style(live_server, page)
    assert page.get_by_text('<script>alert("no")</script>').count() == 1


def test_summary_of_errors_is_brought_to_the_reader_and_leads_to_the_field(live_server: Any, page: Any) -> None:
    style(live_server, page)
    assert page.evaluate("document.activeElement.id") == "errors"
    page.locator("#errors a").first.click()
    assert page.evaluate("document.activeElement.id") == "id_wrong-what"


def test_page_reads_without_script(live_server: Any, open_page: Any, axe: Any, fits: Any) -> None:
    page = open_page(360, java_script_enabled=False)
    page.goto(f"{live_server.url}/style/")
    assert page.get_by_role("heading", name="Decision", exact=True).count() == 2
    assert page.get_by_role("button", name="Print this page").count() == 0


def test_form_of_a_card_begins_on_the_first_screen_of_a_phone(live_server: Any, open_page: Any, axe: Any) -> None:
    page = open_page(360)
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{live_server.url}/style/card/")
    assert page.locator("form[data-autosave-url]").bounding_box()["y"] < 740
    assert page.locator("textarea").first.bounding_box()["y"] < 800
    axe(page)


def test_every_component_prints_without_what_only_a_screen_needs(live_server: Any, page: Any) -> None:
    style(live_server, page)
    page.emulate_media(media="print")
    for hidden in (".masthead nav", ".foot", "form", ".actions"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("#decision .name").is_visible()
