"""The settings of the event system, read when asked for, so that a test can override them."""

import time

from django.conf import settings

_STARTED = time.monotonic()


def uptime() -> float:
    """Return for how many seconds this process has been running; it reads its settings as it starts."""
    return time.monotonic() - _STARTED


def version() -> str:
    """Return the version that ``/api/info`` reports; AYON's clients choose their dialect by it."""
    return settings.EVENTS_VERSION


def max_body() -> int:
    """Return how many bytes the body of one request may have."""
    value: int = settings.EVENTS_MAX_BODY
    return value


def queue_seconds() -> float:
    """Return for how long a request may wait for a thread before it is refused; 0: without end."""
    value: float = settings.EVENTS_QUEUE_SECONDS
    return value


def threads() -> int:
    """Return how many requests one process works on at a time; each holds a database connection."""
    value: int = settings.EVENTS_THREADS
    return value


def credential_cache_seconds() -> float:
    """Return for how long a process may trust a key or token that it has checked; 0 checks every time."""
    value: float = settings.EVENTS_CREDENTIAL_CACHE_SECONDS
    return value


def token_lifetime_hours() -> int:
    """Return after how many hours a token from the login expires."""
    value: int = settings.EVENTS_TOKEN_LIFETIME_HOURS
    return value


def feed_clients_per_user() -> int:
    """Return how many sockets and event streams one user may have open in one process."""
    value: int = settings.EVENTS_FEED_CLIENTS_PER_USER
    return value


def feed_topics() -> int:
    """Return how many patterns one subscription may have; each is compared with each kind of event."""
    value: int = settings.EVENTS_FEED_TOPICS
    return value


def feed_buffer() -> int:
    """Return how many bytes the server keeps for a client that does not take them."""
    value: int = settings.EVENTS_FEED_BUFFER
    return value


def resume_limit() -> int:
    """Return how many stored changes a client may have missed and still gets one by one."""
    value: int = settings.EVENTS_FEED_RESUME
    return value


def socket_auth_seconds() -> float:
    """Return for how long a client may stay silent about who it is."""
    value: float = settings.EVENTS_SOCKET_AUTH_SECONDS
    return value


def socket_frame() -> int:
    """Return how many characters one frame of a client may have."""
    value: int = settings.EVENTS_SOCKET_FRAME
    return value


def socket_rate() -> float:
    """Return how many frames a second a client may send in the long run; five seconds' worth may come at once."""
    value: float = settings.EVENTS_SOCKET_RATE
    return value


def secret_keys() -> tuple[str, ...]:
    """Return the words that make the name of a key a secret's: lower case, without dashes and underscores."""
    value: tuple[str, ...] = settings.EVENTS_SECRET_KEYS
    return value


def login_rate() -> str:
    """Return how often one address may be wrong about one name, as ``10/minute``; empty: any number."""
    value: str = settings.EVENTS_LOGIN_RATE
    return value


def dispatch_rate() -> str:
    """Return how many dispatching requests one key or user may send to one process; empty: any number."""
    value: str = settings.EVENTS_DISPATCH_RATE
    return value


def dispatch_address_rate() -> str:
    """Return how many dispatching requests one address may send to one process; empty: any number."""
    value: str = settings.EVENTS_DISPATCH_ADDRESS_RATE
    return value


def connect_rate() -> str:
    """Return how many sockets one address may open at one process; empty: any number."""
    value: str = settings.EVENTS_CONNECT_RATE
    return value


def key_overlap_hours() -> int:
    """Return for how many hours the old key goes on when a key is rotated."""
    value: int = settings.EVENTS_KEY_OVERLAP_HOURS
    return value


def redis_prefix() -> str:
    """Return what the names of this installation in Redis begin with."""
    value: str = settings.REDIS_PREFIX
    return value


def limits_storage() -> str:
    """Return where limits for the whole installation are counted: the URL of Redis, or ``memory://``."""
    return settings.REDIS_URL or "memory://"
