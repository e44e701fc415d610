"""BoundaryEnforcer: which decisions people take themselves (core concepts, section 3, and its sections 12.1 to 12.5).

Three things can say that a person decides: a boundary of the organisation or of a domain pack; an act that cannot be
undone on something real (irreversible.py, typed facts alone); and, for free text and for actions that are only
described, what the decision is about: a learned estimate and the phrases of boundaries.toml, weighed in `_weigh`.
A learned estimate never stops a tool call. What a caller says of the decision's domain, or that it is approved, is not
read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any, cast

from tractatus import arguments
from tractatus.actions import Reading, read_action
from tractatus.cues import CueIndex, complaint, texts_of, words_of
from tractatus.datafiles import FOLDER, DataError, Field, Row, rows, unique
from tractatus.irreversible import IrreversibleAct, irreversible_act
from tractatus.results import Result
from tractatus.textmodel import TextModel
from tractatus.vocabulary import Domain

FILE = "boundaries.toml"
PACKS = FOLDER / "packs"

MOST_READ = 4_000
"""Characters of a decision that are weighed. What is longer is cut there, and the reasons say so."""

LOW_CONFIDENCE = 0.65

# How the signs are weighed, in log odds; above 0 a person decides. Chosen by cross-validation on the training data.
MODEL = 1.0
CUES = 0.5
AUTOMATABLE = 0.75
OTHER_DOMAINS = 0.3
BIAS = 0.5
# An action that is described mostly carries out what has been decided, unless a cue of this weight says otherwise.
DESCRIBED_ACTION = -2.0
STRONG_CUE = 3.0


@dataclass(frozen=True)
class BoundaryCheck(Result):
    """What the enforcer says of a decision. `domain` and `section` are None where nobody need be asked.

    `confidence`, from 0 to 1, is how sure it is of `requires_human`. `final_decision_requires` is `human_judgment`,
    `human_approval` or None.
    """

    decision: str
    domain: Domain | None
    section: str | None
    requires_human: bool
    reason: str
    alternatives_ai_can_provide: tuple[str, ...]
    safety_checks: tuple[str, ...]
    final_decision_requires: str | None
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Boundary(Result):
    """A boundary that an organisation or a domain pack adds.

    It holds where everything that it names is there: one of `cues` in the text, one of `environments`, one of `paths`
    (patterns), one of `tools`. An action that only reads passes unless `reading` is true. Raises `ValueError` or
    `TypeError` naming the field.
    """

    name: str
    domain: Domain
    reason: str
    cues: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    safety_checks: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    reading: bool = False

    def __post_init__(self) -> None:
        for field in ("name", "reason"):
            if not arguments.text(getattr(self, field), field).strip():
                raise ValueError(f"{field}: a text is expected, not an empty one.")
        object.__setattr__(self, "domain", arguments.choice(self.domain, Domain, "domain"))
        for field in _LISTS:
            value = getattr(self, field)
            if isinstance(value, str) or not all(isinstance(item, str) for item in value):
                raise TypeError(f"{field}: a list of texts is expected, not {type(value).__name__}.")
            object.__setattr__(self, field, tuple(value))
        if wrong := complaint(self.cues):
            raise ValueError(f"cues: {wrong}.")
        if not (self.cues or self.environments or self.paths or self.tools):
            raise ValueError("cues: at least one cue, environment, path or tool is expected.")


_LISTS = ("cues", "alternatives", "safety_checks", "environments", "paths", "tools")


def read_boundaries(source: Path | str) -> tuple[Boundary, ...]:
    """The boundaries of a TOML file, or of a text in that form: tables headed [[boundary]], fields as of `Boundary`.

    A `str` is the text itself, a `Path` a file. Raises `DataError` naming the line of what is wrong.
    """
    path, text = (source, None) if isinstance(source, Path) else (Path("boundaries"), arguments.text(source, "source"))
    listed = Field(list, required=False)
    fields = {"name": Field(str), "domain": Field(str, choices=tuple(Domain)), "reason": Field(str)}
    fields |= {name: listed for name in _LISTS} | {"reading": Field(bool, required=False)}
    fields["cues"] = Field(list, required=False, check=complaint)
    return tuple(map(_boundary, unique(rows(path, "boundary", fields, text=text), "name")))


def _boundary(row: Row) -> Boundary:
    try:
        return Boundary(**{**row.values, **{name: tuple(row.get(name, ())) for name in _LISTS}})
    except ValueError as error:
        field, _, what = str(error).rstrip(".").partition(": ")
        raise row.wrong(field, what) from None


def packs() -> tuple[str, ...]:
    """The names of the domain packs that come with the library."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.toml")))


