"""One program as it is run: its options and words, read by its row in programs.toml, or by their form alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tractatus.actions import configuration, edits, environments, sql, values
from tractatus.actions.facts import Act, Passage, Place
from tractatus.actions.findings import Findings
from tractatus.actions.located import Located
from tractatus.actions.names import parameter_names, parameter_of, reading_verbs, subject_kinds, subject_of, verb_of
from tractatus.actions.programs import Use, programs
from tractatus.actions.shell import Command, Word

_DRY_FLAGS = frozenset(
    {"--help", "--dry-run", "--dryrun", "--dry_run", "--just-print", "--whatif", "--simulate", "--noop"}
)
_ASKS = frozenset({"--version", "-version", "version", "--help", "-help", "help", "-V", "-h", "-v"})
_NUMERIC_PORT = re.compile(r"\d{2,5}\Z")
_NUMBER = re.compile(r"-?\d[\d.,:_]*(?:e[+-]?\d+)?[a-zA-Z%]{0,3}\Z")
_SWITCHES = frozenset(
    [
        "verbose",
        "quiet",
        "force",
        "all",
        "debug",
        "help",
        "yes",
        "recursive",
        "watch",
        "silent",
        "interactive",
        "version",
        "json",
        "amp",
    ]
)
_OLD_TAR = re.compile(r"[cxtruzjJvfpa]{2,7}\Z")  # tar xzf, without a dash
_SETTING = re.compile(r"([A-Za-z_][\w.-]{0,60})=")
_MESSAGE_HEREDOC = re.compile(r"\$\(cat <<-?\s*['\"]?(\w+)['\"]?\n")
_FILE = re.compile(
    r"[\w@~.+-]*(?:/[\w@~.+*{},\[\]-]+)+/?\Z|[\w@+-][\w@.+-]*\.[A-Za-z][A-Za-z0-9]{0,9}\Z|\.[A-Za-z][\w.-]*\Z"
)
_SCRIPT = re.compile(r"\.(?:sh|py|rb|pl|js|ts|mjs|php)$")
_PYTHON = re.compile(r"python\d(?:\.\d{1,2})?\Z")
_PARAMETERS = frozenset(parameter_names().values())
_BY_PARAMETER = {"port": "ports", "host": "bind", "url": "url", "image": "image", "path": "path", "message": "message"}
_LANGUAGES = {"node": "javascript", "python": "python", "ruby": "ruby", "perl": "perl", "php": "php"}
_INTERPRETERS = frozenset({"bash", "sh", "zsh", "ssh", "dash", "ksh"})
_MANAGING = frozenset({"install", "uninstall", "upgrade", "publish"})
_RUNNERS = frozenset(
    {"npm", "pnpm", "yarn", "bun", "pip", "pip3", "uv", "poetry", "pipenv", "pdm", "conda", "composer"}
)
_OWNERLESS = frozenset(
    {"package manager", "infrastructure", "cloud", "runtime", "language"}
)  # what runs a thing is not the thing
_THEIRS = frozenset(
    {"region", "zone", "namespace", "context", "profile", "tag", "project", "cluster", "version", "service"}
)
_TOLD = {"--prod": "production", "--production": "production", "--staging": "staging", "--live": "production"}
_METHODS = {"GET": "download", "HEAD": "read", "OPTIONS": "read", "DELETE": "delete", "PUT": "write", "PATCH": "write"}


class Invocation:
    """One program as it is run: its words after its name, what is piped into it, and where it stands."""

    __slots__ = (
        "command",
        "files_from",
        "findings",
        "fixed",
        "flags",
        "name",
        "operands",
        "piped",
        "place",
        "prefix",
        "program",
        "read",
        "run",
        "since",
        "use",
        "verb",
        "whole",
        "whole_name",
        "words",
    )

    def __init__(
        self,
        findings: Findings,
        command: Command,
        name: str,
        words: list[Word],
        piped: Command | None,
        run: Callable[[Findings, Command, list[Word], Command | None, tuple[str, ...]], None],
        read: Callable[[Findings, Located], None],
    ) -> None:
        """`words` begin with the program itself; `run` reads a command that this one runs, `read` a line of them."""
        self.findings = findings
        self.command = command
        self.name = name
        self.whole = words
        self.whole_name = name
        if _PYTHON.match(name):
            self.name = name = "python"
        self.words = words[1:]
        self.piped = piped
        self.run = run
        self.read = read
        self.program = self.use = programs().get(name) or Use(name)
        self.flags: list[str] = []
        self.operands: list[Word] = []
        self.files_from = -1
        self.verb = ""
        self.fixed = False
        self.since = len(findings.facts)
        self.place: Place | None = None
        self.prefix: tuple[str, ...] = ()

    def subject(self, parameter: str) -> str:
        """The thing that a parameter of this program speaks of: Docker's port is of what runs in it, not of Docker."""
        subject = self.use.subject
        if not subject:
            return ""
        return "" if subject_kinds().get(subject) in _OWNERLESS and parameter not in _THEIRS else subject

    def act(self, verb: str, thing: str = "", *, dry: bool = False, at: int | None = None) -> None:
        """Note what this program does; `at` is where among the acts it belongs."""
        findings = self.findings
        act = Act(verb, self.name, thing, dry or findings.dry, self.place, self.texts(), tuple(self.flags))
        findings.acts.insert(len(findings.acts) if at is None else at, act)

    def rest(self, words: list[Word]) -> None:
        """Read `words` as a command that this one runs."""
        if words and self.findings.depth < 8:
            self.findings.depth += 1
            if len(words) == 1 and (words[0].quoted or " " in words[0].text):
                self.read(self.findings, words[0])
            else:
                self.run(self.findings, self.command, words, None, ())
            self.findings.depth -= 1

    def texts(self) -> tuple[str, ...]:
        return (*self.prefix, *[word.text for word in self.whole])

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


