"""Directives found in a rules file: `CLAUDE.md`, `AGENTS.md`, `.cursorrules` and their like, which are Markdown.

What is found is a list of candidates with the lines they stand on; whether one is an instruction, the classifier says
and a person decides. Fences of code, comments, headings and front matter are no directives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.tree import SyntaxTreeNode

NAMES = (
    "CLAUDE.md", "AGENTS.md", "GEMINI.md", ".cursorrules", ".windsurfrules", ".clinerules", "copilot-instructions.md",
    "*.mdc",
)  # fmt: skip
"""Names that such files have; any other Markdown or plain text is read the same way."""

LONGEST_CANDIDATE = 2_000
LONGEST_PARAGRAPH = 10_000
MOST_LINES = 5_000
"""Beyond these a file is no list of rules, and reading it as Markdown would take as long as its writer wishes."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"'`(])")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w{2,}")


class TooLong(ValueError):
    """A paragraph is longer than is read. Says where."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}: a paragraph of more than {LONGEST_PARAGRAPH} characters")


@dataclass(frozen=True)
class Candidate:
    """A sentence or an item of a list, and the line of the file it begins on, counted from 1."""

    line: int
    text: str


def candidates(text: str) -> list[Candidate]:
    """What in a rules file may be a directive, in its order, without repetitions.

    An item under a line that ends with a colon is read together with that line: "When testing:" and "use pytest" are
    one directive. Raises `TooLong`.
    """
    front = _FRONT_MATTER.match(text)
    if front is not None:  # its lines stay, so that those after it keep their numbers
        text = "\n" * front[0].count("\n") + text[front.end() :]
    tree = SyntaxTreeNode(_MARKDOWN.parse(text))
    found: dict[str, Candidate] = {}
    for candidate in _in_blocks(tree, lead=""):
        said = candidate.text.strip()
        if _WORD.search(said) and len(said) <= LONGEST_CANDIDATE and not said.endswith(":"):
            found.setdefault(said.casefold(), Candidate(candidate.line, said))
    return list(found.values())


def _refuse_long(state: StateCore) -> None:
    """Between the blocks and what stands in them: the second takes as long as the square of a paragraph's length."""
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > LONGEST_PARAGRAPH:
            raise TooLong((token.map or [0, 0])[0] + 1)


_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MARKDOWN.core.ruler.before("inline", "refuse_long", _refuse_long)


def _in_blocks(node: SyntaxTreeNode, lead: str) -> Iterator[Candidate]:
    """The candidates in the blocks of a node. `lead` is the line with a colon that they stand under."""
    before = ""
    for child in node.children:
        line = (child.map or (0, 0))[0] + 1
        if child.type == "paragraph":
            said = _words(child)
            before = said if said.endswith(":") else ""
            for sentence in _sentences(said):
                yield Candidate(line, _under(lead, sentence))
        elif child.type in ("bullet_list", "ordered_list"):
            for item in child.children:
                yield from _in_item(item, before or lead)
            before = ""
        elif child.type in ("blockquote", "list_item"):
            yield from _in_blocks(child, lead)
        elif child.type == "table":
            yield from _in_table(child)


def _in_item(item: SyntaxTreeNode, lead: str) -> Iterator[Candidate]:
    blocks = item.children
    first = _words(blocks[0]) if blocks and blocks[0].type == "paragraph" else ""
    yield from _in_blocks(item, f"{lead} {first}".strip() if first.endswith(":") and len(blocks) > 1 else lead)


def _in_table(table: SyntaxTreeNode) -> Iterator[Candidate]:
    for row in table.walk():
        if row.type == "td":
            line = (row.parent.map if row.parent and row.parent.map else (0, 0))[0] + 1
            for sentence in _sentences(_words(row)):
                yield Candidate(line, sentence)


def _words(node: SyntaxTreeNode) -> str:
    """The words of a paragraph as they are read: code and links as their text, no marks of emphasis."""
    said = []
    for part in node.walk():
        if part.type in ("text", "code_inline"):
            said.append(part.content)
        elif part.type in ("softbreak", "hardbreak"):
            said.append(" ")
    return _SPACE.sub(" ", "".join(said)).strip()


def _sentences(said: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(said) if part]


def _under(lead: str, sentence: str) -> str:
    return f"{lead} {sentence}" if lead else sentence
