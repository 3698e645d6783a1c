"""The live feed, as the client's ``EventHub`` follows it."""

from __future__ import annotations

from queue import Queue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.clients.stage import Stage

SINCE = "1.2.25"
PATIENCE = 20
"""Seconds to wait for what must come."""
NOBODYS_KEY = "f" * 32


class _Listener:
    """Follows topics with a hub and keeps what it is told."""

    def __init__(self, hub: Any, *topics: str) -> None:
        self.hub = hub
        self.heard: Queue[Any] = Queue()
        self.connection: Queue[str] = Queue()
        self.heartbeats: Queue[None] = Queue()
        for topic in ("connection.opened", "connection.closed", "auth.failed"):
            hub.add_callback(topic, self._connection, connect=False)
        hub.add_callback("heartbeat", self._heartbeat, connect=False)
        for topic in topics:
            hub.add_callback(topic, self.hear, connect=False)
        hub.start()

    def hear(self, event: Any) -> None:
        self.heard.put(event)

    def _connection(self, event: Any) -> None:
        self.connection.put(event.topic)

    def _heartbeat(self) -> None:
        self.heartbeats.put(None)

    def next(self) -> Any:
        return self.heard.get(timeout=PATIENCE)

    def await_connection(self, *states: str) -> None:
        for state in states:
            assert self.connection.get(timeout=PATIENCE) == state

    def await_heartbeats(self, number: int) -> None:
        for _ in range(number):
            self.heartbeats.get(timeout=PATIENCE)


def a_hub_hears_what_it_listens_to(stage: Stage) -> None:
    api = stage.connect()
    listener = _Listener(api.get_event_hub(), stage.topic("folder.*"))
    listener.await_connection("connection.opened")
    api.create_event(stage.topic("task.created"))
    event_id = api.create_event(
        stage.topic("folder.created"), project_name="alpha", summary={"id": 1}, payload={"s": 2}
    )
    event = listener.next()
    assert (event.id, event.topic, event.project_name) == (event_id, stage.topic("folder.created"), "alpha")
    assert (event.summary, event.payload, event.status, event.store) == ({"id": 1}, None, "finished", True)
    assert listener.heard.empty()


def a_user_hears_with_a_token(stage: Stage) -> None:
    api = stage.log_in()
    listener = _Listener(api.get_event_hub(), stage.topic())
    listener.await_connection("connection.opened")
    event_id = api.create_event(stage.topic())
    assert listener.next().id == event_id


def a_hub_hears_updates_and_their_progress(stage: Stage) -> None:
    api = stage.connect(sender="worker-1")
    listener = _Listener(api.get_event_hub(), stage.topic())
    listener.await_connection("connection.opened")
    event_id = api.create_event(stage.topic(), finished=False)
    api.update_event(event_id, status="in_progress", progress=40)
    api.update_event(event_id, progress=70)
    api.update_event(event_id, status="finished")
    heard = [listener.next() for _ in range(4)]
    assert [event.id for event in heard] == [event_id] * 4
    assert [event.status for event in heard] == ["pending", "in_progress", "in_progress", "finished"]
    assert [event.get("progress") for event in heard] == [0, 40, 70, None]
    assert {event.sender for event in heard} == {"worker-1"}


def a_hub_hears_fire_and_forget(stage: Stage) -> None:
    api = stage.connect()
    listener = _Listener(api.get_event_hub(), "*")
    listener.await_connection("connection.opened")
    event_id = api.create_event(stage.topic(), store=False)
    heard = next(event for event in iter(listener.next, None) if event.id == event_id)
    assert (heard.topic, heard.store) == (stage.topic(), False)


def a_hub_hears_jobs_begin(stage: Stage) -> None:
    api = stage.connect()
    listener = _Listener(api.get_event_hub(), stage.topic("target"))
    listener.await_connection("connection.opened")
    source_id = api.create_event(stage.topic("source"), project_name="alpha")
    job = api.enroll_event_job(stage.topic("source"), stage.topic("target"), sender="kitchen")
    event = listener.next()
    assert (event.id, event.dependencies, event.status) == (job["id"], source_id, "pending")


def a_hub_that_subscribes_anew_hears_the_new_topics_too(stage: Stage) -> None:
    api = stage.connect()
    listener = _Listener(api.get_event_hub(), stage.topic("first"))
    listener.await_connection("connection.opened")
    api.create_event(stage.topic("second"))
    listener.hub.add_callback(stage.topic("second"), listener.hear)
    # It tells the server after the next frame; the answer to that is a heartbeat, before or after one more.
    listener.await_heartbeats(listener.heartbeats.qsize() + 3)
    wanted = [api.create_event(stage.topic(name)) for name in ("first", "second")]
    assert [listener.next().id for _ in wanted] == wanted
    assert listener.connection.empty()


def a_hub_comes_back_after_a_restart_of_the_server(stage: Stage) -> None:
    api = stage.connect()
    listener = _Listener(api.get_event_hub(), stage.topic())
    listener.await_connection("connection.opened")
    stage.restart_server()
    listener.await_connection("connection.closed", "connection.opened")
    event_id = api.create_event(stage.topic())
    assert listener.next().id == event_id
    assert not listener.hub.is_auth_failed()


def a_hub_comes_back_after_a_requested_restart(stage: Stage) -> None:
    api = stage.connect()
    listener = _Listener(api.get_event_hub(), stage.topic())
    listener.await_connection("connection.opened")
    api.trigger_server_restart()
    stage.await_server()
    listener.await_connection("connection.closed", "connection.opened")
    event_id = api.create_event(stage.topic())
    assert listener.next().id == event_id
    assert not listener.hub.is_server_restarting()


def a_hub_with_a_wrong_key_is_told_so(stage: Stage) -> None:
    api = stage.connect(NOBODYS_KEY)
    listener = _Listener(api.get_event_hub(), "*")
    listener.await_connection("connection.closed", "auth.failed")
    assert listener.hub.is_auth_failed()
    assert not listener.hub.is_connected()
    stage.service.create_event(stage.topic())
    assert {event.topic for event in listener.heard.queue} == {"connection.closed", "auth.failed"}


def a_hub_connects_when_the_token_becomes_right(stage: Stage) -> None:
    api = stage.connect(NOBODYS_KEY)
    listener = _Listener(api.get_event_hub(), stage.topic())
    listener.await_connection("connection.closed", "auth.failed")
    api.set_token(stage.key)
    listener.await_connection("connection.opened")
    event_id = api.create_event(stage.topic())
    assert listener.next().id == event_id


def a_hub_finds_out_that_its_token_has_ended(stage: Stage) -> None:
    user = stage.log_in()
    listener = _Listener(stage.connect(user.access_token).get_event_hub(), stage.topic())
    listener.await_connection("connection.opened")
    user.logout()
    listener.await_connection("connection.closed", "auth.failed")
    assert listener.heard.empty()
