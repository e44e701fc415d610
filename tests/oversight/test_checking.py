"""The check before an act: what is told, what is kept, and what binds with the next check."""

from __future__ import annotations

import json

import pytest

from accounts.refusals import Invalid
from accounts.scope import open_organisation
from audit.keys import verifier
from audit.logs import current_log
from audit.models import Entry, Text
from audit.receipts import read
from instructions.domain.instruction import retire_instruction
from oversight.domain.answers import Question
from oversight.domain.checking import consider
from oversight.models import Check, JudgmentRequest, Reading, Session
from tests.cast import Cast
from tests.oversight.house import DROP, LOOK, RIGHT_PORT, WRONG_PORT, ask, in_force, key_of

SCORES = ("alignment", "coherence", "completeness", "safety", "alternatives")

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def test_a_check_says_what_holds_and_keeps_one_entry(house: Cast) -> None:
    key = key_of(house.project, house)
    assert ask(key, WRONG_PORT).decision == "allow"
    instruction = in_force(house)

    entries = Entry.objects.count()
    told = ask(key, WRONG_PORT)
    assert (told.decision, told.would_have, told.enforced, told.mode) == ("deny", "deny", True, "enforced")
    assert told.corrected_input == {"command": "mongosh --port 27027 shop"}
    assert instruction.key in json.dumps(told.to_dict())
    assert str(instruction.pk) not in json.dumps(told.to_dict())
    validator = next(one for one in told.checks if one["service"] == "CrossReferenceValidator")
    assert (validator["result"]["expected"], validator["result"]["actual"]) == ("27027", "27017")
    assert Entry.objects.count() == entries + 1

    check = Check.objects.get(pk=told.check_id)
    entry = json.loads(bytes(Entry.objects.get(pk=check.entry_id).canonical))
    assert (entry["service"], entry["decision"], entry["mode"]) == ("Gate", "deny", "enforced")
    assert [one["service"] for one in entry["coordination"]] == [one["service"] for one in told.checks]
    assert len(entry["policy"]) == 64
    assert "27017" not in json.dumps(entry)
    assert json.loads(check.text.body)["action"] == WRONG_PORT

    assert ask(key, RIGHT_PORT).decision == "allow"
    retire_instruction(instruction, by=house.editor, why="It was moved.")
    assert ask(key, WRONG_PORT).decision == "allow"


def test_a_check_is_answered_with_the_records_promise(house: Cast) -> None:
    """The receipt names the entry and its leaf, and stands again when the call is asked about again."""
    key = key_of(house.project, house)
    told = ask(key, RIGHT_PORT, tool_call="call-1")
    entry = Entry.objects.get(pk=Check.objects.get(pk=told.check_id).entry_id)
    signed_by = verifier(current_log(house.organisation).origin)
    assert told.receipt is not None
    receipt = read(told.receipt, signed_by)
    assert (receipt.entry, receipt.leaf) == (str(entry.pk), bytes(entry.leaf_hash))

    again = ask(key, RIGHT_PORT, tool_call="call-1")
    assert again.replayed
    assert again.receipt is not None
    assert read(again.receipt, signed_by).leaf == receipt.leaf
    assert ask(key, RIGHT_PORT, dry_run=True).receipt is None


def test_words_are_kept_that_look_like_places_for_values_or_end_a_statement(house: Cast) -> None:
    key = key_of(house.project, house)
    act = {
        "tool_name": "Bash",
        "tool_input": {"command": "date +%s; printf '%(x)s %% \\\\ \\'; DROP TABLE audit_entry; --'"},
    }
    check = Check.objects.get(pk=ask(key, act).check_id)
    assert json.loads(check.text.body)["action"] == act


def test_an_observing_key_is_never_stopped(house: Cast) -> None:
    in_force(house)
    key = key_of(house.project, house, enforces=False)
    told = ask(key, WRONG_PORT)
    assert (told.decision, told.would_have, told.enforced, told.mode) == ("allow", "deny", False, "observed")
    told = ask(key, DROP)
    assert (told.decision, told.would_have, told.judgment_request) == ("allow", "ask", None)
    assert not JudgmentRequest.objects.exists()


