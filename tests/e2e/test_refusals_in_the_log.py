"""What clients do wrong takes one line of the log each, and no traceback."""

from pathlib import Path

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.server import Server


def test_a_wrong_host_and_a_socket_that_is_turned_away_are_no_errors(tmp_path: Path) -> None:
    with Server(tmp_path / "data", EVENTS_CONNECT_RATE="1/hour") as server:
        assert requests.get(f"{server.url}/api/info", headers={"Host": "evil.example"}, timeout=30).status_code == 400
        address = f"{server.url.replace('http', 'ws')}/ws"
        with connect(address):
            pass
        with pytest.raises(InvalidStatus, match="429"), connect(address):
            pass
        server.stop()
        logged = [line for line in server.output if " django." in line or " events." in line or " uvicorn." in line]
    assert [line.split()[2:4] for line in logged] == [
        ["WARNING", "django.security.DisallowedHost:"],
        ["INFO", "events.realtime.handshake:"],
    ]
