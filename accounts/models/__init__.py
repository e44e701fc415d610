"""What `accounts` remembers."""

from accounts.models.idempotency import KeptAnswer
from accounts.models.installation import Installation
from accounts.models.keys import APIKey
from accounts.models.membership import Membership, MembershipRole, SeatUser
from accounts.models.organisation import Organisation, Project
from accounts.models.session import Session
from accounts.models.user import User

__all__ = [
    "APIKey",
    "Installation",
    "KeptAnswer",
    "Membership",
    "MembershipRole",
    "Organisation",
    "Project",
    "SeatUser",
    "Session",
    "User",
]
