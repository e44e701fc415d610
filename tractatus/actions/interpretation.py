"""A program's options and words, told apart and read by its row in programs.toml, or by their form alone."""

from __future__ import annotations

import re
from dataclasses import replace

from tractatus.actions import configuration, edits, environments, sql
from tractatus.actions.findings import Findings
from tractatus.actions.invocation import Invocation
from tractatus.actions.located import Located
from tractatus.actions.meanings import FILE, LANGUAGES, plain, read_path, read_value, say
from tractatus.actions.names import parameter_names, parameter_of, reading_verbs, subject_kinds, subject_of, verb_of
from tractatus.actions.programs import Use
from tractatus.actions.shell import Word

_DRY_FLAGS = frozenset(
    {"--help", "--dry-run", "--dryrun", "--dry_run", "--just-print", "--whatif", "--simulate", "--noop"}
)
# options with which a program that reads runs another, or writes a file
_NONE: frozenset[str] = frozenset()
_DOING = {
    "git": frozenset({"--output", "-O", "--open-files-in-pager", "--ext-diff"}),
    "rg": frozenset({"--pre", "--hostname-bin"}),
    "fd": frozenset({"-x", "-X", "--exec", "--exec-batch"}),
    "man": frozenset({"-P", "--pager", "-H"}),
    "less": frozenset({"-o", "-O", "--log-file"}),
}
_NOT_DRY = frozenset(f"--no-{name[2:]}" for name in _DRY_FLAGS)
_OFF = frozenset({"false", "none", "no", "off", "0"})
_ASKS = frozenset({"--version", "-version", "version", "--help", "-help", "help", "-V", "-h", "-v"})
_NUMERIC_PORT = re.compile(r"\d{2,5}\Z")
_NUMBER = re.compile(r"-?\d[\d.,:_]*(?:e[+-]?\d+)?[a-zA-Z%]{0,3}\Z")
_SWITCHES = frozenset({"verbose", "quiet", "force", "all", "debug", "help", "yes", "recursive", "watch", "silent"})
_SWITCHES |= {"interactive", "version", "json", "amp"}
_OLD_TAR = re.compile(r"[cxtruzjJvfpa]{2,7}\Z")  # tar xzf, without a dash
_SCRIPT = re.compile(r"\.(?:sh|py|rb|pl|js|ts|mjs|php)$")
_PARAMETERS = frozenset(parameter_names().values())
_BY_PARAMETER = {"port": "ports", "host": "bind", "url": "url", "image": "image", "path": "path", "message": "message"}
_INTERPRETERS = frozenset(
    {"bash", "sh", "zsh", "ssh", "dash", "ksh", "make", "gmake", "parallel", "su", "sudo", "doas"}
)
_MANAGING = frozenset({"install", "uninstall", "upgrade", "publish"})
_RUNNERS = frozenset(
    {"npm", "pnpm", "yarn", "bun", "pip", "pip3", "uv", "poetry", "pipenv", "pdm", "conda", "composer"}
)
_TOLD = {"--prod": "production", "--production": "production", "--staging": "staging", "--live": "production"}


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
    if verb in reading_verbs() and not _DOING.get(call.name, _NONE).isdisjoint(call.flags):
        verb = "run"
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
                dry = not _is_off(text, words[number] if number < count else None)
            elif option.verb and not call.fixed:
                call.verb = option.verb
            if option.kind:
                if equals >= 0:
                    read_value(call, option.kind, word.part(equals + 1), name)
                elif number < count:
                    read_value(call, option.kind, words[number], name)
                    number += 1
            continue
        if name in _DRY_FLAGS:
            call.flags.append(name)
            dry = not _is_off(text, words[number] if number < count else None)
            continue
        if name in _NOT_DRY:
            dry = False
        if not text.startswith("--") and len(text) > 2 and options:
            number += _cluster(call, word, words[number] if number < count else None)
            continue
        call.flags.append(name)
        if name in _TOLD:
            call.findings.environments.append((0, _TOLD[name]))
        number += _unknown(call, word, name, equals, words[number] if number < count else None)
    return dry


def _is_off(text: str, following: Word | None) -> bool:
    """Whether an option for only trying is switched off: `--dry-run=none`, `--dry-run false`. The last one counts."""
    _, equals, value = text.partition("=")
    return value.lower() in _OFF if equals else following is not None and following.text.lower() in _OFF


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
        free = not call.program.options and not FILE.match(following.text) and not alone
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


def _operands(call: Invocation) -> str:
    """Read the words that are no options by what the program's row says they are; gives the act's object."""
    kinds, things = call.use.operands, []
    for number, word in enumerate(call.operands):
        if 0 <= call.files_from <= number:
            things.append(read_path(call, word, ""))
            continue
        kind = kinds[min(number, len(kinds) - 1)] if kinds else ""
        if kind.endswith("..."):
            kind = kind[:-3]
        elif number >= len(kinds) > 0:
            kind = ""
        thing = read_value(call, kind, word) if kind else plain(call, word)
        if thing:
            things.append(thing)
        if len(things) > 200:
            break
    if not things and call.use.words:
        return call.use.words
    return ", ".join(things[:20])


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
    if subject_kinds().get(subject) in ("database", "search", "cache") or call.name in ("psql", "mysql", "sqlite3"):
        sql.read(call.findings, fed, subject, tool=call.name)
        say(call, fed, "query")
    elif call.name in _INTERPRETERS:
        call.read(call.findings, fed)
    elif call.name in LANGUAGES:
        edits.code(call.findings, fed, LANGUAGES[call.name])
    elif call.name not in ("cat", "tee"):
        say(call, fed, "message")
