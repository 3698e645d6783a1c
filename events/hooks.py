"""Handlers in this process: Python code that is told of events after they are committed."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from events import topics
from events.errors import InvalidField
from events.message import Message

logger = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[Message], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Subscription:
    pattern: str
    handler: Handler
    updates: bool


_subscriptions: list[_Subscription] = []


def subscribe(topic_pattern: str, handler: Handler, *, updates: bool = False) -> Callable[[], None]:
    """Call ``handler(message)`` for every event on a matching topic that this process dispatches.

    With ``updates``, for its updates as well (``message.is_update``). The handler runs after the commit, in
    the thread that made it; what it raises is logged and stops nobody. Other processes' events do not get
    here: that is what a service with enroll, or a socket, is for.

    Return a function that ends the subscription, and does nothing the second time. Raise InvalidField if the
    pattern is none.
    """
    if not topics.is_pattern(topic_pattern):
        raise InvalidField("topic_pattern", f"expected {topics.PATTERN_EXPECTED}")
    subscription = _Subscription(topic_pattern, handler, updates)
    _subscriptions.append(subscription)

    def unsubscribe() -> None:
        with suppress(ValueError):
            _subscriptions.remove(subscription)

    return unsubscribe


def run(message: Message) -> None:
    """Call the handlers that asked for this message."""
    for each in tuple(_subscriptions):
        if message.is_update and not each.updates:
            continue
        if topics.matches(each.pattern, message.topic):
            try:
                each.handler(message)
            except Exception:  # the event is stored; one handler's fault is nobody else's
                logger.exception("A handler of %s failed on %s", each.pattern, message.topic)
