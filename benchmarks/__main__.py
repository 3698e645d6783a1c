"""Measure a server of this project, the floor of the machine, and Procrastinate on the same PostgreSQL; print a table.

    DATABASE_URL=postgres://… REDIS_URL=redis://… python -m benchmarks [--history 0 100000] [--procrastinate PYTHON]

``--procrastinate`` is the Python of a virtual environment that has it (pip install "procrastinate[psycopg]").
Databases are made beside the one of the URL, and dropped.
"""

import os
import platform
import subprocess
import tempfile
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

from benchmarks import feed, floor
from benchmarks.load import Load, at_once
from benchmarks.tables import HEADING, history_of, row
from tests.e2e.server import KEY, Server

EVENT = {
    "topic": "bench.event",
    "description": "Changed status of task no. 1",
    "payload": {"oldValue": "In progress", "newValue": "Approved", "note": "lorem ipsum " * 20},
}
WANTED = {"sourceTopic": "bench.source", "targetTopic": "bench.target"}
FILTERED = {**WANTED, "filter": {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}}
WITH_WILDCARD = {**WANTED, "sourceTopic": "bench.sour*"}
FAILED = 10_000
OTHERS = 50
BATCH = 1000
SETTLING = 2.5
"""Seconds in which a watermark gets to the end, and PostgreSQL to its plans."""
CONNECTIONS = 8
WORKERS = 4
SOCKETS = (1, 50, 200, 500)
IN_BURST = 200
PER_SECOND = 20


def main() -> None:
    """Measure, and print a row of the table as soon as it is known."""
    options = read_options()
    url = os.environ["DATABASE_URL"]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, {version_of(url)}, one server process.\n")
    print(HEADING)
    with database(url, "floor") as empty:
        inserts = floor.single_row_inserts(empty, CONNECTIONS, round(options.seconds))
    row(f"floor: pgbench, single-row inserts, {CONNECTIONS} clients", inserts, "/s")
    row(f"floor: a bare ASGI answer, {CONNECTIONS} connections", floor.asgi(CONNECTIONS, options.seconds), "/s")
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), DATABASE_URL=url) as server:
        load = Load(int(urlsplit(server.url).port or 0), {"X-Api-Key": KEY})
        requests(load, options.seconds)
        batches(load, options.seconds)
        live_feed(server, "")
        beside_one_that_stalls(server, options.stall)
        for history in options.history:
            with_history(server, load, history, options.jobs)
        worst_case(server, load, options.history[-1], options.jobs)
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), DATABASE_URL=url, WORKERS="2") as server:
        live_feed(server, " of two server processes")
    if options.procrastinate:
        with database(url, "procrastinate") as empty:
            script = Path(__file__).with_name("queue_of_procrastinate.py")
            command = [options.procrastinate, str(script), empty, str(options.jobs), str(WORKERS)]
            told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        row(f"Procrastinate, no HTTP: fetch, run and finish a job, {WORKERS} workers", float(told), "/s")


def requests(load: Load, seconds: float) -> None:
    """Measure what every client does."""
    event_id = load.client().ask("POST", "/api/events", EVENT)["id"]
    for what, method, path, body in (
        ("dispatch", "POST", "/api/events", EVENT),
        ("dispatch, store=false", "POST", "/api/events", {**EVENT, "store": False}),
        ("GET by id", "GET", f"/api/events/{event_id}", None),
        ("PATCH", "PATCH", f"/api/events/{event_id}", {"status": "in_progress", "progress": 40}),
    ):
        rate = load.rate(method, path, body, connections=CONNECTIONS, seconds=seconds)
        row(f"{what}, {CONNECTIONS} connections", rate, "/s")


def batches(load: Load, seconds: float) -> None:
    """Measure many events in one request."""
    batch = {"events": [EVENT] * BATCH}
    rate = load.rate("POST", "/api/events/batch", batch, connections=2, seconds=seconds)
    row(f"batch dispatch, {BATCH} at a time, 2 connections", rate * BATCH, " events/s")


def live_feed(server: Server, where: str) -> None:
    """Measure sockets that hear of every event."""
    port = int(urlsplit(server.url).port or 0)
    for sockets in SOCKETS:
        told = feed.burst(port, KEY, sockets, IN_BURST)
        row(f"live feed{where}, {_sockets(sockets)}, a burst of {IN_BURST} events", told.rate, " frames/s")
    for sockets in SOCKETS:
        told = feed.paced(port, KEY, sockets, IN_BURST, PER_SECOND)
        spread = f" ms, p99 {told.p99:.1f} ms"
        row(f"live feed{where}, {_sockets(sockets)}, {PER_SECOND} events/s", told.median, spread)


def _sockets(count: int) -> str:
    return "1 socket" if count == 1 else f"{count} sockets"


