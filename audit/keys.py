"""The key that signs checkpoints and receipts: one file, made once, readable by its owner only."""

import os
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from audit.notes import Verifier, sign


def signed(text: str, origin: str) -> str:
    """The text as a note signed for the log of this origin."""
    return sign(text, origin, log_key(settings.LOG_KEY_FILE))


def verifier(origin: str) -> Verifier:
    """The public key by which notes of the log of this origin are checked."""
    return Verifier(origin, log_key(settings.LOG_KEY_FILE).public_key().public_bytes_raw())


@lru_cache(maxsize=8)
def log_key(path: str) -> Ed25519PrivateKey:
    """The key in the file; where there is none, it is made. Raises ImproperlyConfigured for a file with no such key.

    Of several processes that start together one makes it, and all sign with that one.
    """
    file = Path(path)
    if not file.exists():
        _make(file)
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{file} holds no key: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{file} holds another kind of key than Ed25519.")
    return key


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle, half = tempfile.mkstemp(prefix=".log-key-", dir=file.parent)  # readable by its owner only
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(pem)
            out.flush()
            os.fsync(out.fileno())
        os.link(half, file)  # whole or not at all, and never over one that is there
        _settle(file.parent)
    except FileExistsError:
        pass  # another process was first
    finally:
        os.unlink(half)


def _settle(folder: Path) -> None:
    """The folder's own entries on disk: a key that signed must not be gone after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
