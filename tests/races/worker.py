"""A worker process: it enrolls at any of the servers, works, and fails now and then. It is killed at any line.

It never repeats a change whose answer did not come: by then the job may be somebody else's. It enrolls, and gets
the job again if it is still its own.
"""

import json
import random
import sys
import time
from http.client import HTTPConnection, HTTPException

from tests.races.journal import Journal

ENROLL = {"targetTopic": "race.job", "maxRetries": 1000}
ASKED_FOR = (
    {"sourceTopic": "race.source"},
    {"sourceTopic": ["race.source", "race.nothing"]},
    {"sourceTopic": "race.sour*"},
    {"sourceTopic": "race.source", "filter": {"conditions": [{"key": "payload/wanted", "value": True}]}},
)
FAILURES = 0.1
"""The share of the attempts that fail."""


def ask(ports: list[int], key: str, method: str, path: str, body: object) -> tuple[int, dict[str, str]]:
    """Return status and body of the answer; status 0: none came."""
    connection = HTTPConnection("127.0.0.1", random.choice(ports), timeout=30)
    try:
        headers = {"X-Api-Key": key, "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if answer.status == 200 else {}
    except (OSError, HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()


def work(folder: str, name: str, key: str, *ports: str) -> None:
    journal = Journal(folder, name)
    servers = [int(port) for port in ports]
    wanted = {**ENROLL, **ASKED_FOR[int(name.rpartition("-")[2]) % len(ASKED_FOR)], "sender": name}
    while True:
        status, job = ask(servers, key, "POST", "/api/enroll", wanted)
        if status != 200:
            if status not in (0, 204):  # 0: the server has just been killed
                journal.write("surprise", status=status)
            time.sleep(0.02)
            continue
        facts = {"job": job["id"], "source": job["dependsOn"]}
        journal.write("got", **facts)
        path = f"/api/events/{job['id']}"
        ask(servers, key, "PATCH", path, {"status": "in_progress"})
        time.sleep(random.uniform(0, 0.02))
        end = "failed" if random.random() < FAILURES else "finished"
        journal.write("ending", **facts)
        status, _ = ask(servers, key, "PATCH", path, {"status": end, "progress": 100})
        journal.write(end if status == 204 else "unknown", **facts)


if __name__ == "__main__":
    random.seed(sys.argv[1])
    work(*sys.argv[2:])