def interpret(call: Invocation) -> None:
    """Read a program by its row in programs.toml, or by its words alone where it has none."""
    findings, use, words = call.findings, call.use, call.words
    if use.commands:
        sub, taken = _subcommand(use, words)
        if sub is not None:
            call.use = use = sub
            words = [word for number, word in enumerate(words) if number not in taken]
    if len(call.words) == 1 and call.words[0].text in _ASKS and call.words[0].text not in use.options:
        call.act("read", "version or help", dry=True)
        return
    mark = len(findings.acts)
    dry = parse(call, words)
    verb = call.verb or _peculiar(call) or use.verb or _guess(call)
    before = findings.dry
    findings.dry = before or dry
    thing = _operands(call)
    verb = verb if call.verb in ("", verb) else call.verb
    call.act(verb, thing, at=mark)
    if verb == "configure" and "config" in "".join(call.texts()[:3]) and len(call.operands) > 1:
        configuration.setting(findings, call.operands[-2].text, call.operands[-1], (), call.subject("region"))
    if call.program.manages:
        _versions(call)
    if call.program.manages and (verb in _MANAGING or (call.name in _RUNNERS and verb not in reading_verbs())):
        findings.fact("package_manager", call.whole[0].part(len(call.whole[0].text) - len(call.name)))
    if not findings.dry:
        program = call.whole[0]
        start = program.text.rfind(call.whole_name) if call.whole_name else -1
        findings.fact("tool", program.part(start, start + len(call.whole_name)) if start >= 0 else call.name)
    fed = call.fed()
    if fed is not None and not dry:
        _fed(call, fed)
    elif fed is None and verb == "connect" and any(operator == "<" for operator, _ in call.command.redirects):
        call.act("run", "script from a file")
    for parameter in use.implicit:
        if not findings.said(parameter, call.since) and not _addressed(findings, call.since, parameter):
            findings.implicit(parameter, call.use.subject or call.name)
    findings.dry = before


def _versions(call: Invocation) -> None:
    """`gem install rails -v 7.1`: a version that an option gives is of the package, not of its manager."""
    facts = call.findings.facts
    package = next((fact.value for fact in facts[call.since :] if fact.parameter == "package"), "")
    for number in range(call.since, len(facts) if package else 0):
        if facts[number].parameter == "version" and facts[number].subject == call.use.subject:
            facts[number] = replace(facts[number], subject=subject_of(package) or package.lower())


