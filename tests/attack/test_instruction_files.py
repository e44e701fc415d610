"""Files of instructions that are bombs, lies or nonsense: told what is wrong by line, and nothing changed."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import pytest

from accounts.scope import open_organisation
from audit.models import Entry
from instructions.domain.history_file import read_history_file
from instructions.domain.importing import NotReadable, import_instructions
from instructions.models import Import, Instruction
from tests.cast import Cast

ROW = {"id": "inst_001", "text": "MongoDB runs on port 27017"}
MEGABYTE = 1024 * 1024


@pytest.fixture
def house(cast: Cast) -> Iterator[Cast]:
    with open_organisation(cast.organisation):
        yield cast


def brought(house: Cast, content: object, name: str = "history.json") -> Import:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return import_instructions(house.organisation, house.project, name, data, by=house.editor).row


def nested(depth: int) -> object:
    inner: object = "x"
    for _level in range(depth):
        inner = [inner]
    return inner


def refusal(house: Cast, content: object, name: str = "history.json") -> str:
    """What is said of a file that is refused; empty where it is taken."""
    try:
        brought(house, content, name)
    except NotReadable as refused:
        return refused.problems[0].says
    return ""


HOSTILE = {
    "year 1 east of Greenwich": ROW | {"timestamp": "0001-01-01T00:00:00+14:00"},
    "year 9999 west of it": ROW | {"timestamp": "9999-12-31T23:59:59-12:00"},
    "an end in the year 9999": ROW | {"expires_at": "9999-12-31T23:59:59Z"},
    "an odd zone": ROW | {"timestamp": "2025-10-06T14:00:00+99:00"},
    "nesting that can be read and not written": ROW | {"parameters": {"a": nested(900)}},
    "nesting in what is not ours": ROW | {"notes": nested(900)},
    "NUL": ROW | {"notes": "a\x00b"},
    "half a character": ROW | {"notes": "\ud800"},
    "an explicitness below": ROW | {"explicitness": -1e-400 - 1},
    "the id of a universal one": ROW | {"id": "org_001"},
    "an object as text": ROW | {"text": {"$ne": 1}},
    "NUL around the list": {"by": "a\x00b", "instructions": [ROW]},
    "half a character around the list": {"by\ud800": 1, "instructions": [ROW]},
    "nesting around the list": {"meta": nested(900), "instructions": [ROW]},
    "UTF-16": json.dumps([ROW]).encode("utf-16"),
    "a zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(range(256)),
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "a number without end": b'[{"text": "x", "n": ' + b"9" * 100_000 + b"}]",
}


@pytest.mark.django_db
def test_hostile_files_are_refused_by_line(house: Cast) -> None:
    """Whatever a history file holds that cannot be kept, it is answered in words and nothing of it is stored."""
    entries = Entry.objects.count()
    said = {name: refusal(house, content) for name, content in HOSTILE.items()}
    assert [name for name, says in said.items() if not says] == []
    assert (Instruction.objects.count(), Import.objects.count(), Entry.objects.count()) == (0, 0, entries)


def test_a_file_of_nothing_but_lines_costs_no_list_of_them() -> None:
    """A file of millions of empty lines takes no more memory than a few times its size."""
    data = b"[" + b"\n" * 2 * MEGABYTE + b"]"
    tracemalloc.start()
    found = read_history_file(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.problems
    assert peak < 5 * len(data)


def test_a_key_that_stands_twice_is_found_at_once() -> None:
    """Of a hundred thousand keys in one object the one that stands twice is named, with its line."""
    keys = b",".join(b'"%d":0' % number for number in range(100_000))
    (problem,) = read_history_file(b"{" + keys + b',\n"99999":1}').problems
    assert "99999" in problem.says


BOMBS = {
    "brackets": "[" * 11_000,
    "pictures": "![a](" * 3_000,
    "a table without end": "|a|b|\n|-|-|\n" + "|x|y|\n" * 6_000,
    "names without end": "[a]: b\n" * 6_000,
    "a paragraph without end": "a *b _c\n" * 3_000,
    "directives without end": "".join(f"Never push to b{n}.\n\n" for n in range(2_100)),
    "half a megabyte": "- Never push.\n\n" * 35_000,
    "NUL": "Never push.\x00",
    "front matter without end": "---\n" * 2 + "\n" * 6_000,
}


@pytest.mark.django_db
def test_rules_files_made_to_be_slow_are_refused_by_line(house: Cast) -> None:
    """Markdown that would take minutes to read is refused before it is read, and says on which line it is too long."""
    said = {name: refusal(house, text.encode(), "CLAUDE.md") for name, text in BOMBS.items()}
    assert [name for name, says in said.items() if not says] == []
    assert not Instruction.objects.exists()
