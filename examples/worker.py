"""A worker that waits for its jobs: it asks once, and is answered when there is something to do.

    API_KEY=… python worker.py SOURCE_TOPIC TARGET_TOPIC

It prints each source event it is given and finishes the job; put your own work into ``work``. What that raises
makes the job fail, with the error as its description, and enroll hands it out again while it has retries left.

It takes from the environment: SERVER_URL (default http://127.0.0.1:8000), API_KEY (the key of a service) and
SERVICE_NAME (default worker; a second worker needs another name). Ctrl-C stops it.
"""

import os
import signal
import sys
import time
from contextlib import suppress

import requests

SERVER_URL = os.environ.get("SERVER_URL", "http://127.0.0.1:8000").rstrip("/")
API_KEY = os.environ.get("API_KEY", "")
SERVICE_NAME = os.environ.get("SERVICE_NAME", "worker")
WAIT_SECONDS = 30
"""How long one request waits for a job; proxies often give a silent server up after 60 seconds."""
PAUSE_SECONDS = 2
"""How long to wait when the server cannot be reached."""


def work(source: dict[str, object]) -> str:
    """Do what is to be done for the event, and return a description of what was done."""
    print(f"{source['topic']} {source['id']}: {source['description']}", flush=True)
    return f"Did what {source['user']} asked for"


def main(source_topic: str, target_topic: str) -> None:
    """Wait for a job, do it, wait for the next one."""
    session = requests.Session()
    session.headers["X-Api-Key"] = API_KEY
    wanted = {
        "sourceTopic": source_topic,
        "targetTopic": target_topic,
        "sender": SERVICE_NAME,
        "wait": WAIT_SECONDS,
        "include": ["sourceEvent"],
    }
    while True:
        try:
            answer = session.post(f"{SERVER_URL}/api/enroll", json=wanted, timeout=WAIT_SECONDS + 10)
            answer.raise_for_status()
            if answer.status_code == requests.codes.ok:  # 204: nothing came; ask again
                do(session, answer.json())
        except requests.RequestException as error:
            # The server is away. A job that was begun stays ours: enroll hands it to us again.
            print(error, flush=True)
            time.sleep(PAUSE_SECONDS)


def do(session: requests.Session, job: dict[str, dict[str, object]]) -> None:
    """Do one job and report how it ended."""
    url = f"{SERVER_URL}/api/events/{job['id']}"
    session.patch(url, json={"status": "in_progress"}, timeout=10).raise_for_status()
    try:
        outcome = {"status": "finished", "description": work(job["sourceEvent"])}
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is how the job ended
        outcome = {"status": "failed", "description": f"{type(error).__name__}: {error}"}
    session.patch(url, json=outcome, timeout=10).raise_for_status()


if __name__ == "__main__":
    if not API_KEY:
        sys.exit("Set API_KEY to the key of a service; the server shows one when it starts.")
    try:
        _, source_topic, target_topic = sys.argv
    except ValueError:
        sys.exit("Say what to work on: worker.py SOURCE_TOPIC TARGET_TOPIC")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # kill ends it like Ctrl-C
    with suppress(KeyboardInterrupt):
        main(source_topic, target_topic)
