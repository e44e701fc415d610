"""Projects of an organisation."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.domain.acting import By, acting_in
from accounts.domain.names import one_line
from accounts.models import Organisation, Project
from accounts.refusals import Invalid, Stale


def create_project(organisation: Organisation, name: str, *, by: By, slug: str = "") -> Project:
    """Make a project; its short name is made from the name where none is given. Raises Invalid by field."""
    name = one_line(name)
    if not name:
        raise Invalid(_("A project needs a name."), "name")
    slug = (slug or slugify(name)[:50]).strip().lower()
    try:
        validate_slug(slug)
    except ValidationError:
        raise Invalid(_("A short name has letters, digits and hyphens only."), "slug") from None
    with acting_in("create_project", organisation, by=by) as act:
        project = Project(organisation=organisation, slug=slug, name=name, created_at=clock.now())
        try:
            with transaction.atomic():
                project.save(force_insert=True)
        except IntegrityError:
            raise Invalid(_("Another project has this short name."), "slug") from None
        act.done(("project", project.pk), "created", project=project)
    return project


def archive_project(project: Project, *, by: By) -> None:
    """Close a project to new things; what it has stays readable. Raises Stale if it was closed already."""
    with acting_in("archive_project", project.organisation, by=by) as act:
        moment = clock.now()
        if not Project.objects.filter(pk=project.pk, archived_at__isnull=True).update(archived_at=moment):
            raise Stale(_("This project has been closed already."))
        project.archived_at = moment
        act.done(("project", project.pk), "archived", project=project)
