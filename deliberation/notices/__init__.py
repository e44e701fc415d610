"""What people are told, one file a stage. Importing a file registers its kinds with `deliberation.notifications`."""

from deliberation.notices import rounds

__all__ = ["rounds"]
