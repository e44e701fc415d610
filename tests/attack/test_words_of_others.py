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
from audit.speakers import author_of
from deliberation.domain.entering import enter_for
from deliberation.domain.taking_part import leave
from deliberation.models import Dissent, OutcomeVersion, Seat, SharedValue
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


def test_what_was_entered_for_a_voice_is_erased_by_nobody_else(cast: Cast) -> None:
    """What the facilitator entered for a voice is not the facilitator's to erase, nor any other voice's, seat's or
    organisation's; nor is it once the voice has left."""
    deliberation = stages.at_round(cast, 2)
    one, two, *_ = stages.voices(cast, deliberation)
    enter_for(
        deliberation, by=cast.facilitator, seat=one, given="spoken", what="shared_value", text="Sleep is worth it."
    )
    value = SharedValue.objects.get(seat=one, entered_by__isnull=False)
    [(entry, name)] = committing_to(value.text)
    assert entry.actor_ref == Membership.objects.get(user=cast.facilitator).pk.hex
    assert value.text not in shown_to(cast, cast.facilitator)
    staff = [seat.pk for seat in Seat.objects.filter(deliberation=deliberation).exclude(pk=one.pk)]
    for other in (cast.facilitator, cast.holder, cast.editor, uuid7(), two.pk, entry.pk, *staff):
        with pytest.raises(NotAllowed):
            erase_text(entry, name, by=other, reason="It does not suit.")
    with open_organisation(cast.other):
        assert author_of(entry) == ""
    leave(deliberation, by=one)
    with pytest.raises(NotAllowed):
        erase_text(entry, name, by=cast.facilitator, reason="They have left.")
    erase_text(entry, name, by=one.pk, reason="It was said in confidence.")
    assert Text.objects.get(pk=value.text_id).is_erased
