"""Each adapter with the real published package: Claude Code, LiteLLM's proxy, LangChain. Models are scripted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from client.tractatus_client import Client, doctor
from tests.adapters.scripted_model import ScriptedModel, scripted_model
from tests.adapters.surroundings import (
    PORT,
    RIGHT,
    SAID,
    WRONG,
    Proxy,
    Surroundings,
    claude_code,
    langchain,
    proxy,
    surroundings,
)
from tests.migrated import kept_database

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def around(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    kept = kept_database(request.config)
    with surroundings(tmp_path_factory.mktemp("adapters"), kept) as made:
        yield made


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with scripted_model() as made:
        yield made


@pytest.fixture(scope="module")
def litellm(tmp_path_factory: pytest.TempPathFactory, around: Surroundings) -> Iterator[Proxy]:
    with scripted_model() as model, proxy(tmp_path_factory.mktemp("litellm"), model, around) as made:
        yield made


def test_claude_code_is_told_why_it_is_denied_also_after_a_compaction(
    tmp_path: Path, around: Surroundings, model: ScriptedModel
) -> None:
    """The 27027 incident, through the command line's own hooks: its next request carries our words."""
    claude = claude_code(tmp_path, model, around)
    said = claude.install("ask")
    assert "Claude Code 2." in said
    assert "What it says holds." in said
    session = claude.run(
        f"{PORT}.", claude.bash("toolu_cc1", f"{WRONG} || touch ran"), claude.bash("toolu_cc2", "touch allowed")
    )
    told = model.told()
    assert f"{around.instruction}: {PORT}" in told  # given at the start
    for words in SAID:
        assert words in told
    assert (claude.folder / "allowed").exists()
    assert not (claude.folder / "ran").exists()
    claude.run("/compact", resume=session)
    claude.run("Go on.", claude.bash("toolu_cc3", WRONG), resume=session)
    assert SAID[1] in model.told()
    assert around.checks("toolu_cc1", "toolu_cc2", "toolu_cc3") == {
        "toolu_cc1": ("deny", "deny", "enforced", None),
        "toolu_cc2": ("allow", "allow", "enforced", "executed"),
        "toolu_cc3": ("deny", "deny", "enforced", None),
    }
    named = "SELECT name, agent_name, counts FROM oversight_session WHERE name LIKE ? ORDER BY id"
    found = around.rows(named, f"{session}%")
    assert {(name.partition("#")[0], agent) for name, agent, _counts in found} == {(session, "Claude Code")}
    assert [json.loads(counts).get("compactions", 0) for _name, _agent, counts in found].count(1) == 1


def test_litellm_keeps_a_denied_call_from_the_agent(around: Surroundings, litellm: Proxy) -> None:
    """Also when the conversation was cut down to its last message, as a compaction does."""
    for id in ("call_one", "call_two"):
        call = {"id": id, "name": "run", "input": {"command": WRONG}}
        status, answer = litellm.ask([{"role": "user", "content": "Go on."}], call)
        assert status == 400
        for words in SAID:
            assert words in answer["error"]["message"]
    right = {"id": "call_three", "name": "run", "input": {"command": RIGHT}}
    status, answer = litellm.ask([{"role": "user", "content": "Go on."}], right)
    assert (status, answer["choices"][0]["finish_reason"]) == (200, "tool_calls")
    made = answer["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": "call_three", "content": "ok"}
    assert litellm.ask([{"role": "user", "content": "Go on."}, made, result])[0] == 200
    names = "SELECT decision, became FROM oversight_check WHERE tool_call LIKE 'call_%' ORDER BY id"
    assert around.rows(names) == [("deny", None), ("deny", None), ("allow", "executed")]

    # Nobody answers: held back, or let through and judged when the results come.
    around.stop()
    away = {"id": "call_four", "name": "run", "input": {"command": WRONG}}
    assert litellm.ask([{"role": "user", "content": "Go on."}], away)[0] == 500
    status, answer = litellm.ask([{"role": "user", "content": "Go on."}], away, guardrail="open")
    assert status == 200
    around.start()
    made, result = answer["choices"][0]["message"], {**result, "tool_call_id": "call_four"}
    assert litellm.ask([{"role": "user", "content": "Go on."}, made, result])[0] == 200
    late = "SELECT mode, became FROM oversight_check WHERE tool_call LIKE 'call_four%'"
    assert around.rows(late) == [("degraded", "executed")]
    incidents = "SELECT kind FROM oversight_incident i JOIN oversight_check c ON c.id = i.of_check_id"
    assert around.rows(f"{incidents} WHERE c.tool_call LIKE 'call_four%'") == [("let_through",)]


