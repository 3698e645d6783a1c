"""What ``check --deploy`` finds, each with a hint, and that a safe installation has none."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from events import checks

UNSAFE: dict[str, dict[str, Any]] = {
    "events.W001": {"ALLOWED_HOSTS": ["*"]},
    "events.W002": {"HTTPS": False, "HOST": "0.0.0.0"},  # noqa: S104 - nothing listens
    "events.W003": {"TRUSTED_PROXIES": ["*"]},
    "events.W005": {"DEBUG": True},
    "events.W006": {"SECRET_KEY": "django-insecure"},
    "events.W007": {"EVENTS_LOGIN_RATE": ""},
}


def found() -> dict[str | None, str]:
    messages = run_checks(include_deployment_checks=True)
    return {str(each.id): str(each.hint) for each in messages if not each.is_silenced()}


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
    assert found().keys() == {problem}


def test_every_hint_names_a_setting_that_there_is(settings: Any) -> None:
    for changes in UNSAFE.values():
        for name, value in changes.items():
            setattr(settings, name, value)
    documented = Path("docs/settings.md").read_text()
    hints = found()
    named = {
        problem: re.findall(r"\b[A-Z]+(?:_[A-Z]+)*\b", hint.replace("HTTPS", "")) for problem, hint in hints.items()
    }
    assert hints.keys() == UNSAFE.keys()
    assert [name for names in named.values() for name in names if f"| `{name}`" not in documented] == []
    assert all(named.values())


def test_without_https_there_is_one_warning_about_it(settings: Any) -> None:
    settings.HTTPS = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = False, 0
    assert found().keys() == {"events.W002"}


@pytest.mark.parametrize(
    "behind", [{"PUBLIC_URL": "http://events.studio.example"}, {"UNIX_SOCKET": "/run/ayonevents/socket"}]
)
def test_a_proxy_without_https_on_the_same_machine_is_found(settings: Any, behind: dict[str, str]) -> None:
    settings.HTTPS, settings.HOST = False, "127.0.0.1"
    assert "events.W002" not in found()
    for name, value in behind.items():
        setattr(settings, name, value)
    assert "events.W002" in found()


def test_a_server_for_this_machine_needs_no_https(settings: Any) -> None:
    settings.HTTPS = False
    for host in ("127.0.0.1", "::1", "localhost"):
        settings.HOST = host
        assert "events.W002" not in found()


@pytest.mark.parametrize("proxies", [["*"], ["10.0.0.1", "0.0.0.0/0"], ["::/0"], ["128.0.0.0/1"]])
def test_proxies_that_may_be_anybody_are_found(settings: Any, proxies: list[str]) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "fc00::/7"]
    assert "events.W003" not in found()
    settings.TRUSTED_PROXIES = proxies
    assert "events.W003" in found()


@pytest.mark.parametrize("name", checks.KEPT)
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
