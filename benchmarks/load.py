"""A load of HTTP requests: each connection asks again when it has been answered."""

import json
import statistics
import threading
import time
from http.client import HTTPConnection
from typing import Any


def wait_for(port: int) -> None:
    """Wait until somebody answers there."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nobody answers on port {port}")


class Load:
    """Requests to one port."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        """Take where, and what all requests say."""
        self._port = port
        self._headers = {"Content-Type": "application/json", **headers}

    def rate(self, method: str, path: str, body: Any, *, connections: int, seconds: float) -> float:
        """Return the answers a second."""
        counts = [0] * connections
        end = time.monotonic() + seconds

        def ask(number: int) -> None:
            with_one = Client(self._port, self._headers)
            while time.monotonic() < end:
                with_one.ask(method, path, body)
                counts[number] += 1

        at_once(ask, connections)
        return sum(counts) / seconds

    def latency(self, method: str, path: str, body: Any, *, count: int) -> float:
        """Return the median of the milliseconds to an answer, one request after the other."""
        client = Client(self._port, self._headers)
        taken = []
        for _ in range(count):
            begun = time.perf_counter()
            client.ask(method, path, body)
            taken.append(time.perf_counter() - begun)
        return statistics.median(taken) * 1000

    def client(self) -> "Client":
        """Return one more connection."""
        return Client(self._port, self._headers)


class Client:
    """One connection."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        """Connect at the first request."""
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = headers

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON of the answer; RuntimeError if it is a refusal."""
        self._connection.request(method, path, None if body is None else json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:  # noqa: PLR2004 - HTTP's own
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return json.loads(content) if content else None


def at_once(work: Any, count: int) -> None:
    """Do the work in so many threads."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
