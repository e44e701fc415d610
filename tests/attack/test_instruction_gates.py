"""An instruction put in force that nobody saw, that has nothing to hold for, or that says nothing any more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.domain.keys import create_api_key
from accounts.models import User
from accounts.refusals import Refused, Stale
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.models import Text
from instructions.domain.classification import Overruled, Wording
from instructions.domain.conflicts import Answered
from instructions.domain.deciding import accept_proposals
from instructions.domain.exporting import as_json
from instructions.domain.importing import import_instructions
from instructions.domain.in_force import told
from instructions.domain.instruction import (
    propose_instruction,
    publish_instruction,
    reinstate_instruction,
    retire_instruction,
    revise_instruction,
)
from instructions.domain.periods import end_period, open_period
from instructions.domain.variables import set_variable
from instructions.models import Change, Draft, Instruction, ShownConflict, Variable
from tests.cast import Cast, make_member

PORT = "Always use MongoDB on port 27027."
OTHER_PORT = "MongoDB runs on port 27017."
REVIEW = "Never push to main without a review."

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(cast: Cast) -> Iterator[Cast]:
    with open_organisation(cast.organisation):
        yield cast


def proposed(house: Cast, text: str = PORT, **facts: object) -> Instruction:
    return propose_instruction(house.organisation, Wording(text, **facts), by=house.editor, project=house.project)


def in_force(house: Cast, text: str = PORT) -> Instruction:
    return publish_instruction(proposed(house, text), by=house.editor)


def anew(one: Instruction) -> Instruction:
    return Instruction.objects.get(pk=one.pk)


def erased(one: Instruction) -> Instruction:
    assert one.current is not None
    Text.objects.filter(pk=one.current.text_id).update(body="", salt=b"", erased_at=clock.now())
    return anew(one)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at(name: str, *args: object) -> str:
    return reverse(name, args=["care", *args])


def test_a_proposal_revised_under_its_reader_is_not_put_in_force(house: Cast) -> None:
    """Whoever presses the button puts in force what stood on their page, and not what a colleague made of it since."""
    one, page = proposed(house), signed_in(house.editor)
    address = at("instruction_publish", one.pk)
    assert 'name="seen" value="1"' in page.get(address).content.decode()
    revise_instruction(one, Wording(OTHER_PORT), by=make_member(house.organisation, "Two", Role.EDITOR), why="So.")
    answer = page.post(address, {"seen": "1"})
    assert anew(one).state == "proposed"
    assert OTHER_PORT in answer.content.decode()
    page.post(address, {"seen": "2"})
    assert anew(one).state == "active"


def test_a_proposal_of_a_file_revised_under_its_reader_is_not_accepted(house: Cast) -> None:
    """Of many proposals accepted at once none says something else than the page on which they were ticked."""
    file = json.dumps([{"text": PORT}, {"text": REVIEW}]).encode()
    made = import_instructions(house.organisation, house.project, "h.json", file, by=house.editor).row
    page, address = signed_in(house.editor), at("instruction_import_decide", made.pk)
    shown = page.get(address).context["shown_at"].isoformat()
    revise_instruction(Instruction.objects.get(current__text__body=PORT), Wording(OTHER_PORT), by=house.editor, why="x")
    sent = {"which": "all", "why": "They stood before.", "do": "accept", "shown_at": shown}
    assert page.post(address, sent).status_code == 422
    assert not Instruction.objects.filter(state="active").exists()


def test_a_conflict_that_is_not_there_takes_no_proposal_back(house: Cast) -> None:
    """Nobody takes another's proposal back by saying that something holds instead which it does not go against."""
    one, in_the_way = proposed(house), in_force(house, REVIEW)
    other = make_member(house.organisation, "Two", Role.EDITOR)
    for name in ("inst_404", in_the_way.key, "", "why"):
        with pytest.raises(Refused):
            publish_instruction(one, by=other, answers={name: Answered("withdraw", "It holds.")})
    assert (anew(one).state, ShownConflict.objects.count()) == ("proposed", 0)


def test_an_answer_to_what_is_no_conflict_ends_nothing(house: Cast) -> None:
    """An answer prepared for an instruction that a wording does not go against leaves that one in force."""
    stands = in_force(house, REVIEW)
    publish_instruction(proposed(house), by=house.editor, answers={stands.key: Answered("supersede")})
    assert (anew(stands).state, ShownConflict.objects.count()) == ("active", 0)


