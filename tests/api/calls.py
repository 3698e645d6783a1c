"""Requests with a JSON body."""

import json
from typing import Any

from django.test import Client

from events import accounts
from events.models import Event

JSON = "application/json"


def post(api: Client, path: str, body: object, **options: Any) -> tuple[int, Any]:
    """Return the status and the JSON of the answer."""
    answer = api.post(path, body, content_type=JSON, **options)
    return answer.status_code, answer.json() if answer.content else None


def patch(api: Client, event: Event, body: object, **options: Any) -> tuple[int, Any]:
    """Return the status and the JSON of the answer, None if it has none."""
    answer = api.patch(f"/api/events/{event.id.hex}", body, content_type=JSON, **options)
    return answer.status_code, answer.json() if answer.content else None


def call(client: Client, method: str, path: str, body: object = None) -> tuple[int, Any, Any]:
    """Return the status, the JSON and the headers of the answer; a body in bytes is sent as it is."""
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    answer = client.generic(method, path, content, JSON)
    return answer.status_code, answer.json() if answer.content else None, answer.headers


def client_with_token(name: str, password: str) -> Client:
    """Return the client of somebody who has logged in."""
    return Client(headers={"Authorization": f"Bearer {accounts.log_in(name, password)[0]}"})
