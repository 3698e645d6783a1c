"""Long polls: an answer that may come later is held back on the event loop, where waiting costs nothing.

What the views of enroll answer may carry two attributes. ``hold``: there is nothing to do, and the client
would wait. ``give_back``: a function that takes back what the answer tells of, if it cannot be delivered.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

from django.http import HttpResponseBase

from ayonevents.threads import Busy, Threads
from events.waiting import Hold, room

logger = logging.getLogger(__name__)

Respond: TypeAlias = Callable[[], HttpResponseBase]


TURNS = 5
"""From the end of a connection to the task that waits for it: read it, close, tell the protocol, wake its receiver."""


class LongPolls:
    """Gets answers from the threads, and asks again for those that may wait."""

    def __init__(self, threads: Threads, *, at_a_time: int) -> None:
        """Take the threads, and how many of them may be asked again at a time."""
        self._threads = threads
        self._turns = asyncio.Semaphore(at_a_time)

    async def answer(self, respond: Respond, receive: Any) -> HttpResponseBase:
        """Return the answer to a request, which ``respond`` gives as often as it is called in a thread."""
        answer: HttpResponseBase = await self._threads.run(respond)
        if _hold(answer) is None and _give_back(answer) is None:
            return answer
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            if hold := _hold(answer):
                answer = await self._wait(answer, hold, respond, gone)
            if await _is_done(gone) and (give_back := _give_back(answer)):
                await self._take_back(give_back)
            return answer
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone

    async def _wait(
        self, answer: HttpResponseBase, hold: Hold, respond: Respond, gone: asyncio.Future[None]
    ) -> HttpResponseBase:
        """Ask again whenever there may be something; return the last answer when there is, or no time left."""
        with room.place(hold) as place:
            while await place.called(gone):
                async with self._turns:
                    if gone.done():  # while it waited for its turn; the call goes to the next
                        break
                    with suppress(Busy):  # then it goes on waiting; what it has is as good as new
                        answer = await self._threads.run(respond)
                place.asked(found=_hold(answer) is None)
                if _hold(answer) is None:
                    break
        return answer

    async def _take_back(self, give_back: Callable[[], None]) -> None:
        """Take it back, however long that has to wait for a thread: the next worker waits for it."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, give_back)
        except Exception:  # the database is away; the job stays with its sender, who gets it again
            logger.exception("A job that could not be delivered was not given back")


async def _is_done(gone: asyncio.Future[None]) -> bool:
    """Tell whether the client has left while a thread was at it; the loop takes some turns to hear of that."""
    for _ in range(TURNS):
        if gone.done():
            break
        await asyncio.sleep(0)
    return gone.done()


def _hold(answer: HttpResponseBase) -> Hold | None:
    return getattr(answer, "hold", None)


def _give_back(answer: HttpResponseBase) -> Callable[[], None] | None:
    return getattr(answer, "give_back", None)


async def _disconnected(receive: Any) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
