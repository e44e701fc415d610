"""The dated rounds of a deliberation, by urgency (core concepts, section 6): data in `data/rounds.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from tractatus import arguments
from tractatus.datafiles import DataError, Field, rows, unique
from tractatus.results import Record, Result
from tractatus.vocabulary import Urgency


@dataclass(frozen=True)
class Durations(Record):
    """How long each step of one tier takes: hours, but where a name says otherwise.

    `rounds` are rounds 1 to 3; the fourth is as long as `dissent_window`.
    """

    answer_invitation: float
    rounds: tuple[float, float, float]
    between_rounds: float
    dissent_window: float
    remind_before: float
    more_time_answered_working_days: int
    review_after_months: int

    def of_round(self, number: int) -> timedelta:
        """How long round 1, 2, 3 or 4 is open."""
        return timedelta(hours=self.rounds[number - 1] if number < 4 else self.dissent_window)


@dataclass(frozen=True)
class PlannedStep(Record):
    """What comes before the rounds: a review at once, precedents, or the answers to the invitations."""

    purpose: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class PlannedRound(Record):
    """One of the four rounds, with what it is for and how it is held."""

    round: int
    purpose: str
    format: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class RoundPlan(Result):
    """A whole deliberation, dated. `review_on` is when the decision is looked at again, being provisional."""

    urgency: Urgency
    process: str
    steps: tuple[PlannedStep, ...]
    rounds: tuple[PlannedRound, ...]
    ends_at: datetime
    review_on: date
    requires_human_approval: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Tier:
    """What `data/rounds.toml` says of one urgency. `first` is what precedes the invitations, if anything."""

    urgency: Urgency
    lasts: str
    process: str
    first: str
    first_hours: float
    durations: Durations


def durations_of(urgency: Urgency | str) -> Durations:
    """The durations of a tier as they ship. Raises `TypeError` or `ValueError` naming `urgency`."""
    return tiers()[arguments.choice(urgency, Urgency, "urgency")].durations


def plan(urgency: Urgency | str, now: datetime) -> RoundPlan:
    """The rounds of a deliberation that begins at `now`, which has its zone. Raises naming the argument."""
    tier = tiers()[arguments.choice(urgency, Urgency, "urgency")]
    if arguments.moment(now, "now") is None:
        raise TypeError("now: a time is expected, not nothing.")
    times = tier.durations
    try:
        steps, opens = [], now
        if tier.first:
            steps.append(PlannedStep(tier.first, opens, opens := _later(opens, hours=tier.first_hours)))
        answered = _later(opens, hours=times.answer_invitation)
        steps.append(PlannedStep("People answer the invitation; the list was approved by a person", opens, answered))
        planned, closes = [], answered
        for number, (purpose, form) in enumerate(purposes(), start=1):
            opens = closes if number == 1 else _later(closes, hours=times.between_rounds)
            closes = _later(opens, hours=times.of_round(number) / timedelta(hours=1))
            planned.append(PlannedRound(number, purpose, form, opens, closes))
        review_on = months_after(closes.date(), times.review_after_months)
    except OverflowError:
        raise ValueError(f"now: a time whose rounds end before the year 10000 is expected, not {now!r}.") from None
    reasons = [f"{tier.urgency} ({tier.lasts}): {tier.process}."]
    if tier.urgency is Urgency.CRITICAL:
        reasons.append("The rounds follow the incident: their dates are the earliest.")
    reasons.append(f"Reviewed after {times.review_after_months} months: what is decided is provisional.")
    reasons.append("Rounds are no vote. People approve the list, the outcome and every change of these dates.")
    return RoundPlan(tier.urgency, tier.process, tuple(steps), tuple(planned), closes, review_on, True, tuple(reasons))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day.

    Raises `OverflowError` after the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > 9999:
        raise OverflowError
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


@cache
def tiers() -> Mapping[Urgency, Tier]:
    """The four tiers of the data file. Raises `DataError` naming the line."""
    hours, number, text = Field(float, check=_some_time), Field(int, check=_some_time), Field(str)
    fields = {
        "urgency": Field(str, choices=tuple(Urgency)), "lasts": text, "process": text,
        "first": Field(str, required=False), "first_hours": Field(float, required=False, check=_some_time),
        "answer_invitation": hours, "round_1": hours, "round_2": hours, "round_3": hours, "between_rounds": hours,
        "dissent_window": hours, "remind_before": hours, "more_time_answered_working_days": number,
        "review_after_months": number,
    }  # fmt: skip
    found = {}
    for row in unique(rows("rounds.toml", "tier", fields), "urgency"):
        if ("first" in row.values) is not ("first_hours" in row.values):
            raise row.wrong("first", "`first` and `first_hours` go together")
        found[Urgency(row["urgency"])] = Tier(
            Urgency(row["urgency"]), row["lasts"], row["process"], row.get("first", ""), row.get("first_hours", 0),
            Durations(
                row["answer_invitation"], (row["round_1"], row["round_2"], row["round_3"]), row["between_rounds"],
                row["dissent_window"], row["remind_before"], row["more_time_answered_working_days"],
                row["review_after_months"],
            ),
        )  # fmt: skip
    if missing := [urgency for urgency in Urgency if urgency not in found]:
        raise DataError(f"rounds.toml: a [[tier]] for {missing[0]} is expected.")
    return found


@cache
def purposes() -> tuple[tuple[str, str], ...]:
    """What rounds 1 to 4 are for and how they are held. Raises `DataError` naming the line."""
    found = rows("rounds.toml", "round", {"number": Field(int), "purpose": Field(str), "format": Field(str)})
    for number, row in enumerate(found, start=1):
        if row["number"] != number:
            raise row.wrong("number", f"{number} is expected, not {row['number']}")
    if len(found) != 4:
        raise DataError(f"rounds.toml: four tables headed [[round]] are expected, not {len(found)}.")
    return tuple((row["purpose"], row["format"]) for row in found)


def _some_time(value: float) -> str | None:
    return None if 0 <= value <= 24 * 366 else f"0 or more, and at most a year, is expected, not {value}"


def _later(moment: datetime, *, hours: float) -> datetime:
    """So many hours later in the same zone, hours that pass: a change to summer time makes none shorter."""
    return (moment.astimezone(UTC) + timedelta(hours=hours)).astimezone(moment.tzinfo)
