"""An agent of LangChain with our middleware and a scripted model. Run by the adapters' own Python."""

import asyncio
import json
import os
import sys
import uuid
from pathlib import Path

from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from tractatus_client import Client
from tractatus_langchain import Governance

given = json.loads(sys.stdin.read())


class Scripted(GenericFakeChatModel):
    """Takes tools, and calls them by its script."""

    def bind_tools(self, tools, **_more):
        return self


@tool
def run(command: str) -> str:
    """Run a command."""
    with (Path(given["folder"]) / "ran.txt").open("a") as file:
        file.write(command + "\n")
    return "done"


def agent():
    script = [
        AIMessage("", tool_calls=[{"name": "run", "args": {"command": command}, "id": id, "type": "tool_call"}])
        for id, command in given["calls"]
    ]
    client = Client(given["url"], os.environ["TRACTATUS_KEY"], given["failure"], spool=given["spool"])
    return create_agent(Scripted(messages=iter([*script, AIMessage("Done.")])), [run], middleware=[Governance(client)])


thread = {"configurable": {"thread_id": uuid.UUID(int=27027)}}  # which may be anything
asked = {"messages": [{"role": "user", "content": "Check MongoDB at port 27027"}]}
if given["failure"] == "deny":
    answer = asyncio.run(agent().ainvoke(asked, thread))
else:
    answer = agent().invoke(asked, thread)
told = [one for one in answer["messages"] if isinstance(one, ToolMessage)]
print(json.dumps([{"id": one.tool_call_id, "status": one.status, "content": one.content} for one in told]))
