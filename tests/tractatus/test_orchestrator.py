"""Conflicts of values: the examples of core concepts, section 6, and that the service neither ranks nor takes sides."""

import json
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tractatus.datafiles import DataError
from tractatus.orchestrator import PluralisticDeliberationOrchestrator
from tractatus.pluralism import frameworks as catalogue
from tractatus.pluralism.frameworks import read_cases, read_frameworks, read_groups, read_stakeholders, read_trade_offs
from tractatus.pluralism.rounds import durations_of
from tractatus.vocabulary import Urgency

orchestrator = PluralisticDeliberationOrchestrator()
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DISCLOSURE = "Disclose user data to prevent imminent harm?"
DANGER = {"urgency": "CRITICAL", "scale": "100+ affected", "harm_type": "physical"}
HIRING = "AI hiring tool deployment"
PARAGRAPH = (
    "The night shift wants a tool that reads every application and turns people away before a person has looked, "
    "because the backlog costs us good applicants and the team is tired. Some applicants have gaps in their working "
    "life, others were trained elsewhere; nobody has asked them whether their data may be used so. The manager says "
    "that it is fair because everybody is judged by the same rule. The representative of the staff says that those who "
    "carry the work were not asked, and that mistakes will be found too late to be put right for anybody."
)


def keys(analysis, kind="framework"):
    return [one.key for one in analysis.evidence if one.kind == kind]


def analyze(text, context=None):
    return orchestrator.analyze_conflict(text, context)


# --- The two examples of core concepts


def test_disclosure_has_the_frameworks_trade_offs_and_groups_of_core_concepts():
    analysis = analyze(DISCLOSURE, DANGER)
    assert [one.framework for one in analysis.moral_frameworks_in_tension] == [
        "Rights-based",
        "Consequentialist",
        "Care",
    ]
    assert analysis.value_trade_offs == ("Privacy vs. Safety", "Individual rights vs. Collective welfare")
    assert analysis.affected_stakeholder_groups == (
        "People whose data is used",
        "People who may be harmed if nothing is done",
        "People who use the service",
    )
    assert analysis.urgency == "CRITICAL"
    assert analysis.requires_human_approval is True
    assert all(one.stakeholders for one in analysis.moral_frameworks_in_tension)


def test_disclosure_may_come_as_one_object():
    assert analyze({"decision": DISCLOSURE, "context": DANGER}) == analyze(DISCLOSURE, DANGER)


def test_care_is_asked_in_a_disclosure_even_where_the_context_is_unknown():
    analysis = analyze(DISCLOSURE)
    assert keys(analysis) == ["rights", "consequences", "care"]
    assert any("data about people is given away to keep somebody from harm" in reason for reason in analysis.reasons)


def test_hiring_has_efficiency_equity_and_privacy_in_tension():
    analysis = analyze(HIRING)
    assert keys(analysis) == ["rights", "consequences", "fairness"]
    assert "Efficiency vs. Equity" in analysis.value_trade_offs


def test_hiring_has_the_stakeholders_of_core_concepts():
    found = {one.key: one for one in orchestrator.suggest_stakeholders(analyze(HIRING))}
    assert {"applicant", "manager", "equality_adviser", "compliance", "staff_representative"} <= found.keys()
    assert found["applicant"].affected is True
    assert found["staff_representative"].affected is True
    assert found["equality_adviser"].affected is False
    assert all(one.why and one.reasons for one in found.values())


# --- What the analysis says


def test_position_is_composed_of_the_sketch_and_what_the_text_says():
    one = next(one for one in analyze("Nobody gave Consent, and privacy is gone.").moral_frameworks_in_tension)
    assert one.cues == ("consent", "privacy")
    assert one.position == (
        "Some things are owed to each person and are not traded against what others gain. Here, where it says "
        "“consent” and “privacy”, it would ask: Who has agreed to this, who has not, and what may not be done to them "
        "whatever others gain? Concerned are: People whose data is used."
    )


def test_a_peoples_own_ethics_has_no_position():
    analysis = analyze("The iwi hold this river as taonga.")
    own = next(one for one in analysis.moral_frameworks_in_tension if one.key == "te_ao_maori")
    assert own.of_a_people
    assert own.position is None
    assert own.stakeholders == ("Those whom the people itself sends",)
    assert any("to be stated by its own people" in reason for reason in analysis.reasons)
    assert all((one.position is None) == one.of_a_people for one in orchestrator.catalogue.frameworks)


