"""Settings from the environment: documented, safe by default, and safer when the site is https."""

import re
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.site.site_process import ROOT, manage
from tractatus_site import environment

PAGE = (ROOT / "docs" / "settings.md").read_text()
pytestmark = pytest.mark.alone
SHOW = (
    "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
    "s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD, "
    "s.TRUSTED_PROXIES, s.CSRF_TRUSTED_ORIGINS, s.ALLOWED_HOSTS)"
)


def test_docs_list_every_setting_and_no_other() -> None:
    """One row a variable, in the order of the code."""
    assert re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE) == list(environment.VARIABLES)


def test_docs_give_the_default_of_the_code() -> None:
    """The second column is what stands in the table of the code."""
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", PAGE, re.MULTILINE))
    assert {name: said.replace("`", "").strip() for name, said in rows.items()} == {
        variable.name: variable.default for variable in environment.VARIABLES.values()
    }


def test_nothing_else_reads_the_environment() -> None:
    """A variable that is read elsewhere would be missing in the documentation."""
    allowed = {"environment.py", "serve.py", "celery.py", "wsgi.py"}
    readers = {
        path.relative_to(ROOT).as_posix()
        for app in ("accounts", "audit", "deliberation", "tractatus_site")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text()) and path.name not in allowed
    }
    assert readers == set()


def test_secret_is_made_once_and_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two starts share one key; nobody else may read it."""
    monkeypatch.delenv("SECRET_KEY", raising=False)
    key = environment.secret_key(tmp_path)
    assert len(key) >= 64
    assert environment.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_sqlite_keeps_what_it_confirmed(tmp_path: Path) -> None:
    """People's words are on disk before they are told so, and a writer waits instead of failing."""
    entry = environment.database("sqlite://", tmp_path)
    assert entry["NAME"] == str(tmp_path / "tractatus.sqlite3")
    options = entry["OPTIONS"]
    assert isinstance(options, dict)
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]
    assert "foreign_keys=ON" in options["init_command"]


def test_postgresql_is_pooled(tmp_path: Path) -> None:
    entry = environment.database("postgres://someone:p%40ss@db.example:5433/tractatus", tmp_path)
    assert (entry["HOST"], entry["PORT"], entry["NAME"], entry["PASSWORD"]) == ("db.example", 5433, "tractatus", "p@ss")
    assert isinstance(entry["OPTIONS"], dict)
    assert entry["OPTIONS"]["pool"]["max_size"] == 20
    assert entry["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", "mail.example", 25, False, False),
        ("smtp://u:p%2F@mail.example?tls=1", "mail.example", 587, True, False),
        ("smtps://u:p@mail.example", "mail.example", 465, False, True),
        ("smtp://mail.example:2525", "mail.example", 2525, False, False),
    ],
)
def test_mail_address_says_how_mail_leaves(url: str, host: str, port: int, tls: bool, ssl: bool) -> None:
    entry = environment.email(url)
    assert (entry["EMAIL_HOST"], entry["EMAIL_PORT"]) == (host, port)
    assert (entry["EMAIL_USE_TLS"], entry["EMAIL_USE_SSL"]) == (tls, ssl)


@pytest.mark.parametrize("reader", [environment.email, environment.cache])
def test_an_unknown_address_is_refused_by_name(reader: object) -> None:
    """A typing error must not silently become the default."""
    assert callable(reader)
    with pytest.raises(ImproperlyConfigured, match=r"must begin with .* not ftp://"):
        reader("ftp://somewhere")


def test_an_unclear_flag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="DEBUG must be true or false"):
        environment.flag("DEBUG")


def test_an_unclear_number_word_or_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "-1")
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES must be a number"):
        environment.number("TRUSTED_PROXIES", 1)
    monkeypatch.setenv("HSTS", "all")
    with pytest.raises(ImproperlyConfigured, match="HSTS must be one of host, subdomains, preload"):
        environment.choice("HSTS", "host", "subdomains", "preload")
    for wrong in ("security@care.example", "javascript:alert(1)", "mailto:a@b.example\nContact: mailto:evil@b.example"):
        monkeypatch.setenv("SECURITY_CONTACT", wrong)
        with pytest.raises(ImproperlyConfigured, match="SECURITY_CONTACT must begin with"):
            environment.contact("SECURITY_CONTACT")


def test_https_makes_cookies_secure_and_the_deploy_check_clean(data: Path) -> None:
    """`check --deploy` has nothing to say about a site with an https address."""
    https = {"SITE_URL": "https://tractatus.example"}
    checked = manage(data, "check", "--deploy", "--fail-level", "WARNING", **https)
    assert checked.returncode == 0, checked.stderr
    shown = manage(data, "shell", "-v", "0", "-c", SHOW, **https).stdout
    flags = "True True True True False False 1"
    assert shown.startswith(f"{flags} ['https://tractatus.example'] ['tractatus.example', '127.0.0.1'")


def test_a_real_broker_without_a_shared_cache_is_refused(data: Path) -> None:
    """Rate limits counted by each process alone are no limits."""
    broker = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    checked = manage(data, "check", **broker)
    assert checked.returncode == 1
    assert "CACHE_URL" in checked.stderr
    assert manage(data, "check", **broker, CACHE_URL="redis://127.0.0.1:1/1").returncode == 0
