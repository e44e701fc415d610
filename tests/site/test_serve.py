"""The embedded mode, started as `bin/serve` starts it, stopped in every way a machine stops things."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.site_process import ROOT, Site, environment

pytestmark = pytest.mark.alone


def children(pid: int) -> list[int]:
    """Processes whose parent is this one."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if re.search(rf"^PPid:\t{pid}$", text, re.MULTILINE):
            found.append(int(status.parent.name))
    return found


def test_serve_starts_answers_stops_and_starts_again(data: Path, port: int) -> None:
    """Ready means ready: health, readiness and pages at once; Ctrl-C and SIGTERM both end it with 0."""
    with Site(data, port) as site:
        site.wait("/readyz", within=30)
        assert site.get("/")[0] == 200
        assert re.search(r"^Tractatus is at http://127\.0\.0\.1:\d+/$", site.said(), re.MULTILINE)
        assert children(site.process.pid) == []
        assert site.stop(signal.SIGINT) == 0
        assert site.said().rstrip().endswith("Stopped.")
        assert site.get("/healthz")[0] == 0
    with Site(data, port) as site:
        site.wait("/readyz", within=30)
        assert "Preparing the database" not in site.said().split("Stopped.")[1]
        assert "Loading the demo" not in site.said().split("Stopped.")[1]
        assert site.stop(signal.SIGTERM) == 0
    assert "Traceback" not in site.said()


def test_serve_survives_a_kill(used: Path, port: int) -> None:
    """A power cut: the database is whole, nothing is left running, and the next start is an ordinary one."""
    with Site(used, port) as site:
        group = site.process.pid
        site.process.kill()
        site.process.wait()
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
    with Site(used, port) as site:
        site.wait("/readyz", within=30)
        assert site.stop() == 0
    with sqlite3.connect(used / "tractatus.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_serve_killed_while_preparing_finishes_at_the_next_start(data: Path, port: int) -> None:
    """Migrations and the demo organisation are not left half done."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tractatus_site.serve"], cwd=ROOT, env=environment(data, PORT=str(port)),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout as said:
        for line in said:
            if "Preparing" in line or "Loading" in line:
                break
    process.kill()
    process.wait()
    with Site(data, port) as site:
        site.wait("/readyz", within=30)
        assert site.stop() == 0


def test_serve_says_that_the_port_is_taken(data: Path, port: int) -> None:
    """A port that was asked for is never silently changed."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        ended = subprocess.run(
            [sys.executable, "-m", "tractatus_site.serve"], cwd=ROOT, env=environment(data, PORT=str(port)),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.strip() == f"Port {port} is in use. Set PORT to a free one, for example: PORT=8765 bin/serve"


def test_serve_listens_at_the_loopback_address_only(used: Path, port: int) -> None:
    """Demo people sign in without a password, so nobody else's machine may reach them."""
    with Site(used, port):
        listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        addresses = re.findall(rf"\d+: ([0-9A-F]+):{port:04X} [0-9A-F]+:0000 0A", listening)
        assert addresses == ["0100007F"]


@pytest.mark.redis
def test_serve_over_redis_needs_nothing_else_changed(used: Path, port: int, redis_url: str) -> None:
    """CELERY_BROKER_URL alone moves the queue to a real Redis; the tick comes through it."""
    with Site(used, port, CELERY_BROKER_URL=f"{redis_url}/2", CACHE_URL=f"{redis_url}/3") as site:
        site.wait("/readyz", within=30)
        assert site.stop() == 0
