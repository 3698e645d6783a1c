import multiprocessing
import random
import signal
from collections import Counter
from multiprocessing.synchronize import Barrier
from pathlib import Path

import requests

from tests.e2e.server import KEY, Server

ROUNDS = 20


def dispatch_with_hash(url: str, barrier: Barrier) -> list[int]:
    session = requests.Session()
    session.headers["X-Api-Key"] = KEY
    codes = []
    for number in range(ROUNDS):
        barrier.wait(30)
        body = {"topic": "ftrack.leech", "hash": f"ftrack-{number}"}
        codes.append(session.post(f"{url}/api/events", json=body, timeout=30).status_code)
    return codes


def test_of_two_dispatches_with_one_hash_from_two_processes_one_is_stored(server: Server) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(2) as processes:
        barrier = manager.Barrier(2)
        answers = processes.starmap(dispatch_with_hash, [(server.url, barrier)] * 2)
    assert [sorted(pair) for pair in zip(*answers, strict=True)] == [[200, 409]] * ROUNDS
    stored = Counter(str(event["hash"]) for event in server.all_events("&topic=ftrack.leech"))
    assert stored == Counter(f"ftrack-{number}" for number in range(ROUNDS))


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    acknowledged: dict[str, str] = {}
    server = Server(tmp_path / "data")
    with server:
        for _ in range(4):
            for number in range(chance.randrange(5, 40)):
                event_id = server.post("/api/events", {"topic": "test.kill", "finished": False}).json()["id"]
                acknowledged[event_id] = "pending"
                if number % 3 == 0:
                    done = server.session.patch(f"{server.url}/api/events/{event_id}", json={"status": "finished"})
                    assert done.status_code == 204
                    acknowledged[event_id] = "finished"
            server.stop(signal.SIGKILL)
            server.start()
        stored = {str(event["id"]): event["status"] for event in server.all_events("&topic=test.kill")}
    assert stored == acknowledged, f"seed {seed}"
