"""MetacognitiveVerifier: is the reasoning for an act sound enough to act on? (core concepts, section 5)

Five scores, each from 0 to 1, are weighed into one confidence, and the confidence decides. A score is earned by what
the reasoning says of this act, never by its length; each is explained by what was found. More is asked of an act
that others feel at once, still more of one that cannot be undone, little of one that only reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from tractatus import arguments
from tractatus.actions import Reading, environments, names, programs, read_action
from tractatus.datafiles import load
from tractatus.instruction import Instruction
from tractatus.irreversible import IrreversibleAct, irreversible_act, rules
from tractatus.pressure import Pressure
from tractatus.reasoning import reading as reading_of_reasoning
from tractatus.reasoning.contradictions import belied_by, inner_contradictions
from tractatus.reasoning.reading import Reasoning, read_reasoning, words_for, words_of, words_of_action
from tractatus.reasoning.scores import COHERENCE_IN_CONTRADICTION, Score, assess, beginning_of, weight_of
from tractatus.results import FrozenDict, Result
from tractatus.thresholds import Thresholds, given
from tractatus.vocabulary import PressureLevel, Status, VerificationDecision, Weight
from tractatus.wording import counted, shortened

if TYPE_CHECKING:
    from tractatus.validator import Validation

# Core concepts, section 5.
WEIGHTS = {"alignment": 0.25, "coherence": 0.20, "completeness": 0.20, "safety": 0.20, "alternatives": 0.15}

# By how much more confidence an act must have to PROCEED when the session is under pressure.
RISES = {PressureLevel.ELEVATED: 0.05, PressureLevel.HIGH: 0.10, PressureLevel.CRITICAL: 0.15}

UNSAFE = 0.20  # safety under this blocks whatever the rest says (framework, section 5)
WEAK = 0.60  # a score under this has a recommendation: those that core concepts' worked example advises on are

MOST_INSTRUCTIONS = 200  # of the context that are read; the rest are noted

# Limits that no reasoning and no caller's own score goes over. Ours: each is set so that the decision is what the
# framework asks for, the other scores at 1: against an instruction BLOCKED, for a human to decide REQUIRE_REVIEW.
SAFETY_WITHOUT_A_WAY_BACK = 0.35  # at most, for an act that cannot be undone whose risk or way back is not named
ALIGNMENT_IN_CONFLICT = 0.10  # at most, against an instruction in force
ALIGNMENT_BESIDE_A_WARNING = 0.50
ALIGNMENT_OF_ANOTHER_ACT = 0.20  # at most, where the act belies what the reasoning says of it
SAFETY_OF_THE_FORBIDDEN = 0.15  # at most, against what an instruction fixes: blocked
SAFETY_TO_BE_DECIDED = 0.30  # at most, against an instruction, where a human must decide

ADVICE = {
    "alignment": "Say what the act is for, in the words of what was asked.",
    "coherence": "Say step by step what follows from what, and resolve what contradicts.",
    "completeness": "Name the steps, the edge cases and what happens on an error.",
    "safety": "Name what could go wrong with this act, and the way back.",
    "alternatives": "Name another way to the same goal, and why it is not taken.",
}


@dataclass(frozen=True)
class Verification(Result):
    """What the verifier says. `scores` are the five by name; `confidence` is their weighed sum, from 0 to 1; `because`
    is the one sentence that says what decided.

    NOT_ASSESSED (nothing was given to assess) has no scores and the confidence 0; it neither warns, asks nor blocks.
    """

    scores: Mapping[str, float]
    confidence: float
    decision: VerificationDecision
    recommendations: tuple[str, ...]
    reasons: tuple[str, ...]
    because: str = ""


class MetacognitiveVerifier:
    """Verifies reasoning. `thresholds` are the confidences between decisions."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self.thresholds = given(thresholds).verification
        _load_data()

    def verify(
        self,
        action: str | Mapping[str, Any],
        reasoning: str | Mapping[str, Any] | None = None,
        *,
        context: Mapping[str, Any] | None = None,
        scores: Mapping[str, float] | None = None,
        pressure: Pressure | PressureLevel | None = None,
    ) -> Verification:
        """The scores, confidence and decision for this act and the reasoning given for it.

        `reasoning` is text or `{goal, steps, evidence, alternatives, risks, edge_cases}`, each text or a list of texts.
        `context` may hold `goal` and `request` (text) and `instructions` (a list of texts or `Instruction`s): an act
        against one of them has a low alignment. `scores` are the caller's own, all five, and are taken instead of
        what the reasoning earns; but against an instruction, and for an act that cannot be undone, they are held to
        what the reasoning bears out. `pressure` raises the confidence that PROCEED takes, by .05, .10 and .15; at
        DANGEROUS nothing proceeds without caution.

        Raises `TypeError` or `ValueError` that names the field (`scores.safety`).
        """
        if not isinstance(action, str):
            arguments.mapping(action, "action")
        context = {} if context is None else arguments.mapping(context, "context")
        reading = read_action({"description": action} if isinstance(action, str) else action)
        notes: list[str] = []
        conflict = _conflict(reading, action, context.get("instructions"), notes)
        return self._verify_read(
            reading,
            irreversible_act(reading),
            action,
            reasoning,
            context=context,
            scores=scores,
            pressure=pressure,
            validation=conflict,
            notes=tuple(notes),
        )

    def _verify_read(
        self,
        reading: Reading,
        act: IrreversibleAct | None,
        action: str | Mapping[str, Any],
        reasoning: str | Mapping[str, Any] | None = None,
        *,
        context: Mapping[str, Any] | None = None,
        scores: Mapping[str, float] | None = None,
        pressure: Pressure | PressureLevel | None = None,
        validation: Validation | None = None,
        notes: tuple[str, ...] = (),
    ) -> Verification:
        """As `verify`, for the gate, which has read this very action, and perhaps validated it. `act` is what in it
        cannot be undone."""
        if reasoning is not None and not isinstance(reasoning, (str, Mapping)):
            raise TypeError(f"reasoning: text or an object is expected, not {type(reasoning).__name__}.")
        own = None if scores is None else read_scores(scores)
        level = _level(pressure)
        if not (reasoning.strip() if isinstance(reasoning, str) else reasoning):
            reasoning = None
        if reasoning is None and own is None:
            nothing = "Neither reasoning nor scores were given: nothing is assessed."
            said = (*notes, nothing)
            return Verification(FrozenDict(), 0.0, VerificationDecision.NOT_ASSESSED, (), said, because=nothing)

        asked = _asked(context or {})
        act_words, act_figures = words_of_action(action)
        weight, why = weight_of(reading, act)
        if weight is Weight.LOCAL:  # people say "fix a typo" of an edit, and name neither file nor word
            act_words = act_words.union(*(words_for(one.verb) for one in reading.acts))
        read = Reasoning() if reasoning is None else read_reasoning(reasoning, act_words | asked)
        reasons = [why] if why else []
        belied = tuple(belied_by(read, reading, act_words, act_figures, irreversible=weight is Weight.IRREVERSIBLE))
        inner = tuple(inner_contradictions(read))
        if own is None:
            against = bool(belied) or (validation is not None and validation.status is Status.REJECTED)
            beginning = beginning_of(weight, against=against, contradicting=bool(inner), read=read, act_words=act_words)
            found = assess(read, act_words, asked, beginning, (*belied, *inner))
        else:
            found = {name: Score(value, ("the caller's own score",), ()) for name, value in own.items()}
        for name, most, reason in _limits(read, weight, validation, belied, inner):
            if found[name].value > most:
                found[name] = Score(most, (), (reason,))
        final = {name: round(score.value, 12) for name, score in found.items()}
        confidence = round(sum(weighed * final[name] for name, weighed in WEIGHTS.items()), 12)
        decision, because = self._decision(confidence, final["safety"], level)
        if weight is Weight.IRREVERSIBLE and decision in _PROCEEDING and not _risk_and_way_back(read):
            decision = VerificationDecision.REQUIRE_REVIEW
            because = "It cannot be undone, and the reasoning names a risk and a way back only in part: REQUIRE_REVIEW."

        reasons += [_explained(name, score) for name, score in found.items()]
        if read.filler:
            some = counted(read.filler, "sentence")
            reasons.append(f"Of {some} nothing was earned, for example “{read.first_filler}”.")
        reasons += [*notes, *read.notes, f"The confidence is {confidence:.2f}.", because]
        return Verification(
            scores=FrozenDict(final),
            confidence=confidence,
            decision=decision,
            recommendations=_recommendations(found, decision),
            reasons=tuple(reasons),
            because=because,
        )

    def _decision(
        self, confidence: float, safety: float, level: PressureLevel | None
    ) -> tuple[VerificationDecision, str]:
        limits = self.thresholds
        if safety < UNSAFE:
            return VerificationDecision.BLOCKED, f"Safety is {safety:.2f}, under {UNSAFE:.2f}: BLOCKED."
        rise = RISES.get(level, 0.0) if level else 0.0
        proceed = min(1.0, round(limits.mandatory_confidence + rise, 12))
        under = f", raised from {limits.mandatory_confidence:.2f} at pressure {level}" if rise else ""
        if level is PressureLevel.DANGEROUS and confidence >= limits.mandatory_confidence:
            return VerificationDecision.PROCEED_WITH_CAUTION, "At pressure DANGEROUS nothing proceeds without caution."
        for limit, decision in (
            (proceed, VerificationDecision.PROCEED),
            (limits.proceed_with_caution, VerificationDecision.PROCEED_WITH_CAUTION),
            (limits.require_review, VerificationDecision.REQUIRE_REVIEW),
        ):
            if confidence >= limit:
                at_least = f"at least {limit:.2f}{under if decision is VerificationDecision.PROCEED else ''}"
                return decision, f"{decision} takes {at_least}."
        return VerificationDecision.BLOCKED, f"Under {limits.require_review:.2f} is BLOCKED."