class BoundaryEnforcer:
    """Checks decisions. `boundaries` are the organisation's own; `packs` are domain packs: names of `packs()`, paths of
    files, or boundaries already read. Raises `ValueError` for a pack that is not known, `DataError` for a wrong one."""

    def __init__(
        self, boundaries: Iterable[Boundary] = (), packs: Iterable[str | Path | Iterable[Boundary]] = ()
    ) -> None:
        self.boundaries = (*boundaries, *(boundary for pack in packs for boundary in _pack(pack)))
        for boundary in self.boundaries:
            if not isinstance(boundary, Boundary):
                raise TypeError(f"boundaries: a Boundary is expected, not {type(boundary).__name__}.")
        self._own_cues = CueIndex((number, own.cues) for number, own in enumerate(self.boundaries))

    def check(self, decision: str | Mapping[str, Any], *, reading: Reading | None = None) -> BoundaryCheck:
        """Whether a person takes this decision: a text, an action or a tool call. `reading` is what `read_action` gave
        for the action, where it has been read already. Raises `TypeError` for anything else."""
        if isinstance(decision, str):
            reading, text, called = _read_text(decision), decision, False
            shown = decision
        else:
            action = arguments.mapping(decision, "decision")
            reading = reading or read_action(action)
            text = _described(action)
            called = _is_tool_call(action, reading) and ("tool_name" in action or not _strong(text))
            shown = text if text and not called else _shown(action)
        shown = shown if len(shown) <= MOST_READ else shown[:MOST_READ] + "…"
        found = self._own(decision, reading, shown) if self.boundaries else None
        if found is None and (act := irreversible_act(reading)) is not None:
            found = _of_act(act, shown)
        if found is None and called:
            if reading.cut:
                unread = "It is too long to be read to its end; what was read can all be undone."
                return _automatable(shown, 0.5, (unread, "The confidence is low: in doubt, ask a person."))
            return _automatable(shown, 0.9, ("Nothing in it cannot be undone on something real.",))
        if found is None and isinstance(decision, str):
            return _weigh(shown, text)
        return found or _weigh(shown, text, kind=_kind(action))

    def _own(self, decision: str | Mapping[str, Any], reading: Reading, shown: str) -> BoundaryCheck | None:
        """The first of the organisation's own boundaries that holds. What is written to a file decides nothing, so its
        words are no cues; its path may be one."""
        writes = any(passage.path for passage in reading.passages)
        pieces = [reading.description] if writes else texts_of(decision)[0]
        said = self._own_cues.find(words_of(" . ".join(pieces)))
        for number, own in enumerate(self.boundaries):
            if (own.cues and number not in said) or (reading.read_only and not own.reading):
                continue
            if own.environments and reading.environment not in own.environments:
                continue
            if own.paths and not any(fnmatch(path, pattern) for path in reading.paths[:200] for pattern in own.paths):
                continue
            if own.tools and not {reading.tool, *(act.tool for act in reading.acts)} & set(own.tools):
                continue
            where = (*said.get(number, ()), *own.environments[:1], *own.paths[:1], *own.tools[:1])
            reason = f"The boundary “{own.name}” holds here ({', '.join(where)})."
            return _human(own.domain, shown, own.reason, 0.95, (reason,), own.alternatives, own.safety_checks)
        return None


def _pack(pack: str | Path | Iterable[Boundary]) -> tuple[Boundary, ...]:
    if isinstance(pack, str):
        if pack not in packs():
            raise ValueError(f"packs: one of {', '.join(packs())} is expected, not {pack[:80]!r}.")
        return read_boundaries(PACKS / f"{pack}.toml")
    return read_boundaries(pack) if isinstance(pack, Path) else tuple(pack)


# ---- what is looked at ----------------------------------------------------------------------------------------------

_CODE = re.compile(r"`([^`\n]{3,300})`")
_TEXTS = ("description", "decision", "question", "proposal", "text", "summary", "goal")


def _read_text(text: str) -> Reading:
    """What commands stand in a text between backquotes, read as an agent would run them."""
    found = _CODE.findall(text[:MOST_READ])
    if not found:
        return Reading()
    return read_action({"tool_name": "Bash", "tool_input": {"command": "\n".join(found[:20])}})


def _described(action: Mapping[str, Any]) -> str:
    """What an action says that it is for, in words; what it says of its own domain or approval is not among it."""
    parameters = action.get("parameters")
    places = (action, parameters) if isinstance(parameters, Mapping) else (action,)
    found = [text for place in places for key in _TEXTS if isinstance(text := place.get(key), str) and text.strip()]
    return ". ".join(dict.fromkeys(text[: MOST_READ + 1] for text in found)) or _kind(action)