def _addressed(findings: Findings, since: int, parameter: str) -> bool:
    """Whether an address has said the parameter already, or its default."""
    return any(fact.parameter == parameter or fact.parameter == "url" for fact in findings.facts[since:])


def _peculiar(call: Invocation) -> str:
    """The verb of the few commands that do one thing with words after them and another without."""
    name = call.use.name
    if call.name == "git" and call.operands:
        if name == "branch":
            return "create"
    elif call.name == "git":
        return {"tag": "list", "stash": "write"}.get(name, "")
    if call.name == "tar" and call.operands and _OLD_TAR.match(call.operands[0].text):
        letters = call.operands.pop(0).text
        return "list" if "t" in letters else "export" if "c" in letters else "write"
    if call.name == "gh" and name == "pr merge":
        for word in call.words:
            if word.text in ("--merge", "--squash", "--rebase"):
                call.findings.fact("merge_method", word.part(2), key=word.text)
    if call.name == "git" and name == "config" and len(call.operands) == 1:
        return "read"
    if call.name in ("npm", "cargo") and name == "version" and not call.operands:
        return "read"
    return ""


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
            if len(call.operands) == call.use.wraps:
                call.rest(words[number - 1 :])
                break
            call.operands.append(word)
            continue
        if text == "--":
            if call.use.wraps >= 0:
                call.rest(words[number:])
                break
            if call.program.manages:
                continue
            call.files_from = len(call.operands)
            call.operands += words[number:]
            break
        equals = text.find("=")
        name = text if equals < 0 else text[:equals]
        option = options.get(name)
        if option is not None:
            call.flags.append(name)
            if name in _TOLD:
                call.findings.environments.append((0, _TOLD[name]))
            if option.long and option.long != name:
                call.flags.append(option.long)
            if option.verb == "dry":
                dry = True
            elif option.verb and not call.fixed:
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
        if name in _TOLD:
            call.findings.environments.append((0, _TOLD[name]))
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
            configuration.setting(call.findings, name[2:], word.part(equals + 1), (), call.subject("port"))
            return 0
        parameter, _ = parameter_of(name)
        if following is None or following.text.startswith("-"):
            return 0
        if following.text in environments.names() and parameter not in _PARAMETERS:
            call.findings.fact("environment", following, key=name)  # --mode staging
            return 1
        if parameter in _PARAMETERS:
            read_value(call, _BY_PARAMETER.get(parameter, parameter), following, name)
            return 1
        alone = parameter in _SWITCHES or parameter.startswith(("no_", "with_", "skip_", "enable_", "disable_"))
        free = not call.program.options and not _FILE.match(following.text) and not alone
        if free or _NUMBER.match(following.text):  # --learning-rate 1e-3
            configuration.setting(call.findings, name[2:], following, (), call.subject("port"))
            return 1
    elif following is not None and name in ("-p", "-P") and _NUMERIC_PORT.match(following.text):
        call.findings.fact("port", following, call.subject("port"), key=name)
        return 1
    elif following is not None and name in ("-m", "--message") and following.quoted:
        read_value(call, "message", following, name)
        return 1
    elif equals > 0:
        configuration.setting(call.findings, name.lstrip("-"), word.part(equals + 1), (), call.subject("port"))
    return 0


_PARAMETERS = frozenset(parameter_names().values())
_BY_PARAMETER = {"port": "ports", "host": "bind", "url": "url", "image": "image", "path": "path", "message": "message"}


