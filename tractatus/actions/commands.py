"""Shell commands, read by what their programs are: wrappers taken off, options and words given their meaning."""

from __future__ import annotations

import re
from collections.abc import Callable

from tractatus.actions import configuration, edits, environments, shell, sql, values
from tractatus.actions.facts import Act, Passage, Place
from tractatus.actions.findings import Findings
from tractatus.actions.located import Located
from tractatus.actions.names import parameter_names, parameter_of, subject_kinds, verb_of
from tractatus.actions.programs import Use, programs
from tractatus.actions.shell import Command, Word

DEEPEST = 5
_DRY_FLAGS = frozenset(
    {"--help", "--dry-run", "--dryrun", "--dry_run", "--just-print", "--whatif", "--simulate", "--noop"}
)
_ASKS = frozenset({"--version", "-version", "version", "--help", "-help", "help", "-V", "-h", "-v"})
_NUMERIC_PORT = re.compile(r"\d{2,5}\Z")
_SETTING = re.compile(r"([A-Za-z_][\w.-]{0,60})=")
_MESSAGE_HEREDOC = re.compile(r"\$\(cat <<-?\s*['\"]?(\w+)['\"]?\n")
_NOWHERE = frozenset({"", "-", "/dev/null", "/dev/stderr", "/dev/stdout", "/dev/tty"})
_FILE = re.compile(
    r"[\w@~.+-]*(?:/[\w@~.+*{},\[\]-]+)+/?\Z|[\w@+-][\w@.+-]*\.[A-Za-z][A-Za-z0-9]{0,9}\Z|\.[A-Za-z][\w.-]*\Z"
)
_SCRIPT = re.compile(r"\.(?:sh|py|rb|pl|js|ts|mjs|php)$")


def read(findings: Findings, source: Located) -> None:
    """Read a whole command line, with everything that it runs, writes and says."""
    if findings.depth >= DEEPEST:
        findings.cut = True
        return
    findings.depth += 1
    found, cut = shell.commands(source)
    findings.cut = findings.cut or cut
    before: Command | None = None
    for command in found:
        _simple(findings, command, before if command.piped else None)
        before = command
    findings.depth -= 1


def query(findings: Findings, found: Located, subject: str = "", *, tool: str = "") -> None:
    """Read a text that is sent to a database."""
    sql.read(findings, found, subject, tool=tool)


class Invocation:
    """One program as it is run: its words after its name, what is piped into it, and where it stands."""

    __slots__ = ("command", "findings", "flags", "name", "operands", "piped", "place", "since", "use", "verb", "words")

    def __init__(
        self, findings: Findings, command: Command, name: str, words: list[Word], piped: Command | None
    ) -> None:
        self.findings = findings
        self.command = command
        self.name = name
        self.words = words
        self.piped = piped
        self.use = programs().get(name) or Use(name)
        self.flags: list[str] = []
        self.operands: list[Word] = []
        self.verb = ""
        self.since = len(findings.facts)
        self.place: Place | None = None

    def texts(self) -> tuple[str, ...]:
        return (self.name, *[word.text for word in self.words])

    def fed(self) -> Located | None:
        """What the program is given to read by a heredoc, a here-string, or an echo before it."""
        if self.command.heredoc is not None:
            return self.command.heredoc
        for operator, word in self.command.redirects:
            if operator == "<<<":
                return word
        if self.piped is not None and self.piped.words and self.piped.words[0].text in ("echo", "printf", "cat"):
            if self.piped.heredoc is not None:
                return self.piped.heredoc
            if self.piped.words[0].text != "cat":
                return next((word for word in self.piped.words[1:] if not word.text.startswith("-")), None)
        return None


def _simple(findings: Findings, command: Command, piped: Command | None) -> None:
    for name, value in command.assignments:
        if value.text:
            configuration.setting(findings, name, value)
    words = command.words
    if words:
        _run(findings, command, words, piped)
    for operator, word in command.redirects:
        writes = operator.lstrip("01&") in (">", ">>", ">|")
        if writes and word.text not in _NOWHERE and not word.text.isdigit():
            _redirected(findings, command, word)


