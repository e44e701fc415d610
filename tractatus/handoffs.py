"""What the pressure of a session never stops: handing it over, and ending it (core concepts, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tractatus.actions import Reading
from tractatus.actions.names import key_of
from tractatus.datafiles import Field, rows


def hands_over(reading: Reading) -> bool:
    """Whether the act does nothing but hand the session over or end it (data/handoffs.toml)."""
    types, folders = _handoffs()
    changing = [act for act in reading.acts if act.changes]
    if any(act.command and act.verb not in ("write", "create") for act in changing):
        return False
    if any(act.verb == "delete" for act in changing) or ".." in "".join(reading.paths):
        return False
    documents = bool(reading.paths) and all(_is_document(path, folders) for path in reading.paths)
    if key_of(reading.tool) in types:
        return documents or not reading.paths
    return documents and bool(changing) and all(act.verb in ("write", "create") for act in changing)


def _is_document(path: str, folders: Mapping[str, tuple[str, ...]]) -> bool:
    folder, _, name = path.replace("\\", "/").rpartition("/")
    if any(path == known or path.endswith("/" + known) for known in folders):
        return True  # the folder itself, made for the document
    for known, names in folders.items():
        if (folder == known or folder.endswith("/" + known)) and name.startswith(names):
            return True
    return False


@cache
def _handoffs() -> tuple[frozenset[str], Mapping[str, tuple[str, ...]]]:
    acts = rows("handoffs.toml", "act", {"types": Field(list)})
    documents = rows("handoffs.toml", "document", {"folder": Field(str), "names": Field(list)})
    types = frozenset(type for row in acts for type in row["types"])
    return types, {row["folder"]: tuple(row["names"]) for row in documents}
