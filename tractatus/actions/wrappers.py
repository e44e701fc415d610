"""Programs that only run another: sudo, env, time, xargs, npx, uv run. They are taken off, their settings are kept."""

from __future__ import annotations

import re
from collections.abc import Callable

from tractatus.actions import configuration
from tractatus.actions.findings import Findings
from tractatus.actions.shell import Word

Unwrap = Callable[[Findings, list[Word]], list[Word] | None]
SETTING = re.compile(r"([A-Za-z_][\w.-]{0,60})=")


def unwrapped(findings: Findings, words: list[Word]) -> list[Word]:
    """The words of the command proper, without the wrappers before it."""
    for _ in range(8):
        unwrap = _WRAPPERS.get(words[0].text.rpartition("/")[2])
        inner = unwrap(findings, words) if unwrap is not None and len(words) > 1 else None
        if not inner:
            break
        words = inner
    return words


def _wrapped(options_with_value: str = "", *, skip: int = 0, manager: str = "") -> Unwrap:
    """A program that runs the command after its own options and `skip` words of its own."""
    taking = frozenset(options_with_value.split())

    def unwrap(findings: Findings, words: list[Word]) -> list[Word] | None:
        at, left, count = 1, skip, len(words)
        while at < count:
            text = words[at].text
            if text == "--":
                at += 1
                break
            if text.startswith("-") and len(text) > 1:
                if text in ("--help", "--version"):
                    return None
                at += 2 if text in taking else 1
            elif left:
                left -= 1
                at += 1
            elif "=" in text and (match := SETTING.match(text)):
                configuration.setting(findings, match[1], words[at].part(match.end()))
                at += 1
            else:
                break
        if manager and at < count:
            findings.fact("package_manager", manager)
        return words[at:] or None

    return unwrap


def _after(*names: str, options: str = "", manages: bool = False) -> Unwrap:
    """A program of which one of the subcommands `names` runs the command that follows it (`uv run`)."""
    inner = _wrapped(options)

    def unwrap(findings: Findings, words: list[Word]) -> list[Word] | None:
        if words[1].text not in names or len(words) < 3:
            return None
        if manages:
            findings.fact("package_manager", words[0])
        return inner(findings, words[1:])

    return unwrap


def _unless_asked(options: str) -> Unwrap:
    """A program that with one of these options only says what the command is (`command -v psql`)."""
    asked, inner = frozenset(options.split()), _wrapped()

    def unwrap(findings: Findings, words: list[Word]) -> list[Word] | None:
        return None if words[1].text in asked else inner(findings, words)

    return unwrap


_UV = "--with --python -p --extra --group --env-file --project --directory"
_WRAPPERS: dict[str, Unwrap] = {
    "sudo": _wrapped("-u -g -h -p -C --user --group"),
    "doas": _wrapped("-u -C"),
    "env": _wrapped("-u -C --unset --chdir"),
    "time": _wrapped("-f -o"),
    "nohup": _wrapped(),
    "nice": _wrapped("-n"),
    "ionice": _wrapped("-c -n"),
    "exec": _wrapped("-a"),
    "command": _unless_asked("-v -V -pv -pV"),
    "builtin": _wrapped(),
    "stdbuf": _wrapped("-i -o -e"),
    "setsid": _wrapped(),
    "busybox": _wrapped(),
    "toybox": _wrapped(),
    "unshare": _wrapped(),
    "runuser": _wrapped("-u --user -g --group"),
    "systemd-run": _wrapped("-u --unit -p --property"),
    "flock": _wrapped("-w --timeout -E", skip=1),
    "chroot": _wrapped(skip=1),
    "watch": _wrapped("-n -d --interval"),
    "timeout": _wrapped("-s -k --signal --kill-after", skip=1),
    "gtimeout": _wrapped("-s -k --signal --kill-after", skip=1),
    "xargs": _wrapped("-n -P -I -L -d -a -s --max-args --max-procs --delimiter"),
    "parallel": _wrapped("-j --jobs -a"),
    "dotenv": _wrapped("-f -e"),
    "cross-env": _wrapped(),
    "faketime": _wrapped(skip=1),
    "strace": _wrapped("-e -o -p -s"),
    "caffeinate": _wrapped("-t"),
    "npx": _wrapped("-p --package", manager="npm"),
    "bunx": _wrapped("-p --package", manager="bun"),
    "uvx": _wrapped("--from --with --python -p", manager="uv"),
    "direnv": _after("exec"),
    "op": _after("run"),
    "doppler": _after("run"),
    "mise": _after("exec", "x"),
    "asdf": _after("exec"),
    "pipx": _after("run"),
    "conda": _after("run", options="-n --name -p"),
    "uv": _after("run", options=_UV, manages=True),
    "poetry": _after("run", manages=True),
    "pipenv": _after("run", manages=True),
    "pdm": _after("run", manages=True),
    "hatch": _after("run", manages=True),
    "bundle": _after("exec", manages=True),
    "pnpm": _after("exec", "dlx", manages=True),
    "yarn": _after("exec", "dlx", manages=True),
    "npm": _after("exec", "x", manages=True),
    "bun": _after("x", manages=True),
}
