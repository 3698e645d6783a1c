"""A channel layer that reaches all relays of the test, and can go away as Redis does."""

import asyncio
import itertools
from typing import Any, ClassVar


class FakeRedis:
    """Named in CHANNEL_LAYERS; its state is the class's, as Redis is one for all."""

    is_away: ClassVar[bool] = False
    loses: ClassVar[bool] = False
    """Messages are taken and reach nobody."""
    members: ClassVar[dict[str, asyncio.Queue[Any]]] = {}
    numbers: ClassVar[Any] = itertools.count()
    batches: ClassVar[list[int]] = []
    """How many envelopes each message had, but for those that had none."""
    sent_in_vain: ClassVar[asyncio.Event]
    """Set when envelopes were refused or lost."""

    @classmethod
    def begin(cls) -> None:
        """Be there, and know nobody."""
        cls.is_away = cls.loses = False
        cls.members.clear()
        cls.batches.clear()
        cls.sent_in_vain = asyncio.Event()

    def __init__(self, **_: object) -> None:
        self.own: set[str] = set()

    def _check(self) -> None:
        if FakeRedis.is_away:
            raise ConnectionError("Redis is away")

    async def new_channel(self) -> str:
        self._check()
        return f"channel {next(FakeRedis.numbers)}"

    async def group_add(self, _group: str, channel: str) -> None:
        self._check()
        FakeRedis.members[channel] = asyncio.Queue()
        self.own.add(channel)

    async def group_send(self, _group: str, message: dict[str, Any]) -> None:
        if message["envelopes"] and (FakeRedis.is_away or FakeRedis.loses):
            FakeRedis.sent_in_vain.set()
        self._check()
        if message["envelopes"]:
            FakeRedis.batches.append(len(message["envelopes"]))
        for queue in () if FakeRedis.loses else FakeRedis.members.values():
            queue.put_nowait(message)

    async def receive(self, channel: str) -> dict[str, Any]:
        message: dict[str, Any] = await FakeRedis.members[channel].get()
        return message

    async def flush(self) -> None:
        for channel in self.own:
            FakeRedis.members.pop(channel, None)
        self.own.clear()
