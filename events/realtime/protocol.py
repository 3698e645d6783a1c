"""What is said on a socket: the client's frames as values, the server's own frames and close codes. Pure.

A client has one thing to say, at first and whenever something changes:
``{"topic": "auth", "token": …, "subscribe": [prefixes], "project": …}``. A JSON object about another topic
says nothing to this server and is ignored; what is no JSON object, or has the wrong shape, ends the socket.
"""

import json
import re
from dataclasses import dataclass

from events.access import EVERYBODYS_TOPICS
from events.errors import InvalidField

HEARTBEAT = '{"topic":"heartbeat"}'

UNREADABLE = 4400
"""Close code: a frame could not be read; the reason says what is wrong with it."""
UNAUTHORIZED = 4401
"""Close code: no credential in time, one that is nobody's, or one that has ended meanwhile."""
NOT_FOUND = 4404
"""Close code: no socket is served under this path."""
TRY_LATER = 1013
"""Close code: the client did nothing wrong, the database or the bus cannot be reached."""

FRAME_LIMIT = 2**16
"""Characters of one frame; the longest subscription of a real client has a tenth of that."""
PREFIXES_LIMIT = 500
"""Patterns of one subscription: each is compared with each event."""

# What a token or key may look like; whose it is, only the database knows.
TOKEN = re.compile(r"[!-~]{1,512}")
ACROSS_PROJECTS = frozenset({*EVERYBODYS_TOPICS, "inbox.message"})
"""Topics that a socket gets from every project, though it has chosen one."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a client wants to hear of. Whether it may is another question."""

    prefixes: tuple[str, ...] = ()
    """Beginnings of topics; the empty one is every topic's."""
    project: str | None = None
    """Only this project's events, and those of none; None: of all projects."""

    def covers(self, topic: str, project: str | None) -> bool:
        """Tell whether a message about this topic and project was asked for."""
        if project is not None and self.project not in (None, project) and topic not in ACROSS_PROJECTS:
            return False
        return topic.startswith(self.prefixes) or topic in EVERYBODYS_TOPICS


@dataclass(frozen=True, slots=True)
class Auth:
    """Who the client is, and what it wants to hear of from now on."""

    token: str | None
    """A token from the login or an API key; None: go by the handshake, or by what was said before."""
    subscription: Subscription


def read(text: str | None) -> Auth | None:
    """Return what the client says; None if it is about something else than ``auth``.

    ``text`` is None for a binary frame. Raise InvalidField for what cannot be read.
    """
    if text is None:
        raise InvalidField("frame", "expected text, got bytes")
    if len(text) > FRAME_LIMIT:
        raise InvalidField("frame", f"expected at most {FRAME_LIMIT} characters")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidField("frame", "expected JSON") from error
    if not isinstance(said, dict):
        raise InvalidField("frame", "expected a JSON object")
    if said.get("topic") != "auth":
        return None
    project = _text(said, "project")
    return Auth(token=_token(said), subscription=Subscription(_prefixes(said.get("subscribe")), project))


def _token(said: dict[str, object]) -> str | None:
    token = _text(said, "token")
    if token is not None and not TOKEN.fullmatch(token):
        raise InvalidField("token", "expected at most 512 printable ASCII characters")
    return token


def _text(said: dict[str, object], field: str) -> str | None:
    """Return a text; an empty one is as good as none."""
    value = said.get(field)
    if value is not None and not isinstance(value, str):
        raise InvalidField(field, "expected a text")
    return value or None


def _prefixes(patterns: object) -> tuple[str, ...]:
    """Return what the topics have to begin with, without those that another one includes.

    Only the text before the first ``*`` counts, as AYON's client cuts its patterns itself: ``entity.*`` is
    ``entity.``, and ``*`` or anything that begins with it is everything.
    """
    if patterns is None:
        return ()
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise InvalidField("subscribe", "expected a list of texts")
    if len(patterns) > PREFIXES_LIMIT:
        raise InvalidField("subscribe", f"expected at most {PREFIXES_LIMIT} patterns")
    prefixes: list[str] = []
    for prefix in sorted(pattern.partition("*")[0] for pattern in patterns):
        # Sorted, a prefix follows right after the ones that it begins with.
        if not prefixes or not prefix.startswith(prefixes[-1]):
            prefixes.append(prefix)
    return tuple(prefixes)
