"""Reading what a human asked: an instruction becomes typed constraints that an action can be compared with."""

from tractatus.directives.constraints import Commitment, Constraint, Directive, Force, Relation, Scope
from tractatus.directives.reading import parameters_of, read_instruction

__all__ = ["Commitment", "Constraint", "Directive", "Force", "Relation", "Scope", "parameters_of", "read_instruction"]
