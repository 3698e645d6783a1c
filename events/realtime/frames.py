"""What the server says to clients, written once for all of them: as WebSocket frames and as server-sent events."""

from collections.abc import Sequence
from typing import TypeAlias

from events.message import Envelope

Chunk: TypeAlias = "bytes | tuple[str, ...]"
"""Frames in the form that one kind of connection takes, all in one piece."""

SHORT, MEDIUM = 125, 2**16 - 1
"""Bytes of a payload whose length fits the first, and the second, form of a frame's head."""


class Frame:
    """One JSON text on its way to clients; each encoding of it is made when the first client needs it."""

    __slots__ = ("_encoded", "_event", "position", "text")

    def __init__(self, text: str, position: int | None = None) -> None:
        """Take the text; ``position``: who has got this frame has got all that it may see up to there."""
        self.position = position
        self.text = text if position is None else f'{text[:-1]},"position":{position}}}'
        self._encoded: bytes | None = None
        self._event: bytes | None = None

    def encoded(self) -> bytes:
        """Return the frame as it goes over a WebSocket: a server's frames are not masked, so it fits all."""
        if self._encoded is None:
            self._encoded = encode(self.text)
        return self._encoded

    def event(self) -> bytes:
        """Return the server-sent event; JSON has no line breaks."""
        if self._event is None:
            place = "" if self.position is None else f"id: {self.position}\n"
            self._event = f"{place}data: {self.text}\n\n".encode()
        return self._event


def of(envelope: Envelope, position: int | None) -> Frame:
    """Return the frame about an event."""
    return Frame(envelope.frame, position)


def deletion(envelope: Envelope) -> Frame:
    """Return the frame that tells that an event is gone; what is said instead of a topic can be the topic of none."""
    return Frame(f'{{"topic":"event-deleted","id":"{envelope.id}"}}')


def heartbeat(position: int | None = None) -> Frame:
    """Return the sign of life; to who is up to date it tells the position as well."""
    return Heartbeat('{"topic":"heartbeat"}', position)


class Heartbeat(Frame):
    """A sign of life; a page that reads server-sent events need not hear of it."""

    __slots__ = ()

    def event(self) -> bytes:
        """Return a comment; an id without data only moves the place from which the browser would go on."""
        place = "" if self.position is None else f"id: {self.position}\n"
        return f": heartbeat\n{place}\n".encode()


RESYNC = Frame('{"topic":"resync"}')
"""More was missed than can be made up for: load everything anew."""


def encode(text: str) -> bytes:
    """Return the text as one whole unmasked WebSocket frame (RFC 6455, 5.2)."""
    payload = text.encode()
    size = len(payload)
    if size <= SHORT:
        return bytes((0x81, size)) + payload
    if size <= MEDIUM:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload


def encoded(frames: Sequence[Frame]) -> bytes:
    """Return the frames as WebSocket frames."""
    return b"".join([frame.encoded() for frame in frames])


def events(frames: Sequence[Frame]) -> bytes:
    """Return the frames as server-sent events."""
    return b"".join([frame.event() for frame in frames])


def texts(frames: Sequence[Frame]) -> tuple[str, ...]:
    """Return the frames as texts, for servers that encode by themselves."""
    return tuple(frame.text for frame in frames)
