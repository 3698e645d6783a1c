"""Approve a folder: dispatch the event that the coffee maker is waiting for.

    API_KEY=… python approve_folder.py --project bluebird --folder sh0120 --user mara

Prints the id of the event, and a sentence. SERVER_URL (default http://127.0.0.1:8000) and API_KEY come from
the environment.
"""

import argparse
import os
import sys
import uuid

import requests

SERVER_URL = os.environ.get("SERVER_URL", "http://127.0.0.1:8000").rstrip("/")
API_KEY = os.environ.get("API_KEY", "")


def main() -> None:
    """Dispatch it, and tell how that went."""
    parser = argparse.ArgumentParser(description="Tell the event server that the status of a folder has changed.")
    parser.add_argument("--project", default="bluebird")
    parser.add_argument("--folder", default="sh0120")
    parser.add_argument("--status", default="Approved", help="the new status (default: %(default)s)")
    parser.add_argument("--user", default="mara", help="who gave it (default: %(default)s)")
    options = parser.parse_args()
    if not API_KEY:
        sys.exit("Set API_KEY to the key of a service; the server shows one when it starts.")
    try:
        print(dispatch(status_changed(options.project, options.folder, options.status, options.user)))
    except requests.ConnectionError:
        sys.exit(f"No event server answers at {SERVER_URL}: start it, or set SERVER_URL.")
    except requests.RequestException as error:
        sys.exit(f"The event server at {SERVER_URL} could not be asked: {error}")
    print(f"{options.user} set folder {options.folder} of {options.project} to {options.status}.")


def status_changed(project: str, folder: str, status: str, user: str) -> dict[str, object]:
    """Return the event."""
    return {
        "topic": "entity.folder.status_changed",
        "sender": "approve_folder",
        "project": project,
        "user": user,
        "description": f"Changed status of folder {folder} to {status}",
        # The summary travels everywhere, the payload has to be asked for.
        "summary": {"entityId": uuid.uuid5(uuid.NAMESPACE_URL, f"{project}/{folder}").hex, "name": folder},
        "payload": {"oldValue": "Pending review", "newValue": status},
    }


def dispatch(event: dict[str, object]) -> str:
    """Send the event to the server and return its id; leave with a sentence if the server refuses it."""
    res = requests.post(f"{SERVER_URL}/api/events", json=event, headers={"X-Api-Key": API_KEY}, timeout=10)
    if res.status_code == requests.codes.unauthorized:
        sys.exit(f"The event server at {SERVER_URL} does not know the key in API_KEY.")
    answer = res.json()
    if not res.ok:
        sys.exit(f"The event server at {SERVER_URL} refused the event: {answer.get('traceback') or answer['detail']}")
    return str(answer["id"])


if __name__ == "__main__":
    main()
