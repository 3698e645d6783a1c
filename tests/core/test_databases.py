from typing import Any

import pytest
from django.db import connection
from environs import Env, EnvError

from ayonevents import databases
from tests.conftest import POSTGRES

URL = "postgres://anna:p%40ss@db.example:5433/events"
DEFAULT_LIMITS = "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
DEFAULT_OPTIONS = f"{DEFAULT_LIMITS} {databases.PLAN_ONCE}"


@pytest.fixture
def postgresql(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings that an environment makes."""

    def settings_for(url: str, **environment: str) -> dict[str, Any]:
        for name, value in {"DATABASE_URL": url, **environment}.items():
            monkeypatch.setenv(name, value)
        return databases.postgresql(Env())

    return settings_for


def test_a_url_says_where_and_who(postgresql: Any) -> None:
    made = postgresql(URL)
    assert [made[key] for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD")] == [
        "db.example",
        5433,
        "events",
        "anna",
        "p@ss",
    ]
    assert (made["CONN_MAX_AGE"], made["CONN_HEALTH_CHECKS"]) == (None, True)


def test_nothing_is_waited_for_without_end(postgresql: Any) -> None:
    assert postgresql(URL)["OPTIONS"] == {
        "application_name": "ayonevents",
        "connect_timeout": 3,
        "tcp_user_timeout": 15_000,
        "keepalives_idle": 5,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "options": DEFAULT_OPTIONS,
        "prepare_threshold": 5,
    }


def test_the_url_has_the_last_word(postgresql: Any) -> None:
    url = f"{URL}?sslmode=verify-full&connect_timeout=9&application_name=mine&options=-c%20lock_timeout%3D1"
    options = postgresql(url)["OPTIONS"]
    assert options["sslmode"] == "verify-full"
    assert options["connect_timeout"] == 9
    assert options["application_name"] == "mine"
    assert options["options"] == f"{DEFAULT_OPTIONS} -c lock_timeout=1"


def test_the_limits_are_settings(postgresql: Any) -> None:
    limits = {"DATABASE_STATEMENT_SECONDS": "0.5", "DATABASE_LOCK_SECONDS": "0", "DATABASE_IDLE_SECONDS": "7"}
    options = postgresql(URL, **limits)["OPTIONS"]["options"]
    limits_set = "-c statement_timeout=500 -c lock_timeout=0 -c idle_in_transaction_session_timeout=7000"
    assert options == f"{limits_set} {databases.PLAN_ONCE}"


def test_a_pooler_is_not_told_what_it_would_refuse(postgresql: Any) -> None:
    assert "options" not in postgresql(URL, DATABASE_POOLER="true")["OPTIONS"]


@pytest.mark.parametrize(
    ("url", "environment", "told"),
    [
        ("mysql://localhost/events", {}, "expected postgres://user:password@host:5432/name"),
        ("sqlite:///events.sqlite3", {}, "expected postgres://user:password@host:5432/name"),
        ("postgres://localhost:port/events", {}, "Not a valid database URL"),
        ("postgres://localhost", {}, "expected the name of a database at its end"),
        (f"{URL}?sslmod=require", {}, 'invalid connection option "sslmod"'),
        (URL, {"DATABASE_LOCK_SECONDS": "-1"}, "DATABASE_LOCK_SECONDS"),
        (URL, {"DATABASE_STATEMENT_SECONDS": "soon"}, "DATABASE_STATEMENT_SECONDS"),
    ],
)
def test_what_cannot_be_is_one_sentence(postgresql: Any, url: str, environment: dict[str, str], told: str) -> None:
    with pytest.raises(EnvError, match=told.replace("(", r"\(")) as refused:
        postgresql(url, **environment)
    assert "\n" not in str(refused.value)
    assert "p%40ss" not in str(refused.value)


@pytest.mark.skipif(POSTGRES, reason="belongs to the embedded profile")
def test_what_sqlite_has_acknowledged_survives_a_power_cut(db: None) -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL: each commit is on disk
