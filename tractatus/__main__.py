"""The services at the command line: `python -m tractatus classify|validate|check|pressure|verify|analyze`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tractatus import arguments
from tractatus.results import Result

if TYPE_CHECKING:
    from tractatus.instruction import Instruction

WRONG_INPUT = 64  # EX_USAGE of sysexits.h
HELP = """\
INPUT is text, or JSON that begins with { (or is a list or a quoted text). @PATH or --file PATH reads a file; without
INPUT, or with -, standard input is read. JSON is printed where standard output is no terminal, or with --json.

  classify   an instruction: a text, or {"text", "source"}
  validate   an action beside instructions: {"type", "description", "parameters"}, {"tool_name", "tool_input"}, or text
  check      the gate: an action, or {"action", "reasoning", "scores", "session", "previous_level", "environment",
             "project", "revisions", "grants", "context", "now"}
  pressure   a session: {"messages", "compactions", "tokens_used", "tokens_budget", "active_tasks", "files_in_progress",
             "task_dependencies", "recent_errors", "active_instructions", "conflicting_instructions"}
  verify     reasoning: an action with --reasoning, or {"action", "reasoning", "scores", "context", "pressure"}
  analyze    a decision about values: a text, or {"decision", "context"}

  --file, --json         every command
  --instructions FILE    validate, check: a JSON list, JSON Lines, or an instruction-history.json
  --instruction TEXT     validate, check: one more; may be repeated
  --environment, --now   validate, check: where and when the action is done
  --reasoning TEXT       check, verify: text, or JSON as verify takes it
  --verbosity LEVEL      check: SILENT, SUMMARY, DETAILED or DEBUG

exit status:
  0   allow, APPROVED, PROCEED or NOT_ASSESSED, NORMAL; and always of classify and analyze
  1   warn, WARNING, PROCEED_WITH_CAUTION, ELEVATED or HIGH
  2   ask, REJECTED for a human to decide, REQUIRE_REVIEW, CRITICAL
  3   deny, REJECTED, BLOCKED, DANGEROUS
  64  the input is wrong: standard error names the field
"""


class WrongInput(Exception):
    """What was given cannot be used; the text is one line that names the field."""


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command. Gives the exit status; what is wrong with the input is one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # any text can be printed, on any terminal
    try:
        try:
            options = _parser().parse_args(words)
            asked = COMMANDS[options.command](_given(options), options)
        except (WrongInput, TypeError, ValueError) as error:
            print(f"tractatus: {_one_line(error)}", file=sys.stderr)
            return WRONG_INPUT
        except RecursionError:
            print("tractatus: input: this is nested too deeply.", file=sys.stderr)
            return WRONG_INPUT
        result, status, lines = asked()  # the input is right: what is raised from here on is an error of ours
        if options.json or not sys.stdout.isatty():
            print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
        else:
            print("\n".join(_emphasised(lines)))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


# The commands: each checks what it is given, naming what is wrong, and gives the call that answers --------------------

Answer = tuple[Result, int, list[str]]
Asked = Callable[[], Answer]


def classify(given: Any, options: argparse.Namespace) -> Asked:
    from tractatus.classifier import InstructionPersistenceClassifier

    given = _fields(given, "text", ("text", "source"))
    for name, value in given.items():
        arguments.text(value, name)

    def answer() -> Answer:
        result = InstructionPersistenceClassifier().classify(**given)
        dimensions = (result.quadrant, result.persistence, result.temporal_scope, result.verification_required)
        lines = [f"{' / '.join(dimensions)}, explicitness {result.explicitness:.2f}"]
        lines += [f"{name}: {value}" for name, value in result.parameters.items()]
        lines.append("It is stored." if result.stored else "It is too vague to be stored.")
        return result, 0, [*lines, *_bulleted(result.reasons)]

    return answer


def validate(given: Any, options: argparse.Namespace) -> Asked:
    from tractatus.validator import CrossReferenceValidator
    from tractatus.vocabulary import Status

    action = {"description": given} if isinstance(given, str) else arguments.mapping(given, "action")
    instructions, now = _instructions(options), _now(options.now)

    def answer() -> Answer:
        result = CrossReferenceValidator(instructions).validate(action, now=now, environment=options.environment)
        status = {Status.APPROVED: 0, Status.WARNING: 1, Status.REJECTED: 3}[result.status]
        if result.status is Status.REJECTED and result.requires_human_approval:
            status = 2
        lines = [f"{result.status}: {result.reason}"]
        if result.corrected_action:
            lines.append(f"It would pass with {json.dumps(result.to_dict()['corrected_action'], ensure_ascii=False)}.")
        return result, status, [*lines, *_bulleted(result.reasons)]

    return answer


def check(given: Any, options: argparse.Namespace) -> Asked:
    from tractatus.gate import Gate, GateRequest, explain
    from tractatus.vocabulary import GateDecision, Verbosity

    known = tuple(field.name for field in fields(GateRequest))
    if isinstance(given, str) or (isinstance(given, Mapping) and "action" not in given):
        given = {"action": given}
    given = _fields(given, "action", known)
    if isinstance(given.get("session"), Mapping):
        given["session"] = _session(given["session"], "session.")
    given["now"] = _now(options.now or given.get("now"))
    given["environment"] = options.environment or given.get("environment")
    given["reasoning"] = _reasoning(options) or given.get("reasoning")
    given = {name: value for name, value in given.items() if value is not None}
    if isinstance(given.get("grants"), list):
        given["grants"] = frozenset(_texts(given["grants"], "grants"))
    request, instructions, verbosity = GateRequest(**given), _instructions(options), Verbosity(options.verbosity)

    def answer() -> Answer:
        result = Gate(instructions, verbosity=verbosity).check(request)
        return result, list(GateDecision).index(result.decision), explain(result, verbosity).split("\n")

    return answer


def pressure(given: Any, options: argparse.Namespace) -> Asked:
    from tractatus.pressure import ContextPressureMonitor
    from tractatus.vocabulary import PressureLevel

    session = _session(given)

    def answer() -> Answer:
        result = ContextPressureMonitor().assess(session)
        status = {PressureLevel.NORMAL: 0, PressureLevel.CRITICAL: 2, PressureLevel.DANGEROUS: 3}.get(result.level, 1)
        lines = [f"{result.level}, {result.score:.2f}", *_bulleted((*result.required_actions, *result.recommendations))]
        return result, status, [*lines, *_bulleted(result.reasons)]

    return answer


def verify(given: Any, options: argparse.Namespace) -> Asked:
    from tractatus.verifier import MetacognitiveVerifier, read_scores
    from tractatus.vocabulary import PressureLevel, VerificationDecision

    if isinstance(given, str) or (isinstance(given, Mapping) and "action" not in given):
        given = {"action": given}
    given = _fields(given, "action", ("action", "reasoning", "scores", "context", "pressure"))
    given["reasoning"] = _reasoning(options) or given.get("reasoning")
    given = {name: value for name, value in given.items() if value is not None}
    action = given.pop("action", None)
    if not isinstance(action, str):
        arguments.mapping(action, "action")
    if not isinstance(given.get("reasoning", ""), (str, Mapping)):
        raise WrongInput(f"reasoning: text or an object is expected, not {type(given['reasoning']).__name__}.")
    if "scores" in given:
        read_scores(given["scores"])
    arguments.mapping(given.get("context", {}), "context")
    arguments.choice(given.get("pressure", "NORMAL"), PressureLevel, "pressure")

    def answer() -> Answer:
        result = MetacognitiveVerifier().verify(action, **given)
        status = {
            VerificationDecision.PROCEED_WITH_CAUTION: 1,
            VerificationDecision.REQUIRE_REVIEW: 2,
            VerificationDecision.BLOCKED: 3,
        }.get(result.decision, 0)
        lines = [f"{result.decision}, confidence {result.confidence:.2f}", *_bulleted(result.recommendations)]
        return result, status, [*lines, *_bulleted(result.reasons)]

    return answer


def analyze(given: Any, options: argparse.Namespace) -> Asked:
    from tractatus.orchestrator import PluralisticDeliberationOrchestrator

    context = None
    if isinstance(given, Mapping) and "decision" in given:
        given = _fields(given, "decision", ("decision", "context"))
        given, context = given["decision"], given.get("context")
    if not isinstance(given, str):
        arguments.mapping(given, "decision")
    if context is not None:
        arguments.mapping(context, "context")

    def answer() -> Answer:
        result = PluralisticDeliberationOrchestrator().analyze_conflict(given, context)
        lines = [f"Urgency: {result.urgency}"]
        for one in result.moral_frameworks_in_tension:
            lines.append(f"{one.framework}: {one.position or 'to be stated by its own people'}")
        for title, found in (("Trade-offs", result.value_trade_offs), ("Affected", result.affected_stakeholder_groups)):
            if found:
                lines.append(f"{title}: {'; '.join(found)}")
        return result, 0, [*lines, *_bulleted(result.reasons)]

    return answer


COMMANDS: Mapping[str, Callable[[Any, argparse.Namespace], Asked]] = {
    "classify": classify,
    "validate": validate,
    "check": check,
    "pressure": pressure,
    "verify": verify,
    "analyze": analyze,
}


# What is given --------------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongInput(f"{message}. See --help.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m tractatus",
        description="Checks what an AI agent was told, proposes and reasons.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="|".join(COMMANDS), parser_class=_Parser)
    for name in COMMANDS:
        command = commands.add_parser(name)
        command.add_argument("input", nargs="?", metavar="INPUT", help="text, JSON, @PATH or - for standard input")
        command.add_argument("--file", metavar="PATH", help="read the input from this file")
        command.add_argument("--json", action="store_true", help="print JSON on a terminal too")
        if name in ("validate", "check"):
            of = "instructions as a JSON list, JSON Lines, or an instruction-history.json"
            command.add_argument("--instructions", metavar="FILE", help=of)
            more = "one more instruction; may be repeated"
            command.add_argument("--instruction", metavar="TEXT", action="append", default=[], help=more)
            command.add_argument("--environment", metavar="NAME", help="where the action is done")
            command.add_argument("--now", metavar="TIME", help="the time, in ISO 8601")
        if name in ("check", "verify"):
            command.add_argument("--reasoning", metavar="TEXT", help="text, or JSON as verify takes it")
        if name == "check":
            levels = ("SILENT", "SUMMARY", "DETAILED", "DEBUG")
            command.add_argument("--verbosity", choices=levels, default="DETAILED", help="how much is explained")
    return parser


def _given(options: argparse.Namespace) -> Any:
    """The input as a JSON value; a text that is no JSON is itself."""
    if options.file is not None:
        if options.input is not None:
            raise WrongInput("INPUT: either it or --file is expected, not both.")
        text = _read(options.file, "--file")
    elif options.input is None or options.input == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    elif options.input.startswith("@"):
        text = _read(options.input[1:], "INPUT")
    else:
        text = options.input
    text = text.removeprefix("\ufeff").strip()
    if not text:
        raise WrongInput("INPUT: some text or JSON is expected, not nothing.")
    if text[0] in '{["':
        try:
            return json.loads(text)
        except ValueError as error:
            if text[0] == "{":
                raise WrongInput(f"INPUT: this is not JSON: {error}.") from None
    return text


def _reasoning(options: argparse.Namespace) -> Any:
    text = options.reasoning
    if text is None or not text.lstrip().startswith("{"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise WrongInput(f"--reasoning: this is not JSON: {error}.") from None


def _read(path: str, field: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise WrongInput(f"{field}: {path!r} cannot be read: {reason}.") from None


def _fields(given: Any, main: str, known: Sequence[str]) -> dict[str, Any]:
    """The fields of a JSON object; anything else is the value of `main`."""
    given = dict(given) if isinstance(given, Mapping) else {main: given}
    if unknown := next((name for name in given if name not in known), None):
        raise WrongInput(f"{unknown[:40]}: this is not known; known are {', '.join(known)}.")
    if main not in given:
        raise WrongInput(f"{main}: this is missing.")
    return given


def _session(given: Any, prefix: str = "") -> Any:
    from tractatus.pressure import SessionState

    if not isinstance(given, Mapping):
        raise WrongInput(f"{prefix.rstrip('.') or 'INPUT'}: an object is expected, not {type(given).__name__}.")
    known = tuple(field.name for field in fields(SessionState))
    if unknown := next((name for name in given if name not in known), None):
        raise WrongInput(f"{prefix}{unknown[:40]}: this is not known; known are {', '.join(known)}.")
    try:
        return SessionState(**given)
    except (TypeError, ValueError) as error:
        raise WrongInput(f"{prefix}{error}") from None


def _instructions(options: argparse.Namespace) -> tuple[Instruction, ...]:
    if options.instructions is None and not options.instruction:
        return ()
    from tractatus.history import instruction, read_history

    stored = read_history(_read(options.instructions, "--instructions")) if options.instructions is not None else ()
    said = (instruction(text, len(stored) + number) for number, text in enumerate(options.instruction))
    return (*stored, *said)


def _now(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise WrongInput(f"now: a time in ISO 8601 is expected, not {str(value)[:40]!r}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _texts(values: list[Any], field: str) -> Iterator[str]:
    for value in values:
        if not isinstance(value, str):
            raise WrongInput(f"{field}: a list of texts is expected.")
        yield value


# What is printed ------------------------------------------------------------------------------------------------------


def _bulleted(reasons: Sequence[str]) -> list[str]:
    return [f"- {reason}" for reason in reasons]


def _emphasised(lines: list[str]) -> list[str]:
    """The first line is the answer: bold, where a terminal shows it and nobody asked for none (NO_COLOR)."""
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return lines if plain or not lines[0] else [f"\033[1m{lines[0]}\033[0m", *lines[1:]]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:500]


if __name__ == "__main__":
    sys.exit(main())
