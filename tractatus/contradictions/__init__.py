"""Instructions against each other: which of those in force contradict one another, and by which words.

`service.py` is what is called. Two instructions are compared in three ways: by what is read of both as constraints
(`constraints.py`), by the words of their clauses where nothing could be read (`statements.py`), and by taking what one
tells to do as an act that the other forbids (`acts.py`).
"""

from tractatus.contradictions.service import Contradiction, ContradictionKind, Contradictions

__all__ = ["Contradiction", "ContradictionKind", "Contradictions"]
