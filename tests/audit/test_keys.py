"""The key that signs: made once, kept for its owner, and the same for processes that start together."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from audit.keys import log_key, signed, verifier
from tests.site.site_process import ROOT, environment

pytestmark = pytest.mark.alone


def test_key_is_made_once_and_is_its_owners(tmp_path: Path, settings):
    settings.LOG_KEY_FILE = str(tmp_path / "keys" / "log.key")
    note = signed("hello\n", "a.example/o/1")
    assert verifier("a.example/o/1").text_of(note) == "hello\n"
    file = Path(settings.LOG_KEY_FILE)
    made = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["log.key"]
    log_key.cache_clear()
    assert verifier("a.example/o/1").text_of(signed("again\n", "a.example/o/1")) == "again\n"
    assert file.read_bytes() == made


def test_same_key_has_another_id_under_another_name():
    assert verifier("a").key_id != verifier("b").key_id
    assert verifier("a").public == verifier("b").public


X25519 = (
    b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIKDk0RrBJ0ZJxJr6cQp9UJkKZJkDm7v8hE0qpN7d1zpF\n"
    b"-----END PRIVATE KEY-----\n"
)


@pytest.mark.parametrize("content", [b"", b"not a key", X25519])
def test_file_that_holds_no_such_key_is_named(tmp_path: Path, content: bytes):
    (tmp_path / "log.key").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=r"log\.key holds"):
        log_key(str(tmp_path / "log.key"))
    assert (tmp_path / "log.key").read_bytes() == content


def test_processes_that_start_together_have_one_key(tmp_path: Path):
    program = (
        "import sys; from audit.keys import log_key; sys.stdin.read();"
        "print(log_key(sys.argv[1]).public_key().public_bytes_raw().hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "log.key")],
            cwd=ROOT, env=environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    for one in started:  # whoever has come this far goes on together
        assert one.stdin is not None
        one.stdin.close()
        one.stdin = None
    said = {one.communicate(timeout=60)[0].strip() for one in started}
    assert len(said) == 1
    assert len(said.pop()) == 64