def _kind(action: Mapping[str, Any]) -> str:
    """The type of an action in words: `draft_reply` is `draft reply`."""
    kind = action.get("type")
    return kind[:100].replace("_", " ").replace("-", " ") if isinstance(kind, str) else ""


def _is_tool_call(action: Mapping[str, Any], reading: Reading) -> bool:
    """Whether the action is carried out as it stands: a tool's call, a command, a query, a file's new text."""
    if "tool_name" in action or any(act.command for act in reading.acts):
        return True
    return any(passage.kind in ("query", "code", "configuration") for passage in reading.passages)


def _shown(action: Mapping[str, Any]) -> str:
    """A tool call in one line, for people to read."""
    name = action.get("tool_name", action.get("type", ""))
    given = action.get("tool_input", action.get("parameters"))
    if isinstance(given, Mapping):
        given = next(
            (given[key] for key in ("command", "file_path", "path", "url", "query", "sql") if key in given), given
        )
    return (
        f"{str(name)[:100]}: {given if isinstance(given, str) else texts_of(given)[0][:20]}"
        if given
        else str(name)[:100]
    )


# ---- weighing -------------------------------------------------------------------------------------------------------


def _weigh(shown: str, text: str, *, kind: str | None = None) -> BoundaryCheck:
    """The learned estimate, the phrases and the signs of automatable work, put together in log odds. `kind` is the type
    of a described action in words, None for free text."""
    cut = text[:MOST_READ]
    words = words_of(cut)
    read = TextModel.load().read(cut)
    likely = read["boundary"]
    learned = (_odds(1 - likely["none"]) + _odds(read["requires_human"]["yes"])) / 2
    cues = cast(Mapping[tuple[Domain, float], tuple[str, ...]], _cues().find(words))
    speaks: dict[Domain, float] = {}
    for (domain, weight), said in cues.items():
        speaks[domain] = speaks.get(domain, 0.0) + weight * (1 + 0.5 * min(len(said) - 1, 2))
    against = _against(words)
    carries_out = 0.0
    if (
        kind is not None
        and not any(weight >= STRONG_CUE for _, weight in cues)
        and not _DECIDING & set(kind.lower().split())
    ):
        against += _against(words_of(kind))
        carries_out = DESCRIBED_ACTION
    strongest = max(speaks.values(), default=0.0)
    odds = (
        MODEL * learned
        + CUES * (strongest + OTHER_DOMAINS * (sum(speaks.values()) - strongest))
        - AUTOMATABLE * sum(weight for weight, _ in against)
        + BIAS
        + carries_out
    )
    chance = _share(odds)
    domain = max(Domain, key=lambda one: math.log(max(likely[one], 1e-4)) + CUES * speaks.get(one, 0.0))
    reasons = [
        f"The learned estimate that a person decides this is {_share(learned):.2f}.",
        *(f"“{', '.join(said)}” speaks for {_domains()[domain].title.lower()}." for (domain, _), said in cues.items()),
        *(f"“{', '.join(said)}” speaks for work that can be automated." for _, said in against),
    ]
    if len(text) > len(cut):
        reasons.append(f"Only the first {MOST_READ} characters were weighed.")
    if max(chance, 1 - chance) < LOW_CONFIDENCE:
        reasons.append("The confidence is low: in doubt, ask a person.")
    if odds <= 0:
        return _automatable(shown, 1 - chance, tuple(reasons))
    return _human(domain, shown, "", chance, tuple(reasons))


_DECIDING = frozenset(
    {"decision", "decide", "policy", "question", "proposal", "judgement", "judgment", "choice", "values"}
)


def _odds(share: float) -> float:
    share = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def _strong(text: str) -> bool:
    """Whether a phrase in it all but decides: a described action does not escape by carrying a command with it."""
    cues = cast(Mapping[tuple[Domain, float], tuple[str, ...]], _cues().find(words_of(text[:MOST_READ])))
    return any(weight >= STRONG_CUE for _, weight in cues)


def _against(words: Sequence[str]) -> list[tuple[float, tuple[str, ...]]]:
    anywhere, first = _automatable_signs()
    start = [word for word in words[:4] if word not in ("please", "now", "then", ",")][:2]
    found = [*anywhere.find(words).items(), *first.find(start).items()]
    return [(cast(tuple[float, int], key)[0], said) for key, said in found]


