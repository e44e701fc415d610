"""What is read of whole actions, whatever the tool."""

import pytest

from tractatus.actions import Place, read_action, rewrite


def facts(action: dict) -> set[tuple[str, str, str]]:
    return {(fact.parameter, fact.value, fact.subject) for fact in read_action(action).facts}


def bash(command: str) -> dict:
    return {"tool_name": "Bash", "tool_input": {"command": command}}


def test_an_action_that_is_no_object_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^action: an object is expected, not str\.$"):
        read_action("ls")  # type: ignore[arg-type]


def test_the_implicit_port_of_a_bare_client_is_a_fact_without_a_place() -> None:
    [port] = [fact for fact in read_action(bash("mongosh")).facts if fact.parameter == "port"]
    assert (port.value, port.subject, port.implicit, port.place) == ("27017", "mongodb", True, None)


def test_a_place_can_be_rewritten_and_the_original_stays() -> None:
    action = bash("mongosh --port 27017 --eval 'db.stats()'")
    [port] = [fact for fact in read_action(action).facts if fact.parameter == "port"]
    assert port.place == Place(("tool_input", "command"), (15, 20))
    new = rewrite(action, {port.place: "27027"})
    assert new["tool_input"]["command"] == "mongosh --port 27027 --eval 'db.stats()'"
    assert action == bash("mongosh --port 27017 --eval 'db.stats()'")
