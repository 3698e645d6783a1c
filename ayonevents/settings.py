"""Settings of the server; every value that differs between installations comes from the environment.

docs/settings.md lists the variables with their units and defaults. A value that cannot be read raises
``EnvError``, which names the variable and what was expected; ``manage.py`` shows it as one sentence.
"""

import logging
import re
import secrets
import socket
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env
from marshmallow.validate import Range

from ayonevents import databases, layers
from ayonevents.checking import check_networks, check_rate
from ayonevents.words import SECRET_WORDS

env = Env()


BASE_DIR = Path(__file__).resolve().parent.parent


# Where the server keeps what it makes up itself: the SQLite file, its secret, the first credentials.
DATA_DIR = Path(env.str("DATA_DIR", "") or BASE_DIR / "data").expanduser().resolve()
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000, validate=Range(0, 65535))
UNIX_SOCKET = env.str("UNIX_SOCKET", "")
WORKERS = env.int("WORKERS", 1, validate=Range(1))
# Whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses and networks, or * for everybody's.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", ["127.0.0.1", "::1"], validate=check_networks)
# The address that people and services use; it differs from HOST and PORT behind a proxy.
PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")
HTTPS = urlsplit(PUBLIC_URL).scheme == "https"

DEBUG = env.bool("DEBUG", False)
EVENTS_VERSION = "1.16.0+ayonevents.0.1.0"


def _secret_key() -> str:
    """Return SECRET_KEY, or the one that the first ``serve`` wrote to the data folder.

    Without either (a command that needs no secret, before the first start) it is made up for this process.
    """
    kept = DATA_DIR / "secret_key"
    if not (given := env.str("SECRET_KEY", "")) and kept.is_file():
        return kept.read_text().strip()
    return given or secrets.token_urlsafe(50)


SECRET_KEY = _secret_key()


def _own_hosts() -> list[str]:
    """Return the names this machine answers to; any name if it listens on all addresses."""
    if HOST in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return ["*"]
    return ["localhost", "127.0.0.1", "[::1]", HOST, socket.gethostname(), socket.getfqdn()]


OWN_HOSTS = _own_hosts()
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", OWN_HOSTS)]
if PUBLIC_URL:
    ALLOWED_HOSTS.append(urlsplit(PUBLIC_URL).hostname or "")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [PUBLIC_URL] if HTTPS else [])

INSTALLED_APPS = [
    "events",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_filters",
    "graphene_django",
    "rest_framework",
    "servestatic",
]

MIDDLEWARE = [
    "ayonevents.middleware.RequestIdMiddleware",
    "ayonevents.readiness.ReadinessMiddleware",
    "ayonevents.middleware.PrintableCookiesMiddleware",
    "ayonevents.middleware.BrowserRulesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "ayonevents.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "ayonevents.middleware.AuthenticationMiddleware",
    "ayonevents.middleware.AuditMiddleware",
    "ayonevents.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "ayonevents.urls"
ASGI_APPLICATION = "ayonevents.asgi.application"
APPEND_SLASH = False  # AYON's paths have no trailing slash, and a POST must never be redirected

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
        },
    },
]

