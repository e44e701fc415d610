"""Exports open from a disk: every page of them without a server, without script, on a phone, for a screen reader."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.scope import open_organisation
from audit.archive import zipped
from audit.domain.exports import start_export
from audit.export_job import make_waiting
from deliberation.domain.questions import put_question
from deliberation.domain.standing import standing_of
from deliberation.export.one import export_one
from deliberation.export.reading import Reader
from deliberation.models import Deliberation
from tests.cast import Cast
from tests.deliberation import stages
from tests.oversight.test_export import at_work
from tractatus_site.exports import files_of

pytestmark = pytest.mark.django_db(transaction=True)


def in_round_3(cast: Cast) -> Deliberation:
    """Something stands on every page of it: answers side by side, two sides of a difference, an open question."""
    deliberation = stages.at_round(cast, 3)
    stages.agreements_given(cast, deliberation)
    one, two, *_others = stages.voices(cast, deliberation)
    put_question(deliberation, by=one, to=two, text="Who reads on Sundays?")
    return deliberation


def test_pages_of_exports_open_from_a_disk(
    tmp_path: Path,
    open_page: Callable[..., Page],
    complaints: list[str],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
) -> None:
    cast = Cast()
    with transaction.atomic(), open_organisation(cast.organisation):
        running, decided = in_round_3(cast), stages.at_decided(cast)
        at_work(cast)
        for number, one in enumerate((running, decided)):
            reader = Reader(one, standing_of(cast.facilitator, one))
            archive = b"".join(zipped({}, export_one(reader, made_at=one.state_since)))
            zipfile.ZipFile(io.BytesIO(archive)).extractall(tmp_path / str(number))
        archive = b"".join(zipped({}, files_of(cast.organisation)))
        zipfile.ZipFile(io.BytesIO(archive)).extractall(tmp_path / "whole")
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) == 5 + 7 + 3 + 8 + 3
    # Of those that are alike one is looked at: the rounds of the one that runs, the outcome of the one that is decided.
    alike = {("1", f"round-{n}.html") for n in (1, 2, 3)} | {("0", "index.html"), ("0", "stakeholders.html")}
    alike |= {("agents", f"{name}.html") for name in ("apart", "stops", "glass", "marks")}
    pages = [one for one in pages if one.parts[-2:] not in alike]
    page = open_page()
    for number, file in enumerate(pages):
        wide, dark = number % 2 == 0, number % 4 > 1
        page.set_viewport_size({"width": 1280 if wide else 320, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.goto(file.as_uri())
        fits(page)
        assert complaints == [], file
        axe(page)
        complaints.clear()  # axe would read the stylesheet once more, which no page from a disk may
        assert page.evaluate("document.styleSheets.length") == 1, file


def test_an_export_is_asked_for_and_fetched(
    page: Page, live_server: Any, login: Callable[[Page, str], Page], tmp_path: Path
) -> None:
    cast = Cast()
    login(page, cast.administrator.email)
    page.goto(live_server.url + reverse("settings_export", args=["care"]))
    page.get_by_role("button", name="Make an export").click()
    expect(page.get_by_text("It waits for its turn.")).to_be_visible()
    with open_organisation(cast.organisation):
        make_waiting(cast.organisation, files_of)
    # The page looks again by itself.
    fetch = page.get_by_role("link", name="Fetch it")
    expect(fetch).to_be_visible(timeout=10_000)
    with page.expect_download() as found:
        fetch.click()
    found.value.save_as(tmp_path / "all.zip")
    assert "index.html" in zipfile.ZipFile(tmp_path / "all.zip").namelist()
    with open_organisation(cast.organisation):
        start_export(cast.organisation, by=cast.administrator)
    page.reload()
    expect(page.get_by_role("button", name="Make an export")).to_have_count(0)