# ---- what is said ---------------------------------------------------------------------------------------------------


def _of_act(act: IrreversibleAct, shown: str) -> BoundaryCheck:
    reasons = act.reasons
    if act.confidence < LOW_CONFIDENCE:
        reasons = (*reasons, "The confidence is low: it may be on something that is only for trying.")
    return _human(Domain.IRREVERSIBLE, shown, act.why, act.confidence, reasons, act.alternatives, act.safety_checks)


def _human(
    domain: Domain,
    shown: str,
    reason: str,
    confidence: float,
    reasons: tuple[str, ...],
    alternatives: tuple[str, ...] = (),
    checks: tuple[str, ...] = (),
) -> BoundaryCheck:
    told = _domains()[domain]
    theme = _theme(domain, shown)
    reason = reason or (theme.reason if theme else told.why)
    alternatives = alternatives or (theme.alternatives if theme else told.alternatives)
    if domain == Domain.IRREVERSIBLE:
        checks = checks or (theme.checks if theme and theme.checks else told.checks)
    return BoundaryCheck(
        shown, domain, told.section, True, reason, alternatives, checks, told.requires, round(confidence, 4), reasons
    )


def _automatable(shown: str, confidence: float, reasons: tuple[str, ...]) -> BoundaryCheck:
    reason = "This can be automated: no boundary is crossed"
    return BoundaryCheck(shown, None, None, False, reason, (), (), None, round(confidence, 4), reasons)


# ---- the data file --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """What is said of a domain."""

    section: str
    title: str
    why: str
    alternatives: tuple[str, ...]
    checks: tuple[str, ...]
    requires: str


@dataclass(frozen=True)
class _Theme:
    name: str
    reason: str
    alternatives: tuple[str, ...]
    checks: tuple[str, ...]


@cache
def _domains() -> Mapping[Domain, _Told]:
    text, listed = Field(str), Field(list)
    fields = {"name": Field(str, choices=tuple(Domain)), "section": text, "title": text, "why": text}
    fields |= {"alternatives": listed, "checks": Field(list, required=False)}
    fields["requires"] = Field(str, choices=("human_judgment", "human_approval"))
    found = {
        Domain(row["name"]): _Told(
            row["section"],
            row["title"],
            row["why"],
            tuple(row["alternatives"]),
            tuple(row.get("checks", ())),
            row["requires"],
        )
        for row in unique(rows(FILE, "domain", fields), "name")
    }
    if missing := [domain for domain in Domain if domain not in found]:
        raise DataError(f"{FILE}: the domain {missing[0]} is missing.")
    return found


@cache
def _themes() -> tuple[Mapping[tuple[Domain, str], _Theme], CueIndex]:
    text, words, listed = Field(str), Field(list, check=complaint), Field(list)
    fields = {"domain": Field(str, choices=tuple(Domain)), "name": text, "words": words, "reason": text}
    fields |= {"alternatives": listed, "checks": Field(list, required=False)}
    found = rows(FILE, "theme", fields)
    themes = {
        (Domain(row["domain"]), row["name"]): _Theme(
            row["name"], row["reason"], tuple(row["alternatives"]), tuple(row.get("checks", ()))
        )
        for row in found
    }
    return themes, CueIndex(((Domain(row["domain"]), row["name"]), row["words"]) for row in found)


def _theme(domain: Domain, text: str) -> _Theme | None:
    """What a decision of this domain is about, the first of those that most words speak for; None where none does."""
    themes, index = _themes()
    found = index.find(words_of(text[:MOST_READ]))
    counts = [(len(found[key]), key) for key in themes if key[0] == domain and key in found]
    return themes[max(counts, key=lambda item: item[0])[1]] if counts else None


@cache
def _cues() -> CueIndex:
    weight = Field(float)
    fields = {"domain": Field(str, choices=tuple(Domain)), "words": Field(list, check=complaint), "weight": weight}
    return CueIndex(((Domain(row["domain"]), float(row["weight"])), row["words"]) for row in rows(FILE, "cue", fields))


@cache
def _automatable_signs() -> tuple[CueIndex, CueIndex]:
    """The signs of automatable work anywhere in a text, and those that only count where it begins."""
    fields = {"words": Field(list, check=complaint), "weight": Field(float), "first": Field(bool, required=False)}
    found = rows(FILE, "automatable", fields)
    pairs = [((float(row["weight"]), row.line), row["words"], row.get("first", False)) for row in found]
    return (
        CueIndex((key, words) for key, words, first in pairs if not first),
        CueIndex((key, words) for key, words, first in pairs if first),
    )
