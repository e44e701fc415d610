"""What people are told, one file a stage. Importing a file registers its kinds with `deliberation.notifications`."""

from deliberation.notices import conflict, invitations, review, rounds, stakeholders

__all__ = ["conflict", "invitations", "review", "rounds", "stakeholders"]
