"""What an organisation's settings pages read. To be called inside its scope."""

from django.db.models import F, QuerySet

from accounts.models import APIKey, Membership, Organisation, Project, User
from accounts.roles import Role
from accounts.scope import open_organisation


def members() -> QuerySet[Membership]:
    """Current members by name, users and roles fetched."""
    return (
        Membership.objects.filter(ended_at__isnull=True)
        .select_related("user", "organisation")
        .prefetch_related("role_rows")
        .order_by("user__name", "user__email")
    )


def users_with(*roles: Role) -> QuerySet[User]:
    """The current members who carry one of these roles, or all of them, as far as they may sign in; by name."""
    held = Membership.objects.filter(ended_at__isnull=True)
    if roles:
        held = held.filter(role_rows__role__in=roles)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "email")


def projects() -> QuerySet[Project]:
    """All projects by name, closed ones last."""
    return Project.objects.order_by(F("archived_at").asc(nulls_first=True), "name")


def open_projects() -> QuerySet[Project]:
    return Project.objects.filter(archived_at__isnull=True).order_by("name")


def api_keys() -> QuerySet[APIKey]:
    """All keys, newest first, projects and makers fetched."""
    return APIKey.objects.select_related("project", "created_by", "organisation").order_by("-created_at")


def has_keys(organisation: Organisation) -> bool:
    """Whether a key was ever made here: without one there are no agents to watch. Opens the scope itself."""
    with open_organisation(organisation):
        return APIKey.objects.filter(organisation=organisation).exists()
