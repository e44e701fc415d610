"""How fast the framework answers, and what its index costs: python tests/bench/framework_speed.py [--sizes 10,100]

In process, one thread, by the time of the processor, so that other work on the machine counts little. For each number
of instructions in force: mean, median and 99th percentile of each service in microseconds, over the same actions in the
same order; the time to build the index, to add and to remove one instruction; the memory the validator holds. The last
column is what matters on a noisy machine: the median against the smallest size of the same run. The instructions are
made from phrases with a fixed seed: two runs ask about the same.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tractatus import (  # noqa: E402
    BoundaryEnforcer,
    ContextPressureMonitor,
    CrossReferenceValidator,
    Gate,
    GateRequest,
    Instruction,
    InstructionPersistenceClassifier,
    MetacognitiveVerifier,
    SessionState,
)

SIZES = (10, 100, 1_000, 10_000, 100_000)
CALLS = 2_000
PAIRS = ROOT / "tests" / "tractatus" / "pairs.jsonl"

PRODUCTS = [
    "MongoDB",
    "PostgreSQL",
    "MySQL",
    "Redis",
    "RabbitMQ",
    "Elasticsearch",
    "Kafka",
    "Grafana",
    "Prometheus",
    "Jenkins",
    "nginx",
    "Vault",
]
AREAS = [
    "billing",
    "orders",
    "search",
    "catalogue",
    "reports",
    "accounts",
    "stock",
    "delivery",
    "media",
    "mail",
    "audit",
    "login",
    "export",
]
LANGUAGES = ["Python", "TypeScript", "Go", "Rust", "Kotlin", "Swift", "Ruby", "Elixir"]
PACKAGES = ["moment", "lodash", "requests", "axios", "log4j", "left-pad", "jquery", "underscore", "httpx", "boto3"]
PHRASES = (
    "{product} for {area} runs on port {port}",
    "Use port {port} for the {area} service",
    "Never push directly to the {area} branch",
    "Never delete the table {area}_{number}",
    "The {area} service must use {language} {version}",
    "Use {package} {version} in {area}, never {other}",
    "Do not edit files in src/{area}/generated_{number}",
    "All {area} endpoints should return JSON",
    "Prefer small functions in {area}",
    "Ask before you deploy {area} to production",
    "The {area} database is called {area}_{number}",
    "Set {upper}_TIMEOUT to {number} seconds",
    "No personal data in the logs of {area}",
    "Write tests for {area} before you merge",
    "Prioritise the privacy of people who use {area}",
    "Explore other ways to cache {area}",
)
REASONING = (
    "Goal: reach the database of the orders service. The connection string in config/orders.env names the port. "
    "First read the file, then connect, then list the collections. If the port is closed, stop and say so. "
    "An alternative is to ask the health endpoint instead. The risk is to load the live database; the query is limited."
)
STATE = SessionState(messages=25, tokens_used=60_000, tokens_budget=200_000, active_tasks=2)


def texts(count: int) -> Iterator[str]:
    """`count` instructions, the same each time."""
    draw = random.Random(27027)
    for number in range(count):
        area = draw.choice(AREAS)
        yield draw.choice(PHRASES).format(
            product=draw.choice(PRODUCTS),
            area=area,
            upper=area.upper(),
            port=draw.randint(1024, 65535),
            number=number,
            language=draw.choice(LANGUAGES),
            package=draw.choice(PACKAGES),
            other=draw.choice(PACKAGES),
            version=f"{draw.randint(1, 22)}.{draw.randint(0, 12)}",
        )


def measured(call: Callable[[Any], Any], inputs: list[Any], calls: int = CALLS) -> dict[str, float]:
    """Mean, median and 99th percentile of `call` over `calls` turns through `inputs`, in microseconds of the processor,
    after a warm-up."""
    for one in inputs:
        call(one)
    taken = []
    for turn in range(calls):
        one = inputs[turn % len(inputs)]
        start = time.thread_time_ns()
        call(one)
        taken.append(time.thread_time_ns() - start)
    return {
        "mean": statistics.mean(taken) / 1000,
        "median": statistics.median(taken) / 1000,
        "p99": statistics.quantiles(taken, n=100)[98] / 1000,
    }


def at(instructions: list[Instruction], actions: list[dict[str, Any]], sentences: list[str]) -> dict[str, Any]:
    """All figures with these instructions in force."""
    gc.collect()
    start = time.thread_time()
    validator = CrossReferenceValidator(instructions)
    built = time.thread_time() - start

    new = [
        Instruction.from_classification(InstructionPersistenceClassifier().classify(text), id=f"new-{number}")
        for number, text in enumerate(texts(200))
    ]
    added = _each(validator.add, new)
    removed = _each(lambda one: validator.remove(one.id), new)

    gate = Gate(validator=validator)
    classifier, verifier = InstructionPersistenceClassifier(), MetacognitiveVerifier()
    enforcer, monitor = BoundaryEnforcer(), ContextPressureMonitor()
    return {
        "classify": measured(classifier.classify, sentences),
        "validate": measured(validator.validate, actions),
        "check": measured(enforcer.check, actions),
        "check (text)": measured(enforcer.check, sentences),
        "assess": measured(monitor.assess, [STATE]),
        "verify": measured(lambda action: verifier.verify(action, REASONING), actions),
        "gate": measured(lambda action: gate.check(GateRequest(action, session=STATE)), actions),
        "gate (reasoned)": measured(lambda action: gate.check(GateRequest(action, REASONING, session=STATE)), actions),
        "index": {"build_s": built, "add_us": added, "remove_us": removed},
    }


def _each(call: Callable[[Any], Any], inputs: list[Any]) -> float:
    """The median time of `call` once for each input, in microseconds."""
    taken = []
    for one in inputs:
        start = time.thread_time_ns()
        call(one)
        taken.append(time.thread_time_ns() - start)
    return statistics.median(taken) / 1000


def memory(instructions: list[Instruction]) -> float:
    """MiB that a validator holds for every 10,000 of these instructions, the instructions themselves not counted."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    validator = CrossReferenceValidator(instructions)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    del validator
    return held / 2**20 / len(instructions) * 10_000


