"""MetacognitiveVerifier: is the reasoning for an act sound enough to act on? (core concepts, section 5)

Five scores, each from 0 to 1, are weighed into one confidence, and the confidence decides. A score is earned by what
the reasoning says of this act, never by its length; each is explained by what was found. More is asked of an act
that others feel at once, still more of one that cannot be undone, little of one that only reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tractatus import arguments
from tractatus.actions import Reading, environments, read_action
from tractatus.instruction import Instruction
from tractatus.irreversible import irreversible_act
from tractatus.pressure import Pressure
from tractatus.reasoning import (
    OWN,
    Reasoning,
    Statement,
    read_reasoning,
    shortened,
    stem,
    told_act,
    weighty_verbs,
    words_of,
    words_of_action,
)
from tractatus.results import Result
from tractatus.thresholds import Thresholds
from tractatus.vocabulary import PressureLevel, Status, VerificationDecision

if TYPE_CHECKING:
    from tractatus.validator import Validation

# Core concepts, section 5.
WEIGHTS = {"alignment": 0.25, "coherence": 0.20, "completeness": 0.20, "safety": 0.20, "alternatives": 0.15}

# By how much more confidence an act must have to PROCEED when the session is under pressure.
RISES = {PressureLevel.ELEVATED: 0.05, PressureLevel.HIGH: 0.10, PressureLevel.CRITICAL: 0.15}

UNSAFE = 0.20  # safety under this blocks whatever the rest says
WEAK = 0.60  # a score under this has a recommendation

# What an act grants before anything is said for it: there is less to say for one that only reads.
GRANTED = {
    "reading": {"completeness": 0.60, "safety": 0.90, "alternatives": 0.60},
    "ordinary": {"completeness": 0.10, "safety": 0.50, "alternatives": 0.10},
    "weighty": {"completeness": 0.05, "safety": 0.35, "alternatives": 0.05},
    "irreversible": {"completeness": 0.00, "safety": 0.20, "alternatives": 0.00},
}
SAFETY_WITHOUT_A_WAY_BACK = 0.35  # at most, for an act that cannot be undone whose risk or way back is not named
ALIGNMENT_IN_CONFLICT = 0.10  # at most, against an instruction in force
ALIGNMENT_BESIDE_A_WARNING = 0.50
ALIGNMENT_OF_ANOTHER_ACT = 0.20  # at most, where the act belies what the reasoning says of it
COHERENCE_IN_CONTRADICTION = 0.20  # at most, where the reasoning contradicts the act or itself
SAFETY_OF_THE_FORBIDDEN = 0.15  # at most, against what an instruction fixes: blocked
SAFETY_TO_BE_DECIDED = 0.30  # at most, against an instruction, where a human must decide

# What one, two and three statements of a kind earn.
EDGE_CASES = (0.0, 0.35, 0.55, 0.70)
STEPS = (0.0, 0.15, 0.25, 0.30)
ALTERNATIVES = (0.0, 0.55, 0.75, 0.90)
RISKS = (0.0, 0.20, 0.30, 0.35)
STATEMENTS = (0.0, 0.55, 0.70, 0.85)

ADVICE = {
    "alignment": "Say what the act is for, in the words of what was asked.",
    "coherence": "Say step by step what follows from what, and resolve what contradicts.",
    "completeness": "Name the steps, the edge cases and what happens on an error.",
    "safety": "Name what could go wrong with this act, and the way back.",
    "alternatives": "Name another way to the same goal, and why it is not taken.",
}


@dataclass(frozen=True)
class Verification(Result):
    """What the verifier says. `scores` are the five by name; `confidence` is their weighed sum, from 0 to 1.

    NOT_ASSESSED (nothing was given to assess) has no scores and the confidence 0; it neither warns, asks nor blocks.
    """

    scores: Mapping[str, float]
    confidence: float
    decision: VerificationDecision
    recommendations: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Score:
    """One score while it is made: what it is, what it was earned by, what was missing."""

    value: float
    found: tuple[str, ...]
    missing: tuple[str, ...]


class MetacognitiveVerifier:
    """Verifies reasoning. `thresholds` are the confidences between decisions."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self.thresholds = (thresholds or Thresholds()).verification

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
        conflict = _conflict(reading, action, context.get("instructions"))
        return self.verify_read(
            reading, action, reasoning, context=context, scores=scores, pressure=pressure, validation=conflict
        )

    def verify_read(
        self,
        reading: Reading,
        action: str | Mapping[str, Any],
        reasoning: str | Mapping[str, Any] | None = None,
        *,
        context: Mapping[str, Any] | None = None,
        scores: Mapping[str, float] | None = None,
        pressure: Pressure | PressureLevel | None = None,
        validation: Validation | None = None,
    ) -> Verification:
        """As `verify`, for an action that has been read, and perhaps validated, already."""
        if reasoning is not None and not isinstance(reasoning, (str, Mapping)):
            raise TypeError(f"reasoning: text or an object is expected, not {type(reasoning).__name__}.")
        given = None if scores is None else _given(scores)
        level = _level(pressure)
        if not (reasoning.strip() if isinstance(reasoning, str) else reasoning):
            reasoning = None
        if reasoning is None and given is None:
            nothing = "Neither reasoning nor scores were given: nothing is assessed."
            return Verification(MappingProxyType({}), 0.0, VerificationDecision.NOT_ASSESSED, (), (nothing,))

        asked = _asked(context or {})
        act_words, act_figures = words_of_action(action)
        about = act_words | asked
        read = Reasoning() if reasoning is None else read_reasoning(reasoning, about)
        weight, why = _weight(reading)
        reasons = [why] if why else []
        belied = tuple(_belied(read, reading, act_words, act_figures, irreversible=weight == "irreversible"))
        inner = tuple(_inner_contradictions(read))
        if given is None:
            against = bool(belied) or (validation is not None and validation.status is Status.REJECTED)
            found = _assess(read, act_words, asked, _granted(weight, against), (*belied, *inner))
        else:
            found = {name: _Score(value, ("the caller's own score",), ()) for name, value in given.items()}
        for name, most, reason in _limits(read, weight, validation, belied, inner):
            if found[name].value > most:
                found[name] = _Score(most, (), (reason,))
        final = {name: round(score.value, 12) for name, score in found.items()}
        confidence = round(sum(weighed * final[name] for name, weighed in WEIGHTS.items()), 12)
        decision, because = self._decision(confidence, final["safety"], level)
        irreversible = weight == "irreversible"
        if irreversible and decision in _PROCEEDING and not _risk_and_way_back(read):
            decision = VerificationDecision.REQUIRE_REVIEW
            because = "It cannot be undone, and the reasoning does not name both a risk and a way back: REQUIRE_REVIEW."

        reasons += [_explained(name, score) for name, score in found.items()]
        if read.filler:
            reasons.append(f"Earned nothing: {_counted(read.filler, 'sentence')}, for example “{read.first_filler}”.")
        reasons += [*read.notes, f"The confidence is {confidence:.2f}.", because]
        return Verification(
            MappingProxyType(final), confidence, decision, _recommendations(found, decision), tuple(reasons)
        )

    def _decision(
        self, confidence: float, safety: float, level: PressureLevel | None
    ) -> tuple[VerificationDecision, str]:
        limits = self.thresholds
        if safety < UNSAFE:
            return VerificationDecision.BLOCKED, f"Safety is {safety:.2f}, under {UNSAFE:.2f}: BLOCKED."
        proceed = (
            min(1.0, round(limits.mandatory_confidence + RISES.get(level, 0.0), 12))
            if level
            else (limits.mandatory_confidence)
        )
        under = f", raised from {limits.mandatory_confidence:.2f} at pressure {level}" if level in RISES else ""
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


