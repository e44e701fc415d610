"""What `accounts` gives to the export of a whole organisation: itself, who belongs to it, its projects and keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from accounts.models import APIKey, Membership, Organisation, Project

File = tuple[str, str]


def export_accounts(organisation: Organisation) -> Iterator[File]:
    """As administrators read it in the settings. Neither a secret nor its hash is in it. The scope is open."""
    yield (
        "accounts/organisation.json",
        _json(
            {
                "id": str(organisation.pk),
                "slug": organisation.slug,
                "name": organisation.name,
                "time_zone": organisation.time_zone,
                "language": organisation.language,
                "created_at": _moment(organisation.created_at),
            }
        ),
    )
    members = Membership.objects.select_related("user").prefetch_related("role_rows").order_by("pk")
    yield (
        "accounts/members.json",
        _json(
            [
                {
                    "name": str(one.user),
                    "email": one.user.email,
                    "roles": sorted(str(role) for role in one.roles),
                    "since": _moment(one.created_at),
                    "ended_at": _moment(one.ended_at),
                }
                for one in members
            ]
        ),
    )
    yield (
        "accounts/projects.json",
        _json(
            [
                {
                    "slug": one.slug,
                    "name": one.name,
                    "created_at": _moment(one.created_at),
                    "archived_at": _moment(one.archived_at),
                }
                for one in Project.objects.order_by("pk")
            ]
        ),
    )
    yield (
        "accounts/keys.json",
        _json(
            [
                {
                    "name": one.name,
                    "project": one.project.slug,
                    "mode": "enforce" if one.enforces else "observe",
                    "attended": one.attended,
                    "created_at": _moment(one.created_at),
                    "revoked_at": _moment(one.revoked_at),
                    "last_used_at": _moment(one.last_used_at),
                }
                for one in APIKey.objects.select_related("project").order_by("pk")
            ]
        ),
    )


def _json(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
