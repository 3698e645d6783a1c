import asyncio
import os
from typing import Any

import pytest
from channels.layers import channel_layers
from environs import Env, EnvError

from ayonevents import layers


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings that a URL makes."""

    def settings_for(url: str) -> dict[str, Any]:
        monkeypatch.setenv("REDIS_URL", url)
        return layers.redis(Env())

    return settings_for


@pytest.mark.parametrize(
    "url", ["redis://:secret@host:6379/1", "rediss://host/0?ssl_ca_certs=/etc/ca.pem", "unix:///run/redis.sock"]
)
def test_an_address_has_time_limits(redis: Any, url: str) -> None:
    assert redis(url)["CONFIG"]["hosts"] == [
        {
            "address": url,
            "socket_connect_timeout": 3,
            "socket_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 15,
        }
    ]


@pytest.mark.parametrize(
    "url", ["http://secret@localhost", "localhost:6379", "redis://localhost/0?socket_timeout=soon"]
)
def test_an_address_that_is_none_is_one_sentence(redis: Any, url: str) -> None:
    with pytest.raises(EnvError, match="expected redis://") as refused:
        redis(url)
    assert "secret" not in str(refused.value)


@pytest.mark.skipif("REDIS_URL" not in os.environ, reason="needs Redis")
async def test_a_listener_may_hear_nothing_for_longer_than_the_time_limit(settings: Any) -> None:
    config = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    limits = config["hosts"][0] | {"socket_timeout": 0.5}
    settings.CHANNEL_LAYERS = {"default": settings.CHANNEL_LAYERS["default"] | {"CONFIG": config | {"hosts": [limits]}}}
    layer = channel_layers.make_backend("default")
    channel = await layer.new_channel()
    heard = asyncio.ensure_future(layer.receive(channel))
    done, _ = await asyncio.wait([heard], timeout=1)
    assert done == set()
    await layer.send(channel, {"type": "test"})
    assert await asyncio.wait_for(heard, 30) == {"type": "test"}
    await layer.flush()
