"""Plain sentences without labels, to fit the student's word vectors to the teacher: they teach what words are like.

They are read where they stand and never copied into the project: the reference text and the docstrings that every
Python carries. Which Python it is changes them a little, and the weights with them.
"""

from __future__ import annotations

import ast
import re
import sysconfig
from pathlib import Path
from pydoc_data import topics

LEAST, MOST = 4, 40  # words of a sentence


def sentences() -> list[str]:
    """Every different sentence, in a fixed order."""
    texts = [topics.topics[key] for key in sorted(topics.topics)]
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("**/*.py")):
        if not {"site-packages", "test", "tests", "lib2to3", "idlelib"} & set(path.parts):
            texts += docstrings(path)
    return list(dict.fromkeys(sentence for text in texts for sentence in cut(text)))


def docstrings(path: Path) -> list[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return []
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [text for node in ast.walk(tree) if isinstance(node, documented) and (text := ast.get_docstring(node))]


def cut(text: str) -> list[str]:
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        for sentence in re.split(r"(?<=[.!?:;])\s+|\s+[-*] ", " ".join(paragraph.split())):
            words = sentence.split()
            letters = sum(c.isalpha() or c == " " for c in sentence)
            if LEAST <= len(words) <= MOST and letters > 0.85 * len(sentence):
                found.append(sentence.strip("*_#>- "))
    return found
