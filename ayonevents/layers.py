"""The channel layer, which carries what is told from process to process: in this one only, or through Redis."""

from typing import Any, TypeAlias

from environs import Env, EnvError
from redis.connection import parse_url

Layer: TypeAlias = dict[str, Any]

REDIS_DEFAULTS = {
    "socket_connect_timeout": 3,  # seconds
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 15,
}
"""What a connection has unless REDIS_URL says otherwise (``?socket_timeout=10``)."""


def in_process() -> Layer:
    """Return the layer of an installation with one process."""
    # The capacity is how many messages one listener may lag behind before the rest is dropped.
    return {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 10_000}}


def redis(env: Env) -> Layer:
    """Return the layer at REDIS_URL, whose names begin with REDIS_PREFIX; EnvError says what is wrong with it.

    One address only: with Sentinel or Cluster it is that of a proxy in front of them.
    """
    url = env.str("REDIS_URL")
    try:
        parse_url(url)  # type: ignore[no-untyped-call] # redis types its clients only
    except ValueError as error:
        expected = "expected redis://:password@host:6379/0, rediss:// for TLS, or unix:///path"
        raise EnvError(f'Environment variable "REDIS_URL" invalid: {expected}') from error
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_DEFAULTS | {"address": url}], "prefix": env.str("REDIS_PREFIX", "ayonevents")},
    }
