"""System checks: what makes an installation unsafe, each with a hint; ``manage.py check --deploy`` shows them.

Django's own are silenced (SILENCED_SYSTEM_CHECKS) where they name settings that follow from others here: the hints
name what an operator can set.
"""

import os
import stat
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ValidationError
from limits import parse

KEPT = ("events.sqlite3", "events.sqlite3-wal", "events.sqlite3-shm", "secret_key", "credentials.json")
"""What the server keeps in DATA_DIR, with what SQLite keeps beside its file: the latest events."""
SECRET_LENGTH, SECRET_CHARACTERS = 50, 5
"""How long a secret is at least, and how many different characters it has."""
KEY_LENGTH, KEY_CHARACTERS = 32, 8
"""The same of a key of a service."""
GUESSES = 100
"""Wrong logins a minute that are hardly a limit."""
CACHE_SECONDS = 60
"""For how long a revoked key may go on."""
ANYBODY = 8
"""Bits that the addresses of a public network have in common if it is small enough to be one of proxies."""


@register(Tags.security, deploy=True)
def check_debug(**_: object) -> Iterable[CheckMessage]:
    """Find the debug mode."""
    if settings.DEBUG:
        yield Warning(
            "Errors show the code and the settings to whoever meets them.",
            hint="Leave DEBUG out of the environment, or set it to false.",
            id="events.W005",
        )


@register(Tags.security, deploy=True)
def check_secret(**_: object) -> Iterable[CheckMessage]:
    """Find a secret that can be guessed."""
    secret = settings.SECRET_KEY
    if len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_CHARACTERS or secret.startswith("django-insecure-"):
        yield Warning(
            "The secret that signs the sessions of the viewer can be guessed.",
            hint="Leave SECRET_KEY out of the environment, so that the first start makes one up and keeps it in"
            f" DATA_DIR; or set it to {SECRET_LENGTH} random characters or more.",
            id="events.W006",
        )


@register(Tags.security, deploy=True)
def check_logins(**_: object) -> Iterable[CheckMessage]:
    """Find a login at which passwords can be tried without end, or nearly so."""
    rate = settings.EVENTS_LOGIN_RATE
    if not rate or parse(rate).amount * 60 > GUESSES * parse(rate).get_expiry():
        yield Warning(
            f"Passwords can be guessed more than {GUESSES} times a minute."
            if rate
            else "Passwords can be guessed as fast as the server answers.",
            hint="Leave EVENTS_LOGIN_RATE out of the environment, or set it to a rate such as 10/minute.",
            id="events.W007",
        )


@register(Tags.security, deploy=True)
def check_credentials(**_: object) -> Iterable[CheckMessage]:
    """Find a password and a key of the environment that can be guessed."""
    if password := os.environ.get("ADMIN_PASSWORD", ""):
        try:
            validate_password(password, User(username="admin"))
        except ValidationError as error:
            yield Warning(
                f"The password of the admin can be guessed. {' '.join(error.messages)}",
                hint="Set ADMIN_PASSWORD to a long one, or leave it out of the environment, so that the first start"
                " makes one up.",
                id="events.W011",
            )
    if (key := os.environ.get("SERVICE_KEY", "")) and (len(key) < KEY_LENGTH or _is_simple(key)):
        yield Warning(
            "The key of the service can be guessed.",
            hint=f"Set SERVICE_KEY to {KEY_LENGTH} random characters or more, or leave it out of the environment, so"
            " that the first start makes one up.",
            id="events.W012",
        )


@register(Tags.security, deploy=True)
def check_revoking(**_: object) -> Iterable[CheckMessage]:
    """Find keys that go on long after they were revoked."""
    if settings.EVENTS_CREDENTIAL_CACHE_SECONDS > CACHE_SECONDS:
        yield Warning(
            f"A revoked key goes on for {settings.EVENTS_CREDENTIAL_CACHE_SECONDS:g} seconds.",
            hint="Leave EVENTS_CREDENTIAL_CACHE_SECONDS out of the environment, or set it to a few seconds.",
            id="events.W010",
        )


