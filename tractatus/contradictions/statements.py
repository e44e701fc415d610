"""What the clauses of an instruction say, by their words: for where nothing could be read that could be compared.

"Invoices are due after 14 days" and "… after 30 days": the same words beside two figures that cannot both hold. "Never
cache responses" and "Cache responses for an hour": what one forbids, the other asks. "The default theme is dark" and
"… light": the same words but for two that are contraries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tractatus.contradictions.figures import apart, stricter
from tractatus.contradictions.found import ContradictionKind, Opposed
from tractatus.contradictions.words import averting, contraries, meant, permitting, plain
from tractatus.directives.constraints import EVERYWHERE, Limit, Relation, Value
from tractatus.directives.figures import NUMBER, NUMBER_WORDS, WITH_UNIT, unit_of
from tractatus.directives.knowledge import families, families_of
from tractatus.directives.language import Clause, Token
from tractatus.directives.subjects import content
from tractatus.directives.values import figures_of

_PASSIVE = frozenset({"is", "are", "be", "been", "being"})
_MORE_SAID = 4  # words that an instruction may say beyond what it asks; one that says more is of something else
_ORDERED = 3  # words from which on their order tells who does what to whom


@dataclass(frozen=True, slots=True)
class Statement:
    """One clause. `topic` are the words that say what it is about, `contrary` those that have a contrary (by pair and
    side), `condition` those of what it waits for, `unless` of what lifts it; all as one stem for what means the same.

    `contrast` where it only says instead of what something is done. `settles` where it fixes or allows a figure and
    does not only bound it, `averts` are the words by which it tells to keep something from happening, `freely` is true
    where it says that nobody is asked.
    """

    text: str
    negative: bool
    topic: frozenset[str]
    order: tuple[str, ...]
    contrary: frozenset[tuple[int, int]]
    condition: frozenset[str]
    unless: frozenset[str]
    figure: Value | Limit | None
    members: tuple[tuple[str, str], ...]
    approval: bool
    only: bool
    contrast: bool
    settles: bool
    averts: frozenset[str]
    passive: bool
    freely: bool

    @property
    def keys(self) -> tuple[frozenset[str], ...]:
        """The words that another must have exactly, to be compared by figures or contraries."""
        if not self.condition:
            return (self.topic,)
        return (self.topic, self.topic | self.condition)


def about(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The words that say what a whole text is about, as they stand."""
    telling = {one for one in content(list(tokens)) - plain(figure=False) if not one[0].isdigit()}
    return tuple(dict.fromkeys(meant(token.stem) for token in tokens if token.stem in telling))


def statements_of(clauses: Sequence[Clause]) -> tuple[Statement, ...]:
    """The clauses of an instruction that say something."""
    found = [_statement(clause) for clause in clauses if clause.words]
    return tuple(one for one in found if one.topic or one.members)


def _statement(clause: Clause) -> Statement:
    words = clause.words
    figures = list(figures_of(clause, EVERYWHERE, "")) or _counted(words)
    figure = figures[0] if len(figures) == 1 else None
    counted = figure is not None and _is_amount(figure)
    telling = [token for token in words if not _is_figure(token)]
    dull = plain(figure=counted)
    opposite = frozenset(pair for t in telling if t.stem not in dull for pair in contraries().get(t.stem, ()))
    topic = _topic(telling, figure=counted)
    members = [
        (family, families()[family].members[token.low])
        for at, token in enumerate(words)
        if not clause.negative and (token.code or (at and token.text[:1].isupper()))  # "get" is a word, `Get` a name
        for family in families_of().get(token.low, ())
    ]
    stems = [token.stem for token in words]
    return Statement(
        text=clause.text,
        negative=clause.negative,
        topic=topic,
        order=tuple(meant(stem) for stem in stems if meant(stem) in topic),
        contrary=frozenset((number, side) for number, side in opposite if (number, 1 - side) not in opposite),
        condition=_topic([*clause.condition, *clause.until]),
        unless=_topic(clause.unless),
        figure=figure,
        members=tuple(dict.fromkeys(members)),
        approval=clause.approval,
        only=clause.only,
        contrast=clause.contrast,
        settles=not permitting().isdisjoint(stems),
        averts=frozenset(meant(stem) for stem in averting(clause=True) & set(stems)),
        passive=not _PASSIVE.isdisjoint(token.low for token in words),
        freely=_freely(words) or _freely([*clause.condition, *clause.unless]),
    )


def _topic(tokens: Sequence[Token], *, figure: bool = False) -> frozenset[str]:
    dull = plain(figure=figure)
    return frozenset(meant(stem) for stem in content(list(tokens)) if stem not in dull and stem not in contraries())


def _counted(words: Sequence[Token]) -> list[Value | Limit]:
    """The one figure with a unit of a clause of which no value could be read: "due after 14 days"."""
    found: list[Value | Limit] = []
    for at, token in enumerate(words[:-1]):
        amount = NUMBER_WORDS.get(token.low, token.low)
        unit = unit_of(words[at + 1].low)
        if unit is not None and amount.isdigit() and len(amount) < 12:
            found.append(Limit("", Relation.IS, int(amount) * unit[1], unit[0]))
    return found


