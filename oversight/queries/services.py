"""One check, service by service: what each said, how long it took, and what would let the act pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from oversight.models.words import Told
from oversight.queries.checks import SHORT, Seen
from oversight.queries.showing import one_line, visible
from oversight.queries.wording import STRICT


@dataclass(frozen=True)
class Service:
    """What one service said: in one sentence, with its reasons, and whether it stopped the act."""

    name: str
    says: str
    result: str
    took: str
    stopped: bool
    reasons: tuple[str, ...]


SERVICES = {
    "MetacognitiveVerifier": lambda: _("Verifier: does the reasoning bear the act?"),
    "CrossReferenceValidator": lambda: _("Validator: does it agree with the instructions?"),
    "BoundaryEnforcer": lambda: _("Boundaries: is it for people to decide?"),
    "PluralisticDeliberationOrchestrator": lambda: _("Orchestrator: which values are in conflict?"),
    "ContextPressureMonitor": lambda: _("Monitor: how full is the session?"),
}
LEADS_TO = {
    Told.ALLOW: lambda: _("lets it through"),
    Told.WARN: lambda: _("warns"),
    Told.ASK: lambda: _("asks a person"),
    Told.DENY: lambda: _("denies"),
}
MOST_REASONS = 12


def services_of(seen: Seen) -> list[Service]:
    """The services that looked at it, in order, each with its time and reasons."""
    return [_service(one) for one in seen.answer.get("checks") or () if isinstance(one, Mapping)]


def _service(one: Mapping[str, Any]) -> Service:
    result = one.get("result")
    result = result if isinstance(result, Mapping) else {}
    leads_to = Told(one["decision"])
    reasons = [visible(reason) for reason in result.get("reasons") or () if isinstance(reason, str)]
    name = str(one.get("service", ""))
    return Service(
        name=name,
        says=SERVICES[name]() if name in SERVICES else one_line(name),
        result=LEADS_TO[leads_to](),
        took=took(one.get("microseconds")),
        stopped=leads_to in STRICT,
        reasons=tuple(reasons[:MOST_REASONS]),
    )


def took(microseconds: object) -> str:
    """How long a service took, in words."""
    if not isinstance(microseconds, (int, float)):
        return ""
    if microseconds < 1000:
        return _("%(time)s µs") % {"time": round(microseconds)}
    return _("%(time)s ms") % {"time": formats.number_format(microseconds / 1000, decimal_pos=1)}


def would_pass_of(seen: Seen) -> list[str]:
    """What would let it through, each in a sentence."""
    says = []
    for one in seen.answer.get("would_pass_if") or ():
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
