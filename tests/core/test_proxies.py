"""Whose address counts when a proxy says for whom it speaks."""

from typing import Any

import pytest
from django.test import Client

from events.management.proxies import Proxies
from tests.api.calls import post
from tests.realtime.streams import stream

PROXY, STRANGER = ("10.0.0.1", 5000), ("192.0.2.9", 6000)


async def client_of(peer: tuple[str, int] | None, said: str, trusted: list[str] | str = "10.0.0.1") -> Any:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"])

    headers = [(b"x-forwarded-for", said.encode("latin-1"))]
    await Proxies(app, trusted)({"type": "http", "scheme": "http", "client": peer, "headers": headers}, None, None)
    return seen[0] and seen[0][0]


@pytest.mark.parametrize("said", ["203.0.113.7", "2001:db8::7", "::ffff:203.0.113.7"])
async def test_a_trusted_proxy_tells_the_address(said: str) -> None:
    assert await client_of(PROXY, said) == said
    assert await client_of(PROXY, f"{said}, [2001:db8::9]:80") == "2001:db8::9"


@pytest.mark.parametrize(
    "said",
    ["unknown", "bob", "<script>", "203.0.113", "fe80::1%<b>", "1.2.3.4\0", "\xe9", "", " ", ","],
)
async def test_what_is_no_address_leaves_that_of_the_proxy(said: str) -> None:
    assert await client_of(PROXY, said) == "10.0.0.1"
    assert await client_of(PROXY, said, "*") == "10.0.0.1"


async def test_what_a_client_adds_itself_does_not_count() -> None:
    assert await client_of(PROXY, "198.51.100.1, 203.0.113.7") == "203.0.113.7"
    assert await client_of(PROXY, "198.51.100.1, made-up") == "10.0.0.1"


async def test_a_stranger_is_not_believed() -> None:
    assert await client_of(STRANGER, "203.0.113.7") == "192.0.2.9"


async def test_behind_a_unix_socket_there_may_be_no_address_at_all() -> None:
    assert await client_of(None, "203.0.113.7", "*") == "203.0.113.7"
    assert await client_of(None, "bob", "*") is None


SAID = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP")


def test_without_it_no_request_is_believed_where_it_comes_from(db: None, settings: Any) -> None:
    settings.EVENTS_LOGIN_RATE = "1/day"
    for number, expected in ((1, 403), (2, 429)):
        client = Client(headers=dict.fromkeys(SAID, f"203.0.113.{number}"))
        wrong = {"name": "bob", "password": "wrong"}
        assert post(client, "/api/auth/login", wrong, REMOTE_ADDR="192.0.2.9")[0] == expected


@pytest.mark.django_db(transaction=True)
async def test_without_it_no_connection_is_either(settings: Any) -> None:
    settings.EVENTS_CONNECT_RATE = "1/day"
    for number, expected in ((1, 401), (2, 429)):
        async with stream(headers=dict.fromkeys(SAID, f"203.0.113.{number}")) as opened:
            assert opened.status == expected
