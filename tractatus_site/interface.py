"""How every list and limit of the JSON interface works. Views get these from the settings."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from accounts.limits import address_of
from accounts.refusals import Invalid


class Keyset(CursorPagination):
    """Newest first by id, which is a UUIDv7: a page stays the same page while rows are added."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """As many as were asked for, up to 200. Raises Invalid for what is no count."""
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given)):
            raise Invalid(_("A page has a whole number of objects, from 1 on."), self.page_size_query_param)
        return min(int(given), self.max_page_size)

    def decode_cursor(self, request: Request) -> Any:
        """The cursor of the request. One that was made up, naming no id, is not there."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            try:
                UUID(str(cursor.position))
            except ValueError:
                raise NotFound(self.invalid_cursor_message) from None
        return cursor

    reach: Any = None
    """How far one page may look, see `accounts.interface.ProjectView.page`."""
    reached: UUID | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        if self.reach is not None:
            queryset = self._within_reach(queryset, self.decode_cursor(request))
        return super().paginate_queryset(queryset, request, view)

    def _within_reach(self, queryset: Any, cursor: Any) -> Any:
        after, is_back = (None, False) if cursor is None else (cursor.position, cursor.reverse)
        within, self.reached = self.reach(after, is_back)
        return queryset if within is None else queryset.filter(pk__in=within)

    def get_next_link(self) -> str | None:
        """Where a page ended because it had looked far enough, the next begins there."""
        is_back = self.cursor is not None and self.cursor.reverse
        if self.reached is not None and not is_back and not self.has_next:
            return self._link(self.reached, is_back=False)
        if is_back and (beside := self._beside(1)) is not None:
            return self._link(beside, is_back=False)
        return super().get_next_link()

    def get_previous_link(self) -> str | None:
        is_back = self.cursor is not None and self.cursor.reverse
        if self.reached is not None and is_back and not self.has_previous:
            return self._link(self.reached, is_back=True)
        if not is_back and (beside := self._beside(-1)) is not None:
            return self._link(beside, is_back=True)
        return super().get_previous_link()

    def _beside(self, step: int) -> UUID | None:
        """Where the way back begins from a page on which nothing was found: with what that page began behind."""
        cursor: Any = self.cursor
        if self.reach is None or self.page or cursor is None or cursor.position is None:
            return None
        return UUID(int=min(max(UUID(str(cursor.position)).int + step, 0), (1 << 128) - 1))

    def _link(self, position: UUID, *, is_back: bool) -> str:
        where: Any = str(position)
        return self.encode_cursor(Cursor(0, is_back, where))

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})


class PerKey(SimpleRateThrottle):
    """Requests a minute of one key, or of one address where there is no key. Answered with 429 and Retry-After."""

    scope = "key"

    def get_cache_key(self, request: Request, view: Any) -> str:
        ident = request.auth.pk.hex if request.auth is not None else self.get_ident(request)
        return f"limit:{self.scope}:{ident}"

    def get_ident(self, request: Request) -> str:
        return address_of(request)
