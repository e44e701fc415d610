"""The evolution log: added to by administrators, never changed, shown to anybody only where it is switched on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, Stale
from accounts.scope import open_organisation
from audit.domain.milestones import add_milestone
from audit.domain.surfaces import switch_surface
from audit.models import Entry, Milestone, Text
from audit.queries.milestones import as_markdown, own_log, public_log, shipped
from tests.cast import Cast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
TOLD = {"kind": "incident", "title": "It went to the wrong folder.", "story": "Files.\n\nMany.", "evidence": "A test."}


def add(cast: Cast, **facts: object) -> Milestone:
    return add_milestone(
        cast.organisation,
        by=cast.administrator,
        **{"day": date(2026, 1, 2), **TOLD, **facts},  # type: ignore[arg-type]
    )


def test_three_milestones_ship_and_the_rest_is_added(cast: Cast) -> None:
    assert [told.kind for told in shipped()] == ["change", "change", "incident"]
    assert all(told.evidence for told in shipped())
    made = add(cast)
    with open_organisation(cast.organisation):
        log = own_log(cast.organisation)
        entry = Entry.objects.get(pk=made.entry_id)
        assert [str(told.title) for told in log] == [TOLD["title"], *(str(told.title) for told in shipped())]
        assert (entry.event, entry.decision, entry.subject_id) == ("milestone.add", "added", str(made.pk))
        assert made.story.commitment in bytes(entry.canonical).decode()
    with open_organisation(cast.other):
        assert own_log(cast.other) == list(shipped())


def test_only_an_administrator_adds_and_only_what_can_be(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        add_milestone(cast.organisation, by=cast.auditor, day=date(2026, 1, 2), **TOLD)
    future = (datetime.now(UTC) + timedelta(days=2)).date()
    for facts, field in (({"day": future}, "day"), ({"kind": "rumour"}, "kind"), ({"title": " "}, "title"),
                         ({"evidence": ""}, "evidence"), ({"story": "x" * 5_001}, "story")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            add(cast, **facts)
        assert list(refused.value.errors) == [field]
    with open_organisation(cast.organisation):
        assert not Milestone.objects.exists()
        assert not Entry.objects.filter(event="milestone.add").exists()


def test_what_stands_in_the_log_stays(cast: Cast) -> None:
    made = add(cast)
    with open_organisation(cast.organisation):
        for change in (lambda rows: rows.update(day=date(2020, 1, 1)), lambda rows: rows.delete()):
            with pytest.raises(IntegrityError, match="audit_milestone"), transaction.atomic():
                change(Milestone.objects.filter(pk=made.pk))


def test_pages_and_document_tell_it_and_the_form_adds_to_it(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.administrator)
    form = reverse("milestone_add", args=["care"])
    assert browser.post(form, {**TOLD, "day": "2026-01-02"}).status_code == 302
    assert browser.post(form, {**TOLD, "day": "2999-01-02"}).status_code == 422
    assert browser.post(form, {}).status_code == 422
    shown = browser.get(reverse("evolution", args=["care"])).content.decode()
    assert TOLD["title"] in shown
    assert form in shown
    reader = sign_in(cast.auditor)
    assert form not in reader.get(reverse("evolution", args=["care"])).content.decode()
    assert reader.post(form, {**TOLD, "day": "2026-01-02"}).status_code == 403
    document = reader.get(reverse("evolution_markdown", args=["care"])).content.decode()
    assert document.startswith("# Evolution log\n\n## It went to the wrong folder.\n\n*Incident, 2 January 2026*")
    assert "on a day that was not written down" in document


def test_words_in_the_document_are_no_markup(cast: Cast) -> None:
    add(cast, title="# [a](javascript:b)", story="<script>\n# no heading")
    with open_organisation(cast.organisation):
        document = as_markdown(own_log(cast.organisation))
    assert "## \\# \\[a\\](javascript:b)" in document
    assert "> \\<script\\>\n> \\# no heading" in document


def test_the_public_reads_only_where_it_is_switched_on_and_erased_words_are_gone(cast: Cast) -> None:
    made = add(cast)
    assert public_log() == list(shipped())
    switch_surface(cast.organisation, "evolution", True, by=SYSTEM)
    with pytest.raises(Stale):
        switch_surface(cast.organisation, "evolution", True, by=SYSTEM)
    with pytest.raises(Invalid):
        switch_surface(cast.organisation, "everything", True, by=SYSTEM)
    visitor = Client()
    assert TOLD["title"] in visitor.get(reverse("public_evolution")).content.decode()
    assert str(made.entry_id) not in visitor.get(reverse("public_evolution")).content.decode()
    with open_organisation(cast.organisation):
        Text.objects.filter(pk=made.title_id).update(body="", salt=b"", erased_at=made.at)
    page = visitor.get(reverse("public_evolution")).content.decode()
    assert TOLD["title"] not in page
    assert "erased on request" in page
    assert "erased on request" in visitor.get(reverse("public_evolution_markdown")).content.decode()