_PROCEEDING = (VerificationDecision.PROCEED, VerificationDecision.PROCEED_WITH_CAUTION)


# What is given --------------------------------------------------------------------------------------------------------


def _given(scores: Mapping[str, float]) -> dict[str, float]:
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


def _conflict(reading: Reading, action: str | Mapping[str, Any], instructions: Any) -> Validation | None:
    """What the validator says of the act beside the instructions of the context; None where there are none."""
    if not isinstance(instructions, (list, tuple)) or not instructions:
        return None
    from tractatus.validator import CrossReferenceValidator  # loaded only where instructions are given

    known = list(_instructions(instructions))
    return CrossReferenceValidator(known).validate({"description": action} if isinstance(action, str) else action)


def _instructions(given: Iterable[Any]) -> Iterable[Instruction]:
    from tractatus.classifier import InstructionPersistenceClassifier

    classifier = InstructionPersistenceClassifier()
    for number, one in enumerate(given):
        if isinstance(one, Mapping):
            one = one.get("text")
        if isinstance(one, Instruction):
            yield one
        elif isinstance(one, str):
            yield Instruction.from_classification(classifier.classify(one), id=f"context.instructions.{number}")


def _weight(reading: Reading) -> tuple[str, str]:
    """How much is asked of the reasoning for this act, and why."""
    if act := irreversible_act(reading):
        return "irreversible", f"The act cannot be undone: {act.what} ({act.why})."
    only_reads, final = reading.read_only, False
    if not reading.acts and reading.description:
        only_reads, final = told_act(reading.description)
    if final:
        return "irreversible", "By its words the act cannot be undone."
    if only_reads:
        return "reading", "The act only reads: less is asked of its reasoning."
    verb = next((act.verb for act in reading.acts if act.changes and act.verb in weighty_verbs()), None)
    if verb:
        return "weighty", f"Others feel this act at once ({verb}): more is asked of its reasoning."
    if reading.environment == "production":
        return "weighty", "The act is done in production: more is asked of its reasoning."
    return "ordinary", ""


