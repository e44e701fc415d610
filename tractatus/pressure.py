"""ContextPressureMonitor: how far a session puts the quality of an agent's work at risk (core concepts, section 4).

Five factors, each from 0 to 1, are weighed into one score; the score gives a level, and some facts give a level
that it cannot fall below. Pressure only ever rises with more messages, tokens, tasks, errors or instructions.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from tractatus import arguments
from tractatus.results import Record, Result
from tractatus.thresholds import Thresholds, given
from tractatus.vocabulary import PressureLevel

# Core concepts, section 4, as rebalanced there on 2025-10-12: compaction disrupts a session more than tokens do.
WEIGHTS = {"conversation": 0.40, "tokens": 0.30, "complexity": 0.15, "errors": 0.10, "instructions": 0.05}

# Where a factor is as high as it goes. A band's edge in core concepts is the same share of it.
FULL_MESSAGES = 60
FULL_TASKS = 5
FULL_ERRORS = 3
FULL_INSTRUCTIONS = 10

# What holds whatever the score says.
FLOOR_MESSAGES = 60
FLOOR_COMPACTIONS_HIGH = 1
FLOOR_COMPACTIONS_CRITICAL = 2
FLOOR_TOKENS_CRITICAL = 0.95

# From which score a factor is called MODERATE and HIGH. Core concepts gives bands in counts; these are their shares.
BANDS = {
    "conversation": (20 / FULL_MESSAGES, 40 / FULL_MESSAGES),
    "tokens": (0.30, 0.70),
    "complexity": (3 / FULL_TASKS, 1.0),
    "errors": (1 / FULL_ERRORS, 1.0),
    "instructions": (5 / FULL_INSTRUCTIONS, 1.0),
}

RECOMMENDATIONS = {
    PressureLevel.NORMAL: ("Continue working: no special precautions.",),
    PressureLevel.ELEVATED: ("Verify more, and validate with more care.", "Act more slowly and deliberately."),
    PressureLevel.HIGH: ("Refresh the context or hand the session over.", "Pause complex operations."),
    PressureLevel.CRITICAL: ("Begin no new complex operation.", "Keep what stands stable."),
    PressureLevel.DANGEROUS: ("Start a fresh session from the handoff document.",),
}
REQUIRED_ACTIONS = {
    PressureLevel.NORMAL: (),
    PressureLevel.ELEVATED: (),
    PressureLevel.HIGH: ("Verify before every major action.",),
    PressureLevel.CRITICAL: ("Create the session handoff document.", "Verify before every major action."),
    PressureLevel.DANGEROUS: ("Halt at once.", "Hand the session over.", "Do not proceed."),
}


@dataclass(frozen=True)
class SessionState(Record):
    """What is known of a session: whole numbers, 0 or more. `tokens_budget` 0 means that it is not known.

    Raises `TypeError` or `ValueError` naming the field, also where more tokens are used than the budget has.
    """

    messages: int = 0
    compactions: int = 0
    tokens_used: int = 0
    tokens_budget: int = 0
    active_tasks: int = 0
    files_in_progress: int = 0
    task_dependencies: int = 0
    recent_errors: int = 0
    active_instructions: int = 0
    conflicting_instructions: int = 0

    def __post_init__(self) -> None:
        for name in _COUNTS:
            arguments.count(getattr(self, name), name)
        if self.tokens_budget and self.tokens_used > self.tokens_budget:
            raise ValueError(
                f"tokens_used: at most tokens_budget ({self.tokens_budget}) is expected, not {self.tokens_used}."
            )


_COUNTS = tuple(field.name for field in fields(SessionState))


@dataclass(frozen=True)
class Factor(Record):
    """One cause of pressure. `score` is from 0 to 1, `contribution` is score times weight, `label` a band."""

    name: str
    score: float
    weight: float
    contribution: float
    label: str


@dataclass(frozen=True)
class Pressure(Result):
    """What the monitor says of a session. `score` from 0 to 1; `required_actions` are not advice."""

    level: PressureLevel
    score: float
    factors: tuple[Factor, ...]
    recommendations: tuple[str, ...]
    required_actions: tuple[str, ...]
    reasons: tuple[str, ...]


class ContextPressureMonitor:
    """Assesses sessions. `thresholds` are the scores between levels."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self.thresholds = given(thresholds).pressure

    def assess(self, state: SessionState) -> Pressure:
        """The pressure of a session in this state. Raises `TypeError` for anything but a `SessionState`."""
        scores = _scores(arguments.instance(state, SessionState, "state"))
        factors = tuple(
            Factor(name, scores[name], weight, scores[name] * weight, _label(name, scores[name]))
            for name, weight in WEIGHTS.items()
        )
        # A sum of the five contributions can end a few units in the last place away from the figure it stands for.
        score = round(sum(factor.contribution for factor in factors), 12)
        level = self._level_by(score)
        reasons = [f"The score is {score:.2f}: {level}."]
        for floor, reason in _floors(state):
            if _ORDER[floor] > _ORDER[level]:
                level = floor
                reasons.append(f"{reason}: at least {floor}.")
        reasons += [f"{_SAYS[factor.name](state)}: {factor.label} ({factor.score:.2f})." for factor in factors]
        return Pressure(level, score, factors, RECOMMENDATIONS[level], REQUIRED_ACTIONS[level], tuple(reasons))

    def _level_by(self, score: float) -> PressureLevel:
        limits = (
            (self.thresholds.normal, PressureLevel.NORMAL),
            (self.thresholds.elevated, PressureLevel.ELEVATED),
            (self.thresholds.high, PressureLevel.HIGH),
            (self.thresholds.critical, PressureLevel.CRITICAL),
        )
        return next((level for limit, level in limits if score < limit), PressureLevel.DANGEROUS)


