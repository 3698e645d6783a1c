"""What a process tells before it knows how the stream stands, and from when on it knows."""

import json
import threading

import pytest

from events import position
from events.realtime import hub, past
from tests.core.test_position import only_postgresql, transaction_elsewhere, wait_until_settled
from tests.factories import make_event
from tests.realtime.sockets import PATIENCE, Socket, is_heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def may_begin(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Until it is set, the first look takes."""
    begin, allowed = past.begin, threading.Event()

    def begin_then(limit: int) -> past.Look:
        assert allowed.wait(PATIENCE)
        return begin(limit)

    monkeypatch.setattr(past, "begin", begin_then)
    return allowed


async def test_nobody_is_answered_before_every_change_is_noticed(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, may_begin: threading.Event
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.02)
    async with Socket() as new, Socket() as back:
        await new.say({"topic": "auth", "token": keys["service"], "subscribe": ["*"]})
        await new.say({"topic": "auth", "subscribe": ["other."]})
        await back.log_in(keys["service"], since=0)
        assert [is_heartbeat(await back.frame()) for _ in range(10)] == [True] * 10
        may_begin.set()
        answer = json.loads(await new.frame())
        assert (answer["topic"], "position" in answer) == ("heartbeat", True)


@only_postgresql
def test_a_process_begins_without_waiting_for_another_database(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_until_settled(make_event().position)
    monkeypatch.setattr(position, "CLOSER_LOOKS", 0.0)
    with transaction_elsewhere():
        make_event()
        position.settled()
        monkeypatch.setattr(position, "CLOSER_LOOKS", 1000.0)
        last = make_event()
        assert past.begin(10) == past.Look(settled=last.position, start=last.position)
