"""Checks as people read them: what was asked, what was told, why, and what became of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from audit.models import Text
from instructions.models import Instruction
from oversight.models import Check, Incident, JudgmentRequest, Mark
from oversight.models.words import Mode, Told
from oversight.queries.showing import Act, act_of, apart, one_line, visible
from tractatus.gate.rules import VALIDATOR

SHORT = 60
"""Characters of a value that stands as large as a figure; a longer one is a sentence."""
STRICT = (Told.ASK, Told.DENY)


@dataclass(frozen=True)
class Value:
    """One of what was expected, proposed and corrected to."""

    label: str
    value: SafeString
    says: SafeString | str


@dataclass
class Cited:
    """An instruction that a check cites: its key, its words as they were, and its row where it is there."""

    key: str
    words: str
    row: Instruction | None = None
    before: str = ""


@dataclass
class Seen:
    """One check on a page. `verdict` is what the agent was told in words, `tone` how it is set."""

    check: Check
    act: Act
    answer: Mapping[str, Any]
    asked: Mapping[str, Any]
    verdict: str
    tone: str
    why: str = ""
    cited: list[Cited] = field(default_factory=list)
    boundary: str = ""
    request_says: str = ""
    values: list[Value] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    corrected_by: Check | None = None

    @property
    def correction(self) -> Value | None:
        """What it is corrected to, where that is a value."""
        return self.values[2] if len(self.values) > 2 else None

    @property
    def is_plain(self) -> bool:
        """An act that was let through and of which there is nothing to say."""
        check = self.check
        return (
            check.decision == check.would_have == Told.ALLOW
            and check.mode in (Mode.ENFORCED, Mode.OBSERVED)
            and check.request_id is None
            and check.grant_id is None
            and check.became != Check.Became.FAILED
            and not self.incidents
            and self.act.erased is None
        )

    @property
    def is_told_whole(self) -> bool:
        """Whether the list tells it with everything: what was let through takes a line."""
        return bool(self.incidents) or (self.is_stopped and self.check.grant_id is None)

    @property
    def is_stopped(self) -> bool:
        """Whether it was denied or asked, or would have been."""
        return self.check.would_have in STRICT or self.check.decision in STRICT


@dataclass
class Run:
    """Several plain acts in a row, told as one."""

    seen: list[Seen]
    says: str

    @property
    def first(self) -> Check:
        return self.seen[0].check

    @property
    def last(self) -> Check:
        return self.seen[-1].check


ROWS = ("key", "text", "request__text", "request__decided_by", "request__reason", "request__deliberation",
        "request__outcome", "grant__decided_by", "grant__reason")  # fmt: skip


def checks(organisation: Organisation) -> QuerySet[Check]:
    """The checks of an organisation with what a page says of each."""
    return Check.objects.filter(organisation=organisation).select_related(*ROWS)


def read(text: Text) -> dict[str, Any]:
    """The JSON of a check's text; nothing where it was erased."""
    if text.erased_at is not None:
        return {}
    said = json.loads(text.body)
    return said if isinstance(said, dict) else {}


def seen_of(found: Sequence[Check]) -> list[Seen]:
    """These checks as they are shown; three statements however many they are."""
    incidents: dict[UUID, list[Incident]] = {}
    for incident in Incident.objects.filter(of_check__in=[one.pk for one in found]).order_by("id"):
        incidents.setdefault(incident.of_check_id, []).append(incident)
    shown = []
    for check in found:
        said = read(check.text)
        act = act_of(said.get("action")) if said else Act("", erased=check.text)
        answer = said.get("answer") if isinstance(said.get("answer"), dict) else {}
        assert isinstance(answer, dict)
        one = Seen(check, act, answer, said, verdict_of(check), _tone(check), _why(answer),
                   incidents=incidents.get(check.pk, []))  # fmt: skip
        one.cited = _cited(answer)
        one.boundary = boundary_says(check.boundary) if check.boundary else ""
        asked = check.request or check.grant
        one.request_says = request_says(asked) if asked is not None else ""
        shown.append(one)
    _find_instructions(shown)
    for number, one in enumerate(shown):
        one.corrected_by = _corrected_by(one, shown[number + 1 :])
        one.values = _values(one)
    return shown


