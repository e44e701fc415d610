"""LiteLLM's generic guardrail, with a streamed answer kept back until it was judged.

    guardrail: tractatus_litellm.Governance    # in the place of generic_guardrail_api

Put this file beside the proxy's configuration. LiteLLM itself passes the parts of a streamed tool call on as they come
and asks at the end, when the agent has them; here nothing of an answer is passed on before the whole of it was judged.
It was tried with LiteLLM 1.106, and needs nothing else.
"""

from __future__ import annotations

from litellm.proxy.guardrails.guardrail_hooks.generic_guardrail_api.generic_guardrail_api import GenericGuardrailAPI


class Governance(GenericGuardrailAPI):
    """Takes the parameters of `generic_guardrail_api`, and sends and understands what that does."""

    # The proxy asks a guardrail whose own class has this, and passes by one that only inherits it.
    apply_guardrail = GenericGuardrailAPI.apply_guardrail

    def __init__(self, **parameters):
        super().__init__(**parameters)
        self.streaming_buffer_until_moderated = True
