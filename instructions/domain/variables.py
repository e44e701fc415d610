"""Variables `${NAME}` of a project: what their names mean, each setting kept."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.refusals import Invalid
from instructions.domain.act import Act, perform
from instructions.domain.secrets import why_secret
from instructions.models import Variable
from instructions.models.variables import LONGEST_VALUE

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,79}")


def set_variable(project: Project, name: str, value: str, *, by: User) -> Variable:
    """Say what a name means from now on. Raises `Invalid` by field, also for what looks like a secret."""
    name, value = as_kept(name, value)
    if project.archived_at is not None:
        raise Invalid(_("This project is closed to new things."), "name")
    with perform("set_variable", project.organisation, by=by, project=project) as act:
        newest = _newest(project, name)
        if newest is not None and newest.value == value:
            raise Invalid(_("That is what it means already."), "value")
        return _set(act, project, name, value, number=newest.number + 1 if newest is not None else 1)


def as_kept(name: str, value: str) -> tuple[str, str]:
    """A name and its value as they would be kept. Raises `Invalid` by field, also for what looks like a secret."""
    name, value = name.strip(), value.strip()
    if not NAME.fullmatch(name):
        raise Invalid(_("A name is of capital letters, digits and _, and begins with a letter: API_PORT."), "name")
    if not value or len(value) > LONGEST_VALUE or not value.isprintable():
        raise Invalid(_("A value is one line of at most %(most)s characters.") % {"most": LONGEST_VALUE}, "value")
    if why := why_secret(name, value):
        raise Invalid(
            _(
                "%(why)s Secrets are not kept here: everybody in the organisation and every agent reads this. Leave it "
                "where it is, in a secret store or the environment of the machine, and write here by which name it is "
                "found there."
            )
            % {"why": why},
            "value",
        )
    return name, value


def remove_variable(project: Project, name: str, *, by: User) -> Variable:
    """Take a name away: where an instruction says `${NAME}`, it has no value then. Its history stays."""
    with perform("remove_variable", project.organisation, by=by, project=project) as act:
        newest = _newest(project, name)
        if newest is None or not newest.value:
            raise Invalid(_("There is no variable of this name."), "name")
        return _set(act, project, name, "", number=newest.number + 1)


def _newest(project: Project, name: str) -> Variable | None:
    return Variable.objects.filter(project=project, name=name).order_by("-number").first()


def _set(act: Act, project: Project, name: str, value: str, *, number: int) -> Variable:
    made = Variable(
        organisation=act.organisation, project=project, name=name, number=number, value=value, set_by=act.user,
        set_at=act.now, entry_id=act.entry_id,
    )  # fmt: skip
    made.save(force_insert=True)
    act.subject, act.decision, act.binds = ("variable", made.pk), "set" if value else "removed", True
    return made
