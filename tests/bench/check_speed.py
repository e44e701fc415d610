"""How fast a check is: DATABASE_URL=postgres://… python tests/bench/check_speed.py [--instructions 10000] [--clients 8]

Without DATABASE_URL on SQLite, where clients write one after the other. In a database of its own: an organisation with
so many instructions in force, and this site served by gunicorn on the loopback address as docs/operating.md has it.
Each client keeps its connection and asks again as soon as it is answered. Beside the checks stands a view that opens to
the same kind of key, reads nothing and answers nothing: what a request costs before anything is asked of it. The two
are measured by turns in the same run, so that their ratio says something on a machine that does other things as well.
Milliseconds as a client sees them, median and 99th percentile; requests a second; the time of the processor for a
request, of the site and the database together, which other work on the machine changes least; and what a process
weighs.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

ACTIONS = [
    {"tool_name": "Bash", "tool_input": {"command": "ls -la src"}},
    {"tool_name": "Read", "tool_input": {"file_path": "src/orders/list.py"}},
    {"tool_name": "Bash", "tool_input": {"command": "git status --short && git diff --stat"}},
    {"tool_name": "Edit", "tool_input": {"file_path": "src/orders/list.py", "old_string": "limit = 20",
                                         "new_string": "limit = 50"}},
    {"tool_name": "Bash", "tool_input": {"command": "python -m pytest tests/orders -q -x"}},
    {"tool_name": "Grep", "tool_input": {"pattern": "def total", "path": "src"}},
    {"tool_name": "Bash", "tool_input": {"command": "npm publish --access public"}},
    {"tool_name": "Bash", "tool_input": {"command": "git commit -am 'List fifty orders'"}},
    {"tool_name": "Write", "tool_input": {"file_path": "docs/orders.md", "content": "# Orders\n\nFifty a page.\n"}},
    {"tool_name": "Bash", "tool_input": {"command": "npm run build --silent"}},
]  # fmt: skip
"""What a coding agent does all day; one in ten is denied, by one instruction."""

NEVER = "Never run npm publish."

TURNS = 5
NOTHING, CHECK = "/api/v1/bench/nothing/", "/api/v1/checks/"


class Client(threading.Thread):
    """One agent: so many requests, one after the other, over one connection.

    Nearly all of what it sends is made before the clock runs, because it works on the same processors as the site.
    """

    def __init__(self, port: int, secret: str, path: str, times: int, session: str) -> None:
        super().__init__()
        self.port, self.path, self.times = port, path, times
        self.taken: list[float] = []
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {secret}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        bodies = (
            json.dumps({"action": ACTIONS[number % len(ACTIONS)], "session_id": session,
                        "session_state": {"messages": 5 + number // 200}})
            for number in range(times)
        )  # fmt: skip
        self.requests = [f"{head}{len(body)}\r\n\r\n{body}".encode() for body in bodies]

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in self.requests:
                begun = time.perf_counter()
                connection.sendall(request)
                answer = answered(connection)
                self.taken.append((time.perf_counter() - begun) * 1000)
                if not answer.startswith(b"HTTP/1.1 200 "):
                    raise RuntimeError(f"{self.path}: {answer[:300]!r}")


def answered(connection: socket.socket) -> bytes:
    """One whole answer, as long as it says that it is. Raises `RuntimeError` where it ends before that."""
    read, ends = b"", -1
    while ends < 0 or len(read) < ends:
        more = connection.recv(65536)
        if not more:
            raise RuntimeError(f"The connection was closed after {read[:300]!r}")
        read += more
        head, mark, _body = read.partition(b"\r\n\r\n")
        if mark:
            ends = len(head) + len(mark) + int(head.lower().partition(b"\r\ncontent-length: ")[2].split(b"\r\n")[0])
    return read


def measured(port: int, secret: str, path: str, clients: int, times: int, turn: int) -> tuple[list[float], float]:
    """The milliseconds of every request, and how many seconds all took."""
    at_work = [Client(port, secret, path, times, f"bench-{turn}-{number}") for number in range(clients)]
    begun = time.perf_counter()
    for one in at_work:
        one.start()
    for one in at_work:
        one.join()
    if any(len(one.taken) != times for one in at_work):
        raise SystemExit("A client was not answered.")
    return [taken for one in at_work for taken in one.taken], time.perf_counter() - begun


def report(port: int, secret: str, clients: int, times: int, serving: Callable[[], list[int]]) -> None:
    """One row of the table: so many clients, by turns the view that does nothing and the check.

    `serving` gives the processes of the site and of the database, whose time of the processor is counted.
    """
    found: dict[str, list[float]] = {NOTHING: [], CHECK: []}
    seconds, worked = dict.fromkeys(found, 0.0), dict.fromkeys(found, 0.0)
    for turn in range(TURNS):
        for path in found:
            before = _worked(serving())
            taken, took = measured(port, secret, path, clients, times, turn)
            found[path] += taken
            seconds[path] += took
            worked[path] += _worked(serving()) - before
    rates = {path: len(found[path]) / seconds[path] for path in found}
    for path, taken in found.items():
        p99 = statistics.quantiles(taken, n=100)[98]
        print(
            f"{clients:2} clients  {path:24} {statistics.median(taken):7.2f} {p99:7.2f} ms {rates[path]:7.0f} /s"
            f"  {worked[path] / len(taken) * 1000:6.2f} ms of the processor"
        )
    print(f"{'':12}nothing : check, throughput {rates[CHECK] / rates[NOTHING]:.2f}, "
          f"processor {worked[NOTHING] / worked[CHECK]:.2f}", flush=True)  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--instructions", type=int, default=10_000)
    asked.add_argument("--clients", type=int, default=8)
    asked.add_argument("--times", type=int, default=300)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "tractatus_site.settings", "CHECKS_RATE": "10000000/min",
        }  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        if connection.vendor == "sqlite":
            if os.environ.get("DATABASE_URL"):
                raise SystemExit("Leave out DATABASE_URL: on SQLite this makes a file of its own.")
            # A file that goes with its folder, which the site's processes open as well.
            call_command("migrate", verbosity=0)
            serve(folder, "", prepare(options.instructions), options)
            return
        from django.test.utils import setup_databases, setup_test_environment, teardown_databases

        setup_test_environment()
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            secret = prepare(options.instructions)
            name = connection.settings_dict["NAME"]
            connection.close()
            serve(folder, str(name), secret, options)
        finally:
            teardown_databases(databases, verbosity=0)


def prepare(rows: int) -> str:
    """An organisation with so many instructions in force, and the secret of a key."""
    from django.db import connection

    from accounts import clock
    from accounts.domain.keys import create_api_key
    from accounts.scope import open_organisation
    from instructions.domain.classification import Wording
    from instructions.domain.importing import import_instructions
    from instructions.domain.instruction import propose_instruction
    from instructions.models import Instruction
    from tests.bench.framework_speed import texts
    from tests.cast import Cast

    cast = Cast()
    with open_organisation(cast.organisation):
        made = [
            {"id": f"inst_{n:03d}", "text": text, "timestamp": "2026-01-01T00:00:00Z", "quadrant": "SYSTEM",
             "persistence": "HIGH", "temporal_scope": "PROJECT", "verification_required": "MANDATORY",
             "explicitness": 0.9, "source": "user", "active": True, "parameters": {}}
            for n, text in enumerate(texts(rows), 1)
        ]  # fmt: skip
        import_instructions(cast.organisation, cast.project, "a.json", json.dumps(made).encode(), by=cast.editor)
        propose_instruction(cast.organisation, Wording(NEVER), by=cast.editor, project=cast.project)
        rest = Instruction.objects.filter(state=Instruction.State.PROPOSED)
        rest.update(state=Instruction.State.ACTIVE, published_by=cast.editor, published_at=clock.now())
        print(f"{Instruction.objects.filter(state='active').count()} instructions in force, {connection.vendor}")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return create_api_key(cast.project, "Bench", by=cast.administrator, enforces=True).secret


def serve(folder: str, database: str, secret: str, options: Any) -> None:
    """Measure against this site, served as docs/operating.md has it on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = os.environ.get("DATABASE_URL", "")
    environment = os.environ | {"DATABASE_URL": url.rpartition("/")[0] + "/" + database if database else ""}
    command = [sys.executable, "-m", "gunicorn", "tests.bench.check_speed_site:application", "--bind",
               f"127.0.0.1:{port}", "--workers", "4", "--threads", "2", "--worker-class", "gthread",
               "--keep-alive", "60", "--log-level", "error"]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _warm(port, secret)
        for clients in (1, options.clients):
            report(port, secret, clients, options.times, lambda: _workers(server.pid) + _backends())
        for pid in _workers(server.pid):
            print(f"a process weighs {_weight(pid):.0f} MiB")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _warm(port: int, secret: str) -> None:
    from django.db import connection

    until = time.monotonic() + 120
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    for turn in range(6):  # new connections each time, so that every process is asked and has read the instructions
        for path in (NOTHING, CHECK):
            measured(port, secret, path, 8, 20, 99 + turn)
    if connection.vendor == "postgresql":
        # As the database does by itself within a minute or two: what it planned for empty tables reads all of them.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _workers(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _backends() -> list[int]:
    """The processes of a PostgreSQL on this machine that serve this database."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall() if Path(f"/proc/{pid}").exists()]


def _worked(pids: list[int]) -> float:
    """Seconds of the processor that these processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _weight(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    main()
