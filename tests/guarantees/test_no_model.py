"""What people say reaches no model of others: no room can call another machine, but to hand a mail to its server."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guarantees.held import ROOT

pytestmark = pytest.mark.alone

ROOMS = ("tractatus", "accounts", "audit", "instructions", "deliberation", "oversight")
CALLS = {
    "asyncio", "ctypes", "ftplib", "http", "imaplib", "multiprocessing", "poplib", "smtplib", "socket", "socketserver",
    "ssl", "subprocess", "telnetlib", "urllib", "webbrowser", "xmlrpc",
}  # fmt: skip
"""Of what comes with Python: whatever reaches another machine or starts another program."""

NONE_OF_THESE = {"urllib.parse", "smtplib"}
"""But one takes addresses apart, and of the other only the names of its refusals are used."""

BESIDE_PYTHON = {
    "allauth", "celery", "cryptography", "django", "django_scopes", "drf_spectacular", "kombu", "markdown_it", "numpy",
    "rest_framework", "rfc8785", "typst",
}  # fmt: skip
"""What else the rooms stand on. Whoever adds one that calls others adds it here, and to THREAT_MODEL.md."""


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def test_no_room_can_call_a_model_of_others() -> None:
    found = [(name, file) for room in ROOMS for file in (ROOT / room).rglob("*.py") for name in imported(file)]
    assert {name for name, _file in found} > {"django.core.mail", "tractatus", "smtplib"}
    for name, file in found:
        top = name.partition(".")[0]
        if top not in ROOMS:
            known = sys.stdlib_module_names - CALLS | BESIDE_PYTHON
            assert top in known or name in NONE_OF_THESE, f"{file.relative_to(ROOT)} imports {name}"
        assert name != "smtplib" or "smtplib.SMTP(" not in file.read_text()
