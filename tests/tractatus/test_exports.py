"""What the library gives under its own name: one list for type checkers, one for the program, and they agree."""

import ast
import inspect
from pathlib import Path

import tractatus


def written():
    """The names as type checkers read them: each with the module it is from."""
    tree = ast.parse(inspect.getsource(tractatus))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    for line in block.body:
        assert isinstance(line, ast.ImportFrom)
        for name in line.names:
            assert name.asname == name.name
            yield name.name, line.module


def test_the_lists_agree():
    assert dict(written()) == {name: f"tractatus.{place}" for name, place in tractatus._OF.items()}
    assert sum(len(names) for names in tractatus._PLACES.values()) == len(tractatus._OF)
    assert tractatus.__all__ == sorted(tractatus._OF)
    assert set(tractatus.__all__) <= set(dir(tractatus))


def test_each_name_can_be_had():
    for name in tractatus.__all__:
        assert getattr(tractatus, name) is not None


def test_what_an_organisation_needs_is_among_them():
    assert {"Boundary", "read_boundaries", "DataError", "Conflict", "Register"} <= set(tractatus.__all__)


def test_type_checkers_are_told_that_it_is_typed():
    assert Path(tractatus.__file__).with_name("py.typed").exists()
