"""The signs of a practice in what an action writes and runs, and the signs that a value is at stake."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tractatus.actions import Passage, Place
from tractatus.comparison.breaches import Breach
from tractatus.comparison.doing import Doing
from tractatus.directives import knowledge
from tractatus.directives.constraints import Commitment, Practice
from tractatus.directives.figures import as_bool
from tractatus.directives.knowledge import PracticeKind
from tractatus.directives.language import stem
from tractatus.directives.wordlists import words as word_list
from tractatus.vocabulary import ConflictType

_LOCALE = re.compile(r"(?i)(?:^|/)(?:locales?|i18n|lang|langs|translations?|l10n|messages)/|\.(?:po|xlf|arb)$")
_LONGEST = 20_000
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*(#[0-9a-fA-F]{3,8}|[a-z]+)\b")
_GROUND = re.compile(r"background(?:-color)?\s*:\s*(#[0-9a-fA-F]{3,8}|[a-z]+)\b")
_PLACE_OF = {
    "the code": "code",
    "the text": "prose",
    "the commit message": "commit",
    "what is logged": "log",
    "the path": "path",
    "the command": "command",
    "the query": "code",
}
_COLOURS = {"white": "#ffffff", "black": "#000000", "grey": "#808080", "gray": "#808080", "lightgray": "#d3d3d3",
"lightgrey": "#d3d3d3",
            "silver": "#c0c0c0", "yellow": "#ffff00", "red": "#ff0000", "green": "#008000", "blue": "#0000ff",
            "orange": "#ffa500"}  # fmt: skip
_LANGUAGE_OF = {
    "tsx": "typescript",
    "jsx": "javascript",
    "ts": "typescript",
    "js": "javascript",
    "py": "python",
    "scss": "css",
    "c++": "cpp",
}


def compare_practice(practice: Practice, doing: Doing) -> Iterator[Breach]:
    """Whether a forbidden practice shows, or the contrary of one that is asked for."""
    kind = knowledge.practices()[practice.name]
    signs = kind.breaks if practice.wanted else kind.does
    if not signs:
        return
    for where, text in _texts(kind, practice, doing):
        if practice.where and _PLACE_OF.get(where, "other") not in practice.where and practice.where & kind.where:
            continue
        for sign in signs:
            if where == "the command" and "log" in kind.where and not sign.pattern.startswith("^"):
                continue
            match = sign.search(text)
            if match and not (where in _WRITTEN and _was_there(match.group(), doing)):
                shown = match.group().strip().replace("\x1f", " ")[:120] or text[:80]
                says = (
                    f"the instruction asks for {practice.name}, and {where} shows otherwise: {shown}"
                    if practice.wanted
                    else f"the instruction speaks against this ({practice.name}), and {where} shows it: {shown}"
                )
                human = bool(kind.values)
                conflict = ConflictType.VALUES_CONFLICT if human else ConflictType.PROHIBITION_VIOLATED
                yield Breach(conflict, says, 0.85, None, shown, human=human)
                return


# Code and addresses in a text, and what it quotes: they are mentioned, not written in its own words
_MENTIONED = re.compile(r"```.{0,8000}?```|`[^`\n]{1,300}`|https?://\S{1,300}", re.S)
_WRITTEN = frozenset({"the code", "the text", "the query"})


def _was_there(sign: str, doing: Doing) -> bool:
    """Whether an edit found a sign as often as it leaves it: it does not bring it in."""
    sign = sign.strip()
    edits = [passage for passage in doing.reading.passages if passage.replaces]
    return (
        bool(sign and edits)
        and len(edits) == len(doing.reading.passages)
        and all(sign in e.replaces and e.text.count(sign) <= e.replaces.count(sign) for e in edits)
    )


def _texts(kind: PracticeKind, practice: Practice, doing: Doing) -> Iterator[tuple[str, str]]:
    where = kind.where
    if where & {"command", "added"}:
        before = _marks(doing)
        for line in doing.commands:
            if not line.startswith(_LOOKING):
                yield "the command", before.get(line, line)
        if doing.raw_command:
            for fact in doing.reading.facts[:60]:  # a variable that is set for a command: HUSKY=0 git commit
                if fact.key.isupper() and fact.parameter == fact.key.lower():
                    yield "the command", f"{fact.key}={fact.value[:200]}"
        for wrapper in doing.wrappers:
            yield "the command", wrapper
        if "log" in where:
            for act in doing.reading.acts:
                if act.command[:1] in (("echo",), ("printf",)) and not _piped(act.command, doing):
                    yield "the command", " ".join(act.command)[:4000]
        if kind.whole_command and "|" in doing.raw_command and not doing.reading.read_only:
            yield "the command", doing.raw_command
    if "added" in where and practice.name == "new dependencies":
        if (
            any(fact.parameter == "package" and fact.was is None for fact in doing.reading.facts)
            and doing.written
            and any(_manifest(path) for path in doing.written)
        ):
            yield "the list of dependencies", "\x1fnew dependency\x1f"
        if (
            doing.structured
            and not doing.asks
            and {"install", "create"} & {act.verb for act in doing.acts}
            and {"dependency", "packag", "library"} & set(doing.said)
        ):
            yield "the action", "\x1fnew dependency\x1f"
    if where & {"command", "configuration"} and doing.structured and not doing.asks:
        for key, value in doing.parameters:
            if isinstance(value, (str, bool, int)) and len(str(value)) < 300:
                yield "a parameter", f"{key}: {str(value).lower() if isinstance(value, bool) else value}"
    if where & {"code", "markup", "configuration"}:
        for passage, added, bare, quiet in doing.code:
            if not _language_fits(kind, practice, passage):
                continue
            if kind.name.startswith("texts in ") and _LOCALE.search(passage.path):
                continue
            if (
                "code" not in where
                and passage.kind == "code"
                and "configuration" in where
                and not passage.path.lower().rsplit("/", 1)[-1].startswith("dockerfile")
                and "markup" not in where
                and not passage.path.endswith((".json", ".yml", ".yaml", ".toml", ".tf", "Dockerfile", ".dockerfile"))
            ):
                continue
            if kind.in_tests and doing.is_test is (kind.in_tests == "never"):
                continue
            text = added if kind.comments else bare if kind.strings else quiet
            if "\x1fview\x1f" in (kind.does[0].pattern if kind.does else ""):
                if not doing.in_view:
                    continue
                text = "\x1fview\x1f" + text
            yield "the code", text[:_LONGEST]
    if "query" in where:
        for passage in doing.reading.passages:
            if passage.kind == "query":
                yield "the query", passage.text[:_LONGEST]
    if "prose" in where:
        for text in doing.prose:
            yield "the text", text[:_LONGEST] if where & {"code", "markup"} else _MENTIONED.sub(" ", text[:_LONGEST])
        if not kind.name.startswith("texts in "):
            for text in doing.shown:
                yield "the text", text
        elif doing.structured:
            for key, value in doing.parameters:
                if key in ("language", "lang", "locale") and isinstance(value, str):
                    yield "a parameter", f"language: {value[:40]}"
    if where & {"commit"}:
        for message in doing.commit_messages:
            yield "the commit message", message[:4000]
    if "title" in where:
        for key, value in doing.parameters:
            if isinstance(value, str) and key in (
                "title",
                "subject",
                "headline",
                "text",
                "body",
                "message",
                "reply",
                "content",
                "answer",
                "caption",
            ):
                yield "the text", value[:4000]
    if "log" in where:
        for line in doing.log_lines:
            yield "what is logged", line
    if "path" in where:
        yield from _paths(doing, kind)


def _paths(doing: Doing, kind: PracticeKind) -> Iterator[tuple[str, str]]:
    if doing.new_file:
        yield "the file", "\x1fnew file\x1f" + doing.new_file
    for path in doing.written:
        yield "the path", path
    if kind.name == "deleted tests" and doing.is_test:
        for passage in doing.reading.passages:
            removed = len(re.findall(r"\b(?:def test_|it\(|test\(|@Test\b|func Test)", passage.replaces))
            if removed > len(re.findall(r"\b(?:def test_|it\(|test\(|@Test\b|func Test)", passage.text)):
                yield "the edit", "\x1fremoved test\x1f"


_LOOKING = ("grep ", "rg ", "ag ", "git grep", "git log", "man ", "which ", "ls ", "echo ")


def _piped(command: tuple[str, ...], doing: Doing) -> bool:
    """Whether what is printed goes on to another program rather than to the screen."""
    at = doing.raw_command.find(command[0])
    rest = doing.raw_command[at : at + 400]
    bar = rest.find("|")
    return 0 <= bar < (rest.find("&&") if "&&" in rest else len(rest)) and rest[bar : bar + 2] != "||"


def _manifest(path: str) -> bool:
    base = path.rsplit("/", 1)[-1].lower()
    return base in _MANIFESTS or base.endswith((".csproj", ".gemspec")) or base.startswith("requirements")


_MANIFESTS = word_list("manifests")


def _marks(doing: Doing) -> dict[str, str]:
    """Commits made right after a switch to main are marked as such."""
    found: dict[str, str] = {}
    on_main = False
    for act in doing.acts:
        line = doing.line_of(act)
        if act.command[:2] in (("git", "checkout"), ("git", "switch")):
            on_main = act.command[-1] in ("main", "master") and "-b" not in act.command and "-c" not in act.command
        elif (
            on_main
            and act.command[:1] == ("git",)
            and len(act.command) > 1
            and act.command[1] in ("commit", "merge", "push")
        ):
            found[line] = line + " \x1fon main\x1f"
    return found


def _language_fits(kind: PracticeKind, practice: Practice, passage: Passage) -> bool:
    language = _LANGUAGE_OF.get(passage.language, passage.language)
    ending = passage.path.rsplit(".", 1)[-1].lower() if "." in passage.path else ""
    if practice.scope.languages and language and language not in practice.scope.languages:
        return False
    if not kind.languages:
        return True
    return (
        (not language and not ending)
        or language in kind.languages
        or passage.language in kind.languages
        or ending in kind.languages
    )


def compare_commitment(commitment: Commitment, doing: Doing) -> Iterator[Breach]:
    """Whether the action goes against a value: in its words, its switches, its packages, its code."""
    kind = knowledge.commitments()[commitment.name]
    if doing.asks or (doing.reading.read_only and not doing.structured):
        return
    found = _against(kind, doing, commitment.scope.about)
    if not found:
        return
    words = [*doing.said, *sorted(doing.parameter_stems)] if doing.structured else []
    if words and kind.fine.first_in(doing.said) and not found[0].startswith("switch"):
        return
    sign, where, confidence = found[0], found[1], found[2]
    says = f"the project is committed to {commitment.name}, and {where} goes against it: {sign.removeprefix('switch ')}"
    correction: tuple[str, str] | None = None
    changes: tuple[tuple[Place, str], ...] = ()
    if sign.startswith("switch "):
        key = sign.removeprefix("switch ")
        fact = next((f for f in doing.reading.facts if f.parameter == key or f.key == key), None)
        on = as_bool(fact.value) == "true" if fact is not None else False
        if fact is not None and fact.place is not None and not doing.structured:
            new = "false" if on else "true"
            written = new.capitalize() if fact.value in ("True", "False") else new
            correction, changes = (key, new), ((fact.place, written),)
    yield Breach(
        ConflictType.VALUES_CONFLICT,
        says,
        confidence,
        commitment.name,
        sign.removeprefix("switch ")[:120],
        correction,
        changes,
        human=True,
    )


def _shares(about: frozenset[str], doing: Doing) -> bool:
    return not about or bool(about & doing.about)


def _against(kind: knowledge.CommitmentKind, doing: Doing, about: frozenset[str]) -> tuple[str, str, float] | None:
    for fact in doing.reading.facts:
        key = fact.parameter
        state = as_bool(fact.value)
        if fact.value == fact.was or (doing.is_test or doing.is_document):
            continue
        if (state == "true" and key in kind.switches) or (state == "false" and "-" + key in kind.switches):
            return f"switch {key}", "a setting", 0.9
    if doing.structured:
        for key, value in doing.parameters:
            off = value is False or value is None
            if (value is True and key in kind.switches) or (
                off and "-" + key in kind.switches and (value is False or set(doing.said) & _STRONG)
            ):
                return f"switch {key}", "a parameter", 0.85
    for name, where in doing.names_used.items():
        if name in kind.packages and where in ("package", "import", "parameter"):
            return name, f"the {where}", 0.88
    for passage, _, bare, _ in doing.code:
        if doing.is_test or passage.path.endswith(".md"):
            continue
        text = bare[:_LONGEST]
        for pattern in kind.code:
            if match := pattern.search(text):
                return match.group()[:100], "the code", 0.84
        if kind.name == "accessibility" and _low_contrast(passage.text):
            return "a contrast below 4.5 to 1", "the style", 0.88
    if doing.structured:
        hit = kind.against.first_in(doing.said)
        if hit and not kind.fine.first_in(doing.said) and _shares(about, doing):
            return hit[2], "the description", 0.82
        for text in doing.prose:
            stems = [stem(word) for word in re.findall(r"[A-Za-z'’-]+", text[:4000])]
            if (hit := kind.against.first_in(stems)) and not kind.fine.first_in(stems):
                return hit[2], "the text", 0.8
    else:
        for text in doing.prose:
            for pattern in kind.code:
                if match := pattern.search(text[:_LONGEST]):
                    return match.group()[:100], "the text", 0.7
    return None


_STRONG = word_list("strong")


def _low_contrast(text: str) -> bool:
    front = _COLOUR.findall(text[:_LONGEST])
    if not front:
        return False
    ground = (_GROUND.findall(text[:_LONGEST]) or ["#ffffff"])[-1]
    one, other = _luminance(front[-1]), _luminance(ground)
    if one is None or other is None:
        return False
    return (max(one, other) + 0.05) / (min(one, other) + 0.05) < 4.5


def _luminance(colour: str) -> float | None:
    """The relative luminance of a colour (WCAG 2.1, definitions)."""
    colour = _COLOURS.get(colour.lower(), colour)
    if not re.match(r"^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", colour):
        return None
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
