"""What the first start makes up and keeps: the data folder, the secret, an admin, and a service with a key."""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.db import transaction

from events import accounts
from events.errors import CredentialInvalid

ADMIN = "admin"
SERVICE = "service"
KEY_MINIMUM = 16
"""Characters of a key that is given; what is made up has 32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How to get in; None: it was set earlier and only its digest is known."""

    admin_password: str | None
    service_key: str | None
    made_up_now: frozenset[str | None] = frozenset()
    """Which of them nobody has been told yet."""


def make_data_dir(data_dir: Path) -> None:
    """Make the folder, readable by its owner only, and its secret; CommandError if that is not possible."""
    os.umask(0o077)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not os.environ.get("SECRET_KEY"):
            _keep(data_dir / "secret_key", settings.SECRET_KEY)
            settings.SECRET_KEY = (data_dir / "secret_key").read_text().strip()
        else:
            (data_dir / ".writable").touch()
            (data_dir / ".writable").unlink()
    except OSError as error:
        raise CommandError(
            f"The data folder {data_dir} cannot be written to ({error.strerror}): give another one with DATA_DIR=…"
        ) from error


def _keep(path: Path, text: str) -> None:
    """Write the file unless there is one already, whole or not at all: another process may be about to read it."""
    whole = path.with_name(f"{path.name}.{os.getpid()}")
    whole.write_text(text)
    try:
        with suppress(FileExistsError):
            path.hardlink_to(whole)
    finally:
        whole.unlink()


def credentials(data_dir: Path) -> Credentials:
    """Return how to get in, and make it so where it is not yet.

    ADMIN_PASSWORD and SERVICE_KEY of the environment hold if they are given, at every start. Otherwise they
    are made up once, and kept in ``credentials.json`` in the data folder. Of several hosts that start together
    the first one makes them up: the others wait at the row of the admin, and then find them made.
    """
    given = {name: os.environ.get(name, "") for name in ("ADMIN_PASSWORD", "SERVICE_KEY")}
    with transaction.atomic():
        admin = _admin()
        kept_at = data_dir / "credentials.json"
        kept = json.loads(kept_at.read_text()) if kept_at.is_file() else {}
        password = _admin_password(admin, given["ADMIN_PASSWORD"], kept)
        key = _service_key(given["SERVICE_KEY"], kept)
        made_up_now = frozenset({password, key}.difference(given.values(), kept.values(), (None,)))
        made_up = {"admin_password": password, "service_key": key}
        if given["ADMIN_PASSWORD"]:
            del made_up["admin_password"]
        if given["SERVICE_KEY"]:
            del made_up["service_key"]
        kept_at.write_text(json.dumps(kept | made_up, indent=2) + "\n")
    return Credentials(admin_password=password, service_key=key, made_up_now=made_up_now)


def _admin() -> User:
    """Return the admin, whose row nobody else may change before the transaction ends."""
    User.objects.get_or_create(username=ADMIN, defaults={"is_superuser": True, "is_staff": True})
    return User.objects.select_for_update(no_key=True).get(username=ADMIN)


def _admin_password(admin: User, given: str, kept: dict[str, str | None]) -> str | None:
    """Return the password that the admin has."""
    known = given or kept.get("admin_password")
    if known and admin.check_password(known):
        return known
    if not given and admin.password:
        return None  # changed by the admin, given at an earlier start, or made up on another host
    password = given or secrets.token_urlsafe(9)
    admin.set_password(password)
    admin.save(update_fields=["password"])
    return password


def _service_key(given: str, kept: dict[str, str | None]) -> str | None:
    """Return a key of the service."""
    if given and len(given) < KEY_MINIMUM:
        raise CommandError(f"SERVICE_KEY has {len(given)} characters: expected at least {KEY_MINIMUM}")
    service = accounts.service_account(SERVICE)
    known = given or kept.get("service_key")
    if known and _opens(known):
        return known
    if not given and service.apikeys.exists():
        return None  # revoked since, given at an earlier start, or made up on another host
    return accounts.issue_key(service, "first start", given or None)


def _opens(key: str) -> bool:
    try:
        return accounts.actor_for_key(key).name == SERVICE
    except CredentialInvalid:
        return False
