"""The addresses by which agents' tools ask. Each is its vendor's, and none is under an organisation's own."""

from django.urls import path

from oversight.views import adapters

urlpatterns = [
    path("hooks/claude-code/", adapters.ClaudeCodeHook.as_view(), name="hook_claude_code"),
    path("hooks/claude-code/status/", adapters.ClaudeCodeStatus.as_view(), name="hook_claude_code_status"),
    path("beta/litellm_basic_guardrail_api", adapters.LiteLLMGuardrail.as_view(), name="litellm_guardrail"),
]
