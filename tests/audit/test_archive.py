"""A streamed zip: whole or known not to be, every change of a file found by the program inside."""

import json
import secrets
import subprocess
import sys
import zipfile

import pytest

from audit.archive import MANIFEST, zipped
from audit.check_export import faults

pytestmark = pytest.mark.alone

FILES = {"index.html": "Kia ora", "deep/er/file.bin": bytes(range(256)) * 2000, "empty.txt": ""}


def made(tmp_path, files=None):
    path = tmp_path / "export.zip"
    path.write_bytes(b"".join(zipped({"of": "test"}, (files or FILES).items())))
    return path


def test_it_opens_and_lists_every_file(tmp_path):
    path = made(tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*FILES, "check.py", MANIFEST]
        assert archive.read("deep/er/file.bin") == FILES["deep/er/file.bin"]
        said = json.loads(archive.read(MANIFEST))
    assert (said["format"], said["of"], list(said["files"])) == ("tractatus-export/v1", "test", [*FILES, "check.py"])
    assert faults(path) == ([], 4)


def test_the_program_inside_says_whether_it_is_whole(tmp_path):
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(made(tmp_path)).extractall(folder)
    run = [sys.executable, "check.py"]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Whole, and as it was made: 4 files.\n")
    (folder / "index.html").write_text("Kia orb")
    (folder / "empty.txt").unlink()
    (folder / "added.txt").write_text("")
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "empty.txt: is missing",
        "added.txt: is not in the list",
        "index.html: was changed",
    ]


def test_a_list_that_was_changed_is_said_to_be(tmp_path):
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(made(tmp_path)).extractall(folder)
    exact = json.loads((folder / MANIFEST).read_text())
    one = exact["files"]["index.html"]
    for files in (
        exact["files"] | {"index.html": one | {"size": one["size"] + 1}},
        exact["files"] | {"index.html": {"sha255": one["sha256"], "size": one["size"]}},
        exact["files"] | {"index.html": None},
    ):
        (folder / MANIFEST).write_text(json.dumps(exact | {"files": files}))
        assert faults(folder)[0] == ["index.html: was changed"]
    for files in ([], "all", None, 3):
        (folder / MANIFEST).write_text(json.dumps(exact | {"files": files}))
        assert faults(folder)[0]


def test_wherever_it_breaks_off_it_is_not_taken_for_whole(tmp_path):
    whole = made(tmp_path).read_bytes()
    for end in [0, 1, 40, *range(100, len(whole), 997), len(whole) - 1]:
        path = tmp_path / "half.zip"
        path.write_bytes(whole[:end])
        assert faults(path)[0], end


def test_a_changed_byte_of_a_zip_is_found(tmp_path):
    path = made(tmp_path)
    whole = path.read_bytes()
    within = range(62, 66)  # within the words of the first file
    for at in within:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert faults(path)[0] == ["index.html: was changed"], at


def test_it_streams():
    def endless():
        while True:
            yield secrets.token_bytes(5000)

    pieces = zipped({}, [("long", endless())])
    first = [next(pieces) for _ in range(3)]
    assert all(first)


@pytest.mark.parametrize("path", ["../up", "/root", "a//b", "a\\b", "", "a/./b", MANIFEST])
def test_no_file_stands_outside_the_folder(path):
    with pytest.raises(ValueError, match="cannot stand"):
        list(zipped({}, [(path, "")]))


def test_no_file_comes_twice():
    with pytest.raises(ValueError, match="cannot stand"):
        list(zipped({}, [("a", "1"), ("a", "2")]))


def test_a_fault_while_making_leaves_no_end(tmp_path):
    def files():
        yield "a.bin", secrets.token_bytes(200_000)
        raise OSError("the disk is full")

    got, pieces = [], zipped({}, files())
    with pytest.raises(OSError, match="full"):
        got.extend(pieces)
    assert sum(map(len, got)) > 100_000
    path = tmp_path / "half.zip"
    path.write_bytes(b"".join(got))
    assert faults(path)[0]