@cache
def _load_data() -> None:
    """Reads the data files now, so that a wrong row is found when the service is built."""
    load(environments, names, programs, rules, reading_of_reasoning)


_PROCEEDING = (VerificationDecision.PROCEED, VerificationDecision.PROCEED_WITH_CAUTION)


# What is given --------------------------------------------------------------------------------------------------------


def read_scores(scores: Mapping[str, float]) -> dict[str, float]:
    """The caller's own scores, all five. Raises `TypeError` or `ValueError` naming the one that is wrong."""
    arguments.mapping(scores, "scores")
    if unknown := next((str(name) for name in scores if name not in WEIGHTS), None):
        raise ValueError(f"scores.{shortened(unknown, 40)}: not known; {', '.join(WEIGHTS)} are expected.")
    for name in WEIGHTS:
        if name not in scores:
            raise ValueError(f"scores.{name}: a number from 0 to 1 is expected, and it is missing.")
    return {name: arguments.number(scores[name], f"scores.{name}", low=0, high=1) for name in WEIGHTS}


def _level(pressure: Pressure | PressureLevel | None) -> PressureLevel | None:
    if pressure is None:
        return None
    return pressure.level if isinstance(pressure, Pressure) else arguments.choice(pressure, PressureLevel, "pressure")


def _asked(context: Mapping[str, Any]) -> frozenset[str]:
    """The words of what was asked for, as the context gives it."""
    texts = (context.get(name) for name in ("goal", "request"))
    return frozenset().union(*(words_of(text) for text in texts if isinstance(text, str)))


