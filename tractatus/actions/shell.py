"""A shell command as the simple commands it is made of: words, assignments, redirections, heredocs, each with its
place.

Reads what POSIX shells and bash read: quotes, `&&`, `||`, `;`, `|`, new lines, subshells, `$( )`, backquotes, process
substitution, heredocs and comments. It runs nothing and expands nothing. Text that is no shell is still cut into words.
"""

from __future__ import annotations

import re

from tractatus.actions.located import Located

_TOKEN = re.compile(
    r"(?P<space>(?:[ \t\r]|\\\r?\n)++)"
    r"|(?P<newline>\n)"
    r"|(?P<comment>#[^\n]*+)"
    r"|(?P<plain>[^\s'\"\\$`|&;()<>#][^\s'\"\\$`|&;()<>]*+(?=[\s|&;()]|\Z))"
    r"|'(?P<single>[^']*+)'(?=[\s|&;()<>]|\Z)"
    r"|\"(?P<double>[^\"\\$`]*+)\"(?=[\s|&;()<>]|\Z)"
    r"|(?P<redirect>\d?(?:<<<|<<-?|&>>|&>|>>|>\||>&|<>|<&|>(?!\()|<(?!\()))"
    r"|(?P<operator>&&|\|\||\|&|;;|[;&|()])"
)
_BARE = re.compile(r"[^\s'\"\\$`|&;()<>]++")
_QUOTED = re.compile(r"[^\"\\$`]++")
_VARIABLE = re.compile(r"\w+|[@*#?$!-]")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[[^\]=]*\])?\+?=")
_KEYWORDS = frozenset(
    {"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "time", "esac"}
)

MOST_COMMANDS = 2_000
MOST_AROUND = 50  # subshells around a command that are told apart
MOST_WORDS = 20_000
DEEPEST = 6


class Word(Located):
    """One word of a command as the program gets it. `quoted` where it was wholly in quotes, `expands` where the shell
    would put a value into it (`$PORT`)."""

    __slots__ = ("expands", "quoted")

    def __init__(
        self,
        text: str,
        path: tuple[str | int, ...],
        offset: int | None = 0,
        positions: list[int] | None = None,
        quoted: bool = False,
        expands: bool = False,
    ) -> None:
        self.text = text
        self.path = path
        self.offset = offset
        self.positions = positions
        self.quoted = quoted
        self.expands = expands


class Command:
    """One simple command. `joined` is what joins it to the one before; `piped` says that it
    reads what the one before writes; `group` are the subshells that it stands in."""

    __slots__ = ("assignments", "group", "heredoc", "joined", "piped", "redirects", "words")

    def __init__(self) -> None:
        self.assignments: list[tuple[str, Located]] = []
        self.words: list[Word] = []
        self.redirects: list[tuple[str, Word]] = []
        self.heredoc: Located | None = None
        self.piped = False
        self.joined = ""
        self.group: tuple[int, ...] = ()


def commands(source: Located) -> tuple[list[Command], bool]:
    """The simple commands of `source` in their order, those in `$( )` after the one that holds them, and whether some
    of it was left unread because there was too much."""
    reader = _Reader(source)
    reader.read(0, 0)
    return reader.found, reader.cut


class _Reader:
    def __init__(self, source: Located) -> None:
        self.source = source
        self.text = source.text
        self.found: list[Command] = []
        self.cut = False
        self.words = 0
        self.groups = 0
        self.escaped: set[tuple[int, int]] = set()  # the pieces that are written with escapes: $'\x72m'

    def read(self, at: int, depth: int, end: int | None = None, nested: bool = False) -> None:
        """Read the text from `at` to `end` as a list of commands."""
        text, source = self.text, self.source
        end = len(text) if end is None else end
        command = Command()
        awaits = ""  # the redirection whose target comes next
        heredocs: list[tuple[Command, str, bool, bool]] = []
        inner: list[tuple[int, int]] = []
        around: tuple[int, ...] = ()
        beyond = 0  # subshells further in than are told apart
        if nested:
            self.groups += 1
            command.group = around = (self.groups,)
        match_token = _TOKEN.match
        while at < end:
            match = match_token(text, at, end)
            kind = match.lastgroup if match else None
            if match is not None and kind != "plain" and kind != "single" and kind != "double":
                at = match.end()
                if kind == "space" or kind == "comment":
                    continue
                if kind == "redirect":
                    awaits = match.group()
                    continue
                operator = match.group()
                empty = self._finish(command)
                piped = operator in ("|", "|&")
                joined = operator
                if operator == "(":
                    if len(around) < MOST_AROUND:
                        self.groups += 1
                        around = (*around, self.groups)
                    else:
                        beyond += 1
                        self.cut = True
                    joined = command.joined if empty else ""
                elif operator == ")" and beyond:
                    beyond -= 1
                elif operator == ")":
                    around = around[: 1 if nested else 0] if len(around) < 2 else around[:-1]
                elif operator == "\n" and empty and command.joined in _GOES_ON:
                    joined, piped = command.joined, command.piped
                command = Command()
                command.piped, command.joined, command.group = piped, joined, around
                awaits = ""
                if kind == "newline" and heredocs:
                    at = self._heredocs(heredocs, at, end, inner)
                    heredocs = []
                if len(self.found) >= MOST_COMMANDS:
                    self.cut = True
                    return
                continue
            self.words += 1
            if self.words > MOST_WORDS:
                self.cut = True
                break
            if match is not None and kind is not None:
                start = match.start(kind)
                plain = kind == "plain"
                value = match.group(kind)
                if source.offset is not None:
                    word = Word(value, source.path, source.offset + start, None, not plain)
                else:
                    positions = None if source.positions is None else source.positions[start : start + len(value)]
                    word = Word(value, source.path, None, positions, not plain)
                at = match.end()
            else:
                word, at = self._word(at, end, inner, depth)
            if awaits:
                if (awaits[-2:] == "<<" and awaits[-3:] != "<<<") or awaits.endswith("<<-"):
                    plain = text[at - len(word.text) : at] == word.text  # what stands in it is expanded
                    heredocs.append((command, word.text, awaits.endswith("-"), plain))
                else:
                    command.redirects.append((awaits, word))
                awaits = ""
            elif not command.words and not word.quoted and self._leading(command, word):
                pass
            else:
                command.words.append(word)
        self._finish(command)
        for start, stop in inner:
            if depth < DEEPEST and len(self.found) < MOST_COMMANDS:
                self.read(start, depth + 1, stop, nested=True)
            else:
                self.cut = True

    def _leading(self, command: Command, word: Word) -> bool:
        """Whether `word` is an assignment or a keyword before the command proper. Assignments are kept."""
        if word.text in _KEYWORDS:
            return True
        if "=" in word.text and (match := _ASSIGNMENT.match(word.text)):
            command.assignments.append((match.group(1), word.part(match.end())))
            return True
        return False

    def _finish(self, command: Command) -> bool:
        """Note the command; whether there was none."""
        if command.words or command.assignments or command.redirects:
            self.found.append(command)
            return False
        return True

    def _heredocs(
        self, heredocs: list[tuple[Command, str, bool, bool]], at: int, end: int, inner: list[tuple[int, int]]
    ) -> int:
        """Take the bodies that follow a line with `<<`, and give where the text goes on."""
        for command, mark, indented, expands in heredocs:
            start = at
            while True:
                stop = self.text.find("\n", at, end)
                line = self.text[at : end if stop < 0 else stop]
                if (line.lstrip("\t") if indented else line).rstrip("\r") == mark:
                    command.heredoc = self.source.part(start, max(start, at))
                    at = end if stop < 0 else stop + 1
                    break
                if stop < 0:  # never ended: the shell takes the rest
                    command.heredoc = self.source.part(start, end)
                    at = end
                    break
                at = stop + 1
            if expands:
                self._noted(start, at, inner)
        return at

    def _word(self, at: int, end: int, inner: list[tuple[int, int]], depth: int) -> tuple[Word, int]:
        """A word that is put together from quoted and unquoted pieces, from `at` on."""
        text = self.text
        pieces: list[tuple[int, int]] = []  # spans of the text that the word keeps
        start, quoted, expands = at, False, False
        while at < end:
            char = text[at]
            if char in " \t\r\n|&;()":
                break
            if char in "<>":
                if text[at + 1 : at + 2] != "(":
                    break
                stop = self._closing(at + 2, end)
                inner.append((at + 2, stop))
                pieces.append((at, min(stop + 1, end)))
                at = stop + 1
            elif char == "'":
                stop = text.find("'", at + 1, end)
                stop = end if stop < 0 else stop
                pieces.append((at + 1, stop))
                quoted = quoted or at == start
                at = stop + 1
            elif char == '"':
                quoted = quoted or at == start
                at = self._double(at + 1, end, pieces, inner)
                expands = True
            elif char == "\\":
                if text[at + 1 : at + 2] != "\n" and at + 1 < end:
                    pieces.append((at + 1, at + 2))
                at += 2
            elif char == "$" or char == "`":
                expands = True
                at = self._expansion(at, end, pieces, inner)
            elif match := _BARE.match(text, at, end):
                pieces.append(match.span())
                at = match.end()
            else:
                pieces.append((at, at + 1))
                at += 1
        return self._joined(pieces, quoted, expands and any(text[a:b].startswith(("$", "`")) for a, b in pieces)), at

    def _double(self, at: int, end: int, pieces: list[tuple[int, int]], inner: list[tuple[int, int]]) -> int:
        text = self.text
        while at < end:
            if match := _QUOTED.match(text, at, end):
                pieces.append(match.span())
                at = match.end()
                continue
            char = text[at]
            if char == '"':
                return at + 1
            if char == "\\":
                following = text[at + 1 : at + 2]
                if following == "\n":
                    pass
                elif following in ('"', "\\", "$", "`"):
                    pieces.append((at + 1, min(at + 2, end)))
                else:
                    pieces.append((at, min(at + 2, end)))
                at += 2
            else:
                at = self._expansion(at, end, pieces, inner)
        return end

    def _expansion(self, at: int, end: int, pieces: list[tuple[int, int]], inner: list[tuple[int, int]]) -> int:
        """`$name`, `${name}`, `$(command)` or a backquoted command: kept as written, the command noted for reading."""
        text = self.text
        if text[at] == "`":
            stop = text.find("`", at + 1, end)
            stop = end if stop < 0 else stop
            inner.append((at + 1, stop))
        elif text.startswith("$((", at):
            stop = self._closing(at + 2, end)
            self._noted(at + 3, stop, inner)
        elif text.startswith("$(", at):
            stop = self._closing(at + 2, end)
            inner.append((at + 2, stop))
        elif text.startswith("${", at):
            stop = text.find("}", at + 2, end)
            stop = end if stop < 0 else stop
            if (last := self._noted(at + 2, stop, inner)) > stop:
                stop = text.find("}", last, end)
                stop = end if stop < 0 else stop
        elif text.startswith("$'", at):
            match = _ANSI.match(text, at + 2, end)
            stop = match.end() if match else at + 2
            if "\\" in text[at + 2 : stop]:
                self.escaped.add((at + 2, stop))
            pieces.append((at + 2, stop))
            return min(stop + 1, end)
        elif text.startswith('$"', at):
            return self._double(at + 2, end, pieces, inner)
        else:
            match = _VARIABLE.match(text, at + 1, end)
            stop = (match.end() if match else at + 1) - 1
        pieces.append((at, min(stop + 1, end)))
        return min(stop + 1, end)

    def _noted(self, at: int, end: int, inner: list[tuple[int, int]]) -> int:
        """Note the commands that stand between two places in a text that is no command itself, as in `${X:-$(ls)}`;
        gives where the last of them ends."""
        text, whole = self.text, len(self.text)
        while (start := text.find("$(", at, end)) >= 0 or (start := text.find("`", at, end)) >= 0:
            if text[start] == "`":
                stop = text.find("`", start + 1, whole)
                span = (start + 1, whole if stop < 0 else stop)
            else:
                span = (start + 2, self._closing(start + 2, whole))
            inner.append(span)
            at = span[1] + 1
            if len(inner) > MOST_COMMANDS:
                self.cut = True
                break
        return at

    def _closing(self, at: int, end: int) -> int:
        """Where the parenthesis that was opened before `at` is closed, quotes passed over; `end` where it is not."""
        depth = 1
        text = self.text
        while at < end:
            match = _STOPS.search(text, at, end)
            if not match:
                return end
            at = match.end()
            char = match.group()
            if char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if depth == 0:
                    return at - 1
            elif char == "\\":
                at += 1
            elif char == "'":
                stop = text.find("'", at, end)
                at = end if stop < 0 else stop + 1
            elif match := _DOUBLE_END.match(text, at, end):
                at = match.end()
            else:
                return end
        return end

    def _joined(self, pieces: list[tuple[int, int]], quoted: bool, expands: bool) -> Word:
        text, source = self.text, self.source
        if self.escaped and not self.escaped.isdisjoint(pieces):
            value = "".join([unescaped(text[a:b]) if (a, b) in self.escaped else text[a:b] for a, b in pieces])
            return Word(value, source.path, None, None, quoted, expands)
        value = "".join([text[a:b] for a, b in pieces])
        joined: list[tuple[int, int]] = []
        for a, b in pieces:
            if joined and joined[-1][1] == a:
                joined[-1] = (joined[-1][0], b)
            elif a < b:
                joined.append((a, b))
        if len(joined) <= 1:
            start = joined[0][0] if joined else pieces[0][0] if pieces else 0
            part = source.part(start, start + len(value))
            return Word(value, source.path, part.offset, part.positions, quoted, expands)
        places = [i for a, b in joined for i in range(a, b)]
        if source.offset is not None:
            positions: list[int] | None = [source.offset + i for i in places]
        else:
            positions = None if source.positions is None else [source.positions[i] for i in places]
        return Word(value, source.path, None, positions, quoted, expands)


_GOES_ON = frozenset({"&&", "||", "|", "|&"})
_ANSI = re.compile(r"[^'\\]*+(?:\\.[^'\\]*+)*+", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|0?([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}


def unescaped(text: str) -> str:
    """The text with its backslash escapes as the characters that they stand for: `\\x72m` is `rm`."""
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    for group, base in ((1, 16), (2, 16), (3, 8)):
        if match[group]:
            return chr(int(match[group], base))
    return _ESCAPES.get(match[4], match[4])


_STOPS = re.compile(r"[()\\'\"]")
_DOUBLE_END = re.compile(r"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"", re.DOTALL)