def _redirected(findings: Findings, command: Command, target: Word) -> None:
    """What a command writes to a file instead of the screen."""
    findings.act("write", "", f"path {target.text}"[:300], target.place())
    content: Located | None = None
    name = command.words[0].text if command.words else "cat"
    if name in ("echo", "printf"):
        content = next((word for word in command.words[1:] if not re.fullmatch(r"-[neE]+", word.text)), None)
    elif name == "cat":
        content = command.heredoc
    edits.written(findings, target, content)


def _run(findings: Findings, command: Command, words: list[Word], piped: Command | None) -> None:
    """Take off what only wraps a command, then read the command."""
    for _ in range(8):
        if not words:
            return
        name = words[0].text.rpartition("/")[2] or words[0].text
        wrapper = _WRAPPERS.get(name)
        if wrapper is None or len(words) == 1:
            break
        unwrapped = wrapper(findings, words)
        if unwrapped is None:
            break
        words = unwrapped
    if not words:
        return
    name = words[0].text.rpartition("/")[2] or words[0].text
    call = Invocation(findings, command, name, words[1:], piped)
    first, last = words[0].place(), words[-1].place()
    if first and last and first.span and last.span and first.span[0] <= last.span[1]:
        call.place = Place(first.path, (first.span[0], last.span[1]))
    elif first:
        call.place = first
    handler = _HANDLERS.get(name)
    if handler is not None:
        handler(call)
    else:
        interpret(call)


def interpret(call: Invocation, *, start: int = 0) -> None:
    """Read a program by its row in programs.toml, or by its words alone where it has none."""
    findings, use, words = call.findings, call.use, call.words[start:]
    verb = use.verb
    if use.commands:
        sub, taken = _subcommand(use, words)
        if sub is not None:
            call.use = use = sub
            words = [word for number, word in enumerate(words) if number not in taken]
            verb = sub.verb
    if len(call.words) == 1 and call.words[0].text in _ASKS and call.words[0].text not in use.options:
        findings.act("read", call.name, "version or help", call.place, call.texts(), (call.words[0].text,), dry=True)
        return
    mark = len(findings.acts)
    dry = parse(call, words)
    verb = call.verb or verb or _guess(call)
    before = findings.dry
    findings.dry = before or dry
    thing = _operands(call)
    act = Act(verb, call.name, thing, findings.dry, call.place, call.texts(), tuple(call.flags))
    findings.acts.insert(mark, act)
    findings.dry = before
    fed = call.fed()
    if fed is not None and not dry:
        _fed(call, fed)
    for parameter in call.use.implicit:
        if not findings.said(parameter, call.since) and not findings.said("url", call.since):
            findings.implicit(parameter, call.use.subject or call.name)


def _subcommand(use: Use, words: list[Word]) -> tuple[Use | None, set[int]]:
    """The longest subcommand that the words begin with, options passed over, and which words it takes."""
    names: list[str] = []
    at: list[int] = []
    skip = False
    for number, word in enumerate(words):
        if skip:
            skip = False
            continue
        text = word.text
        if text.startswith("-") and text != "-":
            option = use.options.get(text)
            skip = option is not None and bool(option.kind)
            continue
        names.append(text)
        at.append(number)
        if len(names) == use.deepest:
            break
    for length in range(len(names), 0, -1):
        found = use.commands.get(tuple(names[:length]))
        if found is not None:
            return found, set(at[:length])
    return None, set()


