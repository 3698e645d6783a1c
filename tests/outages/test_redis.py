import os
import time
from pathlib import Path

from tests.e2e.server import Server
from tests.outages.crew import Crew
from tests.outages.services import Postgres, Redis

SECONDS = float(os.environ.get("TEST_OUTAGE_SECONDS", "3"))
"""For how long Redis is away."""


def test_without_redis_everything_but_the_live_feed_goes_on(postgres: Postgres, redis: Redis, tmp_path: Path) -> None:
    with Server(tmp_path / "data", DATABASE_URL=postgres.url, REDIS_URL=redis.url) as server:
        with Crew(server) as crew:
            crew.await_progress()
            redis.kill()
            ends = time.monotonic() + SECONDS
            while time.monotonic() < ends:
                crew.await_progress(10)
                assert server.post("/graphql", {"query": "{ events { edges { cursor } } }"}).status_code == 200
            redis.start()
            crew.await_progress()
        crew.check_that_nothing_is_lost_or_doubled()
        assert set(crew.statuses) == {200, 204}
        server.stop()
    log = [line for line in server.output if "The bus is" in line]
    assert len(log) <= 2, log  # "away" and "back"
    assert "Traceback" not in "".join(server.output)
