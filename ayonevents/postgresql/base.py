"""Connections that notice without a round trip that they were closed, and are not tried in a crowd."""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from events import outage


class DatabaseWrapper(base.DatabaseWrapper):
    """A thread's connection."""

    health_check_done: bool

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        """Connect, or raise OperationalError at once while others have just found out that it cannot be done."""
        with outage.attempt():
            connection: psycopg.Connection = super().get_new_connection(conn_params)
        return connection

    def close_if_health_check_failed(self) -> None:
        """Close the connection at the beginning of a request if it has been lost since the last one.

        A server that restarts closes its connections, and that shows on the socket. Only where something
        shows is PostgreSQL asked, as Django does before every request: which costs a round trip.
        """
        if self.connection is not None and not self.health_check_done and _is_silent(self.connection):
            self.health_check_done = True
        super().close_if_health_check_failed()


def _is_silent(connection: psycopg.Connection) -> bool:
    """Tell whether nothing has arrived, not even the end. False where the system cannot tell."""
    if connection.closed or not hasattr(select, "poll"):
        return False
    arrived = select.poll()
    arrived.register(connection.fileno(), select.POLLIN)
    return not arrived.poll(0)