# --- storage: SQLite in the data folder, or PostgreSQL -------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", "")
DATABASE_POOLER = env.bool("DATABASE_POOLER", False)
DATABASES = {"default": databases.postgresql(env) if DATABASE_URL else databases.sqlite(DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- channel layer: in this process, or Redis -----------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", "")
REDIS_PREFIX = env.str("REDIS_PREFIX", "ayonevents")
CHANNEL_LAYERS = {"default": layers.redis(env) if REDIS_URL else layers.in_process()}

# --- people ---------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "ayonevents.failure.outdated"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")

# --- the web --------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0  # for this host; what its subdomains do is not ours to say
SECURE_REDIRECT_EXEMPT = [r"^api/info$"]  # a proxy asks over HTTP whether the server is alive
# What follows from PUBLIC_URL here (HSTS, the redirect, cookies), SECRET_KEY and DEBUG: ``events.checks`` says how. And
# HSTS for subdomains and browsers' preload lists (W005, W021): others may live there who have no HTTPS.
SILENCED_SYSTEM_CHECKS = [f"security.W{at:03}" for at in (4, 5, 8, 9, 10, 11, 12, 16, 18, 21)]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # A key or token first: the first class decides whether a refusal is 401 or 403.
        "events.api.authentication.ApiKeyAuthentication",
        "events.api.authentication.TokenAuthentication",
        "events.api.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["events.api.parsers.EventParser"],
    "DEFAULT_RENDERER_CLASSES": ["events.api.rendering.EventRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "events.api.negotiation.JsonAnyway",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "events.api.errors.answer_for",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ayonevents",
    "DESCRIPTION": "The event API of AYON. Keys are camelCase or snake_case; those that are unknown are ignored.",
    "VERSION": EVENTS_VERSION,
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": [],
}
GRAPHENE = {"SCHEMA": "events.graphql.schema.schema"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        # events.outage tells of a database that is away, once and not for each request.
        "told": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE,
        },
        "secrets": {"()": "ayonevents.logs.SecretsFilter"},
        "one line": {"()": "ayonevents.logs.OneLineFilter"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
    "root": {"handlers": ["console"], "level": env.log_level("LOG_LEVEL", logging.INFO)},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # A refused request is the client's affair; what fails in the server is logged as an error anyway.
        "django.request": {"level": "ERROR", "filters": ["told"]},
        "django.security.DisallowedHost": {"filters": ["one line"]},
        # It logs a traceback a second while Redis is away; events.relay says so once.
        "channels_redis.pubsub": {"level": "CRITICAL"},
    },
}

# --- events: read through events.conf -------------------------------------------------------------------

EVENTS_MAX_BODY = env.int("EVENTS_MAX_BODY", 8 * 2**20, validate=Range(1))
EVENTS_THREADS = env.int("EVENTS_THREADS", 8, validate=Range(1))
EVENTS_QUEUE_SECONDS = env.float("EVENTS_QUEUE_SECONDS", 10.0, validate=Range(0))
EVENTS_CREDENTIAL_CACHE_SECONDS = env.float("EVENTS_CREDENTIAL_CACHE_SECONDS", 2.0, validate=Range(0))
EVENTS_TOKEN_LIFETIME_HOURS = env.int("EVENTS_TOKEN_LIFETIME_HOURS", 24, validate=Range(1))
EVENTS_KEY_OVERLAP_HOURS = env.int("EVENTS_KEY_OVERLAP_HOURS", 24, validate=Range(0))
EVENTS_LOGIN_RATE = env.str("EVENTS_LOGIN_RATE", "10/minute", validate=check_rate)
EVENTS_DISPATCH_RATE = env.str("EVENTS_DISPATCH_RATE", "300000/minute", validate=check_rate)
EVENTS_DISPATCH_ADDRESS_RATE = env.str("EVENTS_DISPATCH_ADDRESS_RATE", "900000/minute", validate=check_rate)
EVENTS_CONNECT_RATE = env.str("EVENTS_CONNECT_RATE", "6000/minute", validate=check_rate)
EVENTS_SECRET_KEYS = tuple(
    re.sub("[^a-z0-9=]", "", word.lower()) for word in env.list("EVENTS_SECRET_KEYS", list(SECRET_WORDS))
)

# --- the live feed: sockets and server-sent events -------------------------------------------------------

EVENTS_FEED_CLIENTS_PER_USER = env.int("EVENTS_FEED_CLIENTS_PER_USER", 1000, validate=Range(1))
EVENTS_FEED_TOPICS = env.int("EVENTS_FEED_TOPICS", 500, validate=Range(1))
EVENTS_FEED_BUFFER = env.int("EVENTS_FEED_BUFFER", 2**20, validate=Range(1))
EVENTS_FEED_RESUME = env.int("EVENTS_FEED_RESUME", 10_000, validate=Range(0))
EVENTS_SOCKET_AUTH_SECONDS = env.float("EVENTS_SOCKET_AUTH_SECONDS", 3.0, validate=Range(0))
EVENTS_SOCKET_FRAME = env.int("EVENTS_SOCKET_FRAME", 2**16, validate=Range(1))
EVENTS_SOCKET_RATE = env.float("EVENTS_SOCKET_RATE", 20.0, validate=Range(0, min_inclusive=False))