def parse(call: Invocation, words: list[Word]) -> bool:
    """Tell options from other words, read what the options carry; whether the command is only tried."""
    options = call.use.options
    dry = False
    number, count = 0, len(words)
    while number < count:
        word = words[number]
        number += 1
        text = word.text
        if not text.startswith("-") or text == "-" or len(text) > 2_000 or (word.quoted and " " in text):
            call.operands.append(word)
            continue
        if text == "--":
            call.operands += words[number:]
            break
        equals = text.find("=")
        name = text if equals < 0 else text[:equals]
        option = options.get(name)
        if option is not None:
            call.flags.append(name)
            if option.long and option.long != name:
                call.flags.append(option.long)
            if option.verb == "dry":
                dry = True
            elif option.verb:
                call.verb = option.verb
            if option.kind:
                if equals >= 0:
                    read_value(call, option.kind, word.part(equals + 1), name)
                elif number < count:
                    read_value(call, option.kind, words[number], name)
                    number += 1
            continue
        if name in _DRY_FLAGS and not text.endswith(("=false", "=none")):
            call.flags.append(name)
            dry = True
            continue
        if not text.startswith("--") and len(text) > 2 and options:
            number += _cluster(call, word, words[number] if number < count else None)
            continue
        call.flags.append(name)
        number += _unknown(call, word, name, equals, words[number] if number < count else None)
    return dry


def _cluster(call: Invocation, word: Word, following: Word | None) -> int:
    """`-nm "text"` or `-p27017`: short options written together. Gives how many words after it belong to it."""
    text = word.text
    for at in range(1, len(text)):
        name = f"-{text[at]}"
        option = call.use.options.get(name)
        if option is None:
            if at == 1:
                call.flags.append(text.partition("=")[0])
                return _unknown(call, word, text.partition("=")[0], text.find("="), following)
            call.flags.append(name)
            continue
        call.flags.append(name)
        if option.long:
            call.flags.append(option.long)
        if option.verb and option.verb != "dry":
            call.verb = option.verb
        if option.kind:
            rest = at + 1
            if rest < len(text):
                read_value(call, option.kind, word.part(rest + 1 if text[rest] == "=" else rest), name)
                return 0
            if following is not None:
                read_value(call, option.kind, following, name)
                return 1
    return 0


def _unknown(call: Invocation, word: Word, name: str, equals: int, following: Word | None) -> int:
    """An option that no row names: read by its own name where that is a parameter's. Gives how many words it takes."""
    if name.startswith("--"):
        if equals >= 0:
            configuration.setting(call.findings, name[2:], word.part(equals + 1), (), call.use.subject)
            return 0
        parameter, _ = parameter_of(name)
        if following is not None and parameter in _PARAMETERS and not following.text.startswith("-"):
            read_value(call, _BY_PARAMETER.get(parameter, parameter), following, name)
            return 1
    elif following is not None and name in ("-p", "-P") and _NUMERIC_PORT.match(following.text):
        call.findings.fact("port", following, call.use.subject, key=name)
        return 1
    elif following is not None and name in ("-m", "--message") and following.quoted:
        read_value(call, "message", following, name)
        return 1
    elif equals > 0:
        configuration.setting(call.findings, name.lstrip("-"), word.part(equals + 1), (), call.use.subject)
    return 0


_PARAMETERS = frozenset(parameter_names().values())
_BY_PARAMETER = {"port": "ports", "host": "bind", "url": "url", "image": "image", "path": "path", "message": "message"}


def read_value(call: Invocation, kind: str, value: Located, key: str = "") -> str:
    """Read the value of an option or a word as its kind says; gives it in words, for the act's object."""
    findings, subject, text = call.findings, call.use.subject, value.text
    if kind == "value" or not text:
        return ""
    reader = _VALUES.get(kind)
    if reader is not None:
        return reader(call, value, key) or ""
    if text.startswith("$"):
        return f"{kind} {text}"
    if "://" in text and values.url(findings, value, key=key, whole=kind == "url"):
        return f"{kind} {text}"[:200]
    findings.fact(kind, value, subject, key=key)
    return f"{kind} {text}"[:200]


def _url(call: Invocation, value: Located, key: str) -> str:
    findings, subject = call.findings, call.use.subject
    found = values.url(findings, value, key=key) or values.host_port(findings, value, subject)
    if not found and values.HOST.match(value.text):
        findings.fact("host", value, subject, key=key)
    return f"url {value.text}"[:300]


def _server(call: Invocation, value: Located, key: str) -> str:
    """A connection string, `host:port/database`, or the bare name of a database."""
    findings, subject = call.findings, call.use.subject
    if not values.url(findings, value, key=key):
        if value.text.isdigit():
            findings.fact("port", value, subject, key=key)
        elif not values.host_port(findings, value, subject):
            findings.fact("database", value, subject, key=key)
    return f"database {value.text}"[:200]


