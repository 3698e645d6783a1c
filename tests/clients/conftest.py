"""A live server and the interpreters of the clients that talk to it, shared by all scenarios."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.clients.environments import NotInstalled, python_with
from tests.clients.interpreter import Helpers, Interpreter
from tests.clients.project import Project
from tests.e2e.server import KEY, PASSWORD, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("clients") / "data", PORT=_free_port()) as running:
        yield running


def _free_port() -> str:
    """Return a port that the server keeps when it is started again."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


@pytest.fixture(scope="module")
def helpers(server: Server) -> Iterator[Helpers]:
    """What scenarios ask for beyond a client's reach."""
    with Project(server) as project:

        def restart_server() -> None:
            server.stop()
            server.start()

        def await_server() -> None:
            server.await_ready()

        @cache
        def make_crowd() -> None:
            project.run("from tests.clients.crowd import make; make()")

        yield {
            "restart_server": restart_server,
            "await_server": await_server,
            "make_crowd": make_crowd,
            "run_in_server": project.run,
        }


Play = Callable[[str, Path, str], str | None]


@pytest.fixture(scope="module")
def play(server: Server, helpers: Helpers) -> Iterator[Play]:
    """``play(version, script, scenario)`` returns what has gone wrong, or None."""
    environment = {"STAGE_URL": server.url, "STAGE_KEY": KEY, "STAGE_PASSWORD": PASSWORD, "PATH": os.environ["PATH"]}
    interpreters: dict[str, Interpreter] = {}
    with ExitStack() as until_the_end:

        def play(version: str, script: Path, scenario: str) -> str | None:
            if version not in interpreters:
                interpreter = Interpreter(_python_with(version), environment)
                interpreters[version] = until_the_end.enter_context(interpreter)
            return interpreters[version].play(script, scenario, helpers)

        yield play


def _python_with(version: str) -> Path:
    """Return the interpreter; where the client cannot be installed, say that its scenarios are not run."""
    python = _python_or_problem(version)
    if isinstance(python, Path):
        return python
    problem = f"NOT RUN: ayon-python-api {version} cannot be installed: {python}"
    if os.environ.get("CI"):
        pytest.fail(problem, pytrace=False)
    pytest.skip(problem)


@cache
def _python_or_problem(version: str) -> Path | str:
    """Try once: without a network that takes its time."""
    try:
        return python_with(version)
    except NotInstalled as error:
        return str(error)
