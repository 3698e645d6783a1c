"""Several processes on one machine, and several machines that start at once."""

import os
import signal
import threading
from collections import Counter
from pathlib import Path

import psutil
import pytest
import requests

from tests.conftest import POSTGRES
from tests.e2e.server import KEY, Server
from tests.e2e.test_serve import read_welcome, refusal_of

production = pytest.mark.skipif(
    not (POSTGRES and os.environ.get("REDIS_URL")), reason="belongs to the production profile"
)


def workers_of(server: Server) -> set[int]:
    children = psutil.Process(server.process.pid).children()
    return {each.pid for each in children if "spawn_main" in " ".join(each.cmdline())}


@production
def test_workers_are_replaced_one_by_one_without_a_failed_request(tmp_path: Path) -> None:
    with Server(tmp_path / "data", WORKERS="2") as server:
        before = workers_of(server)
        assert len(before) == 2
        over = threading.Event()
        statuses: Counter[int] = Counter()
        waited: Counter[int] = Counter()

        def dispatch() -> None:
            while not over.is_set():  # each over a connection of its own
                answer = requests.post(
                    f"{server.url}/api/events", json={"topic": "test.load"}, headers={"X-Api-Key": KEY}, timeout=30
                )
                statuses[answer.status_code] += 1

        def wait() -> None:
            wish = {"sourceTopic": "test.none", "targetTopic": "test.job", "wait": 60}
            answer = requests.post(f"{server.url}/api/enroll", json=wish, headers={"X-Api-Key": KEY}, timeout=90)
            waited[answer.status_code] += 1

        threads = [threading.Thread(target=each) for each in (dispatch, dispatch, wait, wait, wait, wait)]
        for each in threads:
            each.start()
        server.process.send_signal(signal.SIGHUP)
        psutil.wait_procs([psutil.Process(pid) for pid in before], timeout=60)
        over.set()
        for each in threads:
            each.join()
        assert set(statuses) == {200}
        assert waited == {204: 4}
        assert len(server.all_events("&topic=test.load")) == statuses[200]
        after = workers_of(server)
        assert (len(after), after & before) == (2, set())
        # Its output ends when the last of its workers has.
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL


def test_several_processes_without_services_are_one_sentence(tmp_path: Path) -> None:
    said = refusal_of(Server(tmp_path / "data", WORKERS="3", DATABASE_URL="", REDIS_URL=""))
    assert "WORKERS=3 needs DATABASE_URL and REDIS_URL" in said


@production
def test_hosts_that_start_at_once_migrate_and_make_up_credentials_once(tmp_path: Path) -> None:
    made_up = {"ADMIN_PASSWORD": "", "SERVICE_KEY": "", "REDIS_URL": ""}
    one = Server(tmp_path / "one", **made_up)
    hosts = [*(Server(tmp_path / name, one, **made_up) for name in ("two", "three")), one]
    starting = [threading.Thread(target=host.start) for host in hosts]
    for each in starting:
        each.start()
    for each in starting:
        each.join()
    try:
        said = [read_welcome(host) for host in hosts]
        [first] = [number for number, each in enumerate(said) if "(the password that you set)" not in each]
        password = said[first].partition("Log in       admin / ")[2].splitlines()[0]
        key = said[first].partition("Service key  ")[2].splitlines()[0]
        for host in hosts:
            host.session.headers["X-Api-Key"] = key
            assert host.get("/api/info").json()["user"]["name"] == "service"
            login = {"name": "admin", "password": password}
            assert requests.post(f"{host.url}/api/auth/login", json=login, timeout=30).status_code == 200
    finally:
        for host in hosts:
            host.__exit__()


def test_a_server_that_shall_not_migrate_says_what_is_missing(tmp_path: Path) -> None:
    said = refusal_of(Server(tmp_path / "data", DATABASE_URL="", REDIS_URL=""), "--no-migrate")
    assert "migrations: run manage.py migrate, or leave out --no-migrate" in said


@production
def test_workers_that_cannot_start_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif '--multiprocessing-fork' in sys.orig_argv:\n    os._exit(9)\n"
    )
    server = Server(tmp_path / "data", WORKERS="2", PYTHONPATH=str(tmp_path))
    assert "A server process could not start" in refusal_of(server)
    server.drop()
