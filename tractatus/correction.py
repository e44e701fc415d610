"""What would bring an action into agreement with the instructions: its values, written where the action has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tractatus.actions import Place, Reading, rewrite
from tractatus.actions.names import subject_of

# How a client is told a port, for those that take their default where none is written.
_PORT_OPTION = {"mongodb": "--port", "postgresql": "-p", "mysql": "-P", "mariadb": "-P", "redis": "-p"}


def typed(value: str) -> Any:
    """A value as JSON would hold it: numbers as numbers, true and false as such."""
    if value in ("true", "false"):
        return value == "true"
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,15})", value):
        return int(value)
    return value


def rewritten(
    action: Mapping[str, Any], reading: Reading, changes: Mapping[Place, str], corrected: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The action with the corrections in it, or None where there is no place to write them."""
    if changes:
        try:
            return rewrite(action, changes)
        except (KeyError, ValueError, TypeError):
            return None
    if "tool_name" not in action:
        parameters = action.get("parameters")
        if isinstance(parameters, Mapping) or parameters is None:
            try:
                copied = rewrite(action, {})
            except ValueError:  # it is nested too deeply
                return None
            return {**copied, "parameters": {**(copied.get("parameters") or {}), **corrected}}
        return None
    return _with_port(action, reading, corrected)


def _with_port(action: Mapping[str, Any], reading: Reading, corrected: Mapping[str, Any]) -> dict[str, Any] | None:
    """A shell command that took the default port without writing it, with the port written."""
    if set(corrected) != {"port"}:
        return None
    implicit = next((fact for fact in reading.facts if fact.parameter == "port" and fact.implicit), None)
    if implicit is None:
        return None
    about = [fact for fact in reading.facts if fact.subject == implicit.subject]
    host = next((fact for fact in about if fact.parameter == "host" and fact.place is not None), None)
    by_address = any(fact.parameter == "url" for fact in about)
    try:
        if host is not None and host.place is not None and by_address:
            return rewrite(action, {host.place: f"{host.value}:{corrected['port']}"})
        option = _PORT_OPTION.get(implicit.subject)
        given = action.get("tool_input")
        command = given.get("command") if isinstance(given, Mapping) else None
        if option is None or not isinstance(command, str):
            return None
        for program in (act.command[0] for act in reading.acts if act.command):
            if subject_of(program.rsplit("/", 1)[-1]) != implicit.subject:
                continue
            if match := re.search(r"(?<![\w./-])" + re.escape(program) + r"(?![\w.-])", command):
                new = f"{command[: match.end()]} {option} {corrected['port']}{command[match.end() :]}"
                copied = rewrite(action, {})
                return {**copied, "tool_input": {**copied["tool_input"], "command": new}}
    except (KeyError, ValueError, TypeError):  # the action is not as its reading says
        return None
    return None