_ORDER = {level: place for place, level in enumerate(PressureLevel)}


def _scores(state: SessionState) -> dict[str, float]:
    tasks = max(state.active_tasks, state.files_in_progress, state.task_dependencies)
    return {
        "conversation": min(1.0, state.messages / FULL_MESSAGES),
        "tokens": state.tokens_used / state.tokens_budget if state.tokens_budget else 0.0,
        "complexity": min(1.0, tasks / FULL_TASKS),
        "errors": min(1.0, state.recent_errors / FULL_ERRORS),
        "instructions": 1.0
        if state.conflicting_instructions
        else min(1.0, state.active_instructions / FULL_INSTRUCTIONS),
    }


def _label(name: str, score: float) -> str:
    moderate, high = BANDS[name]
    return "HIGH" if score >= high else "MODERATE" if score >= moderate else "LOW"


def _floors(state: SessionState) -> list[tuple[PressureLevel, str]]:
    """The levels that facts of the session demand, whatever the score."""
    found = []
    if state.messages >= FLOOR_MESSAGES:
        found.append((PressureLevel.HIGH, f"{state.messages} messages, about where a session is compacted"))
    if state.compactions >= FLOOR_COMPACTIONS_HIGH:
        found.append((PressureLevel.HIGH, "The session has been compacted"))
    if state.compactions >= FLOOR_COMPACTIONS_CRITICAL:
        found.append((PressureLevel.CRITICAL, f"The session has been compacted {state.compactions} times"))
    # In whole numbers: at 95 % exactly a float may fall on either side.
    if state.tokens_budget and state.tokens_used * 100 >= state.tokens_budget * round(FLOOR_TOKENS_CRITICAL * 100):
        found.append((PressureLevel.CRITICAL, f"{state.tokens_used} of {state.tokens_budget} tokens are used"))
    return found


_SAYS = {
    "conversation": lambda state: f"{state.messages} messages",
    "tokens": lambda state: (
        f"{state.tokens_used} of {state.tokens_budget} tokens" if state.tokens_budget else "No token budget is known"
    ),
    "complexity": lambda state: (
        f"{state.active_tasks} tasks, {state.files_in_progress} files in progress, "
        f"{state.task_dependencies} dependencies between tasks"
    ),
    "errors": lambda state: f"{state.recent_errors} recent errors",
    "instructions": lambda state: (
        f"{state.active_instructions} instructions in force, {state.conflicting_instructions} of them in conflict"
    ),
}