@pytest.mark.parametrize("text", ["Māori", "maori", "MAORI", "Ma\u0304ori"])
def test_accents_and_capitals_make_no_difference(text):
    assert keys(analyze(f"Decide whether to use the {text} word for the product name")) == ["te_ao_maori"]


@pytest.mark.parametrize(
    "text",
    [
        "We install all of it again.",
        "A fairy told a safebreaker",
        "Fix the right margin",
        "Disable the flag in the local environment",
        "Apply the patch and rename the custom component",
        "Force a re-render when the props change",
        "",
        "   ",
        "⚖️ 🙂",
        "user. Data",
    ],
)
def test_only_whole_words_and_phrases_lead_anywhere(text):
    analysis = analyze(text)
    assert keys(analysis) == []
    assert analysis.value_trade_offs == ()
    assert "No word of the text leads to a framework" in analysis.reasons[-2]


def test_one_framework_alone_is_said_to_be_alone():
    assert "Words lead to one framework only. Who would see it otherwise is for people to say." in (
        analyze("Give notice on climate").reasons + analyze("It is unfair").reasons
    )


@pytest.mark.parametrize(
    ("text", "trade_off"),
    [
        ("GDPR compliance or fraud detection: what personal data may we keep?", "Privacy vs. Safety"),
        ("Contact tracing during an epidemic, against the privacy of each", "Individual rights vs. Collective welfare"),
        ("Update privacy policy to allow more data collection for advertising", "Privacy vs. Business value"),
        ("Auto-subscribe users to newsletter", "Users' control vs. Convenience"),
        ("Choose an objective: engagement minutes or users' wellbeing", "Profit vs. Wellbeing"),
    ],
)
def test_trade_offs_are_named_where_both_sides_stand_in_the_text(text, trade_off):
    assert trade_off in analyze(text).value_trade_offs


def test_context_is_read_with_its_keys_but_not_where_it_says_nothing():
    assert "data_subjects" in keys(
        analyze("May we?", {"uses": ["user_data", {"deep": "surveillance"}], "n": 3}), "group"
    )
    assert keys(analyze("May we?", {"harm_type": "none", "risk": False, "safety": None, "rights": ""})) == []


@pytest.mark.parametrize(
    ("text", "context", "urgency", "says"),
    [
        ("Give it away?", {"urgency": "urgent"}, "URGENT", "the context says so"),
        ("It is imminent", {"urgency": "ROUTINE"}, "ROUTINE", "the context says so"),
        ("It is imminent, by tomorrow", None, "CRITICAL", "“imminent”"),
        ("Answer by tomorrow", {}, "URGENT", "“by tomorrow”"),
        ("As every year", {"urgency": "soon"}, "ROUTINE", "none of the four tiers"),
        ("Give it away?", {"urgency": ["CRITICAL"]}, "IMPORTANT", "nothing says how soon"),
    ],
)
def test_urgency_is_that_of_the_context_or_of_the_soonest_word(text, context, urgency, says):
    analysis = analyze(text, context)
    assert analysis.urgency == urgency
    assert any(says in reason for reason in analysis.reasons)


def test_an_action_is_read_like_a_text():
    analysis = analyze({"type": "export", "description": "Share patient data", "parameters": {"to": "an advertiser"}})
    assert analysis.decision == "Share patient data"
    assert "patients" in keys(analysis, "group")
    call = analyze({"tool_name": "Bash", "tool_input": {"command": "echo privacy"}})
    assert (call.decision, keys(call)) == ("Bash", ["rights"])


def test_nothing_in_a_result_ranks():
    analysis = analyze(DISCLOSURE, DANGER)
    reverse = analyze("Imminent harm, to prevent: disclose user data, 100+ affected, harm type physical", {})
    assert keys(reverse) == keys(analysis)
    results = (
        analysis,
        orchestrator.suggest_stakeholders(analysis),
        orchestrator.plan_rounds("ROUTINE", NOW),
        orchestrator.match_precedents(DISCLOSURE, [OUTCOME]),
    )

    def names(value):
        if isinstance(value, dict):
            yield from value
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                yield from names(item)

    for result in results:
        told = result.to_dict()
        assert not {"score", "rank", "weight", "confidence", "similarity", "likeness", "priority"} & set(names(told))
        assert told["reasons"]
        assert told["requires_human_approval"] is True
        assert json.loads(json.dumps(told)) == told


# --- Whom to hear


