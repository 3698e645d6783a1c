import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from websockets.sync.client import ClientConnection, connect

from tests.e2e.server import PASSWORD, Server
from tests.frontend.recorded import auth

TAB = "a1b2c3d4-tab"
PATIENCE = 30
"""Seconds after which what should have come will not come any more."""


class Tab:
    """A tab of AYON's frontend: logged in by a token, with an id of its own, that hears of what it subscribed to."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.session = requests.Session()
        self.session.headers["X-Sender"] = TAB
        told = self.post("/api/auth/login", {"name": "admin", "password": PASSWORD}).json()
        self.token: str = told["token"]
        self.session.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=PATIENCE)

    def post(self, path: str, body: object) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=PATIENCE)

    def patch(self, path: str, body: object) -> requests.Response:
        return self.session.patch(self.url + path, json=body, timeout=PATIENCE)

    def ask(self, body: object) -> Any:
        answer = self.post("/graphql", body)
        assert (answer.status_code, list(answer.json())) == (200, ["data"])
        return answer.json()["data"]

    def socket(self) -> ClientConnection:
        return connect(self.url.replace("http", "ws") + "/ws")

    def subscribe(self, socket: ClientConnection, *prefixes: str, project: str | None = None) -> None:
        """Say what the tab wants to hear of, and wait for the heartbeat that answers."""
        socket.send(json.dumps(auth(self.token, *prefixes, project=project)))
        assert json.loads(socket.recv(PATIENCE))["topic"] == "heartbeat"

    @staticmethod
    def next_message(socket: ClientConnection) -> dict[str, Any]:
        """Return the next message that is no heartbeat."""
        while True:
            message: dict[str, Any] = json.loads(socket.recv(PATIENCE))
            if message["topic"] != "heartbeat":
                return message


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("frontend"), REDIS_PREFIX=f"ayonevents-frontend-{os.getpid()}") as running:
        yield running.let_services_log()


@pytest.fixture
def tab(live: Server) -> Iterator[Tab]:
    tab = Tab(live)
    yield tab
    tab.session.close()
