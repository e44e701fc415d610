"""What can be set from outside: one table that the settings read and docs/settings.md documents.

Nothing else reads the environment, so that the list in the documentation is the whole list; a test compares the two.
"""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what stands when it is absent, and what it is for."""

    name: str
    default: str
    says: str


VARIABLES: dict[str, Variable] = {
    variable.name: variable
    for variable in (
        Variable("DATA_DIR", "./data", "Folder of everything that is kept in files."),
        Variable("DATABASE_URL", "sqlite:///DATA_DIR/tractatus.sqlite3", "Where the database is."),
        Variable("CELERY_BROKER_URL", "memory://", "Where Celery passes on what is to be done."),
        Variable("CACHE_URL", "locmem://", "Where rate limits and passing facts are counted."),
        Variable("EMAIL_URL", "file:///DATA_DIR/mails", "How mail leaves."),
        Variable("EMAIL_FROM", "Tractatus <noreply@host of SITE_URL>", "Who mail is from."),
        Variable("SITE_URL", "http://127.0.0.1:PORT", "The address people type, used in mailed links."),
        Variable("TRUSTED_PROXIES", "1 with https, else 0", "How many proxies of ours stand in front."),
        Variable("HSTS", "host", "For which hosts a browser is told to use https only."),
        Variable("SECURITY_CONTACT", "none", "Where a weakness of this installation is reported."),
        Variable("PORT", "8000", "The port bin/serve listens on."),
        Variable("SECRET_KEY", "kept in DATA_DIR/secret", "The key that signs sessions and links."),
        Variable("LOG_KEY_FILE", "DATA_DIR/log.key", "The key for signing the record."),
        Variable("CHECKS_RATE", "6000/min", "How many checks and reports one key may send in a while."),
        Variable("METRICS_TOKEN", "none", "Who may read /metrics."),
        Variable("DEBUG", "false", "Development mode."),
    )
}


def text(name: str, default: str) -> str:
    """The variable's value, or `default` when it is absent or empty. Only a name in the table may be asked for."""
    return os.environ.get(VARIABLES[name].name, "").strip() or default


def set_up(*, make_key: bool = True) -> None:
    """Loads the settings and the apps, for a command that is not manage.py's; without making a key, if said so."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")
    if not (make_key or text("SECRET_KEY", "")):
        os.environ["SECRET_KEY"] = "signs nothing in this process"
    django.setup()


def of_a_program(**more: str) -> dict[str, str]:
    """The environment for a program that is started from here."""
    return {**os.environ, **more}


def flag(name: str) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off or absent; anything else is refused."""
    value = text(name, "false").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def choice(name: str, *options: str) -> str:
    """One of the words, the first when the variable is absent; anything else is refused."""
    value = text(name, options[0])
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {value!r}.")
    return value


def contact(name: str) -> str:
    """An address as security.txt takes it, or nothing when the variable is absent; anything else is refused."""
    value = text(name, "")
    if value and not re.fullmatch(r"(mailto:|https://|tel:)\S+", value):
        raise ImproperlyConfigured(f"{name} must begin with mailto:, https:// or tel:, not {value!r}.")
    return value


def number(name: str, default: int) -> int:
    """A count: digits, or `default` when the variable is absent; anything else is refused."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a number, not {value!r}.")
    return int(value)


def data_dir() -> Path:
    """DATA_DIR, made if it is not there and closed to other users; a relative path counts from the project's folder."""
    folder = (ROOT / Path(text("DATA_DIR", "./data")).expanduser()).resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def secret_key(folder: Path) -> str:
    """SECRET_KEY, or the key in `folder`/secret, made on first use and readable by its owner only."""
    given = text("SECRET_KEY", "")
    if given:
        return given
    file = folder / "secret"
    try:
        # O_EXCL lets exactly one of several processes that start together make the key.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_when_written(file)
    with os.fdopen(handle, "w") as out:
        key = secrets.token_urlsafe(64)
        out.write(key)
    return key


def _read_when_written(file: Path) -> str:
    import time

    for _attempt in range(50):
        key = file.read_text().strip()
        if key:
            return key
        time.sleep(0.02)
    raise ImproperlyConfigured(f"{file} is empty. Remove it, and a new key is made.")


def cache(url: str) -> dict[str, object]:
    """The CACHES entry for a locmem://, redis:// or rediss:// address."""
    scheme = urlsplit(url).scheme
    if scheme == "locmem":
        # Every limit is a counter here: with Django's 300 entries, many callers would push each other's out.
        options = {"MAX_ENTRIES": 50_000}
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tractatus", "OPTIONS": options}
    if scheme in {"redis", "rediss"}:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "KEY_PREFIX": "tractatus"}
    raise ImproperlyConfigured(f"CACHE_URL must begin with locmem://, redis:// or rediss://, not {scheme}://.")


def email(url: str) -> dict[str, object]:
    """The EMAIL_* settings for a file://, console://, smtp:// (STARTTLS with ?tls=1) or smtps:// address."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme in {"smtp", "smtps"}:
        implicit = parts.scheme == "smtps"
        asked = parse_qs(parts.query).get("tls", ["0"])[0] in {"1", "true", "yes", "on"}
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or (465 if implicit else 587 if asked else 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": implicit,
            "EMAIL_USE_TLS": asked and not implicit,
            "EMAIL_TIMEOUT": 20,
        }
    raise ImproperlyConfigured(
        f"EMAIL_URL must begin with file://, console://, smtp:// or smtps://, not {parts.scheme}://."
    )


def database(url: str, folder: Path) -> dict[str, object]:
    """The DATABASES entry for a sqlite:// or postgres:// address, as each has to be to keep people's words."""
    import dj_database_url

    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        entry: dict[str, object] = dict(dj_database_url.parse(url))
        if entry["NAME"] in ("", ":memory:"):
            entry["NAME"] = str(folder / "tractatus.sqlite3")
        # Opening a connection for each request would fold the write-ahead log into the file each time.
        entry["CONN_MAX_AGE"] = 600
        entry["OPTIONS"] = {
            # A deferred transaction that turns into a writer fails at once under load instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Without the last one INSERT OR REPLACE would remove a row past the guard against deleting it.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA recursive_triggers=ON;",
        }
        return entry
    if scheme in {"postgres", "postgresql"}:
        entry = dict(dj_database_url.parse(url))
        options = dict(entry.get("OPTIONS") or {})  # type: ignore[call-overload]
        options.setdefault("pool", {"min_size": 1, "max_size": 20, "timeout": 10})
        # What is asked before every act of every agent is planned once a connection (accounts/statements.py).
        # For a pooler that cannot keep a plan: ?prepare_threshold=none.
        threshold = str(options.get("prepare_threshold", 3))
        options["prepare_threshold"] = int(threshold) if threshold.isdigit() else None
        entry["OPTIONS"] = options
        entry["CONN_MAX_AGE"] = 0
        return entry
    raise ImproperlyConfigured(f"DATABASE_URL must begin with sqlite:// or postgres://, not {scheme}://.")
