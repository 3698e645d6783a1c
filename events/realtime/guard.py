"""The guard: who is connected keeps only the rights that he still has."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import Error

from events import outage
from events.credentials import Credential
from events.errors import EventError
from events.realtime import protocol
from events.realtime.clients import Client

if TYPE_CHECKING:
    from events.realtime.hub import Hub

RECHECK_SECONDS = 3.0
"""How soon a client notices that its user was disabled, lost a project or logged out."""


async def watch(hub: "Hub") -> None:
    """Look again and again, as long as the hub lives."""
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        try:
            await look_again(hub)
        except Error as error:  # nobody's rights can change either while the database is away
            outage.report(error, "a look at the rights of clients")


async def look_again(hub: "Hub") -> None:
    """Look up who everybody is, and with which rights; once for all that came with the same credential."""
    clients_of: defaultdict[Credential, list[Client]] = defaultdict(list)
    for client in hub.clients:
        clients_of[client.credential].append(client)
    for credential, clients in clients_of.items():
        await _recheck(hub, credential, clients)


async def _recheck(hub: "Hub", credential: Credential, clients: Sequence[Client]) -> None:
    try:
        actor = await hub.desk.ask(credential.actor)
    except EventError as error:
        for client in _still(hub, credential, clients):
            client.outlet.close(protocol.UNAUTHORIZED, str(error))
    else:
        for client in _still(hub, credential, clients):
            if client.actor != actor:
                hub.change(client, actor, client.subscription)


def _still(hub: "Hub", credential: Credential, clients: Sequence[Client]) -> list[Client]:
    """Return those that are still there and did not log in with another credential meanwhile."""
    return [client for client in clients if client in hub.clients and client.credential == credential]
