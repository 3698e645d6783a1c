"""What a field of an event takes; the one list of limits, for every door."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from events import topics
from events.errors import InvalidField
from events.status import Status

HASH_LENGTH = 512  # characters; of four bytes each they still fit one entry of PostgreSQL's index
TOPIC_LENGTH = 65
NAME_LENGTH = 255
DESCRIPTION_LENGTH = 16_384
JSON_DEPTH = 64
RETRIES_MAX = 2**31 - 1
RECIPIENTS_MAX = 1000
"""Users that one message names; it goes to every process with all of them."""
PATTERNS_MAX = 200
"""Topics and patterns in one list; SQLite refuses conditions of more than a thousand parts."""
BATCH_MAX = 1000
"""Events that are dispatched with one request."""
JOBS_MAX = 100
"""Jobs that one enroll request hands out."""
WAIT_MAX = 60
"""Seconds that a worker may wait for a job; proxies give up on a silent server after as much."""
DEFAULT_WAIT_MAX = 8
"""The same of a worker that does not say so: AYON's Python client gives an answer up after 10 seconds."""
AGE_MAX_DAYS = 365_000
"""A thousand years back there still is a date."""

PROJECT = re.compile(r"[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?")
SENDER_TYPE = PROJECT
ID = re.compile(r"[0-9a-f]{32}")
# PostgreSQL stores neither of them.
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def check_batch(field: str, items: Sequence[object]) -> None:
    """Refuse a batch that is too large for one statement."""
    if len(items) > BATCH_MAX:
        raise InvalidField(field, f"expected at most {BATCH_MAX} events, got {len(items)}")


def check_topic(topic: str) -> None:
    """Refuse what is no topic; a topic with wildcards is a pattern and no topic."""
    if not topics.is_topic(topic):
        raise InvalidField("topic", f"expected {topics.TOPIC_EXPECTED}")


def check_text(field: str, text: str | None, length: int) -> None:
    """Refuse a text that is too long or cannot be stored."""
    if text is None:
        return
    if len(text) > length:
        raise InvalidField(field, f"expected at most {length} characters, got {len(text)}")
    if UNSTORABLE.search(text):
        raise InvalidField(field, "expected a text without NUL characters and lone surrogates")


def check_texts(field: str, texts: Collection[str] | None, most: int) -> None:
    """Refuse a list of names that is too long, or a name in it; a text is no list of its letters."""
    if texts is None:
        return
    if isinstance(texts, str):
        raise InvalidField(field, "expected a list of texts")
    if len(texts) > most:
        raise InvalidField(field, f"expected at most {most} texts, got {len(texts)}")
    for text in texts:
        check_text(field, text, NAME_LENGTH)


def check_patterns(field: str, patterns: Collection[str]) -> None:
    """Refuse a list of topics and patterns that is empty, too long, or has something else in it."""
    if not 0 < len(patterns) <= PATTERNS_MAX:
        raise InvalidField(field, f"expected 1 to {PATTERNS_MAX} topics, got {len(patterns)}")
    for pattern in patterns:
        if not topics.is_pattern(pattern):
            raise InvalidField(field, f"Invalid topic: {pattern[:TOPIC_LENGTH]!a}; expected {topics.PATTERN_EXPECTED}")


def check_project(project: str | None) -> None:
    """Refuse what cannot be the name of a project."""
    check_text("project", project, NAME_LENGTH)
    if project is not None and not PROJECT.fullmatch(project):
        expected = "letters, digits and underscores, with dots and dashes inside"
        raise InvalidField("project", f"expected a project name: {expected}")


def check_status(status: str | None) -> None:
    """Refuse any word but the six states."""
    if status is not None and status not in Status.values:
        raise InvalidField("status", f"expected one of {', '.join(Status.values)}")


def check_progress(progress: float | None) -> None:
    """Refuse a progress that is no percentage."""
    if progress is not None and not 0 <= progress <= 100:  # noqa: PLR2004 - per cent
        raise InvalidField("progress", "expected a number from 0 to 100")


def check_retries(field: str, retries: int | None) -> None:
    """Refuse a count that is negative or overflows its column."""
    if retries is not None and not 0 <= retries <= RETRIES_MAX:
        raise InvalidField(field, f"expected a whole number from 0 to {RETRIES_MAX}")


def check_limit(field: str, jobs: int) -> None:
    """Refuse a number of jobs that is none, or too many for one worker."""
    if not 1 <= jobs <= JOBS_MAX:
        raise InvalidField(field, f"expected a whole number from 1 to {JOBS_MAX}")


def check_wait(field: str, seconds: float) -> None:
    """Refuse a time to wait that is negative, or too long for what stands between client and server."""
    if not 0 <= seconds <= WAIT_MAX:
        raise InvalidField(field, f"expected a number of seconds from 0 to {WAIT_MAX}")


def check_age(field: str, days: int) -> None:
    """Refuse an age that is negative, or before all dates."""
    if not 0 <= days <= AGE_MAX_DAYS:
        raise InvalidField(field, f"expected a whole number of days from 0 to {AGE_MAX_DAYS}")


def check_json(field: str, value: Mapping[str, object] | None) -> None:
    """Refuse what is no JSON object, or one that one of the databases cannot store as it is."""
    if value is None:
        return
    if not isinstance(value, dict):
        raise InvalidField(field, f"expected an object, got {type(value).__name__}")
    _check_json(field, value, JSON_DEPTH)


def _check_json(field: str, value: object, depth: int) -> None:
    match value:
        case str():
            if UNSTORABLE.search(value):
                raise InvalidField(field, "expected text without NUL characters and lone surrogates")
        case float():
            if not math.isfinite(value):
                raise InvalidField(field, "expected finite numbers")
        case dict() | list() | tuple():
            _check_items(field, value, depth)
        case None | bool() | int():
            pass
        case _:
            raise InvalidField(field, f"expected JSON, got {type(value).__name__}")


def _check_items(field: str, value: dict[object, object] | Sequence[object], depth: int) -> None:
    if depth == 0:
        raise InvalidField(field, f"expected at most {JSON_DEPTH} levels of nesting")
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise InvalidField(field, "expected text as the keys of an object")
            _check_json(field, key, depth)
        value = list(value.values())
    for item in value:
        _check_json(field, item, depth - 1)


def parse_id(field: str, text: str | UUID) -> UUID:
    """Return the id that is written as 32 lowercase hexadecimal digits."""
    if isinstance(text, UUID):
        return text
    if not ID.fullmatch(text):
        raise InvalidField(field, "expected an id of 32 hexadecimal digits, 0 to 9 and a to f")
    return UUID(text)
