"""The paths of the WebSocket door."""

from typing import Any

from django.urls import path, re_path

from events.realtime.consumers import EventSocket, NoSocket

# Channels' router takes applications where Django's, and its types, expect views.
events: Any = EventSocket.as_asgi()
nothing: Any = NoSocket.as_asgi()

websocket_urlpatterns = [path("ws", events), re_path("", nothing)]
