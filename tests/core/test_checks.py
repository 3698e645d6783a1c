"""What ``check --deploy`` finds, each with a hint, and that a safe installation has none."""

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

UNSAFE: dict[str, dict[str, Any]] = {
    "events.W001": {"ALLOWED_HOSTS": ["*"]},
    "events.W002": {"HTTPS": False, "HOST": "0.0.0.0"},  # noqa: S104 - nothing listens
    "events.W003": {"TRUSTED_PROXIES": ["*"]},
    "security.W018": {"DEBUG": True},
    "security.W009": {"SECRET_KEY": "django-insecure"},
}


def found() -> dict[str | None, str]:
    return {str(each.id): str(each.hint) for each in run_checks(include_deployment_checks=True)}


@pytest.fixture(autouse=True)
def safe(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.ALLOWED_HOSTS = ["events.studio.example"]
    settings.HTTPS = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_SSL_REDIRECT = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECRET_KEY = "".join(map(chr, range(40, 120)))
    settings.HOST, settings.TRUSTED_PROXIES = "10.0.0.1", ["10.0.0.2"]


def test_a_safe_installation_has_nothing_to_mend() -> None:
    assert found() == {}


@pytest.mark.parametrize(("problem", "changes"), UNSAFE.items())
def test_what_is_unsafe_is_found_with_a_hint(settings: Any, problem: str, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert problem in found()


def test_a_server_for_this_machine_needs_no_https(settings: Any) -> None:
    settings.HTTPS = False
    for host in ("127.0.0.1", "::1", "localhost"):
        settings.HOST = host
        assert "events.W002" not in found()


@pytest.mark.parametrize("name", ["events.sqlite3", "secret_key", "credentials.json"])
def test_data_that_others_can_read_is_found(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    path.chmod(0o644)
    tmp_path.chmod(0o755)
    assert found() == {"events.W004": f"chmod 600 {path}"}
    path.chmod(0o600)
    assert found() == {}
    path.chmod(0o644)
    tmp_path.chmod(0o700)
    assert found() == {}
