"""The one entry point: HTTP and WebSockets."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ayonevents.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from ayonevents.handler import ThreadedHandler  # noqa: E402
from events.realtime.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter({"http": ThreadedHandler(), "websocket": URLRouter(websocket_urlpatterns)})
