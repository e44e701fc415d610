"""Shell commands, read by what their programs are: each simple command, what is piped into it, what it writes."""

from __future__ import annotations

from tractatus.actions import configuration, edits, expansion, particular, shell, sql
from tractatus.actions.facts import Place
from tractatus.actions.findings import Findings
from tractatus.actions.interpretation import interpret
from tractatus.actions.invocation import Invocation
from tractatus.actions.located import Located
from tractatus.actions.names import subject_of
from tractatus.actions.shell import Command, Word
from tractatus.actions.wrappers import unwrapped

DEEPEST = 5
_NOWHERE = frozenset({"", "-", "/dev/null", "/dev/stderr", "/dev/stdout", "/dev/tty"})


def read(findings: Findings, source: Located) -> None:
    """Read a whole command line, with everything that it runs, writes and says."""
    if findings.depth >= DEEPEST:
        findings.cut = findings.unread = True
        return
    findings.depth += 1
    found, cut = shell.commands(source)
    findings.cut, findings.unread = findings.cut or cut, findings.unread or cut
    joined, group = findings.joined, findings.group
    if findings.depth > 1:
        findings.shells += 1
        group = (*group, -findings.shells)
    before: Command | None = None
    for command in found:
        findings.joined, findings.group = command.joined or joined, (*group, *command.group)
        expansion.expand(findings, command)
        _simple(findings, command, before if command.piped else None)
        before = command
    findings.joined, findings.group = joined, group[:-1] if findings.depth > 1 else group
    findings.depth -= 1


def query(findings: Findings, found: Located, subject: str = "", *, tool: str = "") -> None:
    """Read a text that is sent to a database."""
    sql.read(findings, found, subject, tool=tool)


def _simple(findings: Findings, command: Command, piped: Command | None) -> None:
    for name, value in command.assignments:
        if value.text:
            configuration.setting(findings, name, value)
    if command.words:
        run(findings, command, command.words, piped)
    for operator, word in command.redirects:
        operator = operator.lstrip("0123456789&")
        if operator in (">", ">>", ">|") and word.text not in _NOWHERE and not word.text.isdigit():
            _redirected(findings, command, word, operator)
        elif operator == "<" and any(passage.path == word.text for passage in findings.passages):
            findings.act("read", "", f"path {word.text}"[:300], word.place(), flags=("<",))


def _redirected(findings: Findings, command: Command, target: Word, operator: str) -> None:
    """What a command writes to a file instead of the screen."""
    findings.act("write", "", f"path {target.text}"[:300], target.place(), flags=(operator,))
    content: Located | None = None
    name = command.words[0].text if command.words else "cat"
    if name in ("echo", "printf"):
        content = expansion.echoed(command.words)
    elif name == "cat":
        content = command.heredoc
    edits.written(findings, target, content)


def run(
    findings: Findings, command: Command, words: list[Word], piped: Command | None, prefix: tuple[str, ...] = ()
) -> None:
    """Read one command without its wrappers. `prefix` are words that run it and are part of it (`php artisan`)."""
    words = unwrapped(findings, words)
    if " " in (line := words[0].text).strip() and not line.startswith(("$", "`", "<(")) and "/" not in line.split()[0]:
        read(findings, words[0])  # env -S "…", flock … -c "…"
        return
    name = words[0].text.rpartition("/")[2] or words[0].text
    if "@" in name[1:] and "/" not in name:  # npx prettier@3
        name, _, version = name.partition("@")
        findings.fact("version", words[0].part(len(words[0].text) - len(version)), subject_of(name) or name)
    call = Invocation(findings, command, name, words, piped, run, read)
    call.prefix = prefix
    first, last = words[0].place(), words[-1].place()
    if first and last and first.span and last.span and first.span[0] <= last.span[1]:
        call.place = Place(first.path, (first.span[0], last.span[1]))
    else:
        call.place = first
    reader = particular.reader_of(name)
    if reader is None or not reader(call):
        interpret(call)
