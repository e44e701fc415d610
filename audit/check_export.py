"""Is this export whole, and as it was made? Needs Python 3.9 or later and nothing else.

    python check.py            the folder this file lies in, as it was unpacked
    python check.py FILE.zip   a zip, without unpacking it

Exits 0 and says how many files were read, or 1 and says which are missing, changed or not listed. Who altered files and
list alike is not found by this; `record/verify_record.py` is for that.
"""

import hashlib
import json
import sys
import zipfile
import zlib
from pathlib import Path

LIST = "manifest.json"


def faults(place):  # type: ignore[no-untyped-def]
    """What is wrong with the zip or folder at this path, in sentences; and how many files were read."""
    place = Path(place)
    if place.is_dir():
        found = {one.relative_to(place).as_posix(): one for one in place.rglob("*") if one.is_file()}
        return _compared(set(found), lambda name: open(found[name], "rb"))
    try:
        with zipfile.ZipFile(place) as archive:
            names = archive.namelist()
            twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
            said, read = _compared(set(names), archive.open)
            return [f"{name}: is there twice" for name in twice] + said, read
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as fault:
        return [f"This is no whole zip: {fault}. It broke off, or was changed. Fetch it again."], 0


def _compared(names, opened):  # type: ignore[no-untyped-def]
    names = {name for name in names if "__pycache__" not in name and not name.endswith("/")}
    if LIST not in names:
        return [f"{LIST} is missing: the export broke off before its end, or is not unpacked whole."], 0
    try:
        with opened(LIST) as file:
            listed = dict(json.load(file)["files"])
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return [f"{LIST} cannot be read."], 0
    said = [f"{name}: is missing" for name in sorted(set(listed) - names)]
    said += [f"{name}: is not in the list" for name in sorted(names - set(listed) - {LIST})]
    for name in sorted(names & set(listed)):
        digest, size = hashlib.sha256(), 0
        try:
            with opened(name) as file:
                for piece in iter(lambda: file.read(1 << 20), b""):
                    digest.update(piece)
                    size += len(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            said.append(f"{name}: was changed")
            continue
        if {"sha256": digest.hexdigest(), "size": size} != listed[name]:
            said.append(f"{name}: was changed")
    return said, len(names & set(listed))


if __name__ == "__main__":
    wrong, count = faults(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent)
    print("\n".join(wrong) if wrong else f"Whole, and as it was made: {count} files.")
    sys.exit(1 if wrong else 0)