# The five scores ------------------------------------------------------------------------------------------------------


def _assess(
    read: Reasoning,
    act_words: frozenset[str],
    asked: frozenset[str],
    granted: Mapping[str, float],
    contradictions: tuple[str, ...],
) -> dict[str, _Score]:
    return {
        "alignment": _alignment(read, act_words, asked),
        "coherence": _coherence(read, contradictions),
        "completeness": _completeness(read, granted["completeness"]),
        "safety": _safety(read, granted["safety"]),
        "alternatives": _alternatives(read, granted["alternatives"]),
    }


def _granted(weight: str, against: bool) -> Mapping[str, float]:
    """An act against an instruction, or other than its reasoning says, is granted nothing for being a small one."""
    return GRANTED["weighty" if against and weight in ("reading", "ordinary") else weight]


def _alignment(read: Reasoning, act_words: frozenset[str], asked: frozenset[str]) -> _Score:
    """.40 for speaking of this act, .30 for a goal, .30 for what was asked for, or .20 where that is not known."""
    said = frozenset().union(*(one.words for one in read.statements))
    goals, shared = read.of("goal"), said & act_words
    value, found, missing = 0.0, [], []
    if shared:
        value += 0.40 if len(shared) > 1 else 0.30
        found.append(f"it speaks of {_spoken(read, shared)}")
    else:
        missing.append("the reasoning shares no word with the act")
    if goals:
        value += 0.30
        found.append(f"the goal is stated (“{goals[0].short}”)")
    else:
        value += 0.15 if read.of("evidence") else 0.0
        missing.append("no goal is stated")
    if asked:
        if common := (said | act_words) & asked:
            value += 0.30
            found.append(f"it has {_counted(len(common), 'word')} of what was asked for")
        else:
            value = min(value, 0.40)
            missing.append("what was asked for speaks of something else")
    elif read.statements:
        value += 0.20 if goals else 0.10
    return _Score(value, tuple(found), tuple(missing))


def _coherence(read: Reasoning, contradictions: tuple[str, ...]) -> _Score:
    """.55 to .85 for statements about this act, .10 for a cause or evidence, .05 for steps; little in contradiction."""
    if not read.statements:
        return _Score(0.0, (), ("nothing is said of this act",))
    value, found, missing = _earned(STATEMENTS, len(read.statements)), [], []
    found.append(f"{_counted(len(read.statements), 'statement')} about this act")
    if read.of("evidence") or read.marked("cause"):
        value += 0.10
        found.append("with evidence or a cause")
    else:
        missing.append("no evidence or cause is given")
    if len(read.of("step")) > 1:
        value += 0.05
        found.append("in steps")
    if contradictions:
        return _Score(min(value, COHERENCE_IN_CONTRADICTION / len(contradictions)), (), contradictions)
    found.append("no contradiction found")
    return _Score(min(1.0, value), tuple(found), tuple(missing))


