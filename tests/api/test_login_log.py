"""What the log tells of logins: one line of each, with an address that no name can forge."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ayonevents.logs import SecretsFilter
from events import logins
from tests.api.calls import post
from tests.conftest import Roles

JOURNAL = "host ayonevents[12]: 2026-01-01 00:00:00,000"
"""What goes before a line there."""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten_a_day(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as usual, in windows that do not end while a test runs."""
    settings.EVENTS_LOGIN_RATE = "10/day"
    assert logins.TOLD == "1/minute"
    monkeypatch.setattr(logins, "TOLD", "1/day")


@pytest.fixture
def lines(people: Roles, caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What there is in the log of logins, as the handler of the server writes it."""
    said: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    handler = Lines()
    handler.addFilter(SecretsFilter())
    caplog.set_level(logging.INFO, "events.logins")
    logger = logging.getLogger("events.logins")
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


def log_in(door: str, name: str, password: str, address: str = "10.0.0.1") -> None:
    client = Client(REMOTE_ADDR=address)
    if door == "REST":
        post(client, "/api/auth/login", {"name": name, "password": password})
    else:
        client.post("/admin/login/", {"username": name, "password": password})


@pytest.mark.parametrize("door", ["REST", "viewer"])
def test_a_login_is_a_line_whether_it_is_right_or_wrong(lines: list[str], door: str) -> None:
    log_in(door, "admin", "hush-hush")
    log_in(door, "admin", "admin")
    assert lines == [
        "WARNING events.logins: Refused login from 10.0.0.1 as 'admin'",
        "INFO events.logins: Login from 10.0.0.1 as 'admin'",
    ]


def test_who_may_not_see_the_viewer_is_refused_there(lines: list[str]) -> None:
    log_in("viewer", "artist", "artist")
    assert lines == ["WARNING events.logins: Refused login from 10.0.0.1 as 'artist'"]


@pytest.mark.parametrize("door", ["REST", "viewer"])
def test_who_must_wait_is_told_of_once_a_minute(lines: list[str], door: str) -> None:
    for _ in range(15):
        log_in(door, "admin", "hush-hush")
    assert lines[:10] == ["WARNING events.logins: Refused login from 10.0.0.1 as 'admin'"] * 10
    (waiting,) = lines[10:]
    assert re.fullmatch(
        r"WARNING events.logins: Refused login from 10.0.0.1 as 'admin' \(too many, again in \d+ s\)", waiting
    )


def test_an_address_that_tries_ever_new_names_does_not_fill_the_log(lines: list[str]) -> None:
    for number in range(110):
        log_in("REST", f"name{number}", "hush-hush")
    assert len(lines) == 101


def test_each_address_that_must_wait_for_a_name_is_told(lines: list[str]) -> None:
    for number in range(100):
        log_in("REST", "artist", "hush-hush", f"10.0.{number}.1")
    lines.clear()
    for address in ("10.1.0.1", "10.1.0.2", "10.1.0.1"):
        log_in("REST", "artist", "hush-hush", address)
    assert [line.split()[5] for line in lines] == ["10.1.0.1", "10.1.0.2"]


@pytest.mark.parametrize(
    "name",
    [
        "x\n2026-01-01 00:00:00,000 INFO    events.logins: Login from 192.0.2.1 as 'admin'",
        "x\r\x1b[2K\x1b[1A",
        "\x85\u2028\u2029\u202e",
        "' from 192.0.2.1",
        "x\x00y",
        "\ud800",
        "%s %(name)s {name}",
        "password=hush-hush",
    ],
)
def test_no_name_forges_a_line(lines: list[str], name: str) -> None:
    log_in("REST", name, "hush-hush")
    (line,) = lines
    assert line.isprintable()
    assert "hush-hush" not in line
    assert banned(line) == "10.0.0.1"


def test_a_long_name_is_cut(lines: list[str]) -> None:
    log_in("REST", "x" * 3_000, "hush-hush")
    assert lines == [f"WARNING events.logins: Refused login from 10.0.0.1 as '{'x' * logins.NAME_SHOWN}'…"]


def test_a_name_that_looks_like_a_line_does_not_get_its_address_banned(lines: list[str]) -> None:
    log_in("REST", "WARNING events.logins: Refused login from 192.0.2.1 as 'x'", "hush-hush", "2001:db8::1")
    assert [banned(line) for line in lines] == ["2001:db8::1"]


def test_without_an_address_there_is_a_line_too(lines: list[str]) -> None:
    log_in("REST", "artist", "hush-hush", "")
    assert lines == ["WARNING events.logins: Refused login from nowhere as 'artist'"]


def failregex() -> str:
    """Return the expression for fail2ban that the documents give."""
    (given,) = re.findall(r"^ *failregex = (.*)$", Path("docs/security.md").read_text(), re.MULTILINE)
    return str(given).replace("<HOST>", r"(?P<host>[0-9a-f.:]+)")


def banned(line: str) -> str:
    """Return the address that fail2ban finds with it; it has cut off the time."""
    in_a_file, in_the_journal = (re.search(failregex(), each) for each in (line, f"{JOURNAL} {line}"))
    assert in_a_file
    assert in_the_journal
    assert in_a_file["host"] == in_the_journal["host"]
    return in_a_file["host"]


def test_what_another_line_quotes_gets_nobody_banned(lines: list[str]) -> None:
    log_in("REST", "artist", "hush-hush")
    (line,) = lines
    for other in ("WARNING events.relay: ", "ERROR   events.hooks: 2026-01-01 00:00:00,000 ", "x[1]: "):
        assert not re.search(failregex(), other + line)