def verdict_of(check: Check) -> str:
    """What the agent was told, in words; of a key that observes, what it would have been."""
    would, told = Told(check.would_have), Told(check.decision)
    if check.mode == Mode.OBSERVED and would in STRICT and told not in STRICT:
        return {Told.ASK: _("Would have asked a person"), Told.DENY: _("Would have been denied")}[would]
    said = {
        Told.ALLOW: _("Allowed"),
        Told.WARN: _("Allowed, with care"),
        Told.ASK: _("Asked a person"),
        Told.DENY: _("Denied"),
    }[told]
    if check.grant_id is not None and told == Told.ALLOW:
        return _("Allowed, as granted")
    if check.mode == Mode.BREAK_GLASS:
        return _("%(said)s, under break glass") % {"said": said}
    if check.mode == Mode.DEGRADED:
        return _("%(said)s, without the service") % {"said": said}
    return said


def _tone(check: Check) -> str:
    worst = check.would_have if check.mode == Mode.OBSERVED else check.decision
    if check.grant_id is not None:
        return "asked"
    return {Told.ALLOW: "soft", Told.WARN: "warned", Told.ASK: "asked", Told.DENY: "denied"}[Told(worst)]


def _why(answer: Mapping[str, Any]) -> str:
    reasons = answer.get("reasons")
    first = reasons[0] if isinstance(reasons, list) and reasons else answer.get("explanation") or ""
    said = visible(first)
    # What the library begins its sentence with stands beside it already.
    for begins in ("Denied: ", "Allowed, with a warning: ", "A human must be asked: ", "Allowed: ",
                   "People decide this: "):  # fmt: skip
        said = said.removeprefix(begins)
    said = re.sub(r" \(\d+ more\)$", "", said)
    return said[:1].upper() + said[1:]


def result_of(answer: Mapping[str, Any], service: str) -> Mapping[str, Any]:
    """What one service said; nothing where it was not asked."""
    for one in answer.get("checks") or ():
        if isinstance(one, Mapping) and one.get("service") == service and isinstance(one.get("result"), Mapping):
            result: Mapping[str, Any] = one["result"]
            return result
    return {}


def _cited(answer: Mapping[str, Any]) -> list[Cited]:
    conflicts = result_of(answer, VALIDATOR).get("conflicts") or ()
    cited: dict[str, Cited] = {}
    for one in conflicts:
        if isinstance(one, Mapping) and isinstance(one.get("instruction_id"), str):
            key = one["instruction_id"]
            cited.setdefault(key, Cited(key, visible(one.get("instruction") or "")))
    return list(cited.values())


def _find_instructions(shown: Iterable[Seen]) -> None:
    wanted = {one.key for seen in shown for one in seen.cited}
    rows: dict[str, list[Instruction]] = {}
    for row in Instruction.objects.filter(key__in=wanted).select_related("current__text"):
        rows.setdefault(row.key, []).append(row)
    for seen in shown:
        for one in seen.cited:
            mine = [row for row in rows.get(one.key, ()) if row.project_id in (None, seen.check.project_id)]
            one.row = mine[0] if mine else None
            if one.row is not None and one.row.current is not None and one.row.current.text.erased_at is not None:
                one.words = str(one.row.current.text)
            one.before = _before(one.row.published_at, seen.check.at) if one.row is not None else ""


def _before(told: datetime | None, asked: datetime) -> str:
    if told is None or told > asked:
        return ""
    days = (asked.date() - told.date()).days
    if not days:
        return _("the same day")
    return ngettext("%(days)s day before", "%(days)s days before", days) % {"days": days}


def _corrected_by(one: Seen, later: Sequence[Seen]) -> Check | None:
    """The check that did what this one was corrected to, if it came soon after."""
    wanted = one.answer.get("corrected_input")
    if not wanted or one.check.would_have not in STRICT:
        return None
    for other in later[:20]:
        action = other.asked.get("action")
        given = action.get("tool_input") if isinstance(action, Mapping) else None
        if other.check.would_have not in STRICT and _undescribed(given) == _undescribed(wanted):
            return other.check
    return None