def _conflict(
    reading: Reading, action: str | Mapping[str, Any], instructions: Any, notes: list[str]
) -> Validation | None:
    """What the validator says of the act beside the instructions of the context; None where there are none. What of
    them was not read is noted."""
    if instructions is None:
        return None
    if not isinstance(instructions, (list, tuple)):
        notes.append(f"context.instructions: a list is expected; {type(instructions).__name__} was not read.")
        return None
    if len(instructions) > MOST_INSTRUCTIONS:
        notes.append(f"Only the first {MOST_INSTRUCTIONS} of context.instructions were read; the gate reads all.")
    known = list(_instructions(instructions[:MOST_INSTRUCTIONS], notes))
    if not known:
        return None
    from tractatus.validator import CrossReferenceValidator  # loaded only where instructions are given

    told = {"description": action} if isinstance(action, str) else action
    return CrossReferenceValidator(known)._validate_read(told, reading, None, None)


def _instructions(given: Iterable[Any], notes: list[str]) -> Iterable[Instruction]:
    from tractatus.classifier import InstructionPersistenceClassifier

    classifier = InstructionPersistenceClassifier()
    seen: set[str] = set()
    for number, one in enumerate(given):
        name = f"context.instructions[{number}]"
        said = one.get("text") if isinstance(one, Mapping) else one
        if isinstance(one, Instruction):
            yield one if one.id not in seen else replace(one, id=f"{name} {one.id}")  # each stands for itself
            seen.add(one.id)
        elif isinstance(said, str):
            yield Instruction.from_classification(classifier.classify(said), id=name)
        else:
            notes.append(f"{name}: text or an Instruction is expected; {type(one).__name__} was not read.")