def test_somebody_is_suggested_for_every_framework_and_group():
    frameworks = [one.key for one in orchestrator.catalogue.frameworks]
    groups = [one.title for one in orchestrator.catalogue.groups]
    found = orchestrator.stakeholders_for(frameworks=frameworks, groups=groups)
    assert {key for one in found for key in one.frameworks} == set(frameworks)
    assert {title for one in found for title in one.groups} == set(groups)
    assert {one.key for one in found} == {voice.key for voice in orchestrator.catalogue.voices}


@pytest.mark.parametrize("group", [one.title for one in orchestrator.catalogue.groups])
def test_every_affected_group_has_somebody_who_bears_it_or_answers_for_it(group):
    found = orchestrator.stakeholders_for(groups=[group])
    assert found
    bearing = any(one.affected for one in found)
    assert (
        bearing
        or group in ("People who must answer for the decision", "Parents and guardians")
        or ("spoken for" in group or "come after" in group)
    )


def test_what_people_named_themselves_is_passed_over():
    assert len(orchestrator.stakeholders_for(frameworks=["no_such"], groups=["The choir"])) == 0


def test_a_framework_and_group_that_nobody_is_known_for_still_have_somebody():
    own = PluralisticDeliberationOrchestrator(
        frameworks=read_frameworks(
            "own.toml",
            text="""
            [[framework]]
            key = "confucian"
            title = "Confucian"
            of_a_people = true
            cues = ["confuci*"]

            [[framework]]
            key = "craft"
            title = "Pride in the craft"
            of_a_people = false
            position = "Work is done well for its own sake."
            asks = "Would those who know the work be ashamed of it?"
            cues = ["workmanship"]
            """,
        ),
        groups=read_groups("own.toml", text='[[group]]\nkey = "choir"\ntitle = "The choir"\ncues = ["choir*"]'),
    )
    analysis = own.analyze_conflict("The choir asks what Confucian teachers and good workmanship ask")
    assert keys(analysis) == ["confucian", "craft"]
    assert analysis.moral_frameworks_in_tension[0].position is None
    people = own.suggest_stakeholders(analysis)
    assert [(one.title, one.relation, one.affected) for one in people] == [
        ("Those whom the people itself sends: Confucian", "rights_holder", True),
        ("Somebody who holds this framework: Pride in the craft", "expert", False),
        ("One of: The choir", "affected", True),
    ]
    assert keys(orchestrator.analyze_conflict("The choir asks what Confucian teachers ask")) == []


# --- Rounds


def test_rounds_have_the_purposes_and_formats_of_core_concepts():
    plan = orchestrator.plan_rounds("IMPORTANT", NOW)
    assert [(one.round, one.purpose, one.format) for one in plan.rounds[:3]] == [
        (1, "State positions from each moral framework", "Written submissions + oral presentations"),
        (2, "Explore accommodations and shared values", "Facilitated discussion, no hierarchy"),
        (3, "Identify irreconcilable differences", "Consensus-seeking with documented dissent"),
    ]
    assert plan.rounds[3].purpose == "Document decision, dissent, and moral remainder"


@pytest.mark.parametrize(
    ("urgency", "lasts", "least", "most", "process"),
    [
        (
            "CRITICAL",
            "minutes to hours",
            timedelta(hours=1),
            timedelta(days=2),
            "Automated triage + immediate human review",
        ),
        ("URGENT", "hours to days", timedelta(hours=24), timedelta(days=7), "Expedited stakeholder consultation"),
        (
            "IMPORTANT",
            "weeks",
            timedelta(weeks=2),
            timedelta(weeks=8),
            "Full deliberative process with all stakeholders",
        ),
        ("ROUTINE", "months", timedelta(days=60), timedelta(days=365), "Precedent matching + lightweight review"),
    ],
)
def test_tier_lasts_as_core_concepts_says(urgency, lasts, least, most, process):
    plan = orchestrator.plan_rounds(urgency, NOW)
    assert least <= plan.ends_at - NOW <= most
    assert plan.process.startswith(process)
    assert f"({lasts})" in plan.reasons[0]


def test_critical_begins_with_a_persons_review_within_the_hour():
    step = orchestrator.plan_rounds(Urgency.CRITICAL, NOW).steps[0]
    assert "a person reviews at once" in step.purpose
    assert (step.opens_at, step.closes_at) == (NOW, NOW + timedelta(hours=1))
    assert "Precedents" in orchestrator.plan_rounds("ROUTINE", NOW).steps[0].purpose


