"""How fast past checks are judged again under a change, and instructions compared with each other:
python tests/bench/rejudging.py [--checks 100000] [--instructions 1000,10000]

In this process, one thread, without a database. The checks are the actions of tests/tractatus/pairs.jsonl and
tool_calls.py, the instructions made from ten phrases with a fixed seed; the change is one more instruction in force.
Seconds of the processor, which other work on the machine does not change, and of the clock. `distinct` is how many of
the checks asked something that no other did.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.tractatus.tool_calls import ORDINARY, call  # noqa: E402
from tractatus import Contradictions, Gate, GateRequest, Instruction, Rejudging, Verbosity  # noqa: E402

PHRASES = (
    "Service unit{n} of {area} listens on port {port}.",
    "Never delete the table {area}_{n}.",
    "Always write tests for the module {area}{n}.",
    "Releases of unit{n} are made from the branch {area}-{n}.",
    "Keep personal data of {area}{n} out of the logs.",
    "The timeout of {area}{n} is {small} seconds.",
    "Never edit files in {area}/generated{n}/.",
    "Letters of {area}{n} are sent within {small} days.",
    "Use the region eu-central-1 for {area}{n}.",
    "Ask before changing the schema of {area}_{n}.",
)
AREAS = ("billing", "orders", "search", "catalogue", "letters", "payroll", "archive")
NEW = "Never push directly to main."


def told(id: str, text: str) -> Instruction:
    return Instruction(
        id=id, text=text, quadrant="SYSTEM", persistence="HIGH", temporal_scope="PERMANENT",  # type: ignore[arg-type]
        verification_required="MANDATORY", explicitness=0.9,
    )  # fmt: skip


def instructions(size: int) -> list[Instruction]:
    chance = random.Random(4)
    return [
        told(
            f"i{n}",
            PHRASES[n % len(PHRASES)].format(
                n=n, area=chance.choice(AREAS), port=10_000 + n % 50_000, small=chance.randrange(2, 90)
            ),
        )
        for n in range(size)
    ]


def checks(size: int, distinct: int) -> list[tuple[str, GateRequest]]:
    lines = (ROOT / "tests" / "tractatus" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    actions = [call(row) for row in ORDINARY] + [json.loads(line)["action"] for line in lines if line]
    requests = []
    for number in range(distinct):
        action = actions[number % len(actions)]
        again = number // len(actions)
        requests.append(GateRequest(action | {"run": f"run {again}"} if again else action))
    return [(str(number % distinct), requests[number % distinct]) for number in range(size)]


def timed(name: str, work: Callable[[], object]) -> object:
    clock, processor = time.perf_counter(), time.process_time()
    found = work()
    print(f"{name:60} {time.process_time() - processor:7.2f} s   {time.perf_counter() - clock:7.2f} s")
    return found


def judge(judging: Rejudging, given: list[tuple[str, GateRequest]]) -> int:
    decided: dict[str, object] = {}
    differ = 0
    for key, request in given:
        if key not in decided:
            decided[key] = judging.decisions(request)
        differ += decided[key] is not None
    return differ


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, default=100_000)
    parser.add_argument("--instructions", default="1000,10000")
    given = parser.parse_args()
    print(f"{'':60} {'processor':>9}   {'clock':>9}")
    for size in map(int, given.instructions.split(",")):
        print(f"{size:,} instructions in force")
        made = instructions(size)
        gate = timed("  a gate of them", lambda made=made: Gate(made, verbosity=Verbosity.SILENT))
        assert isinstance(gate, Gate)

        def ready(gate: Gate = gate) -> Rejudging:
            changed = gate.validator.changed(having=[told("new", NEW)])
            return Rejudging(gate, Gate(validator=changed, verbosity=Verbosity.SILENT))

        judging = timed("  the gate as it would be, and what differs", ready)
        assert isinstance(judging, Rejudging)
        for share in (0.01, 0.1, 0.25, 1):
            distinct = max(1, int(given.checks * share))
            past = checks(given.checks, distinct)
            name = f"  {given.checks:,} checks, {distinct:,} distinct"
            timed(name, lambda past=past, judging=judging: judge(judging, past))
        filed = timed("  filing the instructions against each other", lambda made=made: Contradictions(made))
        assert isinstance(filed, Contradictions)
        timed("  every two that contradict each other", lambda filed=filed: sum(1 for _ in filed.pairs()))
        timed("  one more instruction", lambda filed=filed: filed.with_(told("new", "MongoDB runs on port 27017.")))


if __name__ == "__main__":
    main()
