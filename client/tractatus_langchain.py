"""Every tool call of a LangChain agent asks Tractatus first.

    agent = create_agent(model, tools, middleware=[Governance(Client(url, key), session_id="thread-1")])

Put this file beside `tractatus_client.py`. It needs `langchain` 1.0 or later, and nothing else.
"""

from __future__ import annotations

import asyncio

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import ToolMessage
from tractatus_client import Client


class Governance(AgentMiddleware):
    """Lets a tool run where that is allowed; else the model is told why, and whom to wait for.

    The tool call's id names the act, so that a node which runs again from its start asks about the same act. The
    session is `session_id`, or else the thread of the run. Where a person must decide, a call waits up to `wait`
    seconds. Where the service cannot answer, the failure mode of the client decides; `ask` refuses here, because nobody
    sits beside the agent.
    """

    def __init__(self, client: Client, session_id: str | None = None, wait: float = 0.0):
        super().__init__()
        self.client, self.session_id, self.wait = client, session_id, wait

    def wrap_tool_call(self, request, handler):
        verdict, refused = self._ask(request)
        return refused or self._became(request, verdict, handler(request))

    async def awrap_tool_call(self, request, handler):
        verdict, refused = await asyncio.to_thread(self._ask, request)
        if refused is not None:
            return refused
        answer = await handler(request)
        return await asyncio.to_thread(self._became, request, verdict, answer)

    def _ask(self, request):
        """The verdict, and what the model is told in the place of the tool; None where the tool may run."""
        call = request.tool_call
        verdict = self.client.check(
            {"tool_name": call["name"], "tool_input": call["args"]},
            session_id=self._session(request),
            tool_call_id=call["id"],
            wait=self.wait,
        )
        if verdict.allowed:
            return verdict, None
        return verdict, ToolMessage(verdict.words, tool_call_id=call["id"], name=call["name"], status="error")

    def _became(self, request, verdict, answer):
        failed = isinstance(answer, ToolMessage) and answer.status == "error"
        self.client.report(
            "failed" if failed else "executed", tool_call_id=verdict.tool_call_id, session_id=self._session(request)
        )
        return answer

    def _session(self, request):
        if self.session_id:
            return self.session_id
        config = getattr(request.runtime, "config", None) or {}
        thread = config.get("configurable", {}).get("thread_id")
        return None if thread is None else str(thread)
