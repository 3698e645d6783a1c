"""System checks: what makes an installation unsafe, each with a hint; ``manage.py check --deploy`` shows them."""

import stat
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

KEPT = ("events.sqlite3", "events.sqlite3-wal", "events.sqlite3-shm", "secret_key", "credentials.json")
"""What the server keeps in DATA_DIR, with what SQLite keeps beside its file: the latest events."""


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
    if any(each == "*" or each.endswith("/0") for each in settings.TRUSTED_PROXIES):
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


def _is_closed(folder: Path) -> bool:
    """Tell whether nobody else gets into the folder anyway."""
    return not folder.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH)


def _is_private(host: str) -> bool:
    """Tell whether only this machine can connect."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