def _query(call: Invocation, value: Located, key: str) -> str:
    query(call.findings, value, call.use.subject, tool=call.name)
    _say(call, value, "query")
    return ""


def _say(call: Invocation, value: Located, kind: str, language: str = "") -> None:
    text = value.text
    call.findings.passage(Passage(text, kind, language, place=value.place(), added=((0, len(text)),) if text else ()))


def _message(call: Invocation, value: Located, key: str) -> str:
    if match := _MESSAGE_HEREDOC.match(value.text):  # -m "$(cat <<'EOF' …
        end = value.text.rfind(f"\n{match.group(1)}")
        value = value.part(match.end(), end if end > match.end() else len(value.text))
    _say(call, value, "message")
    call.findings.fact("message", value, key=key)
    return ""


def _body(call: Invocation, value: Located, key: str) -> str:
    if value.text.startswith("@"):
        values.path(call.findings, value.part(1), key=key)
        return ""
    _say(call, value, "message")
    configuration.configuration(call.findings, value, literal=False)
    return ""


def _code(call: Invocation, value: Located, key: str) -> str:
    edits.code(call.findings, value, _LANGUAGES.get(call.name, call.use.subject))
    return ""


def _nested(call: Invocation, value: Located, key: str) -> str:
    read(call.findings, value)
    return ""


def _definition(call: Invocation, value: Located, key: str) -> str:
    """`KEY=VALUE`, or several with commas between them."""
    for match in re.finditer(r"([A-Za-z_][\w.\[\]-]{0,80})=([^,]{1,500})", value.text):
        configuration.setting(call.findings, match[1], value.part(*match.span(2)), (), call.use.subject)
    return ""


def _path(call: Invocation, value: Located, key: str) -> str:
    values.path(call.findings, value, key=key)
    return f"path {value.text}"[:300]


def _output(call: Invocation, value: Located, key: str) -> str:
    if value.text not in ("-", "/dev/null"):
        call.findings.act("write", call.name, f"path {value.text}"[:300], value.place())
        values.path(call.findings, value, key=key)
    return ""


def _ref(call: Invocation, value: Located, key: str) -> str:
    """A branch, a tag or a commit of a repository, or a file there."""
    text = value.text
    base = re.split(r"[~^@]", text, maxsplit=1)[0]
    if _SHA.match(base) or base in ("HEAD", "", "-", "FETCH_HEAD"):
        return f"commit {text}"[:200]
    if ("." in base and not base.startswith(("v", "release")) and _FILE.match(base) and "/" not in base) or base == ".":
        return _path(call, value, key)
    if base.startswith(("origin/", "upstream/")):
        value, base = value.part(base.index("/") + 1), base[base.index("/") + 1 :]
    for dots in ("...", ".."):
        if dots in base:
            base = base.partition(dots)[0]
            return f"commits {text}"[:200]
    call.findings.fact("branch", value.part(0, len(base)), key=key)
    return f"branch {base}"


_SHA = re.compile(r"[0-9a-f]{7,40}\Z")


def _refspec(call: Invocation, value: Located, key: str) -> str:
    text = value.text
    if text.startswith("+"):
        call.flags.append("--force")
        value, text = value.part(1), text[1:]
    source, colon, target = text.partition(":")
    if not colon:
        return _ref(call, value, key)
    if not source:
        call.verb = "delete"
    name = target.removeprefix("refs/heads/")
    call.findings.fact("branch", value.part(len(text) - len(name)), key=key)
    return f"branch {name}"


def _package(call: Invocation, value: Located, key: str) -> str:
    text = value.text
    if text.startswith((".", "/", "-")) and not text.startswith("@"):
        return _path(call, value, key)
    if "://" in text:
        return _url(call, value, key)
    name = values.package(call.findings, value, call.name if call.use.manages else "", key=key)
    return f"package {name}"


