"""What is said on a socket: the client's frames as values, and the server's close codes. Pure.

A client has two things to say. Who it is and what it wants to hear of, at first and whenever that changes:
``{"topic": "auth", "token": …, "subscribe": [prefixes], "project": …, "since": position, "deletions": true}``.
And, once it is in, what others are to hear of: ``{"topic": "publish", "event": {…}}``. A JSON object about another
topic says nothing to this server and is ignored; what is no JSON object, or has the wrong shape, ends the socket.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from events import conf
from events.access import EVERYBODYS_TOPICS
from events.errors import InvalidField

UNREADABLE = 4400
"""Close code: a frame could not be read; the reason says what is wrong with it."""
UNAUTHORIZED = 4401
"""Close code: no credential in time, one that is nobody's, or one that has ended meanwhile."""
NOT_FOUND = 4404
"""Close code: no socket is served under this path."""
TOO_MANY = 4429
"""Close code: too many frames in a short time, or too many connections of one user."""
TRY_LATER = 1013
"""Close code: the client did nothing wrong, the database or the bus cannot be reached."""

POSITION_MAX = 2**63 - 1

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
    deletions: bool = False
    """Events that are deleted are told of, too; clients of AYON know no such frame."""

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
    since: int | None = None
    """The position after which it has missed everything; None: nothing is to be made up for."""


@dataclass(frozen=True, slots=True)
class Publish:
    """An event that is not stored, for the other clients."""

    topic: str
    sender: str | None
    project: str | None
    description: str
    summary: dict[str, object]
    recipients: tuple[str, ...] | None


Said: TypeAlias = Auth | Publish


def read(text: str | None) -> Said | None:
    """Return what the client says; None if it is about something that means nothing here.

    ``text`` is None for a binary frame. Raise InvalidField for what cannot be read.
    """
    if text is None:
        raise InvalidField("frame", "expected text, got bytes")
    if len(text) > conf.socket_frame():
        raise InvalidField("frame", f"expected at most {conf.socket_frame()} characters")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidField("frame", "expected JSON") from error
    if not isinstance(said, dict):
        raise InvalidField("frame", "expected a JSON object")
    if said.get("topic") == "auth":
        subscription = Subscription(_prefixes(said.get("subscribe")), _text(said, "project"), _flag(said, "deletions"))
        return Auth(token=_token(said), subscription=subscription, since=position(said.get("since"), "since"))
    return _publish(said.get("event")) if said.get("topic") == "publish" else None


def position(value: object, field: str) -> int | None:
    """Return a position, which may be written as a text as well; None if there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(POSITION_MAX)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= POSITION_MAX:
        raise InvalidField(field, "expected a position: a whole number from 0")
    return value


def _publish(event: object) -> Publish:
    if not isinstance(event, dict):
        raise InvalidField("event", "expected an object")
    summary = event.get("summary")
    if not isinstance(summary, dict | None):
        raise InvalidField("summary", "expected an object")
    recipients = event.get("recipients")
    if recipients is not None and not _are_texts(recipients):
        raise InvalidField("recipients", "expected a list of texts")
    return Publish(
        topic=_text(event, "topic") or "",
        sender=_text(event, "sender"),
        project=_text(event, "project"),
        description=_text(event, "description") or "",
        summary=summary or {},
        recipients=None if recipients is None else tuple(recipients),
    )


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


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


def _flag(said: dict[str, object], field: str) -> bool:
    value = said.get(field)
    if value is not None and not isinstance(value, bool):
        raise InvalidField(field, "expected true or false")
    return bool(value)


def _prefixes(patterns: object) -> tuple[str, ...]:
    if patterns is None:
        return ()
    if not _are_texts(patterns):
        raise InvalidField("subscribe", "expected a list of texts")
    return prefixes_of(patterns)


def prefixes_of(patterns: Collection[str]) -> tuple[str, ...]:
    """Return what the topics have to begin with, without those that another one includes.

    Only the text before the first ``*`` counts, as AYON's client cuts its patterns itself: ``entity.*`` is
    ``entity.``, and ``*`` or anything that begins with it is everything.
    """
    if len(patterns) > conf.feed_topics():
        raise InvalidField("subscribe", f"expected at most {conf.feed_topics()} patterns")
    prefixes: list[str] = []
    for prefix in sorted(pattern.partition("*")[0] for pattern in patterns):
        # Sorted, a prefix follows right after the ones that it begins with.
        if not prefixes or not prefix.startswith(prefixes[-1]):
            prefixes.append(prefix)
    return tuple(prefixes)
