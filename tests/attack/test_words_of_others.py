"""Words are erased for those who wrote them: not for those who come after and commit to them too."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from accounts.ids import uuid7
from accounts.models import Membership, User
from accounts.refusals import NotAllowed
from accounts.scope import open_organisation
from audit.domain.erasure import erase_text
from audit.models import Entry, Text
from audit.queries.own_words import written_by
from deliberation.models import Dissent, OutcomeVersion
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def committing_to(text: Text) -> list[tuple[Entry, str]]:
    """Every entry that commits to the words, the first first, with the name it does so under."""
    found = []
    for entry in Entry.objects.order_by("pk"):
        for name, digest in json.loads(bytes(entry.canonical))["commitments"].items():
            if digest == text.commitment:
                found.append((entry, name))
    return found


def shown_to(cast: Cast, user: User) -> set[Text]:
    member = Membership.objects.get(user=user)
    rows, _older = written_by(cast.organisation, member.pk, lambda entry, name: "")
    return {word.text for row in rows for word in row.words}


def test_whoever_signs_erases_no_dissent(cast: Cast) -> None:
    """Whoever signs an outcome does not erase the dissents and the draft that the signature commits to."""
    deliberation = stages.at_decided(cast)
    dissent = Dissent.objects.get()
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    holder = Membership.objects.get(user=cast.holder)
    assert dissent.objection not in shown_to(cast, cast.holder)
    for text, author in ((dissent.objection, dissent.seat_id), (version.justification, cast.facilitator)):
        found = committing_to(text)
        assert len(found) > 1
        [(entry, name)] = [one for one in found if one[0].actor_ref == holder.pk.hex]
        assert entry.event == "deliberation.outcome.sign"
        for other in (cast.holder, cast.editor, uuid7()):
            with pytest.raises(NotAllowed):
                erase_text(entry, name, by=other, reason="It is unpleasant.")
        assert not Text.objects.get(pk=text.pk).is_erased
        # Their author may, from whichever entry they come.
        erase_text(entry, name, by=author, reason="I named somebody.")
        assert Text.objects.get(pk=text.pk).is_erased