def _is_amount(figure: Value | Limit) -> bool:
    return isinstance(figure, Limit) or bool(figure.unit) or all(v.replace(".", "").isdigit() for v in figure.values)


def _is_figure(token: Token) -> bool:
    low = token.low
    number = NUMBER.match(low) or WITH_UNIT.match(low) or low in NUMBER_WORDS
    return bool(number) or unit_of(low) is not None


def _freely(words: Sequence[Token]) -> bool:
    lows = [token.low for token in words]
    if "automatically" in lows or "unattended" in lows:
        return True
    asking = ("asking", "approval", "confirmation", "permission", "review", "consent", "ask", "confirming")
    return any(low in asking for low in lows) and any(low in ("without", "no") for low in lows)


def opposed(one: Statement, other: Statement) -> Iterator[Opposed]:
    """How two statements go against each other; those that agree, or say nothing of the same thing, do not."""
    if one.negative != other.negative:
        refuses, asks = (one, other) if one.negative else (other, one)
        found = _refused(refuses, asks)
        if found is not None:
            yield found if refuses is one else found.turned()
        return
    if set(one.keys) & set(other.keys):
        yield from _figures(one, other)
        yield from _contrary(one, other)
    yield from _members(one, other)


def _refused(refuses: Statement, asks: Statement) -> Opposed | None:
    if refuses.figure is not None or refuses.contrast or asks.only or not refuses.topic:
        return None
    if len(refuses.topic) + len(refuses.contrary) < 2 or len(asks.topic) > len(refuses.topic) + _MORE_SAID:
        return None
    said = asks.topic | asks.condition
    if not refuses.topic <= said or not refuses.contrary <= asks.contrary or not refuses.condition <= said:
        return None
    if asks.averts - refuses.topic - refuses.averts:
        return None
    if refuses.approval and not asks.freely:
        return None
    if refuses.unless and refuses.unless & said:
        return None
    shared = [word for word in asks.order if word in refuses.topic]
    if not (refuses.passive or asks.passive) and turned(refuses.order, tuple(shared)):
        return None
    says = f"One forbids what the other asks: “{refuses.text}” and “{asks.text}”"
    return Opposed(ContradictionKind.PROHIBITION, says, refuses.topic | _NEVER, refuses.topic)


def turned(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the words that both have stand in another order: "copy live data to staging" is not the way back."""
    first = [word for word in dict.fromkeys(one) if word in other]
    second = [word for word in dict.fromkeys(other) if word in one]
    return len(first) >= _ORDERED and first != second


_NEVER = frozenset({"never", "not", "don't", "no", "without", "avoid"})


def _figures(one: Statement, other: Statement) -> Iterator[Opposed]:
    if one.figure is None or other.figure is None or not one.topic:
        return
    first, second = one.figure, other.figure
    if one.contrary != other.contrary:
        return
    clash = apart(first, second)
    if not clash and (one.settles or other.settles) and _is_one_way(first) and _is_one_way(second):
        clash = stricter(first, second) or stricter(second, first)
    if not clash:
        return
    limits = isinstance(first, Limit) or isinstance(second, Limit)
    kind = ContradictionKind.LIMIT if limits else ContradictionKind.VALUE
    says = f"They give different figures for the same thing: “{one.text}” and “{other.text}”"
    yield Opposed(kind, says, _digits(one.text), _digits(other.text))


def _is_one_way(figure: Value | Limit) -> bool:
    return figure.relation in (Relation.AT_MOST, Relation.AT_LEAST)


def _digits(text: str) -> frozenset[str]:
    return frozenset(word.strip(".,;:()").lower() for word in text.split() if any(c.isdigit() for c in word))


def _contrary(one: Statement, other: Statement) -> Iterator[Opposed]:
    if one.figure is not None and other.figure is not None:
        return
    if not one.topic or not one.contrary or not other.contrary:
        return
    turned = {(number, 1 - side) for number, side in one.contrary}
    if not turned & other.contrary:
        return
    says = f"They say contrary things of the same: “{one.text}” and “{other.text}”"
    clashing = turned & other.contrary
    yield Opposed(
        ContradictionKind.WORDING, says,
        _of_pairs({(number, 1 - side) for number, side in clashing}), _of_pairs(clashing),
    )  # fmt: skip


def _of_pairs(pairs: set[tuple[int, int]]) -> frozenset[str]:
    return frozenset(word for word, found in contraries().items() if found & pairs)


def _members(one: Statement, other: Statement) -> Iterator[Opposed]:
    """Two things of a family for the same purpose: "Use React for the frontend", "Build the frontend with Vue"."""
    if one.negative or other.negative or one.figure is not None or other.figure is not None:
        return
    for family, member in one.members:
        others = {name for at, name in other.members if at == family}
        if not others or member in others or any(at == family and name in others for at, name in one.members):
            continue
        names = {meant(name) for name, _ in families()[family].members.items()}
        purpose, other_purpose = one.topic - names, other.topic - names
        if purpose & other_purpose:
            named = ", ".join(sorted(others))
            says = f"They choose different things for the same: “{member}” and “{named}” ({family})"
            yield Opposed(
                ContradictionKind.CHOICE, says, frozenset(member.split()), frozenset(named.split(", ")),
            )  # fmt: skip
            return
