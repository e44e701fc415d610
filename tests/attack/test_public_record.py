"""What leaves the record: files, proofs and documents, in the hands of whoever wants them to say something else."""

from __future__ import annotations

import json
import signal
from base64 import b64encode
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.urls import reverse

from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit import tree, verify_record
from audit.domain.exports import start_export
from audit.domain.milestones import add_milestone
from audit.domain.surfaces import switch_surface
from audit.models import Export
from audit.queries.tiles import tile_at
from tests.audit.test_verify_record import verify, wrong
from tests.cast import Cast
from tests.deliberation.pages import signed_in
from tractatus_site.tasks import make_exports

pytestmark = pytest.mark.django_db

ORIGIN = "forged.example/o/1"


@pytest.fixture(scope="module")
def key() -> Any:
    """Somebody's own key: what they sign with it they may word as they like."""
    return Ed25519PrivateKey.generate()


def vkey_of(key: Any) -> tuple[str, bytes]:
    public = b"\x01" + key.public_key().public_bytes_raw()
    ident = sha256(ORIGIN.encode() + b"\n" + public).digest()[:4]
    return f"{ORIGIN}+{ident.hex()}+{b64encode(public).decode()}", ident


def checkpoint(key: Any, size: int, root: bytes, behind: bytes = b"") -> str:
    text = f"{ORIGIN}\n{size}\n{b64encode(root).decode()}\ntime 2026-11-21T09:05:12.000000Z\n"
    return f"{text}\n— {ORIGIN} {b64encode(vkey_of(key)[1] + key.sign(text.encode()) + behind).decode()}\n"


