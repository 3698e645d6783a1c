"""Who looks: with which rights somebody uses the viewer, found out once in each request."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest

from events import accounts
from events.actor import Actor

KEPT = "_events_reader"


def reader_of(request: HttpRequest) -> Actor:
    """Return the actor that the logged-in user is; the admin lets nobody else in."""
    kept: Actor | None = vars(request).get(KEPT)
    if kept is None:
        kept = vars(request)[KEPT] = accounts.actor_of(cast("User", request.user))
    return kept
