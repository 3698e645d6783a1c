"""Dispatchers and workers that carry on through an outage as real clients do: they ask again."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import requests

from tests.e2e.server import KEY, Server

SOURCE, JOB = "outage.source", "outage.job"
AGAIN = 0.05
"""Seconds after which a client asks again; it shall hit the outage, not wait for its end."""
BACKLOG = 10
"""Sources that may wait for a worker, so that the end does not take long."""


class Crew:
    """``with Crew(server) as crew``: two dispatchers and three workers are at work, until the block ends.

    The block ends when every source has been worked on.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.acknowledged: dict[str, str] = {}
        """Ids of the sources, by their hashes."""
        self.runs: list[tuple[str, str, str]] = []
        """Source, job and worker of each job that was worked on to its end."""
        self.statuses: Counter[int] = Counter()
        self._progress = threading.Condition()
        self._over = threading.Event()
        self._backlog = threading.Semaphore(BACKLOG)
        self._threads = ThreadPoolExecutor(5)

    def __enter__(self) -> Self:
        self._dispatchers = [self._threads.submit(self._dispatch, f"leecher-{n}") for n in range(2)]
        self._workers = [self._threads.submit(self._work, f"worker-{n}") for n in range(3)]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._backlog.release(len(self._dispatchers))
        for each in [*self._dispatchers, *self._workers]:
            each.result(60)
        self._threads.shutdown()

    def await_progress(self, jobs: int = 25) -> None:
        """Wait until so many more jobs are done."""
        with self._progress:
            wanted = len(self.runs) + jobs
            assert self._progress.wait_for(lambda: len(self.runs) >= wanted, 30), "the work has come to a halt"

    def _dispatch(self, name: str) -> None:
        """Dispatch events with hashes, so that one that was stored without an answer is not stored again."""
        with requests.Session() as session:
            number = 0
            while self._backlog.acquire() and not self._over.is_set():
                number += 1
                event_hash = f"{name}/{number}"
                answer = self._ask(session, "POST", "/api/events", topic=SOURCE, hash=event_hash)
                assert answer.status_code in (200, 409), answer.text
                self.acknowledged[event_hash] = answer.json()["id"]

    def _work(self, name: str) -> None:
        enroll = {"sourceTopic": SOURCE, "targetTopic": JOB, "sender": name}
        with requests.Session() as session:
            while True:
                answer = self._ask(session, "POST", "/api/enroll", **enroll)
                if answer.status_code == 204:
                    if self._over.is_set() and all(each.done() for each in self._dispatchers):
                        return
                    continue
                job = answer.json()
                source = self._ask(session, "GET", f"/api/events/{job['dependsOn']}").json()
                for status in ("in_progress", "finished"):
                    path = f"/api/events/{job['id']}"
                    assert self._ask(session, "PATCH", path, status=status).status_code == 204
                with self._progress:
                    self.runs.append((source["id"], job["id"], name))
                    self._progress.notify_all()
                self._backlog.release()

    def _ask(self, session: requests.Session, method: str, path: str, **body: Any) -> requests.Response:
        """Return the first answer that is one."""
        while True:
            try:
                answer = session.request(
                    method, self.server.url + path, json=body, headers={"X-Api-Key": KEY}, timeout=30
                )
            except requests.ConnectionError:
                self.statuses[0] += 1
            else:
                self.statuses[answer.status_code] += 1
                if answer.status_code != 503:
                    return answer
                assert answer.headers["Retry-After"] == "1"
            time.sleep(AGAIN)

    def check_that_nothing_is_lost_or_doubled(self) -> None:
        """Compare what the clients know with what is stored."""
        assert set(self.statuses) <= {0, 200, 204, 409, 503}
        stored = {str(each["hash"]): each["id"] for each in self.server.all_events(f"&topic={SOURCE}")}
        assert stored == self.acknowledged
        jobs = self.server.all_events(f"&topic={JOB}")
        assert Counter(each["dependsOn"] for each in jobs) == Counter(stored.values())
        assert {each["status"] for each in jobs} == {"finished"}
        assert Counter((source, job) for source, job, _ in self.runs) == Counter(
            (each["dependsOn"], each["id"]) for each in jobs
        )
