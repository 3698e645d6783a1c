"""A restart by request: the server comes back by itself, as the same process."""

import requests

from tests.e2e.server import Server


def test_the_server_comes_back_and_has_kept_everything(server: Server) -> None:
    event_id = server.post("/api/events", {"topic": "test.kept"}).json()["id"]
    before = server.process.pid
    assert server.post("/api/system/restart", {}).status_code == 204
    server.await_ready()
    assert (server.process.poll(), server.process.pid) == (None, before)
    assert "Starting anew …\n" in server.output
    topics = [each["topic"] for each in server.all_events()[:3]]
    assert topics == ["server.restart_requested", "audit.server.restart", "test.kept"]
    assert server.get(f"/api/events/{event_id}").status_code == 200
    assert server.stop() != 1
    assert "Traceback" not in "".join(server.output)


def test_an_event_on_the_topic_restarts_nothing(server: Server) -> None:
    assert server.post("/api/events", {"topic": "server.restart_requested"}).status_code == 403
    uptime = server.get("/api/info").json()["uptime"]
    assert server.get("/api/info").json()["uptime"] > uptime
    server.stop()
    assert "Starting anew …\n" not in server.output


def test_the_address_itself_answers_anybody(server: Server) -> None:
    answer = requests.get(f"{server.url}/", timeout=30)
    assert (answer.status_code, answer.url) == (200, f"{server.url}/admin/login/?next=/admin/")
