"""System checks: what makes an installation unsafe, each with a hint; ``manage.py check --deploy`` shows them.

Django's own are silenced (SILENCED_SYSTEM_CHECKS) where they name settings that follow from others here: the hints
name what an operator can set.
"""

import stat
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

KEPT = ("events.sqlite3", "events.sqlite3-wal", "events.sqlite3-shm", "secret_key", "credentials.json")
"""What the server keeps in DATA_DIR, with what SQLite keeps beside its file: the latest events."""


SECRET_LENGTH, SECRET_CHARACTERS = 50, 5
"""How long a secret is at least, and how many different characters it has."""
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
    """Find a login at which passwords can be tried without end."""
    if not settings.EVENTS_LOGIN_RATE:
        yield Warning(
            "Passwords can be guessed as fast as the server answers.",
            hint="Leave EVENTS_LOGIN_RATE out of the environment, or set it to a rate such as 10/minute.",
            id="events.W007",
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
def check_https(**_: object) -> Iterable[CheckMessage]:
    """Find a server that others reach without HTTPS: by itself, or through a proxy on the same machine."""
    public = urlsplit(settings.PUBLIC_URL).hostname or settings.HOST
    is_reached = settings.UNIX_SOCKET or not (_is_private(settings.HOST) and _is_private(public))
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


def _is_private(host: str) -> bool:
    """Tell whether only this machine can connect."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
