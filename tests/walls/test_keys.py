"""Every operation of the interface, with every kind of key that should not open it: 401, 404 or an empty list.

Generated from the description of the interface, so that a new operation is walked by itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit.models import Checkpoint, Entry
from audit.sequencer import sequence
from deliberation import models as of
from instructions.models import Instruction
from oversight.models import Check, Handoff, JudgmentRequest, Session
from tests.walls.world import World

pytestmark = pytest.mark.django_db

METHODS = {"get", "post", "put", "patch", "delete"}
ROWS: dict[str, tuple[Any, str]] = {
    "api_check": (Check, "pk"),
    "api_deliberation": (of.Deliberation, "pk"),
    "api_instruction": (Instruction, "key"),
    "api_judgment_request": (JudgmentRequest, "pk"),
    "api_outcome": (of.Outcome, "pk"),
    "api_entry_proof": (Entry, "pk"),
    "api_log_checkpoint": (Checkpoint, "log_id"),
    "api_log_entries": (Checkpoint, "log_id"),
    "api_log_tile": (Checkpoint, "log_id"),
    "api_session_end": (Session, "name"),
    "api_session_handoff": (Handoff, "session__name"),
    "api_session_pressure": (Session, "name"),
}
"""Of which model the row is whose id an operation takes, and which of its fields that is."""
OF_THE_ORGANISATION = {
    "api_entries", "api_entry_proof", "api_checkpoint", "api_consistency", "api_record_export",
    "api_log_checkpoint", "api_log_entries", "api_log_tile",
}  # fmt: skip
"""Operations that give the same to the keys of every project: the record is one of the whole organisation."""
BESIDES = {"{level}": "0", "{place}": "000.p/1"}
"""What stands in an address beside the id."""


def operations() -> list[tuple[str, str]]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return [
        (path, method)
        for path, acts in sorted(schema["paths"].items())
        for method in acts
        if method in METHODS and not path.startswith("/api/public/")
    ]


@pytest.fixture(scope="module")
def keys(world: World) -> dict[str, str]:
    """What is sent as a key, by what is wrong with it. The key of the project itself is right."""
    cast = world.cast
    with open_organisation(cast.organisation):
        revoke_api_key(world.key_revoked.key, by=SYSTEM)
    with open_organisation(cast.other):
        foreign = create_api_key(cast.other_project, "Foreign", by=SYSTEM).secret
    for organisation in (cast.organisation, cast.other):
        sequence(organisation)
    good = world.key.secret
    return {
        "none": "",
        "garbage": "not-a-key",
        "its first half": good[: len(good) // 2],
        "one letter other": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "revoked": world.key_revoked.secret,
        "another project's": world.key_elsewhere.secret,
        "another organisation's": foreign,
        "the project's": good,
    }


@pytest.mark.parametrize(("path", "method"), operations(), ids=lambda value: value)
def test_it_gives_each_key_what_is_its_own_and_nothing_else(
    path: str, method: str, world: World, keys: dict[str, str]
) -> None:
    with open_organisation(world.cast.organisation):
        address, name = _filled(path, world)
        entries = Entry.objects.count()
    differences = []
    for what, secret in keys.items():
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        response = Client().generic(method.upper(), address, "[]", content_type="application/json", headers=headers)
        expected = set(_expected(what, name, method))
        if response.status_code not in expected:
            differences.append(f"{what}: {response.status_code}, expected {sorted(expected)}")
        elif response.status_code == 200 and name in OF_THE_ORGANISATION:
            if what == "another organisation's" and str(world.cast.organisation.pk) in _everything_in(response):
                differences.append(f"{what}: sees entries of this one")
        elif response.status_code == 200 and what != "the project's" and response.json().get("results"):
            differences.append(f"{what}: sees {len(response.json()['results'])} rows of the project")
    with open_organisation(world.cast.organisation):
        assert Entry.objects.count() == entries
    assert not differences, "\n".join([f"{method} {path}", *differences])


def _everything_in(response: Any) -> str:
    if not response.streaming:
        return str(response.content.decode(errors="replace"))
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def _filled(path: str, world: World) -> tuple[str, str]:
    for parameter, value in BESIDES.items():
        path = path.replace(parameter, value)
    name = str(resolve(re.sub(r"\{\w+\}", str(uuid4()), path)).url_name)
    if "{" not in path:
        return path, name
    assert name in ROWS, f"say in tests/walls/test_keys.py, in ROWS, of which model the row is that {name} takes"
    model, field = ROWS[name]
    value = model.objects.order_by("pk").values_list(field, flat=True).first()
    return re.sub(r"\{\w+\}", quote(str(value)), path), name


def _expected(what: str, name: str, method: str) -> Iterator[int]:
    """A body that is no object is 422 for a key that may send one there."""
    if not what.endswith("'s"):
        yield 401
    elif method != "get":
        yield 422 if what == "the project's" or name not in ROWS else 404
    elif name == "api_consistency":
        yield 422  # it wants to be told from where
    elif name in OF_THE_ORGANISATION and what != "another organisation's":
        yield 200
    elif name in ROWS:
        yield 200 if what == "the project's" else 404
    else:
        yield 200