@register(Tags.security, deploy=True)
def check_masks(**_: object) -> Iterable[CheckMessage]:
    """Find a server that takes nothing for a secret by its name."""
    if not any(settings.EVENTS_SECRET_KEYS):
        yield Warning(
            "Passwords and tokens in events and in the log are shown to everybody who reads them.",
            hint="Leave EVENTS_SECRET_KEYS out of the environment, or set it to the words that name secrets.",
            id="events.W009",
        )


@register(Tags.security, deploy=True)
def check_hosts(**_: object) -> Iterable[CheckMessage]:
    """Find a server that answers to any name."""
    if "*" in settings.ALLOWED_HOSTS:
        yield Warning(
            "The server answers to any host name.",
            hint="Set ALLOWED_HOSTS to the names that people and services use, comma-separated.",
            id="events.W001",
        )


@register(Tags.security, deploy=True)
def check_origins(**_: object) -> Iterable[CheckMessage]:
    """Find a server that takes the pages of strangers for its own: of all hosts, or of a whole top-level domain."""
    hosts = [each.partition("://")[2] for each in settings.CSRF_TRUSTED_ORIGINS]
    if any(host.startswith("*") and "." not in host.lstrip("*.") for host in hosts):
        yield Warning(
            "Pages of other hosts may do what the people who look at them may do here.",
            hint="Set CSRF_TRUSTED_ORIGINS to the addresses that are yours, such as https://events.example.com.",
            id="events.W008",
        )


@register(Tags.security, deploy=True)
def check_https(**_: object) -> Iterable[CheckMessage]:
    """Find a server that others reach without HTTPS: by itself, or through a proxy."""
    public = urlsplit(settings.PUBLIC_URL).hostname or settings.HOST
    hosts = [settings.HOST, public, *_named_hosts()]
    has_proxies = any(each == "*" or not ip_network(each).is_loopback for each in settings.TRUSTED_PROXIES)
    is_reached = settings.UNIX_SOCKET or has_proxies or not all(_is_private(host) for host in hosts)
    if not settings.HTTPS and is_reached:
        yield Warning(
            "Keys and passwords go over the network in the clear.",
            hint="Put a proxy with HTTPS in front of it, and set PUBLIC_URL to its https:// address.",
            id="events.W002",
        )


@register(Tags.security, deploy=True)
def check_proxies(**_: object) -> Iterable[CheckMessage]:
    """Find a server that believes everybody who says that he speaks for somebody else."""
    if any(each == "*" or _is_anybody(ip_network(each)) for each in settings.TRUSTED_PROXIES):
        yield Warning(
            "Everybody may say from which address a request comes.",
            hint="Set TRUSTED_PROXIES to the addresses of the proxies, comma-separated.",
            id="events.W003",
        )


@register(Tags.security, deploy=True)
def check_files(**_: object) -> Iterable[CheckMessage]:
    """Find data that other users of the machine can read."""
    for path in [Path(settings.DATA_DIR) / name for name in KEPT]:
        if path.is_file() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and not _is_closed(path.parent):
            yield Warning(
                f"Other users of this machine can read {path}.",
                hint=f"chmod 600 {path}",
                id="events.W004",
            )


def _is_anybody(network: IPv4Network | IPv6Network) -> bool:
    return network.prefixlen < ANYBODY and not network.is_private


def _is_closed(folder: Path) -> bool:
    """Tell whether nobody else gets into the folder anyway."""
    return not folder.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH)


def _is_simple(secret: str) -> bool:
    """Tell whether a secret is of few characters, one piece over and over, or mostly of neighbours: abcd, 4321."""
    steps = [abs(ord(one) - ord(other)) for one, other in pairwise(secret)]
    is_repeated = secret in (secret + secret)[1:-1]
    return len(set(secret)) < KEY_CHARACTERS or is_repeated or 4 * sum(step <= 1 for step in steps) > 3 * len(steps)


def _named_hosts() -> set[str]:
    """Return the names that somebody has given it, not those that it has anyway."""
    allowed, own = set(settings.ALLOWED_HOSTS), set(settings.OWN_HOSTS)
    return allowed - own if own <= allowed else allowed


def _is_private(host: str) -> bool:
    """Tell whether only this machine can connect."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
