"""Reading what a human asked: an instruction becomes typed constraints that an action can be compared with."""

from functools import cache

from tractatus.actions import environments, languages, names, programs
from tractatus.datafiles import load
from tractatus.directives import knowledge, language
from tractatus.directives.constraints import Commitment, Constraint, Directive, Force, Relation, Scope
from tractatus.directives.reading import parameters_of, read_instruction

__all__ = [
    "Commitment",
    "Constraint",
    "Directive",
    "Force",
    "Relation",
    "Scope",
    "load_data",
    "parameters_of",
    "read_instruction",
]


@cache
def load_data() -> None:
    """Reads the data files that reading an action or an instruction goes by, once in a process: what a service does
    when it is built, so that a wrong row is found then, not by the first text. Raises `DataError`."""
    load(environments, languages, names, programs, knowledge, language)
