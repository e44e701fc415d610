"""What a shell makes of the words of a command before it runs them, as far as the line itself says it.

Variables that were set before in the same line, loops over words that stand there, `$IFS`, `${X:-default}`, braces in
the name of a program, aliases, and what `$(echo …)` prints. What only the machine knows stays as it is written.
"""

from __future__ import annotations

import re

from tractatus.actions import shell
from tractatus.actions.findings import Findings
from tractatus.actions.located import Located
from tractatus.actions.shell import Command, Word

LONGEST = 2_000  # characters of a value; one that is doubled line after line must not fill the memory
MOST_VALUES = 20  # of one variable, and words that one word becomes
MOST_VARIABLES = 200

_USE = re.compile(r"\$(?:(?P<name>[A-Za-z_]\w{0,80})|\{(?P<braced>[A-Za-z_]\w{0,80})(?P<rest>[:-=?+][^{}]{0,300})?\})")
_BRACES = re.compile(r"([^{}\s]{0,200}+)\{([^{}\s,]{0,200}+(?:,[^{}\s,]{0,200}+){1,20}+)\}([^{}\s]{0,200}+)\Z")
_OF_FILES = frozenset({"rm", "mv", "unlink", "shred", "rmdir", "truncate"})
_DECLARING = frozenset({"export", "declare", "local", "readonly", "typeset"})
_SETTING = re.compile(r"([A-Za-z_]\w{0,80})=")
_PRINTED = re.compile(r"(?:\$|<)\(([^()`]{1,600})\)\Z|`([^`]{1,600})`\Z")
_PLACE = re.compile(r"%(?:-?\d{0,4})([sdb%])")


def expand(findings: Findings, command: Command) -> None:
    """Put into the words of `command` what the line says of them, and note what the command sets."""
    words = command.words
    if words and words[0].text in findings.aliases and not words[0].quoted:
        words = command.words = [*findings.aliases[words[0].text], *words[1:]]
    if any(word.expands or "{" in word.text for word in words):
        words = command.words = _expanded(findings, words)
    for number, (operator, word) in enumerate(command.redirects):
        if word.expands:
            command.redirects[number] = (operator, _expanded(findings, [word])[0])
    if words:
        _told(findings, words, command.redirects)
    else:
        for name, value in command.assignments:
            _set(findings, name, value)


def printed(found: Located) -> Located | None:
    """What `$(echo …)` or `<(echo …)` prints, None where it is something else or more."""
    match = _PRINTED.match(found.text)
    if match is None:
        return None
    inner, _ = shell.commands(found.part(*match.span(match.lastindex or 1)))
    if len(inner) != 1 or not inner[0].words or inner[0].words[0].text not in ("echo", "printf"):
        return None
    return echoed(inner[0].words)


def echoed(words: list[Word]) -> Located | None:
    """What `echo` or `printf` with these words writes."""
    name, rest = words[0].text, words[1:]
    escapes = name == "printf"
    while name == "echo" and rest and re.fullmatch(r"-[neE]{1,3}", rest[0].text):
        escapes = escapes or "e" in rest[0].text
        rest = rest[1:]
    if not rest:
        return None
    if name == "printf" and len(rest) > 1:
        values = iter([word.text for word in rest[1:200]])
        text = _PLACE.sub(lambda match: "%" if match[1] == "%" else next(values, ""), rest[0].text)
        text = "\n".join([text, *values]) if "%" in rest[0].text else text
        return Located(shell.unescaped(text), rest[0].path, None)
    if len(rest) == 1 and not (escapes and "\\" in rest[0].text):
        return rest[0]
    text = " ".join(word.text for word in rest)
    return Located(shell.unescaped(text) if escapes else text, rest[0].path, None)


