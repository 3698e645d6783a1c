import logging

import psycopg
import pytest
from django.db import Error, InterfaceError, InternalError, OperationalError, ProgrammingError

from events import outage
from events.errors import DatabaseAway


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time, for a watch that knows of no outage yet."""
    clock = Clock()
    monkeypatch.setattr(outage, "time", clock)
    monkeypatch.setattr(outage, "_watch", outage.Watch())
    return clock


def caused_by(cause: Exception, kind: type[Error] = OperationalError) -> Exception:
    """Return Django's error as its backend raises it."""
    error = kind(*cause.args)
    error.__cause__ = cause
    return error


def refused() -> psycopg.OperationalError:
    return psycopg.OperationalError("connection refused\nIs the server running?")


def fail() -> None:
    with outage.attempt():
        raise refused()


AWAY = [
    caused_by(refused()),
    caused_by(psycopg.errors.AdminShutdown("terminating connection")),
    caused_by(psycopg.InterfaceError("connection is closed"), InterfaceError),
    caused_by(psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT"), InternalError),
]
BUSY = [
    caused_by(psycopg.errors.QueryCanceled("canceling statement due to statement timeout")),
    caused_by(psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")),
    caused_by(psycopg.errors.DeadlockDetected("deadlock detected")),
    caused_by(psycopg.errors.DiskFull("no space left on device")),
    caused_by(psycopg.errors.TooManyConnections("too many clients already")),
    caused_by(psycopg.errors.IdleInTransactionSessionTimeout("terminating connection"), InternalError),
    OperationalError("database is locked"),
]


@pytest.mark.parametrize("error", AWAY, ids=repr)
def test_an_outage_is_told_once(clock: Clock, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    for _ in range(3):
        assert isinstance(outage.behind(error, "POST /api/events"), DatabaseAway)
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == f"The database is away: {str(error).splitlines()[0]}"


@pytest.mark.parametrize("error", BUSY, ids=repr)
def test_a_time_out_is_told_each_time(clock: Clock, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    for _ in range(2):
        assert isinstance(outage.behind(error, "POST /api/events"), DatabaseAway)
    told = [(record.levelno, record.getMessage()) for record in caplog.records]
    assert told == [(logging.WARNING, f"The database was too busy for POST /api/events: {error}")] * 2


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError("none"),
        InterfaceError("bad parameter or other API misuse"),
        caused_by(psycopg.errors.UndefinedTable("no such table"), ProgrammingError),
        caused_by(psycopg.errors.InternalError_("corrupt"), InternalError),
    ],
    ids=repr,
)
def test_a_mistake_is_no_outage(clock: Clock, caplog: pytest.LogCaptureFixture, error: Exception | None) -> None:
    assert outage.behind(error, "POST /api/events") is None
    assert caplog.records == []


def test_while_it_is_away_it_is_tried_once_in_half_a_second(clock: Clock) -> None:
    with pytest.raises(psycopg.OperationalError):
        fail()
    with pytest.raises(outage.StillAway):
        fail()
    clock.now += outage.PAUSE
    with outage.attempt():  # somebody tries, and takes his time
        clock.now += 3
        with pytest.raises(outage.StillAway):
            fail()
    with pytest.raises(psycopg.OperationalError):
        fail()


def test_it_is_told_when_it_is_back(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(psycopg.OperationalError):
        fail()
    clock.now += 7
    for _ in range(2):
        with outage.attempt():
            pass
    assert [record.getMessage() for record in caplog.records] == [
        "The database is away: connection refused",
        "The database is back after 7.0 s",
    ]


def test_a_connection_lost_in_use_keeps_nobody_from_connecting(clock: Clock) -> None:
    outage.behind(AWAY[1], "POST /api/events")
    with outage.attempt(), outage.attempt():
        pass


def test_who_is_told_to_wait_is_not_logged(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(outage.behind(outage.StillAway("a moment ago"), "POST /api/events"), DatabaseAway)
    assert caplog.records == []
