"""C2SP signed notes (c2sp.org/signed-note, tlog-checkpoint): text, an empty line, a signature line. Ed25519 only."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.envelope import instant

ED25519 = b"\x01"
MOST_SIGNATURES = 100


class BadNote(ValueError):
    """No signed note, or not signed by the key that was expected. The words say which."""


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


@dataclass(frozen=True)
class Verifier:
    """A public key under a name."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or re.search(r"\s", self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a key.")
        if len(self.public) != 32:
            raise ValueError("An Ed25519 key has 32 octets.")

    @classmethod
    def of(cls, vkey: str) -> "Verifier":
        """From `name+hex(key id)+base64(0x01 || public key)`. Raises ValueError for anything else."""
        name, _plus, rest = vkey.strip().partition("+")
        ident, _plus, encoded = rest.partition("+")
        key = _octets(encoded)
        if key[:1] != ED25519:
            raise ValueError("This is no Ed25519 key.")
        found = cls(name, key[1:])
        if ident != found.key_id.hex():
            raise ValueError("The key is not the one its name says.")
        return found

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public)

    def __str__(self) -> str:
        encoded = base64.b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def text_of(self, note: str) -> str:
        """The text this key has signed. Raises BadNote where it has not."""
        text, signatures = _parts(note)
        mine = [octets[4:] for name, octets in signatures if name == self.name and octets[:4] == self.key_id]
        if not mine:
            raise BadNote("The note is not signed by this key.")
        for signature in mine:
            try:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
            except InvalidSignature:
                raise BadNote("The signature of the note is wrong.") from None
        return text


def _octets(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("This is not base64.") from None


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, empty, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not text or not empty or lines.pop() or not lines or len(lines) > MOST_SIGNATURES or _unprintable(note):
        raise BadNote("This is not a signed note.")
    signatures = []
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or not parts[1] or "+" in parts[1]:
            raise BadNote("This is not a signed note.")
        octets = _octets(parts[2])
        if len(octets) < 5:
            raise BadNote("This is not a signed note.")
        signatures.append((parts[1], octets))
    return text + "\n", signatures


_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f]")


def _unprintable(note: str) -> bool:
    return _UNPRINTABLE.search(note) is not None


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The text as a note signed by `key` under `name`. Raises BadNote for text that cannot be a note's."""
    if not text.endswith("\n") or _unprintable(text):
        raise BadNote("A note's text ends with a line and has no control characters.")
    signed = base64.b64encode(_key_id_under(name, key) + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {signed}\n"


@lru_cache(maxsize=256)
def _key_id_under(name: str, key: Ed25519PrivateKey) -> bytes:
    return Verifier(name, key.public_key().public_bytes_raw()).key_id


@dataclass(frozen=True)
class Tree:
    """What a checkpoint says: the log, its size and root, and up to which moment it holds what was written."""

    origin: str
    size: int
    root: bytes
    time: str

    @classmethod
    def at(cls, origin: str, size: int, root: bytes, moment: datetime) -> "Tree":
        return cls(origin, size, root, instant(moment))

    def __str__(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\ntime {self.time}\n"

    @classmethod
    def of(cls, text: str) -> "Tree":
        """From the text of a checkpoint. Raises BadNote for another text."""
        lines = text.split("\n")
        if len(lines) != 5 or lines[4] or not re.fullmatch(r"0|[1-9]\d{0,18}", lines[1], re.ASCII):
            raise BadNote("This is not a checkpoint of ours.")
        word, _space, time = lines[3].partition(" ")
        root = _octets(lines[2])
        if word != "time" or len(root) != 32 or not lines[0]:
            raise BadNote("This is not a checkpoint of ours.")
        return cls(lines[0], int(lines[1]), root, time)
