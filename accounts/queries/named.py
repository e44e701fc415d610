"""What a command names by its short names."""

from django.core.management.base import CommandError

from accounts.models import Organisation, Project
from accounts.scope import open_organisation


def project_named(organisation: str, project: str) -> tuple[Organisation, Project]:
    """The organisation and the project of these short names. Raises `CommandError` saying which there is not."""
    house = Organisation.objects.filter(slug=organisation).first()
    if house is None:
        raise CommandError(f"There is no organisation {organisation}.")
    with open_organisation(house):
        found = Project.objects.filter(slug=project).first()
    if found is None:
        raise CommandError(f"{house} has no project {project}.")
    return house, found
