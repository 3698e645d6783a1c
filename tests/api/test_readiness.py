import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from ayonevents import readiness
from tests.api.test_outage import take_away

__all__ = ["take_away"]
REDIS = "ok" if django_settings.REDIS_URL else None


def ready() -> tuple[int, Any]:
    """Ask a server that has just been started, as a proxy does."""
    answer = Client(headers={"Host": "10.0.0.1"}).get("/readyz")
    return answer.status_code, answer.json()


def test_a_process_with_all_services_is_ready(db: None) -> None:
    assert ready() == (200, {"database": "ok", "redis": REDIS})


def test_without_the_database_it_is_not(db: None, take_away: Any) -> None:
    take_away()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json() == {"database": "away", "redis": REDIS}


def test_without_redis_it_is(db: None, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ready() == (200, {"database": "ok", "redis": "away"})


def test_the_services_are_asked_once_in_a_while(db: None, django_assert_num_queries: Any) -> None:
    client = Client()
    with django_assert_num_queries(1):
        for _ in range(3):
            assert client.get("/readyz").status_code == 200


def test_a_database_that_says_nothing_is_away(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = threading.Event(), threading.Event()

    def say_nothing() -> str:
        asked.set()
        answers.wait(60)
        return "ok"

    monkeypatch.setattr(readiness, "_database", say_nothing)
    monkeypatch.setattr(readiness, "PATIENCE", 0.05)
    client = Client()
    client.get("/api/info")  # the handler is there before both threads use it
    with ThreadPoolExecutor(1) as waiting:
        first = waiting.submit(client.get, "/readyz")
        assert asked.wait(60)
        second = client.get("/readyz")
        assert (second.status_code, second.json()["database"]) == (503, "away")
        answers.set()
        assert first.result().status_code == 200
    assert client.get("/readyz").status_code == 200


def test_it_is_there_behind_https_too(db: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["events.example.com"]
    assert ready()[0] == 200
    assert Client(headers={"Host": "events.example.com"}).get("/api/info").status_code == 200
    assert Client(headers={"Host": "events.example.com"}).get("/admin/").status_code == 301


def test_it_can_only_be_asked(db: None) -> None:
    answer = Client().post("/readyz")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