def table(results: dict[int, dict[str, Any]], per_10_000: float) -> str:
    """The figures as Markdown."""
    sizes = list(results)
    lines = [
        "| µs of the processor, mean / median / p99 | "
        + " | ".join(f"{size:,}" for size in sizes)
        + " | median, largest : smallest |",
        "| --- |" + " ---: |" * (len(sizes) + 1),
    ]
    for name in [key for key in results[sizes[0]] if key != "index"]:
        cells = [" / ".join(f"{figure:.0f}" for figure in results[size][name].values()) for size in sizes]
        growth = results[sizes[-1]][name]["median"] / results[sizes[0]][name]["median"]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {growth:.2f} |")
    lines += [
        "",
        "| index | " + " | ".join(f"{size:,}" for size in sizes) + " |",
        "| --- |" + " ---: |" * len(sizes),
        "| build, s | " + " | ".join(f"{results[size]['index']['build_s']:.3f}" for size in sizes) + " |",
        "| add one, µs | " + " | ".join(f"{results[size]['index']['add_us']:.0f}" for size in sizes) + " |",
        "| remove one, µs | " + " | ".join(f"{results[size]['index']['remove_us']:.0f}" for size in sizes) + " |",
        "",
        f"Memory of the index: {per_10_000:.1f} MiB for 10,000 instructions.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of instructions, comma between")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]

    sentences = list(texts(200))
    actions = [json.loads(line)["action"] for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    classifier = InstructionPersistenceClassifier()
    instructions = [
        Instruction.from_classification(classifier.classify(text), id=f"i{number}")
        for number, text in enumerate(texts(max(sizes)))
    ]
    results = {size: at(instructions[:size], actions, sentences) for size in sizes}
    per_10_000 = memory(instructions[: min(10_000, max(sizes))])
    if given.json:
        print(json.dumps({"sizes": results, "memory_mib_per_10000": per_10_000}, indent=1))
    else:
        print(table(results, per_10_000))


if __name__ == "__main__":
    main()
