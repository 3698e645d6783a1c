"""Who is connected to a server process."""

from django.db import models


class Presence(models.Model):
    """What one process has said last about its sockets and streams. Written by ``events.presence`` only."""

    process = models.CharField(max_length=64, primary_key=True)
    """A name that no other process has, and none after it."""
    seen_at = models.DateTimeField()
    """A process that says nothing for a while is gone, and so are its connections."""
    connections = models.JSONField()
    """For each user that is connected: name, role, sockets, streams."""

    def __str__(self) -> str:
        """Name the process."""
        return self.process
