"""How the demo talks to the server: the public REST API with a session, as a service in any language does."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter, Retry

TIMEOUT = 30
BUSY = Retry(total=5, connect=0, read=0, status_forcelist=[503], allowed_methods=None, backoff_factor=0.2)
"""A server that is busy has not done anything yet, so that whatever was asked may be asked again."""


class Refused(Exception):
    """The server is away, or does not let the demo do what it has to do; the message is for people."""


class Client:
    """A session with one server. Refused is raised for whatever is neither done nor part of the game."""

    def __init__(self, url: str, key: str) -> None:
        """Connect on the first request."""
        self.url = url.rstrip("/")
        self.session = requests.Session()
        self.session.headers["X-Api-Key"] = key
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=BUSY))

    def check(self) -> None:
        """Raise Refused unless there is an event server, and the key is one of a service."""
        answer = self._request("GET", "/api/info", but=404)
        if answer is None or "version" not in answer:
            raise Refused(f"{self.url} is no event server: say with --url where it is.")
        if "user" not in answer:
            raise Refused(f"The event server at {self.url} does not know the key: give one of a service with --key.")
        if not answer["user"]["data"]["isService"]:
            raise Refused(
                f"The key belongs to {answer['user']['name']}, which is no service: give another one with --key."
            )

    def dispatch(self, event: dict[str, object]) -> str | None:
        """Dispatch an event and return its id; None if the hash exists, or the server keeps its log to itself.

        The latter is how an installation begins: its topic policies let nobody else write ``log.*``.
        """
        is_log = str(event["topic"]).startswith("log.")
        answer = self._request("POST", "/api/events", event, but=403 if is_log else 409)
        return None if answer is None else str(answer["id"])

    def enroll(self, request: dict[str, object]) -> dict[str, str] | None:
        """Return a job, or None if there is nothing to do."""
        return self._request("POST", "/api/enroll", request)

    def get(self, event_id: str) -> dict[str, Any] | None:
        """Return an event; None if somebody has deleted it."""
        return self._request("GET", f"/api/events/{event_id}", but=404)

    def patch(self, event_id: str, sender: str, sender_type: str, changes: dict[str, object]) -> None:
        """Change an event; one that somebody has deleted is left alone."""
        changes = {"sender": sender, "senderType": sender_type, **changes}
        self._request("PATCH", f"/api/events/{event_id}", changes, but=404)

    def _request(self, method: str, path: str, body: object = None, but: int = 0) -> dict[str, Any] | None:
        """Return the answer; None if it has no content, or the status code ``but``."""
        try:
            answer = self.session.request(method, self.url + path, json=body, timeout=TIMEOUT, allow_redirects=False)
            if answer.status_code in (204, but):
                return None
            content: dict[str, Any] = answer.json() if answer.ok else {}
        except requests.ConnectionError as error:
            raise Refused(f"No event server answers at {self.url}: start it, or say with --url where it is.") from error
        except (requests.RequestException, UnicodeError) as error:  # UnicodeError: such a key fits no header
            raise Refused(f"{self.url} gave no answer that can be used: {error}") from error
        if answer.status_code != requests.codes.ok:
            raise Refused(f"The server answered {answer.status_code} to {method} {path}: {answer.text[:300]}")
        return content
