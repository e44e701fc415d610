"""Settings. Everything that may differ between two installations comes from the environment: docs/settings.md."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from tractatus_site import environment

BASE_DIR = environment.ROOT
DATA_DIR = environment.data_dir()
DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret_key(DATA_DIR)
PORT = int(environment.text("PORT", "8000"))
METRICS_TOKEN = environment.text("METRICS_TOKEN", "")
LOG_KEY_FILE = environment.text("LOG_KEY_FILE", str(DATA_DIR / "log.key"))

# --- Where people reach it

SITE_URL = environment.text("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
_site = urlsplit(SITE_URL)
HTTPS = _site.scheme == "https"
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]

CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL", "memory://")
# One process does everything: whoever is on this machine may also use its loopback address.
EMBEDDED = CELERY_BROKER_URL.startswith("memory://")
if EMBEDDED:
    CELERY_BROKER_URL = "memory://localhost/"  # a host is never looked up, but one that is missing is warned about

ALLOWED_HOSTS = [_site.hostname or "127.0.0.1"]
if EMBEDDED or _site.hostname in LOOPBACK:
    ALLOWED_HOSTS += [host for host in LOOPBACK if host not in ALLOWED_HOSTS]
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]

ROOT_URLCONF = "tractatus_site.urls"
WSGI_APPLICATION = "tractatus_site.wsgi.application"

SECURITY_CONTACT = environment.contact("SECURITY_CONTACT")
# How many proxies of ours stand in front, each of which appends to X-Forwarded-For whom it was called by.
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 1 if HTTPS else 0)

# --- The rooms

INSTALLED_APPS = [
    "accounts",
    "audit",
    "instructions",
    "deliberation",
    "oversight",
    "tractatus_site",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "template_partials",
    "django_scopes",
    "csp",
]
AUTH_USER_MODEL = "accounts.User"

MIDDLEWARE = [
    "tractatus_site.health.HealthMiddleware",
    "tractatus_site.middleware.BrowserRulesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tractatus_site.middleware.StraightMiddleware",
    # Pages as small as files. What could be guessed from their length is blurred: it adds octets at random, and the
    # token of a form is masked anew on each page.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "tractatus_site.bodies.BodySizeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.NoteUseMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tractatus_site.limits.LimitsMiddleware",
    "tractatus_site.middleware.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tractatus_site.templatetags.moments",
                "tractatus_site.templatetags.page",
                "tractatus_site.templatetags.answers",
            ],
        },
    }
]

FORM_RENDERER = "tractatus_site.form_renderer.FormRenderer"

# --- What is kept

DATABASES = {
    "default": environment.database(
        environment.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'tractatus.sqlite3'}"), DATA_DIR
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": environment.cache(environment.text("CACHE_URL", "locmem://"))}

# --- Mail

globals().update(environment.email(environment.text("EMAIL_URL", f"file://{DATA_DIR / 'mails'}")))
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", f"Tractatus <noreply@{_site.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Celery: what is due is a row, so nothing here keeps a fact

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "deliberation.tick": {
        "task": "deliberation.tasks.tick",
        "schedule": 60.0,
        # A tick that waited longer than its period is dropped: the next one finds the same rows.
        "options": {"expires": 55},
    },
    # People wait for a place in the record only to see the proof of it.
    "audit.sequence": {"task": "audit.tasks.sequence_all", "schedule": 5.0, "options": {"expires": 4}},
    # The present hour is counted again each time, so that figures are minutes old and not an hour.
    "audit.count": {"task": "audit.tasks.count_entries", "schedule": 300.0, "options": {"expires": 290}},
    "audit.publish": {"task": "audit.tasks.publish_datasets", "schedule": 3_600.0, "options": {"expires": 3_500}},
    # Somebody waits for it at a page.
    "exports.make": {"task": "tractatus_site.tasks.make_exports", "schedule": 10.0, "options": {"expires": 9}},
    "instructions.tick": {"task": "instructions.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
    "oversight.tick": {"task": "oversight.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
}

if EMBEDDED:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.2}

# --- Logging: to the console, which is where the process manager reads

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "tractatus_site.log_lines.Lines",
            "fmt": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Its own handlers mail the administrators, which may fail where the error began.
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# --- Sign-in

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_ENGINE = "accounts.sessions"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# How often: an address of the network (ip), a thing that is tried (key), a person (user). docs/operating.md says why.
ACCOUNT_RATE_LIMITS = {
    # Counted by the sign-in library.
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,3/m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    # Counted by tractatus_site/limits.py.
    "code_asked": "10/h/key",
    "code_entered": "60/5m/ip",
    "sign_in_link": "20/10m/ip,10/10m/key",
    "participation_link": "120/10m/ip,20/10m/key",
    "start": "20/10m/ip",
    "look_around": "60/m/ip",
    "question": "30/h/user",
    "simulated": "90/m/ip",
    "form": "300/m/user",
    "form_by_link": "120/m/key",
    "form_signed_out": "120/m/ip",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A code that arrived by mail proves the address; nothing else is asked to prove it.
ACCOUNT_EMAIL_VERIFICATION = "none"
# Whoever asks for a code for an address that is not here gets the same page, and no mail.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tractatus"
# Browsers offer passkeys on https and on this machine itself; there, http is no risk.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# --- Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
if DEBUG:
    # A draft nobody has reviewed: it proves that the layout works from right to left, and is offered to nobody.
    LANGUAGES += [("ar", "Arabic")]
FORMAT_MODULE_PATH = ["tractatus_site.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [folder for folder in [BASE_DIR / "static"] if folder.is_dir()]
WHITENOISE_MANIFEST_STRICT = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- What may be sent

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS: list[str] = []  # nobody uploads files

# --- What the browser may do

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "tractatus_site.views.form_too_old"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Other names below the host are not ours to speak for, and a list that browsers ship is left only after months.
HSTS = environment.choice("HSTS", "host", "subdomains", "preload")
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and HSTS != "host"
SECURE_HSTS_PRELOAD = HTTPS and HSTS == "preload"
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # they ask for both; HSTS says why not by itself
if HTTPS and TRUSTED_PROXIES:
    # TLS ends at a proxy, which says so; docs/operating.md asks it to overwrite this header.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- The JSON interface

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # accounts.keys.KeyView opens itself to keys; a view that is not one stays shut.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "tractatus_site.interface.Keyset",
    "DEFAULT_THROTTLE_CLASSES": ["tractatus_site.interface.PerKey"],
    "DEFAULT_THROTTLE_RATES": {
        "key": "600/min",
        # An agent asks before each act and tells what came of it; a limit stops a loop gone wrong, no work.
        "checks": environment.text("CHECKS_RATE", "6000/min"),
        "refused_key": "60/min",
    },
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "tractatus_site.problems.handler",
    # What there is, is described once, at /api/schema/; and the format is asked for by Accept alone.
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tractatus",
    "VERSION": "1",
    "DESCRIPTION": "For agents and systems. People act through pages; a key never approves, signs or grants.",
    "OAS_VERSION": "3.1.0",
    "ENUM_NAME_OVERRIDES": {
        "DeliberationState": "deliberation.models.conflict.State",
        "RoundState": "deliberation.models.rounds.Round.State",
        "OutcomeState": "deliberation.api_shapes.SIGNED_STATES",
        "PrecedentState": "deliberation.models.precedent.Precedent.State",
        "Told": "oversight.models.words.Told",
        "JudgedAs": "oversight.models.words.Mode",
        "PressureLevel": "oversight.models.words.Level",
        "SessionState": "oversight.models.sessions.Session.State",
        "JudgmentRequestState": "oversight.models.requests.JudgmentRequest.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tractatus_site.schema.with_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
