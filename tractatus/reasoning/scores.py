"""The five scores of a reasoning, each earned by what it says of its act (core concepts, section 5).

More is asked of an act that others feel at once, still more of one that cannot be undone; little of one that only
reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tractatus.actions import Reading
from tractatus.irreversible import IrreversibleAct
from tractatus.reasoning.reading import Reasoning, Statement, local_verbs, stem, told_act, weighty_verbs
from tractatus.vocabulary import Weight
from tractatus.wording import SHOWN, counted, shortened

# The figures of the scores. Core concepts, section 5, says what each score asks and how they are weighed, and gives one
# worked example; how much a sentence earns is ours. They were set so that that example, given as text, is to be
# proceeded with caution or reviewed, that a reasoning with a goal, steps, evidence, two alternatives, a risk with a way
# back and an edge case proceeds, and that filler is blocked (tests/tractatus/test_verifier.py holds them to it).

# What an act begins with before anything is said for it: there is less to say for one that only reads.
BEGINNING: Mapping[Weight, Mapping[str, float]] = {
    Weight.READING: {"alignment": 0.40, "coherence": 0.50, "completeness": 0.70, "safety": 0.90, "alternatives": 0.80},
    Weight.LOCAL: {"alignment": 0.00, "coherence": 0.00, "completeness": 0.10, "safety": 0.50, "alternatives": 0.10},
    Weight.ORDINARY: {"alignment": 0.00, "coherence": 0.00, "completeness": 0.10, "safety": 0.50, "alternatives": 0.10},
    Weight.WEIGHTY: {"alignment": 0.00, "coherence": 0.00, "completeness": 0.05, "safety": 0.35, "alternatives": 0.05},
    Weight.IRREVERSIBLE: dict.fromkeys(("alignment", "coherence", "completeness", "alternatives"), 0.0)
    | {"safety": 0.20},
}
# And what a local act begins with once one thing is said of it: then it is to be proceeded with caution at least, since
# it can be undone and nobody is asked where nothing is said at all.
SPOKEN_OF: Mapping[str, float] = {
    "alignment": 0.00,
    "coherence": 0.00,
    "completeness": 0.60,
    "safety": 0.80,
    "alternatives": 0.55,
}

# What none, one, two and three statements of a kind earn.
EDGE_CASES = (0.0, 0.35, 0.55, 0.70)
STEPS = (0.0, 0.15, 0.25, 0.30)
ALTERNATIVES = (0.0, 0.55, 0.75, 0.90)
RISKS = (0.0, 0.20, 0.30, 0.35)
STATEMENTS = (0.0, 0.55, 0.70, 0.85)

# What else earns.
OF_THIS_ACT = (0.0, 0.30, 0.40)  # alignment: none, one, two words shared with the act
GOAL = 0.30  # alignment: a goal is stated
NO_GOAL = 0.15  # alignment: none is, but evidence or a step
AS_ASKED = 0.30  # alignment: in the words of what was asked for
UNASKED = (0.10, 0.20)  # alignment, where nobody knows what was asked for: without, with a goal
NOT_AS_ASKED = 0.40  # alignment, at most: what was asked for speaks of something else
CAUSE = 0.10  # coherence: evidence or a cause
IN_STEPS = 0.05  # coherence: more than one step
CHECK = 0.10  # completeness and safety: a check or a trial
WAY_BACK = 0.20  # safety
WHY_NOT = 0.15  # alternatives: what speaks against them

COHERENCE_IN_CONTRADICTION = 0.20  # at most, where the reasoning contradicts the act or itself


@dataclass(frozen=True)
class Score:
    """One score while it is made: what it is, what it was earned by, what was missing."""

    value: float
    found: tuple[str, ...]
    missing: tuple[str, ...]


def weight_of(reading: Reading, act: IrreversibleAct | None) -> tuple[Weight, str]:
    """How much is asked of the reasoning for an act, and why. `act` is what `irreversible_act` found in the reading."""
    if act is not None:
        return Weight.IRREVERSIBLE, f"The act cannot be undone: {act.what} ({act.why})."
    told = weight_of_told(reading)
    if told is Weight.IRREVERSIBLE:
        return told, "By its words the act cannot be undone."
    if reading.read_only or told is Weight.READING:
        return Weight.READING, "The act only reads: less is asked of its reasoning."
    verb = next((act.verb for act in reading.acts if act.changes and act.verb in weighty_verbs()), None)
    if verb:
        return Weight.WEIGHTY, f"Others feel this act at once ({verb}): more is asked of its reasoning."
    if reading.environment == "production":
        return Weight.WEIGHTY, "The act is done in production: more is asked of its reasoning."
    if _stays_here(reading):
        return Weight.LOCAL, "The act stays here and can be undone: less is asked of its reasoning."
    return Weight.ORDINARY, ""


def weight_of_told(reading: Reading) -> Weight | None:
    """Of an act told in plain words and no command, what its words say: reading, irreversible, or None."""
    if reading.acts or not reading.description:
        return None
    only_reads, final = told_act(reading.description)
    return Weight.IRREVERSIBLE if final else Weight.READING if only_reads else None


def _stays_here(reading: Reading) -> bool:
    """Whether every act that changes something is a local one: a command of the data file, or an edit of a file."""
    local = local_verbs()
    changing = [act for act in reading.acts if act.changes]
    if reading.cut or not changing or any(act.verb not in local for act in changing):
        return False
    if any(act.command and local[act.verb] and act.tool not in local[act.verb] for act in changing):
        return False
    return all(act.command for act in changing) or any(passage.path for passage in reading.passages)


def assess(
    read: Reasoning,
    act_words: frozenset[str],
    asked: frozenset[str],
    beginning: Mapping[str, float],
    contradictions: tuple[str, ...],
) -> dict[str, Score]:
    """The five, by name. `asked` are the words of what was asked for, `beginning` what the act itself begins with."""
    return {
        "alignment": _alignment(read, act_words, asked, beginning["alignment"]),
        "coherence": _coherence(read, contradictions, beginning["coherence"]),
        "completeness": _completeness(read, beginning["completeness"]),
        "safety": _safety(read, beginning["safety"]),
        "alternatives": _alternatives(read, beginning["alternatives"]),
    }


def beginning_of(
    weight: Weight, *, against: bool, contradicting: bool, read: Reasoning, act_words: frozenset[str]
) -> Mapping[str, float]:
    """What the scores of an act begin with. An act `against` an instruction, or other than its reasoning says, gains
    nothing by being a small one; a local one begins higher once something is said of it, without `contradicting`."""
    if against and weight in (Weight.READING, Weight.LOCAL, Weight.ORDINARY):
        return BEGINNING[Weight.WEIGHTY]
    if (
        weight is Weight.LOCAL
        and not contradicting
        and any(not one.words.isdisjoint(act_words) for one in read.statements)
    ):
        return SPOKEN_OF
    return BEGINNING[weight]


def _alignment(read: Reasoning, act_words: frozenset[str], asked: frozenset[str], beginning: float) -> Score:
    """.40 for speaking of this act, .30 for a goal, .30 for what was asked for, or .20 where that is not known."""
    said = frozenset().union(*(one.words for one in read.statements))
    goals, shared = read.of("goal"), said & act_words
    value, found, missing = beginning, [], []
    if shared:
        value += _earned(OF_THIS_ACT, len(shared))
        found.append(f"it speaks of {_spoken(read, shared)}")
    else:
        missing.append("the reasoning shares no word with the act")
    if goals:
        value += GOAL
        found.append(f"the goal is stated (“{goals[0].short}”)")
    else:
        value += NO_GOAL if read.of("evidence", "step") else 0.0
        missing.append("no goal is stated")
    if asked:
        if common := (said | act_words) & asked:
            value += AS_ASKED
            found.append(f"it has {counted(len(common), 'word')} of what was asked for")
        else:
            value = min(value, NOT_AS_ASKED)
            missing.append("what was asked for speaks of something else")
    elif read.statements:
        value += UNASKED[bool(goals)]
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _coherence(read: Reasoning, contradictions: tuple[str, ...], beginning: float) -> Score:
    """.55 to .85 for statements about this act, .10 for a cause or evidence, .05 for steps; little in contradiction."""
    if not read.statements:
        return Score(beginning, (), ("nothing is said of this act",))
    value, found, missing = max(beginning, _earned(STATEMENTS, len(read.statements))), [], []
    found.append(f"{counted(len(read.statements), 'statement')} about this act")
    if read.of("evidence") or read.marked("cause"):
        value += CAUSE
        found.append("with evidence or a cause")
    else:
        missing.append("no evidence or cause is given")
    if len(read.of("step")) > 1:
        value += IN_STEPS
        found.append("in steps")
    if contradictions:
        return Score(min(value, COHERENCE_IN_CONTRADICTION / len(contradictions)), (), contradictions)
    found.append("no contradiction found")
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _completeness(read: Reasoning, beginning: float) -> Score:
    """Edge cases .35 to .70, steps .15 to .30, a check or trial .10, beside what the act begins with."""
    edges, steps, checks = read.of("edge_case"), read.of("step"), _checks(read)
    value, found, missing = beginning, [], []
    if worth := _worth(edges):
        value += _earned(EDGE_CASES, worth)
        found.append(_named(edges, "edge case"))
    if worth < 2:
        missing.append("no edge case is named" if not worth else "only one edge case is named")
    value += _earned(STEPS, len(steps))
    if steps:
        found.append(counted(len(steps), "step"))
    else:
        missing.append("no step is named")
    if checks:
        value += CHECK
        found.append(f"a check or trial (“{checks[0].short}”)")
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _safety(read: Reasoning, beginning: float) -> Score:
    """What the act begins with, and for its named risks .20 to .35, a way back .20, a check or trial .10."""
    risks, back, checks = read.of("risk"), read.marked("way_back"), _checks(read)
    value, found, missing = beginning, [f"{beginning:.2f} for the sort of act"], []
    if worth := _worth(risks):
        value += _earned(RISKS, worth)
        found.append(_named(risks, "risk"))
    else:
        missing.append("no risk is named")
    if back:
        value += WAY_BACK
        found.append(f"a way back (“{back[0].short}”)")
    else:
        missing.append("no way back is named")
    if checks:
        value += CHECK
        found.append(f"a check or trial (“{checks[0].short}”)")
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _checks(read: Reasoning) -> list[Statement]:
    """What names a check or a trial; a goal may be one ("check the port") without being checked."""
    return [one for one in read.marked("precaution") if "goal" not in one.kinds]


def _alternatives(read: Reasoning, beginning: float) -> Score:
    """.55 to .90 for alternatives named, .15 for saying why one is not taken, beside what the act begins with."""
    others = read.of("alternative")
    value, found, missing = beginning, [], []
    if worth := _worth(others):
        value += _earned(ALTERNATIVES, worth)
        found.append(_named(others, "alternative"))
        if any(not one.marks.isdisjoint(("cause", "contrast")) or ":" in one.text for one in others):
            value += WHY_NOT
            found.append("with what speaks against it")
        else:
            missing.append("it is not said why they are not taken")
    else:
        missing.append("no alternative is named")
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _worth(statements: list[Statement]) -> int:
    """How many they count for: each must bring a word that the act has not, and not only those of the others."""
    return min(len(statements), len(frozenset().union(*(one.fresh for one in statements))))


def _earned(scale: tuple[float, ...], count: int) -> float:
    return scale[min(count, len(scale) - 1)]


def _named(statements: list[Statement], noun: str) -> str:
    quoted = "”, “".join(one.short for one in statements[:3])
    return f"{counted(len(statements), noun)} named: “{quoted}”"


def _spoken(read: Reasoning, stems: frozenset[str]) -> str:
    """The first words of the reasoning that have these stems, as they are written."""
    found: dict[str, str] = {}
    for word in (word for one in read.statements for word in one.all_words):
        if (its := stem(word)) in stems and found.setdefault(its, word) and len(found) == SHOWN:
            break
    more = len(stems) - len(found)
    return ", ".join(shortened(word, 30) for word in found.values()) + (f" and {more} more" if more else "")
