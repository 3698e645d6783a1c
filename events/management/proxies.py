"""What proxies say about whom they speak for, as far as it can be true."""

from ipaddress import ip_address
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PEER = "events.peer"
"""Where the scope keeps who has really connected."""


class Proxies:
    """Take the client's address and scheme from ``X-Forwarded-For`` and ``-Proto`` of trusted proxies.

    What is no IP address is nobody's: limits, logs and the audit trail then have that of the proxy.
    """

    def __init__(self, app: Any, trusted: list[str] | str) -> None:
        """Take the application and the addresses and networks of the proxies; ``*``: everybody's."""
        self.app = app
        self._believing = ProxyHeadersMiddleware(self._checked, trusted)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a connection on."""
        scope[PEER] = scope.get("client")
        await self._believing(scope, receive, send)

    async def _checked(self, scope: Any, receive: Any, send: Any) -> None:
        if (client := scope.get("client")) != scope[PEER] and not _is_address(client[0]):
            scope["client"] = scope[PEER]
        await self.app(scope, receive, send)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # what follows it names a part of somebody else's network, and can be anything
