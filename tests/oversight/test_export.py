"""What an export of the organisation tells of its agents: every row, on pages that open from a disk, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation
from accounts.scope import open_organisation
from audit.domain.erasure import erase_text
from audit.models import Entry
from oversight.domain.glass import break_glass, mend_glass, review_glass
from oversight.domain.handoffs import write_handoff
from oversight.domain.modes import mark_stop
from oversight.domain.reports import Report, report_act
from oversight.domain.requests import refuse_request
from oversight.domain.stops import freeze, lift_freeze
from oversight.export import pages, rows
from oversight.export.whole import export_oversight
from oversight.models import Check, Incident, JudgmentRequest, Session
from tests.cast import Cast
from tests.oversight.house import DROP, LOOK, WRONG_PORT, ask, in_force, key_of

pytestmark = pytest.mark.django_db

SECRET = "hunter2-of-the-erased-act"


@pytest.fixture
def house(cast: Cast) -> Iterator[Cast]:
    with open_organisation(cast.organisation):
        yield cast


def at_work(cast: Cast) -> None:
    """Agents that asked, were denied, granted and stopped; people who decided, suspended, looked again, and erased."""
    in_force(cast)
    key, observed = key_of(cast.project, cast), key_of(cast.project, cast, "Observer", enforces=False)
    for _ in range(3):
        ask(key, LOOK, session="one", session_state={"messages": 4})
    ask(key, WRONG_PORT, session="one", tool_call="denied")
    ask(key, DROP, session="two")
    ask(observed, WRONG_PORT, session="three")
    ask(key, {"tool_name": "Bash", "tool_input": {"command": f"echo {SECRET}"}}, session="two")
    ask(key, {"tool_name": "Bash", "tool_input": {"command": "ls apart"}})
    report_act(key, Report("executed", tool_call="denied"))
    refuse_request(JudgmentRequest.objects.get(), by=cast.holder, reason="Nobody agreed to lose them.")
    write_handoff(Session.objects.get(name="one"), {"state": "Half of it is moved."}, by=key)
    lift_freeze(freeze(cast.project, by=cast.holder, key=key, why="It ran in circles."), by=cast.holder, why="Mended.")
    glass = break_glass(cast.project, by=cast.holder, minutes=5, boundary="12.3", why="The shop is down.")
    mend_glass(glass, by=cast.holder)
    review_glass(glass, by=cast.second_holder, finding="It was right.")
    mark_stop(Check.objects.filter(session__name="three").get(), by=cast.editor, right=False, why="The port moved.")
    erased = Check.objects.filter(session__name="two").order_by("-pk")[0]
    erase_text(Entry.objects.get(pk=erased.entry_id), "check", by=cast.administrator, reason="It held a password.")


def exported(organisation: Organisation) -> dict[str, str]:
    found = {}
    for path, content in export_oversight(organisation):
        assert path not in found
        found[path] = content if isinstance(content, str) else b"".join(content).decode()  # type: ignore[arg-type]
    return found


def assert_links_lead_into_it(files: dict[str, str]) -> None:
    for name, said in files.items():
        for target in re.findall(r'(?:href|src)="([^"#]+)"', said) if name.endswith(".html") else []:
            place = PurePosixPath(name).parent
            for part in target.split("/"):
                place = place.parent if part == ".." else place / part
            assert str(place) in files or str(place) in {"index.html", "style.css"}, (name, target)


def test_every_row_is_data_and_every_page_leads_to_what_is_there(house: Cast) -> None:
    at_work(house)
    files = exported(house.organisation)
    assert_links_lead_into_it(files)
    for name, model in rows.TABLES.items():
        lines = [json.loads(line) for line in files[f"agents/data/{name}.jsonl"].splitlines()]
        assert [one["id"] for one in lines] == [
            str(pk) for pk in model._default_manager.order_by("pk").values_list("pk", flat=True)
        ]
        assert lines, name
    assert set(rows.TABLES.values()) == set(apps.get_app_config("oversight").get_models())
    checks = [json.loads(line) for line in files["agents/data/checks.jsonl"].splitlines()]
    assert checks[0]["text"]["action"] == LOOK
    assert checks[0]["session_id"] == str(Session.objects.get(name="one").pk)

    one, two = (files[f"agents/sessions/{Session.objects.get(name=name).pk}.html"] for name in ("one", "two"))
    assert "Half of it is moved." in one
    assert "27017" in one
    assert "Asked a person" in two
    assert "ls apart" in files["agents/apart.html"]
    for name, words in {
        "requests": "Nobody agreed to lose them.", "stops": "It ran in circles.", "glass": "It was right.",
        "incidents": Incident.objects.get().get_kind_display(), "marks": "The port moved.",
    }.items():  # fmt: skip
        assert words in files[f"agents/{name}.html"], name


def test_erased_words_and_secrets_stay_out(house: Cast) -> None:
    at_work(house)
    files = exported(house.organisation)
    assert SECRET not in "".join(files.values())
    assert "erased on request" in files["agents/data/checks.jsonl"]
    assert "erased on request" in files[f"agents/sessions/{Session.objects.get(name='two').pk}.html"]
    for said in files.values():
        assert "secret" not in said.lower()
        assert "<script" not in said


def test_nothing_of_another_organisation_is_in_it(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        at_work(cast)
    with open_organisation(cast.other):
        files = exported(cast.other)
        assert_links_lead_into_it(files)
    assert all(not said for name, said in files.items() if name.endswith(".jsonl"))
    assert cast.holder.email not in "".join(files.values())
    assert "None yet." in files["agents/sessions.html"]


def test_long_lists_are_cut_and_cost_no_more_a_row(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work(house)
    with CaptureQueriesContext(connection) as few:
        exported(house.organisation)
    key = key_of(house.project, house, "Another")
    for _ in range(20):
        ask(key, LOOK)
        ask(key, LOOK, session="one of another")
    with CaptureQueriesContext(connection) as many:
        exported(house.organisation)
    a_session = 13
    assert len(many) - len(few) <= a_session, "forty checks more, and one session"
    monkeypatch.setattr(pages, "A_PAGE", 7)
    monkeypatch.setattr(rows, "AT_ONCE", 7)
    monkeypatch.setattr("oversight.queries.sessions.CHECKS_A_PAGE", 7)
    files = exported(house.organisation)
    assert_links_lead_into_it(files)
    assert {"agents/apart-2.html", "agents/apart-3.html"} <= files.keys()
    assert "agents/apart-4.html" not in files
    of = str(Session.objects.get(name="one of another").pk)
    shown = [re.findall(r'id="check-([^"]+)"', said) for name, said in files.items() if of in name]
    assert [len(one) for one in shown] == [7, 7, 6]
    mine = Check.objects.filter(session=of).order_by("pk").values_list("pk", flat=True)
    assert [pk for one in shown for pk in one] == [str(pk) for pk in mine]
    assert len(files["agents/data/checks.jsonl"].splitlines()) == Check.objects.count()
