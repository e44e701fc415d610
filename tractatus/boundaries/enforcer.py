"""BoundaryEnforcer: which decisions people take themselves (core concepts, section 3, and its sections 12.1 to 12.5).

Three things can say that a person decides: a boundary of the organisation or of a domain pack; an act that cannot be
undone on something real (irreversible/, typed facts alone); and, for free text and for actions that are only described,
what the decision is about (weighing.py). A learned estimate never stops a tool call. What a caller says of the
decision's domain, or that it is approved, is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tractatus import arguments
from tractatus.actions import Reading, environments, names, programs, read_action
from tractatus.actions.environments import done_in
from tractatus.boundaries import catalogue
from tractatus.boundaries.organisation import Boundary, OwnBoundaries, read_pack
from tractatus.boundaries.weighing import MOST_READ, Described, Heard, weigh
from tractatus.cues import texts_of
from tractatus.datafiles import load
from tractatus.irreversible import IrreversibleAct, irreversible_act, rules
from tractatus.results import Result
from tractatus.textmodel import TextModel
from tractatus.vocabulary import Domain

LOW_CONFIDENCE = 0.65  # under this the reasons say: in doubt, ask a person
OWN = 0.95  # how sure it is where an organisation's own boundary holds: its words may have been meant otherwise
ORDINARY_CALL = 0.9  # and where a tool call was read to its end and all of it can be undone
UNREAD_CALL = 0.5  # and where it was too long to be read to its end

MOST_COMMANDS = 20  # commands between backquotes that are read in one text


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


class BoundaryEnforcer:
    """Checks decisions. `boundaries` are the organisation's own; `packs` are domain packs: names of `packs()`, paths of
    files, or boundaries already read. `suspended` are sections ("12.3") and names of boundaries that people have
    suspended: nobody is asked because of them. Raises `ValueError` for a pack that is not known, `DataError` for a
    wrong one."""

    def __init__(
        self,
        boundaries: Iterable[Boundary] = (),
        packs: Iterable[str | Path | Iterable[Boundary]] = (),
        *,
        suspended: Iterable[str] = (),
    ) -> None:
        for name, given in (("boundaries", boundaries), ("packs", packs), ("suspended", suspended)):
            if isinstance(given, str) or not isinstance(given, Iterable):
                raise TypeError(f"{name}: a list is expected, not {type(given).__name__}.")
        own = (*boundaries, *(boundary for pack in packs for boundary in read_pack(pack)))
        self._own = OwnBoundaries(own)
        self.boundaries = self._own.all
        self.suspended = frozenset(arguments.text(name, "suspended") for name in suspended)
        # Read now, so that a wrong row is found when the service is built and the first answer takes no longer.
        _load_data()

    def check(self, decision: str | Mapping[str, Any], *, environment: str | None = None) -> BoundaryCheck:
        """Whether a person takes this decision: a text, an action or a tool call. `environment` is where it is done;
        the decision's own words for that count beside it. Raises `TypeError` naming the argument."""
        if environment is not None:
            arguments.text(environment, "environment")
        reading = _read_text(decision) if isinstance(decision, str) else read_action(_object(decision))
        reading = done_in(reading, environment)
        return self._check_read(decision, reading, irreversible_act(reading))

    def _check_read(
        self, decision: str | Mapping[str, Any], reading: Reading, act: IrreversibleAct | None
    ) -> BoundaryCheck:
        """As `check`, for the gate, which has read this very decision and looked for what cannot be undone in it."""
        if isinstance(decision, str):
            heard, called, shown = Heard(decision), False, decision
        else:
            heard = Heard(_described(decision))
            called = _is_tool_call(decision, reading) and ("tool_name" in decision or not heard.strong)
            shown = heard.text if heard.text and not called else _shown(decision)
        shown = shown if len(shown) <= MOST_READ else shown[:MOST_READ] + "…"
        found = self._of_boundaries(decision, reading, shown)
        if act is not None and not self._is_suspended(Domain.IRREVERSIBLE):
            found = _worse(found, _of_act(act, shown))
        if found is not None:
            return found
        if called and reading.cut:
            unread = "It is too long to be read to its end; what was read can all be undone."
            return _automatable(shown, UNREAD_CALL, (unread, "The confidence is low: in doubt, ask a person."))
        if called:
            return _automatable(shown, ORDINARY_CALL, ("All of it can be undone, or is done to something for trying.",))
        described = None if isinstance(decision, str) else Described(_kind(decision), _has_parameters(decision))
        weighed = weigh(heard, described)
        reasons = weighed.reasons
        if max(weighed.chance, 1 - weighed.chance) < LOW_CONFIDENCE:
            reasons = (*reasons, "The confidence is low: in doubt, ask a person.")
        if weighed.chance > 0.5 and not self._is_suspended(weighed.domain):
            return _human(weighed.domain, shown, "", weighed.chance, reasons)
        return _automatable(shown, 1 - weighed.chance, reasons)

    def _is_suspended(self, domain: Domain, name: str = "") -> bool:
        return bool(self.suspended) and not self.suspended.isdisjoint(
            (catalogue.catalogue().domains[domain].section, name)
        )

    def _of_boundaries(self, decision: str | Mapping[str, Any], reading: Reading, shown: str) -> BoundaryCheck | None:
        """The worst of the organisation's own boundaries that hold; the others stand in the reasons."""
        holding = self._own.holding(decision, reading)
        if self.suspended:
            holding = [one for one in holding if not self._is_suspended(one[0].domain, one[0].name)]
        if not holding:
            return None
        worst = holding[0][0]
        reasons = tuple(reason for _, reason in holding)
        return _human(worst.domain, shown, worst.reason, OWN, reasons, worst.alternatives, worst.safety_checks)


