"""The paths of the WebSocket door."""

from typing import Any

websocket_urlpatterns: list[Any] = []
