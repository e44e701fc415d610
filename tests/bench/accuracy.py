"""How often the framework is right: python tests/bench/accuracy.py FOLDER [--json]

Reads whichever of these is in FOLDER, one JSON object a line:

- `instructions.jsonl`: text, quadrant, alt_quadrant, persistence, temporal_scope, verification, explicitness_band
- `conflicts.jsonl`: instruction, action, expected {verdict, conflict_type, corrected_action, requires_human_approval}
- `boundaries.jsonl`: text, domain (or none), requires_human
- `contradictions.jsonl`: first, second (two instructions), contradict

Each figure is given with how many rows it is of and its 95 % interval (Wilson), and with what always the commonest
answer would reach. Rows whose text is in training/data are counted apart, as seen in training: they say little.

Of a pair, the instruction is classified and the action validated against it alone; a conflict is any verdict but
APPROVED. A false ask is an APPROVED tool call for which a person is asked: by the boundaries alone, or by the gate with
nothing in force.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tractatus import (  # noqa: E402
    BoundaryEnforcer,
    Contradictions,
    CrossReferenceValidator,
    Gate,
    GateRequest,
    Instruction,
    InstructionPersistenceClassifier,
)

TRAINING = ROOT / "training" / "data"


@dataclass(frozen=True)
class Figure:
    """`hits` of `rows`: what share that is, between which bounds, and what always the commonest answer reaches."""

    about: str
    name: str
    hits: int
    rows: int
    share: float | None
    low: float | None
    high: float | None
    baseline: float | None = None


def figure(about: str, name: str, outcomes: Iterable[bool], wanted: Iterable[Any] | None = None) -> Figure:
    outcomes = list(outcomes)
    hits, rows = sum(outcomes), len(outcomes)
    if not rows:
        return Figure(about, name, 0, 0, None, None, None)
    low, high = wilson(hits, rows)
    common = Counter(wanted).most_common(1)[0][1] / rows if wanted is not None else None
    return Figure(about, name, hits, rows, hits / rows, low, high, common)


def wilson(hits: int, rows: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share."""
    share, square = hits / rows, z * z / rows
    middle = (share + square / 2) / (1 + square)
    spread = z * math.sqrt(share * (1 - share) / rows + square / (4 * rows)) / (1 + square)
    return max(0.0, middle - spread), min(1.0, middle + spread)


