"""Sequencers that are processes of their own: several at once, and killed while they work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from audit.models import Leaf
from audit.sequencer import sequence
from tests.audit.entries import assert_whole, write
from tests.cast import make_organisation
from tests.site.site_process import ROOT, environment

pytestmark = pytest.mark.django_db(transaction=True)

SEQUENCING = """
import django, sys
django.setup()
from audit import sequencer
from audit.management.commands.sequence_log import Command
sequencer.BATCH = 10
print("ready", flush=True)
sys.stdin.read(1)
Command().handle()
"""


def sequencer() -> subprocess.Popen[str]:
    """A process that has got as far as sequencing, in small batches, and waits to be told."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        address = f"sqlite:///{name}"
    else:
        address = re.sub(r"/[^/]*$", f"/{name}", os.environ["DATABASE_URL"])
    facts = {"DATABASE_URL": address, "LOG_KEY_FILE": settings.LOG_KEY_FILE, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", SEQUENCING],
        cwd=ROOT,
        env=environment(settings.DATA_DIR, **facts, DJANGO_SETTINGS_MODULE="tractatus_site.settings"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def test_two_sequencers_at_once_and_one_that_is_killed() -> None:
    """Nothing is lost and nothing doubled, and what the killed one left undone the others do."""
    organisation = make_organisation()
    write(organisation, 1200)
    write(None, 100)
    processes = [sequencer() for _ in range(3)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            begin(process)
        while Leaf._base_manager.count() < 100:  # it is at work
            assert any(process.poll() is None for process in processes)
            time.sleep(0.001)
        processes[0].kill()
        for process in processes[1:]:
            _said, faults = process.communicate(timeout=120)
            assert process.returncode == 0, faults
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    for whose in (organisation, None):
        sequence(whose)
        assert_whole(whose)
