"""A body that is too large is refused before anything looks at it, in the form of every other error."""

from typing import Any

import pytest
from channels.testing import HttpCommunicator

from ayonevents.asgi import application

HOST = (b"host", b"localhost")


async def send(body: bytes, *headers: tuple[bytes, bytes]) -> tuple[int, dict[str, str], bytes]:
    client = HttpCommunicator(application, "POST", "/api/none", body=body, headers=[HOST, *headers])
    answer: Any = await client.get_response(timeout=30)
    await client.wait()
    told = {name.decode().lower(): value.decode() for name, value in answer["headers"]}
    return answer["status"], told, answer["body"]


@pytest.fixture(autouse=True)
def a_small_limit(settings: Any) -> None:
    settings.EVENTS_MAX_BODY = 10


async def test_a_body_over_the_limit_is_refused() -> None:
    status, headers, body = await send(b"x" * 11)
    assert (status, body) == (413, b'{"code": 413, "detail": "Request body is larger than 10 bytes"}')
    assert len(headers["x-request-id"]) == 32


async def test_a_browser_is_told_so_on_a_page() -> None:
    status, headers, body = await send(b"x" * 11, (b"accept", b"text/html,*/*;q=0.8"))
    assert (status, headers["content-type"].split(";")[0]) == (413, "text/html")
    assert "<h1>That is too large</h1>" in body.decode()
    assert "A request may have 10\xa0bytes" in body.decode()
    assert headers["content-security-policy"].startswith("default-src 'self'")


async def test_the_refusal_has_the_id_that_the_request_was_given() -> None:
    _, headers, _ = await send(b"x" * 11, (b"x-request-id", b"proxy-1"))
    assert headers["x-request-id"] == "proxy-1"
    _, headers, _ = await send(b"x" * 11, (b"x-request-id", b"bad id \xff"))
    assert len(headers["x-request-id"]) == 32


async def test_a_body_at_the_limit_is_looked_at() -> None:
    status, headers, _ = await send(b"x" * 10, (b"x-request-id", b"proxy-2"))
    assert (status, headers["x-request-id"]) == (404, "proxy-2")
