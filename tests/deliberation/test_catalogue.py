"""The catalogue suggests by whole words, always the same, ranks nothing, and says where it is wrong."""

import json

import pytest

from deliberation.domain import catalogue
from deliberation.domain.catalogue import CatalogueError, suggest, suggest_stakeholders


def _keys(found):
    return [one.key for one in found]


def test_suggest_finds_the_frameworks_of_the_core_concepts_example():
    found = suggest(
        "Disclose user data to prevent imminent harm?",
        {"urgency": "CRITICAL", "scale": "100+ affected", "harm_type": "physical"},
    )
    assert _keys(found.frameworks) == ["rights", "consequences"]
    assert _keys(found.trade_offs) == ["privacy_safety"]
    assert "data_subjects" in _keys(found.groups)
    assert "possible_victims" in _keys(found.groups)


@pytest.mark.parametrize("text", ["We install all of it again.", "A fairy told a safebreaker", "", "   ", "⚖️ 🙂"])
def test_suggest_matches_whole_words_only(text):
    assert suggest(text) == catalogue.Suggestions()


def test_suggest_says_which_words_led_to_it():
    framework = next(f for f in suggest("Nobody gave Consent, and privacy is gone.").frameworks if f.key == "rights")
    assert framework.cues == ("privacy", "consent")


def test_suggest_gives_the_same_answer_whatever_the_order_of_the_words():
    assert _keys(suggest("privacy and harm").frameworks) == _keys(suggest("harm and privacy").frameworks)


def test_suggest_states_no_position_for_a_peoples_own_ethics():
    found = suggest("The iwi hold this river as taonga.")
    own = next(f for f in found.frameworks if f.key == "te_ao_maori")
    assert own.of_a_people
    assert own.position is None
    assert all((f.position is None) == f.of_a_people for f in catalogue.frameworks())


def test_suggest_reads_the_words_of_the_context():
    assert "data_subjects" in _keys(
        suggest("May we?", {"uses": ["user_data", {"deep": "surveillance"}], "n": 3}).groups
    )


def test_suggest_stakeholders_gives_somebody_for_every_framework_and_group_it_knows():
    frameworks = [f.key for f in catalogue.frameworks()]
    groups = [g.title for g in catalogue.load().groups]
    found = suggest_stakeholders(framework_keys=frameworks, group_titles=groups)
    assert {key for one in found for key in one.frameworks} == set(frameworks)
    assert {title for one in found for title in one.groups} == set(groups)


def test_suggest_stakeholders_passes_over_what_people_named_themselves():
    assert suggest_stakeholders(framework_keys=["no_such"], group_titles=["The choir"]) == ()


def _data():
    return json.loads(catalogue.PATH.read_text(encoding="utf-8"))


def _break(path, value):
    data = _data()
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["frameworks"], {}, "frameworks"),
        (["frameworks", 1, "key"], "", "frameworks[1].key"),
        (["frameworks", 1, "key"], "rights", "frameworks[1].key"),
        (["frameworks", 0, "cues"], [], "frameworks[0].cues"),
        (["frameworks", 0, "cues", 2], "*bad", "frameworks[0].cues[2]"),
        (["frameworks", 0, "position"], None, "frameworks[0].position"),
        (["frameworks", 8, "position"], "They think that", "frameworks[8].position"),
        (["trade_offs", 0, "sides"], [["a"]], "trade_offs[0].sides"),
        (["groups", 3, "title"], None, "groups[3].title"),
        (["stakeholders", 0, "relation"], "boss", "stakeholders[0].relation"),
        (["stakeholders", 0, "frameworks"], ["nothing"], "stakeholders[0].frameworks[0]"),
        (["stakeholders", 0, "why"], " ", "stakeholders[0].why"),
    ],
)
def test_read_names_the_place_that_is_wrong(path, value, place):
    with pytest.raises(CatalogueError) as wrong:
        catalogue.read(_break(path, value))
    assert str(wrong.value).startswith(place)


def test_load_names_a_file_it_cannot_read(tmp_path):
    path = tmp_path / "catalogue.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"catalogue\.json"):
        catalogue.load(path)
