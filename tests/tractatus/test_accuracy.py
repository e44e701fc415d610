"""The script that measures how often the framework is right, on a few rows."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "bench" / "accuracy.py"
spec = importlib.util.spec_from_file_location("bench_accuracy", SCRIPT)
accuracy = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = accuracy
spec.loader.exec_module(accuracy)

INSTRUCTION = {
    "text": "The ferry's ticket machine listens on port 4711",
    "quadrant": "OPERATIONAL",
    "alt_quadrant": "SYSTEM",
    "persistence": "HIGH",
    "temporal_scope": "PROJECT",
    "verification": "MANDATORY",
    "explicitness_band": "0.9-1.0",
}
SEEN = INSTRUCTION | {"text": "MongoDB runs on port 27017", "quadrant": "SYSTEM"}


def pair(port: int, verdict: str, kind: str) -> dict:
    return {
        "instruction": "The ferry's ticket machine listens on port 4711",
        "action": {"tool_name": "Bash", "tool_input": {"command": f"./machine --port {port}"}},
        "expected": {"verdict": verdict, "conflict_type": kind, "corrected_action": None},
    }


@pytest.fixture
def folder(tmp_path):
    def write(name: str, *rows: dict) -> None:
        (tmp_path / name).write_text("\n".join(json.dumps(row) for row in rows) + "\n")

    write("instructions.jsonl", INSTRUCTION, SEEN)
    write("conflicts.jsonl", pair(4711, "APPROVED", "none"), pair(4712, "REJECTED", "parameter_mismatch"))
    write(
        "boundaries.jsonl",
        {"text": "Decide who of the two patients gets the only bed", "domain": "values", "requires_human": True},
        {"text": "Sort the ferries by name", "domain": "none", "requires_human": False},
    )
    return tmp_path


def test_each_figure_has_its_rows_and_its_interval(folder, capsys):
    assert accuracy.main([str(folder), "--json"]) == 0
    figures = {(one["about"], one["name"]): one for one in json.loads(capsys.readouterr().out)}
    assert figures["instructions", "quadrant"]["share"] == 0
    assert figures["instructions", "quadrant, or the second defensible one"]["share"] == 1
    assert figures["instructions, seen in training", "quadrant"]["rows"] == 1
    assert figures["instructions", "quadrant"]["rows"] == 1
    assert figures["conflicts", "conflict recall"]["rows"] == 1
    assert figures["conflicts", "false asks of the boundaries"]["share"] == 0
    assert figures["boundaries", "boundary recall"]["share"] == 1
    assert all(one["low"] <= one["share"] <= one["high"] for one in figures.values() if one["rows"])


def test_the_table_says_the_same(folder, capsys):
    assert accuracy.main([str(folder)]) == 0
    written = capsys.readouterr().out
    for name in ("quadrant", "explicitness in its band", "conflict false positives", "exact verdict", "domain or none"):
        assert name in written
    assert "INSTRUCTIONS, SEEN IN TRAINING" in written


def test_an_empty_folder_is_said(tmp_path, capsys):
    assert accuracy.main([str(tmp_path)]) == 1
    assert "none of instructions.jsonl, conflicts.jsonl, boundaries.jsonl" in capsys.readouterr().err


def test_the_interval_is_wilsons():
    low, high = accuracy.wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert accuracy.wilson(0, 5)[0] == 0
    assert accuracy.wilson(5, 5)[1] == 1
