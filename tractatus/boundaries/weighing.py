"""What free text, and an action that is only described, is about: a learned estimate and phrases, weighed in log odds.

The learned estimate is that of textmodel.py; the phrases are those of boundaries.toml. Above 0 a person decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tractatus.boundaries.catalogue import Against, Speaks, catalogue
from tractatus.cues import words_of
from tractatus.textmodel import TextModel
from tractatus.vocabulary import Domain

MOST_READ = 4_000
"""Characters of a decision that are weighed. What is longer is cut there, and the reasons say so."""

# The figures, in log odds. Those marked *folds* are looked at by `training/boundaries.py` on training/data alone, where
# each row is judged by a model that has not seen it: recall .91 at .14 false positives (aim: .15 at most).
MODEL = 1.0  # what the learned odds count; training has brought them to what they say (folds)
CUES = 0.5  # what a phrase counts, times its weight in boundaries.toml (folds)
REPEATED = 0.5  # what each further phrase of one weight adds to it, two at most (by design)
OTHER_DOMAINS = 0.3  # what phrases of domains other than the strongest count (folds)
AUTOMATABLE = 0.75  # what a sign of automatable work counts, times its weight (folds)
BIAS = 0.5  # text as such: the learned estimate errs towards letting pass (folds)
ONE_WORD = -3.0  # instead of BIAS, where one word stands alone and no phrase: it names nothing to decide (by design)
# An action that is described mostly carries out what has been decided, all the more if it says with which parameters;
# unless a phrase of this weight, or its type (`decision`, `policy_change`), says that something is decided.
DESCRIBED = -2.0  # by design
WITH_PARAMETERS = -4.0  # the 56 APPROVED described actions of tests/tractatus/pairs*.jsonl: at most .08 ask by this
STRONG = 3.0  # "almost alone", in the words of boundaries.toml

DECIDING = frozenset(
    {"decision", "decide", "policy", "question", "proposal", "judgement", "judgment", "choice", "values"}
)
"""Words of an action's type that say that it decides something."""

PREPARING = frozenset({"draft", "prepare", "ask", "answer", "reply", "forward", "list", "read"})
"""First words of an action's type that say that it only prepares what others decide."""

POLITE = frozenset({"please", "now", "then", ","})


@dataclass(frozen=True)
class Described:
    """That what is weighed describes an action: the words of its type, and whether it comes with parameters."""

    kind: str
    parameters: bool


@dataclass(frozen=True)
class Weighed:
    """`chance`, from 0 to 1, is how likely a person decides; `domain` what it would be about; `reasons` say why."""

    chance: float
    domain: Domain
    reasons: tuple[str, ...]


class Heard:
    """A text with its words and the phrases in it, each looked for once and only where it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text[:MOST_READ]
        self.cut = len(text) > MOST_READ

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.text)

    @cached_property
    def cues(self) -> list[tuple[Speaks, tuple[str, ...]]]:
        return list(catalogue().cues.find(self.words).items())

    @property
    def strong(self) -> bool:
        """Whether a phrase in it all but decides."""
        return any(cue.weight >= STRONG for cue, _ in self.cues)


def weigh(heard: Heard, described: Described | None = None) -> Weighed:
    """What the text is about, and whether a person decides it; `described` where it describes an action."""
    read = TextModel.load().read(heard.text)
    likely = read["boundary"]
    learned = (_odds(1 - likely["none"]) + _odds(read["requires_human"]["yes"])) / 2
    against = _against(heard.words)
    alone = sum(map(str.isalnum, heard.words)) < 2 and not heard.cues
    general = ONE_WORD if alone else BIAS
    if described is not None and not heard.strong and not _decides(described.kind):
        against += _against(words_of(described.kind))
        general += WITH_PARAMETERS if described.parameters else DESCRIBED
    speaks: dict[Domain, float] = {}
    for cue, said in heard.cues:
        repeated = 1 + REPEATED * min(len(said) - 1, 2)
        speaks[cue.domain] = speaks.get(cue.domain, 0.0) + cue.weight * repeated
    strongest = max(speaks.values(), default=0.0)
    others = sum(speaks.values()) - strongest
    signs = sum(sign.weight for sign, _ in against)
    chance = _share(MODEL * learned + CUES * (strongest + OTHER_DOMAINS * others) - AUTOMATABLE * signs + general)
    domain = max(Domain, key=lambda one: math.log(max(likely[one], 1e-4)) + CUES * speaks.get(one, 0.0))
    told = catalogue().domains
    reasons = [
        f"The learned estimate that a person decides this is {_share(learned):.2f}.",
        *(f"“{', '.join(said)}” speaks for {told[cue.domain].title.lower()}." for cue, said in heard.cues),
        *(f"“{', '.join(said)}” speaks for work that can be automated." for _, said in against),
    ]
    if alone:
        reasons.append("One word alone names nothing to decide.")
    elif general < BIAS:
        with_ = ", with its parameters" if described and described.parameters else ""
        reasons.append(f"An action is described{with_}: that speaks for carrying out what has been decided.")
    if heard.cut:
        reasons.append(f"Only the first {MOST_READ} characters were weighed.")
    return Weighed(chance, domain, tuple(reasons))


def _decides(kind: str) -> bool:
    """Whether the type of an action says that it decides: `policy change` does, `draft question` only prepares."""
    words = kind.lower().split()
    return not DECIDING.isdisjoint(words) and words[0] not in PREPARING


def _against(words: Sequence[str]) -> list[tuple[Against, tuple[str, ...]]]:
    known = catalogue()
    start = [word for word in words[:4] if word not in POLITE][:2]
    return [*known.anywhere.find(words).items(), *known.first.find(start).items()]


def _odds(share: float) -> float:
    share = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
