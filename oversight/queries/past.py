"""The checks that were recorded, as instructions judge them again: what a change would have changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Project
from audit.models import Text
from instructions.domain.past_checks import Named, PastCheck, register
from oversight.models import Check
from oversight.queries.checks import act_in
from tractatus import GateRequest

AT_ONCE = 500


def declare() -> None:
    """Have recorded checks judged again when instructions change."""
    register("oversight", RecordedChecks())


class RecordedChecks:
    """The checks of a project, newest first; what asked the same is read once. Erased ones are left out."""

    def count(self, project: Project, since: datetime) -> int:
        """How many there are."""
        return self._of(project, since).count()

    def checks(self, project: Project, since: datetime) -> Iterator[PastCheck]:
        """The checks, with the request of each made once for all that asked the same."""
        requests: dict[str, GateRequest] = {}
        rows = self._of(project, since).order_by("-id").values_list("pk", "at", "digest", "text_id")
        for part in _parts(rows):
            unread = {text: digest for _pk, _at, digest, text in part if digest not in requests}
            for text, body in _bodies(unread):
                requests.setdefault(unread[text], _request(body))
            for pk, at, digest, _text in part:
                if digest in requests:
                    yield PastCheck(str(pk), at, digest, requests[digest])

    def named(self, project: Project, ids: Sequence[str]) -> Mapping[str, Named]:
        """How checks are shown, each with the address of its page."""
        rows = Check.objects.filter(project=project, pk__in=ids, text__erased_at__isnull=True).select_related("text")
        slug = project.organisation.slug
        return {str(one.pk): Named(one.at, _words(one), reverse("agent_check", args=[slug, one.pk])) for one in rows}

    def _of(self, project: Project, since: datetime) -> QuerySet[Check]:
        return Check.objects.filter(project=project, at__gte=since, text__erased_at__isnull=True)


def _parts(rows: QuerySet) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        part.append(row)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _bodies(texts: Mapping[Any, str]) -> QuerySet:
    return Text.objects.filter(pk__in=list(texts)).values_list("pk", "body")


def _request(body: str) -> GateRequest:
    """What was asked, but for the pressure of that moment: no instruction changes that."""
    said = json.loads(body)
    return GateRequest(
        said["action"], said["reasoning"], said["scores"], environment=said["environment"], context=said["context"]
    )


def _words(check: Check) -> str:
    """The act in one line, as the pages of agents have it."""
    act = act_in(check.text)
    return " ".join(filter(None, (act.says, act.thing)))
