"""What humans have told the AI: instructions with every revision, and what they hang on."""

from instructions.models.conflict import ShownConflict
from instructions.models.drafts import Draft
from instructions.models.importing import Import
from instructions.models.instruction import MIRRORED, Change, Instruction, Overrule, Revision
from instructions.models.periods import Period
from instructions.models.policy import Policy
from instructions.models.reckoning import Reckoning
from instructions.models.search import Searchable
from instructions.models.tenancy import History
from instructions.models.variables import Variable

__all__ = [
    "MIRRORED",
    "Change",
    "Draft",
    "History",
    "Import",
    "Instruction",
    "Overrule",
    "Period",
    "Policy",
    "Reckoning",
    "Revision",
    "Searchable",
    "ShownConflict",
    "Variable",
]
