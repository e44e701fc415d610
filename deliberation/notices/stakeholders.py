"""Told while the list is drawn up: to those who approve it, and back to the facilitator."""

from __future__ import annotations

from deliberation.models import Amendment, Notice, StakeholderList, State
from deliberation.notices.rounds import id_in, link_of_page
from deliberation.notifications import Facts, notice


def _list(row: Notice, state: str) -> StakeholderList | None:
    found = StakeholderList.objects.select_related("submitted_by", "decided_by", "reason").filter(pk=id_in(row.about))
    version = found.first()
    return version if version is not None and version.state == state else None


def _facts(row: Notice, version: StakeholderList | None) -> Facts | None:
    if version is None or row.deliberation is None or row.user is None:
        return None
    return {
        "name": row.user.name,
        "version": version,
        "question": row.deliberation.question,
        "link": link_of_page(row.deliberation, "stakeholders"),
    }


@notice("list_submitted")
def list_submitted(row: Notice) -> Facts | None:
    return _facts(row, _list(row, StakeholderList.State.SUBMITTED))


@notice("list_approved")
def list_approved(row: Notice) -> Facts | None:
    return _facts(row, _list(row, StakeholderList.State.APPROVED))


@notice("list_returned")
def list_returned(row: Notice) -> Facts | None:
    return _facts(row, _list(row, StakeholderList.State.RETURNED))


@notice("list_reopened")
def list_reopened(row: Notice) -> Facts | None:
    return _facts(row, _list(row, StakeholderList.State.VOIDED))


def _amendment(row: Notice, *, open_one: bool) -> Facts | None:
    found = Amendment.objects.select_related("stakeholder", "replaces", "why", "reason", "drafted_by", "decided_by")
    amendment = found.filter(pk=id_in(row.about)).first()
    if amendment is None or row.deliberation is None or row.user is None:
        return None
    if (amendment.state == Amendment.State.PROPOSED) != open_one or row.deliberation.state == State.WITHDRAWN:
        return None
    if open_one:
        link = link_of_page(row.deliberation, "amendment_decide", amendment.pk)
    else:
        link = link_of_page(row.deliberation, "stakeholders")
    return {
        "name": row.user.name,
        "amendment": amendment,
        "question": row.deliberation.question,
        "link": link,
    }


@notice("amendment_proposed")
def amendment_proposed(row: Notice) -> Facts | None:
    return _amendment(row, open_one=True)


@notice("amendment_decided")
def amendment_decided(row: Notice) -> Facts | None:
    return _amendment(row, open_one=False)