@pytest.mark.parametrize("urgency", Urgency)
def test_rounds_follow_each_other_and_durations_are_the_files(urgency):
    plan, times = orchestrator.plan_rounds(urgency, NOW), durations_of(urgency)
    moments = [NOW] + [moment for one in (*plan.steps, *plan.rounds) for moment in (one.opens_at, one.closes_at)]
    assert moments == sorted(moments)
    assert [one.closes_at - one.opens_at for one in plan.rounds] == [times.of_round(number) for number in (1, 2, 3, 4)]
    assert plan.ends_at == plan.rounds[-1].closes_at
    assert plan.review_on > plan.ends_at.date()


def test_review_falls_on_the_last_day_of_a_shorter_month():
    plan = orchestrator.plan_rounds("CRITICAL", datetime(2026, 11, 29, 12, 0, tzinfo=UTC))
    assert plan.ends_at.date() == date(2026, 11, 30)
    assert plan.review_on == date(2027, 2, 28)


def test_rounds_stay_in_the_zone_and_keep_their_hours_over_summer_time():
    auckland = ZoneInfo("Pacific/Auckland")
    now = datetime(2026, 9, 26, 18, 0, tzinfo=auckland)  # summer time begins that night
    first = orchestrator.plan_rounds("URGENT", now).steps[0]
    assert first.closes_at.tzinfo is auckland
    assert first.closes_at.astimezone(UTC) - first.opens_at.astimezone(UTC) == timedelta(hours=24)
    assert first.closes_at.hour == 19


@pytest.mark.parametrize(
    ("urgency", "now", "error", "text"),
    [
        ("SOON", NOW, ValueError, "urgency: one of CRITICAL, URGENT, IMPORTANT, ROUTINE is expected, not 'SOON'"),
        (3, NOW, TypeError, "urgency: one of"),
        ("URGENT", None, TypeError, "now: a time is expected, not nothing"),
        ("URGENT", "today", TypeError, "now: a time is expected, not str"),
        ("URGENT", datetime(2026, 1, 1), ValueError, "now: a time with its time zone is expected"),  # noqa: DTZ001
        ("URGENT", datetime(9999, 12, 31, tzinfo=UTC), ValueError, "now: a time whose rounds end before"),
        ("ROUTINE", datetime(9999, 5, 1, tzinfo=UTC), ValueError, "now: a time whose rounds end before"),
    ],
)
def test_wrong_urgency_or_time_is_named(urgency, now, error, text):
    with pytest.raises(error, match=text):
        orchestrator.plan_rounds(urgency, now)


# --- Precedents


OUTCOME = {
    "id": "inst_042",
    "decision": DISCLOSURE,
    "context": DANGER,
    "decision_made": "Disclose data in this specific case",
    "values_prioritized": ["harm_prevention", "collective_safety"],
    "values_deprioritized": ["individual_privacy", "data_autonomy"],
    "moral_remainder": "Privacy violation acknowledged as moral loss, not costless trade-off",
    "dissenting_perspectives": [
        {"framework": "Rights-based (Deontological)", "objection": "Privacy violation sets dangerous precedent"},
        {"framework": "Consequentialist", "objection": "Too late"},
    ],
    "precedent_applicability": "Applies to imminent physical harm cases ONLY, not routine data requests",
    "does_not_apply_to": "routine requests",
    "precedent_binding": True,
    "review_date": "2025-11-12",
    "urgency": "CRITICAL",
    "state": "under_review",
}


def test_precedent_says_what_is_alike_and_what_differs():
    case = analyze("May we disclose personal data of applicants to a researcher?", {"urgency": "ROUTINE"})
    (match,) = orchestrator.match_precedents(case, [OUTCOME])
    assert match.precedent == "inst_042"
    assert match.decided == "Disclose data in this specific case"
    assert match.applies_to == OUTCOME["precedent_applicability"]
    assert match.binding is False, "whatever it says of itself"
    assert match.alike == (
        "In tension in both: Rights-based.",
        "Both bear on: People whose data is used.",
        "Both speak of: disclose.",
    )
    assert "It says that it does not apply to: routine requests." in match.differs
    assert "It says of itself: it is under review." in match.differs
    assert "In tension only here: Fairness." in match.differs
    assert "In tension only there: Consequentialist." in match.differs
    assert "It was CRITICAL there and is ROUTINE here." in match.differs


