"""The pages of the customisation: members read, administrators set, and what is wrong is said at its field."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.scope import open_organisation
from instructions.domain import past_checks
from instructions.domain.changes import Change, gates_of, of_policy
from instructions.domain.policy import boundaries_of, content_of, set_policy, thresholds_of, verbosity_of
from instructions.models import Policy
from instructions.views.setting import PAGES
from tests.cast import Cast
from tests.instructions.recorded import LOOKING, RecordedChecks
from tests.instructions.test_pages import at, signed_in
from tests.instructions.test_policy import PEOPLE, PRICES, REGISTER, strict
from tractatus import GateRequest, Thresholds

WHY = {"why": "We agreed on it.", "after": "0"}
FIGURES = {
    f"{group}_{name}": value for group, some in Thresholds().to_dict().items() for name, value in some.items()
}  # fmt: skip


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


@pytest.mark.django_db
def test_members_read_administrators_set_and_strangers_find_nothing(house: Cast) -> None:
    reader, administrator, outsider = map(signed_in, (house.auditor, house.administrator, house.outsider))
    for name in PAGES:
        for browser in (reader, administrator):
            assert browser.get(at(name)).status_code == 200, name
        assert b"<textarea" not in reader.get(at(name)).content
        assert b"<textarea" in administrator.get(at(name) + ("?pack=health" if "packs" in name else "")).content
        for do in ("set", "restore", "remove", "text", "adopt", "leave", "preview", "changed"):
            sent = WHY | FIGURES | PRICES | {"do": do, "number": "0", "name": "health", "verbosity": "DEBUG"}
            for nobody in (house.auditor, house.editor):
                refused = signed_in(nobody).post(at(name) + ("?pack=health" if "packs" in name else ""), sent)
                assert refused.status_code == 403, (name, do)
        assert outsider.get(at(name)).status_code == 404
        assert outsider.post(at(name), WHY).status_code == 404
        assert Client().get(at(name)).status_code == 302
    assert not Policy.objects.exists()
    settings = administrator.get(at("settings")).content.decode()
    assert all(f'href="{at(name)}"' in settings for name in PAGES)


@pytest.mark.django_db
def test_thresholds_are_set_shown_and_undone(house: Cast) -> None:
    browser, here = signed_in(house.administrator), at("settings_thresholds")
    wrong = browser.post(here, WHY | FIGURES | {"pressure_high": "0.2"})
    assert wrong.status_code == 422
    assert "more than 0.5 is expected here, not 0.2" in wrong.content.decode()
    for bad in ({"pressure_high": "high"}, {"pressure_high": "2"}, {"why": " "}, {"pressure_normal": "nan"}):
        assert browser.post(here, WHY | FIGURES | bad).status_code == 422, bad
    assert browser.post(here, WHY | FIGURES).status_code == 422  # that is how it is already
    assert browser.post(here, WHY | FIGURES | {"pressure_high": "0.75"}).status_code == 302
    assert thresholds_of(house.organisation).pressure.high == 0.75
    page = signed_in(house.auditor).get(here).content.decode()
    assert "0.75" in page
    assert "We agreed on it." in page
    assert "pressure.high = 0.7\n" in page
    late = browser.post(here, WHY | FIGURES | {"pressure_high": "0.8"})
    assert late.status_code == 422
    assert 'value="1" id="set-after"' in late.content.decode()
    assert "What ships hold again" in browser.get(here + "?version=0").content.decode().replace("Have what", "What")
    assert browser.get(here + "?version=1").status_code == 404
    assert browser.get(here + "?version=x").status_code == 404
    undo = {"do": "restore", "number": "0", "after": "1", "why": "It was too late."}
    assert browser.post(here, undo | {"number": "7"}).status_code == 422
    assert browser.post(here, undo).status_code == 302
    assert thresholds_of(house.organisation) == Thresholds()
    assert list(Policy.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


@pytest.mark.django_db
def test_boundary_is_written_changed_taken_away_exported_and_brought_back(house: Cast) -> None:
    browser, here = signed_in(house.administrator), at("settings_boundaries")
    sent = WHY | PRICES | {"cues": "price list\n\ndiscount*", "do": "set"}
    assert browser.post(here, sent | {"cues": "a*"}).status_code == 422
    assert browser.post(here, sent | {"cues": ""}).status_code == 422
    assert browser.post(here, sent | {"domain": "money"}).status_code == 422
    assert browser.post(here, sent).status_code == 302
    (made,) = boundaries_of(house.organisation)
    assert (made.name, made.cues) == ("Prices", ("price list", "discount*"))
    assert "discount*" in browser.get(here + "?boundary=Prices").content.decode()
    assert browser.get(here + "?boundary=Nothing").status_code == 404
    change = sent | {"after": "1", "was": "Prices", "name": "Price lists", "reading": "on"}
    assert browser.post(here, change).status_code == 302
    assert [(one.name, one.reading) for one in boundaries_of(house.organisation)] == [("Price lists", True)]
    exported = signed_in(house.auditor).get(here + "?format=toml")
    assert exported["Content-Disposition"] == 'attachment; filename="boundaries.toml"'
    assert browser.post(here, sent | {"after": "2", "was": "Prices"}).status_code == 422
    assert browser.post(here, {"do": "remove", "name": "Price lists", "after": "2", "why": "No."}).status_code == 302
    assert boundaries_of(house.organisation) == ()
    bad = browser.post(here, WHY | {"do": "text", "toml": '[[boundary]]\nname = "a"\n', "after": "3"})
    assert bad.status_code == 422
    assert "line 1" in bad.content.decode()
    text = {"do": "text", "toml": exported.content.decode(), "after": "3", "why": "Back."}
    assert browser.post(here, text).status_code == 302
    assert [one.name for one in boundaries_of(house.organisation)] == ["Price lists"]
    for lost in ("gone", "Price lists"):
        answer = browser.post(here, {"do": "remove", "name": lost, "after": "3", "why": "Late."})
        assert answer.status_code == 422, lost


@pytest.mark.django_db
def test_pack_is_read_before_it_is_adopted_and_can_be_left(house: Cast) -> None:
    browser, here = signed_in(house.administrator), at("settings_packs")
    page = browser.get(here).content.decode()
    assert page.count("Nobody of the field has reviewed it") == 4
    read = signed_in(house.auditor).get(here + "?pack=finance").content.decode()
    assert "Whether somebody gets a loan decides over their way" in read
    assert "Nobody of the field has reviewed it" in read
    assert browser.get(here + "?pack=../boundaries").status_code == 404
    assert browser.post(here + "?pack=wealth", WHY | {"do": "adopt"}).status_code == 404
    for name, after in (("finance", "0"), ("health", "1")):
        sent = {"do": "adopt", "name": name, "why": "It fits.", "after": after}
        assert browser.post(f"{here}?pack={name}", sent).status_code == 302
    assert sorted(content_of(house.organisation, "packs")["packs"]) == ["finance", "health"]
    left = {"do": "leave", "name": "finance", "why": "It does not fit.", "after": "2"}
    assert browser.post(f"{here}?pack=finance", left).status_code == 302
    assert sorted(content_of(house.organisation, "packs")["packs"]) == ["health"]
    older = {"packs": {"health": content_of(house.organisation, "packs")["packs"]["health"][:3]}}
    set_policy(house.organisation, "packs", older, by=house.administrator, why="As an earlier release had it.")
    assert "What ships has changed since" in browser.get(here).content.decode()
    again = {"do": "adopt", "name": "health", "why": "As it is now.", "after": "4"}
    assert browser.post(f"{here}?pack=health", again).status_code == 302
    assert len(boundaries_of(house.organisation)) > 3


@pytest.mark.django_db
def test_framework_of_a_people_is_added_without_a_position(house: Cast) -> None:
    browser, here = signed_in(house.administrator), at("settings_frameworks")
    sent = WHY | {
        "do": "set", "title": PEOPLE["title"], "of_a_people": "on", "cues": "the river",
        "speakers": "Whoever they name",
    }  # fmt: skip
    for bad in ({"speakers": ""}, {"position": "They hold that …"}, {"cues": ""}, {"title": "Care"}):
        assert browser.post(here, sent | bad).status_code == 422, bad
    assert browser.post(here, sent).status_code == 302
    (row,) = content_of(house.organisation, "frameworks")["frameworks"]
    page = signed_in(house.auditor).get(here).content.decode()
    assert "Position: to be stated by its own people." in page
    assert PEOPLE["title"] in page
    change = sent | {"after": "1", "was": row["key"], "title": "Ethics of the two rivers"}
    assert browser.get(here + f"?framework={row['key']}").status_code == 200
    assert browser.post(here, change).status_code == 302
    (changed,) = content_of(house.organisation, "frameworks")["frameworks"]
    assert (changed["key"], changed["title"]) == (row["key"], "Ethics of the two rivers")
    assert browser.get(here + f"?remove={row['key']}").status_code == 200
    gone = {"do": "remove", "name": row["key"], "after": "2", "why": "They asked us to."}
    assert browser.post(here, gone).status_code == 302
    assert browser.post(here, sent | {"after": "3"}).status_code == 302
    (anew,) = content_of(house.organisation, "frameworks")["frameworks"]
    assert anew["key"] != row["key"]


@pytest.mark.django_db
def test_register_is_previewed_kept_replaced_and_refused_without_its_author(house: Cast) -> None:
    browser, here = signed_in(house.administrator), at("settings_registers")
    nobody = REGISTER.replace('author = "The house\'s own writer"\n', "")
    refused = browser.post(here, WHY | {"do": "set", "toml": nobody})
    assert refused.status_code == 422
    assert "only with the name of who wrote it" in refused.content.decode()
    shown = browser.post(here, {"do": "preview", "toml": REGISTER})
    assert (shown.status_code, Policy.objects.count()) == (200, 0)
    assert "Good day" in shown.content.decode()
    assert browser.post(here, {"do": "preview", "toml": "[[register"}).status_code == 422
    down = REGISTER.replace("Until then", "As you should know, my dear")
    assert browser.post(here, {"do": "preview", "toml": down}).status_code == 422
    assert browser.post(here, WHY | {"do": "set", "toml": REGISTER}).status_code == 302
    other = {"do": "set", "toml": REGISTER.replace("Good day", "Hello"), "after": "1", "why": "Warmer."}
    assert browser.post(here, other).status_code == 302
    assert len(content_of(house.organisation, "registers")["registers"]) == 1
    assert "Hello" in signed_in(house.auditor).get(here).content.decode()
    assert browser.get(here + "?remove=house en").status_code == 200
    gone = {"do": "remove", "name": "house en", "after": "2", "why": "Nobody uses it."}
    assert browser.post(here, gone).status_code == 302
    assert content_of(house.organisation, "registers") == {"registers": []}


@pytest.mark.django_db
def test_verbosity_is_a_projects(house: Cast) -> None:
    browser = signed_in(house.administrator)
    here = f"{at('settings_verbosity')}?project={house.project.pk}"
    assert browser.post(here, WHY | {"verbosity": "LOUD"}).status_code == 422
    assert browser.post(here, WHY | {"verbosity": "DETAILED"}).status_code == 302
    assert verbosity_of(house.project) == "DETAILED"
    page = signed_in(house.auditor).get(here).content.decode()
    assert "Detailed" in page
    assert "27027" in page
    theirs = f"{at('settings_verbosity')}?project={house.other_project.pk}"
    assert browser.get(theirs).status_code == 404
    assert browser.post(theirs, WHY | {"verbosity": "SILENT"}).status_code == 404
    undo = {"do": "restore", "number": "0", "after": "1", "why": "Too much."}
    assert browser.post(here, undo).status_code == 302
    assert verbosity_of(house.project) == "SUMMARY"


@pytest.mark.django_db
def test_what_one_organisation_sets_no_other_sees(house: Cast) -> None:
    set_policy(house.organisation, "thresholds", strict(), by=house.administrator, why="Strict for ourselves.")
    there = reverse("settings_thresholds", args=["harbour"])
    page = signed_in(house.outsider).get(there).content.decode()
    assert "Strict for ourselves." not in page
    assert "Nobody has set anything here" in page


@pytest.mark.django_db
def test_what_a_setting_would_have_changed_is_shown_and_nothing_is_set(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past checks are judged as if it held: by a boundary, by an adopted pack, by thresholds; no reason is needed."""
    pay = ("update_plan", {"note": "Transfer the funds, as the price list says"})
    recorded = RecordedChecks(house.project, (pay,), ordinary=LOOKING[:3])
    browser, boundary = signed_in(house.administrator), PRICES | {"cues": "price list", "do": ["set", "changed"]}
    with monkeypatch.context() as registered:
        registered.setitem(past_checks._providers, "recorded", recorded)
        for name, sent, said in (
            ("settings_boundaries", boundary, "One that was allowed would be put to a person."),
            ("settings_packs", {"name": "finance", "do": ["adopt", "changed"]}, "One that was allowed would be put"),
            ("settings_thresholds", FIGURES | {"do": ["set", "changed"]}, "none would have been decided differently"),
        ):
            query = "?pack=finance" if "packs" in name else ""
            answer = browser.post(at(name) + query, sent | {"after": "0"})
            assert answer.status_code == 200, name
            assert said in answer.content.decode(), name
            assert signed_in(house.editor).post(at(name) + query, sent).status_code == 403
        assert browser.post(at("settings_boundaries"), boundary | {"cues": "a*"}).status_code == 422
    assert "No action was checked" in browser.post(at("settings_boundaries"), boundary).content.decode()
    assert not Policy.objects.exists()


@pytest.mark.django_db
def test_change_of_a_setting_is_the_same_when_a_job_reads_it_again(house: Cast) -> None:
    change = of_policy("boundaries", {"boundaries": [PRICES]})
    assert Change.from_json(json.loads(json.dumps(change.as_json())), None) == change
    before, after = gates_of(change, house.project)
    act = GateRequest({"tool_name": "update_plan", "tool_input": {"note": "Change the price list"}})
    assert (before.check(act).decision, after.check(act).decision) == ("allow", "ask")
    assert (before.verifier, before.orchestrator) == (after.verifier, after.orchestrator)