def test_an_answer_to_an_earlier_wording_is_none(house: Cast) -> None:
    """Whoever says that theirs holds ends what they saw: not what a colleague has made of it since."""
    old, one, page = in_force(house), proposed(house, OTHER_PORT), signed_in(house.editor)
    address = at("instruction_publish", one.pk)
    assert f'name="seen_{old.key}" value="1"' in page.get(address).content.decode()
    revise_instruction(old, Wording("Always use MongoDB on port 27099."), by=house.editor, why="It moved.")
    sent = {"seen": "1", f"answer_{old.key}": "supersede", f"seen_{old.key}": "1"}
    assert "27099" in page.post(address, sent).content.decode()
    assert (anew(old).state, anew(one).state) == ("active", "proposed")
    page.post(address, sent | {f"seen_{old.key}": "2"})
    assert (anew(old).state, anew(one).state) == ("superseded", "active")


SECRETS = (("X", '{"password": "hunter2"}'), ("X", "secret_key: abc"), ("X", "client_secret=abc"), ("TOKEN_1", "x"),
           ("X", "AWS_SECRET_ACCESS_KEY=x"), ("X", "https://u:p%40@host/d"), ("DB_PASSWORD2", "x"))  # fmt: skip


def test_a_secret_in_other_clothes_is_no_value(house: Cast) -> None:
    """A password in JSON, in a longer name or under a numbered name is refused as a value, and kept nowhere."""
    taken = []
    for name, value in SECRETS:
        try:
            set_variable(house.project, name, value, by=house.editor)
        except Refused:
            continue
        taken.append((name, value))
    assert not taken
    assert not Variable.objects.exists()


def test_nothing_is_accepted_for_a_task_that_has_ended(house: Cast) -> None:
    """A proposal for a task that ended meanwhile is not put in force among many, where nothing would ever end it."""
    task = open_period(house.project, "TASK", "Move the database", by=house.editor)
    one = proposed(house, period=task, overrules={"temporal_scope": Overruled("TASK", "Only for this.")})
    end_period(task, by=house.editor)
    with pytest.raises(Stale):
        accept_proposals([one], by=house.editor, why="All of them.")
    with pytest.raises(Stale):
        publish_instruction(one, by=house.editor)


def test_what_a_file_supersedes_does_not_stand_beside_it(house: Cast) -> None:
    """A file cannot hide a conflict by naming what it goes against as superseded: accepted, that one is superseded."""
    old = in_force(house)
    file = json.dumps([{"id": "inst_050", "text": OTHER_PORT, "supersedes": old.key}]).encode()
    import_instructions(house.organisation, house.project, "h.json", file, by=house.editor)
    accept_proposals([Instruction.objects.get(key="inst_050")], by=house.editor, why="They stood before.")
    assert anew(old).state == "superseded"


def test_erased_words_are_not_put_in_force(house: Cast) -> None:
    """Nothing binds agents whose words were erased: not published, not accepted among many, not reinstated."""
    one, ended = erased(proposed(house)), in_force(house, REVIEW)
    retire_instruction(ended, by=house.editor, why="It is over.")
    ended = erased(ended)
    with pytest.raises(Stale):
        publish_instruction(one, by=house.editor)
    with pytest.raises(Stale):
        accept_proposals([one], by=house.editor, why="All.")
    with pytest.raises(Stale):
        reinstate_instruction(ended, by=house.editor, why="Again.")
    assert signed_in(house.editor).post(at("instruction_reinstate", ended.pk), {"why": "Again."}).status_code == 422
    assert {anew(one).state, anew(ended).state} == {"proposed", "retired"}


