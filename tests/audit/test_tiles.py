"""The log as tiles: what C2SP tlog-tiles says, counted anew from the entries, and read by a program of others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tlog_scales.reader import TilesReader

from accounts.domain.keys import create_api_key
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit import tree
from audit.models import Entry
from audit.queries import tiles
from audit.queries.tiles import Tile, tile_at
from audit.sequencer import sequence
from tests.audit.entries import last_note, log_of, placed, said, write
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


class Log:
    """The addresses of one log, as the backend of the published reader asks for them."""

    def __init__(self, cast: Cast, project: Any = None, log: UUID | None = None) -> None:
        secret = create_api_key(project or cast.project, "Reader", by=SYSTEM).secret
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})
        self.log = log or log_of(cast.organisation).pk

    def asked(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/audit/logs/{self.log}/{path}", headers=headers)

    def get(self, *path: str) -> bytes | None:
        answer = self.asked("/".join(path))
        return answer.content if answer.status_code == 200 else None


SIZE = 515


@pytest.fixture
def log(cast: Cast, settings: Any, tmp_path: Any) -> Log:
    """A log of which 515 entries are signed, and one waits."""
    settings.DATA_DIR = tmp_path
    sequence(cast.organisation)
    found = Log(cast)
    write(cast.organisation, SIZE - Entry.objects.filter(organisation=cast.organisation).count())
    sequence(cast.organisation)
    write(cast.organisation)
    return found


def hashed(*octets: bytes) -> bytes:
    return hashlib.sha256(b"".join(octets)).digest()


def counted(leaves: list[bytes]) -> bytes:
    """The root over full tiles' worth of leaves, pair by pair: nothing of ours is asked."""
    while len(leaves) > 1:
        leaves = [hashed(b"\x01", *leaves[at : at + 2]) for at in range(0, len(leaves), 2)]
    return leaves[0]


def bundled(octets: bytes) -> Iterator[bytes]:
    while octets:
        length = int.from_bytes(octets[:2], "big")
        yield octets[2 : 2 + length]
        octets = octets[2 + length :]


def test_tiles_are_what_the_entries_give(log: Log, cast: Cast, django_assert_num_queries: Any) -> None:
    entries = [bytes(one.canonical) for one in placed(log_of(cast.organisation))]
    leaves = [hashed(b"\x00", one) for one in entries]
    assert len(leaves) == 515
    for place, first, end in (("000", 0, 256), ("001", 256, 512), ("002.p/3", 512, 515), ("000.p/17", 0, 17)):
        assert log.get("tile/0", place) == b"".join(leaves[first:end])
        assert list(bundled(log.get("tile/entries", place) or b"")) == entries[first:end]
    assert log.get("tile/1/000.p/2") == counted(leaves[:256]) + counted(leaves[256:512])
    # A tile is two questions, however wide it is.
    for read in (tiles.hashes_of, tiles.entries_of):
        for tile in (Tile(0, 0, 256), Tile(0, 2, 1)):
            with django_assert_num_queries(2):
                assert read(log.log, tile)


# fmt: off
NO_TILES = [
    "tile/0/002", "tile/0/002.p/4", "tile/0/003.p/1", "tile/1/000", "tile/1/000.p/3", "tile/2/000.p/1",
    "tile/63/000.p/1", "tile/64/000.p/1", "tile/00/000", "tile/-1/000", "tile/0/0", "tile/0/x000/001",
    "tile/0/000/", "tile/0/000.p/0", "tile/0/000.p/03", "tile/0/000.p/256", "tile/0/999999", "tile/entries/002",
    "tile/0/٠٠٠", "tile/entries/002.p/4", "tile/0/" + "x999/" * 60 + "999", "tile/0/001%0a",
]
# fmt: on


def test_what_is_not_signed_or_no_tile_is_not_there(log: Log) -> None:
    for path in NO_TILES:
        answer = log.asked(path)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), path


def test_how_they_are_kept_on_the_way(log: Log) -> None:
    checkpoint = log.asked("checkpoint")
    assert (checkpoint["Content-Type"], checkpoint["Cache-Control"]) == (
        "text/plain; charset=utf-8",
        "private, no-cache",
    )
    for path in ("tile/0/000", "tile/0/002.p/3", "tile/entries/001"):
        answer = log.asked(path)
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        assert "Authorization" in answer["Vary"]
    assert log.asked("tile/entries/000", **{"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"
    assert log.asked("tile/0/000", Accept="text/html").status_code == 406


def test_each_log_is_for_the_keys_of_its_organisation(log: Log, cast: Cast) -> None:
    paths = ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1")
    with open_organisation(cast.other):
        theirs = Log(cast, cast.other_project, log.log)
    assert [log.asked(path).status_code for path in paths] == [200] * 3
    assert [theirs.asked(path).status_code for path in paths] == [404] * 3
    assert [Client().get(f"/api/v1/audit/logs/{log.log}/{path}").status_code for path in paths] == [401] * 3
    log.log = uuid4()
    assert [log.asked(path).status_code for path in paths] == [404] * 3


def test_an_entry_the_format_cannot_say_is_told(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = max(len(bytes(one.canonical)) for one in Entry.objects.all())
    monkeypatch.setattr(tiles, "LONGEST_ENTRY", longest - 1)
    answers = [log.asked(f"tile/entries/{place}") for place in ("000", "001", "002.p/3")]
    refused = [one for one in answers if one.status_code == 404]
    assert refused
    assert "The export of the record has it." in refused[0].json()["detail"]
    assert log.asked("tile/0/000").status_code == 200


def test_a_published_reader_finds_the_log_whole(log: Log, cast: Cast) -> None:
    here = log_of(cast.organisation)
    # It takes every line from the fifth on for a signature, and ours says its time there: the note is checked by us.
    signed = said(log.asked("checkpoint").content.decode(), here)
    assert log.asked("checkpoint").content.decode() == last_note(here)
    reader = TilesReader(log)
    reader.set_size(signed.size)
    assert reader.calculate_root_hash() == signed.root
    entries = placed(here)
    for index in (0, 255, 256, 511, 514):
        entry = reader.get_entry(index)
        assert entry == bytes(entries[index].canonical)
        reader.get_inclusion_proof(index, signed.size).check(hashed(b"\x00", entry), signed.root)
    leaves = [tree.leaf_hash(bytes(one.canonical)) for one in entries]
    for older in (1, 255, 256, 300, 512, 515):
        reader.get_consistency_proof(older, signed.size).check(tree.root(leaves[:older]), signed.root)
    wrong = reader.get_inclusion_proof(7, signed.size)
    with pytest.raises(Exception, match="root_hash"):
        wrong.check(hashed(b"\x00", reader.get_entry(8)), signed.root)


def test_names_of_tiles() -> None:
    assert tile_at("2", "x001/x234/067") == Tile(2, 1_234_067, 256)
    assert tile_at("0", "000.p/255") == Tile(0, 0, 255)
    size = 70_000  # the example of the specification
    wide = {level: [tile for tile in range(300) if Tile(level, tile, 256).is_in(size)] for level in (0, 1, 2)}
    assert [len(found) for found in wide.values()] == [273, 1, 0]
    for level, number, width in ((0, 273, 112), (1, 1, 17), (2, 0, 1)):
        assert Tile(level, number, width).is_in(size)
        assert not Tile(level, number, width + 1).is_in(size)
