"""The hub: all clients of this process, whichever way they are connected, and what each of them gets."""

import asyncio
import itertools
import logging
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

from events import bus, conf
from events.actor import Actor
from events.message import Envelope
from events.realtime import catching_up, frames, guard, protocol
from events.realtime.attendance import Attendance
from events.realtime.clients import Audience, Audiences, Client, Phase
from events.realtime.desk import Desk
from events.realtime.follower import Follower, Told
from events.realtime.frames import Chunk, Frame
from events.realtime.outlets import Pack
from events.realtime.pace import Pace
from events.realtime.protocol import Subscription

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 2.0
"""AYON's client gives a silent socket up after 15 s, and sends a changed subscription only after a frame."""
BEATS = 20
"""Heartbeats go to this part of the clients at a time: no event waits until hundreds of them are written."""
ROOM = 4
"""A client that was behind goes on once its buffer is down to this part of the limit."""


class Hub:
    """Lives in one event loop, from its first client to its last."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.follower = Follower(self._deliver, self._resync_all)
        self.desk = Desk("clients")
        self._attendance = Attendance(self)
        self._pace = Pace(self.follower.take)
        self._audiences = Audiences()
        self.clients: set[Client] = set()
        """All that were let in."""
        self._of_user: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop_listening = bus.listen(self._take, self.follower.hurry)
        for work in (self.follower.run(), self._beat(), guard.watch(self), self._attendance.keep()):
            self.spawn(work)

    def join(self, client: Client, since: int | None) -> bool:
        """Let the client in: from now on, or with what has come after a position; False if its user has too many."""
        if self._of_user[client.actor.name] >= conf.feed_clients_per_user():
            return False
        self._of_user[client.actor.name] += 1
        self.clients.add(client)
        self.restart(client, since)
        return True

    def restart(self, client: Client, since: int | None) -> None:
        """Begin anew with a client that is in: from now on, or with what has come after a position."""
        self._audiences.remove(client)
        client.round += 1
        client.phase = Phase.CATCHING_UP
        client.told = since
        if since is None:
            self.go_live(client, None)
        else:
            client.outlet.write(client.outlet.pack([frames.heartbeat()]))
            self.spawn(catching_up.catch_up(self, client, since))

    def change(self, client: Client, actor: Actor, subscription: Subscription) -> None:
        """Take other rights or another subscription for the client, from now on."""
        is_live = client.phase is Phase.LIVE
        self._audiences.remove(client)
        client.actor, client.subscription = actor, subscription
        if is_live:
            self._audiences.add(client)

    def greet(self, client: Client) -> None:
        """Show the client that what it said last counts from here on; while the feed begins, that is later."""
        if client.phase is Phase.CATCHING_UP:
            client.outlet.write(client.outlet.pack([frames.heartbeat()]))
        elif client.phase is Phase.LIVE and self.follower.has_begun.is_set():
            client.outlet.write(client.outlet.pack([frames.heartbeat(self.follower.cursor)]))

    async def _greet_soon(self, client: Client) -> None:
        await self.follower.has_begun.wait()
        if client in self.clients:
            self.greet(client)

    def leave(self, client: Client) -> None:
        """Let the client go; with the last one the hub ends."""
        if client not in self.clients:
            return
        self.clients.remove(client)
        self._audiences.remove(client)
        client.phase = Phase.GONE
        self._of_user[client.actor.name] -= 1
        if not self._of_user[client.actor.name]:
            del self._of_user[client.actor.name]
        if not self.clients:
            self._stop()

    def go_live(self, client: Client, since: int | None) -> None:
        """Give the client every frame from now on; before that, what was delivered after ``since`` already."""
        audience = Audience(client.actor, client.subscription)
        cursor = self.follower.cursor
        told: list[Frame] = []
        if since is not None:
            recent = self.follower.recent.items()
            told = [frame for position, (envelope, frame) in recent if position > since and audience.hears(envelope)]
        client.floor = since if since is not None and since > (cursor or 0) else 0
        client.phase = Phase.LIVE
        self._audiences.add(client)
        if self.follower.has_begun.is_set():
            self._write(client, [*told, frames.heartbeat(cursor)])
        else:
            self.spawn(self._greet_soon(client))

    def write_resync(self, client: Client) -> None:
        """Tell the client to load everything anew, and go on from here."""
        client.outlet.write(client.outlet.pack([frames.RESYNC]))
        self.go_live(client, None)

    def _take(self, envelope: Envelope) -> None:
        if envelope.is_deletion:
            self._tell_of_deletion(envelope)
        elif envelope.frame:
            self._pace.take(envelope)

    def _tell_of_deletion(self, envelope: Envelope) -> None:
        """Tell who wants to hear of it, after all that was there to tell of the event while there was one.

        It has no place in the stream, and is not made up for.
        """
        self.follower.tell()
        frame = frames.deletion(envelope)
        for audience in self._audiences:
            if audience.subscription.deletions and audience.hears(envelope):
                for client in tuple(audience.clients):
                    self._write(client, [frame])

    def _deliver(self, batch: list[Told]) -> None:
        """Write a batch to all that hear it: decided once for each audience, encoded once for each kind."""
        limit = conf.feed_buffer()
        packed: defaultdict[tuple[int, ...], dict[Pack, Chunk]] = defaultdict(dict)
        for audience in self._audiences:
            heard = [told for told in batch if audience.hears(told[0])]
            if not heard:
                continue
            chunks = packed[tuple(map(id, heard))]
            for client in tuple(audience.clients):  # the way of every frame to every client: each call counts
                if client.floor:
                    self._write_above_floor(client, heard)
                    continue
                outlet = client.outlet
                chunk = chunks.get(outlet.pack)
                if chunk is None:
                    chunk = chunks[outlet.pack] = outlet.pack([frame for _, frame in heard])
                if outlet.write(chunk) > limit:
                    self._fall_behind(client)

    def _write_above_floor(self, client: Client, heard: Iterable[Told]) -> None:
        """Write what a client, who comes from a process that was further, does not know yet."""
        news = [frame for envelope, frame in heard if envelope.position is None or envelope.position > client.floor]
        if (self.follower.cursor or 0) >= client.floor:
            client.floor = 0
        if news:
            self._write(client, news)

    def _write(self, client: Client, news: Sequence[Frame]) -> None:
        if client.outlet.write(client.outlet.pack(news)) > conf.feed_buffer():
            self._fall_behind(client)

    def _fall_behind(self, client: Client) -> None:
        """Write nothing more to a client that does not take it; it has everything that was written until now."""
        self._audiences.remove(client)
        client.phase = Phase.BEHIND
        cursor = self.follower.cursor
        client.told = cursor if cursor is None else max(cursor, client.floor)

    def _resync_all(self) -> None:
        for audience in self._audiences:
            for client in tuple(audience.clients):
                self._write(client, [frames.RESYNC])

    async def _beat(self) -> None:
        """Send heartbeats to all that are up to date or on the way there; look who takes frames again.

        Not before the feed has begun: the first one is the answer, what changes after it is noticed in any case.
        """
        for beat in itertools.count():
            await asyncio.sleep(HEARTBEAT_SECONDS / BEATS)
            sign, sign_with_position = frames.heartbeat(), frames.heartbeat(self.follower.cursor)
            for client in [client for client in self.clients if (client.number - beat) % BEATS == 0]:
                if client.phase is Phase.LIVE:
                    if self.follower.has_begun.is_set():
                        self._write(client, [sign_with_position])
                elif client.phase is Phase.CATCHING_UP:
                    client.outlet.write(client.outlet.pack([sign]))
                elif client.outlet.unsent() <= conf.feed_buffer() // ROOM:
                    self._come_back(client)

    def _come_back(self, client: Client) -> None:
        client.phase = Phase.CATCHING_UP
        client.round += 1
        if client.told is None:
            self.write_resync(client)
        else:
            self.spawn(catching_up.catch_up(self, client, client.told))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it beside everything else, until the hub ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("The live feed has failed", exc_info=error)
            for client in tuple(self.clients):  # rather no feed than one that nobody looks after
                client.outlet.close(protocol.TRY_LATER, "")

    def _stop(self) -> None:
        self._stop_listening()
        self._pace.stop()
        for task in self._tasks:
            task.cancel()
        self._attendance.end()
        self.desk.close()
        _hubs.pop(asyncio.get_running_loop(), None)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def current() -> Hub:
    """Return the hub of this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
