"""What all services stand on: results that nobody can change, arguments that are named when they are wrong, data files
whose wrong line is named, an instruction, and a history of them."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import json
import pickle
import pkgutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tractatus
from tractatus import arguments, datafiles
from tractatus.classifier import InstructionPersistenceClassifier
from tractatus.datafiles import DataError, Field, rows
from tractatus.history import read_history
from tractatus.instruction import Instruction
from tractatus.pressure import ContextPressureMonitor, SessionState
from tractatus.results import FrozenDict, Record, Result, plain
from tractatus.thresholds import PressureThresholds, Thresholds
from tractatus.validator import CrossReferenceValidator
from tractatus.vocabulary import Quadrant

FIELDS = {
    "id": "a",
    "text": "MongoDB runs on port 27027",
    "quadrant": "SYSTEM",
    "persistence": "HIGH",
    "temporal_scope": "PROJECT",
    "verification_required": "MANDATORY",
    "explicitness": 0.9,
}
DEEP: dict = {}
for _ in range(10_000):
    DEEP = {"a": DEEP}

# Results.


def results():
    instruction = Instruction(**FIELDS, parameters={"port": "27027", "hosts": ["a", {"b": {"c"}}]})
    action = {"tool_name": "MultiEdit", "tool_input": {"file_path": "a.env", "edits": [{"old_string": "", "new_string":
    "MONGODB_PORT=27017"}]}}  # fmt: skip
    validation = CrossReferenceValidator([instruction]).validate(action)
    assert validation.corrected_input is not None
    classification = InstructionPersistenceClassifier().classify("MongoDB runs on port 27027")
    return [instruction, validation, classification, ContextPressureMonitor().assess(SessionState(messages=3))]


@pytest.mark.parametrize("result", results(), ids=lambda result: type(result).__name__)
def test_a_result_is_a_key_and_survives_a_queue_and_a_copy(result):
    assert {result: 1}[pickle.loads(pickle.dumps(result))] == 1
    assert copy.deepcopy(result) == result
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False)) == result.to_dict()


def test_what_is_in_a_result_cannot_be_changed():
    validation = results()[1]
    for mapping in (validation.corrected_action, validation.corrected_input, *validation.would_pass_if):
        with pytest.raises(TypeError):
            mapping["port"] = 1
        with pytest.raises(AttributeError):
            mapping._items = {}
    with pytest.raises(TypeError):
        validation.corrected_input["edits"][0]["new_string"] = "x"
    with pytest.raises(AttributeError):
        validation.corrected_input["edits"].append({})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_a_frozen_mapping_is_equal_to_what_it_was_made_of(content):
    frozen = FrozenDict(content)
    assert frozen == content
    assert content == frozen
    assert plain(frozen) == content
    assert hash(frozen) == hash(FrozenDict(copy.deepcopy(content)))
    assert pickle.loads(pickle.dumps(frozen)) == frozen
    assert frozen != {**content, "and another key": 1}


def test_a_list_in_it_is_equal_to_lists_and_tuples_alike():
    listed = FrozenDict({"a": [1, [2]]})["a"]
    assert listed == [1, [2]]
    assert listed != [1, [3]]
    assert listed == (1, (2,))
    assert repr(FrozenDict({"a": 1})) == "{'a': 1}"


def test_json_has_no_nan_and_sets_of_any_kind_have_an_order():
    assert plain({"a": [float("nan"), float("inf"), -float("inf"), 0.5]}) == {"a": [None, None, None, 0.5]}
    assert plain({3, "b", 1.5, "a", None}) == [None, 1.5, 3, "a", "b"] or plain({3, "b"}) == [3, "b"]
    assert plain({Quadrant.SYSTEM: {"b", "a"}}) == {"SYSTEM": ["a", "b"]}


def kinds_of(kind):
    for one in kind.__subclasses__():
        yield one
        yield from kinds_of(one)


def test_every_result_gives_its_reasons_and_no_record_can_be_changed():
    for module in pkgutil.walk_packages(tractatus.__path__, "tractatus."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    made = [one for one in kinds_of(Record) if dataclasses.is_dataclass(one)]
    without = [one for one in made if issubclass(one, Result) and "reasons" not in one.__dataclass_fields__]
    assert without == []
    assert all(one.__dataclass_params__.frozen for one in made)


# Arguments.

HUGE = 10**5_000


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: SessionState(messages=10**400), ValueError, "messages: at most 1,000,000,000,000,000,000 is expected"),
        (lambda: SessionState(messages=HUGE), ValueError, "messages: at most"),
        (lambda: SessionState(messages=-HUGE), ValueError, "not a whole number of about 5,000 digits."),
        (lambda: Instruction(**FIELDS | {"explicitness": HUGE}), ValueError, "explicitness: a number from 0 to 1"),
        (lambda: arguments.number(10**400, "x"), ValueError, "x: a finite number is expected"),
        (lambda: arguments.number(float("nan"), "x", low=0, high=1), ValueError, "x: a number from 0 to 1 is"),
        (lambda: arguments.choice("x" * 10**6, Quadrant, "q"), ValueError, "q: one of STRATEGIC, OPERATIONAL"),
        (lambda: arguments.several("abc", str, "x"), TypeError, "x: a list is expected, not str."),
        (lambda: arguments.several(3, str, "x"), TypeError, "x: a list is expected, not int."),
        (lambda: arguments.several(["a", 3], str, "x"), TypeError, "x[1]: a str is expected, not int."),
        (lambda: CrossReferenceValidator(3), TypeError, "instructions: a list is expected, not int."),
        (lambda: ContextPressureMonitor("x"), TypeError, "thresholds: Thresholds are expected, not str."),
        (lambda: ContextPressureMonitor({}), TypeError, "thresholds: Thresholds are expected, not dict."),
        (lambda: InstructionPersistenceClassifier(0), TypeError, "thresholds: Thresholds are expected, not int."),
        (lambda: Thresholds(pressure={"normal": 0.1}), TypeError, "pressure: PressureThresholds are expected"),
        (lambda: PressureThresholds(normal=HUGE), ValueError, "pressure.normal: a number from 0 to 1 is expected"),
        (lambda: Instruction(**FIELDS | {"supersedes": "a"}), ValueError, "supersedes: the id of another instruction"),
        (lambda: Instruction(**FIELDS, parameters=DEEP), ValueError, "parameters: this is nested too deeply."),
    ],
)
def test_a_wrong_argument_is_named_and_shown_short(call, error, words):
    with pytest.raises(error) as raised:
        call()
    assert words in str(raised.value)
    assert len(str(raised.value)) < 300


# Data files.

ANY = {"name": Field(str), "weight": Field(float, required=False)}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[cue]]\nname = "a"\n\n[[cuee]]\nname = 3\n', "own.toml, line 4: cuee: this is not known; known are [[c"),
        ('word = "a"\n', "own.toml, line 1: word: this is not known"),
        ('# cues\n[cue]\nname = "a"\n', "own.toml, line 2: cue: tables headed [[cue]] are expected."),
        ('[[cue]]\nname = "a"\nweight = nan\n', "own.toml, line 3: weight: a finite number is expected, not nan."),
        ('[[cue]]\nname = "a"\nweight = -inf\n', "own.toml, line 3: weight: a finite number is expected, not -inf."),
        (f'[[cue]]\nname = "a"\nweight = {10**400}\n', "own.toml, line 3: weight: a finite number is expected"),
        (f'[[cue]]\nname = "a"\nweight = 1{"0" * 5_000}\n', "own.toml: this is not TOML"),
        (f'[[cue]]\nname = {[1] * 900}\n', "own.toml, line 2: name: text is expected, not [1, 1, "),
    ],
)  # fmt: skip
def test_what_a_data_file_must_not_hold_is_named_with_its_line(text, complaint):
    with pytest.raises(DataError) as raised:
        rows("own.toml", "cue", ANY, text=text)
    assert str(raised.value).startswith(complaint)
    assert len(str(raised.value)) < 300


def test_tables_that_belong_together_may_stand_together():
    text = '[[deed]]\nname = "a"\n[[alike]]\nwords = ["b", "c"]\n'
    assert rows("deeds.toml", "alike", {"words": Field(list)}, text=text)[0].line == 3
    with pytest.raises(DataError, match="line 3: alike: this is not known"):
        rows("cues.toml", "cue", {"name": Field(str)}, text=text.replace("deed", "cue"))
    assert rows("own.toml", "cue", ANY, text="") == ()


def test_every_table_of_the_librarys_files_is_declared():
    for path in sorted(datafiles.FOLDER.rglob("*.toml")):
        name = str(path.relative_to(datafiles.FOLDER))
        whole = datafiles._parsed(path.name, path.read_text(encoding="utf-8"))[0]
        first = next(iter(whole))
        assert set(whole) <= set(datafiles._known(name, first, False, whole)), name


def test_a_file_is_parsed_once_for_all_its_tables(monkeypatch):
    parsed = []
    loads = datafiles.tomllib.loads
    monkeypatch.setattr(datafiles.tomllib, "loads", lambda text: parsed.append(text) or loads(text))
    text = '[[deed]]\nname = "once"\n[[alike]]\nname = "b"\n'
    for table in ("deed", "alike", "weak"):
        rows("deeds.toml", table, {"name": Field(str)}, text=text)
    assert len(parsed) == 1


# A history.


def entry(**fields):
    return {**FIELDS, **fields}


def test_a_history_is_read_from_a_file_or_a_text(tmp_path):
    text = json.dumps({"instructions": [entry(created_at="2026-01-05T10:00:00"), "Use pnpm"]})
    path = tmp_path / "instruction-history.json"
    path.write_text(text)
    first, second = read_history(Path(path))
    assert (first, second) == read_history(text)
    assert first.created_at == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert (second.id, second.text) == ("instruction-2", "Use pnpm")


def test_an_id_that_is_made_is_no_other():
    ids = [one.id for one in read_history(json.dumps([entry(id="instruction-2"), "Use pnpm", entry(id=7)]))]
    assert ids == ["instruction-2", "instruction-2-2", "7"]


@pytest.mark.parametrize(
    ("entries", "error", "words"),
    [
        ([entry(), "Use pnpm", entry()], ValueError, "instructions[2].id: 'a' is there already, in instructions[0]."),
        ([entry(id=["a"])], TypeError, "instructions[0].id: text is expected, not list."),
        ([entry(supersedes="a")], ValueError, "instructions[0].supersedes: the id of another instruction is expected"),
        ([entry(quadrant="X" * 10**6)], ValueError, "instructions[0].quadrant: one of"),
        ([3], TypeError, "instructions[0]: an object or a text is expected, not int."),
    ],
)
def test_a_wrong_entry_is_named(entries, error, words):
    with pytest.raises(error) as raised:
        read_history(json.dumps(entries))
    assert str(raised.value).startswith(words)
    assert len(str(raised.value)) < 300


def test_a_line_of_very_many_parts_is_refused_at_once():
    with pytest.raises(DataError, match=r"x\.toml, line 2: at most 8,000 characters"):
        rows("x.toml", "cue", {"word": Field(str)}, text="# a\n" + ".".join("a" * 50_000) + " = 1")
