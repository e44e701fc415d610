"""Makes a Python environment from a file of pinned and hashed requirements. Called by bin/environment."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

INSTALL_VENV = (
    "This Python cannot make an environment: its venv or ensurepip module is missing.\n"
    "On Debian and Ubuntu:  apt install python3-venv\n"
    "On Fedora:             dnf install python3-pip\n"
    "Then start this again."
)


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def wanted(requirements: Path) -> str:
    """What the environment has to be made of: these requirements, on this Python."""
    digest = hashlib.sha256(requirements.read_bytes())
    digest.update(f"{sys.version_info[:2]} {os.path.realpath(sys.executable)}".encode())
    return digest.hexdigest()


def works(python: Path) -> bool:
    if not python.exists():
        return False
    return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def make(folder: Path) -> None:
    """An empty environment in `folder`, whatever stood there before."""
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise SystemExit(INSTALL_VENV)
    say(f"Making the Python environment in {folder.name} …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(folder)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        if "ensurepip" in made.stdout + made.stderr:
            raise SystemExit(INSTALL_VENV)
        raise SystemExit(f"The environment could not be made:\n{made.stdout}{made.stderr}")


def install(python: Path, requirements: Path) -> None:
    """Installs exactly the requirements, saying now and then how far it is."""
    total = len(re.findall(r"^[\w.-]+==", requirements.read_text(), re.MULTILINE))
    say(f"Installing {total} packages, which takes about a minute the first time …")
    command = [
        str(python), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input",
        "--disable-pip-version-check", "--progress-bar", "off", "-r", str(requirements),
    ]  # fmt: skip
    output: list[str] = []
    seen, shown = 0, time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            output.append(line)
            if line.startswith("Collecting "):
                seen += 1
                if time.monotonic() - shown > 3:
                    shown = time.monotonic()
                    say(f"  {seen} of {total}: {line.split()[1].split('==')[0]}")
            elif line.startswith("Installing collected packages"):
                say("  all fetched, unpacking …")
    if pip.returncode:
        say("".join(output[-30:]))
        raise SystemExit("The packages could not be installed; the lines above say why. Is there a network connection?")


def main() -> None:
    folder, requirements = Path(sys.argv[1]), Path(sys.argv[2])
    python = folder / "bin" / "python"
    mark = folder / "requirements.sha256"
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(folder.name + ".lock")
    with lock.open("w") as handle:
        # Two commands started at once must not install into the same folder together.
        fcntl.flock(handle, fcntl.LOCK_EX)
        up_to_date = wanted(requirements)
        if not (mark.is_file() and mark.read_text() == up_to_date and works(python)):
            make(folder)
            install(python, requirements)
            mark.write_text(up_to_date)
            say("  done.")
    print(python)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
        sys.exit(0)
    say("Stopped.")
    sys.exit(130)