def _script(call: Invocation, value: Located, key: str) -> str:
    values.path(call.findings, value, key=key)
    return f"script {value.text}"[:200]


def _task(call: Invocation, value: Located, key: str) -> str:
    call.findings.fact("task", value, key=key)
    call.verb = call.verb or next(
        (verb for part in re.split(r"[^a-z]+", value.text.lower()) if (verb := verb_of(part))), ""
    )
    named = environments.within(value.text)
    if named and named != "test":
        call.findings.environments.append((1, named))
    return f"task {value.text}"[:200]


def _header(call: Invocation, value: Located, key: str) -> str:
    return ""


def _ports(call: Invocation, value: Located, key: str) -> str:
    values.ports(call.findings, value, call.use.subject, key=key)
    return f"port {value.text}"[:80]


def _bind(call: Invocation, value: Located, key: str) -> str:
    values.bind(call.findings, value, call.use.subject, key=key)
    return f"host {value.text}"[:200]


def _image(call: Invocation, value: Located, key: str) -> str:
    return f"image {values.image(call.findings, value, key=key)}"


def _target(call: Invocation, value: Located, key: str) -> str:
    values.target(call.findings, value, call.use.subject, key=key)
    return f"host {value.text}"[:200]


def _module(call: Invocation, value: Located, key: str) -> str:
    return f"module {value.text}"[:200]


def _word(call: Invocation, value: Located, key: str) -> str:
    return value.text[:200]


_VALUES: dict[str, Callable[[Invocation, Located, str], str]] = {
    "url": _url,
    "server": _server,
    "query": _query,
    "message": _message,
    "body": _body,
    "code": _code,
    "command": _nested,
    "definition": _definition,
    "assignment": _definition,
    "path": _path,
    "input": _path,
    "output": _output,
    "ref": _ref,
    "refspec": _refspec,
    "package": _package,
    "script": _script,
    "task": _task,
    "header": _header,
    "ports": _ports,
    "bind": _bind,
    "image": _image,
    "target": _target,
    "module": _module,
    "word": _word,
}
_LANGUAGES = {
    "node": "javascript",
    "python": "python",
    "python3": "python",
    "ruby": "ruby",
    "perl": "perl",
    "php": "php",
}


def _operands(call: Invocation) -> str:
    """Read the words that are no options by what the program's row says they are; gives the act's object."""
    kinds, things = call.use.operands, []
    for number, word in enumerate(call.operands):
        kind = kinds[min(number, len(kinds) - 1)] if kinds else ""
        if kind.endswith("..."):
            kind = kind[:-3]
        elif number >= len(kinds) > 0:
            kind = ""
        thing = read_value(call, kind, word) if kind else _plain(call, word)
        if thing:
            things.append(thing)
        if len(things) > 200:
            break
    if not things and call.use.name != call.name:
        return call.use.name
    return ", ".join(things[:20])


def _plain(call: Invocation, word: Word) -> str:
    """A word that no row explains: an address, a setting, a file, or just a word."""
    text, findings = word.text, call.findings
    if not text or len(text) > 2_000 or text.startswith("$"):
        return text[:200]
    if "://" in text and values.url(findings, word):
        return f"url {text}"[:300]
    if match := _SETTING.match(text):
        configuration.setting(findings, match[1], word.part(match.end()), (), call.use.subject)
        return ""
    if ":" in text and values.host_port(findings, word, call.use.subject):
        return f"host {text}"
    if "\n" not in text and _FILE.match(text):
        findings.path(text)
        findings.fact("path", word)
        return f"path {text}"[:300]
    return text[:200]


def _guess(call: Invocation) -> str:
    """The verb of a program that no row knows: by its first word, or by its own name."""
    for word in call.operands[:2]:
        for part in re.split(r"[^a-z]+", word.text[:80].lower()):
            if verb := verb_of(part):
                return verb
    stem = _SCRIPT.sub("", call.name.lower())
    for part in re.split(r"[^a-z]+", stem[:80]):
        if verb := verb_of(part):
            return verb
    return "run"


