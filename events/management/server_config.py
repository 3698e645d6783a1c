"""What server processes start with.

A worker process unpickles this before it sets Django up: nothing here may need a model.
"""

import uvicorn
from django.conf import settings

from events.management.proxies import Proxies

GRACE = 15
"""Seconds that requests in flight get to finish when the server is stopped."""
START_SECONDS = 60
"""For how long a worker process may be silent, at its start or later, before it is replaced."""
DEAD_SECONDS = 120.0
"""Seconds that a WebSocket client may leave a ping unanswered; one that only stalls comes back before."""
FRAME_LIMIT = 2**20
"""Bytes that one frame from a WebSocket client may have."""


class ServerConfig(uvicorn.Config):
    """uvicorn's, with proxies that cannot say just anything."""

    def load(self) -> None:
        """Load the application."""
        super().load()
        self.loaded_app = Proxies(self.loaded_app, self.forwarded_allow_ips)


def make_config(workers: int, *, trust_everybody: bool) -> uvicorn.Config:
    """Return what so many processes start with; ``trust_everybody``: any peer is a proxy, as on a Unix socket."""
    module, _, name = settings.ASGI_APPLICATION.rpartition(".")
    return ServerConfig(
        f"{module}:{name}",
        workers=workers,
        lifespan="on",
        http="ayonevents.protocols:HttpProtocol",
        ws="ayonevents.protocols:FrameProtocol",
        ws_ping_timeout=DEAD_SECONDS,
        ws_max_size=FRAME_LIMIT,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # as far as uvicorn is concerned
        forwarded_allow_ips="*" if trust_everybody else settings.TRUSTED_PROXIES,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=START_SECONDS,
    )