def test_a_dry_run_stores_nothing(house: Cast) -> None:
    key = key_of(house.project, house)
    entries = Entry.objects.count()
    told = ask(key, DROP, session="s", session_state={"messages": 3}, dry_run=True)
    assert (told.decision, told.check_id, told.judgment_request) == ("ask", None, None)
    assert told.session is not None
    assert told.session.id == "s"
    assert Entry.objects.count() == entries
    assert not (Check.objects.exists())
    assert not (Session.objects.exists())


def test_the_same_tool_call_is_answered_as_the_first_time(house: Cast) -> None:
    key = key_of(house.project, house)
    first = ask(key, DROP, tool_call="call_1", session="s")
    entries = Entry.objects.count()
    again = ask(key, DROP, tool_call="call_1", session="s")
    assert again.replayed
    assert not first.replayed
    # The promise is made anew, of the same entry.
    assert again.to_dict() | {"replayed": False, "receipt": first.receipt} == first.to_dict()
    assert Entry.objects.count() == entries
    with pytest.raises(Invalid) as refused:
        ask(key, LOOK, tool_call="call_1")
    assert "tool_call_id" in refused.value.errors
    with pytest.raises(Invalid):
        ask(key, DROP, tool_call="call_1", context={"goal": "Another one."})
    other = key_of(house.project, house, "Another")
    assert not ask(other, LOOK, tool_call="call_1").replayed


def test_pressure_is_warned_of_once_a_level_and_ends_in_a_handoff(house: Cast) -> None:
    key = key_of(house.project, house)

    def at(messages: int, compactions: int = 0):
        return ask(key, LOOK, session="s", session_state={"messages": messages, "compactions": compactions})

    assert at(1).decision == "allow"
    assert at(60).decision == "warn"
    assert at(61).decision == "allow"
    told = at(61, 2)
    assert told.decision == "warn"
    assert told.session is not None
    assert (told.session.pressure_level, told.session.handoff_due) == ("CRITICAL", True)
    # It does not fall again in this session, whatever is told.
    told = ask(key, {"tool_name": "Bash", "tool_input": {"command": "npm install left"}}, session="s",
               session_state={"messages": 1, "compactions": 0})  # fmt: skip
    assert (told.decision, told.session.pressure_level) == ("ask", "CRITICAL")
    assert Session.objects.get().state == "handoff_due"
    assert Reading.objects.count() == 4


def test_what_cannot_be_taken_names_its_field(house: Cast) -> None:
    key = key_of(house.project, house)
    wrong = {
        "session_state.tokens_used": {"session_state": {"tokens_used": 9, "tokens_budget": 5}},
        "session_state.messages": {"session_state": {"messages": -1}},
        "session_state.moods": {"session_state": {"moods": 1}},
        "session_id": {"session": ""},
        "tool_call_id": {"tool_call": "a\nb"},
        "scores.safety": {"scores": dict.fromkeys(SCORES, 0.5) | {"safety": 7}},
    }
    for field, said in wrong.items():
        with pytest.raises(Invalid) as refused:
            ask(key, LOOK, **said)
        assert set(refused.value.errors) == {field}
    assert not (Check.objects.exists())
    assert not (Session.objects.exists())


def test_a_check_is_written_whole_or_not_at_all(house: Cast) -> None:
    key = key_of(house.project, house)
    ask(key, LOOK, session="s")
    before = Entry.objects.count(), Text.objects.count(), Check.objects.count()
    question = Question(LOOK, session="s", tool_call="x")
    first, second = (consider(key, question) for _ in range(2))
    first.keep()
    # The second was judged before the first was kept: it finds what the first was told, and leaves nothing.
    assert second.keep().replayed
    assert (Entry.objects.count(), Text.objects.count(), Check.objects.count()) == tuple(one + 1 for one in before)
