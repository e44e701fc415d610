"""What people are told, one file a stage. Importing a file registers its kinds with `deliberation.notifications`."""

from deliberation.notices import invitations, rounds, stakeholders

__all__ = ["invitations", "rounds", "stakeholders"]
