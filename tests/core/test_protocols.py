import asyncio
from typing import Any

import pytest

from ayonevents.protocols import JoiningTransport

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class Line:
    """A connection that remembers what was sent in one piece."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.sent.append(b"closed")

    def is_closing(self) -> bool:
        return b"closed" in self.sent


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def transport(line: Line) -> JoiningTransport:
    connection: Any = line
    return JoiningTransport(connection)


async def test_the_head_of_an_answer_goes_with_its_body(line: Line, transport: JoiningTransport) -> None:
    transport.write(HEAD)
    assert line.sent == []
    transport.write(b"body")
    transport.write(b"more")
    await asyncio.sleep(0)
    assert line.sent == [HEAD + b"body", b"more"]


async def test_a_head_without_a_body_goes_alone(line: Line, transport: JoiningTransport) -> None:
    transport.write(HEAD)
    await asyncio.sleep(0)
    assert line.sent == [HEAD]


async def test_what_is_kept_goes_before_the_end(line: Line, transport: JoiningTransport) -> None:
    transport.write(HEAD)
    assert not transport.is_closing()
    transport.close()
    await asyncio.sleep(0)
    assert line.sent == [HEAD, b"closed"]
    assert transport.is_closing()
