"""The file itself: a ZIP archive of a manifest, the database and the files of DATA_DIR, each with its hash."""

import hashlib
import json
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from django.conf import settings

from tractatus_site.backups import Unfit

MANIFEST = "manifest.json"
DATABASE = "database"
MAILS = "mails/"
FORMAT = 1
CHUNK = 1 << 20


@dataclass
class Manifest:
    """What a backup says of itself."""

    made_at: str
    version: str
    engine: str
    migrations: list[str]
    files: dict[str, dict[str, object]] = field(default_factory=dict)
    """By name: `sha256` and `size`. The database is one of them."""
    format: int = FORMAT


def version() -> str:
    """The version of the code."""
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def places() -> dict[str, Path]:
    """Where the single files of a backup are kept in this installation, by their names in it."""
    return {
        "secret": settings.DATA_DIR / "secret",
        "log.key": Path(settings.LOG_KEY_FILE),
        "demo-is-loading": settings.DATA_DIR / "demo-is-loading",
    }


def mail_folder() -> Path | None:
    """Where mails are written as files, or None where they leave by SMTP."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    return Path(folder) if folder else None


def write(path: Path, manifest: Manifest, sources: dict[str, Path]) -> None:
    """The archive at `path`, which must not exist, readable by its owner only: there are keys in it."""
    path.touch(mode=0o600, exist_ok=False)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for name, source in sources.items():
            try:
                with source.open("rb") as read, archive.open(name, "w", force_zip64=True) as out:
                    manifest.files[name] = _copy(read, out)
            except FileNotFoundError:
                if not name.startswith(MAILS):
                    raise
                # A mail that somebody removed meanwhile.
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


def _copy(read: IO[bytes], out: IO[bytes]) -> dict[str, object]:
    digest, size = hashlib.sha256(), 0
    while chunk := read.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        out.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size}


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, zipfile.ZipFile]]:
    """The manifest, and the archive to `extract` from. Raises Unfit for what is no backup."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise Unfit(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise Unfit(f"{path.name} is not a backup of Tractatus, or it was cut off: {error}") from None
    with archive:
        yield _manifest(archive, path.name), archive


def _manifest(archive: zipfile.ZipFile, name: str) -> Manifest:
    try:
        said = json.loads(archive.read(MANIFEST))
        if said["format"] > FORMAT:
            raise Unfit(f"{name} was made by a newer version ({said['version']}). Restore it with that version.")
        manifest = Manifest(**said)
    except (KeyError, TypeError, ValueError) as error:
        raise Unfit(f"{name} is not a backup of Tractatus: it has no manifest that can be read.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Unfit(f"{name} is damaged: its manifest cannot be read.") from None
    single = {DATABASE, *places()}
    for one in manifest.files:
        mail = one.removeprefix(MAILS)
        if one not in single and not (one.startswith(MAILS) and mail and mail == Path(mail).name):
            raise Unfit(f"{name} is not a backup of Tractatus: it holds {one!r}.")
    if DATABASE not in manifest.files:
        raise Unfit(f"{name} is not a backup of Tractatus: it holds no database.")
    return manifest


def extract(manifest: Manifest, archive: zipfile.ZipFile, folder: Path) -> None:
    """Every file of the backup into `folder`, compared with its hash. Raises Unfit for one that is not what it was."""
    for name, facts in manifest.files.items():
        target = folder / name
        target.parent.mkdir(exist_ok=True, mode=0o700)
        target.touch(mode=0o600)
        try:
            with archive.open(name) as read, target.open("wb") as out:
                found: dict[str, object] | None = _copy(read, out)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            found = None
        if found != facts:
            raise Unfit(f"{Path(str(archive.filename)).name} is damaged: {name} is not what was put in.")
