"""How the sign-in library behaves here."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts import limits
from accounts.after_answer import when_answered


class AccountAdapter(DefaultAccountAdapter):
    """Nobody makes themselves an account: people come in by being added to an organisation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_user_search_fields(self) -> list[str]:
        return ["email", "name"]

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """One answer to who is calling, for the library's counts and for ours."""
        return limits.address_of(request)

    def validation_error(self, code: str, *args: Any) -> Any:
        """The library reports some limits as a mistake in the form; they are answered with 429 as all others are."""
        if code in {"too_many_login_attempts", "rate_limited"}:
            match = self.request.resolver_match if self.request else None
            asks_code = match is not None and match.url_name == "account_request_login_code"
            return limits.TooMany(limits.longest_wait("request_login_code" if asks_code else "login_failed"))
        return super().validation_error(code, *args)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written now, sent when the answer has gone out: an address that is known here is answered no later.

        The site is what SITE_URL names, whatever host the request did.
        """
        name = urlsplit(settings.SITE_URL).netloc
        facts = {"request": self.request, "email": email, "current_site": {"name": name, "domain": name}}
        message = self.render_mail(template_prefix, email, facts | context)
        when_answered(message.send)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _at_site(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _at_site(super().get_email_confirmation_url(request, emailconfirmation))


def _at_site(url: str) -> str:
    """A mailed link begins with SITE_URL, whatever host the request named."""
    site, parts = urlsplit(settings.SITE_URL), urlsplit(url)
    return urlunsplit((site.scheme, site.netloc, parts.path, parts.query, parts.fragment))