def beside_one_that_stalls(server: Server, seconds: int) -> None:
    """Measure whether a socket that reads nothing holds up the others."""
    port, sockets, events = int(urlsplit(server.url).port or 0), SOCKETS[-1], PER_SECOND * seconds
    told = feed.paced(port, KEY, sockets, events, PER_SECOND)
    row(f"live feed, {sockets} sockets, {seconds} s", told.median, f" ms, p99 {told.p99:.1f} ms")
    told, outcome = feed.beside_one_that_stalls(port, KEY, sockets, events, PER_SECOND)
    what = f"the same beside one that read nothing all the time, and then {outcome}"
    row(what, told.median, f" ms, p99 {told.p99:.1f} ms")
    row("memory of the server then", psutil.Process(server.process.pid).memory_info().rss / 2**20, " MB")


def with_history(server: Server, load: Load, history: int, count: int) -> None:
    """Measure polls and jobs on a history that is settled."""
    history_of(server, "reset")
    if history:
        history_of(server, "history", str(history), WANTED["sourceTopic"], WANTED["targetTopic"])
    for how, wanted in (("", WANTED), (", with a filter", FILTERED), (", with a wildcard", WITH_WILDCARD)):
        enrolling(load, f"on {history:,} finished jobs{how}", wanted, count)


def worst_case(server: Server, load: Load, history: int, count: int) -> None:
    """Measure them where jobs have failed for good, and where other consumers poll as well."""
    history_of(server, "fail", str(FAILED))
    enrolling(load, f"on {history:,} jobs, {FAILED:,} of them failed for good", WANTED, count)
    others = [{"sourceTopic": f"bench.other.{each}", "targetTopic": f"bench.target.{each}"} for each in range(OTHERS)]
    client, over = load.client(), threading.Event()

    def go_round() -> None:
        while not over.is_set():
            for each in others:
                client.ask("POST", "/api/enroll", each)
            over.wait(1)

    round_about = threading.Thread(target=go_round)
    round_about.start()
    enrolling(load, f"on {history:,} jobs, {OTHERS} other consumers polling once a second", WANTED, count)
    over.set()
    round_about.join()


def enrolling(load: Load, where: str, wanted: dict[str, Any], count: int) -> None:
    """Measure polls that find nothing, once the consumer has got to the end, and then whole jobs."""
    settle(load, wanted)
    row(f"idle enroll {where}", load.latency("POST", "/api/enroll", wanted, count=500), " ms")
    client = load.client()
    for _ in range(count):
        client.ask("POST", "/api/events", {**EVENT, "topic": WANTED["sourceTopic"]})
    begun = time.perf_counter()
    at_once(lambda number: work(load, {**wanted, "sender": f"worker-{number}"}), WORKERS)
    row(f"whole job (enroll, start, finish) {where}, {WORKERS} workers", count / (time.perf_counter() - begun), "/s")


def settle(load: Load, wanted: dict[str, Any]) -> None:
    """Poll until the consumer has got to the end."""
    client = load.client()
    deadline = time.monotonic() + SETTLING
    while time.monotonic() < deadline:
        if client.ask("POST", "/api/enroll", wanted):
            raise RuntimeError("there is something to do")


def work(load: Load, wanted: dict[str, Any]) -> None:
    """Do jobs until there are none."""
    client = load.client()
    while job := client.ask("POST", "/api/enroll", wanted):
        for status in ("in_progress", "finished"):
            client.ask("PATCH", f"/api/events/{job['id']}", {"status": status})


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """Make an empty database, and drop it."""
    name = f"bench_ayonevents_{name}_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield url.rpartition("/")[0] + "/" + name
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def machine() -> str:
    """Return what it was measured on, and how busy that was with something else."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    cores = f"{os.cpu_count()} cores of {models[0].partition(':')[2].strip() if models else platform.machine()}"
    return f"{cores} (load before: {os.getloadavg()[0]:.1f}), Python {platform.python_version()}"


def version_of(url: str) -> str:
    """Return which PostgreSQL it is."""
    with psycopg.connect(url) as connection:
        return f"PostgreSQL {connection.info.parameter_status('server_version')}"


def read_options() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--history", type=int, nargs="+", default=[0, 100_000, 1_000_000], help="finished jobs")
    parser.add_argument("--jobs", type=int, default=500, help="jobs of one measurement (default: 500)")
    parser.add_argument("--seconds", type=float, default=4, help="of one measurement of requests (default: 4)")
    parser.add_argument("--stall", type=int, default=15, help="seconds that a socket reads nothing (default: 15)")
    parser.add_argument("--procrastinate", help="the Python of an environment that has Procrastinate")
    return parser.parse_args()


if __name__ == "__main__":
    main()