def test_litellm_streams_nothing_of_an_answer_that_was_not_judged(around: Surroundings, litellm: Proxy) -> None:
    """With our guardrail, which the documentation puts in the place of LiteLLM's own."""
    wrong = {"id": "streamed_call_one", "name": "run", "input": {"command": WRONG}}
    status, body, _parts = litellm.stream(wrong, guardrail="held")
    assert (status, "tool_calls" in body) == (400, False)
    assert all(words in json.loads(body)["error"]["message"] for words in SAID), body
    right = {"id": "streamed_call_two", "name": "run", "input": {"command": RIGHT}}
    status, _body, parts = litellm.stream(right, guardrail="held")
    deltas = [part["choices"][0]["delta"] for part in parts if part["choices"]]
    calls = [call["function"] for delta in deltas for call in delta.get("tool_calls") or ()]
    assert json.loads("".join(call.get("arguments") or "" for call in calls)) == right["input"]
    assert (status, [call["name"] for call in calls if call.get("name")]) == (200, ["run"])
    assert litellm.stream(guardrail="held")[2][0]["choices"][0]["delta"]["content"] == "Done."

    names = "SELECT decision FROM oversight_check WHERE tool_call LIKE 'streamed_call%' ORDER BY id"
    assert around.rows(names) == [("deny",), ("allow",)]
    # Nobody answers: nothing is streamed.
    around.stop()
    _status, body, _parts = litellm.stream(right, guardrail="held")
    assert "tool_calls" not in body
    around.start()


def test_langchain_is_refused_in_a_tool_message(tmp_path: Path, around: Surroundings) -> None:
    """And again later on: what is in force does not hang on what the conversation still holds."""
    first, second, third = langchain(tmp_path, around, "ask", ("lc-1", WRONG), ("lc-2", RIGHT), ("lc-3", WRONG))
    assert [one["status"] for one in (first, second, third)] == ["error", "success", "error"]
    assert third["content"] == first["content"]
    for words in (PORT, "27027", "27017", "With port 27027"):
        assert words in first["content"]
    assert (tmp_path / "ran.txt").read_text() == f"{RIGHT}\n"
    assert around.checks("lc-1", "lc-2") == {
        "lc-1": ("deny", "deny", "enforced", None),
        "lc-2": ("allow", "allow", "enforced", "executed"),
    }
    of = "SELECT DISTINCT s.name FROM oversight_check c JOIN oversight_session s ON s.id = c.session_id"
    assert around.rows(f"{of} WHERE c.tool_call LIKE 'lc-%'") == [(str(UUID(int=27027)),)]


def test_the_client_asks_tells_and_hands_over(tmp_path: Path, around: Surroundings) -> None:
    client = Client(around.site.address, around.key, spool=str(tmp_path / "reports.jsonl"), agent={"name": "Nightly"})
    lines: list[str] = []
    assert doctor(client, lines.append)
    assert "What it says holds." in lines[0]
    drop = {"tool_name": "Bash", "tool_input": {"command": "psql -h db.prod.internal -c 'DROP TABLE applications'"}}
    for _ in range(2):  # the same call is the same act, and the same request
        verdict = client.check(drop, session_id="client-1", tool_call_id="client-call", wait=0)
        assert (verdict.decision, verdict.request["state"]) == ("ask", "pending")
        assert "/requests/" in verdict.words
    assert client.wait(verdict.request["id"], within=0)["state"] == "pending"
    assert client.report("executed", tool_call_id="client-call")
    assert around.checks("client-call")["client-call"] == ("ask", "ask", "enforced", "executed")
    # A machine whose clock is wrong still tells, and says what its clock said.
    skewed = {**client.decided_here(drop, "client-late", "client-1", "It was away."), "at": "2031-01-01T00:00:00Z"}
    assert client.keep_report(skewed)
    assert client.deliver() == 1
    assert around.checks("client-late")["client-late"][2] == "degraded"
    assert client.handoff_document("client-1") is None
    client.pressure("client-1", messages=61, tokens_used=195_000, tokens_budget=200_000)
    client.handoff("client-1", {"state": "Half done.", "next_priorities": ["The rest"]})
    document = client.handoff_document("client-1")
    assert document is not None
    assert "- The rest" in document
    client.end("client-1")
    assert (
        Client(around.site.address, "tr_0_0", "deny")
        .check(drop)
        .words.startswith("Tractatus did not judge this (it does not accept the key")
    )


def test_each_failure_mode_holds_while_the_service_is_away_and_is_reported_later(
    tmp_path: Path, around: Surroundings, model: ScriptedModel
) -> None:
    places = {mode: claude_code(tmp_path / mode, model, around) for mode in ("ask", "deny", "allow")}
    for mode, claude in places.items():
        claude.install(mode)
    around.stop()
    for mode, claude in places.items():
        claude.run("Go on.", claude.bash(f"toolu_{mode}", "touch ran"))
        assert (claude.folder / "ran").exists() == (mode == "allow")
        (tmp_path / f"lc-{mode}").mkdir()
        [told] = langchain(tmp_path / f"lc-{mode}", around, mode, (f"lc-{mode}", RIGHT))
        assert (told["status"] == "success") == (mode == "allow")
        assert mode == "allow" or "did not judge this (it cannot be reached" in told["content"]
    around.start()
    for mode, claude in places.items():
        claude.run("Go on.")
        Client(around.site.address, around.key, spool=str(tmp_path / f"lc-{mode}" / "reports.jsonl")).deliver()
    names = [f"{tool}{mode}" for tool in ("toolu_", "lc-") for mode in places]
    found = around.checks(*names)
    assert {mode for _told, _would, mode, _became in found.values()} == {"degraded"}
    assert found["lc-allow"][3] == "executed"
    assert {name: told for name, (told, *_rest) in found.items()} == {
        name: name.rpartition("_")[2].rpartition("-")[2] for name in names
    }
