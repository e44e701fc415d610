"""How the JSON interface describes itself: drf-spectacular is told of keys and of problems."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension

from accounts.idempotency import HEADER
from tractatus_site.problems import MEDIA_TYPE, NAMES, titles


class KeyScheme(OpenApiAuthenticationExtension):
    """How a key is sent, in the words of OpenAPI."""

    target_class = "accounts.keys.APIKeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of one organisation and project: `Authorization: Bearer <key>`.",
        }


class ToolKeyScheme(OpenApiAuthenticationExtension):
    """How a tool sends a key that knows no other way; it may send it like all others."""

    target_class = "oversight.views.adapters.XAPIKey"
    name = "x-api-key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "The same key."}

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return [{name: []} for name in (KeyScheme.name, self.name)]


class KnownFieldsAlone(OpenApiSerializerExtension):
    """A body that may hold nothing but its fields says so."""

    target_class = "accounts.known_fields.KnownFields"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        described: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return described | {"additionalProperties": False}


PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "One a status: "
            + ", ".join(f"`/api/docs/#{name}` ({code})" for code, name in NAMES.items()),
        },
        "title": {"type": "string", "description": "What kind of problem this is."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong this time, in a sentence for people."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {"type": "string", "description": "Path to the field, such as remainders.0.value."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def with_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's hook: every operation lists each problem it may answer with, so that any other is a mistake.

    What follows from the way a request is taken is added here; a status that is peculiar to an operation, it declares.
    """
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            if isinstance(operation, dict) and "responses" in operation:
                answers: dict[str, Any] = operation["responses"]
                declared = [int(code) for code in answers if code.isdigit() and code >= "400"]
                for code in sorted({*declared, *_problems_of(operation)}):
                    said = answers.setdefault(str(code), {})
                    said["description"] = said.get("description") or titles()[code]
                    said["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                operation["responses"] = dict(sorted(answers.items()))
    return result


def _problems_of(operation: dict[str, Any]) -> Iterator[int]:
    """The statuses that come of keys, limits, formats, parameters and bodies."""
    parameters = operation.get("parameters", [])
    places = {one["in"] for one in parameters}
    names = {one["name"] for one in parameters}
    yield from (406, 429)
    if operation.get("security"):
        yield from (401, 403)
    if "path" in places or "cursor" in names:
        yield 404
    if "requestBody" in operation:
        yield from (400, 413, 415)
    if "requestBody" in operation or places - {"path"}:
        yield 422
    if HEADER in names:
        yield 409
