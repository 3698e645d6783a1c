"""What ``check --deploy`` finds, each with a hint, and that a safe installation has none."""

import hashlib
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
    "events.W008": {"CSRF_TRUSTED_ORIGINS": ["https://*"]},
    "events.W009": {"EVENTS_SECRET_KEYS": ()},
    "events.W010": {"EVENTS_CREDENTIAL_CACHE_SECONDS": 61.0},
    "events.W011": {"ADMIN_PASSWORD": "password"},
    "events.W012": {"SERVICE_KEY": "0123456789abcdef"},
}
IN_THE_ENVIRONMENT = ("ADMIN_PASSWORD", "SERVICE_KEY")
"""What is no setting of Django."""


def install(settings: Any, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    for name, value in changes.items():
        if name in IN_THE_ENVIRONMENT:
            monkeypatch.setenv(name, value)
        else:
            setattr(settings, name, value)


def found() -> dict[str | None, str]:
    messages = run_checks(include_deployment_checks=True)
    return {str(each.id): str(each.hint) for each in messages if not each.is_silenced()}


@pytest.fixture(autouse=True)
def safe(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.ALLOWED_HOSTS = ["events.studio.example"]
    settings.HTTPS = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECRET_KEY = "".join(map(chr, range(40, 120)))
    settings.HOST, settings.TRUSTED_PROXIES = "10.0.0.1", ["10.0.0.2"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://events.studio.example", "https://*.studio.example"]
    monkeypatch.setenv("ADMIN_PASSWORD", "a gull over 4 harbours")
    monkeypatch.setenv("SERVICE_KEY", "9f86d081884c7d659a2feaa0c55ad015")


@pytest.fixture
def here(settings: Any) -> None:
    """A server for this machine only, as it is by default."""
    settings.HTTPS, settings.HOST, settings.TRUSTED_PROXIES = False, "127.0.0.1", ["127.0.0.1", "::1"]
    settings.ALLOWED_HOSTS = settings.OWN_HOSTS


def test_a_safe_installation_has_nothing_to_mend() -> None:
    assert found() == {}


@pytest.mark.parametrize(("problem", "changes"), UNSAFE.items())
def test_what_is_unsafe_is_found_with_a_hint(
    settings: Any, monkeypatch: pytest.MonkeyPatch, problem: str, changes: dict[str, Any]
) -> None:
    install(settings, monkeypatch, **changes)
    assert found().keys() == {problem}


def test_every_hint_names_a_setting_that_there_is(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for changes in UNSAFE.values():
        install(settings, monkeypatch, **changes)
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
    "reached",
    [
        {"PUBLIC_URL": "http://events.studio.example"},
        {"UNIX_SOCKET": "/run/ayonevents/socket"},
        {"ALLOWED_HOSTS": ["events.studio.example"]},
        {"ALLOWED_HOSTS": ["localhost", "192.168.1.10"]},
        {"TRUSTED_PROXIES": ["10.0.0.5"]},
        {"HOST": "192.168.1.10"},
    ],
)
def test_what_others_reach_without_https_is_found(settings: Any, here: None, reached: dict[str, Any]) -> None:
    assert "events.W002" not in found()
    for name, value in reached.items():
        setattr(settings, name, value)
    assert "events.W002" in found()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
@pytest.mark.parametrize("names", [[], ["localhost", "127.0.0.1", "[::1]"]])
def test_a_server_for_this_machine_needs_no_https(settings: Any, here: None, host: str, names: list[str]) -> None:
    settings.HOST = host
    settings.ALLOWED_HOSTS = names or settings.OWN_HOSTS
    assert "events.W002" not in found()


def test_the_name_of_this_machine_means_others_when_it_was_given(settings: Any, here: None) -> None:
    """By default it is among the hosts whether anybody else gets there or not."""
    settings.OWN_HOSTS = ["localhost", "render01"]
    settings.ALLOWED_HOSTS = ["localhost", "render01"]
    assert "events.W002" not in found()
    settings.ALLOWED_HOSTS = ["render01"]
    assert "events.W002" in found()


@pytest.mark.parametrize("rate", ["101/minute", "2/second", "10000/hour"])
def test_a_rate_that_is_hardly_a_limit_is_found(settings: Any, rate: str) -> None:
    settings.EVENTS_LOGIN_RATE = "100/minute"
    assert "events.W007" not in found()
    settings.EVENTS_LOGIN_RATE = rate
    assert "events.W007" in found()


@pytest.mark.parametrize("origin", ["https://*", "http://*", "https://*.com"])
def test_origins_that_may_be_anybodys_are_found(settings: Any, origin: str) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://events.studio.example", origin]
    assert "events.W008" in found()


@pytest.mark.parametrize(
    "key",
    [
        "9f86d081884c7d659a2feaa0c55ad01",
        "x" * 40,
        "changeme" * 4,
        "0123456789abcdef" * 2,
        "abcdefghijklmnopqrstuvwxyz012345",
    ],
)
def test_a_key_that_can_be_guessed_is_found(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("SERVICE_KEY", key)
    assert "events.W012" in found()


def test_a_key_that_is_made_up_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(200):
        monkeypatch.setenv("SERVICE_KEY", hashlib.sha256(str(number).encode()).hexdigest()[:32])
        assert found() == {}


@pytest.mark.parametrize("password", ["admin", "admin123", "short", "12345678"])
def test_a_password_that_django_refuses_is_found(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", password)
    assert "events.W011" in found()


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