def read(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def texts_of_training() -> frozenset[str]:
    return frozenset(row["text"] for file in TRAINING.glob("*.jsonl") for row in read(file) if "text" in row)


def of_instructions(about: str, rows: list[dict[str, Any]]) -> Iterable[Figure]:
    """Service 1: the four fields and the band of explicitness."""
    classifier = InstructionPersistenceClassifier()
    found = [classifier.classify(row["text"]) for row in rows]
    pairs = list(zip(found, rows, strict=True))
    quadrants = [row["quadrant"] for row in rows]
    yield figure(about, "quadrant", (one.quadrant == row["quadrant"] for one, row in pairs), quadrants)
    either = (one.quadrant in (row["quadrant"], row.get("alt_quadrant")) for one, row in pairs)
    yield figure(about, "quadrant, or the second defensible one", either)
    for name, attribute in (
        ("persistence", "persistence"),
        ("temporal_scope", "temporal_scope"),
        ("verification", "verification_required"),
    ):
        right = (getattr(one, attribute) == row[name] for one, row in pairs)
        yield figure(about, name, right, [row[name] for row in rows])
    bands = [row["explicitness_band"] for row in rows]
    yield figure(about, "explicitness in its band", (_in(one.explicitness, row) for one, row in pairs), bands)
    # A band that reaches across 0.6 says nothing of whether the instruction is stored.
    sides = [(one.stored, row) for one, row in pairs if row["explicitness_band"] != "0.5-0.7"]
    yield figure(
        about, "stored or not", (stored == (float(row["explicitness_band"][:3]) >= 0.7) for stored, row in sides)
    )


def _in(explicitness: float, row: dict[str, Any]) -> bool:
    low, high = map(float, row["explicitness_band"].split("-"))
    return low <= explicitness < high or explicitness == high == 1.0


def of_conflicts(about: str, rows: list[dict[str, Any]]) -> Iterable[Figure]:
    """Service 2, with the instruction as service 1 reads it."""
    classifier = InstructionPersistenceClassifier()
    found = []
    for number, row in enumerate(rows):
        instruction = Instruction.from_classification(classifier.classify(row["instruction"]), id=f"i{number}")
        found.append((CrossReferenceValidator([instruction]).validate(row["action"]), row["expected"]))
    conflicts = [(one, wanted) for one, wanted in found if wanted["verdict"] != "APPROVED"]
    approved = [(one, wanted) for one, wanted in found if wanted["verdict"] == "APPROVED"]
    yield figure(about, "conflict recall", (one.status != "APPROVED" for one, _ in conflicts))
    yield figure(about, "conflict false positives", (one.status != "APPROVED" for one, _ in approved))
    verdicts = [wanted["verdict"] for _, wanted in found]
    yield figure(about, "exact verdict", (one.status == wanted["verdict"] for one, wanted in found), verdicts)
    seen = [(one, wanted) for one, wanted in conflicts if one.status != "APPROVED"]
    kinds = [wanted["conflict_type"] for _, wanted in seen]
    yield figure(
        about,
        "conflict type, of those found",
        (one.conflict_type == kind for (one, _), kind in zip(seen, kinds, strict=True)),
        kinds,
    )
    corrections = [(one, wanted) for one, wanted in conflicts if wanted.get("corrected_action")]
    yield figure(
        about,
        "corrected action as expected",
        (_same(one.corrected_action, wanted["corrected_action"]) for one, wanted in corrections),
    )


def _same(given: Any, wanted: dict[str, Any]) -> bool:
    return given is not None and {k: str(v) for k, v in given.items()} == {k: str(v) for k, v in wanted.items()}


def of_tool_calls(about: str, rows: list[dict[str, Any]]) -> Iterable[Figure]:
    """Who is asked for nothing: the approved tool calls of the pairs."""
    calls = [row["action"] for row in rows if row["expected"]["verdict"] == "APPROVED" and "tool_name" in row["action"]]
    enforcer, gate = BoundaryEnforcer(), Gate()
    yield figure(about, "false asks of the boundaries", (enforcer.check(call).requires_human for call in calls))
    decisions = [gate.check(GateRequest(call)).decision for call in calls]
    yield figure(about, "false asks of the gate", (decision == "ask" for decision in decisions))


def of_boundaries(about: str, rows: list[dict[str, Any]]) -> Iterable[Figure]:
    """Service 3, on free text."""
    enforcer = BoundaryEnforcer()
    found = [(enforcer.check(row["text"]), row) for row in rows]
    human = [(one, row) for one, row in found if row["requires_human"]]
    yield figure(about, "boundary recall", (one.requires_human for one, _ in human))
    yield figure(
        about, "boundary false positives", (one.requires_human for one, row in found if not row["requires_human"])
    )
    domains = [row["domain"] or "none" for _, row in found]
    yield figure(
        about,
        "domain or none",
        ((one.domain or "none") == domain for (one, _), domain in zip(found, domains, strict=True)),
        domains,
    )
    met = [(one, row) for one, row in human if one.requires_human]
    yield figure(
        about,
        "domain, of those found",
        (one.domain == row["domain"] for one, row in met),
        [row["domain"] for _, row in met],
    )


def of_contradictions(about: str, rows: list[dict[str, Any]]) -> Iterable[Figure]:
    """Two instructions against each other."""
    classifier = InstructionPersistenceClassifier()
    found = []
    for row in rows:
        first, second = (
            Instruction.from_classification(classifier.classify(row[which]), id=which) for which in ("first", "second")
        )
        found.append((bool(Contradictions([first]).with_(second)), row["contradict"]))
    yield figure(about, "contradiction recall", (seen for seen, wanted in found if wanted))
    yield figure(about, "contradiction false positives", (seen for seen, wanted in found if not wanted))


def figures(folder: Path) -> list[Figure]:
    """Every figure that the files of `folder` allow, first of rows that training did not see."""
    trained = texts_of_training()
    found: list[Figure] = []
    for name, key, measures in (
        ("instructions", "text", (of_instructions,)),
        ("conflicts", "instruction", (of_conflicts, of_tool_calls)),
        ("boundaries", "text", (of_boundaries,)),
        ("contradictions", "first", (of_contradictions,)),
    ):
        rows = read(folder / f"{name}.jsonl")
        # Whether the instruction of a pair was seen changes how it is classified, not what the action says.
        for about, part in (
            (name, [row for row in rows if row[key] not in trained]),
            (f"{name}, seen in training", [row for row in rows if row[key] in trained]),
        ):
            if part:
                for measure in measures:
                    found.extend(measure(about, part))
    return found


def table(found: list[Figure]) -> str:
    lines, about = [], ""
    for one in found:
        if one.about != about:
            about = one.about
            lines += ["", f"{about.upper():44} {'share':>6}  {'95 %':^13} {'rows':>5}  {'commonest':>9}"]
        if one.share is None:
            lines.append(f"{one.name:44} {'-':>6}  {'':13} {0:>5}")
            continue
        baseline = "" if one.baseline is None else f"{one.baseline:9.3f}"
        lines.append(
            f"{one.name:44} {one.share:6.3f}  {one.low:.3f} – {one.high:.3f} {one.rows:>5}  {baseline}".rstrip()
        )
    return "\n".join(lines[1:])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    found = figures(given.folder)
    if not found:
        print(
            f"{given.folder}: none of instructions.jsonl, conflicts.jsonl, boundaries.jsonl and "
            "contradictions.jsonl is there.",
            file=sys.stderr,
        )
        return 1
    print(json.dumps([asdict(one) for one in found], indent=1) if given.json else table(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
