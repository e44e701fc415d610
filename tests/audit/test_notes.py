"""Signed notes, held to the vectors that golang.org/x/mod/sumdb/note publishes and C2SP took over."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.notes import BadNote, Tree, Verifier, sign

pytestmark = pytest.mark.alone

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
OTHER = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
THEIRS = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
NOTE = TEXT + "\n" + SIGNATURE


def test_key_reads_as_it_is_written():
    assert str(Verifier.of(VKEY)) == VKEY
    assert Verifier.of(VKEY).name == "PeterNeumann"
    assert str(Verifier.of(OTHER)) == OTHER


@pytest.mark.parametrize(
    "wrong",
    [
        *[VKEY[at:] for at in range(1, len(VKEY))],
        *[VKEY[:at] for at in range(len(VKEY))],
        *[VKEY[:at] + chr(ord(VKEY[at]) + 1) + VKEY[at + 1 :] for at in range(len(VKEY))],
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_mangled_key_is_no_key(wrong: str):
    with pytest.raises(ValueError):
        Verifier.of(wrong)


def test_signed_is_what_the_reference_signs():
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(SECRET)[1:])
    assert sign(TEXT, "PeterNeumann", key) == NOTE


def test_signature_of_a_known_key_is_verified_among_those_of_others():
    both = TEXT + "\n" + THEIRS + SIGNATURE
    assert Verifier.of(VKEY).text_of(NOTE) == Verifier.of(VKEY).text_of(both) == TEXT
    assert Verifier.of(OTHER).text_of(both) == TEXT
    with pytest.raises(BadNote, match="not signed by this key"):
        Verifier.of(OTHER).text_of(NOTE)


@pytest.mark.parametrize(
    "wrong",
    [
        TEXT,
        TEXT + "\n",
        NOTE[:-1],
        "\x01" + NOTE,
        NOTE.replace("PeterNeumann", "Peter Neumann"),
        NOTE.replace("PeterNeumann", "Peter+Neumann"),
        NOTE + "Unexpected line.\n",
        TEXT + "\n" + SIGNATURE * 101,
        TEXT + SIGNATURE,
        NOTE.replace("—", "-"),
        NOTE.replace("x08g", "x08*"),
        NOTE.replace(
            "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=", "x08g"
        ),
        "",
    ],
)
def test_malformed_note_is_refused(wrong: str):
    with pytest.raises(BadNote):
        Verifier.of(VKEY).text_of(wrong)


def test_changed_text_or_signature_is_refused():
    for at in range(len(TEXT)):
        changed = TEXT[:at] + chr(ord(TEXT[at]) ^ 1) + TEXT[at + 1 :]
        with pytest.raises(BadNote):
            Verifier.of(VKEY).text_of(changed + "\n" + SIGNATURE)
    with pytest.raises(BadNote):
        Verifier.of(VKEY).text_of(NOTE[:-20] + "A" + NOTE[-19:])
    with pytest.raises(BadNote, match="signature of the note is wrong"):
        Verifier.of(VKEY).text_of(NOTE + SIGNATURE.replace("UgYN", "UgYO"))


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "a\u2003b"])
def test_name_of_a_key_is_one_word_without_plus(name: str):
    with pytest.raises(ValueError, match="cannot be the name"):
        sign(TEXT, name, Ed25519PrivateKey.generate())


@pytest.mark.parametrize("text", ["no end", "a\x00b\n", "tab\t\n", ""])
def test_text_that_is_no_notes_is_not_signed(text: str):
    with pytest.raises(BadNote):
        sign(text, "log", Ed25519PrivateKey.generate())


def test_checkpoint_reads_as_it_is_written():
    made = Tree.at("tractatus.example/o/1", 3, bytes(range(32)), datetime(2026, 11, 21, 9, 5, tzinfo=UTC))
    assert str(made) == (
        "tractatus.example/o/1\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\ntime 2026-11-21T09:05:00.000000Z\n"
    )
    assert Tree.of(str(made)) == made


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n3\n", "\n03\n"),
        ("\n3\n", "\n-3\n"),
        ("\n3\n", "\n٣\n"),
        ("time", "at"),
        ("AAEC", "AAE"),
        ("Z\n", "Z\nmore\n"),
    ],
)
def test_another_text_is_no_checkpoint(old: str, new: str):
    made = Tree("log", 3, bytes(range(32)), "2026-11-21T09:05:00.000000Z")
    with pytest.raises(BadNote):
        Tree.of(str(made).replace(old, new))
