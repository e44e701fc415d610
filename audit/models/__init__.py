"""What `audit` remembers. The record itself is only ever added to; what was counted of it can be counted again."""

from audit.models.entry import Entry, Pending, Refusal
from audit.models.exports import Dataset, Export
from audit.models.metrics import Counted, DayTally, Tally
from audit.models.public import Milestone, Surface
from audit.models.text import Text
from audit.models.tree import Checkpoint, Leaf, Log, Node

__all__ = [
    "Checkpoint",
    "Counted",
    "Dataset",
    "DayTally",
    "Entry",
    "Export",
    "Leaf",
    "Log",
    "Milestone",
    "Node",
    "Pending",
    "Refusal",
    "Surface",
    "Tally",
    "Text",
]
