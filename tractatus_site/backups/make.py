"""`bin/backup [FILE or FOLDER]`: one file with everything that is kept, made while the site runs."""

import argparse
import datetime
import os
import sys
import tempfile
from pathlib import Path

from tractatus_site import environment
from tractatus_site.backups import Unfit, package
from tractatus_site.backups.databases import Database, database


def make(path: Path, here: Database) -> Path:
    """The backup at `path`, or named for the moment in it if that is a folder. Gives where it is.

    It has its name only when it is whole. Raises Unfit where there is nothing to back up, or a file of that name.
    """
    now = datetime.datetime.now(datetime.UTC)
    if path.is_dir():
        path /= f"tractatus-{now:%Y-%m-%dT%H-%M-%SZ}.backup"
    if path.exists():
        raise Unfit(f"{path} is there already.")
    try:
        folder = tempfile.TemporaryDirectory(prefix=".tractatus-", dir=path.parent)
    except OSError as error:
        raise Unfit(f"Nothing can be written in {path.parent}: {error.strerror}") from None
    with folder as name:
        half = Path(name) / "half"
        copied = Path(name) / "database"
        manifest = package.Manifest(
            made_at=now.isoformat(timespec="seconds"),
            version=package.version(),
            engine=here.engine,
            migrations=here.copy(copied),
        )
        # After the database: a file that nobody names does no harm, a name without its file might.
        sources = {package.DATABASE: copied}
        sources |= {name: place for name, place in package.places().items() if place.is_file()}
        mails = package.mail_folder()
        if mails is not None and mails.is_dir():
            sources |= {package.MAILS + mail.name: mail for mail in sorted(mails.iterdir()) if mail.is_file()}
        package.write(half, manifest, sources)
        with half.open("rb") as written:
            os.fsync(written.fileno())
        try:
            os.link(half, path)  # unlike a renaming, never over a file that somebody made meanwhile
        except FileExistsError:
            raise Unfit(f"{path} is there already.") from None
    return path


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/backup", description="Everything that is kept, in one file.")
    parser.add_argument(
        "path", nargs="?", default=".", help="the file, or the folder it is to lie in; here, if not said"
    )
    path = Path(parser.parse_args().path).resolve()
    environment.set_up()
    try:
        made = make(path, database())
    except (Unfit, OSError) as why:
        print(why, file=sys.stderr)
        return 1
    print(f"{made}\n{made.stat().st_size:,} octets. There are keys in it: keep it where only you can read it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
