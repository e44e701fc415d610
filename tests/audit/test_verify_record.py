"""A stranger with an exported record and its verifier finds whatever was changed, and is told what it is."""

from __future__ import annotations

import ast
import functools
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from accounts.models import Organisation
from accounts.permissions import SYSTEM
from audit import envelope, kept_checkpoints, notes, tree, verify_record
from audit.domain.logs import start_new_log
from audit.export import FILES, NothingSigned, export
from audit.keys import log_key
from audit.logs import opened
from audit.models import Entry, Text
from audit.queries.proofs import consistency_of, encoded, inclusion_of
from audit.receipts import MOST_DELAY, receipt_of
from audit.record import record
from audit.sequencer import sequence
from audit.texts import keep
from tests.audit.entries import AGENT, last_note, log_of, placed, write
from tests.cast import Cast, make_organisation
from tests.copies import past_the_guards

pytestmark = [pytest.mark.django_db, pytest.mark.alone]


@pytest.fixture(autouse=True, scope="module")
def signatures_are_looked_at_once() -> Iterator[None]:
    """The verifier's own arithmetic takes a twentieth of a second; most tests here change something else."""
    patch = pytest.MonkeyPatch()
    patch.setattr(verify_record, "is_signed", functools.lru_cache(maxsize=None)(verify_record.is_signed))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A record of eleven entries, an older checkpoint of it, and its export; in a transaction of the module."""
    folder = tmp_path_factory.mktemp("record")
    settings = pytest.MonkeyPatch()
    from django.conf import settings as given

    settings.setattr(given, "DATA_DIR", folder)
    with django_db_blocker.unblock(), transaction.atomic():
        organisation = make_organisation("watched")
        write(organisation, 2)
        sequence(organisation)
        older = last_note(log_of(organisation))
        words = full_entry(organisation)
        write(organisation, 8)
        sequence(organisation)
        exported = unpacked(organisation, folder / "export")
        (folder / "older.txt").write_text(older)
        yield SimpleNamespace(organisation=organisation, folder=exported, older=folder / "older.txt", entry=words)
        transaction.set_rollback(True)
    settings.undo()


def full_entry(organisation: Organisation) -> Entry:
    """An entry of which no field is empty."""
    with transaction.atomic():
        return record(
            "oversight.check", actor=AGENT, organisation=organisation, subject=("action", "the-action"),
            decision="deny", project=organisation.pk, session="s1", service="Gate", boundary="12.1 values",
            context_pressure="HIGH", outcome="human_approval_required", policy="ab" * 32, mode="enforced",
            coordination=[{"service": "BoundaryEnforcer", "result": "deny", "microseconds": 412}],
            agent={"name": "helper", "version": "2", "model": "m"}, cause=organisation.pk,
            texts={"reason": keep(organisation, "Because.")},
        )  # fmt: skip


def unpacked(organisation: Organisation, folder: Path) -> Path:
    with opened(organisation):
        archive = zipfile.ZipFile(io.BytesIO(b"".join(export(organisation))))
    archive.extractall(folder)
    return folder


@pytest.fixture
def copied(made: Any, tmp_path: Path) -> Path:
    """The export, to be changed."""
    return Path(shutil.copytree(made.folder, tmp_path / "copy"))


def verify(*arguments: object) -> tuple[int, str]:
    """What the verifier exits with, and what it says."""
    patch = pytest.MonkeyPatch()
    said = io.StringIO()
    patch.setattr(sys, "argv", ["verify_record.py", *map(str, arguments)])
    patch.setattr(sys, "stdout", said)
    try:
        verify_record.main()
    except SystemExit as end:
        return 1, str(end.code)
    finally:
        patch.undo()
    return 0, said.getvalue()


def wrong(*arguments: object) -> str:
    code, said = verify(*arguments)
    assert code == 1, said
    assert said.startswith("WRONG: ")
    return said


# --- As it is


def test_export_holds_what_is_listed_and_verifies_by_itself(made: Any) -> None:
    """In a process of its own, without this project, its packages or its environment."""
    assert {path.name for path in made.folder.iterdir()} == set(FILES)
    ran = subprocess.run(
        [sys.executable, "-I", "-W", "error", "verify_record.py", "."],
        cwd=made.folder, env={}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    log = log_of(made.organisation)
    assert ran.stdout.startswith(f"All {len(placed(log))} entries are those that were signed at ")
    assert log.vkey in ran.stdout
    lines = (made.folder / "entries.jsonl").read_bytes().splitlines()
    assert lines == [bytes(entry.canonical) for entry in placed(log)]
    leaves = (made.folder / "leaves.txt").read_text().splitlines()
    assert leaves == [tree.leaf_hash(line).hex() for line in lines]
    assert (made.folder / "checkpoint.txt").read_text() == last_note(log)


def test_verifier_is_one_short_file_of_the_standard_library() -> None:
    source = Path(verify_record.__file__).read_text()
    assert len(source.splitlines()) < 150
    imported = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    assert "hashlib" in imported
    assert imported <= set(sys.stdlib_module_names)


def test_verifier_wants_something_to_verify() -> None:
    ran = subprocess.run([sys.executable, verify_record.__file__], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "FOLDER" in ran.stderr


# --- Changed


@pytest.mark.parametrize("field", envelope.KEYS)
def test_bit_flipped_in_any_field_is_found(made: Any, copied: Path, field: str) -> None:
    file = copied / "entries.jsonl"
    lines = file.read_bytes().split(b"\n")
    [at] = [at for at, line in enumerate(lines) if made.entry.pk.hex in line.decode().replace("-", "")]
    value = json.loads(lines[at])[field]
    assert value not in (None, [], {}, "")
    start = lines[at].index(f'"{field}":'.encode()) + len(field) + 3
    for place in (start, start + 1):
        flipped = bytearray(lines[at])
        flipped[place] ^= 1
        file.write_bytes(b"\n".join([*lines[:at], bytes(flipped), *lines[at + 1 :]]))
        assert f"The first that differs from what was signed is entry {at}." in wrong(copied)


EVERY = pytest.param(1, marks=pytest.mark.long, id="every")


@pytest.mark.parametrize("step", [pytest.param(23, id="some"), EVERY])
@pytest.mark.parametrize("name", ["entries.jsonl", "leaves.txt", "checkpoint.txt", "log.vkey"])
def test_any_changed_byte_is_found(copied: Path, name: str, step: int) -> None:
    """A bit of each byte of everything that is signed, of the signature and of the key; the last six always."""
    file = copied / name
    exact = file.read_bytes()
    for place in range(len(exact)):
        if place % step == 0 or place > len(exact) - 6:
            file.write_bytes(exact[:place] + bytes([exact[place] ^ 1 << place % 8]) + exact[place + 1 :])
            assert verify(copied)[0] == 1, (name, place)
    file.write_bytes(exact)
    assert verify(copied)[0] == 0


FIRST = "The first that differs from what was signed is"
Change = Callable[[list[bytes]], list[bytes]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: lines[:-1], "1 entries are missing. FIRST entry {last}."),
        (lambda lines: lines[:-3], "3 entries are missing."),
        (lambda lines: lines[:4] + lines[5:], "1 entries are missing. FIRST entry 4."),
        (lambda lines: lines[1:], "1 entries are missing. FIRST entry 0."),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "FIRST entry 2."),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "Entry 3 is entry 2 once more. 1 entries are beyond"),
        (lambda lines: [*lines[:3], lines[2], *lines[4:]], "Entry 3 is entry 2 once more. FIRST entry 3."),
        (lambda lines: [*lines, b'{"v":1}'], "1 entries are beyond the end."),
        (lambda lines: [*lines, lines[-1]], "1 entries are beyond the end."),
        (lambda lines: [], "entries are missing. FIRST entry 0."),
    ],
    ids=["last", "tail", "middle", "first", "swapped", "doubled", "over", "added", "last-doubled", "all"],
)  # fmt: skip
def test_entries_that_are_missing_swapped_doubled_or_added_are_named(copied: Path, change: Change, says: str) -> None:
    for name in ("entries.jsonl", "leaves.txt"):
        file = copied / name
        exact = file.read_bytes()
        lines = exact.split(b"\n")[:-1]
        file.write_bytes(b"".join(line + b"\n" for line in change(lines)))
        if name == "entries.jsonl":
            assert says.format(last=len(lines) - 1).replace("FIRST", FIRST) in wrong(copied)
        else:
            assert "leaves.txt does not give the signed root; the entries do." in wrong(copied)
        file.write_bytes(exact)


def test_entries_and_leaves_changed_together_are_found(copied: Path) -> None:
    lines = (copied / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    lines[2] = lines[2].replace(b"deny", b"warn").replace(b"added", b"shown")
    (copied / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (copied / "leaves.txt").write_text("".join(f"{tree.leaf_hash(line).hex()}\n" for line in lines))
    assert "leaves.txt does not give the signed root; the entries do not either." in wrong(copied)


def test_everything_made_anew_with_another_key_is_found_by_the_key_one_knows(made: Any, copied: Path) -> None:
    """A whole second record, consistent in itself."""
    other = Ed25519PrivateKey.generate()
    log = log_of(made.organisation)
    lines = [line.replace(b"deny", b"warn") for line in (copied / "entries.jsonl").read_bytes().split(b"\n")[:-1]]
    leaves = [tree.leaf_hash(line) for line in lines]
    note = notes.sign(
        str(notes.Tree.at(log.origin, len(lines), tree.root(leaves), datetime.now(UTC))), log.origin, other
    )
    (copied / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (copied / "leaves.txt").write_text("".join(f"{leaf.hex()}\n" for leaf in leaves))
    (copied / "checkpoint.txt").write_text(note)
    assert "not signed by the key of" in wrong(copied)
    (copied / "log.vkey").write_text(str(notes.Verifier(log.origin, other.public_key().public_bytes_raw())) + "\n")
    assert verify(copied)[0] == 0  # it belongs together
    assert "not signed by the key of" in wrong(copied, "--vkey", made.folder / "log.vkey")
    assert "not signed by the key of" in wrong(copied, "--older", made.older)


def test_files_that_are_not_there_are_named(copied: Path) -> None:
    for name in ("log.vkey", "checkpoint.txt", "leaves.txt", "entries.jsonl"):
        (copied / name).rename(copied / "away")
        assert name in wrong(copied)
        (copied / "away").rename(copied / name)
    (copied / "log.vkey").write_text("no key")
    wrong(copied)


# --- Older checkpoints, receipts, proofs


def test_older_checkpoint_is_continued_or_not(made: Any, tmp_path: Path) -> None:
    code, said = verify(made.folder, "--older", made.older)
    size = int(made.older.read_text().split("\n")[1])
    assert code == 0
    assert f"They begin with the {size} of the older checkpoint." in said
    log = log_of(made.organisation)
    for other in (size, size + 500):  # of a database that was rolled back, and went on
        root = tree.leaf_hash(b"another history")
        text = str(notes.Tree.at(log.origin, other, root, datetime.now(UTC)))
        (tmp_path / "other.txt").write_text(notes.sign(text, log.origin, log_key(settings_key())))
        assert "The older checkpoint is not continued" in wrong(made.folder, "--older", tmp_path / "other.txt")


def settings_key() -> str:
    from django.conf import settings

    return str(settings.LOG_KEY_FILE)


def test_receipt_is_kept(made: Any, tmp_path: Path) -> None:
    entry = placed(log_of(made.organisation))[4]
    (tmp_path / "receipt").write_text(receipt_of(entry))
    code, said = verify(made.folder, "--receipt", tmp_path / "receipt")
    assert code == 0
    assert f"Entry {entry.pk} of the receipt is number 4." in said


def test_receipt_for_an_entry_that_was_left_out_convicts_the_log(made: Any, tmp_path: Path) -> None:
    [entry] = write(made.organisation)
    with time_machine.travel(datetime.now(UTC) - MOST_DELAY * 2):
        (tmp_path / "receipt").write_text(receipt_of(entry))
    said = wrong(made.folder, "--receipt", tmp_path / "receipt")
    assert f"Entry {entry.pk} was left out: by its receipt it had to be in the log by " in said
    (tmp_path / "receipt").write_text(receipt_of(entry))
    code, said = verify(made.folder, "--receipt", tmp_path / "receipt")
    assert code == 0
    assert f"Entry {entry.pk} is not here; by its receipt the log has until " in said
    (tmp_path / "receipt").write_text(receipt_of(entry).replace("3600", "9600"))
    assert "not signed by the key" in wrong(made.folder, "--receipt", tmp_path / "receipt")


def test_proof_of_one_entry(made: Any, tmp_path: Path) -> None:
    entry = placed(log_of(made.organisation))[5]
    with opened(made.organisation):
        proof = inclusion_of(entry)
    assert proof is not None
    said = {
        "canonical": bytes(entry.canonical).decode(),
        "index": proof.index,
        "hashes": [encoded(one) for one in proof.hashes],
        "checkpoint": proof.checkpoint,
        "vkey": proof.vkey,
    }
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(said))
    code, words = verify("--proof", file)
    assert code == 0
    assert f"The entry is number 5 of the {proof.size} that were signed at " in words
    for changed in (
        {"canonical": said["canonical"].replace("deny", "warn")},  # type: ignore[attr-defined]
        {"index": 4},
        {"index": -1},
        {"index": proof.size},
        {"hashes": said["hashes"][1:]},  # type: ignore[index]
        {"hashes": [*said["hashes"], encoded(tree.EMPTY)]},  # type: ignore[misc]
    ):
        file.write_text(json.dumps(said | changed))
        assert "The proof does not lead from this entry" in wrong("--proof", file)
    # What the interface gives beside it, and what a decoder would forgive.
    given = {"id": str(entry.pk), "leaf_hash": entry.leaf_hex, "root": encoded(proof.root)}
    file.write_text(json.dumps(said | given))
    assert verify("--proof", file)[0] == 0
    for name, value in given.items():
        file.write_text(json.dumps(said | given | {name: value[:-2] + ("A" if value[-2] != "A" else "B") + value[-1]}))
        assert "is about another entry" in wrong("--proof", file), name
    first, *rest = said["hashes"]  # type: ignore[misc]
    for forgiven in (first[:-2] + "\n" + first[-2:], first[:-2] + chr(ord(first[-2]) + 1) + "="):
        file.write_text(json.dumps(said | {"hashes": [forgiven, *rest]}))
        wrong("--proof", file)
    del said["hashes"]
    file.write_text(json.dumps(said))
    wrong("--proof", file)
    # What is no proof is not called a wrong one.
    for given_instead in (json.dumps(said | {"checkpoint": None, "vkey": None}), proof.as_text()):
        file.write_text(given_instead)
        assert verify("--proof", file) == (1, "2")


def test_proof_of_two_checkpoints(made: Any, tmp_path: Path) -> None:
    log = log_of(made.organisation)
    older, newer = made.older.read_text(), (made.folder / "checkpoint.txt").read_text()
    first, second = (int(one.split("\n")[1]) for one in (older, newer))
    with opened(made.organisation):
        hashes = [encoded(one) for one in consistency_of(log, first, second)]
    said = {"older": older, "checkpoint": newer, "hashes": hashes, "vkey": log.vkey}
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(said))
    code, words = verify("--proof", file)
    assert code == 0
    assert f"begin with the {first} of the older checkpoint." in words
    file.write_text(json.dumps(said | {"older": newer, "hashes": []}))
    assert verify("--proof", file)[0] == 0  # the same twice
    for changed in ({"hashes": hashes[1:]}, {"hashes": []}, {"older": newer, "checkpoint": older}):
        file.write_text(json.dumps(said | changed))
        assert "does not continue the older one" in wrong("--proof", file)


# --- What happens to a record


def test_erased_words_leave_every_proof_standing(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    text = keep(cast.organisation, "Words that are to go.")
    with transaction.atomic():
        entry = record(
            "x.y", actor=AGENT, organisation=cast.organisation, subject=("x", "1"), decision="done", texts={"why": text}
        )
    sequence(cast.organisation)
    before = unpacked(cast.organisation, tmp_path / "before")
    Text._base_manager.filter(pk=text.pk).update(body="", salt=b"", erased_at=datetime.now(UTC))
    write(cast.organisation)
    sequence(cast.organisation)
    after = unpacked(cast.organisation, tmp_path / "after")
    assert verify(after, "--older", before / "checkpoint.txt")[0] == 0
    assert b"Words that are to go." not in b"".join(path.read_bytes() for path in after.iterdir())
    assert text.commitment in bytes(entry.canonical).decode()


def test_changed_row_is_named_by_the_export(cast: Cast, tmp_path: Path, settings: Any) -> None:
    """Whoever can write to the database, past its guards, leaves it to be seen."""
    settings.DATA_DIR = tmp_path
    write(cast.organisation, 4)
    sequence(cast.organisation)
    entries = placed(log_of(cast.organisation))
    changed = bytes(entries[-2].canonical).replace(b'"deny"', b'"warn"')
    with past_the_guards():
        Entry._base_manager.filter(pk=entries[-2].pk).update(canonical=changed, leaf_hash=tree.leaf_hash(changed))
    said = wrong(unpacked(cast.organisation, tmp_path / "export"))
    assert f"The first that differs from what was signed is entry {len(entries) - 2}." in said


def test_ended_log_is_in_the_export_and_verifies_too(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    sequence(cast.organisation)
    ended = log_of(cast.organisation)
    count = len(placed(ended))
    start_new_log(ended, by=SYSTEM, reason="A backup was restored.")
    with opened(cast.organisation), pytest.raises(NothingSigned):
        list(export(cast.organisation))
    write(cast.organisation, 2)
    sequence(cast.organisation)
    folder = unpacked(cast.organisation, tmp_path / "export")
    assert "All 3 entries" in verify(folder)[1]
    assert f"All {count} entries" in verify(folder / "earlier" / "1")[1]
    assert "earlier/1" in (folder / "README.md").read_text()
    assert kept_checkpoints.note_of(ended.pk) == (folder / "earlier" / "1" / "checkpoint.txt").read_text()


def test_command_writes_it_whole_or_not_at_all(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    file = tmp_path / "care.zip"
    call_command("export_record", str(file), organisation="care")
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert tuple(archive.namelist()) == FILES
        archive.extractall(tmp_path / "care")
    assert verify(tmp_path / "care")[0] == 0
    with pytest.raises(CommandError, match="there already"):
        call_command("export_record", str(file), organisation="care")
    with pytest.raises(CommandError, match="no organisation"):
        call_command("export_record", str(tmp_path / "x.zip"), organisation="nowhere")
    with pytest.raises(CommandError, match="could not be written"):
        call_command("export_record", str(tmp_path / "no" / "folder.zip"), organisation="care")
    assert not list(tmp_path.glob(".*half"))


def test_export_of_another_organisation_holds_nothing_of_this_one(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    for one in (cast.organisation, cast.other):
        write(one, 2)
        sequence(one)
    theirs = (unpacked(cast.other, tmp_path / "theirs") / "entries.jsonl").read_text()
    assert str(cast.organisation.pk) not in theirs
    assert all(str(entry.pk) not in theirs for entry in placed(log_of(cast.organisation)))


def test_organisation_of_which_nothing_is_signed_has_no_export(cast: Cast) -> None:
    with opened(cast.other), pytest.raises(NothingSigned):
        export(cast.other)
