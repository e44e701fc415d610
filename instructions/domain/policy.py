"""How an organisation has the framework work for it. Read from the newest version of each part."""

from __future__ import annotations

from accounts.models import Organisation, Project
from instructions.models import Policy
from tractatus import Thresholds


def current(organisation: Organisation, part: str, project: Project | None = None) -> Policy | None:
    """The version of a part that holds now; None where the organisation never set it."""
    return Policy.objects.filter(organisation=organisation, part=part, project=project).order_by("-number").first()


def thresholds_of(organisation: Organisation) -> Thresholds:
    """The organisation's thresholds, those of core concepts where it set none."""
    found = current(organisation, Policy.Part.THRESHOLDS)
    return Thresholds() if found is None else Thresholds(**found.content)
