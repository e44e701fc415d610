"""A plugin of pytest: runs tests again and again, each time with one place in the code changed.

Reads from the file in CHANGED which places, and which tests prove each; writes into the same file by which of them each
was noticed. What stands inside a function is changed in the function that is there already, so that whoever imported
it has the changed one; what stands elsewhere, or is not noticed here, is left to a process of its own. Used by
`test_mutations.py`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.guarantees.held import ROOT
from tests.prepared import Journal


@contextmanager
def changed(file: str, old: str, new: str) -> Iterator[bool]:
    """Whether the place could be changed: in the functions of the module as it is loaded, until the end."""
    name = file.removesuffix(".py").replace("/", ".")
    source = (ROOT / file).read_text()
    module = importlib.import_module(name)
    before, after = (_codes(compile(text, file, "exec")) for text in (source, source.replace(old, new)))
    elsewhere = before.keys() != after.keys() or _bare(before.pop("")) != _bare(after.pop(""))
    there = {}
    for where in (where for where in before if _bare(before[where]) != _bare(after[where])):
        function = _function(module, where)
        if function is None or function.__code__.co_freevars != after[where].co_freevars:
            elsewhere = True
        else:
            there[function] = function.__code__, after[where]
    known = dict(Journal.known)
    for function, (_whole, other) in there.items():
        function.__code__ = other
    try:
        yield bool(there) and not elsewhere
    finally:
        for function, (whole, _other) in there.items():
            function.__code__ = whole
        # What was prepared meanwhile was made by changed code.
        Journal.known.clear()
        Journal.known.update(known)


def _codes(code: CodeType) -> dict[str, CodeType]:
    """The module's own code under "", and that of each function that stands in no other, by its name."""
    found = {"": code}
    inside = [code]
    while inside:
        for one in inside.pop().co_consts:
            if isinstance(one, CodeType):
                if one.co_flags & inspect.CO_NEWLOCALS:
                    found[one.co_qualname] = one
                else:  # the body of a class
                    inside.append(one)
    return found


def _bare(code: CodeType) -> tuple[Any, ...]:
    """What a piece of code does, wherever it stands in its file and whatever the functions in it do."""
    shallow = code.co_name == "<module>" or not code.co_flags & inspect.CO_NEWLOCALS
    consts = [(None if shallow else _bare(one)) if isinstance(one, CodeType) else one for one in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, [repr(one) for one in consts]


def _function(module: Any, where: str) -> FunctionType | None:
    found: Any = module
    for name in where.split("."):
        found = inspect.getattr_static(found, name, None)
    if isinstance(found, staticmethod | classmethod):
        found = found.__func__
    if isinstance(found, property):
        found = found.fget
    found = inspect.unwrap(found) if callable(found) else None
    right = (
        isinstance(found, FunctionType) and found.__code__.co_qualname == where and found.__module__ == module.__name__
    )
    return found if right else None


def pytest_runtestloop(session: pytest.Session) -> bool:
    plan = Path(os.environ["CHANGED"])
    noticed: dict[str, str] = {}
    for number, place in json.loads(plan.read_text()).items():
        tests = place.pop("tests")
        items = [
            item for name in tests for item in session.items
            if fnmatchcase(item.nodeid.split("[")[0], f"tests/{name}")
        ]  # fmt: skip
        with changed(**place) as could:
            for item in items if could else ():
                reports = runtestprotocol(item, nextitem=session, log=False)  # type: ignore[arg-type]
                if any(one.failed and one.when != "teardown" for one in reports):
                    noticed[number] = item.nodeid
                    with plan.with_suffix(".noticed").open("a") as told:
                        told.write(f"{place['file']} {place['old'][:60]!r} {item.nodeid}\n")
                    break
    plan.write_text(json.dumps(noticed))
    return True
