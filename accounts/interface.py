"""What every part of the JSON interface shares: how a body is read, whose the caller is, how lists are described."""

from __future__ import annotations

import json
import math
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from accounts.idempotency import HEADER, LONGEST
from accounts.keys import KeyView
from accounts.models import APIKey
from accounts.permissions import rule
from accounts.refusals import Invalid, NotAllowed

LONGEST_BODY = 1_000_000
"""Octets of a request's body."""

ANSWERS_JSON = ("/api/", "/hooks/", "/beta/")
"""How the addresses begin that systems call: their errors are problems, never pages."""


class BoundedJSONParser(JSONParser):
    """JSON that is neither too long to read nor nested too deeply to parse."""

    most = LONGEST_BODY

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        body = stream.read(self.most + 1)
        if len(body) > self.most:
            raise ParseError(_("The body is longer than %(most)d octets.") % {"most": self.most})
        return parsed(body)


def parsed(body: bytes) -> Any:
    """What a body says. Raises `ParseError` for what is no JSON."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise ParseError(_("The body is not UTF-8.")) from None
    except (ValueError, RecursionError) as error:
        raise ParseError(_("The body is not JSON: %(why)s") % {"why": str(error)[:200]}) from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


MOST_NESTED = 20
"""How deep an object in a body may be nested."""


class StatedField(serializers.CharField):
    """Text that was sent as text: a number or a truth value is not taken for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class JSONObjectField(serializers.DictField):
    """Any JSON object that a database can keep: no NUL, no half of a surrogate pair, no infinite number."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("A JSON object is expected."))
        must_be_kept(data)
        return data


def must_be_kept(value: Any, depth: int = MOST_NESTED) -> None:
    """Raise a `ValidationError` for JSON that a database cannot keep, or that is nested more than `depth` deep."""
    if depth == 0:
        raise serializers.ValidationError(_("This is nested too deeply."))
    if isinstance(value, dict):
        for name, inner in value.items():
            must_be_kept(name, depth - 1)
            must_be_kept(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            must_be_kept(inner, depth - 1)
    elif isinstance(value, str) and ("\x00" in value or not _is_unicode(value)):
        raise serializers.ValidationError(_("This holds characters that cannot be kept."))
    elif isinstance(value, float) and not math.isfinite(value):
        raise serializers.ValidationError(_("This holds a number that is not finite."))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class ProjectView(KeyView):
    """A view of what the key's project may know. Anything of another project is 404."""

    parser_classes = (BoundedJSONParser,)
    reads = "read_api"

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not rule(self.reads).admits(request.caller.standing):
            raise NotAllowed(rule(self.reads).says)

    def page(self, request: Request, rows: QuerySet[Any], shape: Any, reach: Any = None) -> Response:
        """One page of rows, `{results, next, previous}`; `shape` gives the objects of a list of rows.

        `reach`, from the position of a cursor and whether it leads back, gives the ids this page may look at, or None
        for all, and the last of them where others follow: it can then hold fewer than were asked for and have a next.
        """
        paginator = api_settings.DEFAULT_PAGINATION_CLASS()  # type: ignore[misc, operator]
        paginator.reach = reach
        found = paginator.paginate_queryset(rows, request, view=self)
        return paginator.get_paginated_response(shape(found))

    def one(self, rows: QuerySet[Any], key: UUID) -> Any:
        found = rows.filter(pk=key).first()
        if found is None:
            raise Http404
        return found


def valid(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """What a request says, as its shape reads it.

    Raises `Invalid` where it is no object, and `ValidationError` by field where it does not fit the shape.
    """
    if not isinstance(request.data, dict):
        raise Invalid(_("Send a JSON object."))
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def as_it_is(media_type: str, format: str) -> type[BaseRenderer]:
    """What lets a view be asked for `media_type` where it makes its response itself, past any rendering."""
    return type("AsItIs", (BaseRenderer,), {"media_type": media_type, "format": format, "charset": None})


def listing(name: str, item: type[serializers.Serializer]) -> Any:
    return inline_serializer(
        name,
        {
            "results": item(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )


def example(name: str, value: dict[str, Any], *, listed: bool = False, **options: Any) -> OpenApiExample:
    if listed:
        value = {"results": [value], "next": None, "previous": None}
    return OpenApiExample(name, value=value, **options)


CURSOR = OpenApiParameter("cursor", str, description="Where the page begins; taken from `next` or `previous`.")
PAGE_SIZE = OpenApiParameter(
    "page_size", {"type": "integer", "minimum": 1}, description="Objects a page: 50 unless told, at most 200."
)
IDEMPOTENCY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="1 to 200 printable characters. The same key with the same request is done once and answered alike.",
)


def key_of(request: Request) -> APIKey:
    """The key that calls: behind `KeyView` there always is one."""
    return request.auth  # type: ignore[return-value]
