"""What an entry tells: each event of the code has a sentence, in the past, with whoever it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings

from accounts.permissions import TABLE
from audit.models import Entry
from audit.queries.wording import entry_in_words, event_in_words, known_events, names_its_actor

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "audit", "instructions", "deliberation", "oversight", "tractatus_site")
RECORDING = {"record", "entry_of", "_record", "send", "record_act", "record_refusal"}
"""Functions that are told an event by name where it is not that of a row of the table."""
EVENT = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def named_in(call: ast.Call) -> Iterator[str]:
    given = [*call.args[:2], *(one.value for one in call.keywords if one.arg == "event")]
    for one in given:
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and EVENT.fullmatch(one.value):
            yield one.value


def recorded() -> set[str]:
    """Every event that the code names: in the table of who may do what, and where it writes the record."""
    files = chain.from_iterable((ROOT / app).rglob("*.py") for app in APPS)
    found = {row.event for row in TABLE.values() if row.event} | {"erasure"}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in RECORDING:
                    found.update(named_in(node))
    return found


@pytest.mark.alone
def test_each_event_of_the_code_has_a_sentence_and_no_other_has() -> None:
    assert {"oversight.check", "dataset.withdraw", "export.finish", "access.refused"} <= recorded()
    assert set(known_events()) == recorded()


@pytest.mark.alone
def test_a_sentence_tells_what_happened_and_not_who_may() -> None:
    for event in known_events():
        alone = event_in_words(event)
        assert alone[0].isupper(), event
        assert alone.endswith("."), event
        assert "%" not in alone, event
        assert alone not in {str(row.says) for row in TABLE.values()}, event
        who, first = re.match(r"(Somebody |An agent )?(\w+)", alone).groups()  # type: ignore[union-attr]
        assert bool(who) == names_its_actor(event), event
        # On the page of one's own words it begins with "You".
        assert not re.search(r"\b(they|them|their|themselves)\b", alone), event
        if who:  # in the past: an ending of it, or one of those verbs that have none
            assert first.endswith("ed") or first in PAST, (event, first)


PAST = {
    "brought", "chose", "gave", "had", "kept", "left", "let", "made", "put", "said", "sent", "spoke", "struck", "told",
    "took", "withdrew", "wrote",
}  # fmt: skip


@pytest.mark.alone
def test_whoever_acted_is_named_in_it_as_text_and_not_as_marks() -> None:
    signed = Entry(event="deliberation.outcome.sign", actor_kind="human", actor_ref="a", actor_role="decision_holder")
    assert entry_in_words(signed, {"a": "Anna <Keller>"}) == "<bdi>Anna &lt;Keller&gt;</bdi> signed an outcome."
    assert re.fullmatch(r"<bdi>Somebody as [^<]+</bdi> signed an outcome\.", entry_in_words(signed, {}))
    percent = Entry(event="oversight.check", actor_kind="agent", actor_ref="b")
    assert entry_in_words(percent, {"b": "100 %s"}) == "<bdi>100 %s</bdi> asked before an act."
    assert entry_in_words(percent, {}) == "<bdi>An agent</bdi> asked before an act."
    closed = Entry(event="deliberation.round.close", actor_kind="system")
    assert entry_in_words(closed, {}) == "A round closed."
    assert entry_in_words(Entry(event="unheard.of<b>"), {}) == "unheard.of&lt;b&gt;"