def read_value(call: Invocation, kind: str, value: Located, key: str = "") -> str:
    """Read the value of an option or a word as its kind says; gives it in words, for the act's object."""
    findings, text = call.findings, value.text
    if kind == "value" or not text:
        return ""
    reader = _VALUES.get(kind)
    if reader is not None:
        return reader(call, value, key) or ""
    if text.startswith("$"):
        return f"{kind} {text}"
    if "://" in text and values.url(findings, value, key=key, whole=kind == "url"):
        return f"{kind} {text}"[:200]
    if kind == "host" and text.isdigit():
        kind = "port"
    findings.fact(kind, value, call.subject(kind), key=key)
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
        if "=" in value.text:
            configuration.configuration(findings, value, subject=subject)
        elif value.text.isdigit():
            findings.fact("port", value, subject, key=key)
        elif not values.host_port(findings, value, subject):
            findings.fact("database", value, subject, key=key)
    return f"database {value.text}"[:200]


def _query(call: Invocation, value: Located, key: str) -> str:
    sql.read(call.findings, value, call.use.subject, tool=call.name)
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
    call.read(call.findings, value)
    return ""


def _method(call: Invocation, value: Located, key: str) -> str:
    method = value.text.upper()
    call.findings.fact("method", value, key=key)
    call.verb = _METHODS.get(method, "send")
    call.fixed = True
    return ""


def _of(call: Invocation, value: Located, key: str) -> str:
    """The name of the thing that the next word is a version of."""
    call.use = replace(call.use, subject=subject_of(value.text) or value.text.lower())
    return value.text[:100]


def _definition(call: Invocation, value: Located, key: str) -> str:
    """`KEY=VALUE`, or several with commas between them."""
    if call.use.words == "set image":
        return f"image {values.image(call.findings, value.part(value.text.find('=') + 1), key=key)}"
    for match in re.finditer(r"([A-Za-z_][\w.\[\]-]{0,80})=([^,]{1,500})", value.text):
        configuration.setting(call.findings, match[1], value.part(*match.span(2)), (), call.subject("port"))
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
    if "=" in value.text or value.text.startswith("-"):
        return _plain(call, value)
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
    values.ports(call.findings, value, call.subject("port"), key=key)
    return f"port {value.text}"[:80]


def _bind(call: Invocation, value: Located, key: str) -> str:
    values.bind(call.findings, value, call.subject("port"), key=key)
    return f"host {value.text}"[:200]


def _image(call: Invocation, value: Located, key: str) -> str:
    return f"image {values.image(call.findings, value, key=key)}"


def _target(call: Invocation, value: Located, key: str) -> str:
    if call.name in ("scp", "rsync") and ":" not in value.text and "@" not in value.text:
        return _path(call, value, key)
    values.target(call.findings, value, call.use.subject, key=key)
    return f"host {value.text}"[:200]


def _module(call: Invocation, value: Located, key: str) -> str:
    return f"module {value.text}"[:200]


def _word(call: Invocation, value: Located, key: str) -> str:
    text = value.text
    if "://" in text:
        values.url(call.findings, value, key=key)
    elif "=" in text and (match := _SETTING.match(text)) and match[1].isupper():
        configuration.setting(call.findings, match[1], value.part(match.end()))
    return text[:200]


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
    "method": _method,
    "of": _of,
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
        if 0 <= call.files_from <= number:
            things.append(_path(call, word, ""))
            continue
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
    if not things and call.use.words:
        return call.use.words
    return ", ".join(things[:20])


def _plain(call: Invocation, word: Located) -> str:
    """A word that no row explains: an address, a setting, a file, or just a word."""
    text, findings = word.text, call.findings
    if not text or len(text) > 2_000 or text.startswith("$"):
        return text[:200]
    if "://" in text and values.url(findings, word):
        return f"url {text}"[:300]
    if match := _SETTING.match(text):
        configuration.setting(findings, match[1], word.part(match.end()), (), call.subject("port"))
        return ""
    if ":" in text and values.host_port(findings, word, call.subject("port")):
        return f"host {text}"
    if text in environments.names():
        findings.fact("environment", word)
        return text
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
        sql.read(call.findings, fed, subject, tool=call.name)
        _say(call, fed, "query")
    elif call.name in _INTERPRETERS:
        call.read(call.findings, fed)
    elif call.name in _LANGUAGES:
        edits.code(call.findings, fed, _LANGUAGES[call.name])
    elif call.name not in ("cat", "tee"):
        _say(call, fed, "message")
