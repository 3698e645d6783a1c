"""A smart coffee maker: brews a coffee for whoever approves a folder.

    API_KEY=… python coffee_maker.py

It takes everything from the environment: SERVER_URL (default http://127.0.0.1:8000), API_KEY (the key of a
service), SERVICE_NAME (default coffee-maker; a second coffee maker needs another name), POLL_SECONDS
(default 2) and BREW_SECONDS (default 10). Ctrl-C stops it.
"""

import os
import signal
import sys
import time
from contextlib import suppress

import requests

SERVER_URL = os.environ.get("SERVER_URL", "http://127.0.0.1:8000").rstrip("/")
API_KEY = os.environ.get("API_KEY", "")
SERVICE_NAME = os.environ.get("SERVICE_NAME", "coffee-maker")
POLL_SECONDS = float(os.environ.get("POLL_SECONDS", "2"))
BREW_SECONDS = float(os.environ.get("BREW_SECONDS", "10"))


def main() -> None:
    """Ask for a job, do it, ask for the next one."""
    session = requests.session()
    session.headers.update(
        {
            "Content-Type": "application/json",
            "X-Api-Key": API_KEY,
        }
    )
    session.hooks["response"].append(lambda res, **_: res.raise_for_status())
    while True:
        time.sleep(POLL_SECONDS)
        try:
            brew_next(session)
        except requests.RequestException as error:
            # The server is away, or refused. What was begun stays ours: enroll hands us the same job again.
            print(error, flush=True)


def brew_next(session: requests.Session) -> None:
    """Brew one coffee, if somebody has earned one."""
    # Enroll: ask for a folder.status_changed event that nobody has brewed a coffee for yet. The filter
    # leaves only those where the new status is "Approved".
    req = {
        "sourceTopic": "entity.folder.status_changed",
        "targetTopic": "example.brew_coffee_on_approve",
        "sender": SERVICE_NAME,
        "description": "Preparing to brew coffee on folder approval",
        "filter": {
            "conditions": [
                {
                    "key": "payload/newValue",
                    "value": "Approved",
                }
            ]
        },
    }
    res = session.post(f"{SERVER_URL}/api/enroll", json=req)

    # If there is nothing to do (204), just return
    if res.status_code != requests.codes.ok:
        return

    # 200: the job is ours. It is a new event in the "pending" state, and depends on the source event.
    enroll_data = res.json()
    source_event_id = enroll_data["dependsOn"]
    target_event_id = enroll_data["id"]

    # Load the source event
    source_event = session.get(f"{SERVER_URL}/api/events/{source_event_id}").json()
    project_name = source_event["project"]
    user_name = source_event["user"]

    session.patch(
        f"{SERVER_URL}/api/events/{target_event_id}",
        json={
            "status": "in_progress",
            "description": f"Brewing coffee for {user_name}...",
            "project": project_name,
        },
    )

    # Insert your coffee brewing code here.
    # You can use the same patch request to update the progress: json={"progress": 50}
    print(f"Brewing coffee for {user_name}...", flush=True)
    time.sleep(BREW_SECONDS)

    # Mark the event as finished
    session.patch(
        f"{SERVER_URL}/api/events/{target_event_id}",
        json={
            "status": "finished",
            "description": f"Coffee for {user_name} brewed successfully",
        },
    )


if __name__ == "__main__":
    if not API_KEY:
        sys.exit("Set API_KEY to the key of a service; the server shows one when it starts.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # kill ends it like Ctrl-C
    with suppress(KeyboardInterrupt):
        main()
