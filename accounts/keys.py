"""API keys at the HTTP interface: who calls, and inside which organisation the view runs."""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts import clock, scope
from accounts.domain.keys import MARK, hashed, matches
from accounts.limits import address_of
from accounts.models import APIKey
from accounts.permissions import Caller

USED_AGAIN_AFTER = timedelta(minutes=10)
"""`last_used_at` is written no more often than this."""


class APIKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`. `request.user` and `request.auth` are then the APIKey."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[APIKey, APIKey] | None:
        """The key, or None where none was sent. Raises AuthenticationFailed for one that does not open."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send one key after the word Bearer."))
        try:
            secret = parts[1].decode("ascii")
        except UnicodeDecodeError:
            raise AuthenticationFailed(_("This key is not valid.")) from None
        return self.opened(request, secret)

    def opened(self, request: Request, secret: str) -> tuple[APIKey, APIKey]:
        """The key with this secret. Raises AuthenticationFailed, and Throttled where too many did not open."""
        key = key_of(secret)
        if key is None:
            refusals = RefusedKeys()
            if not refusals.allow_request(request, APIView()):
                raise Throttled(refusals.wait())
            raise AuthenticationFailed(_("This key is not valid."))
        note_use(key)
        return key, key

    def authenticate_header(self, request: Request) -> str:
        return f'{self.keyword} realm="api"'


class RefusedKeys(SimpleRateThrottle):
    """Keys that do not open, by the address that sent them."""

    scope = "refused_key"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"limit:{self.scope}:{address_of(request)}"


def key_of(secret: str) -> APIKey | None:
    """The current key with this secret, of an organisation in use, else None."""
    prefix = prefix_of(secret)
    key = scope.key_with_prefix(prefix) if prefix else None
    if key is None:
        hashed(secret)  # as long as for a key that exists
        return None
    return key if opens(key, secret) else None


def prefix_of(secret: str) -> str:
    """The public part of a secret, by which its key is found; empty where it is no secret of ours."""
    mark, _sep, rest = secret.partition("_")
    return rest.partition("_")[0] if mark == MARK else ""


def opens(key: APIKey, secret: str) -> bool:
    """Whether this is the secret of the key, and the key a current one of an organisation in use."""
    return matches(key, secret) and key.is_current and key.organisation.is_active


def note_use(key: APIKey) -> None:
    """Keep when a key was last used, now and then."""
    moment = clock.now()
    if key.last_used_at is not None and moment - key.last_used_at < USED_AGAIN_AFTER:
        return
    with scope.open_organisation(key.organisation):
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=moment - USED_AGAIN_AFTER)
        APIKey.objects.filter(stale, pk=key.pk).update(last_used_at=moment)


class HasKey(BasePermission):
    """Only callers with a key; others get 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, APIKey)


class KeyView(APIView):
    """A view for keys: it runs, and its answer is rendered, inside the key's organisation.

    The view finds `request.auth` (the key), `request.organisation` and `request.caller`.
    """

    authentication_classes = (APIKeyAuthentication,)
    permission_classes = (HasKey,)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self._scope:
            response = super().dispatch(request, *args, **kwargs)
            if isinstance(response, Response) and not response.is_rendered:
                response.render()
            return response

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key: APIKey = request.auth
        self._scope.enter_context(scope.open_organisation(key.organisation))
        request.organisation = key.organisation
        request.caller = Caller(key=key, organisation=key.organisation)