def _undescribed(given: object) -> object:
    """The input of a tool without what the agent says of it, which it words anew each time."""
    return {key: value for key, value in given.items() if key != "description"} if isinstance(given, Mapping) else given


def _values(one: Seen) -> list[Value]:
    """Expected, proposed and corrected to, of the worst conflict, where they are values and not sentences."""
    result = result_of(one.answer, VALIDATOR)
    expected, actual = result.get("expected"), result.get("actual")
    if not one.is_stopped or expected in (None, "") or actual in (None, ""):
        return []
    if max(len(str(expected)), len(str(actual))) > SHORT:
        return []
    by_habit = result.get("conflict_type") == "training_pattern_override"
    values = [
        Value(_("Expected"), _underlined(expected, actual), _("your instruction")),
        Value(_("Proposed"), _underlined(actual, expected),
              _("the usual default") if by_habit else _("what the agent asked")),
    ]  # fmt: skip
    corrected = result.get("corrected_action")
    if isinstance(corrected, Mapping) and len(corrected) == 1:
        said = next(iter(corrected.values()))
        if len(str(said)) <= SHORT:
            values.append(Value(_("Corrected to"), format_html("{}", visible(said)), ""))
    return values


def _underlined(one: object, other: object) -> SafeString:
    return format_html_join(
        "", "{}", ((format_html("<u>{}</u>", text) if differs else text,) for text, differs in apart(one, other))
    )


LEAST_OF_A_RUN = 4


def in_runs(shown: Sequence[Seen]) -> list[Seen | Run]:
    """The same in order, where several plain acts that follow each other are one run."""
    rows: list[Seen | Run] = []
    plain: list[Seen] = []
    for one in [*shown, None]:
        if one is not None and one.is_plain:
            plain.append(one)
            continue
        rows += [Run(plain, _tools(plain))] if len(plain) >= LEAST_OF_A_RUN else plain
        plain = []
        if one is not None:
            rows.append(one)
    return rows


def _tools(plain: Sequence[Seen]) -> str:
    counted: dict[str, int] = {}
    for one in plain:
        name = one_line(one.check.tool, 40) or _("other acts")
        counted[name] = counted.get(name, 0) + 1
    ordered = sorted(counted.items(), key=lambda item: -item[1])
    return ", ".join(name if times == 1 else f"{name} × {times}" for name, times in ordered[:6]) + (
        "…" if len(ordered) > 6 else ""
    )


def request_says(request: JudgmentRequest) -> str:
    """What became of the request that a check made, in one sentence."""
    state, states = request.state, JudgmentRequest.State
    who = {"who": request.decided_by}
    if state == states.PENDING:
        return _("It waits for a decision holder.")
    if state == states.DELIBERATING:
        return _("It is deliberated.")
    if state == states.GRANTED:
        return _("%(who)s granted it once; it has not been used yet.") % who
    if state == states.USED:
        return _("%(who)s granted it once, and it was used.") % who
    if state == states.EXPIRED:
        return _("%(who)s granted it once; it was never used, and holds no longer.") % who
    if state == states.REFUSED:
        return _("%(who)s refused it.") % who
    return _("Nobody answered in time, so it was not granted.")


# --- One check, service by service


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


def marks_of(check: Check) -> list[Mark]:
    """How people marked it, the newest first: that one holds."""
    return list(Mark.objects.filter(of_check=check).select_related("by", "why").order_by("-id")[:20])


BOUNDARIES = {
    "12.1": lambda: _("A values decision (12.1)"),
    "12.2": lambda: _("What people may choose for themselves (12.2)"),
    "12.3": lambda: _("Cannot be undone (12.3)"),
    "12.4": lambda: _("Turns on how people live and what they hold (12.4)"),
    "12.5": lambda: _("Without precedent (12.5)"),
}


def boundary_says(boundary: str) -> str:
    """The boundary that an act came to, in words; one of the organisation's own by its name."""
    section = boundary.partition(" ")[0]
    return BOUNDARIES[section]() if section in BOUNDARIES else one_line(boundary)
