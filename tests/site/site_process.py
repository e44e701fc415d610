"""Starts the site as a process of its own, as people do."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 300  # on a busy machine; alone it takes ten seconds


def environment(data: Path, **variables: str) -> dict[str, str]:
    """A clean environment for a process that uses `data`, with these variables set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    return {**kept, "DATA_DIR": str(data), **variables}


def manage(data: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs one management command and gives what it said."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment(data, **variables), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


class Site:
    """A running site; `with Site(...) as site` waits until it answers and stops it at the end."""

    def __init__(self, data: Path, port: int, command: list[str] | None = None, **variables: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.log = data.with_name(data.name + ".log")
        self.command = command or [sys.executable, "-m", "tractatus_site.serve"]
        self.environment = environment(data, PORT=str(port), **variables)

    def __enter__(self) -> "Site":
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        try:
            self.wait()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def wait(self, path: str = "/healthz", within: float = STARTS_WITHIN) -> None:
        until = time.monotonic() + within
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode}:\n{self.said()}")
            if self.get(path)[0] == 200:
                return
            time.sleep(0.1)
        raise AssertionError(f"{path} did not answer 200 within {within} s:\n{self.get(path)}\n{self.said()}")

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of one GET; 0 while nobody listens."""
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def stop(self, how: signal.Signals = signal.SIGINT, within: float = 25) -> int:
        """Sends the signal and gives the exit code."""
        self.process.send_signal(how)
        return self.process.wait(within)

    def said(self) -> str:
        return self.log.read_text(errors="replace")
