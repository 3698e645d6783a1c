"""Values that have the name of a secret beside them, and not above: in pairs, in commands, in objects of both."""

from typing import Any

import pytest

from events.redaction import MASK, masked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["Cookie", "sid=hush"], ["Cookie", MASK]),
        (["password", 7391], ["password", MASK]),
        (["password", {"a": "hush"}], ["password", MASK]),
        (["b'x-api-key'", "b'hush'"], ["b'x-api-key'", MASK]),
        (["'cookie'", "hush"], ["'cookie'", MASK]),
        (["Authorization:", "hush"], ["Authorization:", MASK]),
        (["\uff50assword", "hush"], ["\uff50assword", MASK]),
        ([["Host", "h"], ["Cookie", "hush"]], [["Host", "h"], ["Cookie", MASK]]),
        (("password", "hush"), ["password", MASK]),
        (["--password", "hush"], ["--password", MASK]),
        (["mysql", "--db-password", "hush", "-h", "db"], ["mysql", "--db-password", MASK, "-h", "db"]),
        (["x", "-token", "-hush"], ["x", "-token", MASK]),
        (["curl", "-u", "bob:hush", "x"], ["curl", "-u", f"bob:{MASK}", "x"]),
        (["--user", "bob:hush"], ["--user", f"bob:{MASK}"]),
        ({"name": "password", "value": "hush"}, {"name": "password", "value": MASK}),
        ({"Name": "DB_PASSWORD", "Value": "hush"}, {"Name": "DB_PASSWORD", "Value": MASK}),
        ({"value": ["hush"], "key": "apiToken"}, {"value": MASK, "key": "apiToken"}),
        ({"header": "Set-Cookie", "value": "hush"}, {"header": "Set-Cookie", "value": MASK}),
        ({"field": "passwort", "value": 7391, "at": 1}, {"field": "passwort", "value": MASK, "at": 1}),
    ],
)
def test_a_value_is_masked_by_the_name_beside_it(value: Any, shown: Any) -> None:
    assert masked(value) == shown
    assert masked({"a": [1, value, 2]}) == {"a": [1, shown, 2]}


@pytest.mark.parametrize(
    "value",
    [
        ["token", "password", "email"],
        ["token"],
        ["the token has ended", "ok"],
        ["shot", "password"],
        ["password", None],
        ["hasToken", True],
        [1001, 1100],
        ["docker", "-u", "1000:1000"],
        ["-u", "bob"],
        ["--host", "db"],
        {"name": "PATH", "value": "/usr/bin"},
        {"name": "your password, please", "value": "x"},
        {"name": "password", "type": "text"},
        {"name": "token", "value": None},
        {"name": {"a": "token"}, "value": 1},
        {"title": "password", "value": "x"},
    ],
)
def test_what_has_no_such_name_beside_it_stays(value: Any) -> None:
    assert masked(value) is value