def _told(findings: Findings, words: list[Word], redirects: list[tuple[str, Word]]) -> None:
    """Note what a command sets: `export A=1`, `for f in a b`, `read A`, `alias x=…`."""
    name = words[0].text
    if name in _DECLARING:
        for word in words[1:50]:
            if match := _SETTING.match(word.text):
                _set(findings, match[1], word.part(match.end()))
    elif name == "alias":
        for word in words[1:50]:
            key, equals, _ = word.text.partition("=")
            if equals and len(findings.aliases) < MOST_VARIABLES:
                found, _ = shell.commands(word.part(len(key) + 1))
                findings.aliases[key] = found[0].words[:MOST_VALUES] if found else []
    elif name in ("for", "select") and len(words) > 3 and words[2].text == "in":
        if len(findings.variables) < MOST_VARIABLES:
            findings.variables[words[1].text] = words[3 : 3 + MOST_VALUES]
    elif name == "printf" and len(words) > 3 and words[1].text == "-v":
        if (said := echoed([words[0], *words[3:]])) is not None:
            _set(findings, words[2].text, said)
    elif name in ("read", "mapfile", "readarray"):
        given = next((word for operator, word in redirects if operator == "<<<"), None)
        for word in words[1:20]:
            if not word.text.startswith("-") and len(findings.variables) < MOST_VARIABLES:
                findings.variables[word.text] = [given or Word("$(read)", word.path, None, None, True)]


def _set(findings: Findings, name: str, value: Located) -> None:
    if len(value.text) > LONGEST or (name not in findings.variables and len(findings.variables) >= MOST_VARIABLES):
        findings.variables.pop(name, None)
        return
    word = Word(value.text, value.path, value.offset, value.positions, True, "$" in value.text or "`" in value.text)
    findings.variables[name] = _expanded(findings, [word])[:MOST_VALUES]


def _expanded(findings: Findings, words: list[Word]) -> list[Word]:
    made: list[Word] = []
    braces = words[0].text.rpartition("/")[2] in _OF_FILES
    for place, word in enumerate(words):
        if word.expands and ("$" in word.text or "`" in word.text) and len(word.text) <= LONGEST:
            made += _of_word(findings, word, place == 0)
        elif (place == 0 or braces) and not word.quoted and (match := _BRACES.match(word.text)):
            made += [_new(match[1] + middle + match[3], word) for middle in match[2].split(",")[:MOST_VALUES]]
        else:
            made.append(word)
    return made or words


def _of_word(findings: Findings, word: Word, program: bool) -> list[Word]:
    known = findings.variables
    if (match := _USE.fullmatch(word.text)) and not match["rest"]:
        name = match["name"] or match["braced"]
        if name in known:
            return _split(known[name], word)
    if (said := printed(word)) is not None:
        return _split([_new(said.text, word)], word)
    texts = [word.text]
    for match in list(_USE.finditer(word.text))[:MOST_VALUES]:
        name, rest, written = match["name"] or match["braced"], match["rest"] or "", match.group()
        values: list[str] = []
        if name == "IFS" and name not in known:
            values = [" "]
        elif name in known and rest[:1] != "+":
            if rest[:1] not in ("", "-", "=", "?") and rest[:2] not in (":-", ":=", ":?"):
                continue  # cut or changed: what comes of it is not known
            values = [one.text for one in known[name]]
        elif rest[:2] in (":-", ":=") or rest[:1] in ("-", "="):
            values = [rest.lstrip(":")[1:]]
        if values:
            texts = [text.replace(written, value, 1) for text in texts for value in values][:MOST_VALUES]
    if texts == [word.text]:
        return [word]
    return _split([_new(text[: LONGEST * 2], word) for text in texts], word)


def _new(text: str, word: Word) -> Word:
    """A word that nobody wrote so: it has no place."""
    return Word(text, word.path, None, None, word.quoted, "$" in text or "`" in text)


def _split(values: list[Word], word: Word) -> list[Word]:
    """A value where it is not quoted is as many words as it has."""
    if word.quoted:
        return values
    made: list[Word] = []
    for value in values:
        if value.text.split() == [value.text]:
            made.append(value)
        else:
            made += [_new(text, word) for text in value.text.split()[:MOST_VALUES]]
    return made[: MOST_VALUES * MOST_VALUES]