def test_erased_words_are_told_nowhere(house: Cast) -> None:
    """What was erased is on no page, in no export, no answer to a key and no search, nor are the values read in it."""
    one = erased(in_force(house, "Always use MongoDB on port 27027 of krakatoa."))
    key = Client(headers={"Authorization": f"Bearer {create_api_key(house.project, 'A', by=house.administrator)[1]}"})
    page = signed_in(house.editor)
    said = [page.get(at(name, one.pk)).content for name in ("instruction", "instruction_revise", "instruction_retire")]
    said += [page.get(at("instructions"), {"words": "krakatoa"}).content.split(b"<main")[-1].split(b"</form>")[-1]]
    said += [key.get(reverse("api_instructions")).content, key.get(reverse("api_instruction", args=[one.key])).content]
    for form in ("json", "csv", "markdown"):
        asked = {"project": str(house.project.pk), "form": form}
        said.append(b"".join(page.get(at("instruction_export"), asked).streaming_content))
    # Ids and marks of forms are made of digits too.
    assert not [words for words in said if re.search(rb"(?<![0-9a-zA-Z-])27027(?![0-9a-zA-Z-])|krakatoa", words)]
    assert not told(anew(one)).parameters
    assert json.loads("".join(as_json(house.project)))[0]["id"] == one.key


def test_a_key_decides_nothing_by_what_it_sends(house: Cast) -> None:
    """Fields that a key adds to a proposal are refused: its state, its id, where it holds, whose it is."""
    stands = in_force(house, REVIEW)
    key = Client(headers={"Authorization": f"Bearer {create_api_key(house.project, 'A', by=house.administrator)[1]}"})
    more = {
        "state": "active", "active": True, "published_by": str(house.editor.pk), "id": "org_001", "universal": True,
        "project": str(house.other_project.pk), "source": "deliberation", "supersedes": stands.key, "explicitness": 1,
        "persistence": "LOW", "overruled": [{"field": "persistence", "chosen": "LOW"}], "do": "publish",
    }  # fmt: skip
    for name, value in more.items():
        refused = key.post(reverse("api_instructions"), {"text": PORT, name: value}, content_type="application/json")
        assert refused.status_code == 422, name
        assert [one["field"] for one in refused.json()["errors"]] == [name]
    assert list(Instruction.objects.all()) == [stands]
    made = key.post(reverse("api_instructions"), {"text": PORT}, content_type="application/json").json()
    one = Instruction.objects.get(key=made["id"])
    assert (made["state"], one.project_id, one.source, one.supersedes) == ("proposed", house.project.pk, "user", None)
    assert (one.key, one.persistence, one.published_by, anew(stands).state) == ("inst_002", "HIGH", None, "active")


ODD = ("a\x00", "\x00", "_", "'", '"', "\\", "a\\", "':*", "!!", "a & b", "(", "NEAR(", "*", "²", "①", "\u0301",
       "AND OR", "body:x", "İ", "🙂", "\ud7ff", "%", "1.2.3", "a_b", "\u200b", "क्ष")  # fmt: skip


def test_a_search_is_words_and_nothing_else(house: Cast) -> None:
    """Whatever is typed into the search is looked for: operators, quotes and NUL are neither obeyed nor an error."""
    in_force(house)
    key = Client(headers={"Authorization": f"Bearer {create_api_key(house.project, 'A', by=house.administrator)[1]}"})
    odd = [words for words in ODD if key.get(reverse("api_instructions"), {"words": words}).status_code != 200]
    assert not odd
    found = key.get(reverse("api_instructions"), {"words": "mongodb NOT port"}).json()["results"]
    assert not found


def test_a_draft_is_only_kept_for_what_is_there(house: Cast) -> None:
    """Nobody fills the database with drafts of instructions that are not there, or of another organisation."""
    page, one = signed_in(house.editor), in_force(house)
    theirs = signed_in(house.outsider)
    assert page.post(at("instruction_draft", "revise:" + "0" * 32), {"text": "x"}).status_code == 404
    outside = reverse("instruction_draft", args=["harbour", f"revise:{one.pk.hex}"])
    assert theirs.post(outside, {"text": "x"}).status_code == 404
    assert page.post(at("instruction_draft", f"revise:{one.pk.hex}"), {"text": "x"}).status_code == 200
    assert Draft.objects.count() == 1


def test_no_row_of_the_history_is_replaced_by_sql(house: Cast) -> None:
    """INSERT OR REPLACE of SQLite, which deletes first, is refused as deleting is; PostgreSQL has no such thing."""
    in_force(house)
    before = list(Change.objects.values_list("pk", "state"))
    statement = "INSERT OR REPLACE INTO instructions_change SELECT * FROM instructions_change"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Change.objects.values_list("pk", "state")) == before