def _fed(call: Invocation, fed: Located) -> None:
    """What is piped or written into a program."""
    subject = call.use.subject
    if subject_kinds().get(subject) in ("database", "search") or call.name in ("psql", "mysql", "sqlite3"):
        query(call.findings, fed, subject, tool=call.name)
        _say(call, fed, "query")
    elif call.name in _INTERPRETERS:
        read(call.findings, fed)
    elif call.name in _LANGUAGES:
        edits.code(call.findings, fed, _LANGUAGES[call.name])
    elif call.name not in ("cat", "tee"):
        _say(call, fed, "message")


_INTERPRETERS = frozenset({"bash", "sh", "zsh", "ssh", "dash", "ksh"})


def _wrapped(options_with_value: str, *, skip: int = 0) -> Callable[[Findings, list[Word]], list[Word] | None]:
    """A program that runs the command after its own options and `skip` words of its own."""
    taking = frozenset(options_with_value.split())

    def unwrap(findings: Findings, words: list[Word]) -> list[Word] | None:
        at, left = 1, skip
        while at < len(words):
            text = words[at].text
            if text == "--":
                at += 1
                break
            if text.startswith("-") and len(text) > 1:
                if text in _DRY_FLAGS:
                    return None
                at += 2 if text in taking else 1
            elif left:
                left -= 1
                at += 1
            elif "=" in text and (match := _SETTING.match(text)):
                configuration.setting(findings, match[1], words[at].part(match.end()))
                at += 1
            else:
                break
        return words[at:] or None

    return unwrap


def _after(*names: str, options: str = "") -> Callable[[Findings, list[Word]], list[Word] | None]:
    """A program of which one of the subcommands `names` runs the command that follows it (`uv run`)."""
    inner = _wrapped(options)

    def unwrap(findings: Findings, words: list[Word]) -> list[Word] | None:
        if words[1].text in names and len(words) > 2:
            return inner(findings, words[1:])
        return None

    return unwrap


_WRAPPERS: dict[str, Callable[[Findings, list[Word]], list[Word] | None]] = {
    "sudo": _wrapped("-u -g -h -p -C --user --group"),
    "doas": _wrapped("-u -C"),
    "env": _wrapped("-u -C --unset --chdir"),
    "time": _wrapped("-f -o"),
    "nohup": _wrapped(""),
    "nice": _wrapped("-n"),
    "ionice": _wrapped("-c -n"),
    "exec": _wrapped("-a"),
    "command": _wrapped(""),
    "builtin": _wrapped(""),
    "stdbuf": _wrapped("-i -o -e"),
    "setsid": _wrapped(""),
    "watch": _wrapped("-n -d --interval"),
    "timeout": _wrapped("-s -k --signal --kill-after", skip=1),
    "xargs": _wrapped("-n -P -I -L -d -a -s --max-args --max-procs --delimiter"),
    "parallel": _wrapped("-j --jobs -a"),
    "dotenv": _wrapped("-f -e"),
    "cross-env": _wrapped(""),
    "direnv": _after("exec"),
    "op": _after("run"),
    "doppler": _after("run"),
    "uv": _after("run", options="--with --python -p --extra --group --env-file --project --directory"),
    "poetry": _after("run"),
    "pipenv": _after("run"),
    "pdm": _after("run"),
    "hatch": _after("run"),
    "rye": _after("run"),
    "bundle": _after("exec"),
    "pnpm": _after("exec", "dlx"),
    "yarn": _after("exec", "dlx"),
    "npm": _after("exec", "x"),
    "npx": _wrapped("-p --package -c --call"),
    "bunx": _wrapped("-p --package"),
    "uvx": _wrapped("--from --with --python -p"),
    "pipx": _after("run"),
    "conda": _after("run", options="-n --name -p"),
    "mise": _after("exec", "x"),
    "asdf": _after("exec"),
    "nix-shell": _wrapped("-p --run"),
    "faketime": _wrapped("", skip=1),
    "strace": _wrapped("-e -o -p -s"),
    "caffeinate": _wrapped("-t"),
    "then": _wrapped(""),
}
_HANDLERS: dict[str, Callable[[Invocation], None]] = {}
