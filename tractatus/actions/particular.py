"""Programs whose words need a reading of their own: shells, interpreters, sed, find, curl's likes, the clouds' clients.

A reader gives False where the program's row in programs.toml says enough after all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tractatus.actions import configuration, edits, sql
from tractatus.actions.expansion import printed
from tractatus.actions.interpretation import interpret
from tractatus.actions.invocation import Invocation
from tractatus.actions.located import Located
from tractatus.actions.meanings import read_value, run_by_code
from tractatus.actions.names import subject_of, verb_of
from tractatus.actions.shell import Word

Reader = Callable[[Invocation], bool]
_PYTHON = re.compile(r"python\d?(?:\.\d{1,2})?\Z|pypy3?\Z")
_TIMES = re.compile(r"^[ \t]*+(?:@\w+|(?:[\d*,/A-Za-z-]+[ \t]++){5})", re.MULTILINE)
_DOES_MORE = re.compile(r"\bsystem\s*\(|\|\s*getline|\bprintf?\b[^\n}]{0,200}[>|]\s*[\"\w]")
_SED_END = re.compile(r"[;\n}]")
_WORD_FLAGS = re.compile(r"\w*")
_SED_ADDRESS = re.compile(r"[\s;{}!,\d$+~]++|/(?:[^/\\\n]|\\.)*+/[IM]?")
_SUBSTITUTION = re.compile(r"(?:^|[\s;{])(?:[\d,$]*)s([/|#,:@!~%])")


def reader_of(name: str) -> Reader | None:
    """The reader of a program, None where it needs none of its own."""
    found = _READERS.get(name)
    return _python if found is None and _PYTHON.match(name) else found


def _shell(call: Invocation) -> bool:
    """`bash -c "…"`, `sh script.sh`, or a shell that is fed its commands."""
    words = call.words
    command = skip = False
    for number, word in enumerate(words):
        text = word.text
        if skip:
            skip = False
        elif text in ("-o", "+o", "-O", "+O", "--rcfile", "--init-file"):
            skip = True
        elif text == "--" or text.startswith(("--", "+")):
            continue
        elif text.startswith("-") and len(text) > 1 and not command:
            command = ("c" in text and call.name != "fish") or text.endswith("c")
            if text == "-s" or (not command and "s" in text):
                break
        elif command:
            call.read(call.findings, printed(word) or word)
            return True
        elif (said := printed(word)) is not None:  # bash <(echo …)
            call.read(call.findings, said)
            return True
        elif text != "-":
            call.findings.path(text)
            verb = next((verb for part in re.split(r"[^a-z]+", text.lower()) if (verb := verb_of(part))), "run")
            call.act(verb if verb not in ("read", "list") else "run", f"script {text}"[:300])
            for rest in words[number + 1 : number + 50]:
                read_value(call, "word", rest)
            return True
    fed = call.fed()
    if fed is not None:
        call.read(call.findings, fed)
    else:
        call.act("run", "shell")
    return True


def _source(call: Invocation) -> bool:
    """`source script.sh`, or `source <(echo …)`."""
    if call.words and (said := printed(call.words[0])) is not None:
        call.read(call.findings, said)
        return True
    return False


def _eval(call: Invocation) -> bool:
    words = call.words[:200]
    if len(words) > 1:
        call.read(call.findings, Located(" ".join(word.text for word in words), words[0].path, None))
    for word in words[:1] if len(words) == 1 else ():
        call.read(call.findings, printed(word) or word)
    return True


def _scheduled(call: Invocation) -> bool:
    """`at` and `batch` are fed commands; `crontab -` is fed lines that end in one."""
    fed = call.fed()
    if fed is not None:
        text = fed.text
        if call.name == "crontab":
            text = _TIMES.sub("", text)
        call.read(call.findings, Located(text, fed.path, None))
    return False


def _python(call: Invocation) -> bool:
    words, findings = call.words, call.findings
    for number, word in enumerate(words):
        text = word.text
        if text == "-m" and number + 1 < len(words):
            call.run(findings, call.command, words[number + 1 :], call.piped, (call.name, "-m"))
            return True
        if text == "-c" and number + 1 < len(words):
            call.act("run", "code")
            edits.code(findings, words[number + 1], "python")
            run_by_code(call, words[number + 1])
            return True
        if text in ("-V", "--version", "--help"):
            return False
        if text.startswith("-") and text != "-":
            continue
        return _script(call, number)
    fed = call.fed()
    call.act("run", "code" if fed is not None else "shell")
    if fed is not None:
        edits.code(findings, fed, "python")
        run_by_code(call, fed)
    return True


def _script(call: Invocation, number: int = 0) -> bool:
    """An interpreter with a script that is a program of its own: manage.py, artisan, bin/console."""
    words = call.words
    if number < len(words) and words[number].text.rpartition("/")[2] in ("manage.py", "artisan", "console", "rails"):
        call.run(call.findings, call.command, words[number:], call.piped, (call.name,))
        return True
    return False


def _interpreter(call: Invocation) -> bool:
    return _script(call, 0)


def _echo(call: Invocation) -> bool:
    """Only shown on the screen; where it goes to a file or a program, that reads it."""
    call.act("read", "text", dry=True)
    return True


def _tee(call: Invocation) -> bool:
    fed = call.fed()
    targets = [word for word in call.words if not word.text.startswith("-")]
    call.act("write", ", ".join(f"path {word.text}" for word in targets[:20])[:300])
    for target in targets[:50]:
        edits.written(call.findings, target, fed)
    return True


def _sed(call: Invocation) -> bool:
    """With -i an edit of files, whose replacements are read as what they put there; else only a filter."""
    words, findings = call.words, call.findings
    inplace = any(w.text.startswith("-i") or w.text.startswith("--in-place") for w in words)
    scripts: list[Word] = []
    files: list[Word] = []
    takes = False
    for word in words:
        if takes:
            scripts.append(word)
            takes = False
        elif word.text in ("-e", "--expression"):
            takes = True
        elif word.text.startswith("-"):
            call.flags.append(word.text)
        elif word.text == "":
            continue  # sed -i '' on a Mac
        elif not scripts:
            scripts.append(word)
        else:
            files.append(word)
    verb = "write" if inplace else "run" if any(_runs(word.text[:20_000]) for word in scripts) else "read"
    call.act(verb, ", ".join(f"path {word.text}" for word in files[:20])[:300])
    for word in files[:50]:
        findings.path(word.text)
        findings.fact("path", word)
    if inplace:
        path = files[0].text if files else ""
        for script in scripts[:20]:
            for match in list(_SUBSTITUTION.finditer(script.text))[:20]:
                mark = match[1]
                parts = [
                    part.start() for part in re.finditer(r"(?<!\\)" + re.escape(mark), script.text[match.end() :])
                ][:2]
                if len(parts) == 2:
                    start = match.end()
                    old = script.text[start : start + parts[0]].strip("^$").replace("\\", "")
                    new = script.part(start + parts[0] + 1, start + parts[1])
                    edits.content(findings, path, new, old, new.place())
    return True


def _runs(script: str) -> bool:
    """Whether a script of sed runs commands or writes files: its commands `e` and `w`, and `s/a/b/e`."""
    at = 0
    while at < len(script):
        if match := _SED_ADDRESS.match(script, at):
            at = match.end()
            continue
        command, mark = script[at], script[at + 1 : at + 2]
        if command in "weW":
            return True
        if command in "sy" and mark:
            between = re.compile(r"(?<!\\)" + re.escape(mark))
            second = between.search(script, at + 2)
            third = between.search(script, second.end()) if second else None
            if third is None:
                return False
            flags = _WORD_FLAGS.match(script, third.end())
            if command == "s" and flags and set("ew") & set(flags.group()):
                return True
            at = third.end()
        end = _SED_END.search(script, at)
        at = end.end() if end else len(script)
    return False


def _awk(call: Invocation) -> bool:
    """A filter, unless its program runs commands or writes files."""
    if any(_DOES_MORE.search(word.text[:20_000]) for word in call.words):
        call.verb, call.fixed = "run", True
    return False


def _find(call: Invocation) -> bool:
    words, findings = call.words, call.findings
    verb, skip, number = "search", False, 0
    while number < len(words):
        text = words[number].text
        if text in ("-delete", "-fprint"):
            verb = "delete" if text == "-delete" else "write"
        elif text in ("-exec", "-execdir", "-ok"):
            inner = []
            number += 1
            while number < len(words) and words[number].text not in (";", "+"):
                inner.append(words[number])
                number += 1
            call.rest(inner)
        elif text.startswith("-") or text in ("!", "(", ")"):
            skip = text.startswith("-") and text not in ("-print", "-print0", "-depth", "-o", "-a", "-not")
        elif skip:
            skip = False
        else:
            findings.path(text)
            findings.fact("path", words[number])
        number += 1
    where = next((word.text for word in words if not word.text.startswith("-")), "")
    call.act(verb, f"path {where}"[:300])
    return True


def _compose(call: Invocation) -> bool:
    """`docker compose …` is docker-compose."""
    words = call.words
    if words and words[0].text == "compose":
        inner = Invocation(call.findings, call.command, "docker-compose", words, call.piped, call.run, call.read)
        inner.place, inner.prefix = call.place, ("docker",)
        interpret(inner)
        return True
    if (words and words[0].text in ("run", "create")) or [word.text for word in words[:2]] == ["container", "run"]:
        interpret(call)
        _of_its_image(call)
        return True
    return False


def _of_its_image(call: Invocation) -> None:
    """The ports and settings of a container are of what its image is: `-p 5432:5432 postgres`."""
    facts = call.findings.facts
    subject = next((fact.subject for fact in facts[call.since :] if fact.parameter == "image"), "")
    if subject_of(subject):
        for number in range(call.since, len(facts)):
            if not facts[number].subject and facts[number].parameter in (
                "port",
                "host",
                "container_port",
                "user",
                "database",
            ):
                facts[number] = replace(facts[number], subject=subject)


def _keyed(call: Invocation) -> bool:
    """redis-cli with a command of the store."""
    for word in call.words:
        verb = sql.keyed_verb(word.text)
        if verb:
            call.verb, call.fixed = verb, True
            break
    return False


def _httpie(call: Invocation) -> bool:
    """`http POST example.org name=value`."""
    words = [word for word in call.words if not word.text.startswith("-")]
    findings = call.findings
    verb, items = "download", words
    if words and words[0].text.isalpha() and words[0].text.isupper():
        read_value(call, "method", words[0])
        verb, items = call.verb, words[1:]
    if items:
        read_value(call, "url", items[0])
    for item in items[1:100]:
        match = re.match(r"([\w.-]{1,80})(:?=)", item.text)
        if match:
            configuration.setting(findings, match[1], item.part(match.end()))
            verb = "send" if verb == "download" else verb
    call.flags += [word.text for word in call.words if word.text.startswith("-")]
    call.act(verb, f"url {items[0].text}"[:300] if items else "")
    return True


_CLOUD = {"mb": "create", "rb": "delete", "presign": "publish", "ssh": "connect", "wait": "read", "tail": "read"}
_CLOUD |= {
    "request": "create",
    "invoke": "run",
    "reset": "delete",
    "set": "configure",
    "put": "write",
    "use": "switch",
    "sync": "copy",
}


def _cloud(call: Invocation) -> bool:
    """`aws ec2 terminate-instances`, `gcloud run services delete x`: the verb is one of the first words."""
    words = [word.text.lower() for word in call.words if not word.text.startswith("-")][:6]
    for word in words[1:]:
        first = word.partition("-")[0]
        verb = _CLOUD.get(first) or verb_of(first) or (verb_of(word) if word.isalpha() else "")
        if verb:
            if first in ("cp", "sync", "mv") and words[-1].startswith(("s3://", "gs://")):
                verb = "push"
            call.verb, call.fixed = verb, True
            break
    return False


_READERS: dict[str, Reader] = {
    **dict.fromkeys(("bash", "sh", "zsh", "dash", "ksh", "fish", "ash", "mksh"), _shell),
    **dict.fromkeys(("php", "ruby", "node"), _interpreter),
    **dict.fromkeys(("echo", "printf"), _echo),
    **dict.fromkeys(("sed", "gsed"), _sed),
    **dict.fromkeys(("http", "https", "xh"), _httpie),
    **dict.fromkeys(("aws", "gcloud", "az", "doctl", "hcloud", "oci", "linode-cli"), _cloud),
    "python": _python,
    **dict.fromkeys(("source", "."), _source),
    **dict.fromkeys(("at", "batch", "crontab"), _scheduled),
    "eval": _eval,
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk"), _awk),
    "tee": _tee,
    "find": _find,
    "docker": _compose,
    "podman": _compose,
    "redis-cli": _keyed,
}