def test_precedents_stand_in_the_order_given_and_the_unlike_are_left_out():
    given_ = [
        "Sort the holidays by date",
        {"title": "Second", "decision": "privacy"},
        {"title": "First", "frameworks": ["Care"]},
    ]
    matches = orchestrator.match_precedents("privacy of a patient", given_)
    assert [match.precedent for match in matches] == ["Second", "First"]
    assert "Left out, because software sees nothing alike: 1." in matches.reasons
    assert [match.precedent for match in orchestrator.match_precedents("privacy of a patient", given_[::-1])] == [
        "First",
        "Second",
    ]


def test_the_same_case_differs_in_nothing_that_software_sees():
    (match,) = orchestrator.match_precedents(DISCLOSURE, [DISCLOSURE])
    assert match.differs == ("Software sees no difference. That does not mean that there is none: please read it.",)


@pytest.mark.parametrize(
    ("case", "given_", "text"),
    [
        (3, [], "case: text or an object is expected, not int"),
        ("privacy", "privacy", "precedents: a list is expected, not str"),
        ("privacy", ["x", None], r"precedents\[1\]: text or an object is expected, not NoneType"),
    ],
)
def test_wrong_case_or_precedent_is_named(case, given_, text):
    with pytest.raises(TypeError, match=text):
        orchestrator.match_precedents(case, given_)


# --- Arguments and any input


@pytest.mark.parametrize(
    ("decision", "context", "text"),
    [
        (None, None, "decision: text or an object is expected, not NoneType"),
        (["privacy"], None, "decision: text or an object is expected, not list"),
        ("privacy", "now", "context: an object is expected, not str"),
    ],
)
def test_wrong_arguments_are_named(decision, context, text):
    with pytest.raises(TypeError, match=text):
        analyze(decision, context)


def test_stakeholders_of_anything_but_an_analysis_are_refused():
    with pytest.raises(TypeError, match="analysis: a ConflictAnalysis is expected, not dict"):
        orchestrator.suggest_stakeholders({})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
texts = st.text() | st.lists(
    st.sampled_from(
        ["disclose", "harm,", "privacy.", "applicants", "AI", "hiring", "Māori", "patient", "\x00", "\ud800"]
    )
).map(" ".join)


@given(texts, st.dictionaries(st.text(), values, max_size=4))
@settings(deadline=None, max_examples=50)
def test_any_text_and_context_have_one_answer(text, context):
    analysis = analyze(text, context)
    assert analysis == analyze(text, context)
    assert analysis.decision == text
    assert analysis.requires_human_approval
    found = orchestrator.suggest_stakeholders(analysis)
    assert {key for one in found for key in one.frameworks} == set(keys(analysis))
    assert {title for one in found for title in one.groups} == set(analysis.affected_stakeholder_groups)
    assert all(one.position is None for one in analysis.moral_frameworks_in_tension if one.of_a_people)


@given(st.dictionaries(st.text() | st.sampled_from(list(OUTCOME)), values, max_size=6))
@settings(deadline=None, max_examples=50)
def test_any_object_may_be_a_precedent_or_a_decision(row):
    analyze(row)
    for match in orchestrator.match_precedents(row, [row, OUTCOME]):
        assert match.alike
        assert match.differs


def test_deep_and_huge_input_is_answered():
    deep = []
    for _ in range(10_000):
        deep = [deep]
    analysis = analyze("privacy", {"deep": deep, "big": 10**5000, "nan": float("nan")})
    assert keys(analysis) == ["rights"]
    assert "Only the first 100,000 characters were read." in analyze("privacy harm " * 80_000).reasons


@pytest.mark.parametrize(
    "text",
    ["harm " * 200_000, "a" * 1_000_000, "ā" * 1_000_000, "a\u0301" * 500_000, "\u0301" * 1_000_000, "pri" * 333_333],
)
def test_a_megabyte_is_answered_in_bounded_time(text):
    started = time.thread_time()
    analyze(text, {"more": text})
    assert time.thread_time() - started < 2


def test_a_paragraph_is_read_in_less_than_a_millisecond():
    """The aim is a median under 300 µs; the limit leaves room for a busy machine."""
    took = []
    for _ in range(200):
        started = time.thread_time()
        analyze(PARAGRAPH)
        took.append(time.thread_time() - started)
    assert median(took) < 0.001


# --- Data files


ROW = '[[framework]]\nkey = "a"\ntitle = "A"\nof_a_people = {of}\n{more}cues = ["aa"]\n'
VOICE = '[[stakeholder]]\nkey = "v"\ntitle = "V"\nwhy = "W"\nrelation = "{}"\n{}'


