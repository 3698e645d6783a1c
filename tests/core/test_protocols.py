import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from ayonevents import protocols
from ayonevents.protocols import FrameProtocol, HttpProtocol, JoiningTransport

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


class Client:
    """A connection to a server, which has the other end of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: HttpProtocol) -> None:
        self.reader = reader
        self.writer = writer
        self.connection = connection

    async def ask(self, *headers: str) -> str:
        """Return the head of the answer."""
        self.writer.write("\r\n".join(["GET / HTTP/1.1", "Host: here", *headers, "", ""]).encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        return head.decode().lower()


async def answer_empty(scope: Any, _receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    made = asyncio.get_running_loop().create_future()
    config = uvicorn.Config(answer_empty, ws=FrameProtocol, lifespan="off", log_config=None)

    class Connection(HttpProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's narrowing
            super().connection_made(transport)
            made.set_result(self)

    state = ServerState()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        yield Client(reader, writer, await made)
        writer.close()


async def test_a_request_that_was_on_its_way_when_the_server_stopped_is_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "LAST_REQUEST_SECONDS", 60)
    client.connection.shutdown()
    head = await client.ask()
    assert head.startswith("http/1.1 200 ")
    assert "connection: close" in head
    assert await client.reader.read() == b""


async def test_so_is_one_over_a_connection_that_was_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "LAST_REQUEST_SECONDS", 60)
    assert "connection: close" not in await client.ask()
    client.connection.shutdown()
    assert "connection: close" in await client.ask()
    assert await client.reader.read() == b""


async def test_a_socket_that_comes_while_the_server_stops_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "LAST_REQUEST_SECONDS", 60)
    client.connection.shutdown()
    handshake = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
    assert (await client.ask("Connection: Upgrade", "Upgrade: websocket", *handshake)).startswith("http/1.1 500 ")
    await client.reader.read()  # to the end


async def test_a_connection_over_which_nothing_comes_is_closed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "LAST_REQUEST_SECONDS", 0)
    client.connection.shutdown()
    assert await client.reader.read() == b""
