"""Every way that was tried to pass a gate, as sentences: `python -m tests.attack.sentences > docs/attacks.md`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
THIS = "test_sentences.py"
HEAD = """# What was tried, and does not work

Each line is one test in `tests/attack`, and the sentence that it proves. Written by
`python -m tests.attack.sentences > docs/attacks.md`; a test compares the two.
"""


def sentences() -> dict[str, dict[str, str]]:
    """By file, what it is about, and by test its sentence: the first paragraph of its docstring, empty without one."""
    return {
        path.relative_to(FOLDER).as_posix(): dict(_in(path))
        for path in sorted(FOLDER.rglob("test_*.py"))
        if path.name != THIS
    }


def _in(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield "", _first(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, _first(node)


def _first(node: ast.Module | ast.FunctionDef) -> str:
    return " ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split())


def page() -> str:
    """The page as Markdown."""
    found = sentences()
    parts = [HEAD]
    for file, said in found.items():
        tests = [sentence for name, sentence in said.items() if name]
        if tests:
            lines = "\n".join(f"- {sentence}" for sentence in tests)
            parts.append(f"## `{file}`\n\n{said['']}\n\n{lines}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