@pytest.mark.parametrize(
    ("reader", "text", "complaint"),
    [
        (read_frameworks, ROW.format(of="false", more=""), r"own.toml, line 1: position: this is missing"),
        (
            read_frameworks,
            ROW.format(of="true", more='position = "They think"\n'),
            "own.toml, line 5: position: a people's own ethics has none",
        ),
        (read_frameworks, "", r"own.toml: at least one table headed \[\[framework\]\] is expected"),
        (read_frameworks, "[[framework]]\nkey = 3", "own.toml, line 2: key: text is expected, not 3"),
        (read_frameworks, '[[framework]]\nkye = "a"', "own.toml, line 2: kye: this is not known"),
        (read_groups, '[[group]]\nkey = "g"\ntitle = "G"\ncues = ["*bad"]', r"line 4: cues: '\*bad' is no cue"),
        (read_groups, '[[group]]\nkey = "g"\ntitle = "G"\ncues = ["ab*"]', r"line 4: cues: 'ab\*' would find too much"),
        (read_groups, '[[group]]\nkey = "g"\ntitle = "G"\ncues = ["long a*"]', r"line 4: cues: 'long a\*' would find"),
        (read_groups, '[[group]]\nkey = "g"\ntitle = "G"\ncues = []', "line 4: cues: this is empty"),
        (
            read_trade_offs,
            '[[trade_off]]\nkey = "t"\ntitle = "T"\none_side = ["aa"]\nother_side = ["bb", "aa"]',
            "line 5: other_side: 'aa' stands on the other side already",
        ),
        (read_stakeholders, VOICE.format("boss", ""), "line 5: relation: one of affected, rights_holder"),
        (read_stakeholders, VOICE.format("expert", ""), "line 1: groups: a framework or a group"),
        (read_cases, "[[case]]\ntitle = ''", "own.toml, line 2: title: this is empty"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(reader, text, complaint):
    with pytest.raises(DataError, match=complaint):
        reader("own.toml", text=text)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (
            {"frameworks": read_frameworks("own.toml", text=ROW.format(of="true", more="").replace('"a"', '"rights"'))},
            "own.toml, line 2: key: 'rights' is there already, in frameworks.toml, line",
        ),
        (
            {"groups": read_groups("own.toml", text='[[group]]\nkey = "g"\ntitle = "disabled people"\ncues = ["aa"]')},
            "own.toml, line 3: title: 'disabled people' is there already, in groups.toml",
        ),
        (
            {"stakeholders": read_stakeholders("own.toml", text=VOICE.format("expert", 'groups = ["choir"]\n'))},
            "own.toml, line 6: groups: 'choir' is not the key of one of the groups",
        ),
    ],
)
def test_rows_that_do_not_fit_what_ships_are_named_with_their_line(rows, complaint):
    with pytest.raises(DataError, match=complaint):
        PluralisticDeliberationOrchestrator(**rows)


def test_rows_that_were_not_read_are_refused():
    with pytest.raises(TypeError, match=r"frameworks: rows as `read_frameworks` gives them are expected, not dict"):
        PluralisticDeliberationOrchestrator(frameworks=[{"key": "a"}])


def test_rows_of_ones_own_are_read_from_a_path(tmp_path: Path):
    path = tmp_path / "own.toml"
    path.write_text(ROW.format(of="true", more=""), encoding="utf-8")
    assert read_frameworks(path)[0].key == "a"
    with pytest.raises(DataError, match=r"no\.toml: cannot be read"):
        read_frameworks(tmp_path / "no.toml")


def test_everything_that_ships_can_be_found():
    """Each framework, group and side is led to by every cue it has."""
    for kind, entries in (("framework", orchestrator.catalogue.frameworks), ("group", orchestrator.catalogue.groups)):
        for one in entries:
            for cue in one.cues:
                assert one.key in keys(analyze(cue.replace("*", "")), kind), (one.key, cue)
    assert len(catalogue.RELATIONS) == 4
    assert sys.getrecursionlimit() < 10_000, "deep input above is deeper than Python's own limit"


def test_precedents_are_compared_up_to_a_length_in_all():
    long = [{"title": f"Case {number}", "question": "privacy and harm " * 6_000} for number in range(60)]
    found = orchestrator.match_precedents("May the clinic share the data, given privacy and harm?", long)
    assert 0 < len(found) < 60
    assert any(reason.endswith(f"too long in all: {60 - len(found)}.") for reason in found.reasons)
