"""The one entry point: HTTP, WebSockets, and the server's start and stop."""

import os

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ayonevents.settings")
if not apps.ready:  # started from outside; a second set-up would reset the logging of ``manage.py serve``
    django.setup()

# What follows looks at settings and models as soon as it is imported.
from channels.routing import ProtocolTypeRouter, URLRouter

from ayonevents.handler import ThreadedHandler
from ayonevents.lifespan import Lifespan
from ayonevents.logs import mask_server_logs
from ayonevents.static import with_static_files
from events.realtime.routing import websocket_urlpatterns
from events.realtime.server_sent import with_event_stream


def make_application() -> ProtocolTypeRouter:
    """Return a server's application; it has threads of its own, which end with its lifespan."""
    handler = ThreadedHandler()
    return ProtocolTypeRouter(
        {
            "http": with_static_files(with_event_stream(handler)),
            "websocket": URLRouter(websocket_urlpatterns),
            "lifespan": Lifespan(handler.threads),
        }
    )


mask_server_logs()
application = make_application()