def _completeness(read: Reasoning, granted: float) -> _Score:
    """Edge cases .35 to .70, steps .15 to .30, a check or trial .10, beside what the act grants."""
    edges, steps, checks = read.of("edge_case"), read.of("step"), _checks(read)
    value, found, missing = granted, [], []
    if worth := _worth(edges):
        value += _earned(EDGE_CASES, worth)
        found.append(_named(edges, "edge case"))
    if worth < 2:
        missing.append("no edge case is named" if not worth else "only one edge case is named")
    value += _earned(STEPS, len(steps))
    if steps:
        found.append(_counted(len(steps), "step"))
    else:
        missing.append("no step is named")
    if checks:
        value += 0.10
        found.append(f"a check or trial (“{checks[0].short}”)")
    return _Score(min(1.0, value), tuple(found), tuple(missing))


def _safety(read: Reasoning, granted: float) -> _Score:
    """What the act grants, and for its named risks .20 to .35, a way back .20, a check or trial .10."""
    risks, back, checks = read.of("risk"), read.marked("way_back"), _checks(read)
    value, found, missing = granted, [f"{granted:.2f} for the sort of act"], []
    if worth := _worth(risks):
        value += _earned(RISKS, worth)
        found.append(_named(risks, "risk"))
    else:
        missing.append("no risk is named")
    if back:
        value += 0.20
        found.append(f"a way back (“{back[0].short}”)")
    else:
        missing.append("no way back is named")
    if checks:
        value += 0.10
        found.append(f"a check or trial (“{checks[0].short}”)")
    return _Score(min(1.0, value), tuple(found), tuple(missing))


def _checks(read: Reasoning) -> list[Statement]:
    """What names a check or a trial; a goal may be one ("check the port") without being checked."""
    return [one for one in read.marked("precaution") if "goal" not in one.kinds]


def _alternatives(read: Reasoning, granted: float) -> _Score:
    """.55 to .90 for alternatives named, .15 for saying why one is not taken, beside what the act grants."""
    others = read.of("alternative")
    value, found, missing = granted, [], []
    if worth := _worth(others):
        value += _earned(ALTERNATIVES, worth)
        found.append(_named(others, "alternative"))
        if any(not one.marks.isdisjoint(("cause", "contrast")) or ":" in one.text for one in others):
            value += 0.15
            found.append("with what speaks against it")
        else:
            missing.append("it is not said why they are not taken")
    else:
        missing.append("no alternative is named")
    return _Score(min(1.0, value), tuple(found), tuple(missing))


def _worth(statements: list[Statement]) -> int:
    """How many they count for: each must bring a word that the act has not, and not only those of the others."""
    return min(len(statements), len(frozenset().union(*(one.fresh for one in statements))))


def _earned(scale: tuple[float, ...], count: int) -> float:
    return scale[min(count, len(scale) - 1)]


# Limits that no reasoning and no caller's own score goes over ---------------------------------------------------------


def _limits(
    read: Reasoning,
    weight: str,
    validation: Validation | None,
    belied: tuple[str, ...],
    inner: tuple[str, ...],
) -> Iterable[tuple[str, float, str]]:
    if belied:
        yield "alignment", ALIGNMENT_OF_ANOTHER_ACT, f"it is the reasoning for another act: {belied[0]}"
        yield "safety", SAFETY_TO_BE_DECIDED, f"it is the reasoning for another act: {belied[0]}"
    if belied or inner:
        yield "coherence", COHERENCE_IN_CONTRADICTION, (*belied, *inner)[0]
    if weight == "irreversible" and not _risk_and_way_back(read):
        lacks = "the act cannot be undone, and a risk and a way back are not both named"
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


# Contradictions -------------------------------------------------------------------------------------------------------


def _belied(
    read: Reasoning, reading: Reading, act_words: frozenset[str], act_figures: frozenset[str], *, irreversible: bool
) -> Iterable[str]:
    """What the reasoning says and the act belies. What it says of other ways, risks and edge cases is not looked at."""
    own = _of_the_act(read)
    if irreversible:
        claim = next((one for one in read.marked("reversible") if not one.negated or "no" in one.all_words), None)
        if claim:
            yield f"“{claim.short}” is said of an act that cannot be undone"
    yield from _figures_that_differ(own, reading, act_figures)
    if reading.environment:
        yield from _environments_that_differ(own, reading.environment)
    for one in own:
        if one.negated and one.kinds & {"step", "goal"} and len(one.words) > 1 and one.words <= act_words:
            yield f"“{one.short}”, and the act does it"


