"""What people are told, one file a stage. Importing a file registers its kinds with `deliberation.notifications`."""

from deliberation.notices import conflict, invitations, outcome, review, rounds, stakeholders

__all__ = ["conflict", "invitations", "outcome", "review", "rounds", "stakeholders"]