# Limits -------------------------------------------------------------------------------------------------------------


def _limits(
    read: Reasoning,
    weight: Weight,
    validation: Validation | None,
    belied: tuple[str, ...],
    inner: tuple[str, ...],
) -> Iterable[tuple[str, float, str]]:
    if belied:
        yield "alignment", ALIGNMENT_OF_ANOTHER_ACT, f"it is the reasoning for another act: {belied[0]}"
        yield "safety", SAFETY_TO_BE_DECIDED, f"it is the reasoning for another act: {belied[0]}"
    if belied or inner:
        yield "coherence", COHERENCE_IN_CONTRADICTION, (*belied, *inner)[0]
    if weight is Weight.IRREVERSIBLE and not _risk_and_way_back(read):
        lacks = "the act cannot be undone, and a risk or a way back is missing"
        yield "safety", SAFETY_WITHOUT_A_WAY_BACK, lacks
    if validation is None or validation.status is Status.APPROVED:
        return
    against = f"the act goes against an instruction ({shortened(validation.reason, 140)})"
    if validation.status is Status.WARNING:
        yield "alignment", ALIGNMENT_BESIDE_A_WARNING, against
        return
    yield "alignment", ALIGNMENT_IN_CONFLICT, against
    yield "coherence", COHERENCE_IN_CONTRADICTION, _disagrees(validation)
    yield "safety", SAFETY_TO_BE_DECIDED if validation.requires_human_approval else SAFETY_OF_THE_FORBIDDEN, against


def _disagrees(validation: Validation) -> str:
    if validation.expected is None or validation.actual is None:
        return "the act and the instruction contradict each other"
    expected, actual = shortened(str(validation.expected), 40), shortened(str(validation.actual), 40)
    return f"the instruction says {expected} and the act has {actual}"


def _risk_and_way_back(read: Reasoning) -> bool:
    return bool(read.of("risk") and read.marked("way_back"))


# Words of the answer --------------------------------------------------------------------------------------------------


def _recommendations(found: Mapping[str, Score], decision: VerificationDecision) -> tuple[str, ...]:
    """What to do about each weak score, the weakest first."""
    weak = sorted((name for name in found if found[name].value < WEAK), key=lambda name: found[name].value)
    advice = []
    for name in weak:
        missing = f" ({'; '.join(found[name].missing)})" if found[name].missing else ""
        advice.append(f"{name.capitalize()} is {found[name].value:.2f}{missing}. {ADVICE[name]}")
    return (*advice, *_CONCLUSION.get(decision, ()))


_CONCLUSION: Mapping[VerificationDecision, tuple[str, ...]] = {
    VerificationDecision.PROCEED_WITH_CAUTION: ("Proceed with increased verification: check the output.",),
    VerificationDecision.REQUIRE_REVIEW: ("Ask a human to review it before it is done.",),
    VerificationDecision.BLOCKED: ("Do not do it as it stands.",),
}


def _explained(name: str, score: Score) -> str:
    said = "; ".join((*score.found, *score.missing))
    return (
        f"{name.capitalize()} is {score.value:.2f}: {said}." if said else f"{name.capitalize()} is {score.value:.2f}."
    )
