"""What a reasoning says and its act, or another sentence of it, belies (core concepts, section 5, coherence)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tractatus.actions import Reading, environments
from tractatus.reasoning.reading import OWN, Reasoning, Statement
from tractatus.wording import listed


def belied_by(
    read: Reasoning, reading: Reading, act_words: frozenset[str], act_figures: frozenset[str], *, irreversible: bool
) -> Iterable[str]:
    """What the reasoning says of the act and the act belies; its other ways, risks and edge cases are left alone."""
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


def inner_contradictions(read: Reasoning) -> Iterable[str]:
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
                yield f"the reasoning says {figure} and the act has {listed(sorted(among))}"
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
            yield f"the reasoning says {listed(sorted(said))} and the act is done in {environment}"
            return


# “test” and “live” are too often said of other things.
_PLAIN_ENVIRONMENTS = frozenset({"production", "prod", "staging", "sandbox"})
