"""One check, service by service: what each said, how long it took, and what would let the act pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.durations import took
from audit.queries.wording import CLASSES, service_in_words
from oversight.models.words import Told
from oversight.queries.checks import SHORT, Seen
from oversight.queries.showing import one_line, visible
from oversight.queries.wording import STRICT
from tractatus.gate.rules import BOUNDARY, MONITOR, ORCHESTRATOR, VALIDATOR, VERIFIER


@dataclass(frozen=True)
class Step:
    """What one service said, as `components/flow.html` takes it; the reasons of one that stopped the act stand open."""

    title: str
    result: str
    result_class: str = ""
    says: str = ""
    took: str = ""
    ran: bool = True
    reasons: tuple[str, ...] = ()
    asks: str = ""
    opened: bool = False


CLASSIFIER, GATE = "InstructionPersistenceClassifier", "Gate"
ASKS: dict[str, Promise] = {
    CLASSIFIER: gettext_lazy("What had been said before, and how firmly does it hold?"),
    VERIFIER: gettext_lazy("Does the reasoning bear the act?"),
    VALIDATOR: gettext_lazy("Does it agree with the instructions?"),
    BOUNDARY: gettext_lazy("Is it for people to decide?"),
    ORCHESTRATOR: gettext_lazy("Whose values are in conflict?"),
    MONITOR: gettext_lazy("Is the session still fit to act?"),
    GATE: gettext_lazy("What is the agent told?"),
}
"""The question that each service answers."""
LEADS_TO: dict[str, Promise] = {
    Told.ALLOW: gettext_lazy("Lets it through"),
    Told.WARN: gettext_lazy("Warns"),
    Told.ASK: gettext_lazy("Asks a person"),
    Told.DENY: gettext_lazy("Denies"),
}
MOST_REASONS = 12


def services_of(seen: Seen) -> list[Step]:
    """The services that looked at it, in order, each with its time and reasons."""
    return [_service(one) for one in seen.answer.get("checks") or () if isinstance(one, Mapping)]


def _service(one: Mapping[str, Any]) -> Step:
    result = one.get("result")
    result = result if isinstance(result, Mapping) else {}
    leads_to = Told(one["decision"])
    reasons = [visible(reason) for reason in result.get("reasons") or () if isinstance(reason, str)]
    name = str(one.get("service", ""))
    return Step(
        title=one_line(service_in_words(name)),
        asks=str(ASKS.get(name, "")),
        result=leads_in_words(name, leads_to),
        result_class=CLASSES.get(leads_to, ""),
        took=took(one.get("microseconds")),
        opened=leads_to in STRICT,
        reasons=tuple(reasons[:MOST_REASONS]),
    )


def leads_in_words(service: str, leads_to: str) -> str:
    """What a service's answer alone leads to. The orchestrator has none: it prepares what people decide."""
    return _("Decides nothing") if service == ORCHESTRATOR else str(LEADS_TO[leads_to])


def would_pass_of(seen: Seen) -> list[str]:
    """What would let it through, each in a sentence."""
    return would_pass_in(seen.answer.get("would_pass_if") or ())


def would_pass_in(changes: Iterable[object]) -> list[str]:
    """The same of changes as the validator names them."""
    says = []
    for one in changes:
        if not isinstance(one, Mapping):
            continue
        if one.get("change") == "parameter":
            says.append(_("With %(name)s %(value)s.") % {"name": one_line(one.get("parameter"), 60),
                                                         "value": one_line(one.get("value"), SHORT)})  # fmt: skip
        elif one.get("change") == "instruction":
            says.append(_("If a person changes or retires %(key)s.") % {"key": one_line(one.get("id"), 80)})
        else:
            says.append(one_line(one.get("value") or one.get("change")))
    return says
