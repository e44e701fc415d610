"""The five scores of a reasoning, each earned by what it says of its act (core concepts, section 5).

More is asked of an act that others feel at once, still more of one that cannot be undone; little of one that only
reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tractatus.actions import Reading
from tractatus.irreversible import irreversible_act
from tractatus.reasoning import Reasoning, Statement, stem, told_act, weighty_verbs
from tractatus.wording import SHOWN, counted, shortened

# What an act grants before anything is said for it: there is less to say for one that only reads.
GRANTED = {
    "reading": {"alignment": 0.40, "coherence": 0.50, "completeness": 0.70, "safety": 0.90, "alternatives": 0.80},
    "ordinary": {"alignment": 0.00, "coherence": 0.00, "completeness": 0.10, "safety": 0.50, "alternatives": 0.10},
    "weighty": {"alignment": 0.00, "coherence": 0.00, "completeness": 0.05, "safety": 0.35, "alternatives": 0.05},
    "irreversible": {"alignment": 0.00, "coherence": 0.00, "completeness": 0.00, "safety": 0.20, "alternatives": 0.00},
}

# What one, two and three statements of a kind earn.
EDGE_CASES = (0.0, 0.35, 0.55, 0.70)
STEPS = (0.0, 0.15, 0.25, 0.30)
ALTERNATIVES = (0.0, 0.55, 0.75, 0.90)
RISKS = (0.0, 0.20, 0.30, 0.35)
STATEMENTS = (0.0, 0.55, 0.70, 0.85)

COHERENCE_IN_CONTRADICTION = 0.20  # at most, where the reasoning contradicts the act or itself


@dataclass(frozen=True)
class Score:
    """One score while it is made: what it is, what it was earned by, what was missing."""

    value: float
    found: tuple[str, ...]
    missing: tuple[str, ...]


def weight_of(reading: Reading) -> tuple[str, str]:
    """How much is asked of the reasoning for an act, and why: it is reading, ordinary, weighty or irreversible."""
    if act := irreversible_act(reading):
        return "irreversible", f"The act cannot be undone: {act.what} ({act.why})."
    told = weight_of_told(reading)
    if told == "irreversible":
        return told, "By its words the act cannot be undone."
    if reading.read_only or told == "reading":
        return "reading", "The act only reads: less is asked of its reasoning."
    verb = next((act.verb for act in reading.acts if act.changes and act.verb in weighty_verbs()), None)
    if verb:
        return "weighty", f"Others feel this act at once ({verb}): more is asked of its reasoning."
    if reading.environment == "production":
        return "weighty", "The act is done in production: more is asked of its reasoning."
    return "ordinary", ""


def weight_of_told(reading: Reading) -> str:
    """Of an act told in plain words and no command, what its words say: reading, irreversible, or nothing."""
    if reading.acts or not reading.description:
        return ""
    only_reads, final = told_act(reading.description)
    return "irreversible" if final else "reading" if only_reads else ""


def assess(
    read: Reasoning,
    act_words: frozenset[str],
    asked: frozenset[str],
    granted: Mapping[str, float],
    contradictions: tuple[str, ...],
) -> dict[str, Score]:
    """The five, by name. `asked` are the words of what was asked for, `granted` what the act itself grants."""
    return {
        "alignment": _alignment(read, act_words, asked, granted["alignment"]),
        "coherence": _coherence(read, contradictions, granted["coherence"]),
        "completeness": _completeness(read, granted["completeness"]),
        "safety": _safety(read, granted["safety"]),
        "alternatives": _alternatives(read, granted["alternatives"]),
    }


def granted_to(weight: str, against: bool) -> Mapping[str, float]:
    """An act against an instruction, or other than its reasoning says, is granted nothing for being a small one."""
    return GRANTED["weighty" if against and weight in ("reading", "ordinary") else weight]


def _alignment(read: Reasoning, act_words: frozenset[str], asked: frozenset[str], granted: float) -> Score:
    """.40 for speaking of this act, .30 for a goal, .30 for what was asked for, or .20 where that is not known."""
    said = frozenset().union(*(one.words for one in read.statements))
    goals, shared = read.of("goal"), said & act_words
    value, found, missing = granted, [], []
    if shared:
        value += 0.40 if len(shared) > 1 else 0.30
        found.append(f"it speaks of {_spoken(read, shared)}")
    else:
        missing.append("the reasoning shares no word with the act")
    if goals:
        value += 0.30
        found.append(f"the goal is stated (“{goals[0].short}”)")
    else:
        value += 0.15 if read.of("evidence", "step") else 0.0
        missing.append("no goal is stated")
    if asked:
        if common := (said | act_words) & asked:
            value += 0.30
            found.append(f"it has {counted(len(common), 'word')} of what was asked for")
        else:
            value = min(value, 0.40)
            missing.append("what was asked for speaks of something else")
    elif read.statements:
        value += 0.20 if goals else 0.10
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _coherence(read: Reasoning, contradictions: tuple[str, ...], granted: float) -> Score:
    """.55 to .85 for statements about this act, .10 for a cause or evidence, .05 for steps; little in contradiction."""
    if not read.statements:
        return Score(granted, (), ("nothing is said of this act",))
    value, found, missing = max(granted, _earned(STATEMENTS, len(read.statements))), [], []
    found.append(f"{counted(len(read.statements), 'statement')} about this act")
    if read.of("evidence") or read.marked("cause"):
        value += 0.10
        found.append("with evidence or a cause")
    else:
        missing.append("no evidence or cause is given")
    if len(read.of("step")) > 1:
        value += 0.05
        found.append("in steps")
    if contradictions:
        return Score(min(value, COHERENCE_IN_CONTRADICTION / len(contradictions)), (), contradictions)
    found.append("no contradiction found")
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _completeness(read: Reasoning, granted: float) -> Score:
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
        found.append(counted(len(steps), "step"))
    else:
        missing.append("no step is named")
    if checks:
        value += 0.10
        found.append(f"a check or trial (“{checks[0].short}”)")
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _safety(read: Reasoning, granted: float) -> Score:
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
    return Score(min(1.0, value), tuple(found), tuple(missing))


def _checks(read: Reasoning) -> list[Statement]:
    """What names a check or a trial; a goal may be one ("check the port") without being checked."""
    return [one for one in read.marked("precaution") if "goal" not in one.kinds]


def _alternatives(read: Reasoning, granted: float) -> Score:
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
