"""The list as it stands, its versions, and whoever put a hand to one of them.

Everybody who ever put a hand to a version of the list is one of its authors, and no author approves it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import rfc8785
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import SeatUser, User
from accounts.refusals import Invalid
from accounts.roles import Part
from deliberation.domain.act import Act
from deliberation.domain.lacking import missing_from_list
from deliberation.domain.seats import sitter
from deliberation.models import (
    CoversGroup,
    Deliberation,
    Framework,
    Gap,
    Group,
    ListAuthor,
    ListEntry,
    MaySpeakFrom,
    Seat,
    Stakeholder,
    StakeholderList,
    State,
)

# --- What stands


def standing_stakeholders(deliberation: Deliberation) -> QuerySet[Stakeholder]:
    """Whom a person put or kept on the list. Amendments are not of the list and not among them."""
    return Stakeholder.objects.filter(
        deliberation=deliberation, status__in=Stakeholder.STANDING, amendment__isnull=True
    )


def in_tension(deliberation: Deliberation) -> QuerySet[Framework]:
    return Framework.objects.filter(deliberation=deliberation, status__in=Framework.STANDING)


def affected_groups(deliberation: Deliberation) -> QuerySet[Group]:
    return Group.objects.filter(deliberation=deliberation, status__in=Group.STANDING)


def current_list(deliberation: Deliberation) -> StakeholderList | None:
    """The newest version of the list, in whatever state."""
    return StakeholderList.objects.filter(deliberation=deliberation).order_by("-version").first()


def approved_list(deliberation: Deliberation) -> StakeholderList | None:
    return StakeholderList.objects.filter(deliberation=deliberation, state=StakeholderList.State.APPROVED).first()


def uncovered(deliberation: Deliberation) -> tuple[list[Framework], list[Group]]:
    """The frameworks nobody on the list may speak for, and the groups nobody covers, explained or not."""
    standing = standing_stakeholders(deliberation).values("pk")
    voiced = MaySpeakFrom.objects.filter(stakeholder__in=standing).values("framework_id")
    covered = CoversGroup.objects.filter(stakeholder__in=standing).values("group_id")
    return (
        list(in_tension(deliberation).exclude(pk__in=voiced)),
        list(affected_groups(deliberation).exclude(pk__in=covered)),
    )


def list_digest(deliberation: Deliberation) -> str:
    """SHA-256 of the canonical JSON (RFC 8785) of the list exactly as it stands, gaps included.

    People's words stand in it by their commitment, so that it can be recomputed after a text was erased.
    """
    rows = list(
        standing_stakeholders(deliberation)
        .select_related("why")
        .prefetch_related("groups", "frameworks")
        .order_by("pk")
    )
    gaps = Gap.objects.filter(deliberation=deliberation, struck_at__isnull=True).select_related("explanation")
    content: Any = {
        "deliberation": deliberation.pk.hex,
        "stakeholders": [
            {
                "id": row.pk.hex,
                "title": row.title,
                "relation": row.relation,
                "why": row.why.commitment if row.why else None,
                "email": row.email,
                "address": row.address,
                "language": row.language,
                "frameworks": sorted([f.pk.hex, f.title] for f in row.frameworks.all()),
                "groups": sorted([g.pk.hex, g.title] for g in row.groups.all()),
            }
            for row in rows
        ],
        "gaps": [
            {
                "framework": gap.framework_id.hex if gap.framework_id else None,
                "group": gap.group_id.hex if gap.group_id else None,
                "explanation": gap.explanation.commitment,
            }
            for gap in gaps.order_by("pk")
        ],
    }
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


# --- Hands on the list


def put_hand(act: Act) -> StakeholderList:
    """Note that whoever acts put a hand to the list, and give the version they worked on.

    A version that was submitted, returned or voided is never taken up again: the next hand begins the next version,
    with every author so far. In `stakeholders` the changed list waits for approval anew, under a new number.
    """
    if act.user is None:
        raise ValueError("Only a person puts a hand to a list.")
    newest = current_list(act.deliberation)
    if newest is None or newest.state != StakeholderList.State.DRAFT:
        newest = _next_version(act, newest)
    _note_author(act, newest, act.user)
    if act.deliberation.state == State.STAKEHOLDERS:
        submit_list(act)
    return newest


def _next_version(act: Act, before: StakeholderList | None) -> StakeholderList:
    if before is not None and before.state == StakeholderList.State.SUBMITTED:
        before.state = StakeholderList.State.VOIDED
        before.save(update_fields=["state"])
    after = StakeholderList(
        organisation=act.deliberation.organisation,
        deliberation=act.deliberation,
        version=(before.version if before else 0) + 1,
        created_at=act.now,
    )
    after.save(force_insert=True)
    authors = User.objects.filter(
        pk__in=ListAuthor.objects.filter(deliberation=act.deliberation).values("user_id")
    ).order_by("pk")
    for author in authors:
        _note_author(act, after, author)
    return after


def _note_author(act: Act, version: StakeholderList, user: User) -> None:
    if not ListAuthor.objects.filter(list=version, user=user).exists():
        ListAuthor(
            organisation=act.deliberation.organisation,
            deliberation=act.deliberation,
            list=version,
            user=user,
            since=act.now,
        ).save(force_insert=True)


def submit_list(act: Act) -> StakeholderList:
    """Put the list up for approval, inside the verb that does so. Gives the version that waits.

    Raises `Invalid` with a sentence for each thing that is missing.
    """
    deliberation = act.deliberation
    _strike_filled_gaps(act)
    missing = missing_from_list(deliberation)
    if missing:
        raise Invalid(errors={f"list_{number}": sentence for number, sentence in enumerate(missing, 1)})
    addresses = list(standing_stakeholders(deliberation).values_list("email", flat=True))
    refuse_facilitators(deliberation, addresses)
    waiting = current_list(deliberation)
    if waiting is None or waiting.state != StakeholderList.State.DRAFT:
        waiting = _next_version(act, waiting)
    if act.user is None:
        raise ValueError("Only a person submits a list.")
    _note_author(act, waiting, act.user)
    for stakeholder in standing_stakeholders(deliberation):
        ListEntry(
            organisation=deliberation.organisation, deliberation=deliberation, list=waiting, stakeholder=stakeholder
        ).save(force_insert=True)
    waiting.state = StakeholderList.State.SUBMITTED
    waiting.digest = list_digest(deliberation)
    waiting.submitted_by, waiting.submitted_at = act.user, act.now
    waiting.save()
    act.notify("list_submitted", f"list:{waiting.pk}", users=approvers(deliberation, but=[act.user]))
    return waiting


def _strike_filled_gaps(act: Act) -> None:
    silent, uncared = uncovered(act.deliberation)
    Gap.objects.filter(deliberation=act.deliberation, struck_at__isnull=True).exclude(
        Q(framework__in=silent) | Q(group__in=uncared)
    ).update(struck_at=act.now)


# --- Who may stand on it, and who may approve it


def facilitators_among(deliberation: Deliberation, addresses: Iterable[str]) -> set[str]:
    """Those of the `addresses` that belong to somebody who sits or ever sat on the facilitator's seat here."""
    seats = Seat.objects.filter(deliberation=deliberation, part=Part.FACILITATOR).values("pk")
    people = SeatUser.objects.filter(seat_id__in=seats).values_list("user__email", flat=True)
    return {address.lower() for address in people} & {address.lower() for address in addresses if address}


def refuse_facilitators(deliberation: Deliberation, addresses: Collection[str]) -> None:
    """Raise `Invalid` where one of the addresses is that of somebody who ever facilitated here."""
    found = sorted(facilitators_among(deliberation, addresses))
    if found:
        raise Invalid(
            _("%(address)s facilitates here, or did. A facilitator is never a voice; take them off the list.")
            % {"address": ", ".join(found)}
        )


def approvers(deliberation: Deliberation, *, but: Sequence[User] = ()) -> list[User]:
    """Who may approve: the decision holder, and whoever was named for it."""
    people = [sitter(deliberation, Part.HOLDER), sitter(deliberation, Part.APPROVER)]
    return list({p.pk: p for p in people if p is not None and p not in but}.values())