def _inner_contradictions(read: Reasoning) -> Iterable[str]:
    """Two sentences of which one says what the other denies."""
    sayings: dict[frozenset[str], Statement] = {}
    for one in _of_the_act(read):
        other = sayings.setdefault(one.words, one)
        if other.negated != one.negated and len(one.words) > 1:
            yield f"“{other.short}” and “{one.short}” contradict each other"


def _of_the_act(read: Reasoning) -> list[Statement]:
    return [one for one in read.statements if one.kinds <= OWN]


def _figures_that_differ(own: list[Statement], reading: Reading, act_figures: frozenset[str]) -> Iterable[str]:
    """A figure of a goal, a step or evidence that the act has differently: 27027 is said, 27017 is done."""
    values: dict[str, set[str]] = {}
    for fact in reading.facts:
        if fact.value[:1].isdecimal() and len(fact.value) <= 20:
            values.setdefault(fact.parameter, set()).add(fact.value)
            if fact.subject:
                values.setdefault(fact.subject, set()).add(fact.value)
    done = act_figures.union(*values.values())
    said = frozenset(figure for one in own for figure in one.figures)
    for one in own:
        if "past" in one.marks or not one.figures or not done.isdisjoint(one.figures):
            continue
        for figure in one.figures:
            among = _values_meant(one, figure, values) or {
                value
                for value in done - said
                if len(figure) > 3 and len(value) == len(figure) and value[0] == figure[0]
            }
            if among and not any(value.startswith(figure + ".") for value in among):
                yield f"the reasoning says {figure} and the act has {_listed(sorted(among))}"
                return


def _values_meant(one: Statement, figure: str, values: Mapping[str, set[str]]) -> set[str]:
    """The act's values of what the word before a figure names: “port 27027”, “node version 18”."""
    words, head = one.all_words, figure.partition(".")[0]
    for at, word in enumerate(words):
        if word in (head, f"v{head}"):
            for before in reversed(words[max(0, at - 2) : at]):
                if before in values:
                    return values[before]
    return set()


def _environments_that_differ(own: list[Statement], environment: str) -> Iterable[str]:
    known = environments.names()
    for one in own:
        said = {known[word] for word in one.all_words if word in known and word in _PLAIN_ENVIRONMENTS}
        if said and environment not in said and not one.negated and "past" not in one.marks:
            yield f"the reasoning says {_listed(sorted(said))} and the act is done in {environment}"
            return


# “test” and “live” are too often said of other things.
_PLAIN_ENVIRONMENTS = frozenset({"production", "prod", "staging", "sandbox"})


# Words of the answer --------------------------------------------------------------------------------------------------


def _recommendations(found: Mapping[str, _Score], decision: VerificationDecision) -> tuple[str, ...]:
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


def _explained(name: str, score: _Score) -> str:
    said = "; ".join((*score.found, *score.missing))
    return (
        f"{name.capitalize()} is {score.value:.2f}: {said}." if said else f"{name.capitalize()} is {score.value:.2f}."
    )


def _named(statements: list[Statement], noun: str) -> str:
    quoted = "”, “".join(one.short for one in statements[:3])
    return f"{_counted(len(statements), noun)} named: “{quoted}”"


def _spoken(read: Reasoning, stems: frozenset[str]) -> str:
    """The first words of the reasoning that have these stems, as they are written."""
    found: dict[str, str] = {}
    for word in (word for one in read.statements for word in one.all_words):
        if (its := stem(word)) in stems and found.setdefault(its, word) and len(found) == _SHOWN:
            break
    more = len(stems) - len(found)
    return ", ".join(shortened(word, 30) for word in found.values()) + (f" and {more} more" if more else "")


_SHOWN = 4


def _counted(count: int, noun: str) -> str:
    return f"{_NUMBERS[count] if count < len(_NUMBERS) else count} {noun}{'s' if count != 1 else ''}"


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _listed(words: Iterable[str]) -> str:
    words = list(words)
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(shortened(word, 30) for word in words[:_SHOWN]) + more
