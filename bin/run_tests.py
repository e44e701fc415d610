"""Runs the tests on each database they are for, with servers it starts and stops itself. Called by bin/test."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent
BROWSER = ROOT / "tests" / "browser"
ADAPTERS = ROOT / "tests" / "adapters"
STARTS_WITHIN = 60


@dataclass
class Tally:
    """What the runs came to."""

    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def add(self, run: str, report: Path, code: int) -> None:
        """Counts one run of pytest from its JUnit report. 5 is pytest's word for "nothing was selected"."""
        if not report.is_file():
            if code != 5:
                self.broken.append(f"{run}: pytest ended with {code} before it could report")
            return
        failed = 0
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif (skip := case.find("skipped")) is not None:
                self.skipped.append(f"{run}: {case.get('name')}: {skip.get('message', '')}")
            else:
                self.passed += 1
        self.failed += failed
        if code not in (0, 5) and not failed:
            self.broken.append(f"{run}: pytest ended with {code}")


def find(program: str) -> str | None:
    """The program in PATH or where Debian keeps PostgreSQL's."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True)
    return shutil.which(program) or next((str(f / program) for f in folders if (f / program).exists()), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Returns once somebody listens on the port; ends the program with the log if the process does not get there."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"A server did not start:\n{log.read_text(errors='replace')}")


@contextmanager
def running(command: list[str], port: int, folder: Path, stop: signal.Signals, **how: object) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder, **how)  # type: ignore[call-overload]
        try:
            wait_for(port, process, log)
            yield
        finally:
            process.send_signal(stop)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def postgresql(initdb: str, server: str, parent: Path) -> Iterator[str]:
    """A PostgreSQL of its own; gives its address. Durability is off, since nothing here outlives the tests."""
    folder = parent / "postgresql"
    folder.mkdir()
    how: dict[str, object] = {}
    if os.geteuid() == 0:
        # initdb refuses root.
        names = {user.pw_name for user in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        parent.chmod(0o711)
        how = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    made = subprocess.run(
        [initdb, "-D", str(data), "-U", "tractatus", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        capture_output=True, text=True, cwd=folder, check=False, **how,  # type: ignore[call-overload]
    )  # fmt: skip
    if made.returncode:
        raise SystemExit(f"initdb failed:\n{made.stdout}{made.stderr}")
    port = free_port()
    settings = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "max_connections": 200,
        "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "1GB",
        "autovacuum": "off",
    }  # fmt: skip
    command = [server, "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with running(command, port, folder, signal.SIGINT, **how):
        address = f"postgres://tractatus@127.0.0.1:{port}/postgres"
        until_it_answers(address)
        yield address


def until_it_answers(address: str) -> None:
    """A server that listens may still be starting up."""
    import psycopg

    for attempt in range(100):
        try:
            psycopg.connect(address.replace("postgres://", "postgresql://"), connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.1)


@contextmanager
def redis(server: str, parent: Path) -> Iterator[str]:
    """A Redis of its own; gives its address."""
    folder = parent / "redis"
    folder.mkdir()
    port = free_port()
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with running(command, port, folder, signal.SIGTERM):
        yield f"redis://127.0.0.1:{port}"


def packages(tally: Tally, environment: dict[str, str]) -> None:
    """Sees to it that the published packages are there that the adapters are tried against, apart from the site's own.

    Kept between runs in `.venv-adapters` and `.npm-adapters`; where they are goes into the environment of the tests.
    """
    made = subprocess.run(
        [ROOT / "bin" / "environment", ".venv-adapters", "tests/adapters/requirements.txt"],
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        tally.not_run.append("the adapters in LiteLLM and LangChain: their packages could not be installed")
    else:
        environment["ADAPTERS_PYTHON"] = made.stdout.strip()
    if not (npm := shutil.which("npm")):
        tally.not_run.append("the adapter in Claude Code: no npm (apt install npm)")
    elif claude := command_line(npm):
        environment["ADAPTERS_CLAUDE"] = str(claude)
    else:
        tally.not_run.append("the adapter in Claude Code: its package could not be installed")


def command_line(npm: str) -> Path | None:
    """Claude Code as the package lock pins it: the program itself, which needs no Node.js and no install script."""
    folder, lock = ROOT / ".npm-adapters", (ADAPTERS / "package-lock.json").read_bytes()
    mark = folder / "installed"
    if not (mark.is_file() and mark.read_bytes() == lock):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ADAPTERS / name, folder)
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
        if subprocess.run([npm, "ci", *quiet], cwd=folder, stdin=subprocess.DEVNULL, check=False).returncode:
            return None
        mark.write_bytes(lock)
    return next(iter(sorted(folder.glob("node_modules/@anthropic-ai/claude-code-*/claude"))), None)


def selection(arguments: list[str]) -> tuple[bool, list[str], list[str], list[str], list[str]]:
    """From the command line: whether long tests too, paths of browser tests, of those of the adapters, other paths, and
    what else pytest gets."""
    long = "--long" in arguments
    browser: list[str] = []
    adapters: list[str] = []
    other: list[str] = []
    rest: list[str] = []
    for argument in arguments:
        path = (ROOT / argument.split("::")[0]).resolve()
        if argument == "--long":
            continue
        if argument.startswith("-") or not path.exists():
            rest.append(argument)
        elif path == BROWSER or BROWSER in path.parents:
            browser.append(argument)
        elif path == ADAPTERS or ADAPTERS in path.parents:
            adapters.append(argument)
        else:
            other.append(argument)
    if not browser and not adapters and not other:
        return long, ["tests/browser"], ["tests/adapters"], ["tests"], rest
    return long, browser, adapters, other, rest


def pytest(run: str, tally: Tally, folder: Path, arguments: list[str], environment: dict[str, str]) -> None:
    print(f"\n— {run}", flush=True)
    report = folder / f"{run.replace(' ', '-')}.xml"
    data = folder / f"{run.replace(' ', '-')}-data"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal"]
    command += [f"--junitxml={report}", *arguments]
    begun = time.monotonic()
    code = subprocess.run(
        command, cwd=ROOT, env={**environment, "DATA_DIR": str(data)}, stdin=subprocess.DEVNULL, check=False
    ).returncode
    tally.add(run, report, code)
    print(f"  {run}: {time.monotonic() - begun:.0f} s", flush=True)


def main() -> int:
    in_ci = bool(os.environ.get("CI"))
    long, browser, adapters, other, rest = selection(sys.argv[1:])
    spare = "" if long else "not long"
    tally = Tally()
    # Settings of whoever runs this must not leak into the tests.
    sys.path.insert(0, str(ROOT))
    from tractatus_site.environment import VARIABLES as ours

    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment["PYTHONPATH"] = str(ROOT)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tractatus-tests-")))
        address = None
        initdb, server = find("initdb"), find("postgres")
        if initdb and server:
            address = stack.enter_context(postgresql(initdb, server, folder))
            environment["TEST_POSTGRES_URL"] = address
        else:
            tally.not_run.append("everything on PostgreSQL: no initdb and postgres (apt install postgresql)")
        if redis_server := find("redis-server"):
            environment["TEST_REDIS_URL"] = stack.enter_context(redis(redis_server, folder))
        else:
            tally.not_run.append("Celery over Redis: no redis-server (apt install redis-server)")
        chromium = os.environ.get("CHROMIUM") or find("chromium") or find("chromium-browser") or find("google-chrome")
        if chromium:
            environment["CHROMIUM"] = chromium
        else:
            tally.not_run.append("browser tests: no chromium (apt install chromium)")

        # Fetched while the other tests run.
        fetching = Thread(target=packages, args=(tally, environment), daemon=True)
        if adapters:
            fetching.start()
        if other:
            unit = [*other, "--ignore=tests/browser", "--ignore=tests/adapters", *rest]
            pytest("SQLite", tally, folder, [*unit, "-m", spare], environment)
            if address:
                marks = " and ".join(filter(None, [spare, "not alone"]))
                on_postgresql = {**environment, "DATABASE_URL": address}
                pytest("PostgreSQL", tally, folder, [*unit, "-m", marks], on_postgresql)
        if adapters:
            fetching.join()
            pytest("adapters", tally, folder, [*adapters, *rest, "-m", spare], environment)
        if browser and chromium:
            where = {**environment, "DATABASE_URL": address} if address else environment
            pytest("browser", tally, folder, [*browser, *rest, "-m", spare], where)
    return summary(tally, in_ci)


def summary(tally: Tally, in_ci: bool) -> int:
    """Says what was not run and what failed; 0 only if all is well. In CI, what was not run is a failure."""
    print()
    for line in tally.skipped:
        print(f"Skipped  {line}")
    for line in tally.not_run:
        print(f"Not run  {line}")
    for line in tally.broken:
        print(f"Broken   {line}")
    failed = tally.failed + len(tally.broken)
    if in_ci:
        failed += len(tally.skipped) + len(tally.not_run)
        if tally.skipped or tally.not_run:
            print("CI is set: what was skipped or not run counts as failed.")
    if not tally.passed and not failed:
        print("No test was selected.")
    print(f"{tally.passed} passed, {failed} failed")
    return 0 if tally.passed and not failed else 1


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped.")
        sys.exit(130)