@pytest.fixture
def folder(key: Any, tmp_path: Path) -> Path:
    """Five entries, as an export has them."""
    lines = [json.dumps({"id": number}).encode() for number in range(5)]
    leaves = [tree.leaf_hash(line) for line in lines]
    (tmp_path / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (tmp_path / "leaves.txt").write_bytes(b"".join(leaf.hex().encode() + b"\n" for leaf in leaves))
    (tmp_path / "checkpoint.txt").write_text(checkpoint(key, 5, verify_record.root_of(leaves)), newline="")
    (tmp_path / "log.vkey").write_text(vkey_of(key)[0] + "\n", newline="")
    assert verify(tmp_path)[0] == 0
    return tmp_path


@pytest.fixture
def ends() -> Iterator[None]:
    """Whatever takes longer than any of this may is ended."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.alone
def test_the_end_of_a_line_is_a_byte_like_others(folder: Path) -> None:
    """An end of a line that was changed or left out in an exported record is found, as any other byte is."""
    for name in ("entries.jsonl", "leaves.txt", "checkpoint.txt", "log.vkey"):
        file = folder / name
        exact = file.read_bytes()
        changes = [exact.replace(b"\n", b"\r"), exact.replace(b"\n", b"\r\n"), exact[:-1] + b"\r"]
        for changed in changes + ([exact[:-1]] if name in ("entries.jsonl", "leaves.txt") else []):
            file.write_bytes(changed)
            wrong(folder)
        file.write_bytes(exact)


@pytest.mark.alone
def test_a_signature_has_no_room_behind_it(folder: Path, key: Any) -> None:
    """A signature with anything behind it is none."""
    root = verify_record.root_of([bytes.fromhex(one) for one in (folder / "leaves.txt").read_text().split()])
    (folder / "checkpoint.txt").write_text(checkpoint(key, 5, root, behind=b"\x00"), newline="")
    assert "The signature is wrong" in wrong(folder)


@pytest.mark.alone
@pytest.mark.usefixtures("ends")
def test_no_forged_proof_stops_the_verifier(key: Any, tmp_path: Path) -> None:
    """Checkpoints over nothing or less, endless numbers and endless nesting end the verifier with a sentence."""
    file, leaf = tmp_path / "proof.json", tree.leaf_hash(b'{"id": 1}')
    one = {"canonical": '{"id": 1}', "index": 0, "hashes": [], "vkey": vkey_of(key)[0]}
    one["checkpoint"] = checkpoint(key, 1, leaf)
    file.write_text(json.dumps(one))
    assert verify("--proof", file)[0] == 0
    two = {"hashes": ["AAAA"], "vkey": vkey_of(key)[0]}
    forged: list[Any] = [
        *(one | {"index": index} for index in (-1, 1, 10**400, "0", None, [], 1e300)),
        *(one | {"hashes": hashes} for hashes in (None, 7, [7], "é", [None], ["A"])),
        *(one | {"checkpoint": checkpoint(key, size, leaf)} for size in (0, -1)),
        *(
            two | {"older": checkpoint(key, older, leaf), "checkpoint": checkpoint(key, newer, leaf)}
            for older, newer in ((0, 1), (0, 5), (-1, 1), (-2, 5), (5, 0), (1, -1))
        ),
        one | {"canonical": "\ud800"}, one | {"canonical": 7}, one | {"vkey": "a+b"}, {},
    ]  # fmt: skip
    for said in forged:
        file.write_text(json.dumps(said))
        wrong("--proof", file)
    file.write_text('{"a":' * 100_000)
    wrong("--proof", file)
    for text in ("[]", "7", "null", '"x"', "", "[" * 100_000):
        file.write_text(text)
        assert verify("--proof", file)[0] != 0


@pytest.mark.alone
def test_no_number_of_a_tile_is_too_long_to_read() -> None:
    """The address of a tile with more digits than a number may have is no tile's, and breaks nothing."""
    assert tile_at("0", "x999/" * 2_000 + "999") is None
    assert tile_at("0", "x999/" * 6 + "999") is not None


def test_an_export_is_not_fetched_after_its_week(cast: Cast, settings: Any, tmp_path: Path) -> None:
    """Once its week is over nobody fetches an export, even where the job that deletes it has stopped."""
    settings.DATA_DIR = tmp_path
    with open_organisation(cast.organisation):
        row = start_export(cast.organisation, by=cast.administrator)
        make_exports()
        row = Export.objects.get(pk=row.pk)
    file, page = reverse("export_file", args=["care", row.pk]), reverse("settings_export", args=["care"])
    assert row.ends_at is not None
    for late, status in ((-timedelta(minutes=1), 200), (timedelta(seconds=1), 404)):
        with time_machine.travel(row.ends_at + late):
            browser = signed_in(cast.administrator)
            answer = browser.get(file)
            assert (answer.status_code, len(b"".join(answer)) == row.size) == (status, status == 200)
            assert (file in browser.get(page).content.decode()) is (status == 200)


FORGED = (
    "Files.\n===\nMoved.\n---\n- a\n+ b\n1. c\n    code\n\tcode\r## d\n<script>alert(1)</script>\n[e](javascript:f)"
)


def test_the_evolution_log_keeps_words_words(cast: Cast) -> None:
    """What is added to the evolution log forges no heading, list, code, link or script of document or page."""
    add_milestone(
        cast.organisation, by=cast.administrator, kind="incident", day=date(2026, 1, 2),
        title="# a\n===", story=FORGED, evidence=FORGED,
    )  # fmt: skip
    switch_surface(cast.organisation, "evolution", True, by=SYSTEM)
    document = Client().get(reverse("public_evolution_markdown")).content.decode()
    said = [line[2:] for line in document.split("\n") if line.startswith("> ")]
    assert said[:12] == [
        "Files.", "\\===", "Moved.", "\\---", "\\- a", "\\+ b", "1\\. c", "code", "code", "\\#\\# d",
        "\\<script\\>alert(1)\\</script\\>", "\\[e\\](javascript:f)",
    ]  # fmt: skip
    assert "\r" not in document
    assert "## \\# a ===\n" in document
    page = Client().get(reverse("public_evolution")).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
