"""From an entry of the record to a line of the corpus, and the second look that lets nothing personal pass.

The projection takes seven fields and changes three: the time to its hour, the steps to the names of their services, a
boundary of the organisation's own to the word "own". The second look does not trust it: it reads each line as if it
came from elsewhere, and knows every word that may stand there. A word it does not know is refused, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.envelope import PEOPLE, PRESSURES, SERVICES

FIELDS = ("timestamp", "service", "decision", "boundary", "context_pressure", "coordination", "outcome")
OWN = "own"
"""What stands for a boundary that the organisation wrote itself: its name may say anything."""

_HOUR = re.compile(r"\d{4}-\d\d-\d\dT\d\d:00:00Z\Z")
_BOUNDARY = re.compile(r"12\.[1-9]( [a-z_]+)?\Z")
DOMAINS = frozenset({"values", "user_agency", "irreversible", "cultural_context", "unprecedented"})
"""Of the framework's boundaries (core concepts, section 3)."""

WORDS = frozenset(
    word
    for line in (Path(__file__).parent.parent / "data" / "words_of_decisions.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""All the words of which decisions and outcomes of the framework are made. An unknown one stops the publishing."""

LOOKS_LIKE = {
    "an address": re.compile(r"[^\s@]+@[^\s@]+|https?:|www\.|\d{1,3}(\.\d{1,3}){3}"),
    "a path": re.compile(r"[\\/~]|\.\w{1,5}\Z"),
    "a secret": re.compile(r"\A(sk|pk|gh[opsu]|xox[bp]|akia|ey)[-_]|[A-Za-z0-9+=-]{24,}|[0-9a-f]{12,}|-----", re.I),
    "code": re.compile(r"[(){}\[\];=<>`$|&\"']|--|\A(def|import|select|sudo|rm|curl)\b", re.I),
}


def is_decision_of_framework(envelope: Mapping[str, Any]) -> bool:
    """Whether the entry belongs into the corpus: the framework decided, and it is no part of a deliberation.

    What people do is theirs. A deliberation's entries would need the consent of everybody in it, for which nobody has
    been asked yet.
    """
    about = str(envelope["subject"]["kind"])
    in_deliberation = str(envelope["event"]).startswith("deliberation.") or about.startswith("deliberation")
    return envelope["service"] != PEOPLE and not in_deliberation


def projected(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The seven fields, and nothing else of the entry: no session, project, person, agent, subject or hash."""
    moment = datetime.fromisoformat(envelope["timestamp"]).astimezone(UTC)
    boundary = envelope["boundary"]
    return {
        "timestamp": moment.strftime("%Y-%m-%dT%H:00:00Z"),
        "service": envelope["service"],
        "decision": envelope["decision"],
        "boundary": boundary if boundary is None or _BOUNDARY.match(boundary) else OWN,
        "context_pressure": envelope["context_pressure"],
        "coordination": [step["service"] for step in envelope["coordination"]],
        "outcome": envelope["outcome"],
    }


@dataclass(frozen=True)
class House:
    """The words by which an organisation and its people could be known."""

    words: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> House:
        """From names, addresses and short names, word by word; of an address all but where it ends."""
        names = [name.rpartition(".")[0] if "@" in name else name for name in names]
        found = {word for name in names for word in re.split(r"[^\w]+|_", name.casefold())}
        return cls(frozenset(word for word in found if len(word) > 2 and not word.isdigit()))

    def knows(self, value: str) -> bool:
        return any(word in self.words for word in re.split(r"[^\w]+|_", value.casefold()))


def why_not(line: Mapping[str, Any], house: House) -> str | None:
    """What speaks against publishing this line, as "field: what it looks like"; None where nothing does."""
    if tuple(line) != FIELDS:
        return "fields: not the seven"
    if not isinstance(line["timestamp"], str) or not _HOUR.match(line["timestamp"]):
        return "timestamp: finer than an hour"
    if line["service"] not in SERVICES:
        return "service: not one of the framework"
    if not isinstance(line["coordination"], list) or not all(one in SERVICES for one in line["coordination"]):
        return "coordination: not services of the framework"
    if line["context_pressure"] not in (None, *PRESSURES):
        return "context_pressure: not a level"
    if line["boundary"] not in (None, OWN) and (said := _boundary_is_wrong(line["boundary"], house)):
        return f"boundary: {said}"
    for field in ("decision", "outcome"):
        if line[field] is not None and (said := _word_is_wrong(line[field], house)):
            return f"{field}: {said}"
    return None if line["decision"] is not None else "decision: none"


def _boundary_is_wrong(value: Any, house: House) -> str | None:
    if not isinstance(value, str) or not _BOUNDARY.match(value):
        return _looks_like(value, house)
    domain = value[5:]
    return None if not domain or domain in DOMAINS else _looks_like(domain, house)


def _word_is_wrong(value: Any, house: House) -> str | None:
    if isinstance(value, str) and (value in PRESSURES or set(value.split("_")) <= WORDS):
        return None
    return _looks_like(value, house)


def _looks_like(value: Any, house: House) -> str:
    """What an unknown value seems to be, for whoever has to look; the value itself is not repeated."""
    text = str(value)
    if house.knows(text):
        return "a name of this house"
    return next((name for name, pattern in LOOKS_LIKE.items() if pattern.search(text)), "an unknown word")
