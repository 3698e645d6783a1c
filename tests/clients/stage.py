"""Plays scenarios with AYON's client, in an environment that has it; ``interpreter`` starts this and talks to it.

A line of JSON comes in for each scenario and one goes out, with what has gone wrong. This knows the client and
what the client depends on, and nothing of the server's project.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import io
import json
import logging
import os
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ayon_api import ServerAPI
from ayon_api.exceptions import HTTPRequestError
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 60
"""Seconds until a scenario counts as hanging."""
LINE_LENGTH = 400
"""Characters of one line of a report."""

Call = tuple[str, str, int]
"""Method, path and status of a request that the client has sent."""
Job = dict[str, Any]

_lasting: dict[str, ServerAPI] = {}
"""Connections that scenarios share; a scenario that fails takes them with it."""


class Stage:
    """What a scenario has: a server, a way to connect to it, and what the client has sent there."""

    def __init__(self) -> None:
        self.url = os.environ["STAGE_URL"]
        self.key = os.environ["STAGE_KEY"]
        """Of a service."""
        self.password = os.environ["STAGE_PASSWORD"]
        """Of the user ``admin``."""
        self.name = uuid4().hex[:12]
        """Nobody else's: for topics, projects and users of this scenario alone."""
        self.calls: list[Call] = []
        self._connections: list[ServerAPI] = []

    @property
    def service(self) -> ServerAPI:
        """A service's connection, which lives on from scenario to scenario."""
        return self._lasting("service", lambda: ServerAPI(self.url, token=self.key))

    @property
    def admin(self) -> ServerAPI:
        """The admin's, which does too."""
        return self._lasting("admin", self.log_in)

    def _lasting(self, name: str, connect: Callable[[], ServerAPI]) -> ServerAPI:
        if name not in _lasting:
            _lasting[name] = connect()
        return _lasting[name]

    def connect(self, token: str | None = None, **options: object) -> ServerAPI:
        """Return a new connection; without a token, it has the key of the service."""
        api = ServerAPI(self.url, token=token or self.key, **options)
        self._connections.append(api)
        return api

    def log_in(self) -> ServerAPI:
        """Return a new connection of the admin."""
        api = ServerAPI(self.url)
        api.login("admin", self.password)
        return api

    def error(self, kind: type[Exception], call: Callable[..., object], *arguments: object, **named: object) -> Any:
        """Return the error of this kind that the client raises."""
        try:
            call(*arguments, **named)
        except kind as error:
            return error
        raise AssertionError(f"no {kind.__name__}")

    def refusal(self, call: Callable[..., object], *arguments: object, **named: object) -> Response:
        """Return the server's answer that the client raises."""
        answer: Response = self.error(HTTPRequestError, call, *arguments, **named).response
        return answer

    def topic(self, name: str = "event") -> str:
        """Return a topic of this scenario alone."""
        return f"test.{self.name}.{name}"

    def calls_to(self, path: str) -> list[Call]:
        """Return what was sent there."""
        return [call for call in self.calls if call[1] == path]

    def sources(self, api: ServerAPI, count: int, **facts: Any) -> list[str]:
        """Dispatch events that jobs of this scenario may be for."""
        return [api.create_event(self.topic("source"), **facts) for _ in range(count)]

    def enroll(self, api: ServerAPI, sender: str = "kitchen", **options: Any) -> Job | None:
        """Enroll for the jobs of this scenario."""
        source_topic = options.pop("source_topic", self.topic("source"))
        job: Job | None = api.enroll_event_job(source_topic, self.topic("target"), sender=sender, **options)
        return job

    def work_off(self, api: ServerAPI, **options: Any) -> list[str]:
        """Finish one job after the other; return their sources."""
        sources = []
        while job := self.enroll(api, **options):
            sources.append(job["dependsOn"])
            api.update_event(job["id"], status="finished")
        return sources

    def restart_server(self) -> None:
        """Stop the server, start it again under the same address, and wait until it answers."""
        _ask("restart_server")

    def await_server(self) -> None:
        """Wait until the server is ready again, after a restart that the client has asked for."""
        _ask("await_server")

    def make_crowd(self) -> None:
        """Have a thousand events of every kind on the server; they are made once."""
        _ask("make_crowd")

    def run_in_server(self, code: str) -> str:
        """Run Python in the server's project, on its database; return what it prints."""
        return str(_ask("run_in_server", code))

    def close(self) -> None:
        """Let go of all connections."""
        for api in self._connections:
            api.close_session()
            if hasattr(api, "get_event_hub"):
                api.get_event_hub().stop()


def _ask(helper: str, *arguments: object) -> object:
    """Have something done on the tests' side."""
    print(json.dumps({"ask": helper, "arguments": arguments}), file=sys.__stdout__, flush=True)
    return json.loads(sys.stdin.readline())["answer"]


def main() -> None:
    for line in sys.stdin:
        wanted = json.loads(line)
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        problem = play(Path(wanted["script"]), wanted["scenario"])
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps({"problem": problem}), flush=True)


def play(script: Path, scenario: str) -> str | None:
    """Return what has gone wrong, or None."""
    stage = Stage()
    record(stage.calls)
    with redirect_stdout(io.StringIO()) as said:
        log = logging.StreamHandler(said)
        logging.getLogger().addHandler(log)
        try:
            getattr(module_at(script), scenario)(stage)
            failures = [call for call in stage.calls if call[2] >= 500]
            assert not failures, f"the server has failed: {failures}"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            _lasting.clear()
            return report(error, stage, said.getvalue())
        finally:
            stage.close()
            logging.getLogger().removeHandler(log)
    return None


def module_at(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_send = HTTPAdapter.send


def record(calls: list[Call]) -> None:
    """Write down what is sent from now on."""

    def send(adapter: HTTPAdapter, request: PreparedRequest, **options: object) -> Response:
        response = _send(adapter, request, **options)  # type: ignore[arg-type] # handed on as they come
        calls.append((str(request.method), request.path_url.partition("?")[0], response.status_code))
        return response

    HTTPAdapter.send = send  # type: ignore[assignment,method-assign]


def report(error: Exception, stage: Stage, said: str) -> str:
    """Return what a person needs to understand a failure."""
    failure = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    sent = "\n".join(f"{status} {method} {path}" for method, path, status in stage.calls[-20:])
    lines = f"{failure}\nThe last requests:\n{sent}\n\nWhat the client said:\n{said}".splitlines()
    return "\n".join(line if len(line) <= LINE_LENGTH else line[:LINE_LENGTH] + " …" for line in lines)


if __name__ == "__main__":
    main()
