"""The grammar of topics and of the patterns that match them."""

import re

TOPIC = re.compile(r"[a-zA-Z][a-zA-Z0-9_.]{2,64}")
PATTERN = re.compile(r"[a-zA-Z*][a-zA-Z0-9_.*]{0,64}")
WILDCARDS_MAX = 3
"""In one pattern: each more makes the worst pattern twelve times as slow; the worst of three takes 1 ms an event."""

AUDIT_PREFIX = "audit."
"""Records of the audit trail: only the server makes them, nobody changes or deletes them."""
RECORD_PREFIXES = (AUDIT_PREFIX, "operation.")
"""What tells of operators, the audit trail and their operations in the viewer: nobody writes that but the server."""

TOPIC_EXPECTED = (
    "a topic of 3 to 65 letters, digits, dots and underscores that begins with a letter, and no word of the live feed"
)
PATTERN_EXPECTED = (
    "a topic of letters, digits, dots and underscores, "
    f"or a pattern with * for any text, at most {WILDCARDS_MAX} of them and 65 characters"
)


WORDS_OF_THE_FEED = frozenset({"heartbeat", "resync", "error", "auth", "publish"})
"""What clients of the live feed are told, or say, in the place of a topic; an event of that name would mislead them."""


def is_topic(text: str) -> bool:
    """Tell whether an event may have this topic: no wildcards, and no word of the feed."""
    return TOPIC.fullmatch(text) is not None and text not in WORDS_OF_THE_FEED


def is_record(topic: str) -> bool:
    """Tell whether events of the topic are the server's own records."""
    return topic.startswith(RECORD_PREFIXES)


def is_pattern(text: str) -> bool:
    """Tell whether this is a topic or a pattern of topics."""
    return PATTERN.fullmatch(text) is not None and text.count("*") <= WILDCARDS_MAX


def is_wildcard(pattern: str) -> bool:
    """Tell whether the pattern can match more than one topic."""
    return "*" in pattern


def matches(pattern: str, topic: str) -> bool:
    """Tell whether ``*`` (any text, also none) in the pattern can be filled so that it reads as the topic."""
    if not is_wildcard(pattern):
        return pattern == topic
    return re.fullmatch(regex(pattern), topic) is not None


def regex(pattern: str) -> str:
    """Translate a pattern to a regular expression that means the same in Python, SQLite and PostgreSQL."""
    return ".*".join(part.replace(".", "[.]") for part in pattern.split("*"))
