"""Who may not say it is given no receipt of it, and who may not set it is shown nothing of what it would change."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Entry
from deliberation.domain.accommodations import propose
from deliberation.domain.questions import put_question
from instructions.models import Variable
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, by_link, signed_in
from tests.oversight.house import PORT, WRONG_PORT, ask, in_force, key_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


def test_a_receipt_is_its_speakers_alone(cast: Cast) -> None:
    """The receipt of a proposal or a question is shown to whoever made it, and to no other voice, nor to whom it was
    put, nor to staff; nor is one kind of thing shown under the name of another."""
    deliberation = stages.at_round(cast, 2)
    one, two, *_ = stages.voices(cast, deliberation)
    proposed = propose(deliberation, by=one, text="Two nurses read together.")
    put = put_question(deliberation, by=one, to=two, text="Who reads on Sundays?")
    for kind, other, row in (("proposal", "question", proposed), ("question", "stance", put)):
        where = address("card_sent", deliberation, kind, row.pk)
        assert by_link(one).get(where).status_code == 200
        for reader in (by_link(two), signed_in(cast.facilitator), signed_in(cast.holder), signed_in(cast.auditor)):
            answer = reader.get(where)
            assert answer.status_code in {403, 404}
            assert "tractatus-receipt" not in answer.content.decode()
        assert by_link(one).get(address("card_sent", deliberation, other, row.pk)).status_code == 404


def test_a_preview_of_a_variable_sets_nothing_and_is_shown_to_who_may_set_it(cast: Cast) -> None:
    """What another value of a variable would have changed is shown to nobody who may not set one, takes no secret and
    no project of another organisation, and sets and records nothing."""
    in_force(cast, PORT)
    ask(key_of(cast.project, cast), WRONG_PORT)
    here = reverse("variables", args=["care"])
    given = {"project": str(cast.project.pk), "name": "DB_PORT", "value": "27017", "do": "changed"}
    entries = Entry.objects.count()
    for person in (cast.auditor, cast.holder, cast.facilitator):
        answer = signed_in(person).post(here, given)
        assert answer.status_code == 403
        assert "27017" not in answer.content.decode()
    editor = signed_in(cast.editor)
    assert editor.post(here, given).status_code == 200
    secret = "sk-proj-" + "a1B2c3D4e5F6g7H8" * 3
    for changed in ({"value": secret, "name": "API_KEY"}, {"project": str(cast.other_project.pk)}, {"name": "%(who)s"}):
        answer = editor.post(here, given | changed)
        assert answer.status_code == 422, changed
    assert not Variable.objects.exists()
    assert Entry.objects.count() == entries
