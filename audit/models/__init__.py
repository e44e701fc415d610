"""What `audit` remembers. Every table but `audit_pending` and `audit_refusal` is only ever added to."""

from audit.models.entry import Entry, Pending, Refusal
from audit.models.text import Text
from audit.models.tree import Checkpoint, Leaf, Log, Node

__all__ = ["Checkpoint", "Entry", "Leaf", "Log", "Node", "Pending", "Refusal", "Text"]
