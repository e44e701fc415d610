"""API keys: made, shown once, revoked."""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.domain.acting import By, acting_in
from accounts.domain.names import one_line
from accounts.models import APIKey, Project, User
from accounts.refusals import Invalid, Stale

MARK = "tr"
"""What every key begins with, so that a scanner of repositories can tell one."""


class NewKey(NamedTuple):
    """A key and its secret, which exists nowhere else."""

    key: APIKey
    secret: str


def hashed(secret: str) -> str:
    """SHA-256: the secret has 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(key: APIKey, secret: str) -> bool:
    """Whether the secret is this key's, compared in constant time."""
    return hmac.compare_digest(key.hash, hashed(secret))


def create_api_key(project: Project, name: str, *, by: By, enforces: bool = False, attended: bool = False) -> NewKey:
    """Make a key of a project. The secret is returned here and never again. Raises Invalid by field."""
    name = one_line(name)
    if not name:
        raise Invalid(_("A key needs a name, so that you know later what used it."), "name")
    with acting_in("create_api_key", project.organisation, by=by) as act:
        if Project.objects.get(pk=project.pk).archived_at is not None:
            raise Invalid(_("This project is closed."), "project")
        prefix = secrets.token_hex(6)
        secret = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
        key = APIKey(
            organisation_id=project.organisation_id,
            project=project,
            name=name,
            prefix=prefix,
            hash=hashed(secret),
            enforces=enforces,
            attended=attended,
            created_by=by if isinstance(by, User) else None,
            created_at=clock.now(),
        )
        key.save(force_insert=True)
        act.done(("api_key", key.pk), "created", project=project)
    return NewKey(key, secret)


def set_key_mode(key: APIKey, *, enforces: bool, by: By) -> None:
    """Have a key enforce from its next check on, or only observe. Raises Stale for one that was revoked or does so."""
    with acting_in("set_key_mode", key.organisation, by=by) as act:
        current = APIKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
        if not current.exists():
            raise Stale(_("This key has been revoked."))
        if not current.filter(enforces=not enforces).update(enforces=enforces):
            raise Stale(_("This key does so already."))
        key.enforces = enforces
        act.done(("api_key", key.pk), "enforces" if enforces else "observes", project=key.project)


def revoke_api_key(key: APIKey, *, by: By) -> None:
    """End a key at once. Raises Stale if it has ended already."""
    with acting_in("revoke_api_key", key.organisation, by=by) as act:
        moment = clock.now()
        if not APIKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=moment):
            raise Stale(_("This key has been revoked already."))
        key.revoked_at = moment
        act.done(("api_key", key.pk), "revoked", project=key.project)