@cache
def _load_data() -> None:
    TextModel.load()
    load(catalogue, environments, names, programs, rules)


# ---- what is looked at ----------------------------------------------------------------------------------------------

_CODE = re.compile(r"`([^`\n]{3,300})`")
_TEXTS = ("description", "decision", "question", "proposal", "text", "summary", "goal")
# What a caller says of the decision itself makes it no more concrete.
_DECLARED = frozenset({"domain", "automatable", "approved", "requires_human", "category", "boundary", "decision"})


def _object(decision: Any) -> Mapping[str, Any]:
    return arguments.mapping(decision, "decision")


def _read_text(text: str) -> Reading:
    """What commands stand in a text between backquotes, read as an agent would run them."""
    found = _CODE.findall(text[:MOST_READ])
    if not found:
        return Reading()
    return read_action({"tool_name": "Bash", "tool_input": {"command": "\n".join(found[:MOST_COMMANDS])}})


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


def _has_parameters(action: Mapping[str, Any]) -> bool:
    """Whether the action has a type and says with what it is done."""
    parameters = action.get("parameters")
    if not isinstance(parameters, Mapping) or not _kind(action):
        return False
    return any(key not in _DECLARED and value is not None for key, value in parameters.items())


def _is_tool_call(action: Mapping[str, Any], reading: Reading) -> bool:
    """Whether the action is carried out as it stands: a tool's call, a command, a query, a file's new text."""
    if "tool_name" in action or any(act.command for act in reading.acts):
        return True
    return any(passage.kind in ("query", "code", "configuration") for passage in reading.passages)


def _shown(action: Mapping[str, Any]) -> str:
    """A tool call in one line, for people to read."""
    name = str(action.get("tool_name", action.get("type", "")))[:100]
    given = action.get("tool_input", action.get("parameters"))
    if isinstance(given, Mapping):
        telling = ("command", "file_path", "path", "url", "query", "sql")
        given = next((given[key] for key in telling if key in given), given)
    if not given:
        return name
    return f"{name}: {given if isinstance(given, str) else texts_of(given)[0][:20]}"


# ---- what is said ---------------------------------------------------------------------------------------------------


def _of_act(act: IrreversibleAct, shown: str) -> BoundaryCheck:
    reasons = act.reasons
    if act.confidence < LOW_CONFIDENCE:
        reasons = (*reasons, "The confidence is low: it may be on something that is only for trying.")
    return _human(Domain.IRREVERSIBLE, shown, act.why, act.confidence, reasons, act.alternatives, act.safety_checks)


def _worse(own: BoundaryCheck | None, act: BoundaryCheck) -> BoundaryCheck:
    """The organisation's own boundary and the act that cannot be undone, in one answer. What an organisation says of an
    irreversible act of its own goes before what is said of such acts in general; any other boundary comes after."""
    if own is None:
        return act
    first, second = (own, act) if own.domain is Domain.IRREVERSIBLE else (act, own)
    return replace(
        first,
        reasons=(*first.reasons, *second.reasons),
        confidence=max(first.confidence, second.confidence),
        safety_checks=tuple(dict.fromkeys((*first.safety_checks, *second.safety_checks))),
    )


def _human(
    domain: Domain,
    shown: str,
    reason: str,
    confidence: float,
    reasons: tuple[str, ...],
    alternatives: tuple[str, ...] = (),
    checks: tuple[str, ...] = (),
) -> BoundaryCheck:
    told = catalogue.catalogue().domains[domain]
    theme = catalogue.catalogue().theme_of(domain, shown[:MOST_READ])
    if domain is Domain.IRREVERSIBLE:
        checks = checks or (theme.checks if theme and theme.checks else told.checks)
    return BoundaryCheck(
        decision=shown,
        domain=domain,
        section=told.section,
        requires_human=True,
        reason=reason or (theme.reason if theme else told.why),
        alternatives_ai_can_provide=alternatives or (theme.alternatives if theme else told.alternatives),
        safety_checks=checks,
        final_decision_requires=told.requires,
        confidence=round(confidence, 4),
        reasons=reasons,
    )


def _automatable(shown: str, confidence: float, reasons: tuple[str, ...]) -> BoundaryCheck:
    return BoundaryCheck(
        decision=shown,
        domain=None,
        section=None,
        requires_human=False,
        reason="This can be automated: no boundary is crossed",
        alternatives_ai_can_provide=(),
        safety_checks=(),
        final_decision_requires=None,
        confidence=round(confidence, 4),
        reasons=reasons,
    )
